"""Values as PostgreSQL writes them, held against what the reference lane makes of the same: to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, get_nullable_type
from sqlalchemy import CheckConstraint, Constraint
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute
from strawberry.utils.str_converters import to_snake_case

from db.database import Database
from db.models.exercises import ExerciseRow
from db.models.people import PersonRow
from db.models.plans import CompressionRow, PlanRow, PrescriptionRow, SessionRow, SetPrescriptionRow
from db.paging import _encoded
from db.season_shapes import SEASON_SHAPES
from db.shapes import SHAPES
from engine.json_text import Json, an_object, text_of
from engine.rules import type_in_sql
from engine.values import cursor, global_id, json_of, json_text
from resolvers import ids
from tests.api import the_schema

ID = UUID("ffffffff-ffff-4fff-bfff-ffffffffffff")
NUMBERS = (0.0, -0.0, 1.0, -3.0, 0.1, 0.0001, 2.5, 1 / 3, 99.99999999999999, 123456789.125, 99999999999999.0)
REFUSED = ("1e-7", "1e14", "1e16", "-1e300", "5e-324", "NaN", "Infinity", "-Infinity")


async def test_any_text_is_escaped_as_orjson_does_it(db: Database) -> None:
    every_narrow = "".join(map(chr, range(1, 0x300)))
    for each in (
        every_narrow,
        'a"b\\c/d',
        "\x7f\x80\x9f",
        "\u0301",
        "\u2028\u2029\ufeff",
        "🏋️‍♀️",
        "\U0010ffff",
        "",
    ):
        assert await _said(db, json_text("t.a"), a=(each, "text")) == orjson.dumps(each).decode()


@pytest.mark.parametrize("kind", ids.Kind)
async def test_a_global_id_is_the_resolvers(db: Database, kind: ids.Kind) -> None:
    """Of hexadecimal digits f is what comes nearest to the two characters that addresses do not allow."""
    found = await _said(db, global_id(kind.value, "t.id"), id=(str(ID), "uuid"))

    assert found == f'"{ids.global_id(kind, ID)}"'


@pytest.mark.parametrize(
    ("columns", "keys"),
    [
        ((PlanRow.starts_on, PlanRow.id), (date(9999, 12, 31), ID)),
        ((CompressionRow.created_at, CompressionRow.id), (datetime(9999, 12, 29, 1, 2, 3, 4, UTC), ID)),
        ((CompressionRow.created_at, CompressionRow.id), (datetime(1, 1, 3, tzinfo=UTC), ID)),
        ((SessionRow.ordinal,), (2**63 - 1,)),
        ((SessionRow.ordinal, SessionRow.id, SessionRow.plan_id), (-(2**63), ID, ID)),
        ((ExerciseRow.name,), ("",)),
        *[((PersonRow.display_name, PersonRow.id), ("ÿ" * n + ">?~" * n, ID)) for n in range(4)],
        ((PersonRow.display_name, PersonRow.id), ('🏋️ "\\\n\x01', ID)),
    ],
)
async def test_a_cursor_is_that_of_paging(
    db: Database, columns: Sequence[InstrumentedAttribute[Any]], keys: Sequence[Any]
) -> None:
    found = await _said(db, cursor(columns, "t"), **_row(columns, keys))

    assert found == f'"{_encoded(keys)}"'


@pytest.mark.parametrize("column", [PrescriptionRow.weight, SetPrescriptionRow.load_kg])
async def test_a_number_is_written_as_python_writes_a_float(
    db: Database, column: InstrumentedAttribute[Any]
) -> None:
    for number in NUMBERS:
        said = 0.0 if column is SetPrescriptionRow.load_kg and number == 0 else number  # it knows no -0
        assert await _number(db, column, repr(number)) == orjson.dumps(said).decode()


async def test_a_decimal_is_the_float_that_is_nearest(db: Database) -> None:
    for stored in ("2.50", "100", "0.99999999999999999999", "0.30000000000000000001", "1e-4"):
        expected = orjson.dumps(float(stored)).decode()
        assert await _number(db, SetPrescriptionRow.load_kg, stored) == expected


@pytest.mark.parametrize("column", [PrescriptionRow.weight, SetPrescriptionRow.load_kg])
@pytest.mark.parametrize("stored", REFUSED)
async def test_a_number_with_an_exponent_or_none_at_all_is_refused(
    db: Database, column: InstrumentedAttribute[Any], stored: str
) -> None:
    with pytest.raises(DBAPIError):
        await _number(db, column, stored)


def test_a_word_that_is_not_escaped_is_held_by_a_check() -> None:
    names, free = 0, []
    for type_name, shape in {**SHAPES, **SEASON_SHAPES}.items():
        type_ = the_schema()._schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items():
            python_name = to_snake_case(name)
            column = shape.links.get(python_name) or getattr(shape.rows, python_name, None)
            is_word = isinstance(get_nullable_type(field.type), GraphQLEnumType)
            if is_word and isinstance(column, InstrumentedAttribute):
                names += 1
                if not any(_holds_words(each, column) for each in column.class_.__table__.constraints):
                    free.append(column)

    assert names > 10
    assert not free


async def test_what_may_be_null_says_so_and_what_may_not_makes_all_null(db: Database) -> None:
    none: dict[str, tuple[None, str]] = {"load_kg": (None, "numeric"), "weight": (None, "float8")}
    may = _of(SetPrescriptionRow.load_kg, "SetPrescription", "loadKg")
    may_not = _of(PrescriptionRow.weight, "Prescription", "weight")

    assert await _said(db, an_object([("a", may), ("b", ["1"])]), **none) == '{"a":null,"b":1}'
    assert await _said(db, an_object([("a", may_not), ("b", ["1"])]), **none) is None
    assert await _said(db, an_object([("a", ["1"]), ("b", may_not)]), **none) is None


async def test_what_is_wholly_certain_is_text_too(db: Database) -> None:
    assert await _said(db, an_object([])) == "{}"
    assert await _said(db, an_object([("a", ["'"]), ("b", ["[]"])])) == """{"a":',"b":[]}"""


def _holds_words(constraint: Constraint, column: InstrumentedAttribute[Any]) -> bool:
    words = f"{column.expression.name} IN ("
    return isinstance(constraint, CheckConstraint) and str(constraint.sqltext).startswith(words)


async def _number(db: Database, column: InstrumentedAttribute[Any], stored: str) -> str | None:
    of = {
        PrescriptionRow.weight: ("Prescription", "weight"),
        SetPrescriptionRow.load_kg: ("SetPrescription", "loadKg"),
    }
    return await _said(db, _of(column, *of[column]), **_row([column], [stored]))


def _of(column: InstrumentedAttribute[Any], type_name: str, field: str) -> Json:
    type_ = the_schema()._schema.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    return json_of(column, "t", type_.fields[field].type)


def _row(columns: Sequence[InstrumentedAttribute[Any]], keys: Sequence[Any]) -> dict[str, tuple[str, str]]:
    return {
        each.expression.name: (str(key), type_in_sql(each)) for each, key in zip(columns, keys, strict=True)
    }


async def _said(db: Database, json: Json, **row: tuple[str | None, str]) -> str | None:
    """What it says of a row whose columns have these values, of these types."""
    columns = (f"${n}::text::{type_} AS {name}" for n, (name, (_, type_)) in enumerate(row.items(), 1))
    sql = f"SELECT {text_of(json)} FROM (SELECT {', '.join(columns)}) t"  # noqa: S608
    async with db.read() as db_session:
        connection = await db_session.connection()
        found = await connection.exec_driver_sql(sql, tuple(value for value, _ in row.values()))
        said: str | None = found.scalar_one()
        return said

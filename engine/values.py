"""A column as the JSON that the reference lane would make of it, to the byte.

Where PostgreSQL writes a value its own way the form is pinned; where a value could not be written alike at
all, the expression fails when it meets one, and the operation falls back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLType,
    get_nullable_type,
)
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    Numeric,
    String,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.declined import Declined, Reason
from engine.json_text import Json, Sql, a_list, or_null, quoted, text_of
from engine.selection import TYPENAME, Chosen

_ITS_OWN = ("Date", "Float")
_FLOATS_BELOW = "1e14"
_ASCII_BYTES = {Date: 12, Uuid: 38, DateTime: 34, BigInteger: 20, Integer: 20}
"""How long a sort key is at most as JSON, quotes included, of the types whose JSON is of ASCII alone."""


def json_of(
    column: InstrumentedAttribute[Any], alias: str, type_: GraphQLType, *, is_there: bool = False
) -> Json:
    """The field's value. ``Declined`` where it is not certain that it is the reference lane's.

    ``is_there``: a column that may be null elsewhere has a value where it is asked for.
    """
    is_nullable = column.expression.nullable
    if isinstance(type_, GraphQLNonNull):
        if is_nullable and not is_there:
            raise Declined(Reason.MAY_BE_NULL, str(column))
        return _present(f"{alias}.{column.expression.name}", _stored(column), type_.of_type)
    json = _present(f"{alias}.{column.expression.name}", _stored(column), type_)
    return or_null(json) if is_nullable else json


def json_of_sql(sql: str, kind: TypeEngine[Any], type_: GraphQLType) -> Json:
    """The same of any expression of that type, in SQLAlchemy's words."""
    kind = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(type_, GraphQLNonNull):
        return _present(sql, kind, type_.of_type)
    return or_null(_present(sql, kind, type_))


def json_text(sql: str) -> Json:
    """Any text: quoted and escaped as orjson does it."""
    return [Sql(f"json_scalar({sql})::text")]


def typename(chosen: Chosen) -> Json:
    if chosen.name != TYPENAME:
        raise Declined(Reason.FIELD_WITH_CODE, chosen.name)
    return [f'"{chosen.parent.name}"']


def global_id(type_name: str, key: str) -> Json:
    """As ``resolvers.ids.global_id``."""
    return ['"', _base64(f"'{type_name}:' || {key}", len(type_name) + 37), '"']


def cursor(columns: Sequence[InstrumentedAttribute[Any]], alias: str) -> Json:
    """As ``db.paging`` writes one: a JSON list of the sort keys, in base64 for addresses."""
    json: list[str | Sql] = ["["]
    longest: int | None = 1
    for each in columns:
        json += [*([","] if len(json) > 1 else []), *_key_of_cursor(each, alias)]
        of_key = next((most for kind, most in _ASCII_BYTES.items() if isinstance(_stored(each), kind)), None)
        longest = None if longest is None or of_key is None else longest + of_key + 1
    return ['"', _base64(text_of([*json, "]"]), longest), '"']


def _key_of_cursor(column: InstrumentedAttribute[Any], alias: str) -> Json:
    sql, kind = f"{alias}.{column.expression.name}", _stored(column)
    if isinstance(kind, DateTime):
        return _moment(sql)
    return json_text(_day(sql) if isinstance(kind, Date) else sql)


def _stored(column: InstrumentedAttribute[Any]) -> TypeEngine[Any]:
    """The type in the database, under whatever Python makes of it."""
    kind = column.expression.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _present(sql: str, kind: TypeEngine[Any], type_: GraphQLType) -> Json:
    """JSON of what is not null, and null of what is."""
    if isinstance(type_, GraphQLList):
        return _each(sql, kind, type_) or [Sql(f"array_to_json({_list(sql, kind, type_)})::text")]
    if isinstance(type_, GraphQLEnumType):
        return ['"', Sql(_word(sql, kind, type_)), '"']
    if isinstance(type_, GraphQLScalarType):
        return _scalar(sql, kind, type_.name)
    raise Declined(Reason.FIELD_WITH_CODE, str(type_))


def _each(sql: str, kind: TypeEngine[Any], type_: GraphQLList[Any]) -> Json | None:
    """Of an array whose items PostgreSQL would write its own way."""
    item = get_nullable_type(type_.of_type)
    if not isinstance(kind, ARRAY) or not isinstance(item, GraphQLScalarType) or item.name not in _ITS_OWN:
        return None
    value, given = _scalar("each.it", kind.item_type, item.name), f"unnest({sql}) WITH ORDINALITY each(it, n)"
    whole = text_of(a_list(value, "each.n", given))
    return [Sql(f"CASE WHEN {sql} IS NOT NULL THEN {whole} END")]


def _scalar(sql: str, kind: TypeEngine[Any], name: str) -> Json:
    if name == "String" and isinstance(kind, String | Text):
        return json_text(sql)
    if name == "Boolean" and isinstance(kind, Boolean):
        return [Sql(f"{sql}::text")]
    if name == "Int" and isinstance(kind, Integer):
        # More is no Int of GraphQL: the cast fails.
        return [Sql(f"{sql}::int4::text" if isinstance(kind, BigInteger) else f"{sql}::text")]
    if name == "Float" and isinstance(kind, Double | Float | Numeric):
        return [Sql(_number(sql))]
    if name == "Date" and isinstance(kind, Date):
        return json_text(_day(sql))
    if name == "DateTime" and isinstance(kind, DateTime):
        return _moment(sql)
    if name == "Time" and isinstance(kind, Time):
        return ['"', Sql(_time_of_day(sql)), '"']
    raise Declined(Reason.VALUE, f"{name} of {kind}")


def _word(sql: str, kind: TypeEngine[Any], type_: GraphQLEnumType) -> str:
    """A name, which needs no escaping: the table holds its words by a CHECK, or they are looked up here."""
    if not isinstance(kind, String | Text):
        raise Declined(Reason.VALUE, f"{type_.name} of {kind}")
    names = {str(getattr(each.value, "value", each.value)): name for name, each in type_.values.items()}
    if all(stored == name for stored, name in names.items()):
        return sql
    cases = " ".join(f"WHEN {quoted(stored)} THEN {quoted(name)}" for stored, name in names.items())
    return f"CASE {sql} {cases} END"


def _list(sql: str, kind: TypeEngine[Any], type_: GraphQLList[Any]) -> str:
    item = type_.of_type.of_type if isinstance(type_.of_type, GraphQLNonNull) else type_.of_type
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, String | Text):
        if isinstance(item, GraphQLScalarType) and item.name == "String":
            return sql
        if isinstance(item, GraphQLEnumType) and _word(sql, kind.item_type, item) == sql:
            return sql
    is_int = isinstance(item, GraphQLScalarType) and item.name == "Int"
    if is_int and isinstance(kind, ARRAY) and isinstance(kind.item_type, Integer):
        return f"{sql}::int4[]"
    raise Declined(Reason.VALUE, f"{type_} of {kind}")


def _number(sql: str) -> str:
    """JSON knows one kind of number and Python two: a whole float ends in .0. Exponents are left alone."""
    number = f"({sql}::float8)"
    return (
        f"CASE WHEN abs({sql}) >= {_FLOATS_BELOW} THEN (1 / ({number} <> {number})::int)::text"
        f" WHEN {number} = trunc({number}) THEN {number}::text || '.0'"
        f" WHEN abs({sql}) >= 1e-4 THEN {number}::text"
        f" WHEN {sql} IS NOT NULL THEN (1 / ({number} <> {number})::int)::text END"
    )


def _day(sql: str) -> str:
    """Python's calendar begins in the year 1 and ends in 9999."""
    return (
        f"CASE WHEN {sql} BETWEEN '0001-01-01' AND '9999-12-31' THEN {sql} ELSE {sql} + 1 / ({sql} - {sql})"
        " END"
    )


def _moment(sql: str) -> Json:
    """In UTC, with all six digits of the second's fraction, or with none if it has none."""
    utc = f"({sql} AT TIME ZONE 'UTC')"
    text = (
        f"CASE WHEN {sql} NOT BETWEEN '0001-01-02Z' AND '9999-12-30Z'"
        f" THEN (1 / (extract(epoch FROM {sql} - {sql})))::text"
        f" WHEN {sql} = {sql}::timestamptz(0) THEN to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS')"
        f" ELSE to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US') END"
    )
    return ['"', Sql(text), '+00:00"']


def _time_of_day(sql: str) -> str:
    """As of a moment; PostgreSQL's day also has a 24:00."""
    return (
        f"CASE WHEN {sql} = '24:00' THEN (1 / (extract(hour FROM {sql}) - 24))::text"
        f" WHEN {sql} = date_trunc('second', {sql})::time THEN to_char({sql}, 'HH24:MI:SS')"
        f" ELSE to_char({sql}, 'HH24:MI:SS.US') END"
    )


def _base64(text: str, most_ascii_bytes: int | None) -> Sql:
    """In the alphabet for addresses and unpadded. ``most_ascii_bytes`` is None for any text.

    PostgreSQL breaks a line after 57 bytes. A plus or a slash stand for six bits of 62 or 63, and those
    come only of ``>``, ``?``, ``~``, DEL and what is not ASCII: neither an id nor a day has any.
    """
    if most_ascii_bytes is not None:
        found = f"encode(textsend({text}), 'base64')"
        if most_ascii_bytes >= 57:
            found = f"replace({found}, E'\n', '')"
        return Sql(f"split_part({found}, '=', 1)")
    found = f"replace(encode(convert_to({text}, 'UTF8'), 'base64'), E'\n', '')"
    return Sql(f"replace(replace(split_part({found}, '=', 1), '+', '-'), '/', '_')")

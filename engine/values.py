"""A column as the JSON that the reference lane would make of it, to the byte.

Where PostgreSQL writes a value its own way the form is pinned; where a value could not be written alike at
all, the expression fails when it meets one, and the operation falls back.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLType,
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
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.declined import Declined, Reason


def json_of(column: InstrumentedAttribute[Any], alias: str, type_: GraphQLType) -> str:
    """SQL whose value ``row_to_json`` writes as the field's value. ``Declined`` where that is not certain."""
    if isinstance(type_, GraphQLNonNull):
        if column.expression.nullable:
            raise Declined(Reason.MAY_BE_NULL, str(column))
        type_ = type_.of_type
    sql = f"{alias}.{column.expression.name}"
    kind = _stored(column)
    if isinstance(type_, GraphQLList):
        return _list(sql, kind, type_)
    if isinstance(type_, GraphQLEnumType):
        return _word(sql, kind, type_)
    if isinstance(type_, GraphQLScalarType):
        return _scalar(sql, kind, type_.name)
    raise Declined(Reason.FIELD_WITH_CODE, str(column))


def global_id(type_name: str, key: str) -> str:
    """As ``resolvers.ids.global_id``. Letters, digits, a colon and hyphens need no other two characters."""
    return _base64(f"'{type_name}:' || {key}")


def cursor(keys: list[str]) -> str:
    """As ``db.paging`` writes one: a JSON list of the sort keys, in base64 for addresses."""
    return _base64("'[' || " + " || ',' || ".join(keys) + " || ']'")


def key_of_cursor(column: InstrumentedAttribute[Any], alias: str) -> str:
    """One sort key as JSON text."""
    sql, kind = f"{alias}.{column.expression.name}", _stored(column)
    if isinstance(kind, DateTime):
        return f"to_json({_moment(sql)})::text"
    if isinstance(kind, Date):
        return f"to_json({_day(sql)})::text"
    return f"to_json({sql})::text"


def _stored(column: InstrumentedAttribute[Any]) -> TypeEngine[Any]:
    """The type in the database, under whatever Python makes of it."""
    kind = column.expression.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _scalar(sql: str, kind: TypeEngine[Any], name: str) -> str:
    if name == "String" and isinstance(kind, String | Text):
        return sql
    if name == "Boolean" and isinstance(kind, Boolean):
        return sql
    if name == "Int" and isinstance(kind, Integer):
        return f"{sql}::int4" if isinstance(kind, BigInteger) else sql  # more is no Int of GraphQL
    if name == "Float" and isinstance(kind, Double | Float | Numeric):
        return _number(sql)
    if name == "Date" and isinstance(kind, Date):
        return _day(sql)
    if name == "DateTime" and isinstance(kind, DateTime):
        return _moment(sql)
    if name == "Time" and isinstance(kind, Time):
        return _time_of_day(sql)
    raise Declined(Reason.VALUE, f"{name} of {kind}")


def _word(sql: str, kind: TypeEngine[Any], type_: GraphQLEnumType) -> str:
    """What is no word of the enum has no answer: the expression gives null for it, which no row has."""
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
    text = f"({sql}::float8)::text"
    return (
        f"CASE WHEN {sql} IS NULL THEN NULL"
        f" WHEN {text} ~ '^-?[0-9]+$' THEN ({text} || '.0')::json"
        f" WHEN {text} ~ '^-?[0-9]+[.][0-9]+$' THEN ({text})::json"
        f" ELSE to_json(1 / ({sql} <> {sql})::int) END"
    )


def _day(sql: str) -> str:
    """Python's calendar begins in the year 1 and ends in 9999."""
    return (
        f"CASE WHEN {sql} BETWEEN '0001-01-01' AND '9999-12-31' THEN {sql} ELSE {sql} + 1 / ({sql} - {sql})"
        " END"
    )


def _moment(sql: str) -> str:
    """In UTC, with all six digits of the second's fraction, or with none if it has none."""
    utc = f"({sql} AT TIME ZONE 'UTC')"
    return (
        f"CASE WHEN {sql} NOT BETWEEN '0001-01-02Z' AND '9999-12-30Z'"
        f" THEN (1 / (extract(epoch FROM {sql} - {sql})))::text"
        f" WHEN {utc} = date_trunc('second', {utc})"
        f" THEN to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+00:00'"
        f" ELSE to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00' END"
    )


def _time_of_day(sql: str) -> str:
    """As of a moment; PostgreSQL's day also has a 24:00."""
    return (
        f"CASE WHEN {sql} = '24:00' THEN (1 / (extract(hour FROM {sql}) - 24))::text"
        f" WHEN {sql} = date_trunc('second', {sql})::time THEN to_char({sql}, 'HH24:MI:SS')"
        f" ELSE to_char({sql}, 'HH24:MI:SS.US') END"
    )


def _base64(text: str) -> str:
    """PostgreSQL breaks long lines and pads; we do neither, and use the two other characters."""
    return f"translate(encode(convert_to({text}, 'UTF8'), 'base64'), E'+/\\n=', '-_')"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

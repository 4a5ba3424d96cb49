"""Links beyond a row of another table: parts of JSON, what a query finds, the newest version, a union."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, get_named_type, is_abstract_type
from sqlalchemy.types import TypeEngine

from db.shape_links import Either, Element, Elements, Found, Newest, Same, Shape
from engine.declined import Declined, Reason
from engine.json_text import Json, Sql, a_list, an_object, or_null, quoted, text_of
from engine.rules import filled, rows_found, type_written
from engine.selection import Chosen
from engine.values import json_of_sql, typename

if TYPE_CHECKING:
    from engine.statement import Writer


def elements(writer: Writer, chosen: Chosen, link: Elements, alias: str) -> Json:
    type_, each = _object(chosen, link.type), writer.new_name("e")
    kept = f"{alias}.{link.column.expression.name}"

    def fields() -> Iterator[tuple[str, Json]]:
        for one in writer.selections.of(type_, chosen.selections):
            yield one.key, _element(one, link, f"{each}.value")

    given = f"jsonb_array_elements({kept}) WITH ORDINALITY {each}(value, place)"
    whole = a_list(an_object(fields()), f"{each}.place", given)
    if not link.column.expression.nullable:
        return whole
    return or_null([Sql(f"CASE WHEN {kept} IS NOT NULL THEN {text_of(whole)} END")])


def queried(writer: Writer, chosen: Chosen, link: Found, shape: Shape, alias: str) -> Json:
    type_, there = _object(chosen, link.type), writer.new_name("t")
    query = filled(rows_found(link.query, shape.rows), alias, writer.parameter)
    inner = writer.fields(type_, writer.selections.of(type_, chosen.selections), there)
    return a_list(inner, ", ".join(f"{there}.{name}" for name in link.order), f"{query} {there}")


def newest(writer: Writer, chosen: Chosen, link: Newest, alias: str) -> Json:
    """The usual is a row, too: that of the lowest version."""
    type_, shape, there = _object(chosen, link.type), writer.shape(link.type), writer.new_name("t")
    columns, by = shape.rows.__table__.columns, link.by.expression.name
    usual = ", ".join(
        f"{alias}.id" if each.name == by else _literal(link.otherwise.get(each.name), each.type)
        for each in columns
    )
    kept = f"SELECT {', '.join(each.name for each in columns)} FROM {shape.rows.__tablename__}"
    both = f"{kept} WHERE {by} = {alias}.id UNION ALL SELECT {usual}"
    versions = f"({both} ORDER BY {link.version.expression.name} DESC LIMIT 1) {there}"
    found = text_of(writer.fields(type_, writer.selections.of(type_, chosen.selections), there))
    return [Sql(f"(SELECT {found} FROM {versions})")]


def either(writer: Writer, chosen: Chosen, link: Either, shape: Shape, alias: str) -> Json:
    """What is of another type than is known of is nothing: the whole answer is the reference lane's then."""
    assert chosen.definition is not None  # noqa: S101 - links are no __typename
    if not is_abstract_type(get_named_type(chosen.definition.type)):
        raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
    cases = []
    for word, same in link.of.items():
        type_ = writer.schema.type_map[same.type]
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - members of a union are objects
        inner = writer.selections.of(type_, chosen.selections)
        json = text_of(writer.fields(type_, inner, alias, made_of(same, shape)))
        cases.append(f"WHEN {quoted(word)} THEN {json}")
    return [Sql(f"CASE {alias}.{link.by.expression.name} {' '.join(cases)} END")]


def made_of(link: Same, shape: Shape) -> Shape | None:
    """The shape that the link says for itself."""
    return None if link.links is None else Shape(shape.rows, link.links)


def _element(chosen: Chosen, link: Elements, value: str) -> Json:
    if chosen.definition is None:
        return typename(chosen)
    element: Element | None = link.of.get(chosen.declared.python_name)
    if element is None:
        raise Declined(Reason.FIELD_WITH_CODE, f"{chosen.parent.name}.{chosen.name}")
    key = element.key if isinstance(element.key, int) else quoted(element.key)
    sql = f"({value} ->> {key})::{type_written(element.type)}"
    return json_of_sql(sql, element.type, chosen.definition.type)


def _literal(value: float | None, type_: TypeEngine[Any]) -> str:
    return f"{'NULL' if value is None else value}::{type_written(type_)}"


def _object(chosen: Chosen, name: str) -> GraphQLObjectType:
    assert chosen.definition is not None  # noqa: S101 - links are no __typename
    type_ = get_named_type(chosen.definition.type)
    if not isinstance(type_, GraphQLObjectType) or type_.name != name:
        raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
    return type_

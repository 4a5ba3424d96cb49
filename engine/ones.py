"""The one row that a link leads to: of a select of its own, or joined to the list that it is read for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graphql import GraphQLObjectType

from db.shape_links import One, Shape
from engine.json_text import Json, Sql, text_of
from engine.selection import Chosen
from engine.tables import table

if TYPE_CHECKING:
    from engine.statement import Writer

MOST_JOINS = 4
"""To one list: to plan the order of many takes long."""


def one(
    writer: Writer, type_: GraphQLObjectType, inner: Sequence[Chosen], link: One, shape: Shape, alias: str
) -> Json:
    """JSON of the row that the link leads to from ``alias``, or null; so if it has to be seen and is not.

    For the items of a list it is joined, which takes less than a select for each of them. Not for those of a
    page: PostgreSQL may think it long, as its size is open, and then would read a whole table.
    """
    there = writer.new_name("t")
    is_it, is_seen = f"{there}.id = {writer.key(link.by, shape, alias)}", None
    if link.if_seen:
        if not (link.implied and alias in writer.in_sight):
            is_seen = writer.seen(link.type, there)
        writer.in_sight.add(there)
    joins = writer.joins.get(alias)
    if joins is None or len(joins) >= MOST_JOINS:
        return writer.object(type_, inner, there, is_it, is_seen)
    joins.append(f"LEFT JOIN {table(writer.shape(link.type))} {there} ON {is_it}")
    writer.joins[there] = joins  # what it leads to is joined behind it
    is_there = " AND ".join([f"{there}.id IS NOT NULL", *([] if is_seen is None else [is_seen])])
    return [Sql(f"CASE WHEN {is_there} THEN {text_of(writer.fields(type_, inner, there))} END")]

"""One SQL statement for one operation: PostgreSQL builds the JSON of the answer, and we pass it on.

Every object is one row of a sub-select whose columns are named as the answer names them, so that
``row_to_json`` writes it; a list is ``array_to_json`` over such rows. What is limited is limited in the
innermost select, before anything is built of what will not be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from sqlalchemy.orm import InstrumentedAttribute

from db.paging import Order
from db.shapes import Many, Of, One, Only, Paged, Same, Shape, Texts, Through
from domain.people import Role
from engine.arguments import Binder, Value, arguments_of, page_binder, page_of
from engine.declined import Declined, Reason
from engine.filters import condition, conditions_of
from engine.rules import filled, rule_of_sight, type_in_sql
from engine.selection import TYPENAME, Chosen, Selections, object_type
from engine.values import cursor, global_id, json_of, key_of_cursor, quoted
from resolvers.permissions import Need
from schema.fields import needs_of

LONGEST_NAME_BYTES = 63  # PostgreSQL cuts longer ones
_PAGING = frozenset({"first", "after", "last", "before"})


@dataclass(slots=True)
class Writer:
    """Writes the SQL of one operation for callers of one role, and notes what has to be bound and checked."""

    selections: Selections
    role: Role
    shapes: Mapping[str, Shape]
    parameters: list[str] = field(default_factory=list)
    binders: list[Binder] = field(default_factory=list)
    needs: dict[Need, None] = field(default_factory=dict)
    _count: int = 0

    @property
    def schema(self) -> GraphQLSchema:
        return self.selections.schema

    def shape(self, type_name: str) -> Shape:
        found = self.shapes.get(type_name)
        if found is None:
            raise Declined(Reason.FIELD_WITH_CODE, type_name)
        return found

    def parameter(self, name: str, type_: str) -> str:
        """The place of a value; one that is used twice is sent once."""
        if name not in self.parameters:
            self.parameters.append(name)
        return f"${self.parameters.index(name) + 1}::{type_}"

    def new_name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def object(self, type_: GraphQLObjectType, chosen: Sequence[Chosen], condition: str, alias: str) -> str:
        """JSON of the one row of the type's table that meets the condition, or null."""
        row = self.new_name("o")
        columns = self.columns(type_, chosen, alias)
        found = f"SELECT {columns} FROM {_table(self.shape(type_.name))} {alias} WHERE {condition}"
        return f"(SELECT row_to_json({row}) FROM ({found}) {row})"

    def columns(self, type_: GraphQLObjectType, chosen: Sequence[Chosen], alias: str) -> str:
        return ", ".join(f"{self._value(type_, each, alias)} AS {_name(each.key)}" for each in chosen)

    def seen(self, type_name: str, alias: str) -> str:
        """The condition on which the caller sees the row."""
        shape = self.shape(type_name)
        if shape.part_of is not None:
            whole, part = self.new_name("t"), shape.part_of
            table = _table(self.shape(part.type))
            found = f"{whole}.id = {_column(part.by, alias)} AND {self.seen(part.type, whole)}"
            return f"EXISTS (SELECT 1 FROM {table} {whole} WHERE {found})"
        if shape.seen is None:
            raise Declined(Reason.FIELD_WITH_CODE, type_name)
        return filled(rule_of_sight(shape.seen, shape.rows, self.role), alias, self.parameter)

    def page(self, chosen: Chosen, link: Paged, parent: str | None) -> str:
        """A connection: ``parent`` is the alias of the row that it belongs to."""
        assert chosen.definition is not None  # noqa: S101 - a connection is no __typename
        given = arguments_of(chosen.nodes[0], chosen.definition)
        paging = {name: given.pop(name) for name in _PAGING & given.keys()}
        return _PageWriter(self, link, parent, paging, given).write(chosen)

    def only(self, link: Only, alias: str, id: str) -> str:
        """The condition on which a row is the one that the link leads to from ``id``."""
        where = [f"{alias}.{name} = {quoted(value)}" for name, value in link.where.items()]
        return " AND ".join([f"{_column(link.by, alias)} = {id}", *where])

    def linked(
        self, link: Many | Paged, alias: str, parent: str | None, field: GraphQLField, given: dict[str, Value]
    ) -> tuple[str, str]:
        """FROM and WHERE of the rows that the link leads to, narrowed by what is ``given``."""
        shape = self.shape(link.type)
        table, conditions = f"{_table(shape)} {alias}", []
        if link.by is not None:
            conditions.append(f"{_column(link.by, alias)} = {parent}.id")
        elif link.through is not None:
            between = self.new_name("t")
            conditions.append(f"{alias}.id IN (SELECT {_between(link.through, between, parent)})")
        if link.if_seen:
            conditions.append(self.seen(link.type, alias))
        for each, value in conditions_of(link.narrowed, given, field, self.selections.variables):
            sql, binder = condition(each, value, shape.rows, alias, self.new_name("f"), self.parameter)
            conditions.append(sql)
            self.binders.append(binder)
        return table, " AND ".join(conditions) or "true"

    def _value(self, type_: GraphQLObjectType, chosen: Chosen, alias: str) -> str:
        if chosen.definition is None:
            if chosen.name != TYPENAME:
                raise Declined(Reason.FIELD_WITH_CODE, chosen.name)
            return f"{quoted(type_.name)}::text"
        declared = chosen.declared
        for need in needs_of(declared):
            self.needs[need] = None
        name, shape = declared.python_name, self.shape(type_.name)
        link = shape.links.get(name)
        if link is None:
            return self._own(type_, chosen, shape, alias)
        if isinstance(link, InstrumentedAttribute):
            return json_of(link, alias, chosen.definition.type)
        if isinstance(link, Paged):
            return self.page(chosen, link, alias)
        if chosen.nodes[0].arguments and not isinstance(link, Many):
            raise Declined(Reason.ARGUMENT, f"{type_.name}.{name}")
        if isinstance(link, Texts):
            texts = self.new_name("t")
            return (
                f"array_to_json(ARRAY(SELECT {_column(link.value, texts)}"
                f" FROM {link.value.class_.__tablename__} {texts}"
                f" WHERE {_column(link.by, texts)} = {alias}.id ORDER BY {_column(link.order, texts)}))"
            )
        if isinstance(link, Of):
            there = self.new_name("t")
            value = json_of(link.value, there, chosen.definition.type)
            table = link.value.class_.__tablename__
            return f"(SELECT {value} FROM {table} {there} WHERE {there}.id = {_column(link.by, alias)})"
        return self._objects(chosen, link, alias)

    def _own(self, type_: GraphQLObjectType, chosen: Chosen, shape: Shape, alias: str) -> str:
        """A field that is a column of the same name."""
        declared = chosen.declared
        assert chosen.definition is not None  # noqa: S101 - see _value
        if declared.python_name == "id" and _is_node(self.schema, type_):
            return global_id(type_.name, f"{alias}.id")
        column = getattr(shape.rows, declared.python_name, None)
        if declared.base_resolver is not None or not isinstance(column, InstrumentedAttribute):
            raise Declined(Reason.FIELD_WITH_CODE, f"{type_.name}.{declared.python_name}")
        return json_of(column, alias, chosen.definition.type)

    def _objects(self, chosen: Chosen, link: One | Only | Many | Same, alias: str) -> str:
        assert chosen.definition is not None  # noqa: S101 - see _value
        type_ = object_type(chosen.definition)
        if type_ is None or type_.name != link.type:
            raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
        inner = self.selections.of(type_, chosen.selections)
        if isinstance(link, Same):
            row = self.new_name("o")
            return f"(SELECT row_to_json({row}) FROM (SELECT {self.columns(type_, inner, alias)}) {row})"
        there = self.new_name("t")
        if isinstance(link, One):
            condition = f"{there}.id = {_column(link.by, alias)}"
            if link.if_seen:
                condition += f" AND {self.seen(link.type, there)}"
            return self.object(type_, inner, condition, there)
        if isinstance(link, Only):
            return self.object(type_, inner, self.only(link, there, f"{alias}.id"), there)
        given = arguments_of(chosen.nodes[0], chosen.definition)
        table, is_linked = self.linked(link, there, alias, chosen.definition, given)
        row, order = self.new_name("o"), ", ".join(_column(each, there) for each in link.order)
        columns = self.columns(type_, inner, there)
        return (
            f"array_to_json(ARRAY(SELECT {row} FROM (SELECT {columns} FROM {table} WHERE {is_linked}"
            f" ORDER BY {order}) {row}))"
        )


@dataclass(slots=True)
class _PageWriter:
    """The SQL of one connection: the page and one row more, then what is shown of them."""

    writer: Writer
    link: Paged
    parent: str | None
    paging: dict[str, Value]
    given: dict[str, Value]

    def write(self, chosen: Chosen) -> str:
        assert chosen.definition is not None  # noqa: S101 - a connection is no __typename
        writer, link = self.writer, self.link
        request = page_of(self.paging, writer.selections.variables)
        prefix, page, alias, row = (writer.new_name(letter) for letter in ("p", "c", "t", "o"))
        writer.binders.append(page_binder(prefix, self.paging, link.order))
        is_descending = link.order.descending != request.is_backwards
        order = _ordered(link.order, alias, is_descending)
        table, condition = writer.linked(link, alias, self.parent, chosen.definition, self.given)
        size = writer.parameter(f"{prefix}_size", "int8")
        key = None
        if request.cursor is not None:
            key = ", ".join(
                writer.parameter(f"{prefix}_key_{n}", type_in_sql(each))
                for n, each in enumerate(link.order.columns)
            )
        here = f"({', '.join(_column(each, alias) for each in link.order.columns)})"
        beyond = "" if key is None else f" AND {here} {'<' if is_descending else '>'} ({key})"
        passed = "false"
        if key is not None:
            passed = (
                f"EXISTS (SELECT 1 FROM {table} WHERE {condition} AND {here}"
                f" {'>=' if is_descending else '<='} ({key}))"
            )
        more = f"(SELECT count(*) > {size} FROM {page})"
        shown = _Shown(
            page=page,
            size=size,
            order="n DESC" if request.is_backwards else "n",
            reverse="n" if request.is_backwards else "n DESC",
            has_next=passed if request.is_backwards else more,
            has_previous=more if request.is_backwards else passed,
        )
        type_ = object_type(chosen.definition)
        if type_ is None:
            raise Declined(Reason.ABSTRACT_TYPE, chosen.name)
        columns = ", ".join(
            f"{self._part(each, shown)} AS {_name(each.key)}"
            for each in writer.selections.of(type_, chosen.selections)
        )
        return (
            f"(WITH {page} AS MATERIALIZED (SELECT {alias}.*, row_number() OVER (ORDER BY {order}) AS n"
            f" FROM {table} WHERE {condition}{beyond} ORDER BY {order} LIMIT {size} + 1)"
            f" SELECT row_to_json({row}) FROM (SELECT {columns}) {row})"
        )

    def _part(self, chosen: Chosen, shown: _Shown) -> str:
        if chosen.definition is None:
            return f"{quoted(chosen.parent.name)}::text"
        type_ = object_type(chosen.definition)
        if type_ is None:
            raise Declined(Reason.FIELD_WITH_CODE, f"{chosen.parent.name}.{chosen.name}")
        inner = self.writer.selections.of(type_, chosen.selections)
        name, row = chosen.declared.python_name, self.writer.new_name("o")
        if name == "page_info":
            parts = ", ".join(f"{self._page_info(each, shown)} AS {_name(each.key)}" for each in inner)
            return f"(SELECT row_to_json({row}) FROM (SELECT {parts}) {row})"
        if name != "edges":
            raise Declined(Reason.FIELD_WITH_CODE, f"{chosen.parent.name}.{name}")
        alias = self.writer.new_name("t")
        parts = ", ".join(f"{self._edge(each, alias)} AS {_name(each.key)}" for each in inner)
        return (
            f"array_to_json(ARRAY(SELECT {row} FROM (SELECT {parts} FROM {shown.page} {alias}"
            f" WHERE n <= {shown.size} ORDER BY {shown.order}) {row}))"
        )

    def _edge(self, chosen: Chosen, alias: str) -> str:
        if chosen.definition is None:
            return f"{quoted(chosen.parent.name)}::text"
        if chosen.declared.python_name == "cursor":
            return self._cursor(alias)
        type_ = object_type(chosen.definition)
        if chosen.declared.python_name != "node" or type_ is None or type_.name != self.link.type:
            raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
        inner = self.writer.selections.of(type_, chosen.selections)
        row = self.writer.new_name("o")
        columns = self.writer.columns(type_, inner, alias)
        return f"(SELECT row_to_json({row}) FROM (SELECT {columns}) {row})"

    def _page_info(self, chosen: Chosen, shown: _Shown) -> str:
        if chosen.definition is None:
            return f"{quoted(chosen.parent.name)}::text"
        alias = self.writer.new_name("t")
        one = f"(SELECT {self._cursor(alias)} FROM {shown.page} {alias} WHERE n <= {shown.size} ORDER BY"
        found = {
            "has_next_page": shown.has_next,
            "has_previous_page": shown.has_previous,
            "start_cursor": f"{one} {shown.order} LIMIT 1)",
            "end_cursor": f"{one} {shown.reverse} LIMIT 1)",
        }.get(chosen.declared.python_name)
        if found is None:
            raise Declined(Reason.FIELD_WITH_CODE, f"{chosen.parent.name}.{chosen.name}")
        return found

    def _cursor(self, alias: str) -> str:
        return cursor([key_of_cursor(each, alias) for each in self.link.order.columns])


@dataclass(frozen=True, slots=True)
class _Shown:
    """SQL for what is shown of a page. ``n`` counts its rows in the direction in which they were read."""

    page: str
    size: str
    order: str
    reverse: str
    has_next: str
    has_previous: str


def _is_node(schema: GraphQLSchema, type_: GraphQLObjectType) -> bool:
    node = schema.type_map["Node"]
    return isinstance(node, GraphQLInterfaceType) and node in type_.interfaces


def _between(through: Through, alias: str, parent: str | None) -> str:
    only = "".join(f" AND {alias}.{name} = {quoted(value)}" for name, value in through.only.items())
    table = through.near.class_.__tablename__
    condition = f"{_column(through.near, alias)} = {parent}.id{only}"
    return f"{_column(through.far, alias)} FROM {table} {alias} WHERE {condition}"


def _ordered(order: Order, alias: str, is_descending: bool) -> str:
    return ", ".join(f"{_column(each, alias)}{' DESC' if is_descending else ''}" for each in order.columns)


def _column(column: InstrumentedAttribute[Any], alias: str) -> str:
    return f"{alias}.{column.expression.name}"


def _table(shape: Shape) -> str:
    return str(shape.rows.__tablename__)


def _name(key: str) -> str:
    if len(key) > LONGEST_NAME_BYTES:
        raise Declined(Reason.NAME_TOO_LONG)
    return f'"{key}"'

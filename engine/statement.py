"""One SQL statement for one operation: PostgreSQL builds the JSON of the answer, and we pass it on.

An object is one text put together of its fields, a list those of its rows joined in order: ``json_text.py``.
What is limited is limited in the innermost select, before anything is built of what will not be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType, GraphQLSchema
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType

from db.shape_links import (
    Caller,
    Column,
    Either,
    Elements,
    Found,
    Many,
    Newest,
    Of,
    One,
    Only,
    Paged,
    Rule,
    Same,
    Shape,
    Texts,
    Worked,
)
from domain.people import Role
from engine.arguments import Binder, Value, arguments_of
from engine.declined import Declined, Reason
from engine.filters import condition, conditions_of, conditions_otherwise
from engine.json_text import Json, Sql, a_list, an_object, or_null, quoted, text_of
from engine.links import either, elements, made_of, newest, queried
from engine.ones import one
from engine.pages import page
from engine.rules import filled, rule_of_sight, rule_otherwise, worked_out
from engine.selection import Chosen, Selections, object_type
from engine.tables import Parent, between, column, table
from engine.values import global_id, json_of, json_of_sql, json_text, typename
from resolvers.permissions import Need
from schema.fields import needs_of


@dataclass(slots=True)
class Writer:
    """Writes the SQL of one operation for callers of one role, and notes what has to be bound and checked."""

    selections: Selections
    role: Role
    shapes: Mapping[str, Shape]
    parameters: list[str] = field(default_factory=list)
    binders: list[Binder] = field(default_factory=list)
    needs: dict[Need, None] = field(default_factory=dict)
    in_sight: set[str] = field(default_factory=set)
    """Aliases of rows that the caller is known to see, wherever anything is made of them."""
    joins: dict[str, list[str]] = field(default_factory=dict)
    """What is joined to lists, by the aliases of their rows."""
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

    def object(
        self,
        type_: GraphQLObjectType,
        chosen: Sequence[Chosen],
        alias: str,
        is_it: str,
        is_seen: str | None = None,
    ) -> Json:
        """JSON of the one row of the type's table that the condition finds, or null; so if it is not seen.

        Sight is no part of the WHERE: PostgreSQL would as soon look for the row among all that are seen.
        """
        found = text_of(self.fields(type_, chosen, alias))
        if is_seen is not None:
            found = f"CASE WHEN {is_seen} THEN {found} END"
        return [Sql(f"(SELECT {found} FROM {table(self.shape(type_.name))} {alias} WHERE {is_it})")]

    def fields(
        self, type_: GraphQLObjectType, chosen: Sequence[Chosen], alias: str, own: Shape | None = None
    ) -> Json:
        """JSON of the row that the alias stands for. ``own`` is its shape, if not its type's."""
        return an_object((each.key, self._value(type_, each, alias, own)) for each in chosen)

    def seen(self, type_name: str, alias: str) -> str:
        """The condition on which the caller sees the row."""
        shape = self.shape(type_name)
        if shape.part_of is not None:
            whole, part = self.new_name("t"), shape.part_of
            key = self.key(part.by, shape, alias)
            rows = f"{table(self.shape(part.type))} {whole} WHERE {whole}.id = {key}"
            return f"(SELECT {self.seen(part.type, whole)} FROM {rows})"
        if shape.seen is None:
            raise Declined(Reason.FIELD_WITH_CODE, type_name)
        return filled(rule_of_sight(shape.seen, shape.rows, self.role), alias, self.parameter)

    def objects(self, chosen: Chosen, link: One | Only | Many | Same, shape: Shape, alias: str) -> Json:
        """The object, or the list of them, that the link leads to from the row, which is of this shape."""
        assert chosen.definition is not None  # noqa: S101 - links are no __typename
        type_ = object_type(chosen.definition)
        if type_ is None or type_.name != link.type:
            raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
        inner = self.selections.of(type_, chosen.selections)
        if isinstance(link, Same):
            return self.fields(type_, inner, alias, made_of(link, shape))
        if isinstance(link, One):
            return _maybe(chosen, one(self, type_, inner, link, shape, alias))
        there = self.new_name("t")
        if isinstance(link, Only):
            return _maybe(chosen, self.object(type_, inner, there, self.only(link, there, f"{alias}.id")))
        if link.if_seen:
            self.in_sight.add(there)
        joins = self.joins[there] = []
        item, given = self.fields(type_, inner, there), arguments_of(chosen.nodes[0], chosen.definition)
        rows = self.linked(link, there, Parent(shape.rows, alias), chosen.definition, given, joins)
        way = " DESC" if link.is_descending else ""
        order = ", ".join(f"{column(each, there)}{way}" for each in link.order)
        return a_list(item, order, rows)

    def page(self, chosen: Chosen, link: Paged, parent: Parent | None) -> Json:
        """A connection: ``parent`` is the row that it belongs to."""
        return page(self, chosen, link, parent)

    def only(self, link: Only, alias: str, id: str) -> str:
        """The condition on which a row is the one that the link leads to from ``id``."""
        where = [f"{alias}.{name} = {quoted(value)}" for name, value in link.where.items()]
        return " AND ".join([f"{column(link.by, alias)} = {id}", *where])

    def linked(
        self,
        link: Many | Paged,
        alias: str,
        parent: Parent | None,
        field: GraphQLField,
        given: dict[str, Value],
        joins: Sequence[str] = (),
    ) -> str:
        """The rows that the link leads to, narrowed by what is given: FROM and WHERE without the FROM."""
        shape, conditions = self.shape(link.type), []
        if parent is not None and link.by is not None:
            conditions.append(f"{column(link.by, alias)} = {parent.alias}.id")
        elif parent is not None and link.through is not None:
            there = between(link.through, self.new_name("t"), parent.alias)
            conditions.append(f"{alias}.id IN (SELECT {there})")
        is_implied = link.implied and parent is not None and parent.alias in self.in_sight
        if link.if_seen and not is_implied:
            conditions.append(self.seen(link.type, alias))
        if parent is not None:
            for rule in conditions_otherwise(link.narrowed, given, field, self.selections.variables):
                about_both = rule_otherwise(rule, shape.rows, parent.rows)
                conditions.append(filled(about_both, alias, self.parameter, parent.alias))
        for each, value in conditions_of(link.narrowed, given, field, self.selections.variables):
            sql, binder = condition(each, value, shape.rows, alias, self.new_name("f"), self.parameter)
            conditions.append(sql)
            self.binders.append(binder)
        return f"{' '.join([table(shape), alias, *joins])} WHERE {' AND '.join(conditions) or 'true'}"

    def key(self, by: Column | Worked, shape: Shape, alias: str) -> str:
        if isinstance(by, Worked):
            return filled(worked_out(by.of, shape.rows)[0], alias, self.parameter)
        return column(by, alias)

    def _value(self, type_: GraphQLObjectType, chosen: Chosen, alias: str, own: Shape | None) -> Json:
        if chosen.definition is None:
            return typename(chosen)
        declared = chosen.declared
        for need in needs_of(declared):
            self.needs[need] = None
        name, shape = declared.python_name, own or self.shape(type_.name)
        link = shape.links.get(name)
        if link is None:
            return self._own(type_, chosen, shape, alias)
        if isinstance(link, InstrumentedAttribute):
            return json_of(link, alias, chosen.definition.type, is_there=own is not None)
        if isinstance(link, Paged):
            return self._only_if(
                link.only_if, shape, alias, self.page(chosen, link, Parent(shape.rows, alias))
            )
        if chosen.nodes[0].arguments and not isinstance(link, Many):
            raise Declined(Reason.ARGUMENT, f"{type_.name}.{name}")
        if isinstance(link, Texts):
            texts = self.new_name("t")
            rows = f"{link.value.class_.__tablename__} {texts} WHERE {column(link.by, texts)} = {alias}.id"
            return a_list(json_text(column(link.value, texts)), column(link.order, texts), rows)
        if isinstance(link, Of):
            there = self.new_name("t")
            value = text_of(json_of(link.value, there, chosen.definition.type))
            key = f"{there}.id" if link.key is None else column(link.key, there)
            rows = f"{link.value.class_.__tablename__} {there} WHERE {key} = {column(link.by, alias)}"
            return _maybe(chosen, [Sql(f"(SELECT {value} FROM {rows})")])
        if isinstance(link, Caller):
            return [Sql(f"array_to_json({self.parameter(link.parameter, 'text[]')})::text")]
        if isinstance(link, Worked):
            sql, kind = worked_out(link.of, shape.rows)
            if isinstance(kind, NullType):
                return ["null"]
            return json_of_sql(filled(sql, alias, self.parameter), kind, chosen.definition.type)
        if isinstance(link, Elements):
            return elements(self, chosen, link, alias)
        if isinstance(link, Found):
            return self._only_if(link.only_if, shape, alias, queried(self, chosen, link, shape, alias))
        if isinstance(link, Newest):
            return newest(self, chosen, link, alias)
        if isinstance(link, Either):
            return either(self, chosen, link, shape, alias)
        return self._only_if(link.only_if, shape, alias, self.objects(chosen, link, shape, alias))

    def _only_if(self, rule: Rule | None, shape: Shape, alias: str, json: Json) -> Json:
        """Null where the rule about the row does not hold."""
        if rule is None:
            return json
        holds = filled(rule_of_sight(rule, shape.rows, self.role), alias, self.parameter)
        return [Sql(f"CASE WHEN {holds} THEN {text_of(json)} ELSE 'null' END")]

    def _own(self, type_: GraphQLObjectType, chosen: Chosen, shape: Shape, alias: str) -> Json:
        """A field that is a column of the same name."""
        declared = chosen.declared
        assert chosen.definition is not None  # noqa: S101 - see _value
        if declared.python_name == "id" and _is_node(self.schema, type_):
            return global_id(type_.name, f"{alias}.id")
        own = getattr(shape.rows, declared.python_name, None)
        if declared.base_resolver is not None or not isinstance(own, InstrumentedAttribute):
            raise Declined(Reason.FIELD_WITH_CODE, f"{type_.name}.{declared.python_name}")
        return json_of(own, alias, chosen.definition.type)


def _maybe(chosen: Chosen, found: Json) -> Json:
    """What is null where the field may not be makes the whole answer null."""
    assert chosen.definition is not None  # noqa: S101 - only what may be null is asked about
    return found if isinstance(chosen.definition.type, GraphQLNonNull) else or_null(found)


def _is_node(schema: GraphQLSchema, type_: GraphQLObjectType) -> bool:
    node = schema.type_map["Node"]
    return isinstance(node, GraphQLInterfaceType) and node in type_.interfaces

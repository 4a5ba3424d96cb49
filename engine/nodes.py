"""``node`` and ``nodes``: things by their global ids, each with the keys and the sight of its type.

What type an id is of stands in the id. So there is a plan for each type, or set of types, that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLObjectType, VariableNode, Visitor

from domain.people import Role
from engine.arguments import Binder, Value, Variables, id_binder
from engine.declined import Declined, Reason
from engine.json_text import Json, Sql, a_list, or_null, quoted, text_of
from engine.selection import Chosen
from engine.statement import Writer
from resolvers.ids import Kind, as_uuid, parsed
from resolvers.nodes import MOST_NODES, needs_of_node


def node(writer: Writer, chosen: Chosen, id: Value) -> Json:
    kind = _kind(id(writer.selections.variables))
    if kind is None:
        raise Declined(Reason.NOTHING_FOUND)
    name = writer.new_name("id")
    writer.binders.append(id_binder(name, kind, id))
    return _in_sight(writer, chosen, kind, writer.parameter(name, "uuid"))


def nodes(writer: Writer, chosen: Chosen, ids: Value) -> Json:
    """A sub-select for each type that there is among the ids, run for those of its type alone."""
    name, row = writer.new_name("ids"), writer.new_name("n")
    writer.binders.append(_ids_binder(name, ids))
    found = {_kind(each) for each in _texts(ids, writer.selections.variables)}
    cases = [
        f"WHEN {quoted(kind.value)} THEN {text_of(_in_sight(writer, chosen, kind, f'{row}.id'))}"
        for kind in Kind
        if kind in found
    ]
    value = f"CASE {row}.kind {' '.join(cases)} END" if cases else "NULL"
    kinds, keys = writer.parameter(f"{name}_kinds", "text[]"), writer.parameter(name, "uuid[]")
    given = f"unnest({kinds}, {keys}) WITH ORDINALITY {row}(kind, id, place)"
    return a_list(or_null([Sql(value)]), f"{row}.place", given)


def by_id(writer: Writer, chosen: Chosen, kind: Kind, id: Value) -> Json:
    """The one of this kind that has the id, if the caller sees it; its keys are the field's."""
    name = writer.new_name("id")
    writer.binders.append(id_binder(name, kind, id))
    return _seen(writer, chosen, kind, writer.parameter(name, "uuid"))


def viewer(writer: Writer, chosen: Chosen, id: str | None = None) -> Json:
    """The caller's own row. A service has none, and is left to the reference lane."""
    if writer.role is Role.SERVICE:
        raise Declined(Reason.FIELD_WITH_CODE, "Viewer of a service")
    type_, alias = object_named(writer, Kind.VIEWER.value), writer.new_name("t")
    is_it = f"{alias}.id = {writer.parameter('viewer_id', 'uuid')}"
    if id is not None:
        is_it += f" AND {alias}.id = {id}"
    return writer.object(type_, writer.selections.of(type_, chosen.selections), alias, is_it)


def object_named(writer: Writer, name: str) -> GraphQLObjectType:
    found = writer.schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)  # noqa: S101 - shapes are of objects; a test holds it
    return found


class NodeIds(Visitor):
    """Finds the variables that hold ids of nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_field(self, node: Any, *_: Any) -> None:
        if node.name.value not in ("node", "nodes"):
            return
        for each in node.arguments or ():
            values = getattr(each.value, "values", (each.value,))
            self.found.update(value.name.value for value in values if isinstance(value, VariableNode))


def kinds_of(ids: object) -> object:
    """What of the value of such a variable decides between plans."""
    return frozenset(map(_kind, ids)) if isinstance(ids, list) else _kind(ids)


def _in_sight(writer: Writer, chosen: Chosen, kind: Kind, id: str) -> Json:
    if kind is Kind.VIEWER:
        return viewer(writer, chosen, id)
    for need in needs_of_node(kind):
        writer.needs[need] = None
    return _seen(writer, chosen, kind, id)


def _seen(writer: Writer, chosen: Chosen, kind: Kind, id: str) -> Json:
    writer.shape(kind.value)
    type_, alias = object_named(writer, kind.value), writer.new_name("t")
    inner, is_seen = writer.selections.of(type_, chosen.selections), writer.seen(kind.value, alias)
    writer.in_sight.add(alias)
    return writer.object(type_, inner, alias, f"{alias}.id = {id}", is_seen)


def _ids_binder(name: str, ids: Value) -> Binder:
    """What is no id of ours is of no kind, and null; so is what has no key as we write them."""

    def bind(variables: Variables) -> Mapping[str, Any]:
        found = [parsed(each) for each in _texts(ids, variables)]
        return {
            f"{name}_kinds": [None if each is None else each[0].value for each in found],
            name: [None if each is None else as_uuid(each[1]) for each in found],
        }

    return bind


def _texts(ids: Value, variables: Variables) -> Sequence[str]:
    found = ids(variables)
    if not isinstance(found, list) or len(found) > MOST_NODES:
        raise Declined(Reason.ARGUMENT, "ids")
    return found


def _kind(id: object) -> Kind | None:
    found = parsed(id) if isinstance(id, str) else None
    return None if found is None else found[0]

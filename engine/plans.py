"""From an operation to its statement: made once for each way in which its variables steer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)

from db.season_shapes import TEMPLATES
from db.shapes import SEASON_IN_FORCE, Shape
from db.visibility import parameters_of
from domain.people import Role, Viewer
from engine.arguments import Binder, Variables, arguments_of, id_binder
from engine.declined import Declined, Reason
from engine.proof import proof, remembered
from engine.selection import Chosen, Selections
from engine.statement import Writer
from resolvers.ids import Kind, parsed
from resolvers.nodes import needs_of_node
from resolvers.permissions import Need
from schema.fields import needs_of

BY_ID: Mapping[str, str] = {"plan": "Plan", "session": "Session", "team": "Team", "player": "Player"}


@dataclass(frozen=True, slots=True)
class Plan:
    """``sql`` gives one row: the JSON of ``data``, or null, and then the reference lane is asked."""

    sql: str
    parameters: tuple[str, ...]
    binders: tuple[Binder, ...]
    needs: tuple[Need, ...]

    def arguments(self, terms: Mapping[str, Any], variables: Variables) -> list[Any]:
        """``terms`` are the caller's, as ``terms_of`` says them."""
        bound: dict[str, Any] = {}
        for bind in self.binders:
            bound.update(bind(variables))
        return [bound[each] if each in bound else terms[each] for each in self.parameters]


def terms_of(viewer: Viewer) -> dict[str, Any]:
    """What any statement may ask of its caller."""
    return parameters_of(viewer) | remembered(viewer)


@dataclass(frozen=True, slots=True)
class Steering:
    """What decides between plans of one operation: its booleans, which variables are null, kinds of nodes."""

    names: tuple[str, ...]
    node_ids: frozenset[str]

    def key(self, role: Role, variables: Variables) -> tuple[object, ...]:
        return (role, *(self._of(name, variables.get(name)) for name in self.names))

    def _of(self, name: str, value: object) -> object:
        if isinstance(value, bool):
            return value
        if name in self.node_ids and isinstance(value, str):
            found = parsed(value)
            return None if found is None else found[0]
        return value is None


def steering_of(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Steering:
    finder = _NodeIds()
    for tree in (operation, *fragments.values()):
        visit(tree, finder)
    names = tuple(each.variable.name.value for each in operation.variable_definitions or ())
    return Steering(names, frozenset(finder.found))


def make_plan(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    role: Role,
    variables: Variables,
    shapes: Mapping[str, Shape],
) -> Plan:
    """``Declined`` for whatever cannot be answered exactly as the reference lane would."""
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        raise Declined(Reason.NOT_A_QUERY)
    writer = Writer(Selections(schema, fragments, variables), role, shapes)
    roots = writer.selections.of(schema.query_type, [operation.selection_set])
    columns = [f'{_root(writer, each)} AS "{each.key}"' for each in _checked(roots)]
    is_proven = proof(writer.parameter, role)
    nulls = " AND ".join(f'r."{each.key}" IS NOT NULL' for each in roots)
    # OFFSET 0 keeps the two selects apart: each root is computed once, and only for a proven caller.
    # The outermost select gives one row in any case: answers of several callers can be told apart.
    sql = (
        f"SELECT (SELECT row_to_json(r) FROM (SELECT {', '.join(columns)} WHERE {is_proven} OFFSET 0) r"
        f" WHERE {nulls})"
    )
    return Plan(sql, tuple(writer.parameters), tuple(writer.binders), tuple(writer.needs))


def _checked(roots: Sequence[Chosen]) -> Sequence[Chosen]:
    if not roots:
        raise Declined(Reason.NOTHING_FOUND, "everything is skipped")
    if any(each.definition is None for each in roots):
        raise Declined(Reason.FIELD_WITH_CODE, "__typename, __schema or __type at the root")
    if any(len(each.key) > 63 for each in roots):
        raise Declined(Reason.NAME_TOO_LONG)
    return roots


def _root(writer: Writer, chosen: Chosen) -> str:
    assert chosen.definition is not None  # noqa: S101 - _checked
    for need in needs_of(chosen.declared):
        writer.needs[need] = None
    given = arguments_of(chosen.nodes[0], chosen.definition)
    name = chosen.name
    if name == "viewer":
        return _viewer(writer, chosen)
    if name in BY_ID and given.keys() == {"id"}:
        return _by_id(writer, chosen, BY_ID[name], given["id"])
    if name == "seasonPlan":
        return _season(writer, chosen, given["teamId"])
    if name == "phaseTemplates":
        return writer.page(chosen, TEMPLATES, None)
    if name == "node":
        found = parsed(given["id"](writer.selections.variables) or "")
        if found is None or found[0] is Kind.VIEWER:
            raise Declined(Reason.NOTHING_FOUND)
        for need in needs_of_node(found[0]):
            writer.needs[need] = None
        return _by_id(writer, chosen, found[0].value, given["id"])
    raise Declined(Reason.FIELD_WITH_CODE, f"Query.{name}")


def _viewer(writer: Writer, chosen: Chosen) -> str:
    """A person's own row. A service has none, and is left to the reference lane."""
    if writer.role is Role.SERVICE:
        raise Declined(Reason.FIELD_WITH_CODE, "Query.viewer of a service")
    type_ = _type(writer, "Viewer")
    alias = writer.new_name("t")
    condition = f"{alias}.id = {writer.parameter('viewer_id', 'uuid')}"
    return writer.object(type_, writer.selections.of(type_, chosen.selections), condition, alias)


def _by_id(writer: Writer, chosen: Chosen, type_name: str, id: Callable[[Variables], Any]) -> str:
    writer.shape(type_name)
    type_, alias, name = _type(writer, type_name), writer.new_name("t"), writer.new_name("id")
    writer.binders.append(id_binder(name, Kind(type_name), id))
    condition = f"{alias}.id = {writer.parameter(name, 'uuid')} AND {writer.seen(type_name, alias)}"
    return writer.object(type_, writer.selections.of(type_, chosen.selections), condition, alias)


def _season(writer: Writer, chosen: Chosen, team_id: Callable[[Variables], Any]) -> str:
    """That of a team which the caller sees. Without one, the reference lane says which of the two it is."""
    link, alias, team = SEASON_IN_FORCE, writer.new_name("t"), writer.new_name("t")
    writer.shape(link.type)
    type_, name = _type(writer, link.type), writer.new_name("id")
    writer.binders.append(id_binder(name, Kind.TEAM, team_id))
    id = writer.parameter(name, "uuid")
    is_seen = f"EXISTS (SELECT 1 FROM teams {team} WHERE {team}.id = {id} AND {writer.seen('Team', team)})"
    condition = f"{writer.only(link, alias, id)} AND {is_seen}"
    return writer.object(type_, writer.selections.of(type_, chosen.selections), condition, alias)


def _type(writer: Writer, name: str) -> GraphQLObjectType:
    found = writer.schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)  # noqa: S101 - shapes are of objects; a test holds it
    return found


class _NodeIds(Visitor):
    """Variables that are the id of a node: the type of the node follows from them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_field(self, node: Any, *_: Any) -> None:
        if node.name.value == "node":
            for each in node.arguments or ():
                if isinstance(each.value, VariableNode):
                    self.found.add(each.value.name.value)

"""From an operation to its statement: made once for each way in which its variables steer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    visit,
)

from db.caller import flag_parameter
from db.shape_links import Shape
from db.today import DAYS
from db.visibility import parameters_of
from domain.people import Role, Viewer
from engine.arguments import Binder, Variables
from engine.declined import Declined, Reason
from engine.json_text import an_object, text_of
from engine.nodes import NodeIds, kinds_of
from engine.proof import proof, remembered
from engine.roots import root
from engine.selection import Chosen, Selections
from engine.statement import Writer
from integrations.flags import Flag
from resolvers.context import Context
from resolvers.permissions import Need


@dataclass(frozen=True, slots=True)
class Plan:
    """``sql`` gives one row: the JSON of ``data``, or null, and then the reference lane is asked."""

    sql: str
    parameters: tuple[str, ...]
    binders: tuple[Binder, ...]
    needs: tuple[Need, ...]
    flags: tuple[Flag, ...]  # that the statement asks about, beside those that are needed

    @property
    def asks_for_today(self) -> bool:
        return DAYS in self.parameters

    def arguments(self, terms: Mapping[str, Any], variables: Variables) -> list[Any]:
        """``terms`` are the caller's, as ``terms_of`` says them, and the days if it asks for them."""
        bound: dict[str, Any] = {}
        for bind in self.binders:
            bound.update(bind(variables))
        return [bound[each] if each in bound else terms[each] for each in self.parameters]


def flags_of(plan: Plan, context: Context) -> dict[str, Any]:
    """Flags are on and off between requests of one caller."""
    return {flag_parameter(each): context.flag_on(each) for each in plan.flags}


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
        if name in self.node_ids:
            return kinds_of(value)
        return value is None or value == []


def steering_of(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Steering:
    finder = NodeIds()
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
    only: str | None = None,
) -> Plan:
    """``Declined`` for whatever cannot be answered exactly as the reference lane would.

    ``only``: for the value of the root with this response key alone, and not for an object of all of them.
    """
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        raise Declined(Reason.NOT_A_QUERY)
    writer = Writer(Selections(schema, fragments, variables), role, shapes)
    roots = writer.selections.of(schema.query_type, [operation.selection_set])
    if only is None:
        answer = text_of(an_object((each.key, root(writer, each)) for each in _checked(roots)))
    else:
        answer = text_of(root(writer, *_checked([each for each in roots if each.key == only])))
    # One row in any case, so that answers of several callers can be told apart. A root that is null makes
    # the whole null, and for a caller who is not proven no root is looked at.
    sql = f"SELECT CASE WHEN {proof(writer.parameter, role)} THEN {answer} END"
    flags = tuple(each for each in Flag if flag_parameter(each) in writer.parameters)
    return Plan(sql, tuple(writer.parameters), tuple(writer.binders), tuple(writer.needs), flags)


def _checked(roots: Sequence[Chosen]) -> Sequence[Chosen]:
    if not roots:
        raise Declined(Reason.NOTHING_FOUND, "everything is skipped")
    if any(each.definition is None for each in roots):
        raise Declined(Reason.FIELD_WITH_CODE, "__typename, __schema or __type at the root")
    return roots

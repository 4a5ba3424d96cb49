"""The compiled lane: answers an operation from one statement, or says that it will not."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from weakref import ref

import asyncpg
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    get_variable_values,
)

from db.json_lines import Tell
from db.json_reads import JsonReads
from db.season_shapes import SEASON_SHAPES
from db.shapes import SHAPES
from domain.errors import DomainError
from engine.days import Days
from engine.declined import Declined, Reason
from engine.plain_variables import PlainVariables
from engine.plans import Plan, Steering, flags_of, make_plan, steering_of, terms_of
from resolvers.by_identity import ByIdentity
from resolvers.context import Context

MOST_PLANS_OF_AN_OPERATION = 32
MOST_BYTES_OF_PLANS = 32_000_000
_OVERHEAD_BYTES = 500  # of a plan beside its statement
Key: TypeAlias = tuple[object, ...]
Statement: TypeAlias = tuple[str, Sequence[Any]]  # with its arguments


@dataclass(slots=True, weakref_slot=True, eq=False)
class Compiled:
    """What is known of one operation of one document: its plans, and why there are none for some keys."""

    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    steering: Steering
    plain: PlainVariables | None
    plans: dict[Key, Plan | Declined] = field(default_factory=dict)

    @classmethod
    def of(cls, document: DocumentNode, operation: OperationDefinitionNode) -> Compiled:
        fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        plain = PlainVariables.of(operation)
        return cls(operation, fragments, steering_of(operation, fragments), plain)


class Lane:
    """Plans are kept with their document, so they go when it goes; the oldest go before that, where all of
    them together would take too much."""

    def __init__(
        self, schema: GraphQLSchema, reads: JsonReads, *, has_planning_service: bool = False
    ) -> None:
        self._schema = schema
        self._shapes = SHAPES if has_planning_service else {**SHAPES, **SEASON_SHAPES}
        self._reads = reads
        self._terms = ByIdentity(terms_of)
        self._days = Days()
        self._kept: deque[tuple[ref[Compiled], Key, int]] = deque()
        self._kept_bytes = 0

    async def data(self, compiled: Compiled, variables: Mapping[str, Any], context: Context) -> bytes:
        """The JSON of ``data``. ``Declined`` for anything but the plain, whole, permitted answer."""
        return await self.answer(self._statement(compiled, variables, context))

    async def answer(self, statement: Statement) -> bytes:
        try:
            found = await self._reads.fetch(*statement)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            if self._days.learn(str(error)):
                raise Declined(Reason.NEW_TIME_ZONE) from None
            raise Declined(Reason.DATABASE, type(error).__name__) from error
        if found is None:
            raise Declined(Reason.NOTHING_FOUND)
        return found

    def ask(self, compiled: Compiled, variables: Mapping[str, Any], context: Context, tell: Tell) -> None:
        """As ``data``, for who does not wait in a task: ``tell`` gets None for what is declined later."""
        self._reads.ask(*self._statement(compiled, variables, context), tell)

    def statement_of_root(
        self, compiled: Compiled, key: str, variables: Mapping[str, Any], context: Context
    ) -> Statement:
        """For the value of one field of ``Query`` alone. ``variables`` are coerced."""
        return self._bound(compiled, dict(variables), context, key)

    def _statement(self, compiled: Compiled, variables: Mapping[str, Any], context: Context) -> Statement:
        return self._bound(compiled, self._coerced(compiled, variables), context)

    def _bound(
        self, compiled: Compiled, coerced: dict[str, Any], context: Context, root: str | None = None
    ) -> Statement:
        plan = self._plan(compiled, coerced, context, root)
        for need in plan.needs:
            try:
                need.check(context)
            except DomainError:
                raise Declined(Reason.NOT_PERMITTED) from None
        terms: Mapping[str, Any] = self._terms.of(context.caller)
        if plan.asks_for_today:
            terms = {**terms, **self._days.terms(context.services.clock())}
        if plan.flags:
            terms = {**terms, **flags_of(plan, context)}
        return plan.sql, plan.arguments(terms, coerced)

    def _coerced(self, compiled: Compiled, variables: Mapping[str, Any]) -> dict[str, Any]:
        if compiled.plain is not None and (plain := compiled.plain.coerced(variables)) is not None:
            return plain
        definitions = compiled.operation.variable_definitions or ()
        found = get_variable_values(self._schema, definitions, dict(variables), hide_suggestions=True)
        if isinstance(found, list):
            raise Declined(Reason.ARGUMENT)
        return found.coerced

    def _plan(
        self, compiled: Compiled, variables: dict[str, Any], context: Context, root: str | None
    ) -> Plan:
        if context.viewer is None:
            raise Declined(Reason.NOT_PERMITTED)
        role = context.viewer.role
        key = (root, *compiled.steering.key(role, variables))
        known = compiled.plans.get(key)
        if known is None:
            if len(compiled.plans) >= MOST_PLANS_OF_AN_OPERATION:
                raise Declined(Reason.TOO_MANY_PLANS)
            try:
                known = make_plan(
                    self._schema, compiled.operation, compiled.fragments, role, variables, self._shapes, root
                )
            except Declined as declined:
                known = declined.with_traceback(None)
            self._keep(compiled, key, known)
        if isinstance(known, Declined):
            # Another one: what is raised keeps its frames, and with them all that its operation has read.
            raise Declined(known.reason, known.detail)
        return known

    def _keep(self, compiled: Compiled, key: Key, plan: Plan | Declined) -> None:
        compiled.plans[key] = plan
        size = _OVERHEAD_BYTES + (len(plan.sql) if isinstance(plan, Plan) else 0)
        self._kept.append((ref(compiled), key, size))
        self._kept_bytes += size
        while self._kept_bytes > MOST_BYTES_OF_PLANS:
            its, oldest, freed = self._kept.popleft()
            self._kept_bytes -= freed
            if (still := its()) is not None:
                still.plans.pop(oldest, None)

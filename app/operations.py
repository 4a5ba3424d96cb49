"""Runs operations of the schema for every way in: GraphQL over HTTP, and the earlier HTTP routes."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from graphql.execution import (
    ExecutionResult,
    Executor,
    ExperimentalIncrementalExecutionResults,
    SubsequentIncrementalExecutionResult,
    create_source_event_stream,
    experimental_execute_incrementally,
)
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import DisableIntrospection

from app.cost import Prices, length_of
from app.deferred import Part, Telling
from app.documents import Document, Documents, RequestError
from app.limits import MOST_ACTUAL, LimitExceeded, Limits
from app.variable_limits import refuse_oversized_variables
from db.json_lines import Tell
from engine.completion import CompletingExecutor
from engine.declined import Declined
from engine.lane import Lane
from engine.parts import OF_A_FIELD, EmbeddingExecutor, Roots
from integrations.lane_metrics import COMPILED
from integrations.metrics import Metrics, OperationKind, Outcome
from resolvers.context import Context
from resolvers.live.feed import Unshared
from schema.errors import PublicError, public_error

_log = structlog.get_logger(__name__)
_levels = logging.getLogger(__name__)

# A mutation's units of work have deadlines of their own, so that it learns whether it was applied. This is
# only for what hangs outside of them.
MUTATION_SECONDS = 10.0
NEWS_SECONDS = 0.5  # a query that takes longer is logged as one that fails is
# What may have been meant is said of documents only: in variables graphql-core's search for it fails on some
# texts ("İ" becomes longer in lower case).
_NO_SUGGESTIONS = True
# For each document: its variables may ask for pages of any length.
MOST_COSTS_KEPT = 32


@dataclass(frozen=True, slots=True)
class Prepared:
    """One valid operation, chosen from its document."""

    document: Document
    definition: OperationDefinitionNode
    kind: OperationKind
    cost: int

    @property
    def name(self) -> str | None:
        return self.definition.name.value if self.definition.name else None

    @property
    def may_be_in_parts(self) -> bool:
        return self.kind is OperationKind.QUERY and self.document.deferring is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """``payload`` is the response as GraphQL has it. ``is_request_error``: nothing was run."""

    payload: dict[str, Any]
    outcome: Outcome
    is_request_error: bool = False
    lane: str | None = None  # which answered, or why it was not the compiled one; None where nobody asked

    def with_extension(self, name: str, value: object) -> Answer:
        extensions = {**self.payload.get("extensions", {}), name: value}
        return replace(self, payload={**self.payload, "extensions": extensions})

    @property
    def codes(self) -> list[str]:
        return [each["extensions"]["code"] for each in self.payload.get("errors", ())]


class Operations:
    """``seconds`` is the time budget of one query."""

    def __init__(
        self,
        schema: Schema,
        metrics: Metrics,
        *,
        seconds: float,
        introspection: bool,
        suggestions: bool,
        limits: Limits,
        lane: Lane | None = None,
    ) -> None:
        if set(schema.extensions) - {DisableIntrospection}:  # that one is done by Documents
            raise ValueError("operations run without Strawberry's extensions, so the schema may have none")
        self._schema = schema
        self._metrics = metrics
        self._seconds = seconds
        self._limits = limits
        self._lane = lane
        self._prices = Prices(schema._schema)
        self._documents = Documents(
            schema, introspection=introspection, suggestions=suggestions, limits=limits
        )

    def prepare(
        self,
        text: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Prepared:
        """Whether it may be run. Raises ``RequestError``; ``refused`` makes an answer of it."""
        return self._prepared(self._documents.read(text), operation_name, variables)

    def at_hand(self, text: str, operation_name: str | None, variables: Mapping[str, Any]) -> Prepared | None:
        """As ``prepare``, of a document that was read before; None where it has to be read, or is refused."""
        document = self._documents.at_hand(text)
        if document is None:
            return None
        try:
            return self._prepared(document, operation_name, variables)
        except RequestError:
            return None

    def _prepared(
        self, document: Document, operation_name: str | None, variables: Mapping[str, Any] | None
    ) -> Prepared:
        definition = document.operation(operation_name)
        try:
            refuse_oversized_variables(self._schema._schema, definition, variables or {}, self._limits)
            cost = self._cost(document, definition, variables or {})
        except LimitExceeded as error:
            raise RequestError(error) from None
        return Prepared(document, definition, OperationKind(definition.operation.value), cost)

    def _cost(
        self, document: Document, definition: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        """Reckoned once for each document and what decides the length of its lists."""
        deciding = [length_of(variables.get(name)) for name in document.sizing_variables]
        key = (id(definition), *deciding)
        cost = document.costs.get(key)
        if cost is None:
            if len(document.costs) >= MOST_COSTS_KEPT:
                document.costs.clear()
            cost = document.costs[key] = self._prices.cost(document.ast, definition, variables)
        if cost > self._limits.cost:
            raise LimitExceeded(
                "operation_too_costly",
                f"The operation costs {min(cost, MOST_ACTUAL)}; at most {self._limits.cost} is taken. Ask "
                "for shorter pages, or for less in them.",
                limit=self._limits.cost,
                actual=cost,
            )
        return cost

    def refused(self, error: RequestError, correlation_id: str) -> Answer:
        errors = [public_error(each, correlation_id=correlation_id) for each in error.errors]
        self._metrics.graphql_operation(None, OperationKind.UNKNOWN, Outcome.INVALID)
        return Answer({"errors": [each.formatted for each in errors]}, Outcome.INVALID, is_request_error=True)

    async def run(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any] | None,
        context: Context,
        *,
        is_sent_on: bool = False,
        declined: str | None = None,
    ) -> Answer:
        """Whatever fails is in the answer, and masked if it is a fault. Raises ``Unauthorized`` only for a
        caller who was remembered and is nobody any more.

        ``is_sent_on``: nobody looks into ``data``, so that it may be, or hold, the JSON that a database made;
        ``declined``: the same, of what ``compiled`` has said why it has to be run.
        """
        why = declined
        if is_sent_on:
            found = await self.compiled(prepared, variables, context)
            if isinstance(found, Answer):
                return found
            why = found
        await context.prove_caller()
        began = time.perf_counter()
        outcome = Outcome.CANCELLED
        try:
            roots = self._roots(prepared, context, why)
            answer = await self._answer(prepared, dict(variables or {}), context, roots=roots)
            outcome = answer.outcome
        finally:
            self._note(prepared, outcome, time.perf_counter() - began)
        return replace(answer, lane=why)

    async def in_parts(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> AsyncGenerator[Answer | Part, None]:
        """A query that defers: its parts to the last; or one answer, if nothing of it is deferred after all.

        They share the time of one query, and are counted as one when they end: close it.
        """
        await context.prove_caller()
        began, outcome = time.perf_counter(), Outcome.CANCELLED
        deadline = asyncio.get_running_loop().time() + self._seconds
        telling = Telling(context.correlation_id)
        try:
            found = await self._begun(prepared, dict(variables or {}), context, deadline)
            if isinstance(found, Answer):
                outcome = found.outcome
                yield found
                return
            async with aclosing(found.subsequent_results) as rest:
                part = telling.part(found.initial_result)
                while part["hasNext"]:
                    yield part
                    part = await self._next_part(prepared, rest, telling, deadline)
                outcome = Outcome.FAULT if telling.is_broken_off else _outcome_of(telling.errors)
                yield part
        finally:
            self._report(telling.errors)
            self._note(prepared, outcome, time.perf_counter() - began)

    async def compiled(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> Answer | str | None:
        """The answer of a query from one statement; or why it has to be run, None if that goes without
        saying. It takes a moment, and bounds its waits itself."""
        if self._lane is None or prepared.kind is not OperationKind.QUERY:
            return None
        began = time.perf_counter()
        try:
            data = await self._lane.data(
                prepared.document.compiled(prepared.definition), variables or {}, context
            )
        except Declined as declined:
            self._metrics.lanes.answered(declined.reason.value)
            return declined.reason.value
        self.compiled_in(prepared, time.perf_counter() - began)
        return Answer({"data": orjson.Fragment(data)}, Outcome.OK, lane=COMPILED)

    def ask(self, prepared: Prepared, variables: Mapping[str, Any], context: Context, tell: Tell) -> bool:
        """As ``compiled``, for who does not wait in a task. False, or None for ``tell``, if the operation has
        to be run; whoever gets the JSON of ``data`` says so by ``compiled_in``."""
        if self._lane is None or prepared.kind is not OperationKind.QUERY:
            return False
        try:
            self._lane.ask(prepared.document.compiled(prepared.definition), variables, context, tell)
        except Declined:
            return False
        return True

    def compiled_in(self, prepared: Prepared, seconds: float) -> None:
        """It was answered by one statement, after so long."""
        self._metrics.lanes.answered(COMPILED)
        self._note(prepared, Outcome.OK, seconds)

    def _roots(self, prepared: Prepared, context: Context, why: str | None) -> Roots | None:
        """Those of its fields that may be compiled though not all of them are."""
        if self._lane is None or why not in OF_A_FIELD:
            return None
        return Roots(self._lane, prepared.document.compiled(prepared.definition), context)

    def _note(self, prepared: Prepared, outcome: Outcome, seconds: float) -> None:
        """Counted always. A query that goes well and quickly is what happens all day, and no news."""
        self._metrics.graphql_operation(prepared.name, prepared.kind, outcome, seconds)
        is_news = prepared.kind is not OperationKind.QUERY or outcome is not Outcome.OK
        level = logging.INFO if is_news or seconds > NEWS_SECONDS else logging.DEBUG
        if _levels.isEnabledFor(level):
            _log.log(
                level,
                "operation",
                operation=prepared.name,
                kind=prepared.kind.value,
                outcome=outcome.value,
                milliseconds=round(seconds * 1000, 1),
            )

    async def feed(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> Unshared[Any] | Answer:
        """What a subscription is to follow, or an answer that says why it may not."""
        executor = Executor.build(
            self._schema._schema,
            prepared.document.ast,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=prepared.name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is one, and says bool
            hide_suggestions=_NO_SUGGESTIONS,
        )
        if isinstance(executor, list):
            return self._completed(ExecutionResult(None, executor), context.correlation_id)
        try:
            async with asyncio.timeout(self._seconds):
                found = create_source_event_stream(executor)
                found = await found if inspect.isawaitable(found) else found
        except TimeoutError:
            return self._too_slow(prepared, self._seconds)
        if isinstance(found, ExecutionResult):
            return self._completed(found, context.correlation_id)
        if not isinstance(found, Unshared):
            raise TypeError(f"The resolver of a subscription gave {type(found).__name__}, which is no feed.")
        return found

    async def event(
        self, prepared: Prepared, variables: Mapping[str, Any], context: Context, root: object
    ) -> Answer:
        """One event of a subscription, as those who follow it get it. Never raises but for cancellation."""
        return await self._answer(prepared, dict(variables), context, root)

    async def _answer(
        self,
        prepared: Prepared,
        variables: dict[str, Any],
        context: Context,
        root: object = None,
        roots: Roots | None = None,
    ) -> Answer:
        seconds = MUTATION_SECONDS if prepared.kind is OperationKind.MUTATION else self._seconds
        try:
            async with asyncio.timeout(seconds):
                result = await self._execute(prepared, variables, context, root, roots)
        except TimeoutError:
            return self._too_slow(prepared, seconds)
        except Exception as error:  # graphql-core answers with errors; what it raises is a fault, too
            result = ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
        return self._completed(result, context.correlation_id)

    async def _begun(
        self, prepared: Prepared, variables: dict[str, Any], context: Context, deadline: float
    ) -> Answer | ExperimentalIncrementalExecutionResults:
        try:
            async with asyncio.timeout_at(deadline):
                found = await self._started(prepared, prepared.document.deferring, variables, context)
        except TimeoutError:
            return self._too_slow(prepared, self._seconds)
        except Exception as error:
            found = ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
        return self._completed(found, context.correlation_id) if isinstance(found, ExecutionResult) else found

    async def _next_part(
        self,
        prepared: Prepared,
        rest: AsyncGenerator[SubsequentIncrementalExecutionResult, None],
        telling: Telling,
        deadline: float,
    ) -> Part:
        try:
            async with asyncio.timeout_at(deadline):
                return telling.part(await anext(rest))
        except TimeoutError:
            return telling.broken_off(self._too_slow(prepared, self._seconds).payload["errors"])
        except Exception as error:
            return telling.broken_off(telling.told([GraphQLError(str(error), original_error=error)]))

    async def _execute(
        self,
        prepared: Prepared,
        variables: dict[str, Any],
        context: Context,
        root: object,
        roots: Roots | None,
    ) -> ExecutionResult:
        found = await self._started(prepared, prepared.document.ast, variables, context, root, roots)
        if not isinstance(found, ExecutionResult):
            raise TypeError("A document without @defer was answered in parts.")
        return found

    async def _started(
        self,
        prepared: Prepared,
        document: DocumentNode | None,
        variables: dict[str, Any],
        context: Context,
        root: object = None,
        roots: Roots | None = None,
    ) -> ExecutionResult | ExperimentalIncrementalExecutionResults:
        executor: dict[str, Any] = {"executor_class": CompletingExecutor}
        if roots is not None:
            executor = {"executor_class": EmbeddingExecutor, "roots": roots}
        # graphql-core's plain ``execute`` takes no schema that has @defer, whatever the document says.
        found = experimental_execute_incrementally(
            self._schema._schema,
            document or prepared.document.ast,
            root_value=root,
            context_value=context,
            variable_values=variables,
            operation_name=prepared.name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is one, and says bool
            hide_suggestions=_NO_SUGGESTIONS,
            completions=prepared.document.completions,
            **executor,
        )
        return await found if inspect.isawaitable(found) else found

    def _completed(self, result: ExecutionResult, correlation_id: str) -> Answer:
        if not result.errors:
            return Answer({"data": result.data}, Outcome.OK)
        errors = [public_error(each, correlation_id=correlation_id) for each in result.errors]
        self._report(errors)
        formatted = [each.formatted for each in errors]
        # Only an error of a field has a path; without one, nothing was run: a variable was wrong.
        if result.data is None and not any("path" in each for each in formatted):
            is_fault = any(each.is_fault for each in errors)
            outcome = Outcome.FAULT if is_fault else Outcome.INVALID
            return Answer({"errors": formatted}, outcome, is_request_error=not is_fault)
        return Answer({"errors": formatted, "data": result.data}, _outcome_of(errors))

    def _report(self, errors: Sequence[PublicError]) -> None:
        """One operation, one record: siblings that fail together fail for one reason."""
        faults = [each for each in errors if each.is_fault]
        for each in faults:
            self._metrics.fault(each.code)
        if faults:
            first = faults[0]
            _log.error(
                "fault",
                code=first.code,
                path=first.formatted.get("path"),
                faults=len(faults),
                exc_info=first.original,
            )

    def _too_slow(self, prepared: Prepared, seconds: float) -> Answer:
        is_mutation = prepared.kind is OperationKind.MUTATION
        _log.error("fault", code="timeout", operation=prepared.name, seconds=seconds)
        self._metrics.fault("timeout")
        message = (
            "It took too long; the change may or may not be stored. Repeat it with the same idempotencyKey."
            if is_mutation
            else "It took too long and was stopped. Ask for less, or try again."
        )
        extensions = {
            "code": "timeout",
            "outcome": "unknown" if is_mutation else "not_applied",
            "retriable": True,
        }
        return Answer({"errors": [{"message": message, "extensions": extensions}]}, Outcome.FAULT)


def _outcome_of(errors: Sequence[PublicError]) -> Outcome:
    """Of what was run."""
    if not errors:
        return Outcome.OK
    return Outcome.FAULT if any(each.is_fault for each in errors) else Outcome.REFUSED

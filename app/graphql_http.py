"""GraphQL over HTTP: one endpoint, POST and GET, from the first header to the last byte of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.admission import Admitted
from app.answers import graphql_response, refusal_of_fault, refusal_response, revalidated
from app.auth import refusal_of, remembered_context_from
from app.bootstrap import Application
from app.deferred import Form, Part, Parts, form_asked_for
from app.documents import RequestError
from app.door import refuse_in_reserve
from app.express import QuickRequest
from app.graphiql import Example, graphiql_response, wants_graphiql
from app.graphql_request import GraphQLRequest, read_request
from app.live import streams
from app.live.accepting import asked_for
from app.negotiation import JSON, negotiate
from app.operations import Answer, Prepared
from app.rates import Caller
from app.refusals import HttpRefusal
from domain.errors import Unauthorized
from integrations.metrics import OperationKind, Outcome
from integrations.tokens import TokenRefused
from resolvers.context import Context

_Read = TypeVar("_Read")


class GraphQLEndpoint:
    """ASGI. It answers every request itself, wrong methods and faults included."""

    def __init__(self, application: Application, path: str, examples: Sequence[Example] = ()) -> None:
        self._application = application
        self.path = path
        self._examples = examples

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = QuickRequest(scope, receive)
        in_flight = self._application.services.metrics.in_flight
        in_flight.inc()
        try:
            response = await self._respond(request)
        finally:
            in_flight.dec()
        await response(scope, receive, send)

    def page(self, request: Request) -> Response:
        """GraphiQL, with a token where there are any for development."""
        token = self._application.token_for_graphiql()
        return graphiql_response(request, endpoint=self.path, token=token, examples=self._examples)

    async def _respond(self, request: QuickRequest) -> ASGIApp:
        if self._application.settings.graphiql_on and wants_graphiql(request):
            return self.page(request)
        media_type = negotiate(request.accept)
        try:
            if media_type is None and not (asked_for(request.accept) or form_asked_for(request.accept)):
                raise HttpRefusal(
                    406,
                    "not_acceptable",
                    "Answers are application/graphql-response+json or application/json.",
                )
            return await self._answered(request, media_type or JSON)
        except HttpRefusal as refusal:
            return refusal_response(refusal, media_type or JSON)
        except (TokenRefused, Unauthorized) as error:
            return refusal_response(refusal_of(error), media_type or JSON)
        except Exception as error:
            fault = refusal_of_fault(error, self._application.services.metrics)
            return refusal_response(fault, media_type or JSON)

    async def _answered(self, request: QuickRequest, media_type: str) -> ASGIApp:
        if request.method not in ("GET", "POST"):
            raise _method_not_allowed("This address takes GET and POST.", allow="GET, POST")
        asked = await read_request(request, self._application.limits)
        context = await remembered_context_from(request, self._application.callers)
        caller = Caller.of(context.viewer, request.client.host if request.client else None)
        try:
            admitted = await self._application.admission.admit(caller, asked)
        except RequestError as error:
            refused = self._application.operations.refused(error, context.correlation_id)
            return self._told(request, refused, media_type)
        prepared = admitted.prepared
        if prepared.kind is not OperationKind.QUERY:
            await context.prove_caller()
        if prepared.kind is OperationKind.SUBSCRIPTION:
            return await self._followed(request, asked, prepared, context)
        _refuse_kind(request, prepared)
        if prepared.kind is OperationKind.QUERY:
            refuse_in_reserve(request.scope, self._application.services.metrics.edge)
        form = (
            form_asked_for(request.accept) if prepared.may_be_in_parts and request.method == "POST" else None
        )
        if form is None:
            answer = await self._run(request, asked, prepared, context)
        else:
            parts = self._application.operations.in_parts(prepared, asked.variables, context)
            first = await _unless_hung_up(request, anext(parts))
            if not isinstance(first, Answer):
                return _in_parts(first, parts, form, asked, admitted)
            await parts.aclose()
            answer = first
        if asked.wants_cost:
            answer = answer.with_extension("cost", admitted.spending.facts)
        return self._told(request, answer, media_type, admitted)

    async def _followed(
        self, request: Request, asked: GraphQLRequest, prepared: Prepared, context: Context
    ) -> ASGIApp:
        stream = await streams.following(self._application.live, request, asked, prepared, context)
        if stream is None:
            raise HttpRefusal(
                400,
                "operation_not_supported",
                "A subscription is answered as a stream: send Accept: text/event-stream, or use a WebSocket.",
            )
        return stream

    def _told(
        self, request: QuickRequest, answer: Answer, media_type: str, admitted: Admitted | None = None
    ) -> ASGIApp:
        if asked_for(request.accept) is not None:
            stream = streams.single(self._application.live, request, answer)
            if stream is not None:
                return stream
        edition = self._application.settings.graphql_http_edition
        headers = {} if admitted is None else admitted.spending.headers
        if answer.lane is not None and not self._application.settings.is_production:
            headers["X-Taper-Lane"] = answer.lane
        response = graphql_response(answer, media_type, edition, headers)
        may_be_kept = request.method == "GET" and admitted is not None and admitted.is_named
        return revalidated(request, response) if may_be_kept and answer.outcome is Outcome.OK else response

    async def _run(
        self, request: Request, asked: GraphQLRequest, prepared: Prepared, context: Context
    ) -> Answer:
        operations = self._application.operations
        found = await operations.compiled(prepared, asked.variables, context)
        if isinstance(found, Answer):
            return found
        work = operations.run(prepared, asked.variables, context, declined=found)
        if prepared.kind is OperationKind.MUTATION:
            return await work  # it is finished and counted, whether or not anybody waits for the answer
        return replace(await _unless_hung_up(request, work), lane=found)


def _refuse_kind(request: Request, prepared: Prepared) -> None:
    if prepared.kind is OperationKind.MUTATION and request.method == "GET":
        raise _method_not_allowed("A mutation changes something: send it by POST.", allow="POST")


def _in_parts(
    first: Part,
    parts: AsyncGenerator[Answer | Part, None],
    form: Form,
    asked: GraphQLRequest,
    admitted: Admitted,
) -> Parts:
    if asked.wants_cost:
        first = {**first, "extensions": {"cost": admitted.spending.facts}}
    rest = cast("AsyncGenerator[Part, None]", parts)  # only the first may be an answer
    return Parts(first, rest, form, admitted.spending.headers)


async def _unless_hung_up(request: Request, work: Awaitable[_Read]) -> _Read:
    """The answer to a read; a client that goes away takes the reading of it along."""
    running = asyncio.ensure_future(work)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({running, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            # Status 499 as web servers log it; there is nobody to read it.
            raise HttpRefusal(499, "client_gone", "The client went away before the answer was ready.")
        return running.result()
    finally:
        for task in (running, gone):
            task.cancel()
        await asyncio.gather(running, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _method_not_allowed(message: str, *, allow: str) -> HttpRefusal:
    return HttpRefusal(405, "method_not_allowed", message, headers={"Allow": allow})

"""Which requests are answered by a stream, and the stream."""

from __future__ import annotations

from starlette.requests import Request

from app.auth import bearer, signed_in
from app.graphql_request import GraphQLRequest
from app.live.accepting import asked_for
from app.live.service import Live
from app.live.stream import Stream
from app.negotiation import negotiate
from app.operations import Answer, Prepared
from integrations.live_metrics import Transport
from resolvers.context import Context


def wanted(request: Request) -> Transport | None:
    return asked_for(_accept(request))


async def following(
    live: Live, request: Request, asked: GraphQLRequest, prepared: Prepared, context: Context
) -> Stream | None:
    """A subscription's stream; None for a client that asked for none. ``HttpRefusal`` without a place."""
    transport = wanted(request)
    if transport is None:
        return None
    who = await signed_in(bearer(request), live.services, live.tokens)
    stream = Stream(live, transport)
    await stream.follow(request, prepared, asked, who, context)
    return stream


def single(live: Live, request: Request, answer: Answer) -> Stream | None:
    """One answer as a stream of one, where only that was asked for; None where JSON serves."""
    if wanted(request) is not Transport.SSE or negotiate(_accept(request)) is not None:
        return None  # urql names every type that it can read, and breaks off a stream that has one answer
    stream = Stream(live, Transport.SSE)
    stream.answered(answer)
    return stream


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))

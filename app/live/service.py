"""What every way to follow has in common: who may open a connection, and how a subscription begins."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

import structlog
from graphql import GraphQLSchema
from starlette.datastructures import Headers

from app.admission import Admission
from app.auth import SignedIn
from app.live.callers import Caller
from app.live.flag_changes import FlagChanges, FlagFollower
from app.live.hub import Hub
from app.live.member import Member, Sink
from app.live.notices import Notice, error_of, notice
from app.live.places import LiveLimits, Places
from app.live.sharing import Sharing, sharing_of
from app.operations import Answer, Operations, Prepared
from app.refusals import HttpRefusal
from integrations.metrics import OperationKind, Outcome
from integrations.tokens import Tokens
from resolvers.context import Context
from resolvers.failures import failure_of
from resolvers.live.cursors import place_after
from resolvers.live.feed import Feed, Unshared
from resolvers.live.flag_events import FlagsFeed, seen_in
from resolvers.services import Services
from resolvers.viewers import viewer_of

_log = structlog.get_logger(__name__)

MOST_SHARINGS = 1_000
LEAVE_SECONDS = 5.0
"""How long a connection may take to finish what is under way on it, where the server does not say."""


Following: TypeAlias = Member | FlagFollower
"""One subscription; what ``Live.unfollow`` takes."""


class Connection(Protocol):
    async def leave(self) -> None:
        """Finish what is under way and close: the server stops."""

    def abort(self) -> None:
        """Close without a word."""


class Live:
    """One for a process. ``stop`` ends every connection; ``close`` then lets go of the rest."""

    def __init__(
        self,
        services: Services,
        tokens: Tokens,
        operations: Operations,
        admission: Admission,
        schema: GraphQLSchema,
        hub: Hub,
        limits: LiveLimits,
        origins: frozenset[str],
    ) -> None:
        self.services = services
        self.tokens = tokens
        self.operations = operations
        self.admission = admission
        self.metrics = services.metrics.live
        self.limits = limits
        self.places = Places(limits)
        self.is_stopping = False
        self._hub = hub
        self._flags = FlagChanges(services, operations, hub.callers, self.metrics)
        self._schema = schema
        self._origins = origins
        self._connections: set[Connection] = set()
        self._nobody = asyncio.Event()
        self._sharings: OrderedDict[Hashable, tuple[Prepared, Sharing]] = OrderedDict()
        self._changes: set[asyncio.Task[Any]] = set()

    def may_come_from(self, headers: Headers) -> bool:
        """A browser says which page opens a WebSocket, and asks nobody first: so we look.

        Pages of the origins that CORS permits, and of this very host; programs send no origin.
        """
        origin = headers.get("origin")
        if origin is None or origin in self._origins:
            return True
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()

    async def context_of(self, who: SignedIn | None, correlation_id: str) -> Context:
        """What one operation on an open connection knows: the caller is read again."""
        viewer = None if who is None else await viewer_of(self.services, who.claims)
        return Context.of(self.services, viewer, correlation_id)

    async def follow(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any],
        who: SignedIn | None,
        context: Context,
        sink: Sink,
        *,
        after: str | None = None,
    ) -> Following | Answer:
        """Every event goes to ``sink`` until ``unfollow``; an answer says why it does not.

        ``after`` is a cursor that came beside the operation, and counts before the one in it.
        """
        feed = await self.operations.feed(prepared, variables, context)
        if isinstance(feed, Answer):
            self._count(prepared, feed.outcome)
            return feed
        if who is None or context.viewer is None:
            raise RuntimeError("A feed is for a caller who is known.")
        caller = self._hub.callers.one(context.viewer, who.claims)
        member = await self._joined(prepared, variables, feed, context, caller, sink, after)
        self._count(prepared, Outcome.OK)
        return member

    def told(self, error: Exception, correlation_id: str) -> Notice:
        """An error as its caller is told of it; a fault is logged and counted."""
        if isinstance(error, HttpRefusal):
            return notice(error.code, error.message, **error.details)
        failure = failure_of(error)
        if not failure.is_fault:
            return error_of(failure)
        _log.error("fault", code=failure.code, exc_info=error)
        self.services.metrics.fault(failure.code)
        told = error_of(failure)
        told["extensions"]["correlationId"] = correlation_id
        return told

    def unfollow(self, following: Following) -> None:
        if isinstance(following, Member):
            self._hub.leave(following)
        else:
            self._flags.leave(following)

    def finish(self, change: asyncio.Task[Any]) -> None:
        """A mutation is finished, whether or not anybody is still there for the answer."""
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)

    def opened(self, connection: Connection) -> Callable[[], None]:
        """Have it closed when the server stops; the answer undoes that."""
        self._connections.add(connection)
        self._nobody.clear()

        def closed() -> None:
            self._connections.discard(connection)
            if not self._connections:
                self._nobody.set()

        return closed

    async def stop(self, within_seconds: float = LEAVE_SECONDS) -> None:
        """Nobody new; everybody else is told to come back, after what is under way. Who does not read is not
        waited for."""
        self.is_stopping = True
        until = asyncio.get_running_loop().time() + within_seconds
        leaving = [asyncio.create_task(each.leave()) for each in tuple(self._connections)]
        if leaving:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._nobody.wait()
        for connection in tuple(self._connections):
            connection.abort()
        for task in leaving:
            task.cancel()
        if self._changes:
            left_seconds = max(0.1, until - asyncio.get_running_loop().time())
            await asyncio.wait(self._changes, timeout=left_seconds)

    async def close(self) -> None:
        with suppress(asyncio.CancelledError):
            await self._hub.close()
            await self._flags.close()

    async def _joined(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any],
        feed: Unshared[Any],
        context: Context,
        caller: Caller,
        sink: Sink,
        after: str | None,
    ) -> Following:
        sharing = self._sharing(prepared)
        if isinstance(feed, FlagsFeed):
            if after is not None:
                feed = FlagsFeed(seen_in(after))
            return self._flags.join(prepared, variables, sharing, feed, caller, sink)
        if not isinstance(feed, Feed):
            raise TypeError(f"Nothing here follows a {type(feed).__name__}.")
        if after is not None:
            feed = replace(feed, after=await place_after(context, after))
        return await self._hub.join(prepared, variables, sharing, feed, caller, sink)

    def _sharing(self, prepared: Prepared) -> Sharing:
        key = id(prepared.definition)
        found = self._sharings.get(key)
        if found is None:
            # With the document, or its place in memory could be another one's by the next time.
            found = self._sharings[key] = (prepared, sharing_of(self._schema, prepared))
            if len(self._sharings) > MOST_SHARINGS:
                self._sharings.popitem(last=False)
        return found[1]

    def _count(self, prepared: Prepared, outcome: Outcome) -> None:
        self.services.metrics.graphql_operation(prepared.name, OperationKind.SUBSCRIPTION, outcome)

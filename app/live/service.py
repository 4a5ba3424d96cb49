"""What every way to follow has in common: who may open a connection, and how a subscription begins."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from strawberry import Schema

from app.auth import SignedIn
from app.live.hub import Hub
from app.live.member import Member, Sink
from app.live.places import LiveLimits, Places
from app.live.sharing import Sharing, sharing_of
from app.operations import Answer, Operations, Prepared
from integrations.live_metrics import LiveMetrics
from integrations.metrics import OperationKind, Outcome
from integrations.tokens import Tokens
from resolvers.context import Context
from resolvers.live.feed import Feed
from resolvers.services import Services
from resolvers.viewers import viewer_of

MOST_SHARINGS = 1_000
LEAVE_SECONDS = 2.0
"""How long a connection may take to finish what is under way on it, and then to say goodbye."""


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
        schema: Schema,
        hub: Hub,
        metrics: LiveMetrics,
        limits: LiveLimits,
        origins: Collection[str],
    ) -> None:
        self.services = services
        self.tokens = tokens
        self.operations = operations
        self.metrics = metrics
        self.limits = limits
        self.places = Places(limits)
        self.is_stopping = False
        self._hub = hub
        self._schema = schema._schema
        self._origins = frozenset(origins)
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
    ) -> Member | Answer:
        """Every event goes to ``sink`` until ``leave``; an answer says why it does not."""
        feed = await self.operations.feed(prepared, variables, context)
        if isinstance(feed, Answer):
            self._count(prepared, feed.outcome)
            return feed
        if who is None or context.viewer is None:
            raise RuntimeError("A feed is for a caller who is known.")
        caller = self._hub.callers.one(context.viewer, who.claims)
        assert isinstance(feed, Feed)  # noqa: S101
        member = await self._hub.join(prepared, variables, self._sharing(prepared), feed, caller, sink)
        self._count(prepared, Outcome.OK)
        return member

    def unfollow(self, member: Member) -> None:
        self._hub.leave(member)

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

    async def stop(self) -> None:
        """Nobody new; everybody else is told to come back, after what is under way."""
        self.is_stopping = True
        leaving = [asyncio.create_task(each.leave()) for each in tuple(self._connections)]
        if leaving:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._nobody.wait()
        for connection in tuple(self._connections):
            connection.abort()
        for task in leaving:
            task.cancel()
        if self._changes:
            await asyncio.wait(self._changes, timeout=LEAVE_SECONDS)

    async def close(self) -> None:
        with suppress(asyncio.CancelledError):
            await self._hub.close()

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

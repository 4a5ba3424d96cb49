"""Following over HTTP: one request, and a response that goes on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.auth import SignedIn
from app.graphql_request import GraphQLRequest
from app.live.framing import FRAMINGS
from app.live.notices import RESTARTING, SLOW_CONSUMER, TOKEN_EXPIRED
from app.live.outbox import MOST_BYTES, MOST_FRAMES, STUCK_SECONDS
from app.live.places import NoPlace
from app.live.service import Following, Live
from app.live.told import Told
from app.live.wire import GOODBYE_SECONDS
from app.operations import Answer, Prepared
from app.refusals import HttpRefusal
from integrations.live_metrics import Dropped, Transport
from resolvers.context import Context


class Stream:
    """ASGI: the answer to one request, and the sink of what it follows. Made before the response begins, so
    that there still is a status for what is refused."""

    def __init__(self, live: Live, transport: Transport) -> None:
        self._live = live
        self._transport = transport
        self._framing = FRAMINGS[transport]
        self._places = ExitStack()
        self._following: Following | None = None
        self._chunks: deque[bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._taken = asyncio.Event()
        self._is_over = False
        self._writing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def follow(
        self,
        request: Request,
        prepared: Prepared,
        asked: GraphQLRequest,
        who: SignedIn | None,
        context: Context,
    ) -> None:
        """``HttpRefusal`` while there is no place for it; any other refusal is told in the stream."""
        self._take_places(request, who)
        try:
            after = request.headers.get("last-event-id") if self._transport is Transport.SSE else None
            found = await self._live.follow(prepared, asked.variables, who, context, self, after=after)
        except Exception as error:
            self.end([self._live.told(error, context.correlation_id)])
            return
        if isinstance(found, Answer):
            self.end(found.payload["errors"])
            return
        self._following = found
        if who is not None:
            left = (who.claims.expires_at - self._live.services.clock()).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(max(0.0, left), self.end, [TOKEN_EXPIRED])

    def answered(self, answer: Answer) -> None:
        """One answer is all there is: that of a query or a mutation."""
        self._add(self._framing.next(orjson.dumps(answer.payload), None))
        self.end(())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        writing = self._writing = asyncio.create_task(self._write(send))
        with self._places:
            self._places.callback(self._live.opened(self))
            try:
                await asyncio.wait({gone, writing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self.close()
                for task in (gone, writing):
                    task.cancel()
                await asyncio.gather(gone, writing, return_exceptions=True)

    def close(self) -> None:
        """Nothing more is followed, and its place is free. Twice does no harm."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._following is not None:
            self._live.unfollow(self._following)
        self._places.close()

    def next(self, told: Told) -> None:
        if self._is_over:
            return
        if self._bytes >= MOST_BYTES or len(self._chunks) >= MOST_FRAMES:
            self._live.metrics.dropped(Dropped.SLOW)
            self.end([SLOW_CONSUMER])
        else:
            self._add(told.framed(self._framing))

    def end(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self._finish(self._framing.end([dict(each) for each in errors]))

    async def room(self) -> None:
        while not self._is_over and self._bytes * 2 >= MOST_BYTES:
            self._taken.clear()
            await self._taken.wait()

    async def leave(self) -> None:
        self._finish(self._framing.cut([RESTARTING]))
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=GOODBYE_SECONDS)
            self.abort()

    def abort(self) -> None:
        """The server's own end comes next, and takes the connection along."""
        self.close()
        self._taken.set()
        if self._writing is not None:
            self._writing.cancel()

    def _take_places(self, request: Request, who: SignedIn | None) -> None:
        if self._live.is_stopping:
            raise HttpRefusal(503, "unavailable", "The server restarts.", headers={"Retry-After": "1"})
        host = request.client.host if request.client else None
        key = host if who is None else (who.viewer.organization_id, who.viewer.key)
        try:
            self._places.enter_context(self._live.places.one())
            self._places.enter_context(self._live.places.one_of(key))
        except NoPlace as full:
            self._places.close()
            status = 429 if full.is_callers else 503
            raise HttpRefusal(
                status, "too_many_connections", str(full), headers={"Retry-After": "5"}, limit=full.limit
            ) from None
        self._places.enter_context(self._live.metrics.connection(self._transport))

    def _finish(self, last: bytes) -> None:
        if self._is_over:
            return
        if last:
            self._add(last)
        self._is_over = True
        if self._following is not None:
            self._live.unfollow(self._following)
        self._news.set()
        self._taken.set()

    def _add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._bytes += len(chunk)
        self._news.set()

    async def _write(self, send: Send) -> None:
        headers = {
            "content-type": self._framing.content_type,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-accel-buffering": "no",  # some proxies hold a response back until it is complete
        }
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await self._send(send, self._framing.opening)
        while self._chunks or not self._is_over:
            if self._chunks:
                chunk = self._chunks.popleft()
                await self._send(send, chunk)
                self._bytes -= len(chunk)
                self._taken.set()
            elif not await self._told():
                await self._send(send, self._framing.heartbeat)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _told(self) -> bool:
        """Whether there was something to send before the next heartbeat was due."""
        self._news.clear()
        try:
            async with asyncio.timeout(self._live.limits.heartbeat_seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def _send(self, send: Send, chunk: bytes) -> None:
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except TimeoutError:
            self._live.metrics.dropped(Dropped.STUCK)
            raise


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

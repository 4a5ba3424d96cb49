"""One WebSocket in the protocol ``graphql-transport-ws``, from the handshake to the close code."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from enum import IntEnum
from typing import Any

import orjson
import structlog
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from app.auth import SignedIn, bearer, bearer_in, signed_in
from app.documents import RequestError
from app.graphql_request import GraphQLRequest, from_parameters, parsed_json
from app.live.notices import SLOW_CONSUMER, too_many_operations
from app.live.outbox import Outbox
from app.live.places import NoPlace
from app.live.service import Following, Live
from app.live.told import Told
from app.live.wire import GOODBYE_SECONDS, wire_of
from app.logs import bind_correlation_id, correlation_id
from app.operations import Answer, Prepared
from app.rates import Caller as Spender
from app.refusals import HttpRefusal
from integrations.live_metrics import Dropped, Transport
from integrations.metrics import OperationKind

_log = structlog.get_logger(__name__)

PROTOCOL = "graphql-transport-ws"
LONGEST_ID = 256
_COME_BACK = "The server restarts: come back."
_PONG, _COMPLETE = b'{"type":"pong"}', b'{"id":%b,"type":"complete"}'


class Close(IntEnum):
    """Those from 4400 on are the protocol's. A client comes back by itself after 1012, 1013, 4403 and 4408;
    after the others it would meet the same again."""

    NORMAL = 1000
    RESTART = 1012
    TRY_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    ID_TAKEN = 4409
    TOO_MANY = 4429
    FAULT = 4500


class Closing(Exception):
    """The socket ends with this code. The reason is for people, and has 123 bytes at most."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason[:120]


class Socket:
    __slots__ = (
        "_asked_to_begin",
        "_following",
        "_is_closed",
        "_is_ready",
        "_live",
        "_name",
        "_opened",
        "_outbox",
        "_places",
        "_receive",
        "_request",
        "_running",
        "_send",
        "_timers",
        "_who",
        "_wire",
    )

    def __init__(self, live: Live, scope: Scope, receive: Receive, send: Send) -> None:
        self._live = live
        self._request = HTTPConnection(scope)
        self._receive = receive
        self._send = send
        self._wire = wire_of(scope)
        self._outbox = Outbox(send, self._wire, self._is_stuck)
        self._places = ExitStack()
        self._who: SignedIn | None = None
        self._asked_to_begin = False
        self._is_ready = False
        self._is_closed = False
        self._timers: list[asyncio.TimerHandle] = []
        self._following: dict[str, Following] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._opened = 0
        self._name = correlation_id() or "socket"

    async def serve(self) -> None:
        """From the handshake on. It raises nothing but cancellation."""
        message = await self._receive()
        if message["type"] != "websocket.connect":
            return
        with self._places:
            try:
                if not await self._accepted():
                    return
                await self._converse()
            except Closing as closing:
                await self._close(closing.code, closing.reason)
            except Exception:
                _log.exception("fault", code="internal_error")
                self._live.services.metrics.fault("internal_error")
                await self._close(Close.FAULT, "Something went wrong on our side.")
            finally:
                self._end_everything()

    async def leave(self) -> None:
        """The server stops: what runs is finished, what is followed is not, then the client comes back."""
        for operation_id in tuple(self._following):
            self._stop(operation_id)
        if self._running:
            await asyncio.wait(set(self._running.values()))
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._outbox.emptied()
        except TimeoutError:
            self._is_stuck()
        await self._close(Close.RESTART, _COME_BACK)

    def abort(self) -> None:
        self._is_closed = True
        self._outbox.discard()
        if self._wire is not None:
            self._wire.abort()

    async def _accepted(self) -> bool:
        """What can be refused before the handshake is, by a status that a proxy understands."""
        try:
            if not self._live.may_come_from(self._request.headers):
                raise HttpRefusal(403, "origin_refused", "Pages of this origin may not connect.")
            if self._live.is_stopping:
                raise HttpRefusal(503, "unavailable", "The server restarts.", headers={"Retry-After": "1"})
            self._places.enter_context(self._live.places.one())
            self._who = await signed_in(bearer(self._request), self._live.services, self._live.tokens)
        except NoPlace as full:
            await self._refuse(503, str(full), {"Retry-After": "5"})
            return False
        except HttpRefusal as refusal:
            await self._refuse(refusal.status, refusal.message, refusal.headers)
            return False
        self._places.enter_context(self._live.metrics.connection(Transport.WEBSOCKET))
        offered = self._request.scope.get("subprotocols") or []
        spoken = PROTOCOL if PROTOCOL in offered else None
        await self._send({"type": "websocket.accept", "subprotocol": spoken})
        if spoken is None:
            raise Closing(Close.SUBPROTOCOL, f"Subprotocol not acceptable: speak {PROTOCOL}")
        return True

    async def _refuse(self, status: int, message: str, headers: Mapping[str, str]) -> None:
        """In place of the handshake."""
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        raw.append((b"content-type", b"text/plain; charset=utf-8"))
        await self._send({"type": "websocket.http.response.start", "status": status, "headers": raw})
        await self._send({"type": "websocket.http.response.body", "body": message.encode()})

    async def _converse(self) -> None:
        self._places.callback(self._live.opened(self))
        if self._live.is_stopping:  # since the handshake began
            raise Closing(Close.RESTART, _COME_BACK)
        self._after(self._live.limits.init_seconds, Close.INIT_TIMEOUT, "Connection initialisation timeout")
        while not self._is_closed:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            await self._take(_parsed(message.get("text")))

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._begin(message.get("payload"))
            case "ping":
                self._put(_PONG)
            case "pong":
                return
            case "subscribe":
                self._open(_id_in(message), message.get("payload"))
            case "complete":
                self._stop(_id_in(message))
            case _:
                raise Closing(Close.BAD_REQUEST, "Invalid message: unknown type")

    async def _begin(self, payload: object) -> None:
        if self._asked_to_begin:
            raise Closing(Close.TOO_MANY, "Too many initialisation requests")
        self._asked_to_begin = True
        if payload is not None and not isinstance(payload, dict):
            raise Closing(Close.BAD_REQUEST, "Invalid message: the payload of connection_init is an object")
        try:
            token = _token_in(payload or {})
            if token is not None:
                self._who = await signed_in(token, self._live.services, self._live.tokens)
            self._places.enter_context(self._live.places.one_of(self._key()))
        except HttpRefusal as refusal:
            code = Close.TRY_LATER if refusal.status == 503 else Close.FORBIDDEN
            raise Closing(code, f"Forbidden: {refusal.message}") from None
        except NoPlace as full:
            raise Closing(Close.TOO_MANY, str(full)) from None
        self._cancel_timers()
        self._is_ready = True
        if self._who is not None:
            left = self._who.claims.expires_at - self._live.services.clock()
            self._after(left.total_seconds(), Close.FORBIDDEN, "Forbidden: the token has expired")
        self._put(b'{"type":"connection_ack"}')

    def _key(self) -> object:
        """Whose connections are counted together: a caller's, or those of an address that nobody signed."""
        if self._who is not None:
            return self._who.viewer.organization_id, self._who.viewer.key
        return self._request.client.host if self._request.client else None

    def _open(self, operation_id: str, payload: object) -> None:
        if not self._is_ready:
            raise Closing(Close.UNAUTHORIZED, "Unauthorized")
        if operation_id in self._following or operation_id in self._running:
            raise Closing(Close.ID_TAKEN, f"Subscriber for {operation_id[:64]} already exists")
        try:
            asked = from_parameters(payload)
        except HttpRefusal as refusal:
            raise Closing(Close.BAD_REQUEST, f"Invalid message: {refusal.message}") from None
        most = self._live.limits.operations
        if len(self._following) + len(self._running) >= most:
            self._fail(operation_id, [too_many_operations(most)])
            return
        self._opened += 1
        task = asyncio.create_task(
            self._run(operation_id, asked, f"{self._name}-{self._opened}"[-64:]), name="live.operation"
        )
        self._running[operation_id] = task

    async def _run(self, operation_id: str, asked: GraphQLRequest, name: str) -> None:
        with bind_correlation_id(name):
            try:
                await self._answer(operation_id, asked, name)
            except RequestError as error:
                refused = self._live.operations.refused(error, name)
                self._fail(operation_id, refused.payload["errors"])
            except Exception as error:
                self._fail(operation_id, [self._live.told(error, name)])
            finally:
                if self._running.get(operation_id) is asyncio.current_task():
                    del self._running[operation_id]

    async def _answer(self, operation_id: str, asked: GraphQLRequest, name: str) -> None:
        context = await self._live.context_of(self._who, name)
        operations = self._live.operations
        host = self._request.client.host if self._request.client else None
        admitted = await self._live.admission.admit(Spender.of(context.viewer, host), asked)
        prepared = admitted.prepared
        if prepared.kind is OperationKind.SUBSCRIPTION:
            await self._follow(operation_id, prepared, asked, context)
            return
        work = operations.run(prepared, asked.variables, context, is_sent_on=True)
        if prepared.kind is OperationKind.MUTATION:
            change = asyncio.create_task(work)
            self._live.finish(change)
            answer = await asyncio.shield(change)
        else:
            answer = await work
        if asked.wants_cost:
            answer = answer.with_extension("cost", admitted.spending.facts)
        if answer.is_request_error:
            self._fail(operation_id, answer.payload["errors"])
        else:
            self._outbox.put(_prefix(operation_id), orjson.dumps(answer.payload), b"}")
            self._put(_COMPLETE % orjson.dumps(operation_id))

    async def _follow(
        self, operation_id: str, prepared: Prepared, asked: GraphQLRequest, context: Any
    ) -> None:
        sink = _Subscription(self, self._outbox, operation_id)
        found = await self._live.follow(prepared, asked.variables, self._who, context, sink)
        if isinstance(found, Answer):
            self._fail(operation_id, found.payload["errors"])
        elif sink.has_ended or self._is_closed:
            self._live.unfollow(found)
        else:
            self._following[operation_id] = found

    def _stop(self, operation_id: str) -> None:
        """The client wants no more of it. A mutation is finished all the same, by ``Live.finish``."""
        member = self._following.pop(operation_id, None)
        if member is not None:
            self._live.unfollow(member)
        task = self._running.pop(operation_id, None)
        if task is not None:
            task.cancel()

    def _fail(self, operation_id: str, errors: Sequence[Mapping[str, Any]]) -> None:
        self._put(orjson.dumps({"id": operation_id, "type": "error", "payload": errors}))

    def _put(self, message: bytes) -> None:
        """For what is not an event: little, and in answer to what the client sends. So one who sends and
        never reads is given up."""
        if not self._is_closed and not self._outbox.put(message):
            self._is_stuck()

    def _ended(self, operation_id: str, errors: Sequence[Mapping[str, Any]]) -> None:
        self._following.pop(operation_id, None)
        if self._is_closed:
            return
        if errors:
            message = orjson.dumps({"id": operation_id, "type": "error", "payload": errors})
        else:
            message = _COMPLETE % orjson.dumps(operation_id)
        self._outbox.put(message, force=True)

    def _fell_behind(self, operation_id: str) -> None:
        """Too much waits for the reader: this subscription ends, and the reader is told where it stands."""
        self._live.metrics.dropped(Dropped.SLOW)
        member = self._following.get(operation_id)
        if member is not None:
            self._live.unfollow(member)
        self._ended(operation_id, [SLOW_CONSUMER])

    def _is_stuck(self) -> None:
        self._live.metrics.dropped(Dropped.STUCK)
        self.abort()

    def _after(self, seconds: float, code: Close, reason: str) -> None:
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(max(0.0, seconds), self._close_soon, code, reason))

    def _close_soon(self, code: Close, reason: str) -> None:
        self._live.finish(asyncio.create_task(self._close(code, reason), name="live.close"))

    async def _close(self, code: Close, reason: str) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._live.metrics.closed(code)
        try:
            async with asyncio.timeout(1.0):
                await self._send({"type": "websocket.close", "code": int(code), "reason": reason})
        except (TimeoutError, OSError):
            self.abort()

    def _cancel_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _end_everything(self) -> None:
        self._is_closed = True
        self._cancel_timers()
        for operation_id in (*self._following, *self._running):
            self._stop(operation_id)
        self._outbox.discard()


class _Subscription:
    """A sink: the socket, for one of its subscriptions. Only the id differs from what others are sent."""

    __slots__ = ("_id", "_outbox", "_prefix", "_socket", "has_ended")

    def __init__(self, socket: Socket, outbox: Outbox, operation_id: str) -> None:
        self._socket = socket
        self._outbox = outbox
        self._id = operation_id
        self._prefix = _prefix(operation_id)
        self.has_ended = False

    def next(self, told: Told) -> None:
        if not self.has_ended and not self._outbox.tell(self._prefix, told):
            self.has_ended = True
            self._socket._fell_behind(self._id)

    def end(self, errors: Sequence[Mapping[str, Any]]) -> None:
        if not self.has_ended:
            self.has_ended = True
            self._socket._ended(self._id, errors)

    async def room(self) -> None:
        await self._outbox.room()


def _parsed(text: str | None) -> dict[str, Any]:
    if text is None:
        raise Closing(Close.BAD_REQUEST, "Invalid message: send text, not binary data")
    try:
        found = parsed_json(text)
    except HttpRefusal as refusal:
        raise Closing(Close.BAD_REQUEST, f"Invalid message: {refusal.message}") from None
    if not isinstance(found, dict):
        raise Closing(Close.BAD_REQUEST, "Invalid message: send an object")
    return found


def _id_in(message: Mapping[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID:
        raise Closing(Close.BAD_REQUEST, f"Invalid message: id is a text of 1 to {LONGEST_ID} characters")
    return found


def _token_in(payload: Mapping[str, Any]) -> str | None:
    """Where a browser can put it: it cannot set a header on a WebSocket."""
    for name, value in payload.items():
        if name.lower() == "authorization":
            return bearer_in(value if isinstance(value, str) else "")
    return None


def _prefix(operation_id: str) -> bytes:
    return b'{"id":' + orjson.dumps(operation_id) + b',"type":"next","payload":'

"""How answers are written one after the other into one HTTP response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import orjson

from integrations.live_metrics import Transport

Errors = Sequence[dict[str, Any]]


class Framing(Protocol):
    """``opening`` is sent at once, so that the client sees it begin; ``heartbeat`` when all is quiet."""

    content_type: str
    opening: bytes
    heartbeat: bytes

    def next(self, answer: bytes, cursor: str | None) -> bytes: ...

    def end(self, errors: Errors) -> bytes:
        """The operation is over, because of these errors if there are any."""
        ...

    def cut(self, errors: Errors) -> bytes:
        """It is not over, but the connection is: the client comes back by itself if it can."""
        ...


class EventStream:
    """The distinct connections of the protocol of npm's ``graphql-sse``. ``id`` is what a browser's own
    client sends back as Last-Event-ID.
    """

    content_type = "text/event-stream; charset=utf-8"
    opening = heartbeat = b":\n\n"

    def next(self, answer: bytes, cursor: str | None) -> bytes:
        place = b"" if cursor is None else b"id: %b\n" % cursor.encode()
        return b"%bevent: next\ndata: %b\n\n" % (place, answer)

    def end(self, errors: Errors) -> bytes:
        told = self.next(orjson.dumps({"errors": errors}), None) if errors else b""
        return told + b"event: complete\ndata:\n\n"

    def cut(self, errors: Errors) -> bytes:
        return b""


class Multipart:
    """Apollo's multipart protocol for subscriptions, 1.0. A part counts when the boundary after it has come,
    so that one is sent with each part."""

    content_type = 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
    opening = b"\r\n--graphql"

    def __init__(self) -> None:
        self.heartbeat = self._part(b"{}")

    def next(self, answer: bytes, cursor: str | None) -> bytes:
        return self._part(b'{"payload":%b}' % answer)

    def end(self, errors: Errors) -> bytes:
        return (self.cut(errors) if errors else b"") + b"--\r\n"

    def cut(self, errors: Errors) -> bytes:
        return self._part(orjson.dumps({"payload": None, "errors": errors}))

    def _part(self, content: bytes) -> bytes:
        return b"\r\ncontent-type: application/json\r\n\r\n%b\r\n--graphql" % content


FRAMINGS: dict[Transport, Framing] = {Transport.SSE: EventStream(), Transport.MULTIPART: Multipart()}

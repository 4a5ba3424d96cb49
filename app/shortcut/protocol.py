"""Uvicorn's HTTP with the shortcut before it: a request that arrives whole is first offered to that.

It sees a request's bytes before they are parsed. That is safe because it takes only one whose head is, to the
byte, one that was parsed before, whose body arrived whole with it, and which no other request is before.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.http_protocol import BoundedHttp
from app.shortcut.replies import Reply
from app.shortcut.shortcut import Shortcut

MOST_JOINED_BYTES = 16_384
"""Of what is written in one piece: to copy a few bytes is quicker than to pass on many pieces."""
_OK = b"HTTP/1.1 200 OK\r\n"
_CLOSE = b"connection: close\r\n"


class ShortcutHttp(BoundedHttp):
    shortcut: Shortcut

    _is_within = False  # a request that has begun to arrive
    _arriving: bytes | None = None  # what is being parsed, where it may be a whole request
    _underway: bytes | None = None
    _backlog: Sequence[bytes] = ()
    _closes_after = False
    _active_at = 0.0
    _told_headers: Sequence[tuple[bytes, bytes]] = ()
    _told = b""

    def data_received(self, data: bytes) -> None:
        if self._underway is not None:
            self._backlog = [*self._backlog, data]
            self.flow.pause_reading()
            return
        is_free = (
            not self._is_within
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )
        if is_free and self.shortcut.begin(data, self._answered):
            self._underway = data
            self.expect_nothing()
            return
        self._arriving = data if is_free else None
        super().data_received(data)
        self._arriving = None

    def on_message_begin(self) -> None:
        self._is_within = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._arriving is not None and "path" in self.scope:  # one that becomes a WebSocket has none
            self.shortcut.learn(self._arriving, dict(self.scope))
        self._arriving = None  # what comes behind it has another head

    def on_message_complete(self) -> None:
        self._is_within = False
        super().on_message_complete()

    def shutdown(self) -> None:
        if self._underway is None:
            super().shutdown()
        else:
            self._closes_after = True

    def timeout_keep_alive_handler(self) -> None:
        """The pause is timed lazily: to set a timer anew for each request takes longer than to look."""
        left = self.timeout_keep_alive - (self.loop.time() - self._active_at)
        if self._underway is not None or left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(
                max(left, 1.0), self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    def _answered(self, reply: Reply | None) -> None:
        request, self._underway = self._underway, None
        if self.transport.is_closing() or request is None:
            return
        if reply is not None:
            self._write(reply)
        else:
            super().data_received(request)
            if self._closes_after:
                super().shutdown()
        if self._backlog and not self.transport.is_closing():
            later, self._backlog = b"".join(self._backlog), ()
            self.flow.resume_reading()
            self.data_received(later)

    def _write(self, reply: Reply) -> None:
        close = _CLOSE if self._closes_after else b""
        parts = (_OK, self._default_headers(), close, *reply)
        if max(map(len, reply)) < MOST_JOINED_BYTES:
            self.transport.write(b"".join(parts))
        else:
            self.transport.writelines(parts)
        self.server_state.total_requests += 1
        if self._closes_after:
            self.transport.close()
            return
        self._active_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _default_headers(self) -> bytes:
        """Uvicorn makes them anew once a second."""
        headers = self.server_state.default_headers
        if headers is not self._told_headers:
            self._told_headers = headers
            self._told = b"".join(b"%b: %b\r\n" % each for each in headers)
        return self._told


def shortcut_http(base: type[BoundedHttp], shortcut: Shortcut) -> type[ShortcutHttp]:
    """With the limits of ``base``."""
    return type("ServedHttp", (ShortcutHttp, base), {"shortcut": shortcut})

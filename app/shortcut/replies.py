"""Answers as they go over the wire, but for the status line and the server's own headers."""

from __future__ import annotations

import gzip
from typing import TypeAlias

from app.answers import FIXED_HEADERS, in_utf8
from app.compression import LEAST_BYTES, LEVEL
from app.rates import Spending
from app.shortcut.heads import Head
from integrations.lane_metrics import COMPILED

Reply: TypeAlias = tuple[bytes, ...]

_BEFORE, _AFTER = b'{"data":', b"}"


class Replies:
    def __init__(self, *, names_lane: bool, differs_by_origin: bool) -> None:
        origin = ("Origin",) if differs_by_origin else ()
        self._varies, self._big_varies = _varying(*origin), _varying("Accept-Encoding", *origin)
        self._lane = f"x-taper-lane: {COMPILED}\r\n" if names_lane else ""
        self._fixed = "".join(f"{name.lower()}: {value}\r\n" for name, value in FIXED_HEADERS.items())

    def whole(self, data: bytes, asked: Head, spending: Spending, request_id: str) -> Reply:
        """``data`` is the JSON of the answer's ``data``, and is not copied: it may be long."""
        body: Reply = (_BEFORE, data, _AFTER)
        length, coding = len(_BEFORE) + len(data) + len(_AFTER), self._varies
        if length >= LEAST_BYTES:
            coding = self._big_varies
            if asked.takes_gzip:
                body = (gzip.compress(b"".join(body), LEVEL, mtime=0),)
                length = len(body[0])
                coding = f"content-encoding: gzip\r\n{coding}"
        told = "".join([f"{name.lower()}: {value}\r\n" for name, value in spending.headers.items()])
        head = (
            f"content-type: {in_utf8(asked.media_type)}\r\ncontent-length: {length}\r\n"
            f"{self._fixed}{told}{self._lane}{asked.for_origin}{coding}x-request-id: {request_id}\r\n\r\n"
        )
        return (head.encode("latin-1"), *body)


def _varying(*names: str) -> str:
    return f"vary: {', '.join(names)}\r\n" if names else ""

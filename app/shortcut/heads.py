"""The first lines of requests that came before: a client sends the same ones again and again.

What follows from them is worked out once, by the same functions that the layers ask, and found by the very
bytes. What differs from one request to the next is no part of the key: the length of the body, the name that
a proxy gives the request, and what it says for those who trace it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope

from app.auth import bearer_in
from app.compression import takes_gzip
from app.cross_origin import CrossOrigin
from app.graphql_request import is_json
from app.limits import Limits
from app.logs import given_id
from app.negotiation import negotiate
from app.refusals import HttpRefusal

MOST_KEPT = 4_096
MOST_OF_CALLER = 64
"""A caller has a few clients, each with a few heads; one who sends ever new ones pushes out their own."""
LONGEST_BYTES = 4_096
END = b"\r\n\r\n"

_LENGTHS = (b"\r\ncontent-length: ", b"\r\nContent-Length: ")
_MOST_DIGITS = 7
# With any of these a request is the layers' business: they name it, read it or answer it in another way.
_DECIDING = (
    b"content-encoding",
    b"expect",
    b"proxy-connection",  # the parser takes it for ``Connection``
    b"transfer-encoding",
    b"upgrade",
    b"x-correlation-id",
)
# Whole lines that nobody here reads, and one whose value is given back with the answer.
_EACH_TIME = re.compile(
    rb"\r\n(?:x-request-id: ([a-z0-9._-]{1,64})"
    rb"|(?:traceparent|tracestate|x-amzn-trace-id|x-cloud-trace-context|x-request-start|x-b3-[a-z]+|b3)"
    rb":[\x20-\x7e]*)(?=\r\n)",
    re.IGNORECASE,
)
_STREAMS = ("text/event-stream", "multipart/mixed")


@dataclass(frozen=True, slots=True)
class Head:
    """Of a POST of JSON to the endpoint, with a bearer token, for one whole answer."""

    token: str
    media_type: str
    takes_gzip: bool
    for_origin: str = ""
    """Lines of the answer's head, for a page of another origin."""


@dataclass(slots=True, eq=False)
class Known:
    head: Head
    body_bytes: int
    request_id: str | None


class Heads:
    def __init__(self, path: str, limits: Limits, cross_origin: CrossOrigin) -> None:
        self._path = path
        self._limits = limits
        self._cross_origin = cross_origin
        self._kept: OrderedDict[bytes, Head] = OrderedDict()
        self._whose: dict[bytes, str] = {}
        self._of_caller: dict[str, OrderedDict[bytes, None]] = {}

    def at_hand(self, request: bytes, end: int) -> Known | None:
        """What is known of the head that ends at ``end``, and what it says this time."""
        found = _parted(request[:end])
        if found is None:
            return None
        key, length = found
        head, request_id = self._kept.get(key), None
        if head is None:
            key, request_id = _without_each_time(key)
            head = self._kept.get(key)
        if head is None or length > self._limits.body_bytes:
            return None
        self._kept.move_to_end(key)
        return Known(head, length, request_id)

    def read(self, request: bytes, end: int, scope: Scope) -> tuple[bytes, Head] | None:
        """What follows from a head that was parsed to this scope, and its key; None if that is not simple."""
        raw = request[:end]
        lines = len(scope["headers"]) + 2
        if len(raw) > LONGEST_BYTES or raw.count(b"\n") != lines or raw.count(b"\r\n") != lines:
            return None
        parted, head = _parted(raw), self._head(scope)
        if parted is None or head is None:
            return None
        key, request_id = _without_each_time(parted[0])
        return (key, head) if request_id == given_id(scope["headers"]) else None

    def keep(self, key: bytes, head: Head, caller: str) -> None:
        """What is counted is counted here, as to find one has to stay quick."""
        if key in self._kept:
            self._kept.move_to_end(key)
            self._of_caller[self._whose[key]].move_to_end(key)
            return
        own = self._of_caller.setdefault(caller, OrderedDict())
        if len(own) == MOST_OF_CALLER:
            self._forget(next(iter(own)))
        elif len(self._kept) == MOST_KEPT:
            self._forget(next(iter(self._kept)))
        self._kept[key], self._whose[key] = head, caller
        self._of_caller.setdefault(caller, own)[key] = None  # what was forgotten may have been their last

    def __len__(self) -> int:
        return len(self._kept)

    def _forget(self, key: bytes) -> None:
        caller = self._whose.pop(key)
        del self._kept[key]
        del self._of_caller[caller][key]
        if not self._of_caller[caller]:
            del self._of_caller[caller]

    def _head(self, scope: Scope) -> Head | None:
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        if (
            (scope["method"], scope["path"], scope["query_string"]) != ("POST", self._path, b"")
            or scope["http_version"] != "1.1"
            or len(headers) != len(scope["headers"])
            or any(each in headers for each in _DECIDING)
            or headers.get(b"connection", b"keep-alive").lower() != b"keep-alive"
        ):
            return None
        accept = headers.get(b"accept", b"").decode("latin-1")
        media_type = negotiate(accept)
        if media_type is None or any(each in accept.lower() for each in _STREAMS):
            return None
        if not is_json(headers.get(b"content-type", b"").decode("latin-1")):
            return None
        try:
            token = bearer_in(headers.get(b"authorization", b"").decode("latin-1"))
        except HttpRefusal:
            return None
        told = self._cross_origin.headers(headers.get(b"origin"))
        for_origin = "".join(f"{name.decode()}: {value.decode('latin-1')}\r\n" for name, value in told)
        return Head(token, media_type, takes_gzip(scope["headers"]), for_origin)


def _without_each_time(key: bytes) -> tuple[bytes, str | None]:
    """The lines that remain, and the request's name if it has a good one."""
    names = [each.decode() for each in _EACH_TIME.findall(key) if each]
    return _EACH_TIME.sub(b"", key), names[0] if names else None


def _parted(head: bytes) -> tuple[bytes, int] | None:
    """The head without its length, and the length. Two heads with one key have it in the same place: it is
    where the name is found first, and what comes before is in the key as it is."""
    for name in _LENGTHS:
        at = head.find(name)
        if at >= 0:
            begin = at + len(name)
            end = head.find(b"\r", begin)
            digits = head[begin:end]
            if len(digits) <= _MOST_DIGITS and digits.isdigit():
                return head[:begin] + head[end:], int(digits)
            return None
    return None

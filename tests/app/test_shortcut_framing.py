"""Where a request ends: what the shortcut takes for one is one to the layers' parser, byte for byte.

Two servers get the same bytes; one has no pool of reads, and so no shortcut. Whatever they make of them, they
make the same of it: the same answers in the same order, and the same end of the connection.
``TAPER_LONG_TESTS`` is how many streams are tried, ``TAPER_SEED`` which.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.both_ways import request, taken, token_for
from tests.app.wireless import Wireless
from tests.live.running import Running, running

STREAMS = int(os.environ.get("TAPER_LONG_TESTS", "400"))
SEED = int(os.environ.get("TAPER_SEED", "20261121"))
UNSPENT = {"rate_burst": 1_000_000_000, "rate_refusals_per_minute": 1_000_000_000}

PLAN = global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])
PAYLOADS = (
    {"query": "{ viewer { id displayName } }"},
    {"query": "query Plan($id: ID!) { plan(id: $id) { id title } }", "variables": {"id": PLAN}},
    {"query": "{ viewer { nothing } }"},
)
Change = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True)
class Pair:
    served: Running
    quick: Wireless
    plain: Wireless
    known: tuple[bytes, ...]


@pytest.fixture(scope="module")
async def pair(shared_url: str) -> AsyncIterator[Pair]:
    async with (
        running(shared_url, **UNSPENT) as quick,  # type: ignore[arg-type]
        running(shared_url, db_read_pool_size=0, **UNSPENT) as plain,  # type: ignore[arg-type]
    ):
        made = Pair(
            quick,
            Wireless(quick.application),
            Wireless(plain.application),
            tuple(request(token_for(quick), each) for each in PAYLOADS),
        )
        for each in made.known:
            for _ in range(3):
                await compare(made, [each])
        yield made


_MOMENT = re.compile(rb"^(?:date|ratelimit|x-taper-lane): [^\r]*\r\n|[0-9a-f]{32}", re.MULTILINE)


def _without_the_moment(said: bytes) -> list[bytes]:
    answers = re.split(rb"(?=HTTP/1\.1 \d)", said)
    found = []
    for each in answers[1:] if not answers[0] else answers:
        head, _, body = each.partition(b"\r\n\r\n")
        lines = _MOMENT.sub(b"", head + b"\r\n").split(b"\r\n")
        found.append(b"\n".join([lines[0], *sorted(lines[1:]), _MOMENT.sub(b"", body)]))
    return found


async def compare(pair: Pair, pieces: list[bytes], *, at_once: bool = False) -> None:
    """The same answers; but where nonsense comes behind what is under way, the layers break that off, and the
    shortcut answers it first, as they do if the nonsense comes later."""
    said = await pair.quick.heard(pieces, at_once=at_once), await pair.plain.heard(pieces, at_once=at_once)
    quick, plain = map(_without_the_moment, said)
    if quick != plain and at_once and plain[-1].startswith(b"HTTP/1.1 400 "):
        in_turn = _without_the_moment(await pair.plain.heard(pieces, at_once=False))
        assert len(plain) < len(quick) <= len(in_turn), pieces
        assert quick == [*in_turn[: len(quick) - 1], in_turn[-1]], pieces
    else:
        assert quick == plain, pieces


LENGTHS = [
    "+{n}", "-{n}", "0{n}", "000000{n}", "0000000{n}", "{n}0", " {n}", "{n} ", "{n}\t", "{n},{n}", "{n}.0",
    "0x1f", "",
    "{n}\r\ncontent-length: {n}", "{n}\r\nContent-Length: {n}", "{n}\r\ncontent-length: 5", "{n}\r\n {n}",
    "{n}\r\ntransfer-encoding: chunked", "{n}\r\nTransfer-Encoding: chunked",
    "{n}\r\ntransfer-encoding: identity",
    "{n}\r\nx: \r\n content-length: 3", "{n}\r\nx: content-length: 3", "{n}\r\nx: \rcontent-length: 3",
    "{n}\nx: y", "{n}\rx: y", "{n}\r\nx : y", "{n}\r\n: y", "{n}\r\nx", "{n}\r\nconnection: close",
    "{n}\r\nproxy-connection: close", "{n}\r\nconnection: keep-alive", "{n}\r\nexpect: 100-continue",
    "{n}\r\nupgrade: h2c\r\nconnection: upgrade", "{n}\r\nx: \x00", "{n}\r\nx: \xff", "{m}", "{l}",
    "99999999999999999999",
    "\u0661{n}", "{n}\r\nx-content-length: 1", "{n}\r\ncontent-length:{n}",
]  # fmt: skip


@pytest.mark.parametrize("length", LENGTHS)
async def test_lengths_are_read_as_by_the_parser(pair: Pair, length: str) -> None:
    viewer = pair.known[0]
    size = len(viewer) - viewer.index(b"\r\n\r\n") - 4
    said = length.format(n=size, m=size + 1, l=size - 1).encode("utf-8", "replace")
    for name in (b"content-length: ", b"Content-Length: ", b"content-length:", b"CONTENT-LENGTH: "):
        head, _, body = viewer.partition(b"\r\n\r\n")
        before, _, _ = head.partition(b"content-length: ")
        changed = before + name + said + b"\r\n\r\n" + body
        for _ in range(3):  # what was learned of it by the second would be used for the third
            await compare(pair, [changed + viewer])
            await compare(pair, [changed, viewer])
            await compare(pair, [changed, viewer], at_once=True)


async def test_a_length_in_another_headers_value_is_none(pair: Pair) -> None:
    head, _, body = pair.known[0].partition(b"\r\n\r\n")
    for filling in (
        b"x: a\r\n\tcontent-length: 999",
        b"x: content-length: 999",
        b"x: a\ncontent-length: 999",
        b"x: a\rcontent-length: 999",
        b"\tcontent-length: 999",
        b"content-length : 999",
        b"content_length: 999",
    ):
        for place in (b"\r\nhost", b"\r\ncontent-length"):
            changed = head.replace(place, b"\r\n" + filling + place, 1) + b"\r\n\r\n" + body
            for _ in range(3):
                await compare(pair, [changed, changed])


NAMES = [
    "x-request-id: a", "X-REQUEST-ID: a", "x-request-id:a", "x-request-id: a ", "x-request-id:  a",
    "x-request-id: ", "x-request-id: a\r\nx-request-id: b", "x-request-id: a/\r\nx-request-id: b",
    "x-request-id: a\r\n b", "x-request-id: a\r\nx-correlation-id: b", "x-correlation-id: b",
    "x-request-id: \u00e9", "x-request-id: a\tb", "x-request-id: %s" % ("a" * 64),
    "x-request-id: %s" % ("a" * 65), "x-request-id: a\nb: c", "x-request-id: a\r", "traceparent: 00-1-2-00",
    "traceparent: a\r\ntraceparent: b", "traceparent: a\r\n content-length: 3", "traceparent : a",
    "traceparent:", "b3: \x7f", "b3: \x00", "b3: a\r\n\tb", "x-b3-: 1", "x-b3-content-length: 1",
    "x-request-start: %s" % ("t" * 5_000), "traceparent: a\r\nconnection: close", "a: b\r\nb3",
]  # fmt: skip


@pytest.mark.parametrize("lines", NAMES)
async def test_what_a_proxy_says_is_read_as_by_the_layers(pair: Pair, lines: str) -> None:
    """Before any other header, and behind all of them; learned with it, and with another in its place."""
    head, _, body = pair.known[0].partition(b"\r\n\r\n")
    first, _, others = head.partition(b"\r\n")
    said, plain = lines.encode(), b"x-request-id: known"
    for each in (plain, plain, plain, said, said, said, plain):
        await compare(pair, [b"\r\n".join([first, each, others]) + b"\r\n\r\n" + body])
        await compare(pair, [head + b"\r\n" + each + b"\r\n\r\n" + body])


def _flip(source: random.Random, stream: bytes) -> bytes:
    at = source.randrange(len(stream))
    return stream[:at] + bytes([source.randrange(256)]) + stream[at + 1 :]


def _cut(source: random.Random, stream: bytes) -> bytes:
    at = source.randrange(len(stream))
    return stream[:at] + stream[at + source.randrange(1, 20) :]


def _double(source: random.Random, stream: bytes) -> bytes:
    at, size = source.randrange(len(stream)), source.randrange(1, 60)
    return stream[: at + size] + stream[at:]


_WORDS = (
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"\x00", b"content-length: 5\r\n",
    b"Content-Length: 0\r\n",
    b"transfer-encoding: chunked\r\n", b"connection: close\r\n", b"proxy-connection: close\r\n", b"0\r\n\r\n",
    b"connection: upgrade\r\nupgrade: h2c\r\n", b"x-request-id: a\r\n", b"x-correlation-id: b\r\n",
    b"X-Request-Id: c\r\n", b"x-request-id: d \r\n", b"x-request-id:\r\n", b"traceparent: 00-0-0-00\r\n",
    b"b3: 1\r\n", b"x-request-start: t=1\r\n content-length: 3\r\n", b"origin: https://elsewhere.example\r\n",
    b"expect: 100-continue\r\n",
    b"accept: text/event-stream\r\n", b"accept-encoding: gzip\r\n", b"HTTP/1.0",
    b"GET /livez HTTP/1.1\r\n\r\n",
)  # fmt: skip


def _insert(source: random.Random, stream: bytes) -> bytes:
    lines = [each.start() for each in re.finditer(rb"\r\n", stream)]
    at = source.choice(lines) + 2 if lines and source.random() < 0.7 else source.randrange(len(stream))
    return stream[:at] + source.choice(_WORDS) + stream[at:]


def _another_length(source: random.Random, stream: bytes) -> bytes:
    return re.sub(
        rb"(?i)(content-length: )(\d+)", lambda m: m[1] + b"%d" % source.randrange(300), stream, count=1
    )


CHANGES: tuple[Change, ...] = (_flip, _cut, _double, _insert, _insert, _another_length)


def _stream(source: random.Random, known: tuple[bytes, ...]) -> list[bytes]:
    """Requests one behind the other, spoiled in some places, sent in some pieces."""
    stream = b"".join(source.choice(known) for _ in range(source.choice((1, 1, 1, 2, 3))))
    for _ in range(source.choice((0, 1, 1, 1, 2, 3))):
        stream = source.choice(CHANGES)(source, stream) or stream
    # What nobody has touched before and behind it; itself again, so that what was learned of it is used.
    whole = [source.choice(known), stream, stream, stream, source.choice(known)]
    if source.random() < 0.7:
        return whole
    joined = b"".join(whole)
    cuts = sorted(source.randrange(len(joined)) for _ in range(source.randrange(1, 5)))
    return [joined[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(joined)], strict=True)]


async def test_whatever_comes_both_make_the_same_of_it(pair: Pair) -> None:
    source = random.Random(SEED)
    before = taken(pair.served)[0]
    for _ in range(STREAMS):
        await compare(pair, _stream(source, pair.known), at_once=source.random() < 0.5)

    assert taken(pair.served)[0] - before > STREAMS // 4, "the shortcut has to be tried"

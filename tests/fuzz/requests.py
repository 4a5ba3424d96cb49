"""Requests at random: what is sent to the server, from a good operation to bytes that are none."""

from __future__ import annotations

import json
import random
import urllib.parse
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLSchema

from tests.fuzz.documents import Operation, Writer, spoilt
from tests.fuzz.values import Known, Values

GRAPHQL = "/graphql"
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """``what`` is the sort that it was made as, for the counts; ``who`` is whose token goes along."""

    what: str
    method: str
    target: str
    headers: Headers
    body: bytes
    who: str | None


@dataclass(frozen=True, slots=True)
class World:
    """What requests are made of. ``examples`` are operations that are known to work."""

    schema: GraphQLSchema
    known: Known
    examples: Sequence[Operation]
    callers: Sequence[str]
    routes: Sequence[tuple[str, str]]
    """Method and path of the other addresses; ``{…}`` stands for an id."""

    @property
    def words(self) -> list[str]:
        """Names that a spoilt document may get in place of others."""
        found = set(self.schema.type_map)
        for each in self.schema.type_map.values():
            found.update(getattr(each, "fields", {}))
        return sorted(found)


def made(world: World, chance: random.Random) -> Sent:
    """One request. The same ``world`` and the same state of ``chance`` make the same one."""
    who = chance.choice(world.callers) if chance.random() < 0.95 else chance.choice((None, "garbage"))
    match chance.choices(range(8), _WEIGHTS)[0]:
        case 0:
            return _posted("query", _written(world, chance, "query"), who, chance)
        case 1:
            return _posted("mutation", _written(world, chance, "mutation"), who, chance)
        case 2:
            return _posted("changed example", _changed(world, chance), who, chance)
        case 3:
            operation = _either(world, chance)
            text = spoilt(operation.document, chance, world.words)
            return _posted("spoilt document", replace(operation, document=text), who, chance)
        case 4:
            operation = _either(world, chance)
            values = Values(chance, world.known)
            given = {name: values.anything() for name in operation.variables} | values.anything_named()
            return _posted("any variables", replace(operation, variables=given), who, chance)
        case 5:
            kind = chance.choice(("query", "query", "mutation"))
            return _by_get(_written(world, chance, kind), who, chance)
        case 6:
            return _transport(world, chance, who)
    return _elsewhere(world, chance, who)


_WEIGHTS = (38, 22, 8, 10, 5, 4, 8, 5)


def _written(world: World, chance: random.Random, kind: str) -> Operation:
    astray = chance.choice((0.0, 0.0, 0.02, 0.1))
    return Writer(world.schema, chance, world.known, astray).write(kind)


def _either(world: World, chance: random.Random) -> Operation:
    if chance.random() < 0.4:
        return chance.choice(world.examples)
    return _written(world, chance, chance.choice(("query", "mutation", "subscription")))


def _changed(world: World, chance: random.Random) -> Operation:
    """A known operation with one value of its variables exchanged, added or left out."""
    example = chance.choice(world.examples)
    variables = json.loads(json.dumps(example.variables))
    at: Any = variables
    while isinstance(at, dict | list) and at:
        key = chance.choice(list(at)) if isinstance(at, dict) else chance.randrange(len(at))
        if isinstance(at[key], dict | list) and at[key] and chance.random() < 0.85:
            at = at[key]
            continue
        values = Values(chance, world.known)
        if chance.random() < 0.15:
            del at[key]
        elif isinstance(at[key], str) and chance.random() < 0.7:
            at[key] = values.id(str(key)) if chance.random() < 0.5 else values.text()
        else:
            at[key] = values.anything()
        break
    return replace(example, variables=variables)


def _posted(what: str, operation: Operation, who: str | None, chance: random.Random) -> Sent:
    payload: dict[str, Any] = {"query": operation.document, "variables": operation.variables}
    if chance.random() < 0.1:
        payload["operationName"] = "Fuzz"
    if chance.random() < 0.1:
        payload["extensions"] = {"cost": True}
    headers = [("content-type", "application/json"), ("accept", chance.choice(_ACCEPTED))]
    if chance.random() < 0.1:
        headers.append(("accept-encoding", "gzip"))
    # Lone surrogates stay escaped, as JSON can have them.
    return Sent(what, "POST", GRAPHQL, tuple(headers), json.dumps(payload).encode(), who)


def _by_get(operation: Operation, who: str | None, chance: random.Random) -> Sent:
    given = {"query": operation.document, "variables": json.dumps(operation.variables)}
    query = urllib.parse.urlencode(given)
    if chance.random() < 0.2:
        cut = chance.randrange(len(query))
        query = query[:cut] + chance.choice(("%", "%ff", "&variables=[", "&&&", "=", "&query=", "#"))
    headers = [("accept", chance.choice(_ACCEPTED))]
    if chance.random() < 0.9:
        headers.append(("x-requested-with", "fuzz"))
    return Sent("GET", "GET", f"{GRAPHQL}?{query}", tuple(headers), b"", who)


def _transport(world: World, chance: random.Random, who: str | None) -> Sent:
    """A request whose outside is wrong, with whatever in it."""
    values = Values(chance, world.known)
    body = json.dumps({"query": "{ viewer { id } }"}).encode()
    match chance.randrange(10):
        case 0:
            body = json.dumps(values.anything(4)).encode()
        case 1:
            body = chance.randbytes(chance.choice((0, 1, 40, 4_000)))
        case 2:
            at = chance.randrange(len(body))
            body = body[:at] + chance.randbytes(2) + body[at:]
        case 3:
            body = body[: chance.randrange(len(body))]
        case 4:
            body = chance.choice((b"[", b'{"a":', b"[[{}")) * chance.choice((30, 3_000, 60_000))
        case 5:
            body = json.dumps({name: values.anything() for name in _PARAMETERS}).encode()
        case 6:
            body = b" " * 300_000
        case 7:
            body = chance.choice(_BODIES)
        case 8:
            persisted = {"version": chance.choice((1, 1, 2, "1")), "sha256Hash": values.text()}
            body = json.dumps({"extensions": {"persistedQuery": persisted}}).encode()
    method = chance.choice(("POST",) * 12 + ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"))
    headers = [("content-type", chance.choice(_TYPES)), ("accept", chance.choice((*_ACCEPTED, *_STRANGE)))]
    names = chance.sample(_HEADERS, chance.choice((0, 0, 1, 3)))
    strange = (*_STRANGE, "1", "-1", "0", "close", values.text()[:60])
    headers.extend((name, chance.choice(strange)) for name in names)
    return Sent("transport", method, GRAPHQL, _latin(headers), body, who)


def _elsewhere(world: World, chance: random.Random, who: str | None) -> Sent:
    """One of the addresses beside GraphQL's, with what may be in it."""
    method, path = chance.choice(world.routes)
    values = Values(chance, world.known)
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = (
            before
            + urllib.parse.quote(values.id(name.partition(":")[0].replace("_id", "Id")), safe="")
            + after
        )
    keys = ("planId", "sessionId", "teamId", "phaseId", "playerId", "playerIds", "templateId", "dryRun",
            "targetMinutes", "source", "reason", "startsOn", "date", "force", "options")  # fmt: skip
    asked: Any = {name: _guess(values, name) for name in chance.sample(keys, chance.randrange(len(keys)))}
    if chance.random() < 0.15:
        asked = values.anything(4)
    headers = [("content-type", "application/json"), ("idempotency-key", values.text()[:60])]
    query = urllib.parse.urlencode({"from": values.day(), values.text()[:9]: values.text()})
    target = f"{path}?{query}" if chance.random() < 0.3 else path
    method = method if chance.random() < 0.9 else chance.choice(("GET", "POST", "DELETE", "PUT"))
    return Sent("other routes", method, target, _latin(headers), json.dumps(asked).encode(), who)


def _guess(values: Values, name: str) -> Any:
    if values.random.random() < 0.2:
        return values.anything()
    if name.endswith(("Id", "Ids")):
        found = values.id(name)
        return [found] if name.endswith("Ids") else found
    guesses: Mapping[str, Any] = {"targetMinutes": values.random.randrange(200), "source": "cta"}
    return guesses.get(name) or (
        values.day() if name in ("startsOn", "date") else values.random.random() < 0.5
    )


def _latin(headers: Sequence[tuple[str, str]]) -> Headers:
    """As a server gets them from its parser: bytes without line ends or NUL."""
    return tuple((name, "".join(each for each in value if " " <= each <= "ÿ")) for name, value in headers)


_ACCEPTED = ("application/graphql-response+json", "application/json", "*/*")
_STRANGE = ("", "text/html", "image/png", "*/*;q=0", "application/json;q=2", ",,,", "a/b;charset=\"", "ÿ",
            "q=1", "multipart/mixed", "text/event-stream;q=0", "x" * 5_000)  # fmt: skip
_TYPES = ("application/json",) * 6 + (
    "application/json; charset=utf-8", "application/json; charset=utf-16", "text/plain", "",
    "application/graphql",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json;;", "ÿ",
)  # fmt: skip
_HEADERS = ("content-length", "transfer-encoding", "content-encoding", "accept-encoding", "authorization",
            "cookie", "host", "origin", "if-none-match", "x-request-id", "x-forwarded-for", "range", "expect",
            "idempotency-key", "traceparent", "upgrade")  # fmt: skip
_PARAMETERS = ("query", "variables", "operationName", "extensions", "documentId")
_BODIES = (
    b"", b"1", b'"x"', b"null", b"true", b"[]", b"[{}]", b"{}", b"\xff\xfe", b"\xef\xbb\xbf{}", b"1" * 5_000,
    b'{"query":"{ __typename }","variables":' + b'{"a":' * 40 + b"1" + b"}" * 41, b'{"query":1e400}',
    b'{"query":"{ viewer { id } }","query":"{ nothing }"}', b'{"query":"\\ud800"}', b'{"query":"\\u0000"}',
    b'[{"query":"{ viewer { id } }"}]', zlib.compress(b"{}"),
)  # fmt: skip

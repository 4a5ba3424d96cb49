"""What every answer has to be, whatever was sent: JSON with codes, no fault, and nothing of our insides."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.settings import ROOT
from tests.fuzz.requests import GRAPHQL, Sent

_SHORTEST_SECRET = 6  # shorter ones, as a machine's name may be, are in random texts by themselves
FAULTS = frozenset({"internal_error", "unavailable", "timeout", "outcome_unknown"})
LONGEST_MESSAGE = 1_001

# What only our insides say. A word that the caller sent may come back to them.
LEAKS = tuple(
    re.compile(each)
    for each in (
        r"Traceback \(most recent", r"File \"[^\"]+\", line", r"\.py\b", r"site-packages",
        r"\b(asyncpg|sqlalchemy|psycopg|starlette|uvicorn|structlog|orjson|aiodataloader|pydantic)\b",
        r"\bgraphql\.(error|execution|type|utilities)\b", r"\b(resolvers|domain|db|events|integrations)\.\w+",
        r"\bSELECT\b[^\"]*\bFROM\b", r"\bINSERT INTO\b", r"\bUPDATE \w+ SET\b", r"\bDELETE FROM\b",
        r"\b(violates|duplicate key|relation \\?\"|deadlock detected|could not serialize|statement timeout)",
        r"\b(ck|fk|ix|pk|uq)_[a-z]\w+", r"\bpg_\w+",
        r" object at 0x", r"<class '", r"\b[A-Z]\w+\([a-z]\w*=", r"\bUUID\('", r"\bdatetime\.(date|time)",
        r"\b[A-Z]\w*(Exception|Warning)\b",
        r"\b(Value|Type|Key|Index|Attribute|Runtime|Assertion|OS|Unicode\w+)Error\b",
        r"'NoneType'", r"'\w+' object\b", r"\bpositional argument", r"\bunexpected keyword",
        r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes
    raised: str | None = None
    """What came out of the application instead of an answer."""


@dataclass(frozen=True, slots=True)
class Judge:
    """``secrets`` must be in no answer: names of machines and databases, folders, keys."""

    secrets: Sequence[str] = (str(ROOT), socket.gethostname())

    def wrongs(self, sent: Sent, answered: Answered) -> list[str]:
        """What is wrong with the answer; nothing, as it should be."""
        if answered.raised is not None:
            return [f"raised: {answered.raised}"]
        return [*_of_status(answered), *_of_body(sent, answered), *self._leaks(sent, answered)]

    def _leaks(self, sent: Sent, answered: Answered) -> Iterator[str]:
        text = answered.body.decode("utf-8", "replace") + "\n".join(answered.headers.values())
        given = _all_that_was_sent(sent)
        for pattern in LEAKS:
            for found in pattern.finditer(text):
                if found[0] not in given:
                    yield f"leak: {pattern.pattern}: {text[max(0, found.start() - 60) : found.end() + 60]!r}"
                    break
        for each in self.secrets:
            if len(each) >= _SHORTEST_SECRET and each in text and each not in given:
                yield f"leak: {each}"


def outcome_of(sent: Sent, answered: Answered) -> str:
    """For the counts: how the request ended, in a word or two."""
    if answered.raised is not None:
        return "raised"
    payload = _parsed(answered)
    codes = list(_codes(payload))
    if codes:
        return f"{answered.status} {codes[0]}"
    data = payload.get("data") if isinstance(payload, dict) else None
    if isinstance(data, dict):
        typed = [each["code"] for each in data.values() if isinstance(each, dict) and "code" in each]
        return f"{answered.status} answered {typed[0]}" if typed else f"{answered.status} ok"
    return str(answered.status)


def _of_status(answered: Answered) -> Iterator[str]:
    if answered.status >= 500:
        yield f"status {answered.status}"


def _of_body(sent: Sent, answered: Answered) -> Iterator[str]:
    if not answered.body:
        if answered.status not in (204, 304, 307) and sent.method != "HEAD" and answered.status != 200:
            yield f"status {answered.status} without a body"
        return
    content_type = answered.headers.get("content-type", "")
    if content_type.startswith("text/calendar"):
        return
    if "json" not in content_type:
        yield f"an answer of {content_type!r}: {answered.body[:80]!r}"
        return
    try:
        payload = _strictly(answered.body)
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    yield from _of_payload(sent, answered.status, payload)


def _of_payload(sent: Sent, status: int, payload: Any) -> Iterator[str]:
    if not isinstance(payload, dict):
        yield "an answer that is no object"
        return
    if sent.target.partition("?")[0] == GRAPHQL and not payload.keys() & {"data", "errors"}:
        yield "neither data nor errors"
    errors = payload.get("errors", [])
    if "error" in payload and isinstance(payload["error"], dict):
        errors = [{"message": payload["error"].get("message"), "extensions": payload["error"]}]
    if "errors" in payload and (not isinstance(errors, list) or not errors):
        yield "errors that are no list of some"
        return
    if status >= 400 and not errors:
        yield f"status {status} without an error"
    yield from _of_errors(errors)


def _of_errors(errors: Iterable[Any]) -> Iterator[str]:
    for error in errors:
        code = (error.get("extensions") or {}).get("code")
        message = error.get("message")
        if not isinstance(code, str) or not code:
            yield f"an error without a code: {error}"
        elif code in FAULTS:
            path = ".".join(str(each) for each in error.get("path", ()) if isinstance(each, str))
            yield f"fault {code} at {path}"
        if not isinstance(message, str) or not message or len(message) > LONGEST_MESSAGE:
            yield f"an error without a message that can be read: {str(error)[:200]}"


def _codes(payload: Any) -> Iterator[str]:
    if not isinstance(payload, dict):
        return
    if isinstance(payload.get("error"), dict):
        yield str(payload["error"].get("code"))
    for each in payload.get("errors") or ():
        yield str((each.get("extensions") or {}).get("code"))


def _parsed(answered: Answered) -> Any:
    try:
        return _strictly(answered.body)
    except ValueError:
        return None


def _strictly(body: bytes) -> Any:
    """JSON as its standard has it, without NaN."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    return json.loads(body.decode("utf-8"), parse_constant=refuse)


def _all_that_was_sent(sent: Sent) -> str:
    """In every form in which a part of it may come back."""
    body = sent.body.decode("utf-8", "replace")
    texts = [sent.target, body, *(value for _, value in sent.headers)]
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if isinstance(payload, dict):
        texts.append(str(payload.get("query")))
        texts.append(json.dumps(payload.get("variables"), ensure_ascii=False))
    return "\n".join(texts)

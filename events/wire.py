"""Events as other systems see them: JSON with names in camel case, read strictly, described by a schema."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_type_hints
from uuid import UUID

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.alias_generators import to_camel

from db.outbox import StoredEvent
from domain.events import OUTGOING, Event
from domain.planning_events import INCOMING, IncomingEvent

LARGEST_BYTES = 256 * 1024
_MOST_PROBLEMS = 10
_STRICT = ConfigDict(alias_generator=to_camel, strict=True, frozen=True, allow_inf_nan=False)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # PostgreSQL stores every character but this one


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event from outside, held to its contract. ``wire`` is what of it the contract knows."""

    event_id: UUID
    occurred_at: datetime
    correlation_id: str | None
    event: IncomingEvent
    wire: dict[str, Any]


class Undeliverable(Exception):
    """Trying again is no use: it breaks its contract, or what it speaks of. ``reason`` is one word."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read(raw: bytes) -> Arrived:
    """The event that another system sent. Fields that the contract does not know are left out."""
    event_type = type_of(raw)
    if event_type is None:
        raise Undeliverable("unknown_type", f"Its eventType is none of: {', '.join(sorted(_incoming()))}.")
    kind = _incoming()[event_type]
    try:
        message = model_of(kind.type).model_validate_json(raw)
        event = kind(**{field.name: getattr(message, field.name) for field in dataclasses.fields(kind)})
    except ValidationError as error:
        raise Undeliverable("malformed", _in_words(error)) from None
    except ValueError as error:
        raise Undeliverable("malformed", str(error)) from None
    wire = message.model_dump(mode="json", by_alias=True)
    if _NUL.search(orjson.dumps(wire)):
        raise Undeliverable("malformed", "A text holds the character NUL.")
    envelope: Any = message
    return Arrived(envelope.event_id, envelope.timestamp, envelope.correlation_id, event, wire)


def type_of(raw: bytes) -> str | None:
    """The ``eventType`` that it claims, if that is one of the incoming ones."""
    if len(raw) > LARGEST_BYTES:
        raise Undeliverable("malformed", f"The event is larger than {LARGEST_BYTES} bytes.")
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Undeliverable("malformed", f"It is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise Undeliverable("malformed", "It is not a JSON object.")
    claimed = content.get("eventType")
    return claimed if isinstance(claimed, str) and claimed in _incoming() else None


def decode(event_type: str, body: Mapping[str, Any]) -> Event | IncomingEvent:
    """The event of a delivery: what ``read`` gave, or what was committed in the outbox."""
    if event_type in _incoming():
        return read(orjson.dumps(body)).event
    if event_type not in _outgoing():
        raise Undeliverable("unknown_type", f"There is no event of type {event_type!r} in this version.")
    try:
        return _adapter(event_type).validate_python(body)
    except ValidationError as error:
        raise Undeliverable("malformed", _in_words(error)) from None


def write(stored: StoredEvent) -> bytes:
    """A committed event for other systems. The aggregate's id has the aggregate's name, as ``sessionId``."""
    body = dict(stored.payload)
    body[f"{stored.aggregate_type}_id"] = body.pop("aggregate_id")
    envelope = {
        "eventId": str(stored.event_id),
        "eventType": stored.event_type,
        "timestamp": stored.occurred_at,
        "correlationId": stored.correlation_id,
    }
    return orjson.dumps({**envelope, **_camel(body)}, option=orjson.OPT_UTC_Z)


def schema_of(kind: type[Event] | type[IncomingEvent]) -> dict[str, Any]:
    """The JSON Schema of an event, as it is published in ``events/contracts``."""
    schema = model_of(kind.type).model_json_schema(by_alias=True)
    _tidy(schema)
    head: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:taper:event:{kind.type}",
        "title": kind.type,
        "description": _plain(kind.__doc__ or ""),
    }
    if head["description"].startswith(f"{kind.__name__}("):  # what dataclass writes where there is nothing
        del head["description"]
    return head | {name: part for name, part in schema.items() if name not in head}


@functools.cache
def model_of(event_type: str) -> type[BaseModel]:
    """The reader of a type of event: the fields of its class, beside those that all events have."""
    kind = _incoming().get(event_type) or _outgoing()[event_type]
    hints = get_type_hints(kind, include_extras=True)
    fields: dict[str, Any] = {
        "event_id": (UUID, Field(description="Unique; the same event sent again has the same one.")),
        "event_type": (Literal[kind.type], ...),
        "timestamp": (AwareDatetime, Field(description="When it happened.")),
        "correlation_id": (str | None, Field(None, max_length=200)),
    }
    for each in dataclasses.fields(kind):
        name, default = each.name, each.default
        if issubclass(kind, Event):
            default = dataclasses.MISSING  # we leave nothing out
            name = f"{kind.aggregate_type}_id" if name == "aggregate_id" else name
        fields[name] = (hints[each.name], ... if default is dataclasses.MISSING else default)
    return create_model(kind.__name__, __config__=_STRICT, **fields)


@functools.cache
def _adapter(event_type: str) -> TypeAdapter[Event]:
    return TypeAdapter(_outgoing()[event_type])


@functools.cache
def _incoming() -> dict[str, type[IncomingEvent]]:
    return {kind.type: kind for kind in INCOMING}


@functools.cache
def _outgoing() -> dict[str, type[Event]]:
    return {kind.type: kind for kind in OUTGOING}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(name): _camel(each) for name, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list) else value


def _in_words(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    words = [f"{'.'.join(map(str, each['loc'])) or 'event'}: {each['msg']}" for each in problems]
    more = f" … and {len(words) - _MOST_PROBLEMS} more" if len(words) > _MOST_PROBLEMS else ""
    return "; ".join(words[:_MOST_PROBLEMS]) + more


def _tidy(schema: Any) -> None:
    """Leave out the titles that pydantic makes up from the names, and the marks of a docstring."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        if isinstance(schema.get("description"), str):
            schema["description"] = _plain(schema["description"])
        for each in schema.values():
            _tidy(each)
    elif isinstance(schema, list):
        for each in schema:
            _tidy(each)


def _plain(docstring: str) -> str:
    return inspect.cleandoc(docstring).replace("``", "")

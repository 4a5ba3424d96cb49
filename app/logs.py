"""Logs: one pipeline for our own records and those of the standard library, uvicorn's included.

JSON a line in production, lines for a person elsewhere. Every record carries the correlation id of the
request that caused it, and no record carries a token.
"""

import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from typing import Any, TextIO, TypeAlias

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECRET_WORDS = frozenset({"authorization", "token", "secret", "password", "cookie", "jwt", "credentials"})
_WORD_BREAK = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_SECRET_TEXT = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JWT: its header is JSON, so it begins with {" in base64
    r"|(?<=Bearer )\S+"
    r"|(?<=://)[^\s/@:]*:[^\s@]+(?=@)",  # user:password in an address
    re.IGNORECASE,
)
_DEEPEST = 6


def configure_logging(*, level: str, as_json: bool, stream: TextIO | None = None) -> None:
    """Send every record of this process through the pipeline. Call it again to change the answer.

    Run uvicorn with ``log_config=None``, else it puts its own handlers beside this one.
    """
    shared = _shared_processors()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _DiscreetHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(as_json=as_json, colours=handler.stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        its_own = logging.getLogger(name)
        its_own.handlers.clear()
        its_own.propagate = True
    # It says with every look at the database which kind it is; what it runs is told by db/migrate.py.
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


class _DiscreetHandler(logging.StreamHandler[TextIO]):
    """The library's own answer to a record that cannot be written prints it whole, before redaction."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the library's name
        error = sys.exc_info()[0]
        with suppress(OSError, ValueError):  # stderr may be what is closed
            print(  # noqa: T201
                f"a log record of {record.name} was lost: {error.__name__ if error else 'unknown'}",
                file=sys.stderr,
            )


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        # To text before redaction: an exception's message may quote the token that it is about. Plain
        # tracebacks on purpose, the pretty ones print the local variables.
        structlog.processors.format_exc_info,
        redact,
    ]


def _renderers(*, as_json: bool, colours: bool) -> list[Processor]:
    if as_json:
        return [structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer(default=str)]
    return [
        structlog.dev.ConsoleRenderer(
            colors=colours, timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
        )
    ]


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take secrets out of a record, by the name of the key and by the look of the text."""
    event.pop("color_message", None)  # uvicorn's second copy of its message
    return {key: _without_secrets(key, value, _DEEPEST) for key, value in event.items()}


def _without_secrets(key: object, value: object, depth: int) -> object:
    if value is None or isinstance(value, int | float):  # a token_count is no token
        return value
    if isinstance(key, str) and _SECRET_WORDS.intersection(_words(key)):
        return REDACTED
    if isinstance(value, str):
        return _SECRET_TEXT.sub(REDACTED, value)
    if isinstance(value, bytes):
        return _SECRET_TEXT.sub(REDACTED, value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        if depth == 0:
            return "…"
        return {inner: _without_secrets(inner, item, depth - 1) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return "…" if depth == 0 else [_without_secrets(None, item, depth - 1) for item in value]
    return value


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORD_BREAK.split(key)]


_serving: ContextVar[str | None] = ContextVar("correlation_id", default=None)


@contextmanager
def bind_correlation_id(value: str) -> Iterator[None]:
    """Every record within carries ``correlation_id``; tasks started within inherit it."""
    outer, bound = _bind(value)
    try:
        yield
    finally:
        _unbind(outer, bound)


_Bound: TypeAlias = Mapping[str, Token[Any]]


def _bind(value: str) -> tuple[Token[str | None], _Bound]:
    return _serving.set(value), structlog.contextvars.bind_contextvars(correlation_id=value)


def _unbind(outer: Token[str | None], bound: _Bound) -> None:
    structlog.contextvars.reset_contextvars(**bound)
    _serving.reset(outer)


def correlation_id() -> str | None:
    """The id of the request that is being served, or None outside of one."""
    return _serving.get()


class CorrelationId:
    """ASGI: names each request and websocket, in the logs and in the answer's ``x-request-id``.

    A caller's own ``x-request-id`` or ``x-correlation-id`` is kept where it is short and plain; anything
    else could forge a log line, so it is replaced.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = given_id(scope["headers"]) or os.urandom(16).hex()

        async def send_named(message: Message) -> None:
            if message["type"] in _ANSWERS_BEGIN:
                _name(message, request_id)
            await send(message)

        outer, bound = _bind(request_id)
        try:
            await self.app(scope, receive, send_named)
        finally:
            _unbind(outer, bound)


_ANSWERS_BEGIN = ("http.response.start", "websocket.accept", "websocket.http.response.start")


_GIVEN = (b"x-request-id", b"x-correlation-id")


def given_id(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """A caller's own name for the request, if it is short and plain."""
    given = [each for each in headers if each[0] in _GIVEN]
    for name in _GIVEN if given else ():
        for each, value in given:
            if each == name and _SAFE_ID.fullmatch(text := value.decode("latin-1")):
                return text
    return None


def _name(message: MutableMapping[str, Any], request_id: str) -> None:
    others = [each for each in message.get("headers", ()) if each[0] != _GIVEN[0]]
    message["headers"] = [*others, (_GIVEN[0], request_id.encode())]

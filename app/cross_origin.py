"""Pages of other origins: which may read our answers (CORS), and what such an answer says of it."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Message, Receive, Scope, Send

from app.at_hand import AtHand
from app.settings import Settings


def cors_options(settings: Settings) -> dict[str, Any]:
    """Of Starlette's middleware, which there is only where there are origins."""
    return {
        "allow_origins": settings.cors_origins,
        "allow_methods": ["GET", "POST"],
        "allow_headers": [
            "authorization",
            "content-type",
            "idempotency-key",
            "if-none-match",
            "x-apollo-operation-name",
            "x-request-id",
            "x-requested-with",
        ],
        "expose_headers": [
            "etag",
            "ratelimit",
            "ratelimit-policy",
            "retry-after",
            "x-operation-cost",
            "x-request-id",
        ],
        "max_age": 3600,
    }


class CrossOrigin:
    """What the middleware would add to an answer, asked of itself."""

    def __init__(self, settings: Settings) -> None:
        self._middleware = (
            CORSMiddleware(_nothing, **cors_options(settings)) if settings.cors_origins else None
        )

    @property
    def is_on(self) -> bool:
        return self._middleware is not None

    def headers(self, origin: bytes | None) -> list[tuple[bytes, bytes]]:
        """But for ``vary``, which says ``Origin`` wherever it is on."""
        if self._middleware is None or origin is None:
            return []
        answer: Message = {"type": "http.response.start", "headers": []}
        adding = AtHand(self._middleware.send(answer, _away, Headers(raw=[(b"origin", origin)])))
        if adding.is_waiting:
            raise RuntimeError("Starlette's CORS waits for something before it answers.")
        return [(name, value) for name, value in answer["headers"] if name != b"vary"]


async def _away(_: Message) -> None:
    """It is looked at where it was made."""


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("asked for headers only")

"""A request that is refused before it becomes an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HttpRefusal(Exception):
    """``code`` is public and stable; ``details`` say what the caller can act on (a limit, a reason)."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.details = details


def malformed(message: str) -> HttpRefusal:
    """It is not a request as GraphQL over HTTP knows it."""
    return HttpRefusal(400, "bad_request", message)

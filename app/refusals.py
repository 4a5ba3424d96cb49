"""A request that is refused before it becomes an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HttpRefusal(Exception):
    """``code`` is public and stable; ``details`` say what the caller can act on (a limit, a reason).

    ``is_malformed``: the request is not one that GraphQL over HTTP knows. To a client that names
    ``application/json`` such an answer has status 200, as for every other error of the request.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        is_malformed: bool = False,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.is_malformed = is_malformed
        self.details = details


def malformed(message: str) -> HttpRefusal:
    return HttpRefusal(400, "bad_request", message, is_malformed=True)

"""How much one request may be. Every limit is a setting, and what exceeds one is told both numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from app.settings_limits import LimitSettings

MOST_ACTUAL = 1_000_000
"""Fragments that double can make a number of hundreds of digits: nobody is helped by more than a million."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a document with its fragments in their places, and of what comes with it."""

    body_bytes: int = 256 * 1024
    body_seconds: float = 10.0
    url_bytes: int = 16 * 1024
    json_depth: int = 32
    tokens: int = 2_000
    depth: int = 12
    aliases: int = 15
    root_fields: int = 10
    directives: int = 10
    variables: int = 200
    text_characters: int = 10_000
    comparisons: int = 10_000
    cost: int = 10_000

    @classmethod
    def of(cls, settings: LimitSettings, *, body_seconds: float) -> Limits:
        return cls(
            body_bytes=settings.limit_body_bytes,
            body_seconds=body_seconds,
            url_bytes=settings.limit_url_bytes,
            json_depth=settings.limit_json_depth,
            tokens=settings.limit_tokens,
            depth=settings.limit_depth,
            aliases=settings.limit_aliases,
            root_fields=settings.limit_root_fields,
            directives=settings.limit_directives,
            variables=settings.limit_variables,
            text_characters=settings.limit_text_characters,
            comparisons=settings.limit_comparisons,
            cost=settings.limit_cost,
        )


class LimitExceeded(GraphQLError):
    """``code`` goes into the error's extensions, with the limit and, where it is known, what was sent."""

    def __init__(
        self, code: str, message: str, *, limit: int, actual: int | None = None, **details: Any
    ) -> None:
        known = {} if actual is None else {"actual": min(actual, MOST_ACTUAL)}
        super().__init__(message, extensions={"code": code, "limit": limit, **known, **details})

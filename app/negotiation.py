"""Which of the two media types an answer has, and what that means for its status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
LONGEST_ACCEPT = 2_000


@dataclass(frozen=True, slots=True)
class AnswerType:
    """``errors_are_ok``: the client named ``application/json``, so it reads errors from an answer of status
    200, as clients did before there was a media type of GraphQL's own."""

    media_type: str
    errors_are_ok: bool = False

    @property
    def header(self) -> str:
        return f"{self.media_type}; charset=utf-8"


WITHOUT_A_PREFERENCE = AnswerType(JSON)


def negotiate(accept: str | None) -> AnswerType | None:
    """The type that the client likes best; GraphQL's own where it likes both. None: it takes neither."""
    if accept is None or not accept.strip():
        return WITHOUT_A_PREFERENCE
    named = dict(_media_ranges(accept[:LONGEST_ACCEPT]))
    anything = named.get("application/*", named.get("*/*", 0.0))
    graphql, json = named.get(GRAPHQL, 0.0), named.get(JSON, 0.0)
    if graphql > 0 and graphql >= json:
        return AnswerType(GRAPHQL)
    if json > 0:
        return AnswerType(JSON, errors_are_ok=True)
    return WITHOUT_A_PREFERENCE if anything > 0 and JSON not in named else None


def media_type_of(header: str) -> tuple[str, dict[str, str]]:
    """A media type in lower case with its parameters, as in ``application/json; charset=UTF-8``."""
    name, *rest = header.split(";")
    parameters = {}
    for part in rest:
        key, _, value = part.partition("=")
        parameters[key.strip().lower()] = value.strip().strip('"').lower()
    return name.strip().lower(), parameters


def _media_ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, parameters = media_type_of(part)
        if name and parameters.get("charset", "utf-8") in ("utf-8", "utf8"):
            yield name, _quality(parameters.get("q", "1"))


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0

"""Which of the two media types an answer has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
LONGEST_ACCEPT = 2_000


@lru_cache(maxsize=256)
def negotiate(accept: str) -> str | None:
    """The type that the client likes best: GraphQL's own where it likes both, plain JSON where it does not
    care. None: it takes neither."""
    if not accept.strip():
        return JSON
    named = dict(_media_ranges(accept[:LONGEST_ACCEPT]))
    anything = named.get("application/*", named.get("*/*", 0.0))
    graphql, json = named.get(GRAPHQL, 0.0), named.get(JSON, anything)
    if graphql > 0 and graphql >= named.get(JSON, 0.0):
        return GRAPHQL
    return JSON if json > 0 else None


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

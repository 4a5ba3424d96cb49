"""Registering an enum of the domain with GraphQL."""

from enum import Enum
from typing import Any

import strawberry


def described(enum: type[Enum], name: str, description: str, values: dict[str, str]) -> None:
    """Registers a domain enum with GraphQL; every value has to be described."""
    strawberry.enum(enum, name=name, description=description, graphql_name_from="value")
    definition: Any = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for each in definition.values:
        each.description = values.pop(each.name)
    if values:
        raise ValueError(f"{name} has no values {sorted(values)}")

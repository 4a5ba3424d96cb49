"""The schema, put together; and its text, which is the contract that clients build on."""

import strawberry
from strawberry.extensions import DisableIntrospection
from strawberry.schema.config import StrawberryConfig

from schema.mutation import Mutation
from schema.query import Query
from schema.results import REFUSALS
from schema.types.segment import (
    AccessoryBlockSegment,
    AccessorySingleSegment,
    AccessorySupersetSegment,
    CoreLiftSegment,
)


def build_schema(*, introspection: bool, suggestions: bool) -> strawberry.Schema:
    """``suggestions``: whether errors name fields that the caller may have meant.

    Who may not introspect should not learn the schema from them either.
    """
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        types=[CoreLiftSegment, AccessorySupersetSegment, AccessoryBlockSegment, AccessorySingleSegment],
        extensions=[] if introspection else [DisableIntrospection],
        config=StrawberryConfig(disable_field_suggestions=not suggestions),
        exception_handlers=REFUSALS,
    )


def sdl() -> str:
    """As ``schema.graphql`` holds it."""
    return build_schema(introspection=True, suggestions=True).as_str() + "\n"

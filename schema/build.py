"""The schema, put together; and its text, which is the contract that clients build on."""

import strawberry
from strawberry.extensions import DisableIntrospection
from strawberry.schema.config import StrawberryConfig

from schema.fields import Needs
from schema.mutation import Mutation
from schema.query import Query
from schema.results import REFUSALS
from schema.subscription import Subscription
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
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[CoreLiftSegment, AccessorySupersetSegment, AccessoryBlockSegment, AccessorySingleSegment],
        extensions=[] if introspection else [DisableIntrospection],
        config=StrawberryConfig(disable_field_suggestions=not suggestions),
        exception_handlers=REFUSALS,
    )
    _describe_needs(schema)
    return schema


def _describe_needs(schema: strawberry.Schema) -> None:
    """Strawberry leaves out what is said of a schema directive's arguments."""
    directive = schema._schema.get_directive("needs")
    assert directive is not None  # noqa: S101 - fields with needs are the point of the schema
    for each in Needs.__strawberry_directive__.fields:  # type: ignore[attr-defined]
        directive.args[schema.config.name_converter.get_graphql_name(each)].description = each.description


def sdl() -> str:
    """As ``schema.graphql`` holds it."""
    return build_schema(introspection=True, suggestions=True).as_str() + "\n"

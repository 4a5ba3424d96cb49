"""The schema, put together; and its text, which is the contract that clients build on."""

import strawberry
from strawberry.extensions import DisableIntrospection
from strawberry.schema.config import StrawberryConfig
from strawberry.schema_directive import StrawberrySchemaDirective

from schema.cost import give_sizes
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
        config=StrawberryConfig(
            disable_field_suggestions=not suggestions, enable_experimental_incremental_execution=True
        ),
        exception_handlers=REFUSALS,
    )
    _leave_out_stream(schema)
    _describe_directives(schema)
    give_sizes(schema._schema)
    return schema


def _leave_out_stream(schema: strawberry.Schema) -> None:
    """Strawberry offers @defer only together with @stream, which nothing here answers to."""
    all_of_them = schema._schema.directives
    schema._schema.directives = tuple(each for each in all_of_them if each.name != "stream")


def _describe_directives(schema: strawberry.Schema) -> None:
    """Strawberry leaves out what is said of a schema directive's arguments."""
    for directive in schema._schema.directives:
        definition = directive.extensions.get("strawberry-definition")
        if isinstance(definition, StrawberrySchemaDirective):
            for each in definition.fields:
                argument = directive.args[schema.config.name_converter.get_graphql_name(each)]
                argument.description = each.description


def sdl() -> str:
    """As ``schema.graphql`` holds it."""
    return build_schema(introspection=True, suggestions=True).as_str() + "\n"

"""What a field costs and how long a list is, as directives in the SDL: clients can reckon as the server does.

They are those of the IBM cost specification, and ``@semanticNonNull`` as clients with error handling read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
)
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from db.paging import DEFAULT_SIZE

ASSUMED_SIZE = 10
"""Items of a list whose field does not say how many it has."""
PAGED_BY = ("first", "last")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="What one value of the field costs, without what is selected in it: 1 for an object and 0 "
    "for anything else, unless given.",
)
class Cost:
    weight: str = strawberry.field(description="A whole number.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How many items are reckoned with: the selections in a list cost that many times as much.",
)
class ListSize:
    assumed_size: int | None = strawberry.field(
        default=strawberry.UNSET,
        name="assumedSize",
        description="Items, where no slicing argument is given.",
    )
    slicing_arguments: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        name="slicingArguments",
        description="Arguments that say how many items: by their value, or a list by its length.",
    )
    sized_fields: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        name="sizedFields",
        description="Fields of the value that are the list; the value itself, unless given.",
    )
    require_one_slicing_argument: bool | None = strawberry.field(
        default=strawberry.UNSET,
        name="requireOneSlicingArgument",
        description="Whether exactly one slicing argument has to be given; false, unless given.",
    )


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="semanticNonNull",
    description="Null only where the field failed: a client that handles errors may treat it as non-null.",
)
class SemanticNonNull:
    levels: list[int] | None = strawberry.field(
        default=strawberry.UNSET,
        description="List levels that it is said of; 0, the value itself, unless given.",
    )


def directives_of(
    weight: int | None, size: int | None, sliced_by: Sequence[str], *, never_null: bool
) -> list[object]:
    """As ``schema.fields.field`` declares them."""
    found: list[object] = []
    if weight is not None:
        found.append(Cost(weight=str(weight)))
    if size is not None or sliced_by:
        found.append(
            ListSize(
                assumed_size=ASSUMED_SIZE if size is None else size,
                slicing_arguments=list(sliced_by) or strawberry.UNSET,
            )
        )
    if never_null:
        found.append(SemanticNonNull())
    return found


def give_sizes(schema: GraphQLSchema) -> None:
    """A page that does not say how it is sized is sliced by its arguments; a list has ``ASSUMED_SIZE``."""
    for _, field in fields_of(schema):
        definition = field.extensions.get("strawberry-definition")
        if not isinstance(definition, StrawberryField) or size_of(field) is not None:
            continue
        if is_page(field):
            size = ListSize(
                assumed_size=DEFAULT_SIZE, slicing_arguments=list(PAGED_BY), sized_fields=["edges"]
            )
        elif is_list(field) and not _is_edges(field):
            size = ListSize(assumed_size=ASSUMED_SIZE)
        else:
            continue
        definition.directives = [*definition.directives, size]


def fields_of(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField]]:
    """Every field of the product's types, by its name with its type: ``Team.players``."""
    for kind in schema.type_map.values():
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field


def size_of(field: GraphQLField) -> ListSize | None:
    return next((each for each in _directives(field) if isinstance(each, ListSize)), None)


def weight_of(field: GraphQLField) -> int | None:
    return next((int(each.weight) for each in _directives(field) if isinstance(each, Cost)), None)


def is_list(field: GraphQLField) -> bool:
    return isinstance(get_nullable_type(field.type), GraphQLList)


def is_page(field: GraphQLField) -> bool:
    named = get_named_type(field.type)
    return isinstance(named, GraphQLObjectType) and "edges" in named.fields and "first" in field.args


def _is_edges(field: GraphQLField) -> bool:
    """The list within a page: the page's own field says how long it is."""
    return get_named_type(field.type).name.endswith("Edge")


def _directives(field: GraphQLField) -> Sequence[object]:
    definition = field.extensions.get("strawberry-definition")
    return definition.directives if isinstance(definition, StrawberryField) else ()

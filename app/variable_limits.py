"""What comes with an operation: how many variables, and how long the texts in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    type_from_ast,
)
from strawberry.types.field import StrawberryField

from app.limits import LimitExceeded, Limits
from resolvers.long_texts import LongText

_PLAIN = (int, float, bool, type(None))


def refuse_oversized_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any], limits: Limits
) -> None:
    """Raises ``LimitExceeded``. One visit to each value, whatever it is nested in."""
    if len(given) > limits.variables:
        raise LimitExceeded(
            "too_many_variables",
            f"{len(given)} variables were sent; at most {limits.variables} are taken.",
            limit=limits.variables,
            actual=len(given),
        )
    if all(
        (each.__class__ is str and len(each) <= limits.text_characters) or each.__class__ in _PLAIN
        for each in given.values()
    ):
        return
    types = _types(schema, operation)
    left: list[tuple[str, Any, GraphQLInputType | None, int]] = [
        (name, value, types.get(name), limits.text_characters) for name, value in given.items()
    ]
    while left:
        name, value, kind, most = left.pop()
        if isinstance(value, str):
            if len(value) > most:
                raise LimitExceeded(
                    "text_too_long",
                    f"A text in ${name[:64]} has {len(value)} characters; at most {most} are taken.",
                    limit=most,
                    actual=len(value),
                )
            continue
        while isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(value, list):
            inner = kind.of_type if isinstance(kind, GraphQLList) else kind
            left.extend((name, each, inner, most) for each in value)
        elif isinstance(value, dict):
            fields = kind.fields if isinstance(kind, GraphQLInputObjectType) else {}
            for key, each in value.items():
                left.append(
                    (name, each, fields[key].type, max(limits.text_characters, _longest(fields[key])))
                    if key in fields
                    else (name, each, None, limits.text_characters)
                )


def _types(schema: GraphQLSchema, operation: OperationDefinitionNode) -> dict[str, GraphQLInputType | None]:
    return {
        each.variable.name.value: type_from_ast(schema, each.type)  # type: ignore[misc]  # of a valid document
        for each in operation.variable_definitions or ()
    }


def _longest(field: GraphQLInputField) -> int:
    """What the field itself says, where it holds a file."""
    definition = field.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryField):
        return 0
    return max((each.characters for each in definition.directives if isinstance(each, LongText)), default=0)

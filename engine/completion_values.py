"""What a generated function may say of a value by itself; whatever else it meets is a surprise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, Flag
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.types.base_scalars import isoformat
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from schema.fields import GuardedField, needs_of


class Surprise(Exception):
    """The value is graphql-core's business: it knows the words for an error, and what becomes null by it."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """``test`` and ``then`` are Python over ``{v}`` and ``names``: what is certain, and how it is said."""

    test: str
    then: str = "{v}"
    names: dict[str, Any] = field(default_factory=dict)


# bool is a subclass of int, and a text of an enum one of str: what is tested is the type itself.
_SPECIFIED = {
    GraphQLInt.name: Leaf(f"type({{v}}) is int and {GRAPHQL_MIN_INT} <= {{v}} <= {GRAPHQL_MAX_INT}"),
    GraphQLFloat.name: Leaf("type({v}) is float and -INF < {v} < INF", names={"INF": float("inf")}),
    GraphQLString.name: Leaf("type({v}) is str"),
    GraphQLID.name: Leaf("type({v}) is str"),
    GraphQLBoolean.name: Leaf("{v} is True or {v} is False"),
}
_SAID_AS_TEXT = (date, datetime, time, Decimal, UUID)


def leaf_of(type_: GraphQLLeafType) -> Leaf | None:
    """None where no value is certain beforehand."""
    if type_.name in _SPECIFIED:
        return _SPECIFIED[type_.name]
    if isinstance(type_, GraphQLEnumType):
        return _enum(type_)
    origin = getattr(type_.extensions.get("strawberry-definition"), "origin", None)
    if origin in _SAID_AS_TEXT and type_.coerce_output_value in (isoformat, str):
        names = {f"is_{type_.name}": origin, f"say_{type_.name}": type_.coerce_output_value}
        return Leaf(f"type({{v}}) is is_{type_.name}", f"say_{type_.name}({{v}})", names)
    return None


def _enum(type_: GraphQLEnumType) -> Leaf | None:
    members = getattr(type_, "wrapped_cls", None)
    if not (isinstance(members, type) and issubclass(members, Enum)) or issubclass(members, Flag):
        return None
    said = {each._name_: type_.coerce_output_value(each) for each in members}
    names = {f"is_{type_.name}": members, f"say_{type_.name}": said}
    return Leaf(f"type({{v}}) is is_{type_.name}", f"say_{type_.name}[{{v}}._name_]", names)


def otherwise(type_: GraphQLLeafType, *, may_be_null: bool) -> Callable[[Any], Any]:
    """For what the test did not take: as graphql-core completes it, unless that would be an error."""
    coerce = type_.coerce_output_value

    def other(value: Any) -> Any:
        if value is None or value is Undefined:
            if may_be_null:
                return None
            raise Surprise
        if isinstance(value, Exception) or optimized_is_awaitable(value):
            raise Surprise
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise Surprise
        return coerced

    return other


def reading_of(definition: GraphQLField) -> str | Callable[[Any], Any] | None:
    """The attribute that the field is, or the function of nothing but its object; None for other code.

    Without arguments, needs, extensions and ``info`` there is nothing else that the answer could depend on.
    """
    declared = definition.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField) or definition.args or declared.extensions:
        return None
    if type(declared) not in (StrawberryField, GuardedField) or needs_of(declared) or declared.is_async:
        return None
    resolver = declared.base_resolver
    if resolver is None:
        is_read = declared.default_resolver is getattr and declared.python_name.isidentifier()
        return declared.python_name if is_read else None
    if type(resolver) is not StrawberryResolver or len(resolver.signature.parameters) != 1:
        return None
    takes_object = resolver.parent_parameter or resolver.self_parameter
    return resolver.wrapped_func if takes_object and callable(resolver.wrapped_func) else None


def items(value: Any) -> list[Any] | tuple[Any, ...]:
    """Nothing that is used up by reading it: graphql-core may have to read it once more."""
    if type(value) is list or type(value) is tuple:
        return value
    raise Surprise


def voucher(known: set[type]) -> Callable[[Any], None]:
    """Takes note of classes whose objects are neither errors nor awaitable and have plain attributes."""

    def vouch(value: Any) -> None:
        cls = type(value)
        if value is None or isinstance(value, Exception) or optimized_is_awaitable(value):
            raise Surprise
        if any({"__getattribute__", "__getattr__"} & vars(each).keys() for each in cls.__mro__[:-1]):
            raise Surprise
        known.add(cls)

    return vouch

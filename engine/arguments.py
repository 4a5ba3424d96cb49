"""Arguments of fields, bound anew for each request: from literals in the document, or from its variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from graphql import FieldNode, GraphQLField, GraphQLScalarType, VariableNode, get_nullable_type
from graphql.utilities import value_from_ast

from db.paging import Order, PageRequest, key_in_cursor
from domain.errors import DomainError
from engine.declined import Declined, Reason
from resolvers.ids import Kind, uuid_text_or_none

Variables: TypeAlias = Mapping[str, Any]
Value: TypeAlias = Callable[[Variables], Any]
Binder: TypeAlias = Callable[[Variables], Mapping[str, Any]]


def arguments_of(node: FieldNode, field: GraphQLField) -> dict[str, Value]:
    """Those that are given, by their names in GraphQL. Only scalars: what is more has code behind it."""
    found: dict[str, Value] = {}
    for each in node.arguments or ():
        name = each.name.value
        type_ = field.args[name].type
        if not isinstance(get_nullable_type(type_), GraphQLScalarType):
            raise Declined(Reason.ARGUMENT, f"{node.name.value}({name}:)")
        found[name] = (
            _variable(each.value.name.value)
            if isinstance(each.value, VariableNode)
            else _constant(value_from_ast(each.value, type_))
        )
    return found


def id_binder(parameter: str, kind: Kind, value: Value) -> Binder:
    def bind(variables: Variables) -> Mapping[str, str]:
        found = uuid_text_or_none(kind, value(variables) or "")
        if found is None:
            raise Declined(Reason.NOTHING_FOUND)
        return {parameter: found}

    return bind


def page_of(values: Mapping[str, Value], variables: Variables) -> PageRequest:
    """``Declined`` for a page that cannot be: the reference lane says what is wrong with it."""
    try:
        return PageRequest(**{name: value(variables) for name, value in values.items()})
    except DomainError:
        raise Declined(Reason.ARGUMENT, "page") from None


def page_binder(prefix: str, values: Mapping[str, Value], order: Order) -> Binder:
    """The size, and the sort key in the cursor if there is one."""

    def bind(variables: Variables) -> Mapping[str, Any]:
        request = page_of(values, variables)
        bound: dict[str, Any] = {f"{prefix}_size": request.size}
        if request.cursor is not None:
            try:
                key = key_in_cursor(request, order)
            except DomainError:
                raise Declined(Reason.ARGUMENT, "cursor") from None
            bound.update({f"{prefix}_key_{n}": part for n, part in enumerate(key)})
        return bound

    return bind


def _variable(name: str) -> Value:
    return lambda variables: variables.get(name)


def _constant(value: Any) -> Value:
    return lambda _: value

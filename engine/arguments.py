"""Arguments of fields, bound anew for each request: from literals in the document, or from its variables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)
from graphql.utilities import value_from_ast

from db.paging import Order, PageRequest, key_in_cursor
from domain.errors import DomainError
from engine.declined import Declined, Reason
from resolvers.ids import Kind, uuid_text_or_none

Variables: TypeAlias = Mapping[str, Any]
Value: TypeAlias = Callable[[Variables], Any]
Binder: TypeAlias = Callable[[Variables], Mapping[str, Any]]


def arguments_of(node: FieldNode, field: GraphQLField) -> dict[str, Value]:
    """Those that are given, by their names in GraphQL. A value is coerced, but not yet Strawberry's."""
    return {each.name.value: _value(each.value, field.args[each.name.value]) for each in node.arguments or ()}


def has_variables(node: FieldNode, names: Collection[str]) -> bool:
    """Whether any of these arguments depends on the request."""
    return any(_has_variables(each.value) for each in node.arguments or () if each.name.value in names)


def constant(binder: Binder) -> Binder:
    """The same of arguments that the document itself says: worked out once."""
    bound = binder({})
    return lambda _: bound


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


def _value(given: ValueNode, argument: GraphQLArgument) -> Value:
    if isinstance(given, VariableNode):
        return _variable(given.name.value, argument)
    if not _has_variables(given):
        constant = value_from_ast(given, argument.type)
        return lambda _: constant

    def value(variables: Variables) -> Any:
        found = value_from_ast(given, argument.type, dict(variables))
        if found is Undefined:
            raise Declined(Reason.ARGUMENT)
        return found

    return value


def _variable(name: str, argument: GraphQLArgument) -> Value:
    """One that is absent leaves the argument's own default."""
    default = None if argument.default_value is Undefined else argument.default_value

    def value(variables: Variables) -> Any:
        found = variables.get(name, default)
        if found is None and isinstance(argument.type, GraphQLNonNull):
            raise Declined(Reason.ARGUMENT, name)
        return found

    return value


def _has_variables(given: ValueNode) -> bool:
    if isinstance(given, ListValueNode):
        return any(map(_has_variables, given.values))
    if isinstance(given, ObjectValueNode):
        return any(_has_variables(each.value) for each in given.fields)
    return isinstance(given, VariableNode)

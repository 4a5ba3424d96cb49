"""Arguments that narrow a list, as conditions in its WHERE; their values are bound anew for each request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLField, Undefined
from strawberry.utils.str_converters import to_camel_case

from db.base import Base
from db.narrowing import Condition, Narrowed, Narrowing
from domain.errors import DomainError
from engine.arguments import Binder, Value, Variables
from engine.declined import Declined, Reason
from engine.rules import filled, rule_of_argument


def conditions_of(
    narrowing: Mapping[str, Narrowing],
    given: Mapping[str, Value],
    field: GraphQLField,
    variables: Variables,
) -> list[tuple[Narrowing, Value]]:
    """Those that narrow the list by what is given. ``Declined`` for an argument that is not declared."""
    known = {to_camel_case(name): each for name, each in narrowing.items()}
    if not given.keys() <= known.keys():
        raise Declined(Reason.ARGUMENT, ", ".join(given.keys() - known.keys()))
    found: list[tuple[Narrowing, Value]] = []
    for name, each in known.items():
        value = given.get(name) or _default(field, name)
        if _narrows(each, value(variables)):
            found.append((each, value))
    return found


def conditions_otherwise(
    narrowing: Mapping[str, Narrowing],
    given: Mapping[str, Value],
    field: GraphQLField,
    variables: Variables,
) -> list[Condition]:
    """What holds of the list for want of arguments."""
    found: list[Condition] = []
    for python_name, each in narrowing.items():
        name = to_camel_case(python_name)
        value = given.get(name) or _default(field, name)
        if isinstance(each, Narrowed) and each.otherwise is not None and not _narrows(each, value(variables)):
            found.append(each.otherwise)
    return found


def condition(
    narrowing: Narrowing,
    value: Value,
    rows: type[Base],
    alias: str,
    prefix: str,
    parameter: Callable[[str, str], str],
) -> tuple[str, Binder]:
    """SQL, and what binds its values, as parameters that begin with ``prefix``."""
    sql = filled(
        rule_of_argument(narrowing, rows), alias, lambda name, type_: parameter(_own(prefix, name), type_)
    )

    def bind(variables: Variables) -> Mapping[str, Any]:
        if not isinstance(narrowing, Narrowed):
            return {}
        try:
            values = narrowing.values(value(variables))
        except DomainError:
            raise Declined(Reason.ARGUMENT, "refused") from None
        return {_own(prefix, f"given_{n}"): each for n, each in enumerate(values)}

    return sql, bind


def _narrows(narrowing: Narrowing, value: Any) -> bool:
    return value not in (None, []) if isinstance(narrowing, Narrowed) else value is narrowing.on


def _own(prefix: str, name: str) -> str:
    """Those of the caller are shared by the whole statement."""
    return f"{prefix}_{name}" if name.startswith("given_") else name


def _default(field: GraphQLField, name: str) -> Value:
    default = field.args[name].default_value
    return lambda _: None if default is Undefined else default

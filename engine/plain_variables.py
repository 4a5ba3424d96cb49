"""Variables that are plain scalars, which nearly all are: coerced by a look at each, not by graphql-core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import NamedTypeNode, NonNullTypeNode, OperationDefinitionNode

_KINDS: Mapping[str, type] = {"ID": str, "String": str, "Int": int, "Boolean": bool}
_LEAST_INT, _MOST_INT = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Declared:
    name: str
    kind: type
    may_be_null: bool


@dataclass(frozen=True, slots=True)
class PlainVariables:
    """Of an operation whose variables are all of them scalars without a default."""

    declared: tuple[_Declared, ...]

    @classmethod
    def of(cls, operation: OperationDefinitionNode) -> PlainVariables | None:
        """None where a variable is anything more."""
        found = []
        for each in operation.variable_definitions or ():
            type_ = each.type.type if isinstance(each.type, NonNullTypeNode) else each.type
            kind = _KINDS.get(type_.name.value) if isinstance(type_, NamedTypeNode) else None
            if kind is None or each.default_value is not None:
                return None
            found.append(_Declared(each.variable.name.value, kind, type_ is each.type))
        return cls(tuple(found))

    def coerced(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """As graphql-core coerces them; None for whatever is not at first sight what it should be."""
        found: dict[str, Any] = {}
        for each in self.declared:
            value: Any = given.get(each.name)
            if value is None:
                if not each.may_be_null:
                    return None
                if each.name in given:
                    found[each.name] = None
            elif type(value) is not each.kind or (type(value) is int and not _is_int(value)):
                return None
            else:
                found[each.name] = value
        return found


def _is_int(value: int) -> bool:
    """Of GraphQL: 32 bits."""
    return _LEAST_INT <= value <= _MOST_INT

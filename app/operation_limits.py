"""How large a document may be, measured in one pass over it, however its fragments use each other."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)

MOST_TOKENS = 2_000
DEEPEST = 12
MOST_ALIASES = 15

# Answered from memory, and guarded by graphql-core's own rule against lists in lists.
_INTROSPECTION = ("__schema", "__type")


class LimitExceeded(GraphQLError):
    """``code`` goes into the error's extensions, with what the limit is and what the document has."""

    def __init__(self, code: str, message: str, *, limit: int, actual: int | None = None) -> None:
        details = {"code": code, "limit": limit} | ({} if actual is None else {"actual": actual})
        super().__init__(message, extensions=details)


@dataclass(frozen=True, slots=True)
class Size:
    """With every fragment put in its place: levels of fields, and fields that have an alias."""

    depth: int = 0
    aliases: int = 0


def refuse_oversized(document: DocumentNode) -> None:
    """Raises ``LimitExceeded`` for the first operation that is too deep or renames too much."""
    try:
        for operation, size in sizes_of(document):
            if size.depth > DEEPEST:
                raise LimitExceeded(
                    "operation_too_deep",
                    f"{_named(operation)} is {size.depth} levels deep; at most {DEEPEST} are taken.",
                    limit=DEEPEST,
                    actual=size.depth,
                )
            if size.aliases > MOST_ALIASES:
                raise LimitExceeded(
                    "too_many_aliases",
                    f"{_named(operation)} has {_number(size.aliases)} aliases with its fragments; at most "
                    f"{MOST_ALIASES} are taken.",
                    limit=MOST_ALIASES,
                )
    except RecursionError:
        deep = LimitExceeded("operation_too_deep", "The fragments are nested too deeply.", limit=DEEPEST)
    else:
        return
    raise deep  # outside, or it would keep the frames of the whole recursion


def sizes_of(document: DocumentNode) -> list[tuple[OperationDefinitionNode, Size]]:
    tape = _Tape(
        {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    )
    return [
        (each, tape.measure(each.selection_set))
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    ]


class _Tape:
    """Each fragment is measured once; a ring of fragments counts as nothing, and validation refuses it."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, Size] = {}

    def measure(self, selections: SelectionSetNode) -> Size:
        depth = aliases = 0
        for selection in selections.selections:
            if isinstance(selection, FragmentSpreadNode):
                inner = self._fragment(selection.name.value)
            elif isinstance(selection, FieldNode):
                inner = self._field(selection)
            else:
                inner = self.measure(selection.selection_set)  # type: ignore[attr-defined]
            depth = max(depth, inner.depth)
            aliases += inner.aliases
        return Size(depth, aliases)

    def _field(self, field: FieldNode) -> Size:
        renamed = field.alias is not None and field.alias.value != field.name.value
        if field.selection_set is None or field.name.value in _INTROSPECTION:
            return Size(1, int(renamed))
        inner = self.measure(field.selection_set)
        return Size(inner.depth + 1, inner.aliases + renamed)

    def _fragment(self, name: str) -> Size:
        if name not in self._known:
            self._known[name] = Size()
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._known[name] = self.measure(fragment.selection_set)
        return self._known[name]


def _named(operation: OperationDefinitionNode) -> str:
    return f"The operation {operation.name.value}" if operation.name else "The operation"


def _number(count: int) -> str:
    """Fragments that double can make a number of hundreds of digits."""
    return str(count) if count < 1_000_000 else "millions of"

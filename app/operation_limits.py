"""How large a document may be, measured in one pass over it, however its fragments use each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from app.limits import MOST_ACTUAL, LimitExceeded, Limits

LONGEST_WORD = 256
"""Characters of a name or a number."""

# Answered from memory, and guarded by graphql-core's own rule against lists in lists.
_INTROSPECTION = ("__schema", "__type")

# A document's tokens, by their first character; nothing in it backtracks. Whatever else a text holds, the
# parser refuses.
_TOKEN = re.compile(
    r'"""(?P<block>(?:[^"\\]|\\"""|\\|"(?!""))*+)(?:""")?'
    r'|"(?P<text>(?:[^"\\\n\r]|\\.)*+)"?'
    r"|#[^\n\r]*+"
    r"|(?P<word>[_0-9A-Za-z+\-](?:[_0-9A-Za-z+\-]|\.(?!\.))*+)"
    r"|\.\.\.|[!$&()\[\]{}:=@|]"
)


@dataclass(frozen=True, slots=True)
class Size:
    """With every fragment put in its place: levels of fields, and how many of each there are."""

    depth: int = 0
    fields: int = 0  # on its own level only
    aliases: int = 0
    directives: int = 0


def refuse_long(text: str, limits: Limits) -> int:
    """Before the document is parsed: how many tokens it has. ``LimitExceeded`` for too many or too long ones.

    One pass in C, where the parser's is one in Python.
    """
    tokens = 0
    for token in _TOKEN.finditer(text):
        tokens += 1
        start, end = token.span()
        if end - start <= LONGEST_WORD:
            continue
        kind = token.lastgroup
        if kind == "word":
            raise LimitExceeded(
                "name_too_long",
                f"A name or a number has {end - start} characters; at most {LONGEST_WORD} are taken.",
                limit=LONGEST_WORD,
                actual=end - start,
            )
        if kind is not None:
            refuse_long_text(len(token[kind]), limits)
    if tokens > limits.tokens:
        raise LimitExceeded(
            "too_many_tokens",
            f"The document has {tokens} tokens; at most {limits.tokens} are taken.",
            limit=limits.tokens,
            actual=tokens,
        )
    return tokens


def refuse_long_text(characters: int, limits: Limits, *, where: str = "the document") -> None:
    if characters > limits.text_characters:
        raise LimitExceeded(
            "text_too_long",
            f"A text in {where} has {characters} characters; at most {limits.text_characters} are taken.",
            limit=limits.text_characters,
            actual=characters,
        )


def refuse_oversized(document: DocumentNode, limits: Limits) -> None:
    """Raises ``LimitExceeded`` for the first operation that is too large in any way."""
    try:
        for operation, size in sizes_of(document):
            for code, what, actual, limit in (
                ("operation_too_deep", "levels of fields", size.depth, limits.depth),
                ("too_many_aliases", "aliases", size.aliases, limits.aliases),
                ("too_many_root_fields", "fields at its top", size.fields, limits.root_fields),
                ("too_many_directives", "directives", size.directives, limits.directives),
                (
                    "too_many_variables",
                    "variables",
                    len(operation.variable_definitions or ()),
                    limits.variables,
                ),
            ):
                if actual > limit:
                    raise LimitExceeded(
                        code,
                        f"{_named(operation)} has {_number(actual)} {what}; at most {limit} are taken.",
                        limit=limit,
                        actual=actual,
                    )
    except RecursionError:
        deep = LimitExceeded("operation_too_deep", "The fragments are nested too deeply.", limit=limits.depth)
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
        depth = fields = aliases = directives = 0
        for selection in selections.selections:
            if isinstance(selection, FragmentSpreadNode):
                inner = self._fragment(selection.name.value)
            elif isinstance(selection, FieldNode):
                inner = self._field(selection)
            else:
                inner = self.measure(selection.selection_set)  # type: ignore[attr-defined]
            depth = max(depth, inner.depth)
            fields += inner.fields
            aliases += inner.aliases
            directives += inner.directives + len(selection.directives or ())
        return Size(depth, fields, aliases, directives)

    def _field(self, field: FieldNode) -> Size:
        renamed = field.alias is not None and field.alias.value != field.name.value
        if field.selection_set is None or field.name.value in _INTROSPECTION:
            return Size(1, 1, int(renamed))
        inner = self.measure(field.selection_set)
        return Size(inner.depth + 1, 1, inner.aliases + renamed, inner.directives)

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
    return str(count) if count < MOST_ACTUAL else "millions of"

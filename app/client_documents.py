"""The operations in clients' sources, each whole with its fragments: what a manifest is made of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

GRAPHQL_FILES = (".graphql", ".gql")
SOURCE_FILES = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs")
_NOT_OURS = ("node_modules", "__generated__", "dist", "build")

# gql`…`, graphql`…`, either as a function, or a template that a comment says is GraphQL.
_TEMPLATE = re.compile(
    r"(?:\b(?:gql|graphql)(?:<[^>`]*>)?\s*\(?\s*(?:/\*\s*GraphQL\s*\*/\s*)?|/\*\s*GraphQL\s*\*/\s*)"
    r"`((?:[^`\\]|\\.)*)`",
    re.DOTALL,
)
_INTERPOLATED = re.compile(r"\$\{[^{}]*\}")


class ClientSourceError(Exception):
    """Something in the sources cannot be made into a manifest; the message names the file."""


@dataclass(frozen=True, slots=True)
class _Definitions:
    operations: Mapping[str, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]


def client_documents(paths: Iterable[Path], *, typenames: bool = False) -> dict[str, str]:
    """Documents by the SHA-256 of their text. ``ClientSourceError`` for what is wrong or there twice.

    ``typenames``: with ``__typename`` in every selection, as caches of clients ask for it.
    """
    found = _definitions(paths)
    documents = {}
    for operation in found.operations.values():
        names = _reached(operation, found.fragments)
        whole = DocumentNode(definitions=(operation, *(found.fragments[name] for name in sorted(names))))
        text = print_ast(visit(whole, _AddTypenames()) if typenames else whole)
        documents[hashlib.sha256(text.encode()).hexdigest()] = text
    return documents


def _definitions(paths: Iterable[Path]) -> _Definitions:
    operations: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    for file in _files(paths):
        for text in _texts(file):
            for each in _parsed(file, text).definitions:
                if isinstance(each, OperationDefinitionNode):
                    if each.name is None:
                        raise ClientSourceError(f"{file}: an operation has no name.")
                    _add(operations, each.name.value, each, file, "operations")
                elif isinstance(each, FragmentDefinitionNode):
                    _add(fragments, each.name.value, each, file, "fragments")
                else:
                    raise ClientSourceError(f"{file}: a client's document defines no types.")
    return _Definitions(operations, fragments)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            for each in sorted(path.rglob("*")):
                if each.suffix in GRAPHQL_FILES + SOURCE_FILES and not set(each.parts) & set(_NOT_OURS):
                    yield each
        else:
            raise ClientSourceError(f"{path} is not there.")


def _texts(file: Path) -> Iterator[str]:
    text = file.read_text("utf-8")
    if file.suffix in GRAPHQL_FILES:
        yield text
        return
    for match in _TEMPLATE.finditer(text):
        # What is put into a template is a fragment, which is found by its name.
        yield _INTERPOLATED.sub("", match[1]).replace("\\`", "`")


def _parsed(file: Path, text: str) -> DocumentNode:
    if not text.strip():
        return DocumentNode(definitions=())
    try:
        return parse(text, no_location=True)
    except GraphQLSyntaxError as error:
        raise ClientSourceError(f"{file}: {error.message}") from None


def _add(known: dict[str, Any], name: str, node: Any, file: Path, what: str) -> None:
    if name in known and print_ast(known[name]) != print_ast(node):
        raise ClientSourceError(f"{file}: two {what} are named {name} and are not the same.")
    known[name] = node


def _reached(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> frozenset[str]:
    reached: set[str] = set()
    left: list[Any] = [operation]
    while left:
        for name in _spreads(left.pop()):
            if name not in fragments:
                operation_name = operation.name.value if operation.name else ""
                raise ClientSourceError(f"{operation_name} uses {name}, which is in none of the files.")
            if name not in reached:
                reached.add(name)
                left.append(fragments[name])
    return frozenset(reached)


def _spreads(node: OperationDefinitionNode | FragmentDefinitionNode) -> list[str]:
    found: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: Any) -> None:
            found.append(spread.name.value)

    visit(node, Spreads())
    return found


class _AddTypenames(Visitor):
    """At the end of every selection set but an operation's own, where there is none."""

    def leave_selection_set(
        self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any
    ) -> SelectionSetNode | None:
        if isinstance(parent, OperationDefinitionNode) or any(
            isinstance(each, FieldNode) and each.name.value == "__typename" for each in node.selections
        ):
            return None
        typename = FieldNode(name=NameNode(value="__typename"), alias=None, arguments=(), directives=())
        return SelectionSetNode(selections=(*node.selections, typename))

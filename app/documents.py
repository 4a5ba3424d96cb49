"""GraphQL documents, parsed and validated once for as long as they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    TokenKind,
    parse,
    specified_rules,
    validate,
)
from strawberry import Schema
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.operation_limits import MOST_TOKENS, LimitExceeded, refuse_oversized

MOST_TOKENS_KEPT = 60_000  # a token and its nodes take about half a kilobyte
MOST_ERRORS = 10


class RequestError(Exception):
    """The document or the choice of an operation in it is wrong: nothing was run."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Document:
    ast: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """``RequestError`` where the name chooses none; without a name there must be only one."""
        if name is None and len(self.operations) > 1:
            raise _error(
                "ambiguous_operation",
                "The document has several operations: say by `operationName` which one to run.",
            )
        for each in self.operations:
            if name is None or (each.name is not None and each.name.value == name):
                return each
        if name is None:
            raise _error("no_operation", "The document has no operation, only fragments.")
        raise _error("unknown_operation", f"The document has no operation named {name[:64]!r}.")


class Documents:
    """The valid ones that were used last; a wrong one is worked out again, so it can push out none."""

    def __init__(
        self,
        schema: Schema,
        *,
        introspection: bool,
        suggestions: bool,
        most_tokens_kept: int = MOST_TOKENS_KEPT,
    ) -> None:
        self._schema = schema._schema
        self._rules = (
            *specified_rules,
            MaybeNullValidationRule,
            OneOfInputValidationRule,
            *(() if introspection else (NoSchemaIntrospectionCustomRule,)),
        )
        self._suggestions = suggestions
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._tokens_kept = 0
        self._most_tokens_kept = most_tokens_kept

    def read(self, text: str) -> Document:
        """Raises ``RequestError`` with all that is wrong with the document, up to a bound."""
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        document = self._read(text)
        self._keep(text, document)
        return document

    def __len__(self) -> int:
        return len(self._kept)

    def _read(self, text: str) -> Document:
        try:
            ast = parse(text, max_tokens=MOST_TOKENS)
            _refuse_nul(ast)
            refuse_oversized(ast)
        except GraphQLSyntaxError as error:
            raise RequestError(_as_limit(error)) from None
        except GraphQLError as error:
            raise RequestError(error) from None
        errors = validate(
            self._schema,
            ast,
            self._rules,
            max_errors=MOST_ERRORS,
            hide_suggestions=not self._suggestions,
        )
        if errors:
            raise RequestError(*errors)
        operations = [each for each in ast.definitions if isinstance(each, OperationDefinitionNode)]
        return Document(ast, tuple(operations))

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._tokens_kept += document.ast.token_count
        while self._tokens_kept > self._most_tokens_kept:
            _, oldest = self._kept.popitem(last=False)
            self._tokens_kept -= oldest.ast.token_count


def _as_limit(error: GraphQLSyntaxError) -> GraphQLError:
    if error.description.startswith("Document contains more than"):
        return LimitExceeded(
            "too_many_tokens", f"The document has more than {MOST_TOKENS} tokens.", limit=MOST_TOKENS
        )
    return error


def _refuse_nul(ast: DocumentNode) -> None:
    """A text in the document may hold one by an escape; no database can store it."""
    token = ast.loc.start_token if ast.loc else None
    while token is not None:
        if token.kind in (TokenKind.STRING, TokenKind.BLOCK_STRING) and "\0" in (token.value or ""):
            raise GraphQLError("A text holds a NUL character.", extensions={"code": "bad_user_input"})
        token = token.next


def _error(code: str, message: str) -> RequestError:
    return RequestError(GraphQLError(message, extensions={"code": code}))

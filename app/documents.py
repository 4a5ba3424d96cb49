"""GraphQL documents, parsed and validated once for as long as they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    TokenKind,
    ValidationContext,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import StreamDirectiveOnListField
from strawberry import Schema
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.cost import sizing_variables
from app.deferred import without_defer
from app.limits import LimitExceeded, Limits
from app.operation_limits import refuse_long, refuse_oversized
from engine.completion_kept import Completions
from engine.lane import Compiled

MOST_TOKENS_KEPT = 60_000  # a token and its nodes take about half a kilobyte
_BYTES_OF_TOKEN = 512
MOST_ERRORS = 10


class RequestError(Exception):
    """The document or the choice of an operation in it is wrong: nothing was run."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Document:
    """``ast`` defers nothing, so that it is answered whole; ``deferring`` is what was sent, if that does."""

    ast: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    weight: int  # in tokens, of what it keeps in memory
    sizing_variables: tuple[str, ...]
    completions: Completions
    deferring: DocumentNode | None = None
    costs: dict[Hashable, int] = field(default_factory=dict)
    _compiled: dict[int, Compiled] = field(default_factory=dict)

    def compiled(self, operation: OperationDefinitionNode) -> Compiled:
        """What the compiled lane knows of one of its operations: it goes when the document goes."""
        found = self._compiled.get(id(operation))
        if found is None:
            found = self._compiled[id(operation)] = Compiled.of(self.ast, operation)
        return found

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


# The first has a bound of ours. The second is about @stream, which there is not: another rule says so, where
# this one falls over a fragment on a union.
_LEFT_OUT = (OverlappingFieldsCanBeMergedRule, StreamDirectiveOnListField)


class Documents:
    """The valid ones that were used last; a wrong one is worked out again, so it can push out none."""

    def __init__(
        self,
        schema: Schema,
        *,
        introspection: bool,
        suggestions: bool,
        limits: Limits,
        most_tokens_kept: int = MOST_TOKENS_KEPT,
    ) -> None:
        self._schema = schema._schema
        self._rules = (
            *(each for each in specified_rules if each not in _LEFT_OUT),
            _merging_within(limits.comparisons),
            MaybeNullValidationRule,
            OneOfInputValidationRule,
            *(() if introspection else (NoSchemaIntrospectionCustomRule,)),
        )
        self._suggestions = suggestions
        self._limits = limits
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._tokens_kept = 0
        self._most_tokens_kept = most_tokens_kept

    def read(self, text: str) -> Document:
        """Raises ``RequestError`` with all that is wrong with the document, up to a bound."""
        known = self.at_hand(text)
        if known is not None:
            return known
        document = self._read(text)
        self._keep(text, document)
        return document

    def at_hand(self, text: str) -> Document | None:
        """One that was read before."""
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
        return known

    def __len__(self) -> int:
        return len(self._kept)

    def _read(self, text: str) -> Document:
        try:
            tokens = refuse_long(text, self._limits)
            ast = parse(text, max_tokens=self._limits.tokens)
            _refuse_nul(ast)
            refuse_oversized(ast, self._limits)
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
            raise RequestError(*map(self._as_limit, errors))
        whole = without_defer(ast) if "defer" in text else ast
        operations = [each for each in whole.definitions if isinstance(each, OperationDefinitionNode)]
        deferring = None if whole is ast else ast
        weight = (tokens if deferring is None else 2 * tokens) + len(text) // _BYTES_OF_TOKEN
        sizing = tuple(sorted(sizing_variables(whole)))
        return Document(whole, tuple(operations), weight, sizing, Completions(weight), deferring)

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._tokens_kept += document.weight
        while self._tokens_kept > self._most_tokens_kept:
            _, oldest = self._kept.popitem(last=False)
            self._tokens_kept -= oldest.weight

    def _as_limit(self, error: GraphQLError) -> GraphQLError:
        if error.message != _ABORTED:
            return error
        return LimitExceeded(
            "document_too_complex",
            "The same fields are selected too often beside each other to tell whether they can be merged.",
            limit=self._limits.comparisons,
        )


# What graphql-core says when the budget of the rule below is spent.
_ABORTED = "Validation aborted."


def _merging_within(steps: int) -> type[ValidationRule]:
    """The only rule whose work grows with the square of a document: two thousand tokens took it a second."""

    class MergingWithinBudget(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self.rule_context.remaining_complexity_budget = steps

    return MergingWithinBudget


def _refuse_nul(ast: DocumentNode) -> None:
    """A text in the document may hold one by an escape; no database can store it."""
    token = ast.loc.start_token if ast.loc else None
    while token is not None:
        if token.kind in (TokenKind.STRING, TokenKind.BLOCK_STRING) and "\0" in (token.value or ""):
            raise GraphQLError("A text holds a NUL character.", extensions={"code": "bad_user_input"})
        token = token.next


def _error(code: str, message: str) -> RequestError:
    return RequestError(GraphQLError(message, extensions={"code": code}))

"""What a caller is told of an error: a refusal in full, a fault without its insides."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from resolvers.failures import INTERNAL_ERROR, failure_of

SYNTAX_ERROR = "graphql_syntax_error"
VALIDATION_FAILED = "graphql_validation_failed"
BAD_USER_INPUT = "bad_user_input"

LONGEST_MESSAGE = 1_000

_OF_VARIABLES = ("has invalid value", "has invalid default value", "cannot be used as an input type")
# A value on which reading it broke is a wrong value, too: graphql-core's own search for what may have been
# meant fails for "İ", whose lower case has one more character than itself.
_UNREADABLE = ", but encountered error '"
_MANY_VARIABLES = ("Too many errors processing variables", "Variable values are nested too deeply")


@dataclass(frozen=True, slots=True)
class PublicError:
    """``formatted`` goes to the caller; ``original`` to the log, and only there."""

    formatted: dict[str, Any]
    is_fault: bool
    code: str
    original: BaseException | None


def public_error(error: GraphQLError, *, correlation_id: str) -> PublicError:
    """The error as it leaves the house. Every one has ``extensions.code``; a fault also a correlation id.

    An error that GraphQL itself found passes with its message; one that carries a code already keeps it.
    """
    original = _innermost(error)
    if isinstance(original, GraphQLError):
        code = _code_of_request_error(error, original)
        if code is not None:
            given = {"outcome": "refused", **(original.extensions or {}), "code": code}
            return PublicError(_formatted(error, error.message, given), False, code, None)
    elif error.path is None and _UNREADABLE in error.message:
        message = f"{error.message.partition(_UNREADABLE)[0]}."
        code = BAD_USER_INPUT if message.startswith("Variable ") else VALIDATION_FAILED
        return PublicError(
            _formatted(error, message, {"outcome": "refused", "code": code}), False, code, original
        )
    failure = failure_of(original)
    extensions: dict[str, Any] = {**failure.facts, "code": failure.code}
    if error.path is None or len(error.path) <= 1:
        # Further down the reply is being read, and a change that it speaks of may well be stored.
        extensions["outcome"] = failure.outcome
    if failure.is_fault:
        extensions["correlationId"] = correlation_id
    return PublicError(
        _formatted(error, failure.message, extensions), failure.is_fault, failure.code, original
    )


def _innermost(error: GraphQLError) -> BaseException:
    """What was raised first: GraphQL wraps an error to add where it happened, at times more than once."""
    inner: BaseException = error
    while isinstance(inner, GraphQLError) and inner.original_error is not None:
        inner = inner.original_error
    return inner


def _code_of_request_error(error: GraphQLError, original: GraphQLError) -> str | None:
    """The code of what is wrong with the request; None where GraphQL choked on an answer of ours."""
    given = (original.extensions or {}).get("code")
    if isinstance(given, str):
        return given
    if isinstance(original, GraphQLSyntaxError):
        return SYNTAX_ERROR
    message = error.message
    if message.startswith("Variable '$") and any(each in message for each in _OF_VARIABLES):
        return BAD_USER_INPUT
    if message.startswith(_MANY_VARIABLES):
        return BAD_USER_INPUT
    if error.path is None:
        return VALIDATION_FAILED
    return BAD_USER_INPUT if message.startswith("Argument ") else None


def _formatted(error: GraphQLError, message: str, extensions: dict[str, Any]) -> dict[str, Any]:
    formatted: dict[str, Any] = {"message": _cut(message)}
    if error.locations:
        formatted["locations"] = [each.formatted for each in error.locations]
    if error.path:
        formatted["path"] = error.path
    return {**formatted, "extensions": extensions}


def _cut(message: str) -> str:
    """What is wrong with a long value is said with the value in it."""
    return message if len(message) <= LONGEST_MESSAGE else message[:LONGEST_MESSAGE] + "…"


__all__ = [
    "BAD_USER_INPUT",
    "INTERNAL_ERROR",
    "SYNTAX_ERROR",
    "VALIDATION_FAILED",
    "PublicError",
    "public_error",
]

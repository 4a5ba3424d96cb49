"""What a failure means to the caller: refused, surely not applied, or nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from db.database import OutcomeUnknown, Retriable, classify
from domain.errors import (
    Conflict,
    DomainError,
    FeatureNotAvailable,
    ImportRefused,
    InvalidInput,
    InvalidState,
    Issue,
    NotFound,
    SeasonDataUnavailable,
    TargetMinutesOutOfRange,
    Unauthorized,
)
from resolvers.permissions import Closed

Class = Literal["refused", "not_applied", "unknown"]

INTERNAL_ERROR, UNAVAILABLE, OUTCOME_UNKNOWN = "internal_error", "unavailable", "outcome_unknown"


@dataclass(frozen=True, slots=True)
class Failure:
    """``facts`` are what the caller can act on; nothing in here tells of our insides."""

    code: str
    message: str
    outcome: Class
    is_fault: bool
    facts: dict[str, Any] = field(default_factory=dict)


def failure_of(error: BaseException) -> Failure:
    if isinstance(error, Closed):
        error = error.refusal
    if isinstance(error, DomainError):
        return Failure(error.code, str(error), "refused", False, _facts(error))
    match classify(error):
        case Retriable():
            return Failure(
                UNAVAILABLE,
                "We could not get to it just now and nothing was changed. Try again in a moment.",
                "not_applied",
                True,
                {"retriable": True},
            )
        case OutcomeUnknown():
            return Failure(
                OUTCOME_UNKNOWN,
                "The change may or may not be stored. Repeat it with the same idempotencyKey to learn which.",
                "unknown",
                True,
                {"retriable": True},
            )
    return Failure(
        INTERNAL_ERROR,
        "Something went wrong on our side. If it happens again, tell us the correlationId.",
        "not_applied",
        True,
    )


def _facts(error: DomainError) -> dict[str, Any]:
    match error:
        case NotFound(id=id):
            return {"id": str(id)}
        case TargetMinutesOutOfRange(lowest=lowest, highest=highest):
            return {"lowestMinutes": lowest, "highestMinutes": highest}
        case FeatureNotAvailable(flag_key=flag_key):
            return {"flagKey": flag_key}
        case Unauthorized(reason=reason):
            return {"reason": reason}
        case Conflict(current_version=version):
            return {} if version is None else {"currentVersion": version}
        case InvalidState(state=state):
            return {"state": state}
        case SeasonDataUnavailable(retriable=retriable, retry_after_seconds=seconds):
            return {"retriable": retriable} | ({} if seconds is None else {"retryAfterSeconds": seconds})
        case InvalidInput(issues=issues) | ImportRefused(problems=issues):
            return {"issues": [_issue(each) for each in issues]}
    return {}


def _issue(issue: Issue) -> dict[str, Any]:
    return {"path": list(issue.path), "message": issue.message}

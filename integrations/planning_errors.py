"""How a call to the planning service can end other than well."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Reason(StrEnum):
    """A label of the metrics, so there are few."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    UNAUTHORIZED = "unauthorized"  # it does not accept our token: a matter of settings, not of the caller
    RATE_LIMITED = "rate_limited"  # by it
    TOO_MANY = "too_many"  # by our own limit
    LEFT_ALONE = "left_alone"  # the breaker is open: it was not asked
    MALFORMED = "malformed"
    REFUSED = "refused"


class PlanningError(Exception):
    reason: Reason


class PlanningUnavailable(PlanningError):
    """No answer that can be used; asking again later may well help.

    ``retry_after_seconds`` None: nobody said when.
    """

    def __init__(self, reason: Reason, detail: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


class PlanningDown(PlanningUnavailable):
    """The service itself is not well: what opens the breaker."""


class AnswerMalformed(PlanningUnavailable):
    """There was an answer, and it is not what was agreed. ``problems`` say where and what, without values."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(Reason.MALFORMED, "; ".join(problems))
        self.problems = tuple(problems)


class PlanningRefused(PlanningError):
    """The service understood and said no: the same call would have the same answer. ``status`` is HTTP's."""

    reason = Reason.REFUSED

    def __init__(self, status: int, said: str = "") -> None:
        super().__init__(f"status {status}: {said}" if said else f"status {status}")
        self.status = status
        self.said = said

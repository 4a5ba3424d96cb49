"""Refusals: answers that a caller can act on. Anything else that goes wrong is a fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


class DomainError(Exception):
    """A rule says no. ``code`` is the public, stable error code."""

    code = "internal_error"

    def __str__(self) -> str:
        return str(getattr(self, "message", self.code))


@dataclass(eq=False)
class NotFound(DomainError):
    """The object does not exist, or the caller may not know that it does."""

    kind: str
    id: UUID | str

    def __post_init__(self) -> None:
        self.code = f"{self.kind}_not_found"

    @property
    def message(self) -> str:
        return f"There is no {self.kind.replace('_', ' ')} with this id that you may see."


@dataclass(eq=False)
class Forbidden(DomainError):
    """The caller is in the organization and may know of the object, but may not do this."""

    message: str = "You may not do this."
    code = "forbidden"


@dataclass(eq=False)
class Unauthorized(DomainError):
    """Nobody is signed in, or the token is no longer good."""

    message: str = "Sign in: send a valid token in the Authorization header as 'Bearer …'."
    reason: str = "missing"
    code = "unauthorized"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with an input, and where."""

    path: tuple[str, ...]
    message: str


@dataclass(eq=False)
class InvalidInput(DomainError):
    """An input breaks a rule; every issue says how to mend it."""

    issues: tuple[Issue, ...]
    code = "invalid_input"

    @property
    def message(self) -> str:
        return self.issues[0].message if len(self.issues) == 1 else f"{len(self.issues)} things are wrong."

    @classmethod
    def of(cls, path: str, message: str) -> InvalidInput:
        return cls((Issue(tuple(path.split(".")), message),))


@dataclass(eq=False)
class TargetMinutesOutOfRange(DomainError):
    """The minutes asked for are outside what this operation takes."""

    minutes: int
    lowest: int
    highest: int
    code = "target_minutes_out_of_range"

    @property
    def message(self) -> str:
        return f"targetMinutes is {self.minutes}; it must be from {self.lowest} to {self.highest}."


@dataclass(eq=False)
class PlanMissingContent(DomainError):
    """There is nothing to compress: no session, or a session with no exercise."""

    message: str = "There is nothing to compress here yet: add exercises with their sets first."
    code = "plan_missing_content"


@dataclass(eq=False)
class NotCompressible(DomainError):
    """No session at all can be made under what was asked for."""

    message: str
    code = "plan_not_compressible"


@dataclass(eq=False)
class FeatureNotAvailable(DomainError):
    """A flag hides this from the caller."""

    flag_key: str
    message: str = "This feature is not available to you."
    code = "feature_not_available"


@dataclass(eq=False)
class Conflict(DomainError):
    """Somebody else changed it first, or a key was used twice."""

    message: str
    current_version: int | None = None
    code = "conflict"


@dataclass(eq=False)
class IdempotencyConflict(Conflict):
    """The same idempotency key came with another input."""

    message: str = "This idempotencyKey was used before with another input; take a new key for a new request."


@dataclass(eq=False)
class InvalidState(DomainError):
    """The state the object is in does not permit the action."""

    message: str
    state: str = ""
    code = "invalid_state"


@dataclass(eq=False)
class SeasonDataUnavailable(DomainError):
    """The system that season data come from gives none, and no earlier answer is there.

    ``retriable``: asking again later may well help. ``retry_after_seconds`` None: nobody said when.
    """

    retriable: bool = True
    retry_after_seconds: float | None = None
    code = "season_data_unavailable"

    @property
    def message(self) -> str:
        again = " Try again in a moment." if self.retriable else ""
        return f"The planning system gave no answer that we can use.{again}"


@dataclass(eq=False)
class CursorUnknown(DomainError):
    """The cursor is of no event that was ever in this log."""

    message: str = "This cursor is of no event here: subscribe without one, then load what you show anew."
    code = "cursor_unknown"


@dataclass(eq=False)
class CursorExpired(DomainError):
    """What followed the cursor is no longer kept, so there would be a gap."""

    message: str = (
        "What followed this cursor is no longer kept: subscribe without one, then load what you show anew."
    )
    code = "cursor_expired"


@dataclass(eq=False)
class ImportRefused(DomainError):
    """A document cannot be imported; ``problems`` say row by row what is wrong and how to mend it."""

    problems: tuple[Issue, ...] = field(default=())
    code = "invalid_input"

    @property
    def message(self) -> str:
        count = len(self.problems)
        return f"Nothing was imported: {'1 thing needs' if count == 1 else f'{count} things need'} mending."

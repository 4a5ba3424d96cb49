"""Refusals as members of result unions: each with what the caller can act on."""

import strawberry

from resolvers.statuses import ErrorCode
from schema.fields import field


@strawberry.interface(description="Something that the caller can act on. Faults of ours are in `errors`.")
class Error:
    message: str = field(description="What it is and what helps, for people.")
    code: ErrorCode = field(description="What it is, for programs.")


@strawberry.type(description="It does not exist, or you may not know that it does.")
class NotFoundError(Error):
    id: str = field(description="The id that was asked for.")


@strawberry.type(description="You may know of it, but you may not do this.")
class ForbiddenError(Error): ...


@strawberry.type(description="One thing that is wrong with an input.")
class InputIssue:
    path: list[str] = field(description="Where: names within the input, or a place in a document.")
    message: str = field(description="What, and how to mend it.")


@strawberry.type(description="The input breaks rules.")
class InvalidInputError(Error):
    issues: list[InputIssue] = field(description="Everything that is wrong with it.")


@strawberry.type(description="The minutes are outside what this operation takes.")
class TargetMinutesOutOfRangeError(Error):
    lowest_minutes: int = field(description="Fewest minutes that it takes.")
    highest_minutes: int = field(description="Most minutes that it takes.")


@strawberry.type(description="Nothing is prescribed yet, so there is nothing to compress or to log.")
class PlanMissingContentError(Error): ...


@strawberry.type(description="Under what was asked for, nothing would be left of the session.")
class PlanNotCompressibleError(Error): ...


@strawberry.type(description="Somebody else was first, it is there already, or a key was used twice.")
class ConflictError(Error):
    current_version: int | None = field(description="The version now stored, where there is one.")


@strawberry.type(description="The state that it is in does not permit this.")
class InvalidStateError(Error):
    state: str = field(description="The state that it is in.")


@strawberry.type(description="The planning system gave no answer that can be used; nothing was changed.")
class SeasonDataUnavailableError(Error):
    retriable: bool = field(description="Whether asking again in a moment may well help.")

"""What mutations answer: a success, or a refusal that the domain raised, as a member of a union."""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from domain import errors as domain
from resolvers.statuses import ErrorCode
from schema.types.errors import (
    ConflictError,
    ForbiddenError,
    InputIssue,
    InvalidInputError,
    InvalidStateError,
    NotFoundError,
    PlanMissingContentError,
    PlanNotCompressibleError,
    SeasonDataUnavailableError,
    TargetMinutesOutOfRangeError,
)
from schema.types.successes import (
    CompressSessionSuccess,
    CreatePlanSuccess,
    DeclineTimeCrunchPreviewSuccess,
    DeletePlanSuccess,
    ImportPlanSuccess,
    LogSessionSuccess,
    RevertCompressionSuccess,
    UpdatePlanSuccess,
)

CompressSessionResult = Annotated[
    CompressSessionSuccess
    | NotFoundError
    | ForbiddenError
    | TargetMinutesOutOfRangeError
    | PlanMissingContentError
    | PlanNotCompressibleError
    | InvalidInputError
    | ConflictError,
    strawberry.union("CompressSessionResult", description="How a request to compress was answered."),
]
RevertCompressionResult = Annotated[
    RevertCompressionSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidStateError
    | InvalidInputError
    | ConflictError,
    strawberry.union("RevertCompressionResult", description="How a request to put back was answered."),
]
DeclineTimeCrunchPreviewResult = Annotated[
    DeclineTimeCrunchPreviewSuccess
    | NotFoundError
    | ForbiddenError
    | TargetMinutesOutOfRangeError
    | InvalidInputError,
    strawberry.union("DeclineTimeCrunchPreviewResult", description="How the report was answered."),
]
ImportPlanResult = Annotated[
    ImportPlanSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("ImportPlanResult", description="How an import was answered."),
]
CreatePlanResult = Annotated[
    CreatePlanSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("CreatePlanResult", description="How a new plan was answered."),
]
UpdatePlanResult = Annotated[
    UpdatePlanSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("UpdatePlanResult", description="How a change of a plan was answered."),
]
DeletePlanResult = Annotated[
    DeletePlanSuccess | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("DeletePlanResult", description="How a deletion was answered."),
]
LogSessionResult = Annotated[
    LogSessionSuccess
    | NotFoundError
    | ForbiddenError
    | PlanMissingContentError
    | InvalidInputError
    | ConflictError,
    strawberry.union("LogSessionResult", description="How a logged session was answered."),
]


class Refusal:
    """A ``strawberry.ExceptionHandler``: one domain error and the type that shows it.

    ``facts`` are the fields beyond message and code.
    """

    def __init__(
        self,
        exception_type: type[domain.DomainError],
        error_type: type[Any],
        facts: Callable[[Any], dict[str, Any]] = lambda _: {},
    ) -> None:
        self.exception_type = exception_type
        self.error_type = error_type
        self._facts = facts

    def handle(self, exception: Any, *, field: Any, info: Any) -> Any:
        return self.error_type(
            message=str(exception), code=ErrorCode(exception.code), **self._facts(exception)
        )


def _issues(issues: tuple[domain.Issue, ...]) -> list[InputIssue]:
    return [InputIssue(path=list(each.path), message=each.message) for each in issues]


REFUSALS = (
    Refusal(domain.NotFound, NotFoundError, lambda error: {"id": str(error.id)}),
    Refusal(domain.Forbidden, ForbiddenError),
    Refusal(
        domain.TargetMinutesOutOfRange,
        TargetMinutesOutOfRangeError,
        lambda error: {"lowest_minutes": error.lowest, "highest_minutes": error.highest},
    ),
    Refusal(domain.PlanMissingContent, PlanMissingContentError),
    Refusal(domain.NotCompressible, PlanNotCompressibleError),
    Refusal(domain.InvalidInput, InvalidInputError, lambda error: {"issues": _issues(error.issues)}),
    Refusal(domain.ImportRefused, InvalidInputError, lambda error: {"issues": _issues(error.problems)}),
    Refusal(domain.Conflict, ConflictError, lambda error: {"current_version": error.current_version}),
    Refusal(domain.InvalidState, InvalidStateError, lambda error: {"state": error.state}),
    Refusal(
        domain.SeasonDataUnavailable,
        SeasonDataUnavailableError,
        lambda error: {"retriable": error.retriable},
    ),
)

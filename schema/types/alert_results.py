"""What changes of limits and decisions on alerts answer."""

from typing import Annotated, Any

import strawberry

from resolvers import alerts, workload_limits
from schema.fields import field
from schema.types.alert import WorkloadAlert, WorkloadThresholds
from schema.types.assignment import READS_ASSIGNMENTS, WorkoutAssignment
from schema.types.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    InvalidStateError,
    NotFoundError,
)


@strawberry.type(description="The limits are as this answer says; players are held to them within seconds.")
class SetWorkloadThresholdsSuccess:
    limits: WorkloadThresholds = field(name="thresholds", description="The team's limits as they are now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, workload_limits.LimitsAnswer)


@strawberry.type(description="The alert was seen.")
class AcknowledgeAlertSuccess:
    alert: WorkloadAlert = field(description="The alert as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, alerts.AlertAnswer)


@strawberry.type(description="The plan stays as it is, and the reason is on record.")
class OverrideAlertSuccess:
    alert: WorkloadAlert = field(description="The alert as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, alerts.AlertAnswer)


CHANGED = "Assignments that were changed: none if nothing was assigned in that time."


@strawberry.type(description="What was recommended is done.")
class AcceptRecommendationSuccess:
    alert: WorkloadAlert = field(description="The alert as it is now.")
    assignments: list[WorkoutAssignment] | None = field(
        alerts.assignments_of_answer, needs=READS_ASSIGNMENTS, never_null=True, description=CHANGED
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, alerts.AlertAnswer)


@strawberry.type(description="What was done is taken back: with it all that reliefs took from the player.")
class UndoRecommendationSuccess:
    alert: WorkloadAlert = field(description="The alert as it is now.")
    assignments: list[WorkoutAssignment] | None = field(
        alerts.assignments_of_answer, needs=READS_ASSIGNMENTS, never_null=True, description=CHANGED
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, alerts.AlertAnswer)


def _union(name: str, description: str) -> Any:
    return strawberry.union(name, description=description)


SetWorkloadThresholdsResult = Annotated[
    SetWorkloadThresholdsSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    _union("SetWorkloadThresholdsResult", "How new limits were answered."),
]
AcknowledgeAlertResult = Annotated[
    AcknowledgeAlertSuccess | NotFoundError | ForbiddenError | InvalidStateError,
    _union("AcknowledgeAlertResult", "How an acknowledgement was answered."),
]
OverrideAlertResult = Annotated[
    OverrideAlertSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    _union("OverrideAlertResult", "How an override was answered."),
]
AcceptRecommendationResult = Annotated[
    AcceptRecommendationSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    _union("AcceptRecommendationResult", "How an acceptance was answered."),
]
UndoRecommendationResult = Annotated[
    UndoRecommendationSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    _union("UndoRecommendationResult", "How taking it back was answered."),
]

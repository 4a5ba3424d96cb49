"""What reports of training and wellness answer."""

from datetime import date
from typing import Annotated

import strawberry

from resolvers import training_imports, training_log, wellness
from schema.fields import field
from schema.types.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    InvalidStateError,
    NotFoundError,
)
from schema.types.people import Player
from schema.types.training import TrainingEntry, WellnessReport


@strawberry.type(description="The training is in the log, as this answer says.")
class LogTrainingSuccess:
    training: TrainingEntry = field(description="The entry.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, training_log.TrainingAnswer)


@strawberry.type(description="The entry says what this answer says.")
class CorrectTrainingSuccess:
    training: TrainingEntry = field(description="The entry as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, training_log.TrainingAnswer)


@strawberry.type(description="The entry counts no more.")
class WithdrawTrainingSuccess:
    training: TrainingEntry = field(description="The entry as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, training_log.TrainingAnswer)


@strawberry.type(description="The day's report says what this answer says.")
class ReportWellnessSuccess:
    report: WellnessReport = field(description="The report as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, wellness.WellnessAnswer)


@strawberry.type(description="The day is for rest, or no longer.")
class ReportRestDaySuccess:
    player: Player = field(description="Whose day it is.")
    day: date = field(description="The day, in the player's time zone.")
    is_rest: bool = field(description="Whether it is for rest, as they say.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, wellness.RestDayAnswer)


@strawberry.type(description="The whole file was read, and unless it was a dry run, stored.")
class ImportTrainingSuccess:
    dry_run: bool = field(description="Whether nothing was stored.")
    entry_count: int = field(description="Number of trainings that were stored, or would be.")
    known_count: int = field(
        description="Number of trainings that were in the log already, by start and length or by all that is "
        "said of them; withdrawn ones too."
    )
    first_day: date | None = field(description="Day of the earliest new one; null without any.")
    last_day: date | None = field(description="Day of the latest new one; null without any.")
    would_make: list[str] = field(description="One line for each player with new ones, by name.")
    warnings: list[str] = field(description="What should be looked at, but stops nothing.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, training_imports.ImportedTraining)


LogTrainingResult = Annotated[
    LogTrainingSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    strawberry.union("LogTrainingResult", description="How a reported training was answered."),
]
CorrectTrainingResult = Annotated[
    CorrectTrainingSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    strawberry.union("CorrectTrainingResult", description="How a correction was answered."),
]
WithdrawTrainingResult = Annotated[
    WithdrawTrainingSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    strawberry.union("WithdrawTrainingResult", description="How a withdrawal was answered."),
]
ReportWellnessResult = Annotated[
    ReportWellnessSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("ReportWellnessResult", description="How a wellness report was answered."),
]
ReportRestDayResult = Annotated[
    ReportRestDaySuccess | NotFoundError | ForbiddenError | InvalidInputError | InvalidStateError,
    strawberry.union("ReportRestDayResult", description="How a report of rest was answered."),
]
ImportTrainingResult = Annotated[
    ImportTrainingSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("ImportTrainingResult", description="How an import was answered."),
]

"""The first member of each mutation's result."""

from datetime import date

import strawberry

from domain.compression.model import Strategy
from resolvers import compress_answers as answers
from resolvers import compressions, previews
from resolvers import plan_imports as imports
from resolvers import plans as plan_answers
from resolvers import sessions as session_answers
from resolvers.statuses import CompressStatus
from schema.fields import field
from schema.types.compression import (
    Compression,
    CompressionDiff,
    CompressionSummary,
    ExerciseChange,
    SessionOutline,
)
from schema.types.plan import Plan
from schema.types.session import Session
from schema.types.time_crunch import CompressionRecord


@strawberry.type(description="The session is what this answer says: compressed, or as planned.")
class CompressSessionSuccess:
    status: CompressStatus = field(description="How it ended.")
    target_minutes: int = field(description="Minutes that were asked for.")
    achieved_minutes: int | None = field(
        answers.achieved_minutes, description="Minutes that the session takes now; null when disabled."
    )
    total_minutes_saved: int = field(answers.total_minutes_saved, description="Minutes less than planned.")
    meets_time_constraint: bool | None = field(
        answers.meets_time_constraint,
        description="Whether the session really fits into the target; null when disabled.",
    )
    minimum_minutes: int | None = field(
        answers.minimum_minutes,
        description="Minutes of the shortest session under the protection asked for; null when disabled.",
    )
    strategy: Strategy | None = field(
        answers.strategy, description="What the session consists of now; null when disabled."
    )
    removed_exercises: list[ExerciseChange] = field(
        answers.removed_exercises, description="Exercises that are left out."
    )
    reduced_exercises: list[ExerciseChange] = field(
        answers.reduced_exercises, description="Exercises that keep fewer working sets."
    )
    diff: CompressionDiff | None = field(
        answers.compression, description="Everything that was changed; null when disabled."
    )
    summary: CompressionSummary | None = field(
        answers.compression, description="It in numbers; null when disabled."
    )
    original_session: SessionOutline | None = field(
        answers.original_session, description="The session as it was planned; null when disabled."
    )
    compressed_session: SessionOutline | None = field(
        answers.compressed_session, description="The session now; null when disabled."
    )
    compression: Compression | None = field(
        answers.compression, description="It in full; null when disabled."
    )
    session: Session = field(description="The stored session as this request left it.")
    entry: CompressionRecord | None = field(
        description="What was added to the session's history; null if nothing was to be changed."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, compressions.CompressAnswer)


@strawberry.type(description="The session is as it was planned.")
class RevertCompressionSuccess:
    session: Session = field(description="The stored session as this request left it.")
    entry: CompressionRecord = field(description="What was added to the session's history.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, compressions.RevertAnswer)


@strawberry.type(description="It was noted that the preview was declined.")
class DeclineTimeCrunchPreviewSuccess:
    plan_id: strawberry.ID = field(description="Global id of the plan.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, previews.Declined)


@strawberry.type(description="The whole document was read, and unless it was a dry run, stored.")
class ImportPlanSuccess:
    plan: Plan | None = field(description="The plan; null after a dry run.")
    dry_run: bool = field(description="Whether nothing was stored.")
    title: str = field(description="The plan's title.")
    starts_on: date = field(description="The plan's first day.")
    session_count: int = field(description="Number of its sessions.")
    would_make: list[str] = field(description="One line for each session, in order.")
    warnings: list[str] = field(description="What should be looked at, but stops nothing.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, imports.ImportAnswer)


@strawberry.type(description="The plan was made.")
class CreatePlanSuccess:
    plan: Plan = field(description="The plan.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, plan_answers.PlanAnswer)


@strawberry.type(description="The plan was changed.")
class UpdatePlanSuccess:
    plan: Plan = field(description="The plan as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, plan_answers.PlanAnswer)


@strawberry.type(description="The plan was deleted, with everything in it.")
class DeletePlanSuccess:
    deleted_plan_id: strawberry.ID = field(description="Global id that the plan had.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, plan_answers.PlanGone)


@strawberry.type(description="The session is completed, and the pace has one more sample.")
class LogSessionSuccess:
    session: Session = field(description="The session as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, session_answers.LogAnswer)

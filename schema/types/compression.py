"""What a compression answers: segments, changes, and the share of the training value that is kept."""

import strawberry

from domain.compression import model as domain
from domain.compression.curve import Curve as DomainCurve
from domain.compression.model import (
    ChangeKind,
    CoreProtection,
    PaceSource,
    Strategy,
)
from domain.exercises import Intent, Muscle
from resolvers import outlines
from resolvers.time_crunch import ShortestSession as DomainShortest
from schema.fields import field
from schema.types.segment import Segment


@strawberry.type(description="How fast the athlete is, against the model.")
class Pace:
    factor: float = field(description="Real seconds for each modelled second.")
    source: PaceSource = field(description="Where the factor comes from.")
    samples: int = field(description="Logged sessions that it rests on.")
    low: float | None = field(description="20th percentile of the logged sessions' factors.")
    high: float | None = field(description="80th percentile of the logged sessions' factors.")


@strawberry.type(description="One change, why it was made, what it saves and what it costs.")
class Change:
    kind: ChangeKind = field(description="What was done.")
    prescription_ids: list[strawberry.ID] = field(
        outlines.prescription_ids_of_change, description="Global ids of the prescriptions concerned."
    )
    exercise_names: list[str] = field(description="The exercises concerned.")
    before: int | None = field(description="Sets, or seconds of rest, as planned; by kind.")
    after: int | None = field(description="Sets, or seconds of rest, now; by kind.")
    saves_seconds: int = field(description="Seconds that this change alone saves.")
    costs_percent: float = field(description="Points of the value retained that this change alone costs.")
    reason: str = field(description="Why, in words for athlete and coach.")


@strawberry.type(description="An exercise that a compression removed or took sets from.")
class ExerciseChange:
    prescription_id: strawberry.ID = field(
        outlines.prescription_id_of_change, description="Global id of the prescription."
    )
    exercise_name: str = field(description="The exercise.")
    sets_before: int = field(description="Working sets as planned.")
    sets_after: int = field(description="Working sets now; 0 if it is removed.")
    reason: str = field(description="Why, in words for athlete and coach.")


@strawberry.type(description="What is kept of the training for one muscle.")
class MuscleValue:
    muscle: Muscle = field(description="The muscle.")
    percent: float = field(description="Share of its training effect that is kept, percent.")


@strawberry.type(description="What is kept of the training for one quality.")
class QualityValue:
    quality: Intent = field(description="The quality.")
    percent: float = field(description="Share of its training effect that is kept, percent.")


@strawberry.type(description="The share of the session's training value that is kept, by the model.")
class ValueRetained:
    overall_percent: float = field(description="In all, percent.")
    per_muscle: list[MuscleValue] = field(outlines.value_per_muscle, description="Muscle by muscle.")
    per_quality: list[QualityValue] = field(outlines.value_per_quality, description="Quality by quality.")


@strawberry.type(description="What a few more minutes would bring back.")
class BuyBack:
    extra_minutes: int = field(description="Minutes more.")
    gains_percent: float = field(description="Points of the value retained that they bring.")
    changes: list[str] = field(description="What comes back, in words.")


@strawberry.type(description="The shortest session under one protection of core lifts.")
class ShortestSession:
    core_protection: CoreProtection = field(description="How many working sets core lifts keep.")
    minutes: int = field(description="Whole minutes that it needs.")
    duration_seconds: int = field(description="Seconds that it takes.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, DomainShortest)


@strawberry.type(description="A session with its timing: as it was planned, or as it is compressed.")
class SessionOutline:
    minutes: int = field(description="Whole minutes that it needs.")
    duration_seconds: int = field(description="Seconds that it takes.")
    segments: list[Segment] = field(description="Its parts in the order they are done.")


@strawberry.type(description="Everything that a compression changed.")
class CompressionDiff:
    changes: list[Change] = field(description="Every change with reason and price.")
    removed_exercises: list[ExerciseChange] = field(
        outlines.removed_exercises, description="Exercises that are left out."
    )
    reduced_exercises: list[ExerciseChange] = field(
        outlines.reduced_exercises, description="Exercises that keep fewer working sets."
    )


@strawberry.type(description="A compression in numbers.")
class CompressionSummary:
    target_minutes: int = field(description="Minutes that were asked for.")
    original_minutes: int = field(description="Minutes as planned.")
    achieved_minutes: int = field(description="Minutes now.")
    minutes_saved: int = field(description="Minutes less than planned.")
    meets_time_constraint: bool = field(description="Whether it really fits into the target.")
    minimum_minutes: int = field(
        outlines.minimum_minutes,
        description="Minutes of the shortest session under the protection that was asked for.",
    )
    shortest: list[ShortestSession] = field(
        outlines.shortest_of_compression, description="The shortest session for each protection."
    )
    strategy: Strategy = field(description="What it consists of.")
    imposed_strategy: Strategy | None = field(description="The strategy that was asked for, if one was.")
    core_protection: CoreProtection = field(description="The protection that was asked for.")
    core_sets_below_three: bool = field(
        description="Whether a core lift has fewer than three working sets because the caller asked for it."
    )
    value: ValueRetained = field(description="What is kept of the training value.")
    pace: Pace = field(description="How fast the athlete is, against the model.")
    buy_back: BuyBack | None = field(description="What a few more minutes would bring back.")
    warnings: list[str] = field(description="What athlete and coach should know.")
    proven_optimal: bool = field(description="Whether nothing better is possible under the model.")
    optimality_gap_percent: float = field(
        description="Points of value that a better one could have at most; 0 if proven optimal."
    )
    model_version: str = field(description="The training model that made it.")


@strawberry.type(description="A session made to fit, or left as it is because it does.")
class Compression:
    target_minutes: int = field(description="Minutes that were asked for.")
    achieved_minutes: int = field(description="Minutes that it takes.")
    minutes_saved: int = field(description="Minutes less than planned.")
    original_duration_seconds: int = field(outlines.original_seconds, description="Seconds as planned.")
    compressed_duration_seconds: int = field(outlines.compressed_seconds, description="Seconds now.")
    meets_time_constraint: bool = field(description="Whether it really fits into the target.")
    changed: bool = field(description="Whether it differs from the session as planned.")
    strategy: Strategy = field(description="What it consists of.")
    segments: list[Segment] = field(description="Its parts in the order they are done.")
    changes: list[Change] = field(description="Every change with reason and price.")
    value: ValueRetained = field(description="What is kept of the training value.")
    diff: CompressionDiff = field(outlines.itself, description="Everything that it changed.")
    summary: CompressionSummary = field(outlines.itself, description="It in numbers.")
    original_session: SessionOutline = field(
        outlines.original_outline, description="The session as it was planned."
    )
    compressed_session: SessionOutline = field(outlines.compressed_outline, description="The session now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Compression)


@strawberry.type(description="The best session for a number of minutes.")
class CurvePoint:
    target_minutes: int = field(description="Minutes at hand.")
    achieved_minutes: int = field(description="Minutes that the session takes.")
    value_percent: float = field(description="Share of the training value that is kept, percent.")
    strategy: Strategy = field(description="What it consists of.")


@strawberry.type(description="Minutes against value kept: it never falls.")
class TimeCrunchCurve:
    points: list[CurvePoint] = field(description="From the shortest session to the one as planned.")
    knee_minutes: int | None = field(
        description="Where more minutes begin to buy little; null where there is no such bend."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, DomainCurve)


__all__ = ["Change", "Compression", "CompressionDiff", "CompressionSummary", "TimeCrunchCurve"]

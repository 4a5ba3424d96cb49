"""What a compression is asked for and what it answers: the vocabulary of Time Crunch Mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.exercises import Intent, Muscle
from domain.phases import PhaseType

MODEL_VERSION = "compression/1"


class CoreProtection(StrEnum):
    """How many working sets a core lift keeps: exactly three, at least two, or at least one."""

    FULL = "full"
    REDUCED = "reduced"
    MINIMAL = "minimal"


class Strategy(StrEnum):
    CORE_ONLY = "core_only"
    CORE_PLUS_ACCESSORY = "core_plus_accessory"
    CORE_PLUS_SUPERSET = "core_plus_superset"
    CORE_PLUS_BLOCK = "core_plus_block"
    CORE_PLUS_BLOCK_AND_SUPERSET = "core_plus_block_and_superset"


class SegmentKind(StrEnum):
    CORE_LIFT = "core_lift"
    ACCESSORY_SUPERSET = "accessory_superset"
    ACCESSORY_BLOCK = "accessory_block"
    ACCESSORY_SINGLE = "accessory_single"


class PairPriority(StrEnum):
    ANTAGONIST = "antagonist"
    EQUIPMENT = "equipment"
    NON_COMPETING = "non_competing"


class BlockRationale(StrEnum):
    METABOLIC_STRESS = "metabolic_stress"
    EQUIPMENT_CLUSTER = "equipment_cluster"
    COACH_DEFINED = "coach_defined"


class PaceSource(StrEnum):
    LOGGED = "logged"
    PLANNED = "planned"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Pace:
    """Real seconds for each modelled second; ``low``, ``high``: the 20th and 80th percentile of logs."""

    factor: float
    source: PaceSource
    samples: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asks for beyond the minutes.

    ``strategy`` None takes the best of all five. ``unavailable`` names stations or equipment that cannot be
    had today. ``weights`` multiply a prescription's worth (by prescription id). ``phase`` shifts weights.
    """

    core_protection: CoreProtection = CoreProtection.FULL
    strategy: Strategy | None = None
    unavailable: frozenset[str] = frozenset()
    weights: Mapping[UUID, float] = field(default_factory=dict)
    phase: PhaseType | None = None


@dataclass(frozen=True, slots=True)
class SegmentExercise:
    """One exercise inside a segment with the sets that remain; seconds are the pace's, whole."""

    prescription_id: UUID
    exercise_name: str
    position: int
    is_core: bool
    warm_up_sets: int
    working_sets: int
    working_sets_before: int
    work_seconds_per_set: float
    rest_seconds: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a session, done in ``order``. Work, rest and set-up (with warm-ups) sum to the total.

    ``rest_seconds_between`` is between sets of a single or core lift, between rounds of a superset or block.
    """

    order: int
    kind: SegmentKind
    exercises: tuple[SegmentExercise, ...]
    rounds: int | None
    priority: PairPriority | None
    rationale: BlockRationale | None
    rest_seconds_between: float
    quality: float
    setup_seconds: int
    work_seconds: int
    rest_seconds: int
    total_seconds: int


class ChangeKind(StrEnum):
    REMOVED = "removed"
    SETS_REDUCED = "sets_reduced"
    REST_REDUCED = "rest_reduced"
    PAIRED = "paired"
    BLOCKED = "blocked"
    UNGROUPED = "ungrouped"
    MOVED_FIRST = "moved_first"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, why it was made, what it saves and what it costs.

    ``saves_seconds`` and ``costs_percent`` (points of value retained) are of this change alone: the session
    with only this one taken back, held against the answer. They need not add up to the whole.
    """

    kind: ChangeKind
    prescription_ids: tuple[UUID, ...]
    exercise_names: tuple[str, ...]
    before: int | None
    after: int | None
    saves_seconds: int
    costs_percent: float
    reason: str


@dataclass(frozen=True, slots=True)
class ValueRetained:
    """Percent of the uncompressed session's training value that is kept."""

    overall_percent: float
    per_muscle_percent: Mapping[Muscle, float]
    per_quality_percent: Mapping[Intent, float]


@dataclass(frozen=True, slots=True)
class BuyBack:
    """What a few more minutes would bring back, in words and in points of value."""

    extra_minutes: int
    gains_percent: float
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compression:
    """The answer. ``unchanged`` when the session fits as it stands, or when nothing can be taken from it.

    ``shortest_seconds`` holds the shortest session for each protection level, under the same strategy and
    equipment. ``optimality_gap_percent`` is 0 unless the search was cut short; then it is proven.
    """

    model_version: str
    target_minutes: int
    original_seconds: int
    compressed_seconds: int
    meets_time_constraint: bool
    changed: bool
    strategy: Strategy
    imposed_strategy: Strategy | None
    core_protection: CoreProtection
    core_sets_below_three: bool
    segments: tuple[Segment, ...]
    original_segments: tuple[Segment, ...]
    changes: tuple[Change, ...]
    value: ValueRetained
    shortest_seconds: Mapping[CoreProtection, int]
    pace: Pace
    buy_back: BuyBack | None
    warnings: tuple[str, ...]
    proven_optimal: bool
    optimality_gap_percent: float

    @property
    def original_minutes(self) -> int:
        return minutes_needed(self.original_seconds)

    @property
    def achieved_minutes(self) -> int:
        return minutes_needed(self.compressed_seconds)

    @property
    def minutes_saved(self) -> int:
        return self.original_minutes - self.achieved_minutes

    @property
    def shortest_minutes(self) -> int:
        """Minutes that the shortest session under the protection asked for needs."""
        return minutes_needed(self.shortest_seconds[self.core_protection])


def minutes_needed(seconds: float) -> int:
    """Whole minutes that hold these seconds: always rounded up, so that a claim is never short."""
    return -int(-seconds // 60)

"""Season phases: their types, how hard each kind of phase is, and what it is there for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from domain.exercises import Intent, MovementPattern


class PhaseType(StrEnum):
    PRESEASON = "preseason"
    IN_SEASON = "in_season"
    PLAYOFFS = "playoffs"
    OFFSEASON = "offseason"
    RECOVERY = "recovery"


class Intensity(StrEnum):
    """How hard a phase is. No study supports the numbers below: they are policy (docs/seasons.md)."""

    RECOVERY = "recovery"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    PEAK = "peak"

    @property
    def load_multiplier(self) -> float:
        return _LOAD_MULTIPLIERS[self]

    @property
    def heart_rate_shift_points(self) -> int:
        """Percentage points of heart-rate reserve."""
        return _HEART_RATE_SHIFT_POINTS[self]

    @property
    def power_percent(self) -> int:
        """What power and velocity targets become, in percent of the original."""
        return _POWER_PERCENT[self]


class ObjectiveType(StrEnum):
    STRENGTH = "strength"
    ENDURANCE = "endurance"
    SPEED = "speed"
    SKILL = "skill"
    TACTICAL = "tactical"


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Objective:
    """What the phase should bring; ``target_improvement_percent`` of the team's own measure of it."""

    type: ObjectiveType
    priority: Priority
    target_improvement_percent: float


@dataclass(frozen=True, slots=True)
class SeasonPhase:
    """Part of a season, from ``starts_on`` to ``ends_on`` inclusive, in the team's own calendar.

    ``load_multiplier`` None is the intensity's. ``training_frequency`` is sessions a week, ``game_frequency``
    games a week, on ``game_weekdays`` (0 is Monday) as far as they are known. ``recovery_ratio`` is the share
    of days, 0 to 1, that are kept free of training.
    """

    id: UUID
    season_plan_id: UUID
    name: str
    type: PhaseType
    starts_on: date
    ends_on: date
    intensity: Intensity
    training_frequency: int
    load_multiplier: float | None = None
    focus_areas: tuple[str, ...] = ()
    game_frequency: float = 0.0
    game_weekdays: tuple[int, ...] = ()
    recovery_ratio: float = 0.0
    objectives: tuple[Objective, ...] = ()

    @property
    def effective_load_multiplier(self) -> float:
        return self.intensity.load_multiplier if self.load_multiplier is None else self.load_multiplier

    def includes(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class Focus:
    """The exercises that a focus area asks for: by what they are there for, or by how they move."""

    intents: frozenset[Intent] = frozenset()
    patterns: frozenset[MovementPattern] = frozenset()


def serves(intent: Intent, pattern: MovementPattern, focus_areas: tuple[str, ...]) -> bool:
    """Whether an exercise with this purpose serves any of the areas; an area unknown here has no exercise."""
    return any(
        intent in focus.intents or pattern in focus.patterns
        for focus in (FOCUS_AREAS.get(each) for each in focus_areas)
        if focus is not None
    )


def _patterns(*patterns: MovementPattern) -> Focus:
    return Focus(patterns=frozenset(patterns))


_LOAD_MULTIPLIERS: Mapping[Intensity, float] = MappingProxyType(
    dict(zip(Intensity, (0.6, 0.8, 1.0, 1.2, 1.4), strict=True))
)
_HEART_RATE_SHIFT_POINTS: Mapping[Intensity, int] = MappingProxyType(
    dict(zip(Intensity, (-20, -10, 0, 5, 10), strict=True))
)
_POWER_PERCENT: Mapping[Intensity, int] = MappingProxyType(
    dict(zip(Intensity, (80, 90, 100, 105, 110), strict=True))
)
_P = MovementPattern
# Skill and tactics are trained, but not with an exercise of the gym: they serve none here.
FOCUS_AREAS: Mapping[str, Focus] = MappingProxyType(
    {
        "strength": Focus(intents=frozenset({Intent.STRENGTH})),
        "power": Focus(intents=frozenset({Intent.POWER})),
        "hypertrophy": Focus(intents=frozenset({Intent.HYPERTROPHY})),
        "trunk_stability": Focus(intents=frozenset({Intent.TRUNK})),
        "endurance": Focus(frozenset({Intent.CONDITIONING}), frozenset({_P.CONDITIONING})),
        "conditioning": Focus(frozenset({Intent.CONDITIONING}), frozenset({_P.CONDITIONING})),
        "speed": Focus(frozenset({Intent.POWER}), frozenset({_P.SPRINT, _P.JUMP})),
        "agility": _patterns(_P.SPRINT, _P.JUMP, _P.LUNGE),
        "mobility": _patterns(_P.MOBILITY, _P.STRETCH),
        "recovery": _patterns(_P.MOBILITY, _P.STRETCH),
        "lower_body": _patterns(
            *(_P.SQUAT, _P.HINGE, _P.LUNGE, _P.KNEE_FLEXION, _P.KNEE_EXTENSION, _P.HIP_EXTENSION),
            *(_P.HIP_ABDUCTION, _P.HIP_ADDUCTION, _P.CALF_RAISE),
        ),
        "upper_body": _patterns(
            *(_P.HORIZONTAL_PUSH, _P.HORIZONTAL_PULL, _P.VERTICAL_PUSH, _P.VERTICAL_PULL),
            *(_P.ELBOW_FLEXION, _P.ELBOW_EXTENSION, _P.HORIZONTAL_ADDUCTION, _P.SHOULDER_ABDUCTION),
        ),
        "injury_prevention": _patterns(
            *(_P.KNEE_FLEXION, _P.HIP_ADDUCTION, _P.HIP_ABDUCTION, _P.SHOULDER_ROTATION, _P.NECK),
            *(_P.ANTI_EXTENSION, _P.ANTI_ROTATION, _P.ANTI_LATERAL_FLEXION, _P.MOBILITY),
        ),
        "skill": Focus(),
        "tactical": Focus(),
    }
)

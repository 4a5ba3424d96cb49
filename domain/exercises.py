"""Exercises: what a movement trains, how it moves, and where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Muscle(StrEnum):
    ABDOMINALS = "abdominals"
    ABDUCTORS = "abductors"
    ADDUCTORS = "adductors"
    BICEPS = "biceps"
    CALVES = "calves"
    CHEST = "chest"
    FOREARMS = "forearms"
    GLUTES = "glutes"
    HAMSTRINGS = "hamstrings"
    LATS = "lats"
    LOWER_BACK = "lower_back"
    MIDDLE_BACK = "middle_back"
    NECK = "neck"
    QUADRICEPS = "quadriceps"
    SHOULDERS = "shoulders"
    TRAPS = "traps"
    TRICEPS = "triceps"


class MovementPattern(StrEnum):
    SQUAT = "squat"
    HINGE = "hinge"
    LUNGE = "lunge"
    HORIZONTAL_PUSH = "horizontal_push"
    HORIZONTAL_PULL = "horizontal_pull"
    VERTICAL_PUSH = "vertical_push"
    VERTICAL_PULL = "vertical_pull"
    ELBOW_FLEXION = "elbow_flexion"
    ELBOW_EXTENSION = "elbow_extension"
    KNEE_FLEXION = "knee_flexion"
    KNEE_EXTENSION = "knee_extension"
    HIP_EXTENSION = "hip_extension"
    HIP_ABDUCTION = "hip_abduction"
    HIP_ADDUCTION = "hip_adduction"
    CALF_RAISE = "calf_raise"
    HORIZONTAL_ADDUCTION = "horizontal_adduction"
    SHOULDER_ABDUCTION = "shoulder_abduction"
    SHOULDER_ROTATION = "shoulder_rotation"
    SHRUG = "shrug"
    WRIST = "wrist"
    NECK = "neck"
    TRUNK_FLEXION = "trunk_flexion"
    TRUNK_EXTENSION = "trunk_extension"
    TRUNK_ROTATION = "trunk_rotation"
    ANTI_EXTENSION = "anti_extension"
    ANTI_ROTATION = "anti_rotation"
    ANTI_LATERAL_FLEXION = "anti_lateral_flexion"
    CARRY = "carry"
    OLYMPIC_LIFT = "olympic_lift"
    JUMP = "jump"
    THROW = "throw"
    SPRINT = "sprint"
    CONDITIONING = "conditioning"
    MOBILITY = "mobility"
    STRETCH = "stretch"
    OTHER = "other"


class Intent(StrEnum):
    """What an exercise is there for. ``TRUNK`` is core stability: a *core lift* is something else."""

    STRENGTH = "strength"
    POWER = "power"
    HYPERTROPHY = "hypertrophy"
    TRUNK = "trunk"
    CONDITIONING = "conditioning"


@dataclass(frozen=True, slots=True)
class Exercise:
    """A movement of the catalogue.

    ``station`` is the place that one person holds while doing it (``rack``, ``cable``, ``open_floor`` …);
    ``equipment`` is what is needed there. Both are the gym's own lower-case words.
    """

    id: UUID
    name: str
    primary_muscles: tuple[Muscle, ...]
    secondary_muscles: tuple[Muscle, ...]
    pattern: MovementPattern
    station: str
    equipment: tuple[str, ...]
    intent: Intent
    unilateral: bool = False
    aliases: tuple[str, ...] = ()

"""Which accessories may be done together, and what that does to their quality (docs/formulas.md)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.compression.model import BlockRationale, PairPriority
from domain.exercises import Exercise, Intent, MovementPattern
from domain.sessions import Prescription

P = MovementPattern
OPPOSED = frozenset(
    frozenset(pair)
    for pair in (
        (P.HORIZONTAL_PUSH, P.HORIZONTAL_PULL),
        (P.VERTICAL_PUSH, P.VERTICAL_PULL),
        (P.HORIZONTAL_PUSH, P.VERTICAL_PULL),
        (P.VERTICAL_PUSH, P.HORIZONTAL_PULL),
        (P.ELBOW_FLEXION, P.ELBOW_EXTENSION),
        (P.KNEE_FLEXION, P.KNEE_EXTENSION),
        (P.TRUNK_FLEXION, P.TRUNK_EXTENSION),
        (P.HORIZONTAL_ADDUCTION, P.HORIZONTAL_PULL),
    )
)

ANTAGONIST_QUALITY = 1.00  # [Robbins 2010]
NON_COMPETING_QUALITY = 0.96  # [Andersen 2022: -4.2 % volume]
SHARED_SECONDARY_QUALITY = 0.90  # [prior]
BLOCK_QUALITY = 0.92  # [prior]
COACH_QUALITY = 1.00  # a group as the coach defined it
CORE_REST_CUT_QUALITY = 0.98  # [prior]


def pair_priority(first: Prescription, second: Prescription) -> PairPriority | None:
    """Why these two may be a superset, best reason first; None where they may not."""
    if Intent.POWER in (first.intent, second.intent):
        return None  # power wants rest, not company
    one, other = first.exercise, second.exercise
    if set(one.primary_muscles) & set(other.primary_muscles):
        return None
    if frozenset((one.pattern, other.pattern)) in OPPOSED:
        return PairPriority.ANTAGONIST
    if one.station == other.station:
        return PairPriority.EQUIPMENT
    return PairPriority.NON_COMPETING if not share_a_muscle(one, other) else None


def superset_quality(priority: PairPriority, first: Prescription, second: Prescription) -> float:
    if priority is PairPriority.ANTAGONIST:
        return ANTAGONIST_QUALITY
    shared = share_a_muscle(first.exercise, second.exercise)
    return SHARED_SECONDARY_QUALITY if shared else NON_COMPETING_QUALITY


def block_rationale(members: Sequence[Prescription]) -> BlockRationale:
    one_station = len({each.exercise.station for each in members}) == 1
    return BlockRationale.EQUIPMENT_CLUSTER if one_station else BlockRationale.METABOLIC_STRESS


def share_a_muscle(one: Exercise, other: Exercise) -> bool:
    """Not even a secondary one."""
    return bool(
        {*one.primary_muscles, *one.secondary_muscles} & {*other.primary_muscles, *other.secondary_muscles}
    )

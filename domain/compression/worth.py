"""What a session is worth (docs/formulas.md): diminishing returns of sets, by exercise and by muscle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

from domain.exercises import Intent, Muscle
from domain.phases import PhaseType
from domain.sessions import ExerciseRole, Prescription

CORE_WORTH, ACCESSORY_WORTH = 1.0, 0.5
INDIRECT_SET = 0.5  # [Pelland 2024, "fractional sets"]
SETS_THAT_COUNT = 11.0  # [Remmert 2025: no more gain past about 11 in a session]
VOLUME_EXPONENT = 0.38  # [our fit of Krieger 2010, J Strength Cond Res 24:1150]
STRENGTH_RATE = 0.8  # [shape after Ralston 2017, Remmert 2025]
PHASE_UP, PHASE_DOWN = 1.2, 0.8  # [direction: Spiering 2021, J Strength Cond Res 35:1449; size: prior]

NEURAL = frozenset({Intent.STRENGTH, Intent.POWER})


def gain(intent: Intent, sets: int, prescribed: int) -> float:
    """``g(n)``: the share of an exercise's effect that n of its prescribed sets keep."""
    if sets <= 0:
        return 0.0
    if intent in NEURAL:
        return (1 - exp(-STRENGTH_RATE * sets)) / (1 - exp(-STRENGTH_RATE * prescribed))
    return float((sets / prescribed) ** VOLUME_EXPONENT)


def volume_effect(sets: float) -> float:
    """``C(x)``: a muscle's return on its sets of one session."""
    return float(min(sets, SETS_THAT_COUNT) ** VOLUME_EXPONENT)


def exercise_weight(prescription: Prescription, weight: float, phase: PhaseType | None) -> float:
    """Worth of the whole exercise: its role's, times the coach's weight, times the phase's."""
    role = CORE_WORTH if prescription.role is ExerciseRole.CORE else ACCESSORY_WORTH
    return role * weight * phase_weight(prescription.intent, phase)


def phase_weight(intent: Intent, phase: PhaseType | None) -> float:
    """Strength (with power) counts for more in season and in playoffs, for less off season."""
    if phase in (PhaseType.IN_SEASON, PhaseType.PLAYOFFS):
        return PHASE_UP if intent in NEURAL else PHASE_DOWN
    if phase is PhaseType.OFFSEASON:
        return PHASE_DOWN if intent in NEURAL else PHASE_UP
    return 1.0


def muscle_shares(prescription: Prescription) -> dict[Muscle, float]:
    """What one set gives each muscle: 1 to a primary, half to a secondary one."""
    shares = dict.fromkeys(prescription.exercise.secondary_muscles, INDIRECT_SET)
    return shares | dict.fromkeys(prescription.exercise.primary_muscles, 1.0)


def prescribed_volume(prescriptions: Sequence[Prescription]) -> dict[Muscle, float]:
    """``F⁰``: sets for each muscle as prescribed."""
    volume: dict[Muscle, float] = {}
    for each in prescriptions:
        for muscle, share in muscle_shares(each).items():
            volume[muscle] = volume.get(muscle, 0.0) + share * len(each.working_sets)
    return dict(sorted(volume.items()))


def muscle_weights(volume: Mapping[Muscle, float]) -> dict[Muscle, float]:
    """``ω``: a muscle counts by its share of the volume; all of them together a quarter of their number."""
    total = sum(volume.values())
    return {muscle: sets / total * len(volume) / 4 for muscle, sets in volume.items()}

"""The formulas of docs/formulas.md for one exercise, a second time, from the page alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp
from statistics import median

from domain.exercises import Intent
from domain.phases import PhaseType
from domain.sessions import ExerciseRole, LoggedDuration, Prescription, SetKind

BARBELLS = {"barbell", "trap bar", "safety bar", "safety squat bar", "swiss bar", "axle bar"}
REST = {Intent.STRENGTH: 180, Intent.POWER: 120, Intent.HYPERTROPHY: 90}
PER_REP = {Intent.STRENGTH: 3.5, Intent.POWER: 2.0}


def work_of(each: Prescription) -> float:
    return sum(_set_seconds(each, at) for at in range(len(each.working_sets))) / len(each.working_sets) + 5


def rest_of(each: Prescription) -> float:
    given = [rest for rest in (each.rest_seconds_min, each.rest_seconds_max) if rest is not None]
    return sum(given) / len(given) if given else float(REST.get(each.intent, 60))


def gain(intent: Intent, sets: int, prescribed: int) -> float:
    if intent in (Intent.STRENGTH, Intent.POWER):
        return (1 - exp(-0.8 * sets)) / (1 - exp(-0.8 * prescribed))
    return float((sets / prescribed) ** 0.38)


def effect(volume: float) -> float:
    return float(min(volume, 11.0) ** 0.38)


def _set_seconds(each: Prescription, at: int) -> float:
    done = each.working_sets[at]
    sides = 2 if each.unilateral else 1
    if done.hold_seconds is not None:
        return done.hold_seconds * sides
    reps = ((done.reps_min or 0) + (done.reps_max or 0)) / 2
    tempo = [1 if part == "X" else int(part) for part in each.tempo.split("-")] if each.tempo else []
    return reps * (sum(tempo) if each.tempo else PER_REP.get(each.intent, 3.0)) * sides


def warm_ups_of(prescriptions: Sequence[Prescription]) -> Iterator[int]:
    before = 0
    for each in prescriptions:
        default = 0
        if each.role is ExerciseRole.CORE and BARBELLS & set(each.exercise.equipment):
            default, before = (2 if before else 3), before + 1
        kinds = [one.kind for one in each.sets]
        yield max(default - kinds.count(SetKind.RAMP), kinds.count(SetKind.WARM_UP))


def phase_weight(each: Prescription, phase: PhaseType | None) -> float:
    strong = each.intent in (Intent.STRENGTH, Intent.POWER)
    if phase in (PhaseType.IN_SEASON, PhaseType.PLAYOFFS):
        return 1.2 if strong else 0.8
    if phase is PhaseType.OFFSEASON:
        return 0.8 if strong else 1.2
    return 1.0


def pace_of(original_seconds: float, planned_minutes: int | None, logs: Sequence[LoggedDuration]) -> float:
    ratios = [each.actual_minutes * 60 / each.modelled_seconds for each in logs]
    if len(ratios) >= 5:
        return float(median(ratios))
    if planned_minutes is not None:
        return min(max(planned_minutes * 60 / original_seconds, 0.8), 2.0)
    return 1.25

"""How long a session takes, in seconds (docs/formulas.md). All functions here are at pace 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from domain.exercises import Intent
from domain.sessions import ExerciseRole, Prescription, SetKind, SetPrescription

# [ACSM 2009, Med Sci Sports Exerc 41:687] 1-2 s each way; 5 s to unrack and brace [prior].
SECONDS_PER_REP = {Intent.STRENGTH: 3.5, Intent.POWER: 2.0}
SECONDS_PER_REP_OTHERWISE = 3.0
BRACE_SECONDS = 5.0

# [Grgic 2018, Sports Med 48:137; Singer 2024]
REST_SECONDS_IF_NONE_GIVEN = {
    Intent.STRENGTH: 180.0,
    Intent.POWER: 120.0,
    Intent.HYPERTROPHY: 90.0,
    Intent.TRUNK: 60.0,
    Intent.CONDITIONING: 60.0,
}

# [Iversen 2021, Sports Med 51:2079] specific warm-up only; the counts and what follows: prior.
WARM_UP_SETS_FIRST, WARM_UP_SETS_LATER, WARM_UP_SECONDS = 3, 2, 70.0
SETUP_SECONDS, NEXT_SAME_STATION_SECONDS, NEXT_OTHER_STATION_SECONDS = 60.0, 20.0, 60.0
SWAP_SECONDS = 15.0
SUPERSET_FLOOR_SECONDS, BLOCK_FLOOR_SECONDS = 45.0, 60.0

BARBELLS = frozenset({"barbell", "trap bar", "safety bar", "safety squat bar", "swiss bar", "axle bar"})


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds of a part of a session; ``round_rest`` is the rest between sets or rounds."""

    setup: float
    work: float
    rest: float
    round_rest: float

    @property
    def total(self) -> float:
        return self.setup + self.work + self.rest


@dataclass(frozen=True, slots=True)
class Timed:
    """What timing needs of one prescription."""

    work: float
    rest: float
    station: str
    warm_ups: int = 0


def modelled_seconds(prescriptions: Sequence[Prescription]) -> float:
    """The whole session as prescribed, in the coach's own groups, at pace 1."""
    durations = durations_as_prescribed(prescriptions, timed_prescriptions(prescriptions))
    return sum(each.total for each in durations)


def durations_as_prescribed(prescriptions: Sequence[Prescription], timed: Sequence[Timed]) -> list[Duration]:
    """Of each part, in the coach's order and in the coach's own groups."""
    return [
        duration_of_part([timed[i] for i in part], [len(prescriptions[i].working_sets) for i in part])
        for part in parts_as_prescribed(prescriptions)
    ]


def parts_as_prescribed(prescriptions: Sequence[Prescription]) -> list[tuple[int, ...]]:
    """Indices of the exercises that are done together: the coach's groups, wherever their members stand."""
    parts: dict[object, list[int]] = {}
    for index, each in enumerate(prescriptions):
        parts.setdefault(each.group_key if each.group_key is not None else index, []).append(index)
    return [tuple(part) for part in parts.values()]


def duration_of_part(timed: Sequence[Timed], sets: Sequence[int], rest: float | None = None) -> Duration:
    """One exercise as straight sets, or several as the coach's own block."""
    if len(timed) == 1:
        return straight_sets(timed[0], sets[0], timed[0].rest if rest is None else rest)
    return group_sets(timed, sets, BLOCK_FLOOR_SECONDS)


def straight_sets(timed: Timed, sets: int, rest: float) -> Duration:
    """``setup + warm-ups + n·work + (n−1)·rest``."""
    return Duration(
        SETUP_SECONDS + timed.warm_ups * WARM_UP_SECONDS,
        sets * timed.work,
        max(sets - 1, 0) * rest,
        rest,
    )


def group_sets(timed: Sequence[Timed], sets: Sequence[int], floor: float) -> Duration:
    """A superset or block: rounds of all, then the sets that some have beyond the others, as straight sets.

    ``setups + m·(Σ work + (k−1)·s) + (m−1)·R + Σ (n − m)·(work + rest)``
    """
    rounds = min(sets)
    round_rest = rest_between_rounds(timed, floor)
    beyond = [(n - rounds, each) for n, each in zip(sets, timed, strict=True)]
    setup = setup_of_group([each.station for each in timed]) + WARM_UP_SECONDS * sum(
        t.warm_ups for t in timed
    )
    work = rounds * sum(each.work for each in timed) + sum(more * each.work for more, each in beyond)
    swaps = rounds * (len(timed) - 1) * SWAP_SECONDS
    rest = swaps + max(rounds - 1, 0) * round_rest + sum(more * each.rest for more, each in beyond)
    return Duration(setup, work, rest, round_rest)


def rest_between_rounds(timed: Sequence[Timed], floor: float) -> float:
    """Each muscle keeps its prescribed recovery and the partners' sets fill it; nobody rests below the floor.

    ``R = max(floor, max_j (rest_j − (Σ_{l≠j} work_l + k·s)))``
    """
    all_work, swaps = sum(each.work for each in timed), len(timed) * SWAP_SECONDS
    return max(floor, *(each.rest - (all_work - each.work + swaps) for each in timed))


def setup_of_group(stations: Sequence[str]) -> float:
    """60 s for the first member; each further one 20 s at a station the group already holds, else 60 s."""
    distinct = len(set(stations))
    return (
        SETUP_SECONDS
        + (distinct - 1) * NEXT_OTHER_STATION_SECONDS
        + (len(stations) - distinct) * NEXT_SAME_STATION_SECONDS
    )


def timed_prescriptions(prescriptions: Sequence[Prescription]) -> list[Timed]:
    """Work, rest and warm-ups of each; the first barbell core lift in order gets the longer warm-up."""
    timed, barbell_seen = [], False
    for each in prescriptions:
        is_barbell_core = each.role is ExerciseRole.CORE and not BARBELLS.isdisjoint(each.exercise.equipment)
        default = (WARM_UP_SETS_LATER if barbell_seen else WARM_UP_SETS_FIRST) if is_barbell_core else 0
        barbell_seen = barbell_seen or is_barbell_core
        timed.append(
            Timed(
                work=work_seconds(each),
                rest=rest_seconds(each),
                station=each.exercise.station,
                warm_ups=warm_up_sets(each.sets, default),
            )
        )
    return timed


def warm_up_sets(sets: Sequence[SetPrescription], default: int) -> int:
    """Prescribed warm-ups replace the model's one for one; ramp sets are timed as sets and reduce them."""
    kinds = [each.kind for each in sets]
    return max(default - kinds.count(SetKind.RAMP), kinds.count(SetKind.WARM_UP), 0)


def work_seconds(prescription: Prescription) -> float:
    """Seconds under the bar in one working set: the mean of its sets, both sides where unilateral."""
    per_rep = seconds_per_rep(prescription)
    efforts = [
        float(each.hold_seconds) if each.hold_seconds is not None else _reps(each) * per_rep
        for each in prescription.working_sets
    ]
    return fmean(efforts) * (2 if prescription.unilateral else 1) + BRACE_SECONDS


def seconds_per_rep(prescription: Prescription) -> float:
    if prescription.tempo is not None:
        return float(sum(int(part) for part in prescription.tempo.replace("X", "1").split("-")))
    return SECONDS_PER_REP.get(prescription.intent, SECONDS_PER_REP_OTHERWISE)


def rest_seconds(prescription: Prescription) -> float:
    """As prescribed (the middle of a range); by intent if none is given."""
    low, high = prescription.rest_seconds_min, prescription.rest_seconds_max
    if low is None and high is None:
        return REST_SECONDS_IF_NONE_GIVEN[prescription.intent]
    return ((low if low is not None else high or 0) + (high if high is not None else low or 0)) / 2


def _reps(each: SetPrescription) -> float:
    low = each.reps_min if each.reps_min is not None else each.reps_max or 0
    high = each.reps_max if each.reps_max is not None else low
    return (low + high) / 2

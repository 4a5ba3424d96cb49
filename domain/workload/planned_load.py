"""What a session is expected to load an athlete with, before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from domain.plan_document import PrescriptionDraft
from domain.sessions import Prescription, SetPrescription
from domain.workload.loads import session_load_au
from domain.workouts import USUAL_SESSION_RPE

# Session RPE of whole-body resistance sessions [Day 2004, J Strength Cond Res 18(2):353-358]: 15 repetitions
# at 50 % of the maximum 3.3, 10 at 70 % 5.2, 4 to 5 at 90 % 6.9. Straight lines between: prior.
_RPE_BY_PERCENT = ((50.0, 3.3), (70.0, 5.2), (90.0, 6.9))
_RPE_BY_REPS = ((5.0, 6.9), (10.0, 5.2), (15.0, 3.3))


def planned_load_au(minutes: float, expected_rpe: float) -> float:
    """Expected session RPE times minutes: what Foster's load will be if the session goes as planned."""
    return session_load_au(expected_rpe, minutes)


def compressed_load_au(load_au: float, planned_minutes: float, compressed_minutes: float) -> float:
    """The load of a session that was made shorter: the same expected RPE over fewer minutes; never more.

    [prior] Supersets may feel harder than straight sets, so this is at the low end. Raises ValueError for
    minutes that are not above 0.
    """
    if not (planned_minutes > 0 and compressed_minutes > 0):
        raise ValueError(f"{compressed_minutes} of {planned_minutes} minutes are not a session")
    return load_au * min(1.0, compressed_minutes / planned_minutes)


def expected_session_rpe(
    prescriptions: Sequence[Prescription | PrescriptionDraft], stated_rpe: float | None = None
) -> float:
    """CR-10. The coach's word if there is one; else the mean over the working sets that tell their effort.

    A set tells it by its RPE, its repetitions in reserve (10 less these), its share of the one-repetition
    maximum, or its repetitions, in this order [prior: a session feels like the mean of its sets]. 6 if none
    does [prior].
    """
    if stated_rpe is not None:
        return stated_rpe
    known = [
        effort
        for prescription in prescriptions
        for each in prescription.sets
        if each.counts_as_volume and (effort := _effort(each)) is not None
    ]
    return fmean(known) if known else USUAL_SESSION_RPE


def _effort(each: SetPrescription) -> float | None:
    if each.rpe is not None:
        return each.rpe
    if each.reps_in_reserve is not None:
        return max(0.0, 10.0 - each.reps_in_reserve)
    if each.percent_one_rep_max is not None:
        return _between(_RPE_BY_PERCENT, each.percent_one_rep_max)
    reps = [count for count in (each.reps_min, each.reps_max) if count is not None]
    return _between(_RPE_BY_REPS, fmean(reps)) if reps else None


def _between(line: Sequence[tuple[float, float]], at: float) -> float:
    """On the line through these points; flat beyond its ends."""
    for (left, low), (right, high) in pairwise(line):
        if at <= right:
            return low + (high - low) * max(0.0, at - left) / (right - left)
    return line[-1][1]

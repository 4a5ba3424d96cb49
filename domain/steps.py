"""Whether a team's assignments are in step with the phase that it is in, and in what they are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.adjustments import Facts, out_of_step
from domain.assignments import WorkoutAssignment, is_in_phase
from domain.phases import SeasonPhase
from domain.planning import AdjustmentType

MOST_NAMED = 100


class StepState(StrEnum):
    IN_STEP = "in_step"
    OUT_OF_STEP = "out_of_step"
    NO_PHASE = "no_phase"


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """``types`` are what is not as the phase in force wants it; none for what should follow no phase."""

    assignment: WorkoutAssignment
    types: tuple[AdjustmentType, ...]
    follows_past_phase: bool


@dataclass(frozen=True, slots=True)
class StepReport:
    """How many active assignments are in ``phase`` today, and what of them is not as it wants it.

    ``past_phase_count`` are those that follow a phase that they are not in any more: another one, or one that
    is gone. An assignment may count as both. ``out_of_step`` names the first ones, by day and id.
    """

    phase: SeasonPhase | None
    in_phase_count: int
    in_step_count: int
    count_by_type: Mapping[AdjustmentType, int]
    past_phase_count: int
    out_of_step_count: int
    out_of_step: tuple[OutOfStep, ...]
    last_adjusted_at: datetime | None

    @property
    def state(self) -> StepState:
        if self.out_of_step_count:
            return StepState.OUT_OF_STEP
        return StepState.NO_PHASE if self.phase is None else StepState.IN_STEP


def report(
    assignments: Iterable[WorkoutAssignment],
    phase: SeasonPhase | None,
    phases: Iterable[SeasonPhase],
    today: date,
    facts: Facts,
) -> StepReport:
    """``phases`` are those of the season in force; who follows another, follows one that is over."""
    known = {each.id: each for each in phases}
    if phase is not None:
        known[phase.id] = phase
    found: list[OutOfStep] = []
    in_phase = in_step = past = 0
    counts: Counter[AdjustmentType] = Counter()
    last: datetime | None = None
    for each in assignments:
        types: Collection[AdjustmentType] = ()
        adjusted_at = each.planning.last_phase_adjustment
        if adjusted_at is not None and (last is None or adjusted_at > last):
            last = adjusted_at
        if phase is not None and is_in_phase(each, phase, today):
            in_phase += 1
            types = out_of_step(each, phase, facts)
            in_step += not types
            counts.update(types)
        follows_past = _follows_past(each, known, today)
        past += follows_past
        if types or follows_past:
            in_order = tuple(one for one in AdjustmentType if one in types)
            found.append(OutOfStep(each, in_order, follows_past))
    found.sort(key=lambda each: (each.assignment.scheduled_on, each.assignment.id))
    return StepReport(
        phase=phase,
        in_phase_count=in_phase,
        in_step_count=in_step,
        count_by_type={type_: counts[type_] for type_ in AdjustmentType},
        past_phase_count=past,
        out_of_step_count=len(found),
        out_of_step=tuple(found[:MOST_NAMED]),
        last_adjusted_at=last,
    )


def _follows_past(assignment: WorkoutAssignment, phases: Mapping[UUID, SeasonPhase], today: date) -> bool:
    followed = assignment.planning.planning_phase_id
    if followed is None:
        return False
    phase = phases.get(followed)
    return phase is None or not is_in_phase(assignment, phase, today)

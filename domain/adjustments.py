"""Bringing an assignment in step with a season phase, and out of it again (docs/seasons.md).

Everything is computed from the assignment as it was before any phase, so nothing compounds: once or ten
times, after whatever other phase, the result is the same, and leaving gives back what was there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain import adjustment_rules as rules
from domain.adjustment_reasons import reasons_of
from domain.assignments import WorkoutAssignment, load_on
from domain.load_progression import scaled
from domain.phases import SeasonPhase
from domain.physiology import PerformanceThresholds, Physiology
from domain.plan_document import PrescriptionDraft
from domain.planning import (
    ALL_TYPES,
    NOT_IN_A_PHASE,
    Actor,
    AdjustmentType,
    Cadence,
    OriginalPlanningData,
    PhaseAdjustment,
    Planning,
    cadence_json,
    thresholds_json,
)
from domain.workouts import SelectedExercise


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know beside the assignment; a player or workout that is not there is unknown."""

    physiology: Mapping[UUID, Physiology] = field(default_factory=dict)
    prescriptions: Mapping[UUID, Sequence[PrescriptionDraft]] = field(default_factory=dict)


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class AdjustedAssignment:
    """``adjustments`` are what was changed just now, from the value before to the value after.

    That is what the history keeps; what is in force is in ``assignment.planning``. ``phase_id`` is the phase
    that was followed or left; a relief has none.
    """

    before: WorkoutAssignment
    assignment: WorkoutAssignment
    adjustments: tuple[PhaseAdjustment, ...] = ()
    phase_id: UUID | None = None

    @property
    def changed(self) -> bool:
        return self.assignment != self.before


@dataclass(frozen=True, slots=True)
class AdjustmentRecord:
    """An entry of an assignment's history. ``phase_id`` None: no phase had to do with it."""

    id: UUID
    assignment_id: UUID
    assignment_version: int
    phase_id: UUID | None
    adjustment: PhaseAdjustment


@dataclass(frozen=True, slots=True)
class _Values:
    """The four things that a phase decides on."""

    base_load_au: int
    cadence: Cadence
    thresholds: PerformanceThresholds
    selection: tuple[SelectedExercise, ...] | None


def adjust(
    assignment: WorkoutAssignment,
    phase: SeasonPhase,
    *,
    now: datetime,
    by: Actor,
    facts: Facts = NO_FACTS,
    types: frozenset[AdjustmentType] = ALL_TYPES,
    force: bool = False,
) -> AdjustedAssignment:
    """The assignment in step with the phase, as to ``types``. What is so already comes back as it is.

    What is not asked for stays as the same phase left it; what another phase left is restored, because that
    phase is over. ``force`` records the adjustments anew even where nothing changes.
    """
    original = original_of(assignment)
    now_there, plain = _values_of(assignment), _original_values(original)
    is_in_it = assignment.planning.planning_phase_id == phase.id
    wanted = _mixed(_wanted(assignment, original, phase, facts), now_there if is_in_it else plain, types)
    if is_in_it and wanted == now_there and not force:
        return AdjustedAssignment(assignment, assignment)
    reasons = reasons_of(phase, assignment.customizations)
    in_force = tuple(_adjustments(plain, wanted, reasons, now, by))
    if is_in_it and not force:
        in_force = tuple(_as_recorded(each, assignment.planning.adjustments) for each in in_force)
    after = _with(
        assignment,
        wanted,
        Planning(
            planning_phase_id=phase.id,
            season_plan_id=phase.season_plan_id,
            last_phase_adjustment=now,
            adjustments=in_force,
            original=original,
        ),
    )
    if force or now_there == plain:
        return AdjustedAssignment(assignment, after, in_force, phase.id)
    just_now = tuple(_adjustments(now_there, wanted, reasons, now, by))
    return AdjustedAssignment(assignment, after, just_now, phase.id)


def restore(assignment: WorkoutAssignment, *, now: datetime, by: Actor, reason: str) -> AdjustedAssignment:
    """The assignment as it was before any phase; one that is in none comes back as it is."""
    if assignment.planning.original is None:
        return AdjustedAssignment(assignment, assignment)
    plain = _original_values(assignment.planning.original)
    reasons = dict.fromkeys(AdjustmentType, reason)
    undone = tuple(_adjustments(_values_of(assignment), plain, reasons, now, by))
    left = assignment.planning.planning_phase_id
    return AdjustedAssignment(assignment, _with(assignment, plain, NOT_IN_A_PHASE), undone, left)


def relieve(
    assignment: WorkoutAssignment,
    percent: float,
    until: date | None,
    *,
    now: datetime,
    by: Actor,
    reason: str,
) -> AdjustedAssignment:
    """Take ``percent`` off the load, up to ``until`` inclusive, whatever the phase; 0 ends a relief.

    It takes the place of an earlier relief: two of 20 % are not 36 %.
    """
    after = replace(assignment, relief_percent=percent, relief_until=until if percent else None)
    if after == assignment:
        return AdjustedAssignment(assignment, assignment)
    first = assignment.scheduled_on  # an example of what it comes to
    was, is_now = (load_on(replace(each, relief_until=None), first) for each in (assignment, after))
    change = PhaseAdjustment(AdjustmentType.LOAD, was, is_now, reason, now, by)
    return AdjustedAssignment(assignment, after, (change,))


def out_of_step(
    assignment: WorkoutAssignment, phase: SeasonPhase, facts: Facts = NO_FACTS
) -> frozenset[AdjustmentType]:
    """In what the assignment differs from what the phase asks for; empty if it is in step.

    One that has not been brought into this phase at all is out of step in all four.
    """
    if assignment.planning.planning_phase_id != phase.id:
        return ALL_TYPES
    wanted = _wanted(assignment, original_of(assignment), phase, facts)
    return frozenset(type_ for type_, _, _ in _differences(_values_of(assignment), wanted))


def original_of(assignment: WorkoutAssignment) -> OriginalPlanningData:
    """What the assignment was before any phase: as it is now, if it is in none."""
    recurrence = assignment.recurrence
    return assignment.planning.original or OriginalPlanningData(
        assignment.load.base_load_au,
        Cadence(recurrence.interval, recurrence.weekdays),
        assignment.thresholds,
    )


def before_phases(assignment: WorkoutAssignment) -> WorkoutAssignment:
    """The assignment as it was planned; one that is in no phase is that already."""
    return _with(assignment, _original_values(original_of(assignment)), NOT_IN_A_PHASE)


def _wanted(
    assignment: WorkoutAssignment, original: OriginalPlanningData, phase: SeasonPhase, facts: Facts
) -> _Values:
    customizations = assignment.customizations
    load = replace(assignment.load, base_load_au=original.base_load_au)
    recurrence = replace(
        assignment.recurrence, interval=original.cadence.interval, weekdays=original.cadence.weekdays
    )
    factor = rules.load_factor(phase, customizations)
    return _Values(
        base_load_au=scaled(load, factor),
        cadence=rules.adjusted_cadence(
            recurrence, phase, customizations.training_frequency or phase.training_frequency
        ),
        thresholds=rules.adjusted_thresholds(
            original.thresholds, phase, customizations, facts.physiology.get(assignment.player_id)
        ),
        selection=rules.selected_exercises(facts.prescriptions.get(assignment.workout_id, ()), phase, factor),
    )


def _original_values(original: OriginalPlanningData) -> _Values:
    """Only phases select exercises: before them an assignment is the workout as it stands."""
    return _Values(original.base_load_au, original.cadence, original.thresholds, None)


def _values_of(assignment: WorkoutAssignment) -> _Values:
    return _Values(
        assignment.load.base_load_au,
        Cadence(assignment.recurrence.interval, assignment.recurrence.weekdays),
        assignment.thresholds,
        assignment.exercise_selection,
    )


def _with(assignment: WorkoutAssignment, values: _Values, planning: Planning) -> WorkoutAssignment:
    cadence = values.cadence
    return replace(
        assignment,
        load=replace(assignment.load, base_load_au=values.base_load_au),
        recurrence=replace(assignment.recurrence, interval=cadence.interval, weekdays=cadence.weekdays),
        thresholds=values.thresholds,
        exercise_selection=values.selection,
        planning=planning,
    )


def _mixed(wanted: _Values, kept: _Values, types: frozenset[AdjustmentType]) -> _Values:
    """What is asked for as it is wanted, the rest as it is kept."""
    if types == ALL_TYPES:
        return wanted
    return _Values(
        **{name: getattr(wanted if type_ in types else kept, name) for type_, name in _FIELDS.items()}
    )


def _differences(before: _Values, after: _Values) -> Iterator[tuple[AdjustmentType, Any, Any]]:
    for type_, name in _FIELDS.items():
        was, is_now = getattr(before, name), getattr(after, name)
        if was != is_now:
            yield type_, was, is_now


def _adjustments(
    before: _Values, after: _Values, reasons: Mapping[AdjustmentType, str], now: datetime, by: Actor
) -> Iterator[PhaseAdjustment]:
    for type_, was, is_now in _differences(before, after):
        yield PhaseAdjustment(type_, _PLAIN[type_](was), _PLAIN[type_](is_now), reasons[type_], now, by)


def _as_recorded(adjustment: PhaseAdjustment, recorded: Sequence[PhaseAdjustment]) -> PhaseAdjustment:
    """The earlier record of the same change, where there is one: it says when it was really made."""
    for each in recorded:
        if replace(each, at=adjustment.at, by=adjustment.by) == adjustment:
            return each
    return adjustment


def _selection_json(selection: tuple[SelectedExercise, ...] | None) -> list[dict[str, int]] | None:
    if selection is None:
        return None
    return [{"position": each.position, "sets": each.sets} for each in selection]


_FIELDS = {
    AdjustmentType.LOAD: "base_load_au",
    AdjustmentType.FREQUENCY: "cadence",
    AdjustmentType.INTENSITY: "thresholds",
    AdjustmentType.EXERCISE_SELECTION: "selection",
}
_PLAIN: Mapping[AdjustmentType, Callable[[Any], Any]] = {
    AdjustmentType.LOAD: int,
    AdjustmentType.FREQUENCY: cadence_json,
    AdjustmentType.INTENSITY: thresholds_json,
    AdjustmentType.EXERCISE_SELECTION: _selection_json,
}

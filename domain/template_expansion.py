"""Applying a phase template: from its recipe and a start to an assignment for each player it is meant for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.adjustment_rules import spread, zone_of_reserve
from domain.assignments import (
    AS_THE_PHASE_SAYS,
    AssignmentStatus,
    AssignmentType,
    Customizations,
    WorkoutAssignment,
)
from domain.days import DAYS_A_WEEK
from domain.phase_templates import PhaseTemplate, TargetGroup, TemplateWorkout
from domain.physiology import PerformanceThresholds, Physiology
from domain.recurrence import ONCE, Recurrence, RecurrencePattern

NOTHING_KNOWN: Mapping[UUID, Physiology] = {}


@dataclass(frozen=True, slots=True)
class TargetPlayer:
    """A player of the team, and the groups of it that they are in."""

    player_id: UUID
    groups: frozenset[TargetGroup] = frozenset()


@dataclass(frozen=True, slots=True)
class Application:
    """Where a template is applied, from when, and what the coach changes about it."""

    organization_id: UUID
    team_id: UUID
    starts_on: date
    now: datetime
    customizations: Customizations = AS_THE_PHASE_SAYS
    game_weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """``empty_groups`` are those that the template speaks of and nobody is in."""

    assignments: tuple[WorkoutAssignment, ...]
    empty_groups: tuple[TargetGroup, ...]


def expand(
    template: PhaseTemplate,
    players: Sequence[TargetPlayer],
    application: Application,
    new_id: Callable[[], UUID],
    physiology: Mapping[UUID, Physiology] = NOTHING_KNOWN,
) -> Expansion:
    """One assignment for each of a player's workouts: recurring weekly where it is done more than once.

    Week 1 begins on the start, whatever weekday that is; a weekday is the first of its name from there on.
    A training frequency keeps that many of a player's training days in the week, apart and away from games,
    and leaves out what is done on the others.
    """
    made: list[WorkoutAssignment] = []
    reached: set[TargetGroup] = set()
    days_kept: dict[frozenset[int], frozenset[int]] = {}
    for player in players:
        theirs = [each for each in template.workouts if _is_for(each.target, player)]
        reached |= {each.target for each in theirs}
        week = frozenset(day for each in theirs for day in each.weekdays)
        if week not in days_kept:
            days_kept[week] = _kept(week, application)
        for each in theirs:
            weekdays = tuple(day for day in each.weekdays if day in days_kept[week])
            if weekdays:
                zone = physiology.get(player.player_id)
                made.append(
                    _assignment(template, each, weekdays, player.player_id, zone, application, new_id())
                )
    missed = dict.fromkeys(each.target for each in template.workouts if each.target not in reached)
    return Expansion(tuple(made), tuple(missed))


def _is_for(target: TargetGroup, player: TargetPlayer) -> bool:
    return target.type is AssignmentType.TEAM or target in player.groups


def _kept(week: frozenset[int], application: Application) -> frozenset[int]:
    frequency = application.customizations.training_frequency
    if frequency is None or len(week) <= frequency:
        return week
    return frozenset(spread(sorted(week), frequency, application.game_weekdays))


def _assignment(
    template: PhaseTemplate,
    each: TemplateWorkout,
    weekdays: tuple[int, ...],
    player_id: UUID,
    player: Physiology | None,
    application: Application,
    id_: UUID,
) -> WorkoutAssignment:
    first_week = application.starts_on + timedelta(weeks=each.first_week - 1)
    days = sorted(first_week + timedelta(days=(day - first_week.weekday()) % DAYS_A_WEEK) for day in weekdays)
    weeks = each.last_week - each.first_week + 1
    recurrence = ONCE
    if weeks * len(days) > 1:
        recurrence = Recurrence(
            RecurrencePattern.WEEKLY,
            weekdays=weekdays,
            ends_on=first_week + timedelta(weeks=weeks) - timedelta(days=1),
        )
    zone = None
    if each.heart_rate_reserve_percent is not None and player is not None:
        zone = zone_of_reserve(each.heart_rate_reserve_percent, player)
    return WorkoutAssignment(
        id=id_,
        organization_id=application.organization_id,
        team_id=application.team_id,
        player_id=player_id,
        workout_id=each.workout.id,
        type=each.target.type,
        status=AssignmentStatus.ACTIVE,
        effective_from=days[0],
        scheduled_on=days[0],
        load=each.load,
        version=1,
        created_at=application.now,
        updated_at=application.now,
        group_name=each.target.name,
        starts_at=each.starts_at,
        recurrence=recurrence,
        thresholds=PerformanceThresholds(heart_rate=zone),
        customizations=application.customizations,
        template_id=template.id,
    )

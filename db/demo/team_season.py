"""The demo team's season around a day: its phases, its players, a template applied, and what was done.

The team came out of its off-season four weeks ago and is in its preseason, as Mia's own plan is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID

from db.demo.cast import DANA, DEMO, HOCKEY, NORA, OTHERS, PLAYERS, REGULARS, demo_id
from db.demo.season import SEASON_WEEKS_BEFORE
from db.own_templates import our_templates
from domain.adjustments import Facts, adjust
from domain.assignments import AssignmentType, Completion, WorkoutAssignment, days_of, load_on
from domain.days import instant_of
from domain.exercises import MovementPattern
from domain.people import Person
from domain.phase_templates import PhaseTemplate, TargetGroup
from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority, SeasonPhase
from domain.physiology import MedicalRestriction, Physiology, RestrictionKind
from domain.planning import Actor
from domain.seasons import SeasonLoad, SeasonPlan, SeasonStatus, phase_on
from domain.template_expansion import Application, TargetPlayer, expand

PATH = "harbour-city/hockey/season"
TEMPLATE_WEEKS_AGO = 2
TRAINING_TIME = time(17, 30)
GOALTENDERS = TargetGroup(AssignmentType.POSITION, "Goaltenders")
FIRST_LINE = TargetGroup(AssignmentType.LINE, "First line")
GROUPS: Mapping[TargetGroup, tuple[Person, ...]] = {GOALTENDERS: OTHERS[1:3], FIRST_LINE: REGULARS}
DANA_DID_IT = Actor(DANA.id, DANA.display_name)
STRENGTH, SPEED, ENDURANCE, TACTICAL = (
    Objective(type_, priority, percent)
    for type_, priority, percent in (
        (ObjectiveType.STRENGTH, Priority.HIGH, 5.0),
        (ObjectiveType.SPEED, Priority.HIGH, 2.0),
        (ObjectiveType.ENDURANCE, Priority.MEDIUM, 4.0),
        (ObjectiveType.TACTICAL, Priority.HIGH, 0.0),
    )
)


@dataclass(frozen=True, slots=True)
class TeamSeason:
    plan: SeasonPlan
    bodies: tuple[Physiology, ...]
    restrictions: tuple[MedicalRestriction, ...]
    assignments: tuple[WorkoutAssignment, ...]
    completions: tuple[Completion, ...]


def team_season(today: date) -> TeamSeason:
    this_monday = today - timedelta(days=today.weekday())
    start = this_monday - timedelta(weeks=SEASON_WEEKS_BEFORE)
    now = instant_of(start - timedelta(days=3), TRAINING_TIME, HOCKEY.time_zone)
    plan = _plan(start, now)
    bodies = tuple(_body(at, person) for at, person in enumerate(PLAYERS))
    assignments = tuple(_assignments(plan, bodies, this_monday - timedelta(weeks=TEMPLATE_WEEKS_AGO)))
    return TeamSeason(
        plan, bodies, tuple(_restrictions(today)), assignments, tuple(_completions(assignments, today))
    )


def _plan(start: date, now: datetime) -> SeasonPlan:
    phases = []
    first = start
    for at, (weeks, phase) in enumerate(_PHASES, start=1):
        last = first + timedelta(weeks=weeks, days=-1)
        phases.append(replace(phase, id=demo_id(f"{PATH}/{at}"), starts_on=first, ends_on=last))
        first = last + timedelta(days=1)
    return SeasonPlan(
        id=DEMO.team_season,
        organization_id=DEMO.organization,
        team_id=HOCKEY.id,
        name=f"Season {start.year}-{(start.year + 1) % 100:02}",
        starts_on=start,
        ends_on=first - timedelta(days=1),
        status=SeasonStatus.ACTIVE,
        load=SeasonLoad(2000, peak_week=18, taper_weeks=(33, 34), recovery_weeks=(4, 8, 12, 16)),
        phases=tuple(phases),
        version=1,
        created_at=now,
        updated_at=now,
    )


def _body(at: int, person: Person) -> Physiology:
    """Every fifth player was never tested to her maximum; Nora has not been measured at all."""
    if person == NORA:
        return Physiology(person.id, weekly_load_limit_au=2200)
    maximum = None if at % 5 == 4 else 184 + at * 7 % 17
    return Physiology(person.id, 46 + at * 5 % 19, maximum, 2600)


def _restrictions(today: date) -> Iterator[MedicalRestriction]:
    """One is ill until after tomorrow; one comes back from an injury and does not jump or sprint yet."""
    ill, returning = OTHERS[3], OTHERS[4]
    yield MedicalRestriction(
        demo_id(f"{PATH}/ill"), ill.id, RestrictionKind.NO_TRAINING, today, today + timedelta(days=2)
    )
    yield MedicalRestriction(
        demo_id(f"{PATH}/returning"),
        returning.id,
        RestrictionKind.LIMITED,
        today - timedelta(days=20),
        None,
        (MovementPattern.JUMP, MovementPattern.SPRINT),
    )


def _assignments(
    plan: SeasonPlan, bodies: tuple[Physiology, ...], start: date
) -> Iterator[WorkoutAssignment]:
    """The preseason template, applied two weeks ago and adjusted to the phase, as a coach does it."""
    template = _template(PhaseType.PRESEASON)
    numbers = count(1)
    application = Application(
        DEMO.organization,
        HOCKEY.id,
        start,
        instant_of(start - timedelta(days=2), TRAINING_TIME, HOCKEY.time_zone),
    )
    by_player = {each.player_id: each for each in bodies}
    expansion = expand(
        template,
        _target_players(),
        application,
        lambda: demo_id(f"{PATH}/assignment/{next(numbers)}"),
        by_player,
    )
    facts = Facts(by_player, {each.workout.id: each.workout.prescriptions for each in template.workouts})
    for each in expansion.assignments:
        phase = phase_on(plan, each.scheduled_on)
        if phase is None:
            yield each
        else:
            yield adjust(each, phase, now=application.now, by=DANA_DID_IT, facts=facts).assignment


def _completions(assignments: tuple[WorkoutAssignment, ...], today: date) -> Iterator[Completion]:
    """What was due before ``today`` was done by most, each with her own effort; Nora never reports."""
    for assignment in assignments:
        for day in days_of(assignment, assignment.scheduled_on, today - timedelta(days=1)):
            chance = (assignment.id.int + day.toordinal()) % 10
            if assignment.player_id == NORA.id or chance == 0:
                continue
            done_percent = 100.0 if chance < 8 else 75.0
            load = load_on(assignment, day) * done_percent / 100 * (0.9 + chance / 40)
            yield Completion(
                assignment.id,
                day,
                assignment.player_id,
                datetime.combine(day, TRAINING_TIME, UTC) + timedelta(hours=1, minutes=10),
                float(round(load)),
                done_percent,
            )


def _target_players() -> list[TargetPlayer]:
    return [
        TargetPlayer(each.id, frozenset(group for group, members in GROUPS.items() if each in members))
        for each in PLAYERS
    ]


def _template(phase_type: PhaseType) -> PhaseTemplate:
    return next(each for each in our_templates() if each.phase_type is phase_type)


def _phase(name: str, type_: PhaseType, intensity: Intensity, sessions: int, *focus: str) -> SeasonPhase:
    """Its place and days are given when the season's start is known."""
    return SeasonPhase(
        UUID(int=0), DEMO.team_season, name, type_, date.min, date.min, intensity, sessions, focus_areas=focus
    )


_PHASES = (
    (
        12,
        replace(
            _phase("Off-season", PhaseType.OFFSEASON, Intensity.MEDIUM, 6, "hypertrophy", "strength"),
            recovery_ratio=0.15,
            objectives=(STRENGTH, ENDURANCE),
        ),
    ),
    (
        8,
        replace(
            _phase("Preseason", PhaseType.PRESEASON, Intensity.HIGH, 5, "strength", "power", "endurance"),
            game_frequency=0.5,
            recovery_ratio=0.2,
            objectives=(STRENGTH, SPEED, ENDURANCE),
        ),
    ),
    (
        14,
        replace(
            _phase(
                "In season",
                PhaseType.IN_SEASON,
                Intensity.MEDIUM,
                3,
                "strength",
                "speed",
                "injury_prevention",
            ),
            game_frequency=1.5,
            game_weekdays=(5,),
            recovery_ratio=0.3,
            objectives=(SPEED, TACTICAL),
        ),
    ),
    (
        2,
        replace(
            _phase("Playoffs", PhaseType.PLAYOFFS, Intensity.PEAK, 2, "power", "speed"),
            load_multiplier=0.7,
            game_frequency=3.0,
            game_weekdays=(1, 3, 5),
            recovery_ratio=0.4,
            objectives=(TACTICAL,),
        ),
    ),
    (
        3,
        replace(
            _phase("Recovery", PhaseType.RECOVERY, Intensity.RECOVERY, 2, "mobility", "recovery"),
            recovery_ratio=0.6,
        ),
    ),
)

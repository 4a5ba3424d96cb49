"""The awkward club's seasons, templates and assignments: hidden and shown, its own and others'."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from db.database import Database
from domain.assignments import AssignmentStatus, Customizations
from domain.phase_templates import WHOLE_TEAM
from domain.planning import Actor, AdjustmentType, PhaseAdjustment, adjustment_json
from domain.seasons import SeasonLoad, SeasonStatus
from resolvers.ids import Kind
from tests.domain.season_cases import a_phase, a_season
from tests.factories import NOW, committed
from tests.schema.season_world import FRONT_LINE, TODAY, SeasonWorld, have, make_template
from tests.season_factories import make_season

LINES = (FRONT_LINE, WHOLE_TEAM, FRONT_LINE)
ADJUSTED = (
    "INSERT INTO assignment_adjustments (assignment_id, assignment_version, phase_id, type, original,"
    " adjusted, reason, actor_id, actor_name, created_at)"
    " VALUES (:assignment, :version, :phase, :type,"
    " nullif(CAST(CAST(:original AS text) AS jsonb), 'null'),"
    " nullif(CAST(CAST(:adjusted AS text) AS jsonb), 'null'), :reason, :actor, :name,"
    " '2026-03-29T01:30:00.5Z')"
)
FOLLOWS = (
    "UPDATE workout_assignments SET heart_rate_low = 120, heart_rate_high = 150, power_low_watts = 0,"
    " power_high_watts = 250, velocity_low_mps = 0.5, velocity_high_mps = 2, relief_percent = 12.5,"
    " relief_until = '2026-12-01', recurrence = 'weekly', recurrence_interval = 2, weekdays = '{0,3}',"
    " recurrence_ends_on = '2027-01-31', exceptions = '{2026-12-24,2026-12-31}', progression = 'custom',"
    " custom_percents = '{100,110.5,0.1}', type = 'line', group_name = :text, completed_at = created_at,"
    " metadata = jsonb_build_object('planningPhaseId', CAST(:phase AS text),"
    " 'seasonPlanId', CAST(:phase AS text), 'lastPhaseAdjustment', '2026-11-02T10:00:00.120000Z',"
    " 'phaseAdjustments', CAST(CAST(:in_force AS text) AS jsonb),"
    " 'originalPlanningData', CAST(CAST(:original AS text) AS jsonb)),"
    " exercise_selection = CAST(CAST(:selection AS text) AS jsonb)"
    " WHERE id = :id"
)
PLANNED_ONLY = (
    "UPDATE workout_assignments SET heart_rate_low = 100, heart_rate_high = 100, velocity_low_mps = 0.1,"
    " velocity_high_mps = 1, recurrence = 'custom', recurrence_interval = 3, weekdays = '{1,5}',"
    " exceptions = '{2026-12-01}', exercise_selection = '[]' WHERE id = :id"
)
# What was planned, and what of the workout is done: out of order, twice, and one that it has no more.
FOLLOWED = (
    (
        '{"baseLoad": 301, "frequency": {"interval": 1, "daysOfWeek": []},'
        ' "intensity": {"heartRate": null, "power": null, "velocity": null}}',
        "[[2, 1], [1, 3], [9, 1], [2, 2]]",
    ),
    (
        '{"baseLoad": 0, "frequency": {"interval": 3, "daysOfWeek": [5, 1]},'
        ' "intensity": {"heartRate": [90, 120], "power": [0, 1], "velocity": [0.3333333333333333, 2]}}',
        None,
    ),
)
OBJECTIVES = (
    '[{"type": "strength", "priority": "high", "targetImprovement": 5},'
    ' {"type": "speed", "priority": "low", "targetImprovement": 0.1}]'
)
PLANNED: Mapping[AdjustmentType, tuple[str, ...]] = {
    AdjustmentType.LOAD: ("400", "0"),
    AdjustmentType.FREQUENCY: ('{"interval": 2, "daysOfWeek": [6, 0]}', '{"interval": 1, "daysOfWeek": []}'),
    AdjustmentType.INTENSITY: (
        '{"heartRate": [120, 150], "power": null, "velocity": [0.5, 2]}',
        '{"heartRate": null, "power": [0, 5000], "velocity": null}',
    ),
    AdjustmentType.EXERCISE_SELECTION: (
        "null",
        '[{"position": 2, "sets": 3}, {"position": 1, "sets": 1}]',
        "[]",
    ),
}
SPOILT = (
    "UPDATE season_plans SET name = :text, taper_weeks = '{29,30}', recovery_weeks = '{4,8}' WHERE id = :id",
    "UPDATE season_phases SET name = :text, game_frequency = 0.1, recovery_ratio = 0.3333333333333333,"
    " focus_areas = '{strength,speed}', game_weekdays = '{0,6}' WHERE season_plan_id = :id",
)
OF_TEMPLATES = (
    "UPDATE phase_templates SET description = :text WHERE organization_id IS NOT NULL",
    "UPDATE template_workouts SET first_week = ordinal, last_week = ordinal + 1, starts_at = '18:30',"
    " heart_rate_low_percent = 60, heart_rate_high_percent = 75, progression = 'wave', rate_percent = -2.5"
    " WHERE target_type = 'line'",
    "UPDATE template_workouts SET weekdays = '{0,2,4}' WHERE ordinal = 2",
    # Products that end in a half, also where binary fractions would fall short of it.
    "UPDATE workouts SET session_rpe = (ARRAY[6.5, 1.15, 8.45, 0, 10, 0.0001, 9.999999999999998])"
    "[1 + abs(hashtext(id::text)) % 7], planned_minutes = (ARRAY[61, 10, 30, 600, 1])"
    "[1 + abs(hashtext(title)) % 5]",
    "INSERT INTO phase_templates (organization_id, name, phase_type, weeks, created_at, updated_at)"
    " SELECT organization_id, 'Empty', 'preseason', 3, created_at, updated_at FROM season_plans LIMIT 1",
)


async def make_awkward_season(
    db: Database, season: SeasonWorld, chance: random.Random, texts: Sequence[str]
) -> Mapping[str, tuple[Kind, Sequence[UUID]]]:
    """What was made, by a name for it."""
    plans = [season.plan.id, *await _more_plans(db, season)]
    own = season.world.organization.id
    templates = [
        await make_template(db, None, name="Everyone's"),
        await make_template(db, own, *LINES, name='Own "base"', weekdays=(6,), weeks=5),
        await make_template(db, season.world.stranger.organization_id, name="Theirs"),
    ]
    assignments = [each.id for each in await _assigned(db, season, templates[0].id)]
    phases = [phase.id for phase in season.plan.phases]

    async def spoil(one: object) -> None:
        run = one.execute  # type: ignore[attr-defined]
        for id_ in plans:
            for statement in SPOILT:
                await run(text(statement), {"id": id_, "text": chance.choice(texts)})
        await run(
            text("UPDATE season_phases SET objectives = CAST(:those AS jsonb), load_multiplier = 1.1"),
            {"those": OBJECTIVES},
        )
        await run(text(PLANNED_ONLY), {"id": assignments[0]})
        for id_, phase, (original, selection) in zip(
            assignments[-2:], (phases[0], uuid4()), FOLLOWED, strict=True
        ):
            follows = {"id": id_, "phase": str(phase), "original": original, "selection": selection}
            in_force = {"in_force": _in_force(season, chance, texts), "text": chance.choice(texts)}
            await run(text(FOLLOWS), follows | in_force)
        for statement in OF_TEMPLATES:
            await run(text(statement), {"text": chance.choice(texts)} if ":text" in statement else {})
        for n, id_ in enumerate(assignments):
            for version, type_ in enumerate(chance.sample(list(PLANNED), (4, 1, 0)[n % 3]), start=2):
                values: dict[str, Any] = {
                    "type": type_,
                    "original": chance.choice(PLANNED[type_]),
                    "adjusted": chance.choice(PLANNED[type_]),
                    "assignment": id_,
                    "version": version,
                    "phase": chance.choice((*phases, uuid4(), None)),
                    "reason": chance.choice(texts),
                    "actor": chance.choice((season.world.coach.id, season.world.stranger.id, None)),
                    "name": chance.choice(texts),
                }
                await run(text(ADJUSTED), values)

    await committed(db, spoil)
    async with db.read() as db_session:
        records = (
            await db_session.execute(text("SELECT id FROM assignment_adjustments ORDER BY id"))
        ).scalars()
        workouts = list((await db_session.execute(text("SELECT id FROM workouts ORDER BY id"))).scalars())
        return {
            "season_plan": (Kind.SEASON_PLAN, plans),
            "season_phase": (Kind.SEASON_PHASE, phases),
            "phase_template": (Kind.PHASE_TEMPLATE, [each.id for each in templates]),
            "assignment": (Kind.WORKOUT_ASSIGNMENT, assignments),
            "workout": (Kind.WORKOUT, workouts),
            "adjustment": (Kind.PHASE_ADJUSTMENT, list(records)[:15]),
        }


def _in_force(season: SeasonWorld, chance: random.Random, texts: Sequence[str]) -> str:
    """One of each type, by people and by a program."""
    actors = (season.world.coach.id, None, season.world.stranger.id, season.world.owner.id)
    adjustments = [
        PhaseAdjustment(
            type_,
            original=json.loads(values[0]),
            adjusted=json.loads(values[1]),
            reason=chance.choice(texts),
            at=NOW,
            by=Actor(actor, chance.choice(texts)),
        )
        for actor, (type_, values) in zip(actors, PLANNED.items(), strict=True)
    ]
    return json.dumps([adjustment_json(each) for each in adjustments])


async def _more_plans(db: Database, season: SeasonWorld) -> list[UUID]:
    """A draft of the same team, one that is over, the other team's in force, and another club's."""
    world = season.world
    before = season.plan.starts_on - timedelta(weeks=40)
    made = []
    for team_id, organization_id, status, starts_on in (
        (world.team.id, world.organization.id, SeasonStatus.DRAFT, season.plan.starts_on),
        (world.team.id, world.organization.id, SeasonStatus.COMPLETED, before),
        (world.other_team.id, world.organization.id, SeasonStatus.ACTIVE, season.plan.starts_on),
    ):
        id_ = uuid4()
        phase = a_phase(
            id=uuid4(),
            season_plan_id=id_,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(weeks=4, days=-1),
            load_multiplier=1.15,
        )
        plan = a_season(
            phase,
            id=id_,
            organization_id=organization_id,
            team_id=team_id,
            status=status,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(weeks=30, days=-1),
            load=SeasonLoad(1800, peak_week=4),
        )
        made.append((await make_season(db, plan)).id)
    return made


async def _assigned(db: Database, season: SeasonWorld, template_id: UUID) -> Sequence[Any]:
    athlete, mate = season.players
    made = [
        season.assignment(player_id=player, status=status, scheduled_on=TODAY + timedelta(days=n))
        for player in (athlete, mate)
        for n, status in enumerate(
            (AssignmentStatus.DRAFT, AssignmentStatus.ACTIVE, AssignmentStatus.CANCELLED)
        )
    ]
    corrected = Customizations(load_multiplier=1.1, training_frequency=2, intensity_steps=-1)
    made.append(
        season.assignment(
            customizations=corrected, template_id=template_id, starts_at=time(6, 30, 0, 500_000)
        )
    )
    made.append(season.assignment(starts_at=time(18, 0), expires_on=TODAY + timedelta(days=9)))
    return await have(db, *made)

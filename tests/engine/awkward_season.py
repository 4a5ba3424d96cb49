"""The awkward club's seasons, templates and assignments: hidden and shown, its own and others'."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from db.database import Database
from domain.assignments import AssignmentStatus, Customizations
from domain.seasons import SeasonLoad, SeasonStatus
from resolvers.ids import Kind
from tests.domain.season_cases import a_phase, a_season
from tests.factories import committed
from tests.schema.season_world import FRONT_LINE, TODAY, SeasonWorld, have, make_template
from tests.season_factories import make_season

ADJUSTED = (
    "INSERT INTO assignment_adjustments (assignment_id, assignment_version, phase_id, type, original,"
    " adjusted, reason, actor_id, actor_name, created_at)"
    " VALUES (:assignment, :version, :phase, :type, CAST(CAST(:original AS text) AS jsonb),"
    " CAST(CAST(:adjusted AS text) AS jsonb), :reason, :actor, :name,"
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
    " 'phaseAdjustments', CAST('[]' AS jsonb), 'originalPlanningData', CAST(:original AS jsonb))"
    " WHERE id = :id"
)
ORIGINAL = (
    '{"baseLoad": 301, "frequency": {"interval": 1, "daysOfWeek": []},'
    ' "intensity": {"heartRate": null, "power": null, "velocity": null}}'
)
OBJECTIVES = (
    '[{"type": "strength", "priority": "high", "targetImprovement": 5},'
    ' {"type": "speed", "priority": "low", "targetImprovement": 0.1}]'
)
PLANNED = {
    "load": ("400", "0"),
    "frequency": ('{"interval": 2, "daysOfWeek": [6, 0]}', '{"interval": 1, "daysOfWeek": []}'),
    "intensity": (
        '{"heartRate": [120, 150], "power": null, "velocity": [0.5, 2]}',
        '{"heartRate": null, "power": [0, 5000], "velocity": null}',
    ),
    "exercise_selection": (None, '[{"position": 2, "sets": 3}, {"position": 1, "sets": 1}]', "[]"),
}
SPOILT = (
    "UPDATE season_plans SET name = :text, taper_weeks = '{29,30}', recovery_weeks = '{}' WHERE id = :id",
    "UPDATE season_phases SET name = :text, game_frequency = 0.1, recovery_ratio = 0.3333333333333333,"
    " focus_areas = '{strength,speed}', game_weekdays = '{0,6}' WHERE season_plan_id = :id",
)


async def make_awkward_season(
    db: Database, season: SeasonWorld, chance: random.Random, texts: Sequence[str]
) -> Mapping[str, tuple[Kind, Sequence[UUID]]]:
    """What was made, by a name for it."""
    plans = [season.plan.id, *await _more_plans(db, season)]
    own = season.world.organization.id
    templates = [
        await make_template(db, None, name="Everyone's"),
        await make_template(db, own, FRONT_LINE, name='Own "base"', weekdays=(6,), weeks=5),
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
        for id_, phase in zip(assignments[-2:], (phases[0], uuid4()), strict=True):
            follows = {"id": id_, "phase": str(phase), "original": ORIGINAL, "text": chance.choice(texts)}
            await run(text(FOLLOWS), follows)
        for id_ in assignments:
            for version in range(2, 2 + chance.choice((0, 1, 4))):
                type_ = chance.choice(list(PLANNED))
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

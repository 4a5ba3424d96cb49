"""Bringing a team in step: what is asked for and no more, once, whatever it followed before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.assignments import assignments_by_id
from db.athletes import target_players
from db.database import Database
from db.outbox import events_of
from domain.assignments import WorkoutAssignment
from domain.load_progression import LoadProgression
from domain.recurrence import Recurrence, RecurrencePattern
from integrations.flags import Flag
from resolvers.ids import Kind, global_id, uuid_of
from tests.api import Api, make_api
from tests.databases import Clock
from tests.schema.assigning_documents import BRING, SYNC
from tests.schema.season_world import TODAY, SeasonWorld, have, make_big_team, make_season_world
from tests.season_factories import make_assignments, make_season
from tests.statements import count_statements

STATUS = """query ($id: ID!) { syncStatus(teamId: $id) {
  state inPhaseCount inStepCount outOfStepCount pastPhaseCount } }"""


@pytest.fixture
async def season(db: Database) -> SeasonWorld:
    return await make_season_world(db)


@pytest.fixture
def coach(api: Api, season: SeasonWorld) -> Api:
    return api.as_(season.world.coach)


async def sync(api: Api, season: SeasonWorld, **input: Any) -> dict[str, Any]:
    reply = await api.run(SYNC, input={"teamId": season.team_id, **input})
    found: dict[str, Any] = reply["syncPhaseAdjustments"]
    return found


async def bring(api: Api, season: SeasonWorld, **input: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await api.run(BRING, input={"teamId": season.team_id, **input}))["bringInStep"]
    return found


async def now(db: Database, assignments: Sequence[WorkoutAssignment]) -> list[WorkoutAssignment]:
    async with db.read() as db_session:
        found = await assignments_by_id(db_session, [each.id for each in assignments])
    return [found[each.id] for each in assignments]


async def two(db: Database, season: SeasonWorld, **changes: Any) -> Sequence[WorkoutAssignment]:
    """One for each player, coming back on four days a week; the phase has three."""
    every = Recurrence(RecurrencePattern.WEEKLY, weekdays=(0, 1, 3, 5))
    athlete, mate = season.players
    return await have(
        db,
        season.assignment(player_id=athlete, recurrence=every, **changes),
        season.assignment(player_id=mate, recurrence=every, **changes),
    )


def phase_id(season: SeasonWorld, place: int) -> str:
    return global_id(Kind.SEASON_PHASE, season.plan.phases[place].id)


async def test_the_current_phase_is_applied_where_none_is_named(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    assignments = await two(db, season)

    found = await sync(coach, season)

    assert found["__typename"] == "SyncPhaseAdjustmentsSuccess"
    assert (found["adjustedCount"], found["unchangedCount"], found["restoredCount"]) == (2, 0, 0)
    assert found["phase"] == {"name": "Build"}
    assert found["moreAfter"] is None
    assert found["syncStatus"]["state"] == "in_step"
    for each in await now(db, assignments):
        assert each.load.base_load_au == 480
        assert len(each.recurrence.weekdays) == 3
        assert each.planning.adjustments[0].by.name == season.world.coach.display_name


async def test_it_is_announced_once_for_the_team_and_once_for_each(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    assignments = await two(db, season)

    await sync(coach, season)

    async with db.read() as db_session:
        [event] = await events_of(db_session, "team", season.world.team.id)
        told = [await events_of(db_session, "assignment", each.id) for each in assignments]
    assert event.event_type == "training.phase_adjustments.applied"
    assert event.payload["adjustments_count"] == 2
    assert event.payload["triggered_by"] == season.world.coach.display_name
    assert [[each.event_type for each in one] for one in told] == [["assignment.phase_adjusted"]] * 2


async def test_doing_it_again_changes_nothing_and_says_nothing(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    assignments = await two(db, season)
    await sync(coach, season)
    once = await now(db, assignments)
    clock.advance(hours=1)

    again = await sync(coach, season)

    assert (again["adjustedCount"], again["unchangedCount"]) == (0, 2)
    assert await now(db, assignments) == once
    async with db.read() as db_session:
        assert len(await events_of(db_session, "team", season.world.team.id)) == 1


async def test_forced_it_is_recorded_anew_with_the_same_values(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    assignments = await two(db, season)
    await sync(coach, season)
    once = await now(db, assignments)
    clock.advance(hours=1)

    again = await sync(coach, season, forceUpdate=True)

    assert again["adjustedCount"] == 2
    for before, after in zip(once, await now(db, assignments), strict=True):
        assert (after.load, after.recurrence) == (before.load, before.recurrence)
        assert after.version == before.version + 1
        assert after.planning.last_phase_adjustment == clock.now


async def test_only_the_players_that_are_named(db: Database, coach: Api, season: SeasonWorld) -> None:
    athletes, mates = await two(db, season)

    found = await sync(coach, season, players=[season.player_ids[0]])

    assert found["adjustedCount"] == 1
    after = await now(db, [athletes, mates])
    assert [each.load.base_load_au for each in after] == [480, 400]


async def test_only_the_types_that_are_named(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    assignments = await two(db, season)

    await sync(coach, season, adjustmentTypes=["load"])
    loads = await now(db, assignments)
    clock.advance(seconds=1)
    await sync(coach, season, adjustmentTypes=["frequency"])

    assert [(each.load.base_load_au, len(each.recurrence.weekdays)) for each in loads] == [(480, 4)] * 2
    both = await now(db, assignments)
    assert [(each.load.base_load_au, len(each.recurrence.weekdays)) for each in both] == [(480, 3)] * 2


async def test_a_coming_phase_can_be_named(db: Database, coach: Api, season: SeasonWorld) -> None:
    later = season.plan.phases[1].starts_on
    coming, today = await have(
        db, season.assignment(scheduled_on=later), season.assignment(player_id=season.players[1])
    )

    found = await sync(coach, season, phaseId=phase_id(season, 1))

    assert (found["adjustedCount"], found["phase"]) == (1, {"name": "Rest"})
    assert [each.load.base_load_au for each in await now(db, [coming, today])] == [240, 400]


async def test_what_is_in_the_phase_no_more_is_as_planned_again(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    """A recurring assignment follows the phase of today: after four weeks that is the next one."""
    assignments = await two(db, season)
    await sync(coach, season)
    clock.advance(weeks=4)

    found = await sync(coach, season, phaseId=phase_id(season, 0))

    assert (found["adjustedCount"], found["restoredCount"]) == (0, 2)
    restored = await now(db, assignments)
    assert [(each.load, each.recurrence) for each in restored] == [
        (each.load, each.recurrence) for each in assignments
    ]
    assert found["syncStatus"]["state"] == "out_of_step", "the next phase is in force and not applied yet"


async def test_bringing_in_step_leaves_nothing_to_report(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    """What follows a phase that is over, what is in the current one, and what is to come."""
    assignments = await two(db, season)
    await sync(coach, season)
    clock.advance(weeks=4)
    day = TODAY + timedelta(weeks=4, days=1)
    new = await have(db, season.assignment(scheduled_on=day))
    before = (await coach.run(STATUS, id=season.team_id))["syncStatus"]

    found = await bring(coach, season)

    assert before["state"] == "out_of_step"
    assert before["pastPhaseCount"] == 2
    assert found["adjustedCount"] == 3
    assert (await coach.run(STATUS, id=season.team_id))["syncStatus"] == found["syncStatus"]
    assert (found["syncStatus"]["state"], found["syncStatus"]["outOfStepCount"]) == ("in_step", 0)
    assert [each.load.base_load_au for each in await now(db, [*assignments, *new])] == [240] * 3
    clock.advance(seconds=1)
    assert (await bring(coach, season))["adjustedCount"] == 0


async def test_what_is_to_come_is_brought_in_step_as_well(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    coming = await have(db, season.assignment(scheduled_on=season.plan.phases[1].starts_on))

    await bring(coach, season)

    assert [each.load.base_load_au for each in await now(db, coming)] == [240]


async def test_when_the_season_is_over_what_followed_it_is_as_planned(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    assignments = await two(db, season)
    await sync(coach, season)
    clock.advance(weeks=20)

    found = await bring(coach, season)

    assert found["restoredCount"] == 2
    assert found["syncStatus"]["state"] == "no_phase"
    assert [each.load.base_load_au for each in await now(db, assignments)] == [400, 400]


async def test_a_team_without_a_season_follows_nothing(db: Database, api: Api, season: SeasonWorld) -> None:
    team_id = global_id(Kind.TEAM, season.world.other_team.id)
    followed = await api.as_(season.world.other_coach).run(BRING, input={"teamId": team_id})
    refused = (await api.as_(season.world.other_coach).run(SYNC, input={"teamId": team_id}))[
        "syncPhaseAdjustments"
    ]

    assert followed["bringInStep"]["syncStatus"]["state"] == "no_phase"
    assert (refused["code"], refused["state"]) == ("invalid_state", "no_phase")


async def test_between_phases_there_is_none_to_apply(clock: Clock, coach: Api, season: SeasonWorld) -> None:
    clock.advance(weeks=12)

    found = await sync(coach, season)

    assert (found["code"], found["state"]) == ("invalid_state", "no_phase")


async def test_the_phase_in_force_is_that_of_the_teams_own_day(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    """The second phase begins on a Monday, in Oslo an hour before it does in UTC."""
    starts_on = season.plan.phases[1].starts_on
    clock.now = clock.now.replace(
        year=starts_on.year, month=starts_on.month, day=starts_on.day, hour=0
    ) - timedelta(hours=1)
    found = await sync(coach, season)
    clock.advance(minutes=-1)
    earlier = await sync(coach, season)

    assert (earlier["phase"], found["phase"]) == ({"name": "Build"}, {"name": "Rest"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phaseId": "x"}, "phase_not_found"),
        ({"phaseId": global_id(Kind.SEASON_PHASE, uuid4())}, "phase_not_found"),
        ({"players": []}, "invalid_input"),
        ({"players": ["x"] * 201}, "invalid_input"),
        ({"players": ["x"]}, "player_not_found"),
        ({"players": [global_id(Kind.PLAYER, uuid4())]}, "player_not_found"),
        ({"adjustmentTypes": []}, "invalid_input"),
        ({"after": "x"}, "assignment_not_found"),
    ],
)
async def test_a_bad_input_is_refused_and_nothing_is_adjusted(
    db: Database, coach: Api, season: SeasonWorld, changes: dict[str, Any], code: str
) -> None:
    assignments = await two(db, season)

    found = await sync(coach, season, **changes)

    assert found["code"] == code
    assert await now(db, assignments) == list(assignments)


async def test_another_teams_phase_and_another_teams_player_are_not_found(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    other = season.plan
    plan_id: UUID = uuid4()
    phases = tuple(replace(each, id=uuid4(), season_plan_id=plan_id) for each in other.phases)
    theirs = await make_season(
        db, replace(other, id=plan_id, team_id=season.world.other_team.id, phases=phases)
    )
    player = season.world.other_athlete.id
    assert player is not None

    phase = await sync(coach, season, phaseId=global_id(Kind.SEASON_PHASE, theirs.phases[0].id))
    player_found = await sync(coach, season, players=[global_id(Kind.PLAYER, player)])

    assert (phase["code"], player_found["code"]) == ("phase_not_found", "player_not_found")


async def test_a_replay_gives_the_first_answer_though_there_is_more_to_do(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld
) -> None:
    await two(db, season)
    first = await sync(coach, season, idempotencyKey="tap-1")
    [late] = await have(db, season.assignment())
    clock.advance(seconds=1)

    again = await sync(coach, season, idempotencyKey="tap-1")
    other = await sync(coach, season, idempotencyKey="tap-1", forceUpdate=True)

    counts = ("adjustedCount", "unchangedCount", "restoredCount", "phase")
    assert {name: again[name] for name in counts} == {name: first[name] for name in counts}
    assert again["syncStatus"]["outOfStepCount"] == 1, "where the team stands is always as it is now"
    assert other["code"] == "conflict"
    assert [each.load.base_load_au for each in await now(db, [late])] == [400]


async def test_two_coaches_at_once_adjust_it_once(fresh_db: Database, clock: Clock) -> None:
    season = await make_season_world(fresh_db)
    api = make_api(fresh_db, clock)
    assignments = await two(fresh_db, season)

    found = await asyncio.gather(
        *(sync(api.as_(each), season) for each in (season.world.coach, season.world.admin) * 3)
    )

    assert sorted(each["adjustedCount"] for each in found) == [0, 0, 0, 0, 0, 2]
    after = await now(fresh_db, assignments)
    assert [(each.load.base_load_au, each.version) for each in after] == [(480, 2)] * 2
    await api.services.solver.close()


async def test_the_statements_do_not_grow_with_the_assignments(
    db: Database, api: Api, season: SeasonWorld
) -> None:
    counts = []
    for size in (5, 60):
        team_id, coach = await make_big_team(db, season, size)
        await _fill(db, season, team_id)
        with count_statements(db) as statements:
            found = await api.as_(coach).run(SYNC, input={"teamId": team_id})

        assert found["syncPhaseAdjustments"]["adjustedCount"] == size * 3
        counts.append(len(statements))

    assert counts[0] == counts[1], counts
    assert counts[0] <= 20


async def _fill(db: Database, season: SeasonWorld, team_id: str) -> None:
    """Three assignments for each player of the team."""
    key = uuid_of(Kind.TEAM, team_id)
    async with db.read() as db_session:
        players = (await target_players(db_session, [key]))[key]
    await make_assignments(
        db,
        *(
            season.assignment(
                team_id=key,
                player_id=each.player_id,
                scheduled_on=TODAY + timedelta(days=ahead),
                load=LoadProgression(400),
            )
            for each in players
            for ahead in range(3)
        ),
    )


@pytest.mark.parametrize("document", [SYNC, BRING])
async def test_nobody_but_who_decides_over_the_team_may(
    db: Database, api: Api, season: SeasonWorld, document: str
) -> None:
    world, input = season.world, {"teamId": season.team_id}
    assignments = await two(db, season)

    told = {}
    for name, viewer in {"other": world.other_coach, "strange": world.strange_admin}.items():
        [answer] = (await api.as_(viewer).run(document, input=input)).values()
        told[name] = answer["code"]
    closed = {
        await api.as_(viewer).refused(document, input=input)
        for viewer in (world.athlete, world.mate, world.stranger, world.service)
    }
    others = tuple(each for each in Flag if each is not Flag.PHASE_ADJUSTMENTS)
    flag_off = await api.as_(world.coach).with_flags(*others).refused(document, input=input)

    assert told == {"other": "forbidden", "strange": "team_not_found"}
    assert closed == {"forbidden"}
    assert flag_off == "feature_not_available"
    assert await now(db, assignments) == list(assignments)
    [answer] = (await api.as_(season.service()).run(document, input=input)).values()
    assert answer["adjustedCount"] == 2

"""Whether a team is in step with its phase, as its coach reads it."""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db.assignments import assignments_around_phases
from db.database import Database
from db.seasons import save_season_plan
from domain.phases import Intensity
from domain.seasons import SeasonStatus
from resolvers.ids import Kind, global_id
from tests import patience
from tests.api import Api
from tests.databases import Clock
from tests.domain.season_cases import MONDAY
from tests.factories import NOW, committed
from tests.season_factories import make_assignments
from tests.season_world import Stage, assignment_of, follow, make_stage, more_assignments
from tests.statements import count_statements
from tests.world import World

STATUS = """query ($id: ID!) { syncStatus(teamId: $id) {
  state inPhaseCount inStepCount outOfStepCount pastPhaseCount lastAdjustedAt isComplete
  phase { name } team { id } countsByType { type count }
  outOfStep { types followsPastPhase assignment { id } phase { id } } } }"""


@pytest.fixture
async def stage(db: Database, world: World) -> Stage:
    return await make_stage(db, world)


async def status(api: Api, stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = (await api.as_(stage.world.coach).run(STATUS, id=stage.team_id))["syncStatus"]
    return found


async def test_a_team_that_follows_its_phase_is_in_step(api: Api, stage: Stage) -> None:
    assert await status(api, stage) == {
        "state": "in_step",
        "inPhaseCount": 2,
        "inStepCount": 2,
        "outOfStepCount": 0,
        "pastPhaseCount": 0,
        "lastAdjustedAt": NOW.isoformat(),
        "isComplete": True,
        "phase": {"name": "Build"},
        "team": {"id": stage.team_id},
        "countsByType": [
            {"type": each, "count": 0} for each in ("load", "frequency", "intensity", "exercise_selection")
        ],
        "outOfStep": [],
    }


async def test_a_phase_that_was_changed_leaves_its_followers_behind_until_they_are_brought_in_step(
    api: Api, db: Database, stage: Stage
) -> None:
    harder = replace(stage.plan.phases[0], intensity=Intensity.PEAK)
    changed = replace(stage.plan, phases=(harder, stage.plan.phases[1]))
    await committed(db, lambda one: save_season_plan(one, changed, expected_version=1, now=NOW))

    before = await status(api, stage)
    await follow(db, stage.world.team, harder)
    after = await status(api, stage)

    assert before["state"] == "out_of_step"
    counts = {each["type"]: each["count"] for each in before["countsByType"]}
    # Only the athlete has targets, so only hers differ.
    assert counts == {"load": 2, "frequency": 0, "intensity": 1, "exercise_selection": 0}
    ids = stage.ids()
    assert {each["assignment"]["id"]: each["types"] for each in before["outOfStep"]} == {
        ids["own"]: ["load", "intensity"],
        ids["mates"]: ["load"],
    }
    assert (after["state"], after["inStepCount"]) == ("in_step", 2)


async def test_when_the_next_phase_begins_all_follow_the_past_one(
    api: Api, clock: Clock, stage: Stage
) -> None:
    clock.now = NOW + timedelta(weeks=4)

    found = await status(api, stage)

    assert found["phase"] == {"name": "League"}
    assert (found["state"], found["inPhaseCount"], found["inStepCount"]) == ("out_of_step", 2, 0)
    assert (found["pastPhaseCount"], found["outOfStepCount"]) == (2, 2)
    assert {each["phase"]["id"] for each in found["outOfStep"]} == {stage.ids()["phase"]}
    assert all(each["followsPastPhase"] and len(each["types"]) == 4 for each in found["outOfStep"])


async def test_when_the_season_is_over_its_followers_are_left_behind(
    api: Api, db: Database, stage: Stage
) -> None:
    over = replace(stage.plan, status=SeasonStatus.COMPLETED)
    await committed(db, lambda one: save_season_plan(one, over, expected_version=1, now=NOW))

    found = await status(api, stage)

    assert found["phase"] is None
    assert (found["state"], found["inPhaseCount"], found["pastPhaseCount"]) == ("out_of_step", 0, 2)


async def test_a_team_without_season_and_followers_is_in_no_phase(api: Api, stage: Stage) -> None:
    other = global_id(Kind.TEAM, stage.world.other_team.id)

    found = await api.as_(stage.world.other_coach).run(STATUS, id=other)

    assert found["syncStatus"]["state"] == "no_phase"
    assert found["syncStatus"]["inPhaseCount"] == 0


async def test_many_assignments_cost_the_same_statements_as_few(api: Api, db: Database, stage: Stage) -> None:
    coach = api.as_(stage.world.coach)
    with count_statements(db) as for_few:
        await coach.run(STATUS, id=stage.team_id)
    for _ in range(12):
        await more_assignments(db, stage, [stage.world.owner] * 25)

    with count_statements(db) as for_many:
        found = await status(api, stage)

    assert (found["inPhaseCount"], found["outOfStepCount"]) == (302, 300)
    assert len(found["outOfStep"]) == 100
    assert len(for_many) == len(for_few) <= 9, for_many


async def test_ten_thousand_assignments_hold_nobody_else_up(api: Api, db: Database, stage: Stage) -> None:
    world = stage.world
    weeks = [MONDAY + timedelta(days=n % 28) for n in range(10_000)]
    made = [
        assignment_of(world.team, world.owner.id, stage.workout, scheduled_on=day, effective_from=day)
        for day in weeks
    ]
    for start in range(0, len(made), 2_000):
        await make_assignments(db, *made[start : start + 2_000])
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    gc.collect()
    gc.freeze()  # a large collection is of the tests' own making
    watching = asyncio.create_task(watch())
    began = time.thread_time()
    found = await status(api, stage)
    took = time.thread_time() - began
    watching.cancel()
    gc.unfreeze()

    assert (found["inPhaseCount"], found["outOfStepCount"]) == (10_002, 10_000)
    assert found["isComplete"] is True
    assert took < 10 * patience.slowness()
    assert longest < took / 4


async def test_of_too_many_the_first_are_looked_at_and_that_is_said(db: Database, stage: Stage) -> None:
    world = stage.world
    await more_assignments(db, stage, [world.owner] * 5)
    phases = {world.team.id: stage.phase}

    async with db.read() as read:
        all_of_them = await assignments_around_phases(read, phases, world.coach, limit=7)
        cut = await assignments_around_phases(read, phases, world.coach, limit=6)

    assert (len(all_of_them[0][world.team.id]), all_of_them[1]) == (7, True)
    assert (len(cut[0][world.team.id]), cut[1]) == (6, False)
    assert cut[0][world.team.id] == all_of_them[0][world.team.id][:6]


async def test_parts_follow_each_other_without_gap(
    db: Database, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await more_assignments(db, stage, [stage.world.owner] * 6)
    phases = {stage.world.team.id: stage.phase, stage.world.other_team.id: None}
    async with db.read() as read:
        whole, _ = await assignments_around_phases(read, phases, stage.world.coach)
        monkeypatch.setattr("db.assignments.ROWS_AT_ONCE", 4)
        in_parts, is_complete = await assignments_around_phases(read, phases, stage.world.coach)

    assert len(whole[stage.world.team.id]) == 8
    assert in_parts == whole
    assert is_complete is True

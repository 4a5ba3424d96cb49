from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from db.adjustments import facts_for
from db.assignments import open_assignments_of_players, planned_assignments
from db.athletes import physiology_of, restrictions_of, target_players
from db.completions import completions_of_players
from db.database import Database
from db.demo.cast import DEMO, HOCKEY, MIA, NORA, PLAYERS
from db.demo.team_season import FIRST_LINE, GOALTENDERS, team_season
from db.own_templates import our_templates
from db.paging import PageRequest
from db.phase_templates import phase_templates_page
from db.seasons import active_season_plans
from db.seed import seed_catalogue, seed_demo
from db.teams import teams_by_id
from domain.adjustments import out_of_step
from domain.assignments import is_in_phase, load_on
from domain.phases import PhaseType
from domain.seasons import issues_of, phase_on
from tests.factories import committed

TODAY = date(2026, 11, 20)  # a Friday


@pytest.fixture
async def seeded(db: Database) -> Database:
    assert await seed_demo(db, TODAY)
    return db


@pytest.mark.parametrize("today", [TODAY + timedelta(days=n) for n in (0, 2, 3, 37, 100, 466)])
def test_whatever_the_day_the_team_is_in_its_preseason_and_the_season_is_sound(today: date) -> None:
    season = team_season(today)

    phase = phase_on(season.plan, today)

    assert issues_of(season.plan) == []
    assert {each.type for each in season.plan.phases} == set(PhaseType)
    assert phase is not None
    assert phase.type is PhaseType.PRESEASON
    assert all(is_in_phase(each, phase, today) for each in season.assignments)
    assert all(each.occurrence_on < today for each in season.completions)


async def test_the_season_is_stored_as_it_was_laid_out(seeded: Database) -> None:
    season = team_season(TODAY)

    async with seeded.read() as read:
        plans = await active_season_plans(read, [DEMO.team])
        teams = await teams_by_id(read, [DEMO.team])
        bodies = await physiology_of(read, [each.id for each in PLAYERS])
        restricted = await restrictions_of(read, [each.id for each in PLAYERS], TODAY)
        assignments = (await planned_assignments(read, [DEMO.team]))[DEMO.team]

    assert plans == {DEMO.team: season.plan}
    assert teams[DEMO.team] == HOCKEY
    assert tuple(bodies[each.id] for each in PLAYERS) == season.bodies
    assert {each.id for some in restricted.values() for each in some} == {
        each.id for each in season.restrictions
    }
    assert {each.id: each for each in assignments} == {each.id: each for each in season.assignments}


async def test_the_assignments_are_in_step_with_the_phase(seeded: Database) -> None:
    async with seeded.read() as read:
        plan = (await active_season_plans(read, [DEMO.team]))[DEMO.team]
        assignments = (await planned_assignments(read, [DEMO.team]))[DEMO.team]
        facts = await facts_for(read, assignments)

    phase = phase_on(plan, TODAY)
    assert phase is not None
    assert {out_of_step(each, phase, facts) for each in assignments} == {frozenset()}


async def test_every_player_has_her_week_and_reports_most_of_it_but_nora_none(seeded: Database) -> None:
    monday = TODAY - timedelta(days=4)
    ids = [each.id for each in PLAYERS]

    async with seeded.read() as read:
        theirs = await open_assignments_of_players(read, ids, monday, monday + timedelta(days=6))
        done = await completions_of_players(read, ids, monday - timedelta(weeks=2), TODAY)

    assert {len(each) for each in theirs.values()} == {5}
    assert set(theirs) == set(ids)
    assert NORA.id not in done
    assert {len(each) for each in done.values()} <= set(range(6, 15))
    reported = [each.actual_load_au or 0.0 for each in done[MIA.id]]
    planned = {load_on(each, monday) for each in theirs[MIA.id]}
    assert 0 < min(reported) <= max(reported) < 1.2 * max(planned)


async def test_goaltenders_and_the_first_line_are_groups_of_the_team(seeded: Database) -> None:
    async with seeded.read() as read:
        players = (await target_players(read, [DEMO.team]))[DEMO.team]

    counted = Counter(group for each in players for group in each.groups)
    assert counted == {GOALTENDERS: 2, FIRST_LINE: 5}
    assert len(players) == len(PLAYERS)


async def test_our_templates_are_there_without_the_demo_and_put_there_once(db: Database) -> None:
    for _ in range(2):
        await committed(db, seed_catalogue)

    async with db.read() as read:
        page = await phase_templates_page(read, DEMO.organization, PageRequest())
    assert set(page.items) == set(our_templates())

"""Laying out seasons: making, changing, deleting and importing them, and what moves with their phases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from db.adjustments import facts_for
from db.assignments import planned_assignments
from db.database import Database
from db.models.operations import OutboxRow
from db.models.seasons import SeasonPhaseRow, SeasonPlanRow
from db.outbox import events_of
from db.seasons import active_season_plans, season_plans_by_id
from domain.adjustments import out_of_step
from domain.assignments import WorkoutAssignment
from domain.import_fields import flaw_in_text
from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority, SeasonPhase
from domain.season_json import import_season
from domain.seasons import SeasonLoad, SeasonPlan, SeasonStatus, check
from integrations.flags import Flag
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.season_documents import document_of_season_plan
from tests.api import Api, make_api
from tests.databases import Clock
from tests.domain.season_cases import MONDAY, a_season
from tests.factories import make_team
from tests.schema.season_cases import (
    CREATE,
    DELETE,
    IMPORT,
    STATUS,
    THRICE_A_WEEK,
    UPDATE,
    a_plan,
    assignments_as_stored,
    build,
    club_of,
    day,
    games,
    in_force,
    kept,
    made,
    only,
)
from tests.season_factories import make_assignments
from tests.statements import count_statements
from tests.world import World, make_world


class TickingClock(Clock):
    """Two units of work have two instants, as they have in life."""

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return TickingClock()


ROLES = {
    "coach": None,
    "admin": None,
    "other_coach": "forbidden",
    "strange_admin": "team_not_found",
}
NO_KEY = ("athlete", "mate", "other_athlete", "stranger", "service", "strange_service")


async def count_of_seasons(db: Database) -> tuple[int | None, ...]:
    async with db.read() as db_session:
        return tuple(
            [
                await db_session.scalar(select(func.count()).select_from(each))
                for each in (SeasonPlanRow, SeasonPhaseRow, OutboxRow)
            ]
        )


async def stored(db: Database, id: str) -> SeasonPlan:
    plan_id = uuid_of(Kind.SEASON_PLAN, id)
    async with db.read() as db_session:
        return (await season_plans_by_id(db_session, [plan_id]))[plan_id]


async def event_types(db: Database, aggregate: str, id: UUID) -> list[str]:
    async with db.read() as db_session:
        return [each.event_type for each in await events_of(db_session, aggregate, id)]


async def assigned(db: Database, world: World, count: int = 2) -> Sequence[WorkoutAssignment]:
    """Something on three days a week for one player, and a single day in the games for the other."""
    club = await club_of(db, world)
    first, second = club.players
    return await make_assignments(
        db,
        *(
            club.assignment(first, recurrence=THRICE_A_WEEK)
            if at % 2 == 0
            else club.assignment(second, scheduled_on=MONDAY + timedelta(weeks=5, days=at % 7))
            for at in range(count)
        ),
    )


async def all_in_step(db: Database, world: World, clock: Clock) -> bool:
    """Whether everybody follows the phase of their day as the rules say, and nobody else follows any."""
    today = clock.now.date()
    async with db.read() as db_session:
        plan = (await active_season_plans(db_session, [world.team.id])).get(world.team.id)
        found = (await planned_assignments(db_session, [world.team.id])).get(world.team.id, [])
        facts = await facts_for(db_session, found)
    following = {each.id for each in found}
    for each in found:
        when = max(each.scheduled_on, today) if each.recurrence == THRICE_A_WEEK else each.scheduled_on
        phase = None if plan is None else next((one for one in plan.phases if one.includes(when)), None)
        if phase is None or out_of_step(each, phase, facts):
            return False
    async with db.read() as db_session:
        count = await db_session.scalar(select(func.count()).select_from(SeasonPhaseRow))
    return bool(following) and count != 0


class TestCreating:
    async def test_a_season_is_a_draft_with_its_phases_in_their_order(
        self, db: Database, api: Api, world: World
    ) -> None:
        answer = await only(api.as_(world.coach), CREATE, **a_plan(world, games(), build(), name=" 26/27 "))

        plan = answer["seasonPlan"]
        assert (plan["name"], plan["status"], plan["version"]) == ("26/27", "draft", 1)
        assert plan["team"] == {"id": global_id(Kind.TEAM, world.team.id)}
        assert plan["load"] == {
            "baseLoad": 2000, "peakWeek": 12, "taperWeeks": [28, 29], "recoveryWeeks": [4, 8],
        }  # fmt: skip
        first, second = plan["phases"]
        assert first["name"] == "Build"
        assert kept(second) == games(id=second["id"])
        assert await event_types(db, "season_plan", uuid_of(Kind.SEASON_PLAN, plan["id"])) == [
            "season_plan.changed"
        ]

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"name": "  "}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"name": "a\x00b"}, "name"),
            ({"name": "half \udcff"}, "name"),
            ({"name": "=1+1"}, "name"),
            ({"endsOn": day(0, -1), "phases": []}, "endsOn"),
            ({"endsOn": day(90)}, "endsOn"),
            ({"startsOn": "1999-12-31", "endsOn": "2000-06-01", "phases": []}, "startsOn"),
            ({"baseLoad": -1}, "baseLoad"),
            ({"baseLoad": 100_001}, "baseLoad"),
            ({"peakWeek": 31}, "peakWeek"),
            ({"taperWeeks": [53]}, "taperWeeks"),
            ({"taperWeeks": [29, 28]}, "taperWeeks"),
            ({"recoveryWeeks": [12]}, "recoveryWeeks"),
            ({"phases": [build(), build(name="Again", startsOn=day(3))]}, "phases.1.startsOn"),
            ({"phases": [build(name="Late", startsOn=day(4, -1)), build()]}, "phases.0.startsOn"),
            ({"phases": [build(startsOn=day(0, -1))]}, "phases.0.startsOn"),
            ({"phases": [build(endsOn=day(30))]}, "phases.0.endsOn"),
            ({"phases": [build(endsOn=day(-1))]}, "phases.0.endsOn"),
            ({"phases": [build(name="")]}, "phases.0.name"),
            ({"phases": [build(), games(name="\x07")]}, "phases.1.name"),
            ({"phases": [build(trainingFrequency=0)]}, "phases.0.trainingFrequency"),
            ({"phases": [build(trainingFrequency=15)]}, "phases.0.trainingFrequency"),
            ({"phases": [build(loadMultiplier=5.01)]}, "phases.0.loadMultiplier"),
            ({"phases": [build(gameFrequency=7.5)]}, "phases.0.gameFrequency"),
            ({"phases": [build(gameDays=[7])]}, "phases.0.gameDays"),
            ({"phases": [build(gameDays=[5, 2])]}, "phases.0.gameDays"),
            ({"phases": [build(recoveryRatio=-0.1)]}, "phases.0.recoveryRatio"),
            ({"phases": [build(focusAreas=["Speed!"])]}, "phases.0.focusAreas"),
            ({"phases": [build(focusAreas=["speed", "speed"])]}, "phases.0.focusAreas"),
            (
                {
                    "phases": [
                        build(objectives=[{"type": "skill", "priority": "low", "targetImprovement": 101}])
                    ]
                },
                "phases.0.objectives",
            ),
            ({"phases": [build(id=global_id(Kind.SEASON_PHASE, uuid4()))]}, "phases.0.id"),
            ({"phases": [build(id="nonsense")]}, "phases.0.id"),
        ],
    )
    async def test_what_breaks_a_rule_is_named_and_nothing_is_stored(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: str
    ) -> None:
        before = await count_of_seasons(db)

        answer = await only(api.as_(world.coach), CREATE, **a_plan(world) | wrong)

        assert answer["code"] == "invalid_input", answer
        assert path in {".".join(each["path"]) for each in answer["issues"]}
        assert await count_of_seasons(db) == before

    async def test_a_season_of_53_weeks_has_a_53rd(self, api: Api, world: World) -> None:
        plan = await made(api, world, endsOn=day(53, -1), taperWeeks=[52, 53])

        assert plan["load"]["taperWeeks"] == [52, 53]

    async def test_a_phase_may_have_two_sessions_on_a_day(self, api: Api, world: World) -> None:
        plan = await made(api, world, build(trainingFrequency=8))

        assert plan["phases"][0]["trainingFrequency"] == 8

    async def test_ten_thousand_phases_are_refused_in_an_answer_that_can_be_read(
        self, db: Database, api: Api, world: World
    ) -> None:
        before = await count_of_seasons(db)

        answer = await only(api.as_(world.coach), CREATE, **a_plan(world, *[build()] * 10_000))

        assert answer["issues"][0]["path"] == ["phases"]
        assert len(answer["issues"]) <= 200
        assert await count_of_seasons(db) == before

    @pytest.mark.parametrize(("name", "code"), ROLES.items())
    async def test_coaches_of_the_team_and_admins_lay_out_its_season(
        self, api: Api, world: World, name: str, code: str | None
    ) -> None:
        answer = await only(api.as_(getattr(world, name)), CREATE, **a_plan(world))

        assert answer.get("code") == code

    @pytest.mark.parametrize("name", NO_KEY)
    async def test_players_and_readers_have_no_key(self, api: Api, world: World, name: str) -> None:
        assert await api.as_(getattr(world, name)).refused(CREATE, input=a_plan(world)) == "forbidden"

    async def test_who_coaches_another_team_but_plays_in_this_one_does_not(
        self, api: Api, world: World
    ) -> None:
        player_coach = replace(world.other_coach, played_team_ids=frozenset({world.team.id}))

        answer = await only(api.as_(player_coach), CREATE, **a_plan(world))

        assert answer["code"] == "forbidden"

    async def test_with_the_flag_off_there_are_no_seasons_to_change(self, api: Api, world: World) -> None:
        closed = api.with_flags(*set(Flag) - {Flag.SEASONS}).as_(world.coach)

        assert await closed.refused(CREATE, input=a_plan(world)) == "feature_not_available"

    async def test_sent_twice_it_is_made_once(self, db: Database, api: Api, world: World) -> None:
        coach, input = api.as_(world.coach), a_plan(world, idempotencyKey="k")

        first, second = [await only(coach, CREATE, **input) for _ in range(2)]
        other = await only(coach, CREATE, **input | {"name": "Other"})

        assert first == second
        assert first["seasonPlan"]["phases"]
        assert other["code"] == "conflict"
        assert (await count_of_seasons(db))[0] == 1


class TestUpdating:
    async def test_what_is_left_out_stays_and_null_empties(
        self, db: Database, api: Api, world: World
    ) -> None:
        plan = await made(api, world)
        before = await stored(db, plan["id"])

        answer = await only(
            api.as_(world.coach),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=1,
            name="Better",
            peakWeek=None,
        )

        assert answer["seasonPlan"]["version"] == 2
        after = await stored(db, plan["id"])
        assert after == replace(
            before,
            name="Better",
            load=replace(before.load, peak_week=None),
            version=2,
            updated_at=after.updated_at,
        )

    async def test_phases_stay_by_their_ids_come_and_go(self, db: Database, api: Api, world: World) -> None:
        plan = await made(api, world)
        first, second = plan["phases"]
        camp = build(name="Camp", startsOn=day(14), endsOn=day(15, -1))

        answer = await only(
            api.as_(world.coach),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=1,
            phases=[camp, kept(second, name="More games")],
        )

        phases = answer["seasonPlan"]["phases"]
        assert [each["name"] for each in phases] == ["More games", "Camp"]
        assert phases[0] == second | {"name": "More games"}
        assert phases[1]["id"] not in (first["id"], second["id"])

    async def test_two_phases_can_change_places(self, api: Api, world: World) -> None:
        plan = await made(api, world)
        first, second = plan["phases"]

        answer = await only(
            api.as_(world.coach),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=1,
            phases=[
                kept(first, startsOn=day(10), endsOn=day(14, -1)),
                kept(second, startsOn=day(0), endsOn=day(10, -1)),
            ],
        )

        assert [each["id"] for each in answer["seasonPlan"]["phases"]] == [second["id"], first["id"]]

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({}, []),
            ({"name": None}, ["name"]),
            ({"phases": None}, ["phases"]),
            ({"startsOn": None}, ["startsOn"]),
            ({"startsOn": day(1)}, ["phases", "0", "startsOn"]),
            ({"name": "\x00"}, ["name"]),
        ],
    )
    async def test_a_change_that_is_none_or_breaks_a_rule(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: list[str]
    ) -> None:
        plan = await made(api, world)
        before = await stored(db, plan["id"])

        answer = await only(api.as_(world.coach), UPDATE, seasonPlanId=plan["id"], expectedVersion=1, **wrong)

        assert path in [each["path"] for each in answer["issues"]]
        assert await stored(db, plan["id"]) == before

    async def test_a_phase_of_another_plan_or_named_twice_is_refused(self, api: Api, world: World) -> None:
        plan, other = await made(api, world), await made(api, world, name="Other")

        answers = [
            await only(
                api.as_(world.coach), UPDATE, seasonPlanId=plan["id"], expectedVersion=1, phases=phases
            )
            for phases in (
                [kept(other["phases"][0])],
                [kept(plan["phases"][0]), kept(plan["phases"][1], id=plan["phases"][0]["id"])],
            )
        ]

        assert [[each["path"] for each in answer["issues"]] for answer in answers] == [
            [["phases", "0", "id"]],
            [["phases", "1", "id"]],
        ]

    async def test_a_change_that_changes_nothing_is_no_change(
        self, db: Database, api: Api, world: World
    ) -> None:
        plan = await made(api, world)
        before = await count_of_seasons(db)

        answer = await only(
            api.as_(world.coach),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=1,
            phases=[kept(each) for each in plan["phases"]],
        )

        assert answer["seasonPlan"] == plan
        assert await count_of_seasons(db) == before

    async def test_who_comes_second_is_told_the_version_before_anything_else(
        self, api: Api, world: World
    ) -> None:
        plan = await made(api, world)
        await only(api.as_(world.coach), UPDATE, seasonPlanId=plan["id"], expectedVersion=1, phases=[])

        answer = await only(
            api.as_(world.admin),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=1,
            phases=[kept(plan["phases"][0])],
        )

        assert (answer["code"], answer["currentVersion"]) == ("conflict", 2)

    async def test_of_twenty_coaches_at_once_each_loses_or_wins_whole(
        self, fresh_db: Database, clock: Clock
    ) -> None:
        world = await make_world(fresh_db)
        api = make_api(fresh_db, clock).as_(world.coach)
        plan = await made(api, world)

        answers = await asyncio.gather(
            *(
                only(
                    api,
                    UPDATE,
                    seasonPlanId=plan["id"],
                    expectedVersion=1,
                    name=f"Coach {at}",
                    phases=[kept(plan["phases"][0], name=f"Phase {at}")],
                )
                for at in range(20)
            )
        )

        won = [each["seasonPlan"] for each in answers if "seasonPlan" in each]
        lost = [each for each in answers if each.get("code") == "conflict"]
        assert (len(won), len(lost)) == (1, 19)
        assert {each["currentVersion"] for each in lost} == {2}
        after = await stored(fresh_db, plan["id"])
        assert (after.version, after.name) == (2, won[0]["name"])
        assert after.phases[0].name.removeprefix("Phase ") == after.name.removeprefix("Coach ")
        await api.services.solver.close()

    async def test_an_archived_plan_stays_as_it_is(self, api: Api, world: World) -> None:
        plan = await made(api, world)
        coach = api.as_(world.coach)
        await only(coach, STATUS, seasonPlanId=plan["id"], expectedVersion=1, status="archived")

        answer = await only(coach, UPDATE, seasonPlanId=plan["id"], expectedVersion=2, name="Late")

        assert (answer["code"], answer["state"]) == ("invalid_state", "archived")

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("admin", None),
            ("other_coach", "forbidden"),
            ("strange_admin", "season_plan_not_found"),
        ],
    )
    async def test_another_teams_season_is_not_theirs_and_strangers_do_not_learn_of_it(
        self, db: Database, api: Api, world: World, name: str, code: str | None
    ) -> None:
        plan = await made(api, world)
        viewer, change = api.as_(getattr(world, name)), {"seasonPlanId": plan["id"], "expectedVersion": 1}

        answers = [
            await only(viewer, UPDATE, **change, name="Mine"),
            await only(viewer, STATUS, **change | {"expectedVersion": 2}, status="active"),
            await only(viewer, DELETE, **change | {"expectedVersion": 3}),
        ]

        assert [each.get("code") for each in answers] == [code] * 3
        missing = await only(
            viewer, DELETE, seasonPlanId=global_id(Kind.SEASON_PLAN, uuid4()), expectedVersion=1
        )
        assert missing["code"] == "season_plan_not_found"

    async def test_a_stranger_costs_what_nobody_costs(self, db: Database, api: Api, world: World) -> None:
        plan = await made(api, world)
        costs = []
        for id in (plan["id"], global_id(Kind.SEASON_PLAN, uuid4())):
            with count_statements(db) as sent:
                await only(api.as_(world.strange_admin), DELETE, seasonPlanId=id, expectedVersion=1)
            costs.append(len(sent))

        assert costs[0] == costs[1]


class TestMoving:
    async def test_assignments_follow_a_plan_as_soon_as_it_is_in_force(
        self, db: Database, api: Api, world: World, clock: Clock
    ) -> None:
        await assigned(db, world)
        plan = await made(api, world)
        untouched = await assignments_as_stored(db)

        answer = await only(
            api.as_(world.coach), STATUS, seasonPlanId=plan["id"], expectedVersion=1, status="active"
        )

        assert answer["changedAssignmentCount"] == 2
        assert await assignments_as_stored(db) != untouched
        assert await all_in_step(db, world, clock)
        assert await event_types(db, "team", world.team.id) == ["training.season_plan.synced"]
        assert (
            await event_types(db, "season_plan", uuid_of(Kind.SEASON_PLAN, plan["id"]))
            == ["season_plan.changed"] * 2
        )

    async def test_a_phase_that_changes_takes_its_assignments_with_it(
        self, db: Database, api: Api, world: World, clock: Clock
    ) -> None:
        await assigned(db, world)
        plan = await in_force(api, world)
        first, second = plan["phases"]

        answer = await only(
            api.as_(world.coach),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=2,
            phases=[kept(first, intensity="low", trainingFrequency=1), kept(second)],
        )

        assert answer["changedAssignmentCount"] == 1
        assert await all_in_step(db, world, clock)

    async def test_days_that_move_from_one_phase_to_another_take_their_assignments_along(
        self, db: Database, api: Api, world: World, clock: Clock
    ) -> None:
        await assigned(db, world)
        plan = await in_force(api, world)
        first, second = plan["phases"]

        answer = await only(
            api.as_(world.coach),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=2,
            phases=[kept(first, endsOn=day(8, -1)), kept(second, startsOn=day(8))],
        )

        assert answer["changedAssignmentCount"] == 1
        assert await all_in_step(db, world, clock)

    async def test_phases_that_go_and_come_leave_no_trace(
        self, db: Database, api: Api, world: World, clock: Clock
    ) -> None:
        """Away with both, and each as it was, byte for byte; and back in new ones."""
        await assigned(db, world)
        untouched = await assignments_as_stored(db)
        plan = await in_force(api, world)
        coach = api.as_(world.coach)

        gone = await only(coach, UPDATE, seasonPlanId=plan["id"], expectedVersion=2, phases=[])
        assert gone["changedAssignmentCount"] == 2
        assert await assignments_as_stored(db) == untouched

        back = await only(
            coach, UPDATE, seasonPlanId=plan["id"], expectedVersion=3, phases=[build(), games()]
        )
        assert back["changedAssignmentCount"] == 2
        assert await all_in_step(db, world, clock)

    async def test_a_draft_moves_nobody(self, db: Database, api: Api, world: World) -> None:
        await assigned(db, world)
        untouched = await assignments_as_stored(db)
        plan = await made(api, world)

        answer = await only(
            api.as_(world.coach),
            UPDATE,
            seasonPlanId=plan["id"],
            expectedVersion=1,
            phases=[kept(plan["phases"][0], intensity="peak")],
        )

        assert answer["changedAssignmentCount"] == 0
        assert await assignments_as_stored(db) == untouched

    @pytest.mark.parametrize("status", ["draft", "completed", "archived"])
    async def test_a_plan_that_is_not_in_force_any_more_lets_everybody_go(
        self, db: Database, api: Api, world: World, status: str
    ) -> None:
        await assigned(db, world)
        untouched = await assignments_as_stored(db)
        plan = await in_force(api, world)

        answer = await only(
            api.as_(world.coach), STATUS, seasonPlanId=plan["id"], expectedVersion=2, status=status
        )

        assert answer["changedAssignmentCount"] == 2
        assert await assignments_as_stored(db) == untouched

    async def test_a_second_plan_cannot_be_in_force_and_nobody_moves(
        self, db: Database, api: Api, world: World
    ) -> None:
        await assigned(db, world)
        await in_force(api, world)
        following = await assignments_as_stored(db)
        second = await made(api, world, build(intensity="recovery"))

        answer = await only(
            api.as_(world.coach), STATUS, seasonPlanId=second["id"], expectedVersion=1, status="active"
        )

        assert (answer["code"], answer["currentVersion"]) == ("conflict", None)
        assert await assignments_as_stored(db) == following
        assert (await stored(db, second["id"])).status is SeasonStatus.DRAFT

    async def test_of_two_plans_put_in_force_at_once_one_is(self, fresh_db: Database, clock: Clock) -> None:
        world = await make_world(fresh_db)
        api = make_api(fresh_db, clock).as_(world.coach)
        await assigned(fresh_db, world)
        plans = [await made(api, world, build(intensity=each)) for each in ("low", "peak")]

        answers = await asyncio.gather(
            *(
                only(api, STATUS, seasonPlanId=each["id"], expectedVersion=1, status="active")
                for each in plans
            )
        )

        assert sorted(each["__typename"] for each in answers) == [
            "ConflictError",
            "SetSeasonPlanStatusSuccess",
        ]
        await api.services.solver.close()

    @pytest.mark.parametrize(
        ("before", "after"),
        [("draft", "completed"), ("completed", "draft"), ("archived", "active"), ("archived", "completed")],
    )
    async def test_not_every_status_follows_every_other(
        self, api: Api, world: World, before: str, after: str
    ) -> None:
        coach, plan = api.as_(world.coach), await made(api, world)
        way = {"draft": [], "completed": ["active", "completed"], "archived": ["archived"]}[before]
        for version, each in enumerate(way, start=1):
            await only(coach, STATUS, seasonPlanId=plan["id"], expectedVersion=version, status=each)

        answer = await only(
            coach, STATUS, seasonPlanId=plan["id"], expectedVersion=len(way) + 1, status=after
        )

        assert (answer["code"], answer["state"]) == ("invalid_state", before)

    async def test_it_costs_the_same_however_many_follow(self, db: Database, api: Api, world: World) -> None:
        async def cost(count: int) -> int:
            await assigned(db, world, count)
            plan = await made(api, world, name=f"With {count}")
            coach, change = api.as_(world.coach), {"seasonPlanId": plan["id"]}
            with count_statements(db) as sent:
                await only(coach, STATUS, **change, expectedVersion=1, status="active")
                await only(
                    coach,
                    UPDATE,
                    **change,
                    expectedVersion=2,
                    phases=[kept(each, intensity="low") for each in plan["phases"]],
                )
                await only(coach, DELETE, **change, expectedVersion=3)
            return len(sent)

        few = await cost(2)

        assert await cost(60) == few


class TestDeleting:
    async def test_followers_are_as_they_were_before_any_phase_and_the_plan_is_gone(
        self, db: Database, api: Api, world: World
    ) -> None:
        await assigned(db, world)
        untouched = await assignments_as_stored(db)
        plan = await in_force(api, world)
        coach = api.as_(world.coach)

        answer = await only(coach, DELETE, seasonPlanId=plan["id"], expectedVersion=2)

        assert answer == {
            "__typename": "DeleteSeasonPlanSuccess",
            "deletedSeasonPlanId": plan["id"],
            "changedAssignmentCount": 2,
        }
        assert await assignments_as_stored(db) == untouched
        assert (await count_of_seasons(db))[:2] == (0, 0)
        plan_id = uuid_of(Kind.SEASON_PLAN, plan["id"])
        assert (await event_types(db, "season_plan", plan_id))[-1] == "season_plan.deleted"
        again = await only(coach, DELETE, seasonPlanId=plan["id"], expectedVersion=2)
        assert again["code"] == "season_plan_not_found"

    async def test_a_stale_version_deletes_nothing_and_moves_nobody(
        self, db: Database, api: Api, world: World
    ) -> None:
        await assigned(db, world)
        plan = await in_force(api, world)
        before = await count_of_seasons(db), await assignments_as_stored(db)

        answer = await only(api.as_(world.coach), DELETE, seasonPlanId=plan["id"], expectedVersion=1)

        assert (answer["code"], answer["currentVersion"]) == ("conflict", 2)
        assert (await count_of_seasons(db), await assignments_as_stored(db)) == before


class TestDocuments:
    async def test_an_export_makes_the_same_season_for_another_team(
        self, db: Database, api: Api, world: World
    ) -> None:
        plan = await in_force(api, world)
        document = (await made(api, world))["document"]
        team = await make_team(db, world.organization)

        answer = await only(
            api.as_(world.admin), IMPORT, teamId=global_id(Kind.TEAM, team.id), document=document
        )

        copy = answer["seasonPlan"]
        assert copy["document"] == document
        assert (copy["status"], copy["team"]["id"]) == ("draft", global_id(Kind.TEAM, team.id))
        was, is_now = await stored(db, plan["id"]), await stored(db, copy["id"])
        assert _without_ids(was) == _without_ids(is_now)

    async def test_a_dry_run_says_what_would_be_made(self, db: Database, api: Api, world: World) -> None:
        document = (await made(api, world))["document"]
        before = await count_of_seasons(db)

        answer = await only(
            api.as_(world.coach),
            IMPORT,
            teamId=global_id(Kind.TEAM, world.team.id),
            document=document.replace('"name": "2026-27"', '"name": "Next", "colour": "red"'),
            dryRun=True,
        )

        assert (answer["seasonPlan"], answer["dryRun"], answer["name"]) == (None, True, "Next")
        assert answer["wouldMake"] == [
            f"{day(0)} to {day(4, -1)}: Build (preseason, high)",
            f"{day(4)} to {day(14, -1)}: Games (in_season, medium)",
        ]
        assert len(answer["warnings"]) == 1
        assert await count_of_seasons(db) == before

    @pytest.mark.parametrize(
        ("document", "path"),
        [
            ("", []),
            ("name,startsOn\n", []),
            ("[1]", []),
            ("{}", ["name"]),
            ('{"name": "\\u0000", "startsOn": "2026-11-16", "endsOn": "2027-01-01"}', ["name"]),
            ('{"name": "x", "startsOn": "2026-11-16", "endsOn": "2027-13-01"}', ["endsOn"]),
            ('{"name": "x", "startsOn": "2026-11-16", "endsOn": "2027-01-01", "peakWeek": 53}', ["peakWeek"]),
            (json.dumps({"name": "x" * 200_000}), ["document"]),
            ("[" * 5_000, []),
        ],
    )
    async def test_a_document_that_cannot_be_imported_says_where(
        self, db: Database, api: Api, world: World, document: str, path: list[str]
    ) -> None:
        before = await count_of_seasons(db)

        answer = await only(
            api.as_(world.coach),
            IMPORT,
            teamId=global_id(Kind.TEAM, world.team.id),
            document=document,
        )

        assert answer["code"] == "invalid_input"
        assert path in [each["path"] for each in answer["issues"]]
        assert await count_of_seasons(db) == before

    async def test_sent_twice_it_is_imported_once(self, db: Database, api: Api, world: World) -> None:
        document = (await made(api, world))["document"]
        input = {"teamId": global_id(Kind.TEAM, world.team.id), "document": document, "idempotencyKey": "k"}

        first, second = [await only(api.as_(world.coach), IMPORT, **input) for _ in range(2)]

        assert first == second
        assert (await count_of_seasons(db))[0] == 2

    @pytest.mark.parametrize(("name", "code"), ROLES.items())
    async def test_who_lays_out_seasons_imports_them(
        self, api: Api, world: World, name: str, code: str | None
    ) -> None:
        document = (await made(api, world))["document"]

        answer = await only(
            api.as_(getattr(world, name)),
            IMPORT,
            teamId=global_id(Kind.TEAM, world.team.id),
            document=document,
        )

        assert answer.get("code") == code


def _without_ids(plan: SeasonPlan) -> SeasonPlan:
    nobody = UUID(int=0)
    phases = tuple(replace(each, id=nobody, season_plan_id=nobody) for each in plan.phases)
    return replace(
        a_season(),
        name=plan.name,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        load=plan.load,
        phases=phases,
    )


names = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)
    .map(str.strip)
    .filter(lambda each: bool(each) and flaw_in_text(each) is None)
)
shares = st.floats(0, 1)
any_objective = st.builds(
    Objective, st.sampled_from(ObjectiveType), st.sampled_from(Priority), st.floats(0, 100)
)


@st.composite
def seasons(draw: st.DrawFn) -> SeasonPlan:
    """Any season that the rules permit."""
    starts_on = draw(st.dates(date(2000, 1, 1), date(2099, 1, 1)))
    length = draw(st.integers(1, 549))
    plan = SeasonPlan(
        id=UUID(int=1),
        organization_id=UUID(int=2),
        team_id=UUID(int=3),
        name=draw(names),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=length),
        status=SeasonStatus.DRAFT,
        load=SeasonLoad(draw(st.integers(0, 100_000))),
        phases=(),
        version=1,
        created_at=a_season().created_at,
        updated_at=a_season().updated_at,
    )
    weeks = st.sets(st.integers(1, plan.week_count), max_size=8).map(lambda each: tuple(sorted(each)))
    taper, recovery = draw(weeks), draw(weeks)
    free = sorted({*range(1, plan.week_count + 1)} - {*taper, *recovery})
    peak = draw(st.none() | st.sampled_from(free)) if free else None
    marks = sorted(draw(st.sets(st.integers(0, length), max_size=10)))
    phases = tuple(
        draw(_phase(UUID(int=100 + at), starts_on + timedelta(days=first), starts_on + timedelta(days=last)))
        for at, (first, last) in enumerate(zip(marks[::2], marks[1::2], strict=False))
    )
    return replace(plan, load=SeasonLoad(plan.load.base_load_au, peak, taper, recovery), phases=phases)


def _phase(id: UUID, starts_on: date, ends_on: date) -> st.SearchStrategy[SeasonPhase]:
    return st.builds(
        SeasonPhase,
        id=st.just(id),
        season_plan_id=st.just(UUID(int=1)),
        name=names,
        type=st.sampled_from(PhaseType),
        starts_on=st.just(starts_on),
        ends_on=st.just(ends_on),
        intensity=st.sampled_from(Intensity),
        training_frequency=st.integers(1, 14),
        load_multiplier=st.none() | st.floats(0, 5),
        focus_areas=st.lists(
            st.from_regex(r"[a-z][a-z0-9_]{0,49}", fullmatch=True), unique=True, max_size=20
        ).map(tuple),
        game_frequency=st.floats(0, 7),
        game_weekdays=st.sets(st.integers(0, 6)).map(lambda each: tuple(sorted(each))),
        recovery_ratio=shares,
        objectives=st.lists(any_objective, max_size=20).map(tuple),
    )


@given(seasons())
def test_every_season_that_can_be_made_comes_back_from_its_document_as_it_was(plan: SeasonPlan) -> None:
    check(plan)
    ids = {"": plan.id} | {str(at): each.id for at, each in enumerate(plan.phases, start=1)}

    outcome = import_season(
        document_of_season_plan(plan), plan.organization_id, plan.team_id, ids.__getitem__, plan.created_at
    )

    assert outcome.problems == ()
    assert outcome.warnings == ()
    assert outcome.plan == plan

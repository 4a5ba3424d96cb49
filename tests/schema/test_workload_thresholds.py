"""A team's limits of load: the usual ones until coaches set others, and none that contradict themselves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from db.database import Database
from db.outbox import events_of
from domain.access import Scope
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api, make_api
from tests.databases import Clock
from tests.world import World, make_world

LIMITS = """version changedAt actorName acuteChronicLimit monotonyLimit strainZLimit weekChangeLimit
  wellnessZFloor acuteLoadLimit acuteLoadCritical acuteLoadPercentile readinessFloor readinessCritical
  recoveryFloor recoveryCritical"""
SET = f"""mutation ($input: SetWorkloadThresholdsInput!) {{ setWorkloadThresholds(input: $input) {{ __typename
  ... on SetWorkloadThresholdsSuccess {{ thresholds {{ {LIMITS} team {{ id }} }} }}
  ... on Error {{ code message }} ... on InvalidInputError {{ issues {{ path message }} }}
  ... on ConflictError {{ currentVersion }} }} }}"""
READ = f"query ($id: ID!) {{ team(id: $id) {{ workloadThresholds {{ {LIMITS} }} }} }}"


def team_id(world: World) -> str:
    return global_id(Kind.TEAM, world.team.id)


async def change(api: Api, world: World, expected: int = 0, **limits: Any) -> dict[str, Any]:
    input = {"teamId": team_id(world), "expectedVersion": expected} | limits
    return (await api.run(SET, input=input))["setWorkloadThresholds"]  # type: ignore[no-any-return]


async def in_force(api: Api, world: World) -> dict[str, Any]:
    return (await api.run(READ, id=team_id(world)))["team"]["workloadThresholds"]  # type: ignore[no-any-return]


async def test_a_team_has_the_usual_limits_until_its_coach_sets_others(
    api: Api, db: Database, world: World
) -> None:
    coach = api.as_(world.coach)
    usual = await in_force(coach, world)

    answer = await change(coach, world, acuteLoadLimit=3000, acuteChronicLimit=1.3, readinessFloor=None,
                          readinessCritical=None)  # fmt: skip

    assert (usual["version"], usual["changedAt"], usual["actorName"]) == (0, None, None)
    assert (usual["acuteChronicLimit"], usual["acuteLoadLimit"], usual["readinessFloor"]) == (1.5, None, 20)
    assert answer["thresholds"]["team"] == {"id": team_id(world)}
    now = await in_force(coach, world)
    assert now["version"] == 1
    assert now["actorName"] == world.coach.display_name
    assert (now["acuteLoadLimit"], now["acuteChronicLimit"], now["readinessFloor"]) == (3000, 1.3, None)
    assert (now["monotonyLimit"], now["recoveryFloor"]) == (usual["monotonyLimit"], usual["recoveryFloor"])
    async with db.read() as read:
        told = [
            each for each in await events_of(read, "team", world.team.id)
            if each.event_type == "workload.thresholds_changed"
        ]  # fmt: skip
    assert [each.aggregate_version for each in told] == [1]


async def test_the_same_again_is_no_new_version_and_no_event(api: Api, db: Database, world: World) -> None:
    coach = api.as_(world.coach)
    first = await change(coach, world, acuteLoadLimit=3000)

    again = await change(coach, world, acuteLoadLimit=3000)

    assert again == first
    async with db.read() as read:
        assert len(await events_of(read, "team", world.team.id)) == 1


async def test_who_read_an_older_version_gets_a_conflict(api: Api, world: World) -> None:
    coach = api.as_(world.coach)
    await change(coach, world, acuteLoadLimit=3000)

    answer = await change(coach, world, acuteLoadLimit=2500)

    assert (answer["__typename"], answer["currentVersion"]) == ("ConflictError", 1)
    assert (await in_force(coach, world))["acuteLoadLimit"] == 3000


async def test_of_two_coaches_at_once_one_is_told(fresh_db: Database) -> None:
    world = await make_world(fresh_db)
    api = make_api(fresh_db, Clock()).as_(world.coach)

    answers = await asyncio.gather(*(change(api, world, acuteLoadLimit=2000 + n) for n in range(4)))

    kinds = sorted(each["__typename"] for each in answers)
    assert kinds == ["ConflictError"] * 3 + ["SetWorkloadThresholdsSuccess"]
    assert (await in_force(api, world))["version"] == 1
    await api.services.solver.close()


@pytest.mark.parametrize(
    ("limits", "paths"),
    [
        ({"acuteLoadLimit": 3000, "acuteLoadCritical": 2000}, ["acuteLoadCritical"]),
        ({"acuteLoadCritical": 2000}, ["acuteLoadCritical"]),
        ({"readinessFloor": 10, "readinessCritical": 15}, ["readinessCritical"]),
        ({"recoveryFloor": None}, ["recoveryCritical"]),
        ({"acuteChronicLimit": 1}, ["acuteChronicLimit"]),
        ({"acuteChronicLimit": 4}, ["acuteChronicLimit"]),
        ({"acuteChronicLimit": None, "monotonyLimit": None}, ["acuteChronicLimit", "monotonyLimit"]),
        ({"monotonyLimit": 0, "wellnessZFloor": 1, "acuteLoadPercentile": 100},
         ["monotonyLimit", "wellnessZFloor", "acuteLoadPercentile"]),
        ({"acuteLoadLimit": -1}, ["acuteLoadLimit"]),
        ({"weekChangeLimit": 1e300}, ["weekChangeLimit"]),
    ],
)  # fmt: skip
async def test_limits_that_contradict_each_other_or_mean_nothing_are_refused_with_every_reason(
    api: Api, db: Database, world: World, limits: dict[str, Any], paths: list[str]
) -> None:
    coach = api.as_(world.coach)

    answer = await change(coach, world, **limits)

    assert answer["__typename"] == "InvalidInputError"
    assert [each["path"][-1] for each in answer["issues"]] == paths
    assert (await in_force(coach, world))["version"] == 0


class TestWho:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("admin", "SetWorkloadThresholdsSuccess"),
            ("other_coach", "ForbiddenError"),
            ("strange_admin", "NotFoundError"),
        ],
    )
    async def test_only_who_runs_the_team_sets_its_limits(
        self, api: Api, world: World, name: str, kind: str
    ) -> None:
        answer = await change(api.as_(getattr(world, name)), world, acuteLoadLimit=3000)

        assert answer["__typename"] == kind

    async def test_an_athlete_reads_them_and_cannot_set_them(self, api: Api, world: World) -> None:
        athlete = api.as_(world.athlete)
        input = {"teamId": team_id(world), "expectedVersion": 0, "acuteLoadLimit": 10}

        assert (await in_force(athlete, world))["version"] == 0
        assert await athlete.refused(SET, input=input) == "forbidden"

    async def test_without_the_scope_or_the_flag_there_is_no_way(self, api: Api, world: World) -> None:
        input = {"teamId": team_id(world), "expectedVersion": 0}
        bare = replace(world.coach, scopes=world.coach.scopes - {Scope.WORKLOAD_WRITE})
        off = api.with_flags(*(each for each in Flag if each is not Flag.WORKLOAD)).as_(world.coach)

        assert await api.as_(bare).refused(SET, input=input) == "forbidden"
        assert await off.refused(SET, input=input) == "feature_not_available"
        assert await off.refused(READ, id=team_id(world)) == "feature_not_available"

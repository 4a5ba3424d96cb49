"""Loads and limits as they are followed over a real WebSocket, from a report to the coach's dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from db.workload_thresholds import save_limits
from domain.access import SCOPES_OF_ROLE, Scope
from domain.days import today_in
from domain.people import Role
from domain.workload.team_limits import TeamLimits
from domain.workload.thresholds import WorkloadThresholds
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests import patience
from tests.factories import committed
from tests.live.running import ALL_ON, Client, Running, running, utc_now
from tests.live.stage import Stage, team_of
from tests.workload_factories import trained

UPDATED = """subscription ($teamId: ID!, $after: String) { workloadUpdated(teamId: $teamId, after: $after) {
  id cursor occurredAt teamId playerId day weekLoadAu acuteChronicRatio readinessScore recoveryScore riskBand
  modelVersion player { displayName readiness { score { value } } } } }"""
BREACHED = """subscription ($teamId: ID!, $minimum: AlertSeverity, $after: String) {
  workloadThresholdBreached(teamId: $teamId, minimumSeverity: $minimum, after: $after) {
    cursor playerId alertId type severity day currentValue thresholdValue reason adjustment { type value }
    alert { id status version history { action } } player { displayName } } }"""
LOG = """mutation ($input: LogTrainingInput!) { logTraining(input: $input) {
  ... on LogTrainingSuccess { training { loadAu } } ... on Error { code message } } }"""
SECONDS = patience.SECONDS


def today(stage: Stage) -> date:
    return today_in(stage.world.team.time_zone, utc_now())


async def train(stage: Stage, loads: Mapping[date, float]) -> None:
    await trained(stage.db, stage.world.organization.id, {stage.world.owner.id: loads})


async def limit_to(stage: Stage, limit_au: float, critical_au: float | None = None) -> None:
    limits = WorkloadThresholds(
        acute_load_limit_au=limit_au, acute_load_critical_au=critical_au, acute_load_percentile=None
    )
    made = TeamLimits(stage.world.team.id, limits, 1, utc_now(), "The coach")
    organization_id = stage.world.organization.id
    await committed(stage.db, lambda one: save_limits(one, made, organization_id, None))


async def report(client: Client, id: str, rpe: float = 10, minutes: int = 100) -> None:
    await client.subscribe(id, LOG, input={"minutes": minutes, "sessionRpe": rpe})


async def heard(client: Client, id: str, name: str) -> dict[str, Any]:
    """The next event of this subscription; what else comes is answers to what was asked."""
    while True:
        message = await client.receive(SECONDS)
        if message["id"] == id:
            assert message["type"] == "next", message
            assert "errors" not in message["payload"], message
            return message["payload"]["data"][name]  # type: ignore[no-any-return]


async def test_a_report_is_seen_as_the_players_new_numbers(server: Running, stage: Stage) -> None:
    world = stage.world
    await train(stage, {today(stage) - timedelta(days=n): 300.0 for n in range(1, 30)})
    async with server.client(world.athlete) as athlete, server.client(world.coach) as coach:
        await athlete.following("a", UPDATED, teamId=team_of(stage))
        await coach.following("c", UPDATED, teamId=team_of(stage))

        await report(athlete, "m", rpe=5, minutes=60)
        own = await heard(athlete, "a", "workloadUpdated")
        seen = await heard(coach, "c", "workloadUpdated")

    assert seen == own
    assert seen["playerId"] == global_id(Kind.PLAYER, world.owner.id)
    assert (seen["day"], seen["weekLoadAu"]) == (str(today(stage)), 6 * 300 + 300)
    assert seen["modelVersion"] == "workload/1"
    assert seen["player"]["displayName"] == world.owner.display_name


async def test_a_breach_is_told_once_with_its_alert_and_what_is_recommended(
    server: Running, stage: Stage
) -> None:
    await limit_to(stage, 900)
    async with server.client(stage.world.athlete) as athlete, server.client(stage.world.coach) as coach:
        await coach.following("c", BREACHED, teamId=team_of(stage))

        await report(athlete, "m1")
        seen = await heard(coach, "c", "workloadThresholdBreached")
        await report(athlete, "m2", rpe=1, minutes=10)

        await coach.silent(1.0)

    assert (seen["type"], seen["severity"]) == ("high_load", "warning")
    assert (seen["currentValue"], seen["thresholdValue"]) == (1000, 900)
    assert "over the team's 900 AU" in seen["reason"]
    assert seen["alert"]["id"] == seen["alertId"]
    assert seen["alert"]["history"][0] == {"action": "raised"}
    assert seen["player"]["displayName"] == stage.world.owner.display_name


async def test_only_what_is_severe_enough_is_told(server: Running, stage: Stage) -> None:
    await limit_to(stage, 900, critical_au=1500)
    async with server.client(stage.world.athlete) as athlete, server.client(stage.world.coach) as coach:
        await coach.following("all", BREACHED, teamId=team_of(stage))
        await coach.following("critical", BREACHED, teamId=team_of(stage), minimum="critical")

        await report(athlete, "m1")
        mild = await coach.receive(SECONDS)
        await report(athlete, "m2")
        both = [await coach.receive(SECONDS) for _ in range(2)]

    assert mild["id"] == "all"
    told = {each["id"]: each["payload"]["data"]["workloadThresholdBreached"] for each in both}
    assert set(told) == {"all", "critical"}
    assert told["critical"]["severity"] == "critical"
    assert told["critical"]["alertId"] == mild["payload"]["data"]["workloadThresholdBreached"]["alertId"]


async def test_team_mates_hear_nothing_of_each_other(server: Running, stage: Stage) -> None:
    await limit_to(stage, 900)
    async with server.client(stage.world.athlete) as athlete, server.client(stage.world.mate) as mate:
        await athlete.following("a", BREACHED, teamId=team_of(stage))
        await mate.following("u", UPDATED, teamId=team_of(stage))
        await mate.following("b", BREACHED, teamId=team_of(stage))

        await report(athlete, "m")
        own = await heard(athlete, "a", "workloadThresholdBreached")

        await mate.silent(1.0)
        await report(mate, "m")
        mates = await heard(mate, "u", "workloadUpdated")

    assert own["playerId"] == global_id(Kind.PLAYER, stage.world.owner.id)
    assert mates["playerId"] == global_id(Kind.PLAYER, str(stage.world.mate.id))


async def test_who_comes_back_gets_what_was_missed_and_nothing_twice(server: Running, stage: Stage) -> None:
    async with server.client(stage.world.athlete) as athlete:
        await athlete.following("a", UPDATED, teamId=team_of(stage))
        async with server.client(stage.world.coach) as coach:
            await coach.following("c", UPDATED, teamId=team_of(stage))
            await report(athlete, "m1", rpe=1, minutes=10)
            first = await heard(coach, "c", "workloadUpdated")
        assert await heard(athlete, "a", "workloadUpdated") == first
        await report(athlete, "m2", rpe=2, minutes=10)
        second = await heard(athlete, "a", "workloadUpdated")

        async with server.client(stage.world.coach) as coach:
            await coach.subscribe("again", UPDATED, teamId=team_of(stage), after=first["cursor"])
            missed = await heard(coach, "again", "workloadUpdated")
            await coach.silent(0.5)

    assert missed == second
    assert missed["weekLoadAu"] == 30


@pytest.mark.parametrize("document", [UPDATED, BREACHED])
class TestWho:
    async def test_another_team_is_refused(self, server: Running, stage: Stage, document: str) -> None:
        for viewer, code in (
            (stage.world.other_coach, "forbidden"),
            (stage.world.other_athlete, "forbidden"),
            (stage.world.stranger, "team_not_found"),
        ):
            async with server.client(viewer) as client:
                await client.subscribe("s", document, teamId=team_of(stage))

                assert await client.refused("s") == code

    async def test_an_unknown_cursor_is_refused(self, server: Running, stage: Stage, document: str) -> None:
        async with server.client(stage.world.coach) as client:
            await client.subscribe("s", document, teamId=team_of(stage), after="nonsense")

            assert await client.refused("s") == "cursor_unknown"

    async def test_without_the_scope_or_the_flag_it_is_closed(
        self, server: Running, stage: Stage, document: str, fresh_url: str
    ) -> None:
        token = server.token(stage.world.coach, scopes=SCOPES_OF_ROLE[Role.COACH] - {Scope.WORKLOAD_READ})
        async with server.raw(token=token) as socket:
            client = Client(socket)
            await client.begin(None)
            await client.subscribe("s", document, teamId=team_of(stage))
            assert await client.refused("s") == "forbidden"
        off = {name: on for name, on in ALL_ON.items() if "WORKLOAD" not in name.upper()}
        assert len(off) < len(ALL_ON) == len(Flag)
        async with running(fresh_url, flags=off) as other, other.client(stage.world.coach) as client:
            await client.subscribe("s", document, teamId=team_of(stage))
            assert await client.refused("s") == "feature_not_available"

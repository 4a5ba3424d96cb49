"""Phases, adjustments and flags, as they are followed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from domain.events import (
    LoadManagementApplied,
    PhaseAdjustmentsApplied,
    PhaseEntered,
    PhaseNotice,
    WorkloadAdjustmentApplied,
    version_at,
)
from domain.planning_events import AdjustmentKind, ThresholdType
from integrations.flags import Flag
from resolvers.ids import Kind, uuid_of
from tests.doubles.launchdarkly import LaunchDarkly
from tests.live.running import Running, running, utc_now
from tests.live.stage import Stage, team_of

PHASES = """subscription ($teamId: ID!, $after: String) { phaseChanged(teamId: $teamId, after: $after) {
    cursor teamId enteredOn phase { name } previousPhase { name } } }"""
ADJUSTED = """subscription ($teamId: ID!) { assignmentsAdjusted(teamId: $teamId) {
    cursor teamId cause adjustedCount playerIds phase { name } } }"""
FLAGS = (
    "subscription ($after: String) { featureFlagsChanged(after: $after) { cursor flags { key enabled } } }"
)


async def test_a_phase_that_began_is_told(server: Running, stage: Stage) -> None:
    async with server.client(stage.world.mate) as client:
        await client.following("s", PHASES, teamId=team_of(stage))
        entered = PhaseEntered(
            **_about(stage),
            phase_id=uuid4(),
            previous_phase_id=None,
            entered_on=date(2026, 12, 7),
            noticed_by=PhaseNotice.CALENDAR,
        )
        await stage.commit(entered)
        told = (await client.next("s"))["phaseChanged"]
        await client.send(type="complete", id="s")
        await stage.commit(replace(entered, version=entered.version + 1, entered_on=date(2026, 12, 8)))
        await client.subscribe("again", PHASES, teamId=team_of(stage), after=told["cursor"])
        missed = (await client.next("again"))["phaseChanged"]

    assert (told["teamId"], told["enteredOn"]) == (team_of(stage), "2026-12-07")
    assert told["phase"] is told["previousPhase"] is None  # a phase that is gone by now
    assert missed["enteredOn"] == "2026-12-08"


async def test_what_was_done_to_a_player_is_for_them_and_for_who_runs_the_team(
    server: Running, stage: Stage
) -> None:
    world = stage.world
    athlete, mate = world.athlete.id, world.mate.id
    assert athlete is not None
    assert mate is not None
    async with (
        server.client(world.coach) as coach,
        server.client(world.athlete) as one,
        server.client(world.mate) as other,
    ):
        for client in (coach, one, other):
            await client.following("s", ADJUSTED, teamId=team_of(stage))
        await stage.commit(
            WorkloadAdjustmentApplied(
                **_about(stage),
                player_id=athlete,
                threshold_type=ThresholdType.HIGH_LOAD,
                adjustment_type=AdjustmentKind.REDUCE_LOAD,
                adjustment_value=20.0,
                adjustments_count=3,
            ),
            LoadManagementApplied(**_about(stage), player_ids=(athlete, mate), adjustments_count=5),
            PhaseAdjustmentsApplied(
                **_about(stage), phase_id=uuid4(), adjustments_count=60, triggered_by="coach"
            ),
        )
        seen = {
            name: [(await client.next("s"))["assignmentsAdjusted"] for _ in range(count)]
            for name, client, count in (("coach", coach, 3), ("one", one, 3), ("other", other, 2))
        }
        await other.silent(0.2)

    assert [each["cause"] for each in seen["coach"]] == ["workload", "load_management", "phase"]
    assert [each["adjustedCount"] for each in seen["coach"]] == [3, 5, 60]
    assert [_players(each) for each in seen["coach"]] == [{athlete}, {athlete, mate}, set()]
    assert [_players(each) for each in seen["one"]] == [{athlete}, {athlete}, set()]
    assert [_players(each) for each in seen["other"]] == [{mate}, set()]


class TestFlags:
    async def test_a_flag_that_changes_is_told_to_whom_it_changes(self, fresh_url: str, stage: Stage) -> None:
        with LaunchDarkly() as launchdarkly:
            launchdarkly.flag(Flag.LIVE)
            launchdarkly.flag(Flag.WORKLOAD, on=False)
            async with _with(launchdarkly, fresh_url) as server, server.client(stage.world.athlete) as client:
                await client.following("s", FLAGS)

                launchdarkly.flag(Flag.WORKLOAD)
                told = (await client.next("s"))["featureFlagsChanged"]
                launchdarkly.flag(Flag.LIVE, on=False)
                code = await client.refused("s")

        assert told["flags"] == [{"key": Flag.WORKLOAD.value, "enabled": True}]
        assert code == "feature_not_available"

    async def test_who_comes_back_is_told_what_is_not_as_it_was(self, fresh_url: str, stage: Stage) -> None:
        with LaunchDarkly() as launchdarkly:
            launchdarkly.flag(Flag.LIVE)
            async with _with(launchdarkly, fresh_url) as server:
                async with server.client(stage.world.athlete) as client:
                    await client.following("s", FLAGS)
                    launchdarkly.flag(Flag.WORKLOAD)
                    cursor = (await client.next("s"))["featureFlagsChanged"]["cursor"]
                launchdarkly.flag(Flag.SEASONS)
                await asyncio.sleep(0.3)

                async with server.client(stage.world.athlete) as client:
                    await client.subscribe("s", FLAGS, after=cursor)
                    missed = (await client.next("s"))["featureFlagsChanged"]
                    await client.following("same", FLAGS, after=missed["cursor"])
                    await client.silent()
                    await client.subscribe("bad", FLAGS, after="x")
                    assert await client.refused("bad") == "cursor_unknown"

        assert missed["flags"] == [{"key": Flag.SEASONS.value, "enabled": True}]


def _with(launchdarkly: LaunchDarkly, url: str) -> Any:
    return running(
        url,
        flags={},
        launchdarkly_sdk_key=launchdarkly.sdk_key,
        launchdarkly_base_url=launchdarkly.url,
        launchdarkly_stream_url=launchdarkly.url,
        launchdarkly_events_url=launchdarkly.url,
    )


def _about(stage: Stage) -> dict[str, Any]:
    return {
        "aggregate_id": stage.world.team.id,
        "version": version_at(utc_now()),
        "organization_id": stage.world.organization.id,
    }


def _players(event: dict[str, Any]) -> set[UUID]:
    return {uuid_of(Kind.PLAYER, each) for each in event["playerIds"]}

"""Following a season that a planning service has: asked anew at each event, and waited for in an outage."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.assignments import WorkoutAssignment
from domain.phases import Intensity, SeasonPhase
from integrations.metrics import Metrics
from integrations.planning_http import OnBehalfOf
from integrations.planning_metrics import PlanningMetrics
from integrations.planning_service import PlanningOptions, PlanningService
from integrations.service_tokens import ServiceTokens
from tests.doubles.planning_service import PlanningDouble, Reply
from tests.events.season_world import RunningClock, Season, SeasonWorld, accepted, following
from tests.events.world import HURRIED, until
from tests.integrations.helpers import Log
from tests.integrations.test_service_tokens import pem_of
from tests.season_factories import make_assignments, make_club

KEY = Ed25519PrivateKey.generate()
PATIENT = dataclasses.replace(HURRIED, attempts=10_000)
DOWN = Reply(503, {"error": "down"})


@dataclasses.dataclass
class Bench:
    world: SeasonWorld
    season: Season
    double: PlanningDouble
    planning: PlanningService
    assignment: WorkoutAssignment

    def answer(self, *phases: SeasonPhase) -> None:
        """The season as the service has it from now on; our own tables have none."""
        plan = self.season.plan
        self.double.answers[self.path] = {
            "id": str(plan.id),
            "organizationId": str(plan.organization_id),
            "teamId": str(plan.team_id),
            "name": plan.name,
            "startDate": plan.starts_on.isoformat(),
            "endDate": plan.ends_on.isoformat(),
            "status": "active",
            "loadProgression": {"baseLoad": 2000},
            "phases": [_phase_json(each) for each in phases],
            "version": 1,
            "createdAt": "2026-06-01T10:00:00Z",
            "updatedAt": "2026-08-01T10:00:00Z",
        }

    @property
    def path(self) -> str:
        return f"/api/v1/planning/teams/{self.season.club.team.id}/season-plan"

    async def remember(self) -> None:
        """Somebody has just asked, so that there is an answer that is fresh for two hours."""
        caller = OnBehalfOf(None, "service", self.season.club.organization.id)
        assert not (await self.planning.season_plan(self.season.club.team.id, caller)).is_stale

    async def load(self) -> int:
        [after] = await self.world.stored(self.assignment)
        return after.load.base_load_au


@pytest.fixture
def double() -> Iterator[PlanningDouble]:
    with PlanningDouble(ServiceTokens(KEY, audience="").public_jwk()) as double:
        yield double


@pytest.fixture
async def bench(fresh_url: str, double: PlanningDouble) -> AsyncIterator[Bench]:
    clock = RunningClock()
    planning = PlanningService(
        PlanningOptions(double.url, pem_of(KEY), rate_per_second=1_000),
        log=Log().logger,
        metrics=PlanningMetrics(Metrics().registry),
    )
    world = SeasonWorld(fresh_url, clock, planning=planning, pace=PATIENT)
    async with following(world):
        club = await make_club(world.db)
        season = Season(club, club.season(), clock)
        [assignment] = await make_assignments(world.db, club.assignment())
        made = Bench(world, season, double, planning, assignment)
        made.answer(*season.plan.phases)
        yield made
    await planning.close()


async def test_a_phase_that_only_the_service_knows_is_followed(bench: Bench) -> None:
    await accepted(bench.world, bench.season.phase_changed())
    await bench.world.settled(handled=1)

    assert await bench.load() == 480
    [seen] = bench.double.seen
    assert seen.path == bench.path
    assert seen.headers["x-correlation-id"] == "c-1"
    assert seen.headers["x-organization-id"] == str(bench.season.club.organization.id)
    assert "x-user-id" not in seen.headers


async def test_what_was_kept_of_it_is_asked_for_anew(bench: Bench) -> None:
    await bench.remember()
    build, later = bench.season.plan.phases
    bench.answer(dataclasses.replace(build, intensity=Intensity.PEAK), later)

    await accepted(bench.world, bench.season.plan_updated("phase_modified", build.id))
    await bench.world.settled(handled=1)

    assert await bench.load() == 560


async def test_in_an_outage_the_answer_from_before_does_where_it_knows_the_phase(bench: Bench) -> None:
    await bench.remember()
    bench.double.always = DOWN

    await accepted(bench.world, bench.season.phase_changed())
    await bench.world.settled(handled=1)

    assert await bench.load() == 480


async def test_in_an_outage_what_nobody_can_know_waits_and_is_followed_afterwards(bench: Bench) -> None:
    """The phase is newer than the answer that is kept: that says nothing against it."""
    build, later = bench.season.plan.phases
    bench.answer(later)
    await bench.remember()
    bench.double.always = DOWN
    await accepted(bench.world, bench.season.phase_changed())

    async def was_tried() -> bool:
        attempts = await bench.world.scalar("SELECT max(attempts) FROM event_deliveries")
        return bool(attempts and attempts > 3)

    await until(was_tried)
    assert await bench.load() == 400
    bench.answer(build, later)
    bench.double.always = None
    await bench.world.settled(handled=1)

    assert await bench.load() == 480
    assert await bench.world.dead() == []


async def test_a_phase_that_the_service_does_not_have_is_unknown(bench: Bench) -> None:
    await accepted(bench.world, bench.season.phase_changed(newPhaseId=uuid4()))
    await bench.world.settled(handled=0, dead=1)

    assert [each.reason for each in await bench.world.dead()] == ["unknown_phase"]
    assert await bench.load() == 400


async def test_that_the_service_refuses_us_is_told_at_once(bench: Bench) -> None:
    bench.double.always = Reply(403, {"error": "not yours"})

    await accepted(bench.world, bench.season.phase_changed())
    await bench.world.settled(handled=0, dead=1)

    assert [each.reason for each in await bench.world.dead()] == ["forbidden"]
    [failure] = await bench.world.said()
    assert failure.event_type == "training.phase_change.error"


def _phase_json(phase: SeasonPhase) -> dict[str, Any]:
    return {
        "id": str(phase.id),
        "seasonPlanId": str(phase.season_plan_id),
        "name": phase.name,
        "type": phase.type.value,
        "startDate": phase.starts_on.isoformat(),
        "endDate": phase.ends_on.isoformat(),
        "intensity": phase.intensity.value,
        "trainingFrequency": phase.training_frequency,
    }

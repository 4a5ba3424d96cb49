"""Assigning where seasons come from a planning service: by its phases, by old ones, and without any."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete

from db.assignments import open_assignments_of_players
from db.database import Database
from db.models.exercises import ExerciseAliasRow
from db.outbox import events_of
from domain.assignments import WorkoutAssignment
from events.season.source import SeasonSource
from integrations.metrics import Metrics
from integrations.planning_metrics import PlanningMetrics
from integrations.planning_service import SEASON_PLAN_SECONDS, PlanningOptions, PlanningService
from integrations.service_tokens import ServiceTokens
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.databases import Clock
from tests.doubles.planning_service import PlanningDouble, Reply
from tests.factories import committed
from tests.integrations.helpers import Log
from tests.integrations.planning_cases import NEXT_PHASE_JSON, PHASE_JSON, PLAN_JSON, TEMPLATE_JSON
from tests.integrations.test_service_tokens import pem_of
from tests.schema.assigning_documents import APPLY, BRING, CREATE, SYNC, UPDATE
from tests.schema.season_world import TODAY, SeasonWorld, make_season_world

KEY = Ed25519PrivateKey.generate()
START = TODAY + timedelta(days=3)  # a Monday


class Bench:
    """The coach's calls, with seasons from the double; ``ahead_seconds`` makes what it answered old."""

    def __init__(
        self, db: Database, clock: Clock, api: Api, season: SeasonWorld, double: PlanningDouble
    ) -> None:
        self.season, self.double, self.ahead_seconds = season, double, 0.0
        self.planning = PlanningService(
            PlanningOptions(double.url, pem_of(KEY), rate_per_second=1_000),
            log=Log().logger,
            metrics=PlanningMetrics(Metrics().registry),
            wall_clock=lambda: time.time() + self.ahead_seconds,
            clock=lambda: time.monotonic() + self.ahead_seconds,
        )
        double.clock = lambda: time.time() + self.ahead_seconds
        services = dataclasses.replace(api.services, season_source=SeasonSource(db, self.planning, clock))
        self.api = dataclasses.replace(api, services=services).as_(season.world.coach)

    def answer(self, **changes: Any) -> None:
        """A hard phase from this Monday for four weeks, then an ordinary one."""
        first = {**PHASE_JSON, "startDate": "2026-11-16", "endDate": "2026-12-13", "loadMultiplier": 1.5}
        then = {**NEXT_PHASE_JSON, "startDate": "2026-12-14", "endDate": "2027-03-28"}
        team = self.season.world.team
        path = f"/api/v1/planning/teams/{team.id}"
        self.double.answers[f"{path}/current-phase"] = first
        self.double.answers[f"{path}/season-plan"] = {
            **PLAN_JSON,
            "teamId": str(team.id),
            "organizationId": str(team.organization_id),
            "startDate": "2026-11-16",
            "phases": [first, then],
            "loadProgression": {"baseLoad": 2000},
        } | changes

    def have_template(self, **changes: Any) -> UUID:
        template_id = uuid4()
        self.double.answers[f"/api/v1/planning/templates/{template_id}"] = {
            **TEMPLATE_JSON,
            "id": str(template_id),
            "organizationId": str(self.season.world.organization.id),
        } | changes
        return template_id

    async def run(self, document: str, **input: Any) -> dict[str, Any]:
        [found] = (await self.api.run(document, input=input)).values()
        return dict(found)


@pytest.fixture
def double() -> Iterator[PlanningDouble]:
    with PlanningDouble(ServiceTokens(KEY, audience="").public_jwk()) as double:
        yield double


@pytest.fixture
async def bench(db: Database, clock: Clock, api: Api, double: PlanningDouble) -> AsyncIterator[Bench]:
    season = await make_season_world(db)
    # The factory's exercises share an alias, which a document could not tell apart.
    await committed(db, lambda one: one.execute(delete(ExerciseAliasRow)))
    made = Bench(db, clock, api, season, double)
    made.answer()
    yield made
    await made.planning.close()


async def stored(db: Database, *player_ids: UUID) -> list[WorkoutAssignment]:
    async with db.read() as db_session:
        found = await open_assignments_of_players(db_session, player_ids, TODAY, date(2030, 1, 1))
    return [each for theirs in found.values() for each in theirs]


async def test_an_assignment_follows_the_services_phase(db: Database, bench: Bench) -> None:
    found = await bench.run(CREATE, **bench.season.input(load={"baseLoad": 400}))

    assert found["outcome"]["assignments"][0]["load"]["baseLoad"] == 600
    assert found["outcome"]["assignments"][0]["phase"] == {"name": "Build"}
    assert not found["outcome"]["adjustmentsPending"]
    [one] = await stored(db, *bench.season.players)
    assert str(one.planning.planning_phase_id) == PHASE_JSON["id"]


@pytest.mark.parametrize("fault", [Reply(503), Reply(500), Reply(200, {"nonsense": True}), Reply(401)])
async def test_with_the_service_down_it_is_created_without_adjustments_and_says_so(
    db: Database, bench: Bench, fault: Reply
) -> None:
    bench.double.always = fault

    found = await bench.run(CREATE, **bench.season.input(load={"baseLoad": 400}))
    changed = await bench.run(
        UPDATE,
        assignmentId=found["outcome"]["assignments"][0]["id"],
        expectedVersion=1,
        startsAt="10:00:00",
    )

    assert found["outcome"]["adjustmentsPending"] is True
    assert (found["outcome"]["createdCount"], found["outcome"]["adjustedCount"]) == (1, 0)
    assert changed["adjustmentsPending"] is True
    [one] = await stored(db, *bench.season.players)
    assert (one.load.base_load_au, one.planning.planning_phase_id) == (400, None)


async def test_when_it_is_back_the_team_is_out_of_step_and_can_be_brought_in(
    db: Database, bench: Bench
) -> None:
    bench.double.always = Reply(503)
    await bench.run(CREATE, **bench.season.input(load={"baseLoad": 400}))
    bench.double.always = None
    bench.ahead_seconds += 120  # the breaker has had enough of a rest
    status = await bench.api.run(
        "query ($id: ID!) { syncStatus(teamId: $id) { state outOfStepCount } }", id=bench.season.team_id
    )

    found = await bench.run(BRING, teamId=bench.season.team_id)

    assert status["syncStatus"] == {"state": "out_of_step", "outOfStepCount": 1}
    assert found["adjustedCount"] == 1
    assert found["syncStatus"]["state"] == "in_step"
    assert [each.load.base_load_au for each in await stored(db, *bench.season.players)] == [600]


async def test_an_old_answer_stands_in_and_is_said_to_be_old(bench: Bench) -> None:
    await bench.run(CREATE, **bench.season.input(load={"baseLoad": 400}))
    bench.ahead_seconds += SEASON_PLAN_SECONDS + 1
    bench.double.always = Reply(503)

    found = await bench.run(
        CREATE, **bench.season.input(load={"baseLoad": 400}, scheduledOn=str(TODAY + timedelta(days=2)))
    )

    assert found["outcome"]["seasonIsStale"] is True
    assert found["outcome"]["adjustmentsPending"] is False
    assert found["outcome"]["assignments"][0]["load"]["baseLoad"] == 600


@pytest.mark.parametrize("document", [SYNC, BRING])
async def test_without_a_season_there_is_nothing_to_bring_in_step_with(
    db: Database, bench: Bench, document: str
) -> None:
    bench.double.always = Reply(503)

    found = await bench.run(document, teamId=bench.season.team_id)

    assert (found["code"], found["retriable"]) == ("season_data_unavailable", True)


async def test_a_phase_of_the_service_can_be_named(bench: Bench) -> None:
    coming = date(2026, 12, 15)
    await bench.run(
        CREATE, **bench.season.input(load={"baseLoad": 400}, scheduledOn=str(coming)), followPhase=False
    )

    found = await bench.run(
        SYNC,
        teamId=bench.season.team_id,
        phaseId=global_id(Kind.SEASON_PHASE, UUID(NEXT_PHASE_JSON["id"])),
    )

    assert (found["adjustedCount"], found["phase"]) == (1, {"name": "League"})


async def test_a_template_of_the_service_is_applied_with_workouts_of_our_own(
    db: Database, clock: Clock, bench: Bench
) -> None:
    template_id = bench.have_template()
    asked = {
        "teamId": bench.season.team_id,
        "templateId": global_id(Kind.PHASE_TEMPLATE, template_id),
        "startDate": str(START),
    }

    tried = await bench.run(APPLY, **asked, dryRun=True)
    found = await bench.run(APPLY, **asked)
    clock.advance(seconds=1)
    again = await bench.run(APPLY, **{**asked, "startDate": str(START + timedelta(weeks=4))})

    assert found["__typename"] == "ApplyPhaseTemplateSuccess"
    assert found["outcome"]["createdCount"] == tried["outcome"]["createdCount"] == 2
    assert found["template"]["name"] == "Two weeks"
    made = found["outcome"]["assignments"]
    assert {each["workout"]["title"] for each in made} == {"Squats"}
    assert {each["load"]["baseLoad"] for each in made} == {630}, "60 × 7 × 1.5"
    everything = await stored(db, *bench.season.players)
    assert len(everything) == 2 + again["outcome"]["createdCount"]
    assert len({each.workout_id for each in everything}) == 1, "the workout is known again"
    assert {each.template_id for each in everything} == {None}
    async with db.read() as db_session:
        events = await events_of(db_session, "team", bench.season.world.team.id)
    assert {each.payload["template_id"] for each in events} == {str(template_id)}
    assert {each.payload["phase_id"] for each in events} == {PHASE_JSON["id"], NEXT_PHASE_JSON["id"]}


async def test_a_template_that_cannot_be_had_is_said_to_be_so_and_one_elsewhere_is_not_found(
    db: Database, bench: Bench
) -> None:
    theirs = bench.have_template(organizationId=str(uuid4()))
    asked = {"teamId": bench.season.team_id, "startDate": str(START)}

    elsewhere = await bench.run(APPLY, **asked, templateId=global_id(Kind.PHASE_TEMPLATE, theirs))
    bench.double.always = Reply(503)
    away = await bench.run(APPLY, **asked, templateId=global_id(Kind.PHASE_TEMPLATE, uuid4()))

    assert elsewhere["code"] == "template_not_found"
    assert away["code"] == "season_data_unavailable"
    assert await stored(db, *bench.season.players) == []

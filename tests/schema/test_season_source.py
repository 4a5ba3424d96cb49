"""Season data of a planning service, as callers meet them: fresh, old, or not to be had, and why."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.database import Database
from db.exercises import all_exercises
from domain.errors import SeasonDataUnavailable
from domain.workouts import Workout
from events.season.source import SeasonSource
from integrations.metrics import Metrics
from integrations.planning_http import OnBehalfOf
from integrations.planning_metrics import PlanningMetrics
from integrations.planning_service import CURRENT_PHASE_SECONDS, PlanningOptions, PlanningService
from integrations.service_tokens import ServiceTokens
from resolvers.ids import Kind, global_id
from tests import patience
from tests.api import Api
from tests.databases import Clock
from tests.doubles.planning_service import PlanningDouble, Reply
from tests.factories import a_prescription
from tests.integrations.helpers import Log
from tests.integrations.planning_cases import NEXT_PHASE_JSON, PHASE_JSON, PLAN_JSON, TEMPLATE_JSON
from tests.integrations.test_service_tokens import pem_of
from tests.season_world import make_template, move_team
from tests.statements import count_statements
from tests.world import World

KEY = Ed25519PrivateKey.generate()
PHASE = """query ($id: ID!) { currentPhase(teamId: $id) {
  id name freshness { ageSeconds isStale } seasonPlan { id name } } }"""
PLAN = """query ($id: ID!) { seasonPlan(teamId: $id) { id name status team { id }
  phases { id name freshness { isStale } } freshness { ageSeconds isStale } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


@dataclass
class Bench:
    """``ahead_seconds`` puts the wall clock of the cache and the double forward; ``api`` asks the double."""

    double: PlanningDouble
    planning: PlanningService
    source: SeasonSource
    metrics: Metrics
    log: Log
    api: Api
    world: World
    ahead_seconds: float = 0.0

    @property
    def team_id(self) -> str:
        return global_id(Kind.TEAM, self.world.team.id)

    def path(self, name: str) -> str:
        return f"/api/v1/planning/teams/{self.world.team.id}/{name}"

    def answer(self, **changes: Any) -> None:
        """The plan with its two phases, the first of which is in force on 20 November."""
        first = {**PHASE_JSON, "startDate": "2026-11-16", "endDate": "2026-12-13"}
        then = {**NEXT_PHASE_JSON, "startDate": "2026-12-14", "endDate": "2027-03-28"}
        whose = {"teamId": str(self.world.team.id), "organizationId": str(self.world.organization.id)}
        self.double.answers[self.path("current-phase")] = {**first, **changes}
        self.double.answers[self.path("season-plan")] = {
            **PLAN_JSON, **whose, "startDate": "2026-11-16", "phases": [first, then],
            "loadProgression": {"baseLoad": 2000},
        }  # fmt: skip


@pytest.fixture
def double() -> Iterator[PlanningDouble]:
    with PlanningDouble(ServiceTokens(KEY, audience="").public_jwk()) as double:
        yield double


@pytest.fixture
async def bench(
    db: Database, clock: Clock, api: Api, world: World, double: PlanningDouble
) -> AsyncIterator[Bench]:
    log, metrics = Log(), Metrics()
    planning = PlanningService(
        PlanningOptions(double.url, pem_of(KEY), rate_per_second=1_000),
        log=log.logger,
        metrics=PlanningMetrics(metrics.registry),
        wall_clock=lambda: time.time() + made.ahead_seconds,
        clock=lambda: time.monotonic() + made.ahead_seconds,
    )
    source = SeasonSource(db, planning, clock)
    services = dataclasses.replace(api.services, season_source=source)
    asking = dataclasses.replace(api, services=services)
    made = Bench(double, planning, source, metrics, log, asking, world)
    double.clock = lambda: time.time() + made.ahead_seconds
    made.answer()
    yield made
    await planning.close()


async def test_the_services_season_is_the_season_with_its_age(bench: Bench) -> None:
    caller = bench.api.as_(bench.world.athlete)

    phase = (await caller.run(PHASE, id=bench.team_id))["currentPhase"]
    plan = (await caller.run(PLAN, id=bench.team_id))["seasonPlan"]

    assert phase["name"] == "Build"
    assert phase["freshness"]["isStale"] is False
    assert 0 <= phase["freshness"]["ageSeconds"] < 5
    assert phase["seasonPlan"] == {"id": plan["id"], "name": "2026-27"}
    assert [each["name"] for each in plan["phases"]] == ["Build", "League"]
    assert plan["team"] == {"id": bench.team_id}
    assert {each["freshness"]["isStale"] for each in plan["phases"]} == {False}


async def test_the_service_hears_who_asks_and_in_which_request(bench: Bench) -> None:
    await bench.api.as_(bench.world.coach).run(PHASE, id=bench.team_id)

    for seen in bench.double.seen:
        assert seen.headers["x-user-id"] == str(bench.world.coach.id)
        assert seen.headers["x-user-role"] == "coach"
        assert seen.headers["x-organization-id"] == str(bench.world.organization.id)
        assert seen.headers["x-correlation-id"] == "test-correlation"
    assert [each.path for each in bench.double.seen] == [
        bench.path("current-phase"), bench.path("season-plan"),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "code"), [("other_athlete", "forbidden"), ("stranger", "team_not_found")])
async def test_the_service_is_not_asked_for_a_team_that_the_caller_does_not_see(
    bench: Bench, name: str, code: str
) -> None:
    caller = bench.api.as_(getattr(bench.world, name))

    assert await caller.refused(PHASE, id=bench.team_id) == code
    assert await caller.refused(PLAN, id=bench.team_id) == code
    assert bench.double.calls == 0


@pytest.mark.parametrize("document", [PHASE, PLAN])
@pytest.mark.parametrize(
    ("reply", "is_malformed"),
    [
        (Reply(503), False),
        (Reply(401, {"error": "unauthorized"}), False),
        (Reply(429, {}, {"Retry-After": "7"}), False),
        (Reply(200, b"<html>"), True),
        (Reply(200, {"id": "no uuid"}), True),
        (Reply(404, b"gone", content_type="text/plain"), True),
    ],
)
async def test_without_any_answer_the_caller_is_told_to_try_again(
    bench: Bench, document: str, reply: Reply, is_malformed: bool
) -> None:
    bench.double.always = reply

    sent = await bench.api.as_(bench.world.coach).send(document, id=bench.team_id)

    [error] = [each.formatted for each in sent.errors]
    assert error["extensions"]["code"] == "season_data_unavailable"
    assert error["extensions"]["retriable"] is True
    assert "503" not in str(error)
    assert str(bench.double.url) not in str(error)
    assert (error["extensions"].get("retryAfterSeconds") is not None) == (reply.status == 429)
    operation = "current_phase" if document is PHASE else "season_plan"
    assert _counted(bench, "answers_total", operation=operation, freshness="none") == 1
    assert bench.log.named("the planning service gave no good answer")
    assert (_counted(bench, "rejected_total", operation=operation) > 0) == is_malformed


async def test_a_service_that_takes_its_time_is_not_waited_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.double.silent = True
    monkeypatch.setattr("integrations.planning_http.BUDGET_SECONDS", 1.0)

    async with asyncio.timeout(patience.SECONDS):
        code = await bench.api.as_(bench.world.coach).refused(PHASE, id=bench.team_id)

    assert code == "season_data_unavailable"


async def test_what_the_service_forbids_this_caller_is_forbidden(bench: Bench) -> None:
    bench.double.forbidden_users = {str(bench.world.athlete.id)}

    assert await bench.api.as_(bench.world.athlete).refused(PHASE, id=bench.team_id) == "forbidden"
    assert (await bench.api.as_(bench.world.coach).run(PHASE, id=bench.team_id))["currentPhase"]


async def test_a_request_that_the_service_cannot_read_is_not_worth_repeating(bench: Bench) -> None:
    bench.double.always = Reply(422, {"error": "unprocessable"})

    sent = await bench.api.as_(bench.world.coach).send(PLAN, id=bench.team_id)

    [error] = [each.formatted for each in sent.errors]
    assert error["extensions"]["code"] == "season_data_unavailable"
    assert error["extensions"]["retriable"] is False


async def test_an_old_answer_stands_in_and_says_how_old_it_is(bench: Bench) -> None:
    coach = bench.api.as_(bench.world.coach)
    await coach.run(PHASE, id=bench.team_id)
    bench.ahead_seconds = 3 * CURRENT_PHASE_SECONDS
    bench.double.always = Reply(503)

    phase = (await coach.run(PHASE, id=bench.team_id))["currentPhase"]
    plan = (await coach.run(PLAN, id=bench.team_id))["seasonPlan"]

    assert phase["name"] == "Build"
    assert phase["freshness"]["isStale"] is True
    assert phase["freshness"]["ageSeconds"] >= 3 * CURRENT_PHASE_SECONDS
    assert plan["freshness"]["isStale"] is True


async def test_a_kept_phase_is_not_current_once_it_is_over(bench: Bench, clock: Clock) -> None:
    """The answer is fresh for an hour, but its last day ended ten minutes after it was given."""
    coach = bench.api.as_(bench.world.coach)
    await coach.run(PHASE, id=bench.team_id)
    calls = bench.double.calls
    clock.now = clock.now.replace(month=12, day=13, hour=23, minute=30)  # half past midnight in Oslo

    phase = (await coach.run(PHASE, id=bench.team_id))["currentPhase"]

    assert phase["name"] == "League"
    assert bench.double.calls == calls  # the plan that was kept knows


async def test_a_phase_that_is_over_is_no_phase_where_the_plan_cannot_be_had(
    bench: Bench, clock: Clock
) -> None:
    bench.answer(startDate="2026-10-01", endDate="2026-11-19")
    del bench.double.answers[bench.path("season-plan")]
    bench.double.answers[bench.path("season-plan")] = {"broken": True}
    caller = OnBehalfOf(bench.world.coach.id, "coach", bench.world.organization.id)

    found = await bench.source.current_phase(bench.world.team, caller, clock.now)

    assert found.value is None
    assert found.is_stale is True


@pytest.mark.parametrize(
    ("time_zone", "name"), [("Pacific/Auckland", "League"), ("America/Los_Angeles", "Build")]
)
async def test_today_is_the_teams_today_for_the_service_too(
    bench: Bench, db: Database, clock: Clock, time_zone: str, name: str
) -> None:
    await move_team(db, bench.world.team, time_zone)
    clock.now = clock.now.replace(month=12, day=13, hour=12)

    phase = (await bench.api.as_(bench.world.coach).run(PHASE, id=bench.team_id))["currentPhase"]

    assert phase["name"] == name


async def test_that_there_is_none_is_an_answer(bench: Bench) -> None:
    bench.double.answers.clear()
    coach = bench.api.as_(bench.world.coach)

    assert await coach.run(PHASE, id=bench.team_id) == {"currentPhase": None}
    assert await coach.run(PLAN, id=bench.team_id) == {"seasonPlan": None}


@pytest.mark.parametrize("status", ["draft", "completed", "archived"])
async def test_a_plan_of_the_service_that_is_not_in_force_is_none(bench: Bench, status: str) -> None:
    bench.double.answers[bench.path("season-plan")]["status"] = status

    assert await bench.api.as_(bench.world.coach).run(PLAN, id=bench.team_id) == {"seasonPlan": None}


async def test_an_answer_for_another_organization_is_refused(bench: Bench) -> None:
    bench.double.answers[bench.path("season-plan")]["organizationId"] = str(uuid4())

    code = await bench.api.as_(bench.world.coach).refused(PLAN, id=bench.team_id)

    assert code == "season_data_unavailable"


async def test_ids_that_the_service_gave_lead_back_to_it(bench: Bench) -> None:
    coach = bench.api.as_(bench.world.coach)
    plan = (await coach.run(PLAN, id=bench.team_id))["seasonPlan"]

    found = [await coach.run(NODE, id=id) for id in (plan["id"], plan["phases"][1]["id"])]
    hidden = [
        await bench.api.as_(viewer).run(NODE, id=plan["id"])
        for viewer in (bench.world.stranger, bench.world.other_coach)
    ]

    assert [each["node"]["__typename"] for each in found] == ["SeasonPlan", "SeasonPhase"]
    assert [each["node"] for each in hidden] == [None, None]


async def test_one_team_in_trouble_does_not_hide_the_others(bench: Bench) -> None:
    other = f"/api/v1/planning/teams/{bench.world.other_team.id}/season-plan"
    bench.double.answers[other] = {"broken": True}
    document = "{ viewer { teams { edges { node { id seasonPlan { name } } } } } }"

    sent = await bench.api.as_(bench.world.admin).send(document)

    assert sent.codes == ["season_data_unavailable"]
    assert sent.data is not None
    found = {each["node"]["id"]: each["node"]["seasonPlan"] for each in sent.data["viewer"]["teams"]["edges"]}
    assert found[bench.team_id] == {"name": "2026-27"}
    assert found[global_id(Kind.TEAM, bench.world.other_team.id)] is None


async def test_our_own_templates_are_there_without_the_service(bench: Bench, db: Database) -> None:
    world = bench.world
    async with db.read() as read:
        squat = next(each for each in await all_exercises(read, None) if each.name == "Back squat")
    workout = Workout(uuid4(), world.organization.id, "Squats", 60, 7.0, (a_prescription(squat),))
    own = await make_template(db, world.organization, workout)
    bench.double.always = Reply(503)
    caller = OnBehalfOf(None, "service", world.organization.id)

    found = await bench.source.template(own.id, world.organization.id, caller)

    assert found.value == own
    assert (found.age_seconds, found.is_stale) == (None, False)
    with pytest.raises(SeasonDataUnavailable):
        await bench.source.template(uuid4(), world.organization.id, caller)


async def test_a_template_of_the_service_is_read_with_our_catalogue(bench: Bench) -> None:
    world, template_id = bench.world, UUID(TEMPLATE_JSON["id"])
    bench.double.answers[f"/api/v1/planning/templates/{template_id}"] = {
        **TEMPLATE_JSON, "organizationId": str(world.organization.id),
    }  # fmt: skip
    document = """query ($id: ID!) { node(id: $id) { ... on PhaseTemplate { name freshness { isStale }
      workouts { workout { prescriptions { exercise { name } } } } } } }"""
    id = global_id(Kind.PHASE_TEMPLATE, template_id)

    found = await bench.api.as_(world.coach).run(document, id=id)
    hidden = await bench.api.as_(world.stranger).send(document, id=id)

    assert found["node"]["name"] == "Two weeks"
    assert found["node"]["freshness"] == {"isStale": False}
    [placed] = found["node"]["workouts"]
    assert placed["workout"]["prescriptions"] == [{"exercise": {"name": "Back squat"}}]
    assert (hidden.data or {}).get("node") is None


async def test_with_our_own_database_nobody_else_is_asked(
    api: Api, db: Database, world: World, clock: Clock
) -> None:
    source = SeasonSource(db, None, clock)
    caller = OnBehalfOf(None, "service", world.organization.id)

    with count_statements(db) as sent:
        plan = await source.season_plan(world.team, caller)
        phase = await source.current_phase(world.team, caller)

    assert (plan.value, plan.age_seconds, plan.is_stale) == (None, None, False)
    assert (phase.value, phase.age_seconds, phase.is_stale) == (None, None, False)
    assert len(sent) == 2
    assert source.is_own


def _counted(bench: Bench, name: str, **labels: str) -> float:
    return bench.metrics.registry.get_sample_value(f"taper_planning_service_{name}", labels) or 0.0


class TestWorkload:
    """What the planning service says of the players' load, of those whose load the caller may see."""

    QUERY = """query ($id: ID!) {
      workloadAnalytics(teamId: $id, startDate: "2026-11-01", endDate: "2026-11-20") {
        freshness { ageSeconds isStale }
        players { player { id } summary { totalLoadAu riskBand readinessScore } days(last: 1) { day } } } }"""
    PATH = "/api/v1/planning/workload/analyze"

    def answer(self, bench: Bench) -> None:
        world = bench.world
        players = [
            {"playerId": str(world.athlete.id), "totalLoad": 2100.5, "trainingLoad": 1800.5, "gameLoad": 300,
             "injuryRisk": "medium", "readinessScore": 64.5},
            {"playerId": str(uuid4()), "totalLoad": 1, "trainingLoad": 1, "gameLoad": 0},
        ]  # fmt: skip
        bench.double.answers[self.PATH] = {
            "teamId": str(world.team.id), "startDate": "2026-11-01", "endDate": "2026-11-20",
            "players": players,
        }  # fmt: skip

    async def test_its_numbers_are_the_summaries_with_their_age(self, bench: Bench) -> None:
        self.answer(bench)
        world = bench.world

        found = (await bench.api.as_(world.coach).run(self.QUERY, id=bench.team_id))["workloadAnalytics"]

        assert found["freshness"]["isStale"] is False
        summaries = {each["player"]["id"]: each["summary"] for each in found["players"]}
        assert summaries == {
            global_id(Kind.PLAYER, str(world.athlete.id)): {
                "totalLoadAu": 2100.5, "riskBand": "medium", "readinessScore": 64.5,
            },
            global_id(Kind.PLAYER, str(world.mate.id)): dict.fromkeys(
                ("totalLoadAu", "riskBand", "readinessScore")
            ),
        }  # fmt: skip
        assert {each["days"][0]["day"] for each in found["players"]} == {"2026-11-20"}

    async def test_a_player_is_told_their_own_and_nobody_elses(self, bench: Bench) -> None:
        self.answer(bench)

        found = await bench.api.as_(bench.world.mate).run(self.QUERY, id=bench.team_id)

        [only] = found["workloadAnalytics"]["players"]
        assert only["summary"]["totalLoadAu"] is None

    async def test_in_an_outage_an_old_answer_is_marked_and_ours_stand_in_without_one(
        self, bench: Bench
    ) -> None:
        self.answer(bench)
        coach = bench.api.as_(bench.world.coach)
        await coach.run(self.QUERY, id=bench.team_id)
        bench.double.answers[self.PATH] = Reply(503)
        bench.ahead_seconds = 20 * 60

        old = (await coach.run(self.QUERY, id=bench.team_id))["workloadAnalytics"]
        other = await coach.run(self.QUERY.replace("11-20", "11-19"), id=bench.team_id)

        assert old["freshness"]["isStale"] is True
        assert old["freshness"]["ageSeconds"] >= 20 * 60
        assert old["players"][0]["summary"] is not None
        assert other["workloadAnalytics"]["freshness"] is None
        assert {each["summary"]["totalLoadAu"] for each in other["workloadAnalytics"]["players"]} == {None}

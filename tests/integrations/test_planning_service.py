"""The planning service behind its seam: real HTTP to a double that is slow, down, odd or strict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.catalogue import catalogue
from domain.assignments import Completion
from domain.exercise_matching import index_of
from integrations.metrics import Metrics
from integrations.planning_errors import AnswerMalformed, PlanningRefused, PlanningUnavailable, Reason
from integrations.planning_http import LONGEST_PAUSE_SECONDS, TURN_SECONDS, OnBehalfOf
from integrations.planning_metrics import PlanningMetrics
from integrations.planning_replies import MOST_BYTES
from integrations.planning_service import (
    CURRENT_PHASE_SECONDS,
    NOTHING_THERE_SECONDS,
    SEASON_PLAN_SECONDS,
    WORKLOAD_SECONDS,
    PlanningOptions,
    PlanningService,
    PlanningState,
    state_of,
)
from integrations.redis_clients import QUICK_SECONDS, RedisAddress
from integrations.service_tokens import ServiceTokens
from integrations.stale_cache import PATIENCE_SECONDS, PAUSE_SECONDS
from tests import patience
from tests.doubles.planning_service import PlanningDouble, Reply
from tests.doubles.valkey import Valkey
from tests.integrations.helpers import Log, eventually
from tests.integrations.planning_cases import (
    ANNA,
    ANSWERS,
    COACH,
    COMPLETION_PATH,
    CURRENT_PHASE_PATH,
    JULY,
    JUNE,
    ORGANIZATION,
    PHASE_JSON,
    PLAN_JSON,
    SEASON_PLAN_PATH,
    TEAM,
    TEMPLATE,
    TEMPLATE_PATH,
    WORKLOAD_PATH,
)
from tests.integrations.test_service_tokens import pem_of

INDEX = index_of(catalogue())
KEY = Ed25519PrivateKey.generate()
SOONER_SECONDS = patience.PLANNING_SECONDS / 2  # than who waits for a service that says nothing
COMPLETION = Completion(
    assignment_id=UUID(int=31),
    occurrence_on=JUNE,
    player_id=ANNA,
    completed_at=datetime(2026, 6, 1, 18, 30, tzinfo=UTC),
    actual_load_au=420.0,
    completion_rate=95.0,
    performance={"topSetKg": 120},
)


class Bench:
    """Both clocks stand still until they are put forward; the seconds of budgets are real ones."""

    def __init__(
        self, double: PlanningDouble, *, redis: RedisAddress | None = None, rate: int = 1_000
    ) -> None:
        self.double = double
        self.ahead_seconds = 0.0
        wall, steady = time.time(), time.monotonic()
        double.clock = lambda: wall + self.ahead_seconds
        self.log = Log()
        self.metrics = Metrics()
        self.planning = PlanningService(
            PlanningOptions(double.url, pem_of(KEY), rate_per_second=rate, redis=redis),
            log=self.log.logger,
            metrics=PlanningMetrics(self.metrics.registry),
            wall_clock=lambda: wall + self.ahead_seconds,
            clock=lambda: steady + self.ahead_seconds,
        )

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"taper_planning_service_{name}", labels) or 0.0

    def counted_calls(self) -> float:
        outcomes = ("ok", *Reason)
        return sum(
            self.counted("calls_total", operation="current_phase", outcome=outcome) for outcome in outcomes
        )

    def reads(self, caller: OnBehalfOf = COACH) -> list[Callable[[], Awaitable[Any]]]:
        return [
            lambda: self.planning.current_phase(TEAM, caller),
            lambda: self.planning.season_plan(TEAM, caller),
            lambda: self.planning.template(TEMPLATE, INDEX, caller),
            lambda: self.planning.workload(TEAM, JUNE, JULY, caller),
        ]

    async def reason(self, team_id: UUID = TEAM) -> Reason | None:
        """Why there is no phase to be had; None if there is one."""
        try:
            await self.planning.current_phase(team_id, COACH)
        except PlanningUnavailable as unavailable:
            return unavailable.reason
        return None

    def teams(self, count: int) -> list[UUID]:
        """So many that are not asked for yet, each in the phase."""
        teams = [UUID(int=1_000 + n) for n in range(count)]
        for team_id in teams:
            self.double.answers[f"/api/v1/planning/teams/{team_id}/current-phase"] = PHASE_JSON
        return teams


@pytest.fixture
def double() -> Iterator[PlanningDouble]:
    with PlanningDouble(ServiceTokens(KEY, audience="").public_jwk()) as double:
        double.answers |= ANSWERS
        yield double


@pytest.fixture
async def bench(double: PlanningDouble) -> AsyncIterator[Bench]:
    bench = Bench(double)
    yield bench
    await bench.planning.close()


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


async def test_each_answer_is_asked_for_once_at_its_own_path(bench: Bench) -> None:
    for read in bench.reads() * 2:
        assert not (await read()).is_stale

    assert [(seen.method, seen.path) for seen in bench.double.seen] == [
        ("GET", CURRENT_PHASE_PATH),
        ("GET", SEASON_PLAN_PATH),
        ("GET", TEMPLATE_PATH),
        ("POST", WORKLOAD_PATH),
    ]
    assert bench.double.seen[3].body == {
        "teamId": str(TEAM),
        "startDate": "2026-06-01",
        "endDate": "2026-07-01",
    }


@pytest.mark.parametrize(
    ("which", "seconds"),
    [(0, CURRENT_PHASE_SECONDS), (1, SEASON_PLAN_SECONDS), (2, SEASON_PLAN_SECONDS), (3, WORKLOAD_SECONDS)],
)
async def test_each_answer_is_fresh_for_its_own_time(bench: Bench, which: int, seconds: float) -> None:
    read = bench.reads()[which]
    await read()

    bench.ahead_seconds = seconds - 5
    assert (await read()).age_seconds == pytest.approx(seconds - 5, abs=2)
    assert bench.double.calls == 1

    bench.ahead_seconds = seconds + 1
    assert (await read()).age_seconds == pytest.approx(0, abs=1)
    assert bench.double.calls == 2


def test_the_lifetimes_are_those_of_the_contract() -> None:
    assert (CURRENT_PHASE_SECONDS, SEASON_PLAN_SECONDS, WORKLOAD_SECONDS) == (3_600, 7_200, 900)


async def test_the_service_learns_who_calls_and_on_whose_behalf(bench: Bench) -> None:
    await bench.planning.current_phase(TEAM, COACH)

    [seen] = bench.double.seen
    assert seen.claims["sub"] == "service:taper"
    assert seen.claims["exp"] - seen.claims["iat"] == 60
    assert {name: value for name, value in seen.headers.items() if name.startswith("x-")} == {
        "x-correlation-id": "request-1",
        "x-user-id": str(COACH.user_id),
        "x-user-role": "coach",
        "x-organization-id": str(ORGANIZATION),
    }


@pytest.mark.parametrize("correlation_id", ["", "a\r\nX-User-Role: admin", "é", "x" * 129, " "])
async def test_what_is_no_text_for_a_header_is_left_out(bench: Bench, correlation_id: str) -> None:
    await bench.planning.current_phase(TEAM, OnBehalfOf(None, "service", None, correlation_id))

    [seen] = bench.double.seen
    assert [name for name in seen.headers if name.startswith("x-")] == ["x-user-role"]
    assert seen.headers["x-user-role"] == "service"


async def test_each_call_has_a_token_of_its_own(bench: Bench) -> None:
    for read in bench.reads():
        await read()

    assert len({seen.claims["jti"] for seen in bench.double.seen}) == 4


async def test_two_hundred_callers_at_once_cost_one_request(bench: Bench) -> None:
    bench.double.delay_seconds = 0.05

    answers = await asyncio.gather(*(bench.planning.season_plan(TEAM, COACH) for _ in range(200)))

    assert {answer.value.name for answer in answers if answer.value} == {"2026-27"}
    assert bench.double.calls == 1
    assert bench.counted("answers_total", operation="season_plan", freshness="fresh") == 200


async def test_that_there_is_none_is_an_answer_and_kept_for_a_minute(bench: Bench) -> None:
    del bench.double.answers[CURRENT_PHASE_PATH]
    bench.double.answers[SEASON_PLAN_PATH] = None

    for _ in range(3):
        assert (await bench.planning.current_phase(TEAM, COACH)).value is None
        assert (await bench.planning.season_plan(TEAM, COACH)).value is None
    assert bench.double.calls == 2

    bench.double.answers |= ANSWERS
    bench.ahead_seconds = NOTHING_THERE_SECONDS + 1
    assert (await bench.planning.current_phase(TEAM, COACH)).value is not None


def _down(double: PlanningDouble) -> None:
    double.stop()


def _silent(double: PlanningDouble) -> None:
    double.silent = True


def _broken(double: PlanningDouble) -> None:
    double.always = Reply(503, b"<html>", content_type="text/html")


def _odd(double: PlanningDouble) -> None:
    double.always = Reply(200, {"unexpected": True})


def _strict(double: PlanningDouble) -> None:
    double.always = Reply(401, {})


def _busy(double: PlanningDouble) -> None:
    double.always = Reply(429, {}, {"Retry-After": "60"})


@pytest.mark.parametrize("fault", [_down, _silent, _broken, _odd, _strict, _busy])
async def test_while_it_is_not_well_every_cached_answer_is_served_at_once_and_marked_with_its_age(
    bench: Bench, fault: Callable[[PlanningDouble], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for read in bench.reads():
        await read()
    fault(bench.double)
    monkeypatch.setattr("integrations.stale_cache.PATIENCE_SECONDS", PATIENCE_SECONDS)
    age_seconds = SEASON_PLAN_SECONDS + 300
    bench.ahead_seconds = age_seconds

    waits = []
    for read in bench.reads() * 25:
        began = time.perf_counter()
        answer = await read()
        waits.append(time.perf_counter() - began)
        assert answer.is_stale
        assert answer.value is not None
        assert answer.age_seconds == pytest.approx(age_seconds, abs=10)

    assert sorted(waits)[94] < 0.3 * patience.busyness(), "p95"
    assert bench.counted("answers_total", operation="current_phase", freshness="stale") == 25


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (_down, Reason.UNREACHABLE),
        (_silent, Reason.TIMEOUT),
        (_broken, Reason.SERVER_ERROR),
        (_odd, Reason.MALFORMED),
        (_strict, Reason.UNAUTHORIZED),
        (_busy, Reason.RATE_LIMITED),
    ],
)
async def test_without_an_older_answer_the_caller_is_told_within_the_budget(
    bench: Bench,
    fault: Callable[[PlanningDouble], None],
    reason: Reason,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(bench.double)
    if fault is _silent:
        monkeypatch.setattr("integrations.planning_http.BUDGET_SECONDS", 1.0)

    with pytest.raises(PlanningUnavailable) as unavailable:
        async with asyncio.timeout(SOONER_SECONDS):
            await bench.planning.season_plan(TEAM, COACH)

    assert unavailable.value.reason is reason
    assert bench.counted("answers_total", operation="season_plan", freshness="none") == 1
    [entry] = bench.log.named("the planning service gave no good answer")
    assert (entry["operation"], entry["correlation_id"]) == ("season_plan", "request-1")


async def test_a_slow_answer_is_waited_for_and_one_that_drips_is_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.double.delay_seconds = 0.7
    assert (await bench.planning.current_phase(TEAM, COACH)).value is not None

    monkeypatch.setattr("integrations.planning_http.BUDGET_SECONDS", 0.5)
    assert await bench.reason(bench.teams(1)[0]) is Reason.TIMEOUT


MALFORMED = {
    "field missing": Reply(200, {name: value for name, value in PLAN_JSON.items() if name != "teamId"}),
    "wrong type": Reply(200, {**PLAN_JSON, "version": "3"}),
    "another team": Reply(200, {**PLAN_JSON, "teamId": str(UUID(int=3))}),
    "not JSON": Reply(200, b"<html>welcome</html>"),
    "not a number": Reply(200, b'{"x": NaN}'),
    "half a character": Reply(200, b'"\xff"'),
    "deep": Reply(200, b"[" * 100_000),
    "huge": Reply(200, b'"' + b"x" * (MOST_BYTES + 1) + b'"'),
    "compressed": Reply(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}),
    "elsewhere": Reply(302, b"", {"Location": "http://127.0.0.1:9/"}),
    "wrong address": Reply(404, b"<html>", content_type="text/html"),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_answer_is_rejected_counted_logged_and_never_kept(bench: Bench, name: str) -> None:
    bench.double.script.append(MALFORMED[name])

    with pytest.raises(AnswerMalformed) as rejected:
        await bench.planning.season_plan(TEAM, COACH)

    assert rejected.value.problems
    assert bench.double.calls == 1, "the same request would have the same answer"
    assert bench.counted("rejected_total", operation="season_plan") == 1
    [entry] = bench.log.named("the planning service gave no good answer")
    assert rejected.value.problems[0] in entry["error"]
    plan = (await bench.planning.season_plan(TEAM, COACH)).value
    assert plan is not None
    assert plan.version == 3
    assert state_of(bench.planning) is PlanningState.OK


async def test_a_malformed_answer_does_not_replace_a_good_one(bench: Bench) -> None:
    await bench.planning.season_plan(TEAM, COACH)
    bench.ahead_seconds = SEASON_PLAN_SECONDS
    bench.double.script.append(MALFORMED["wrong type"])

    assert (await bench.planning.season_plan(TEAM, COACH)).is_stale
    bench.ahead_seconds += PAUSE_SECONDS
    assert not (await bench.planning.season_plan(TEAM, COACH)).is_stale


async def test_passing_trouble_is_tried_again_within_the_budget(bench: Bench) -> None:
    bench.double.script.extend([Reply(503, {}), Reply(502, {})])

    assert (await bench.planning.current_phase(TEAM, COACH)).value is not None

    assert bench.double.calls == 3
    assert state_of(bench.planning) is PlanningState.OK
    assert bench.counted("calls_total", operation="current_phase", outcome="ok") == 1


async def test_a_connection_that_is_torn_is_tried_again(bench: Bench, double: PlanningDouble) -> None:
    await bench.planning.current_phase(TEAM, COACH)
    double.stop()
    double.start()

    assert (await bench.planning.season_plan(TEAM, COACH)).value is not None


async def test_retry_after_is_honoured_within_the_call_if_it_fits(bench: Bench) -> None:
    bench.double.script.append(Reply(429, {}, {"Retry-After": "0"}))

    assert await bench.reason() is None
    assert bench.double.calls == 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
async def test_a_longer_retry_after_holds_all_calls_back_for_so_long(
    bench: Bench, status: int, as_date: bool
) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    bench.double.script.append(Reply(status, {}, {"Retry-After": later if as_date else "30"}))
    teams = bench.teams(20)

    await bench.reason()
    reasons = {await bench.reason(team_id) for team_id in teams}

    assert reasons == {Reason.LEFT_ALONE}
    assert bench.double.calls == 1
    assert state_of(bench.planning) is PlanningState.DEGRADED
    with pytest.raises(PlanningUnavailable) as unavailable:
        await bench.planning.season_plan(TEAM, COACH)
    assert unavailable.value.retry_after_seconds == pytest.approx(30, abs=2)

    bench.ahead_seconds += 31
    assert await bench.reason() is None
    assert state_of(bench.planning) is PlanningState.OK


@pytest.mark.parametrize("said", ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_nobody_can_make_us_wait_for_ever(bench: Bench, said: str) -> None:
    bench.double.script.append(Reply(429, {}, {"Retry-After": said}))
    await bench.reason()

    bench.ahead_seconds += LONGEST_PAUSE_SECONDS - 5
    assert await bench.reason() is Reason.LEFT_ALONE
    bench.ahead_seconds += 6
    assert await bench.reason() is None


@pytest.mark.parametrize("said", ["", "soon", "-5", "1e9", "٣"])
async def test_a_retry_after_that_says_nothing_is_a_second_s_pause(bench: Bench, said: str) -> None:
    bench.double.script.append(Reply(429, {}, {"Retry-After": said.encode().decode("latin-1")}))
    await bench.reason()

    assert await bench.reason() is Reason.LEFT_ALONE
    bench.ahead_seconds += 1.1
    assert await bench.reason() is None


async def test_we_keep_to_our_own_rate_and_nobody_queues_for_long(
    double: PlanningDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.planning_http.TURN_SECONDS", TURN_SECONDS)
    bench = Bench(double, rate=10)
    teams = bench.teams(60)

    began = time.perf_counter()
    reasons = await asyncio.gather(*(bench.reason(team_id) for team_id in teams))
    seconds = time.perf_counter() - began

    assert seconds < SOONER_SECONDS
    assert 10 <= double.calls <= 10 + 10 * seconds + 1
    assert reasons.count(None) == double.calls
    assert reasons.count(Reason.TOO_MANY) == 60 - double.calls
    assert state_of(bench.planning) is PlanningState.OK, "our own limit says nothing about the service"
    await bench.planning.close()


async def test_the_breaker_opens_leaves_it_alone_and_lets_exactly_one_probe_through(bench: Bench) -> None:
    teams = bench.teams(40)
    bench.double.always = Reply(500, {})
    for team_id in teams[:5]:
        assert await bench.reason(team_id) is Reason.SERVER_ERROR
    assert state_of(bench.planning) is PlanningState.DEGRADED
    assert bench.counted("breaker") == 2

    before = bench.double.calls
    reasons = await asyncio.gather(*(bench.reason(team_id) for team_id in teams))
    assert set(reasons) == {Reason.LEFT_ALONE}
    assert bench.double.calls == before

    bench.ahead_seconds += 6
    reasons = await asyncio.gather(*(bench.reason(team_id) for team_id in teams))
    assert sorted(map(str, reasons)) == ["left_alone"] * 39 + ["server_error"]
    assert bench.double.calls == before + 1, "and the probe itself is not tried again"

    bench.double.always = None
    bench.ahead_seconds += 11
    bench.double.delay_seconds = 0.05
    reasons = await asyncio.gather(*(bench.reason(team_id) for team_id in teams))
    assert reasons.count(None) == 1
    assert bench.double.calls == before + 2
    assert state_of(bench.planning) is PlanningState.OK
    assert await bench.reason(teams[-1]) is None


async def test_a_service_that_flaps_is_neither_hammered_nor_given_up(bench: Bench) -> None:
    teams = bench.teams(30)
    bench.double.script.extend([Reply(500, {}), None] * 30)

    reasons = [await bench.reason(team_id) for team_id in teams]

    assert reasons == [None] * 30, "each second try is a good one"
    assert bench.double.calls == 60


async def test_a_team_with_bad_data_does_not_take_the_others_along(bench: Bench) -> None:
    teams = bench.teams(30)
    bench.double.answers[CURRENT_PHASE_PATH] = {}

    for team_id in teams:
        assert await bench.reason() is Reason.MALFORMED
        assert await bench.reason(team_id) is None


async def test_a_refusal_is_the_caller_s_and_is_neither_kept_nor_papered_over(bench: Bench) -> None:
    await bench.planning.season_plan(TEAM, COACH)
    bench.ahead_seconds = SEASON_PLAN_SECONDS
    bench.double.forbidden_users.add(str(COACH.user_id))

    for _ in range(10):
        with pytest.raises(PlanningRefused) as refused:
            await bench.planning.season_plan(TEAM, COACH)
    assert refused.value.status == 403
    assert state_of(bench.planning) is PlanningState.OK

    admin = OnBehalfOf(UUID(int=8), "admin", ORGANIZATION)
    assert not (await bench.planning.season_plan(TEAM, admin)).is_stale


async def test_who_waits_beside_somebody_who_is_refused_is_answered_for_themselves(bench: Bench) -> None:
    bench.double.forbidden_users.add(str(COACH.user_id))
    bench.double.delay_seconds = 0.05
    admin = OnBehalfOf(UUID(int=8), "admin", ORGANIZATION)

    refused, answered = await asyncio.gather(
        bench.planning.season_plan(TEAM, COACH),
        bench.planning.season_plan(TEAM, admin),
        return_exceptions=True,
    )

    assert isinstance(refused, PlanningRefused)
    assert not isinstance(answered, BaseException)
    assert answered.value is not None


async def test_organizations_share_no_answer(bench: Bench) -> None:
    stranger = OnBehalfOf(UUID(int=9), "coach", UUID(int=99))
    assert (await bench.planning.template(TEMPLATE, INDEX, COACH)).value is not None

    assert (await bench.planning.template(TEMPLATE, INDEX, stranger)).value is None
    with pytest.raises(AnswerMalformed, match="organizationId"):
        await bench.planning.season_plan(TEAM, stranger)


async def test_what_an_event_changes_is_asked_for_again_and_nothing_else(bench: Bench) -> None:
    for read in bench.reads():
        await read()

    await bench.planning.invalidate_team(TEAM)
    bench.ahead_seconds += 0.002
    before = bench.double.calls
    for read in bench.reads():
        await read()
    assert [seen.path for seen in bench.double.seen[before:]] == [
        CURRENT_PHASE_PATH,
        SEASON_PLAN_PATH,
        WORKLOAD_PATH,
    ]

    await bench.planning.invalidate_template(TEMPLATE)
    bench.ahead_seconds += 0.002
    before = bench.double.calls
    for read in bench.reads():
        await read()
    assert [seen.path for seen in bench.double.seen[before:]] == [TEMPLATE_PATH]


async def test_a_completion_is_told_with_its_key_and_changes_the_workload(bench: Bench) -> None:
    await bench.planning.workload(TEAM, JUNE, JULY, COACH)

    await bench.planning.notify_completion(COMPLETION, TEAM, COACH, idempotency_key="completion-31")

    [seen] = [seen for seen in bench.double.seen if seen.path == COMPLETION_PATH]
    assert seen.headers["x-user-id"] == str(COACH.user_id)
    assert bench.double.completions == {
        "completion-31": {
            "assignmentId": str(COMPLETION.assignment_id),
            "playerId": str(ANNA),
            "completedAt": "2026-06-01T18:30:00+00:00",
            "actualLoad": 420.0,
            "completionRate": 95.0,
            "performance": {"topSetKg": 120},
        }
    }
    bench.ahead_seconds += 0.002
    await bench.planning.workload(TEAM, JUNE, JULY, COACH)
    assert bench.double.seen[-1].path == WORKLOAD_PATH


@pytest.mark.parametrize("fault", [_down, _silent, _broken, _strict, _busy])
async def test_a_completion_that_may_not_have_arrived_is_the_caller_s_to_repeat(
    bench: Bench, fault: Callable[[PlanningDouble], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(bench.double)
    if fault is _silent:
        monkeypatch.setattr("integrations.planning_http.BUDGET_SECONDS", 1.0)

    with pytest.raises(PlanningUnavailable):
        async with asyncio.timeout(SOONER_SECONDS):
            await bench.planning.notify_completion(COMPLETION, TEAM, COACH, idempotency_key="completion-31")

    assert bench.double.calls <= 1, "it is not tried again by itself"


async def test_a_completion_that_is_refused_is_not_worth_repeating(bench: Bench) -> None:
    bench.double.script.append(Reply(422, {"error": "unknown assignment"}))

    with pytest.raises(PlanningRefused, match="unknown assignment") as refused:
        await bench.planning.notify_completion(COMPLETION, TEAM, COACH, idempotency_key="completion-31")

    assert refused.value.status == 422


async def test_a_caller_who_goes_away_costs_no_connection(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.double.silent = True
    with monkeypatch.context() as hurried:
        hurried.setattr("integrations.planning_http.BUDGET_SECONDS", 1.0)
        for team_id in bench.teams(40):
            task = asyncio.create_task(bench.planning.current_phase(team_id, COACH))
            await asyncio.sleep(0.001)
            task.cancel()
        await eventually(lambda: bench.counted_calls() == 40)
    bench.double.silent = False
    bench.ahead_seconds += 60

    reasons = [await bench.reason(team_id) for team_id in bench.teams(40)[-20:]]

    assert reasons == [None] * 20


async def test_a_redis_that_goes_away_changes_no_answer_and_its_loss_is_counted(
    double: PlanningDouble, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = RedisAddress(unix_socket=valkey.socket_path)
    bench, other = Bench(double, redis=redis), Bench(double, redis=redis)
    for read in bench.reads() + other.reads():
        assert not (await read()).is_stale
    assert double.calls == 4, "the second process has them from Redis"

    monkeypatch.setattr("integrations.redis_store.QUICK_SECONDS", QUICK_SECONDS)
    for fault in (valkey.freeze, valkey.kill):
        fault()
        for read in other.reads() * 10:
            async with asyncio.timeout(SOONER_SECONDS):
                assert not (await read()).is_stale

    assert double.calls == 4
    assert (other.metrics.registry.get_sample_value("taper_cache_redis_errors_total") or 0) >= 3
    await bench.planning.close()
    await other.planning.close()


async def test_a_process_that_starts_while_the_service_is_down_serves_what_redis_has(
    double: PlanningDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.stale_cache.PATIENCE_SECONDS", PATIENCE_SECONDS)
    with Valkey() as valkey:
        redis = RedisAddress(unix_socket=valkey.socket_path)
        bench, late = Bench(double, redis=redis), Bench(double, redis=redis)
        for read in bench.reads():
            await read()
        double.silent = True
        late.ahead_seconds = SEASON_PLAN_SECONDS

        for read in late.reads():
            async with asyncio.timeout(SOONER_SECONDS):
                answer = await read()
            assert answer.is_stale
            assert answer.value is not None

        await bench.planning.close()
        await late.planning.close()


async def test_closing_does_not_wait_for_a_service_that_hangs(double: PlanningDouble) -> None:
    bench = Bench(double)
    double.silent = True
    asking = asyncio.create_task(bench.planning.current_phase(TEAM, COACH))
    await eventually(lambda: double.calls == 1)

    async with asyncio.timeout(SOONER_SECONDS):
        await bench.planning.close()

    assert isinstance((await asyncio.gather(asking, return_exceptions=True))[0], asyncio.CancelledError)


def test_without_the_service_it_is_off() -> None:
    assert state_of(None) is PlanningState.OFF


async def test_with_it_it_is_what_it_says(bench: Bench) -> None:
    assert state_of(bench.planning) is PlanningState.OK


def test_a_key_that_cannot_be_used_is_found_at_the_start(double: PlanningDouble) -> None:
    with pytest.raises(ValueError, match="PEM"):
        PlanningService(
            PlanningOptions(double.url, "not a key"),
            log=Log().logger,
            metrics=PlanningMetrics(Metrics().registry),
        )

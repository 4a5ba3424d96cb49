"""``./dev rollout`` against Prometheus, which scrapes a real registry, and LaunchDarkly's API."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from app.cli import cli
from domain.compression.model import Strategy
from integrations.flags import Flag
from integrations.metrics import CompressResult, EngineStatus, ErrorCode, Metrics
from integrations.promql import SIGNALS
from tests.doubles.launchdarkly_api import FALSE_ID, TRUE_ID, LaunchDarklyRest
from tests.doubles.prometheus import Prometheus

KEY = Flag.TIME_CRUNCH.value
HOUR_MS = 3_600_000
SDK_TOKEN = "api-token"


@pytest.fixture(autouse=True)
def _logging_put_back() -> Iterator[None]:
    root = logging.getLogger()
    before, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.fixture
def launchdarkly(monkeypatch: pytest.MonkeyPatch) -> Iterator[LaunchDarklyRest]:
    with LaunchDarklyRest(token=SDK_TOKEN) as server:
        monkeypatch.setenv("LAUNCHDARKLY_API_TOKEN", SDK_TOKEN)
        server.clock_ms = int(time.time() * 1000) - HOUR_MS
        yield server


@pytest.fixture
def prometheus() -> Iterator[Prometheus]:
    with Prometheus() as server:
        yield server


def at(percent: int, **more: Any) -> dict[str, Any]:
    """A flag's targeting in which so many get it."""
    weights = [
        {"variation": 0, "weight": percent * 1000},
        {"variation": 1, "weight": 100_000 - percent * 1000},
    ]
    return {"on": True, "fallthrough": {"rollout": {"variations": weights} | more}}


def traffic(prometheus: Prometheus, *, seconds: float = 0.2, disabled: int = 0, **results: int) -> None:
    """Within the last twenty minutes; ``disabled`` answers take no time."""
    metrics = Metrics()
    prometheus.scrape(metrics, minutes=0)
    for result, count in results.items():
        for _ in range(count):
            metrics.time_crunch_request(CompressResult(result), "cta")
            metrics.time_crunch_duration(seconds)
    for _ in range(disabled):
        metrics.time_crunch_request(CompressResult.DISABLED, "cta")
    prometheus.scrape(metrics, minutes=20)


def rollout(
    command: str, launchdarkly: LaunchDarklyRest, prometheus: Prometheus | None, *more: str, flag: str = KEY
) -> Result:
    asked = [] if prometheus is None else ["--prometheus-url", prometheus.url]
    return CliRunner().invoke(
        cli, ["rollout", command, "--flag", flag, "--launchdarkly-url", launchdarkly.url, *asked, *more]
    )


def logged(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(("percent", "next_percent"), [(10, 25), (25, 50), (50, 100)])
def test_good_metrics_take_it_to_the_next_phase(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus, percent: int, next_percent: int
) -> None:
    launchdarkly.flag(KEY, **at(percent))
    traffic(prometheus, compressed=280, unchanged=10, invalid=8, failed=2, disabled=2700)

    ended = rollout("advance", launchdarkly, prometheus, "--yes")

    assert ended.exit_code == 0, ended.output
    assert launchdarkly.percent(KEY) == next_percent
    assert f"advance to {next_percent} %: every guard rail holds" in ended.stdout
    assert "success rate  96.7 %" in ended.stdout
    [patch] = launchdarkly.patches
    assert patch["environmentKey"] == "production"
    assert "every guard rail holds" in patch["comment"]
    assert [each["kind"] for each in patch["instructions"]] == ["updateFallthroughVariationOrRollout"]


def test_the_weights_are_thousandths_of_a_percent_and_the_last_phase_is_no_percentage(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus
) -> None:
    traffic(prometheus, compressed=300)
    sent = []
    for percent in (10, 50):
        launchdarkly.flag(KEY, **at(percent))
        assert rollout("advance", launchdarkly, prometheus, "--yes").exit_code == 0
        sent.append(launchdarkly.patches[-1]["instructions"][0])

    kind = "updateFallthroughVariationOrRollout"
    weights = {TRUE_ID: 25_000, FALSE_ID: 75_000}
    assert sent == [
        {"kind": kind, "rolloutWeights": weights, "rolloutContextKind": "user"},
        {"kind": kind, "variationId": TRUE_ID},
    ]


def test_whom_a_rollout_counts_stays_as_it_was(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus
) -> None:
    """Another kind of context is another draw: people who have the feature would lose it."""
    launchdarkly.flag(KEY, **at(10, contextKind="organization", bucketBy="region"))
    traffic(prometheus, compressed=300)

    ended = rollout("advance", launchdarkly, prometheus, "--yes")

    assert "10 % by organization" in ended.stdout
    rolled_out = launchdarkly.flags[KEY]["environments"]["production"]["fallthrough"]["rollout"]
    assert (rolled_out["contextKind"], rolled_out["bucketBy"]) == ("organization", "region")


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ({"compressed": 280, "invalid": 20}, "success rate 93.3 % is not over 95 %"),
        ({"compressed": 294, "failed": 6}, "error rate 2 % is not under 1 %"),
        ({"compressed": 300, "seconds": 7}, "is not under 5 s"),
        ({"compressed": 199}, "199 requests are too few"),
        ({"disabled": 900}, "0 requests are too few"),
    ],
)
def test_doubtful_metrics_hold(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus, results: dict[str, int], why: str
) -> None:
    launchdarkly.flag(KEY, **at(10))
    traffic(prometheus, **results)

    ended = rollout("advance", launchdarkly, prometheus, "--yes")

    assert ended.exit_code == 3, ended.output
    assert why in ended.stdout
    assert launchdarkly.patches == []


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ({"compressed": 179, "not_found": 21}, "success rate 89.5 % is under 90 %"),
        ({"compressed": 94, "failed": 6}, "error rate 6 % is over 5 %"),
        ({"compressed": 100, "seconds": 15}, "is over 10 s"),
        ({"compressed": 100, "seconds": 600}, "p95 20 s is over 10 s"),
    ],
)
def test_a_broken_guard_rail_turns_the_flag_off(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus, results: dict[str, int], why: str
) -> None:
    launchdarkly.flag(KEY, **at(50))
    traffic(prometheus, **results)

    ended = rollout("advance", launchdarkly, prometheus, "--yes")

    assert ended.exit_code == 4, ended.output
    assert why in ended.stdout
    assert launchdarkly.percent(KEY) == 0
    [patch] = launchdarkly.patches
    assert patch["instructions"] == [{"kind": "turnFlagOff"}]
    assert why in patch["comment"]


def test_what_was_rolled_back_stays_off_until_a_person_begins_it_again(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus
) -> None:
    launchdarkly.flag(KEY, on=False)
    traffic(prometheus, disabled=900)

    by_the_schedule = rollout("advance", launchdarkly, prometheus, "--yes")
    assert (by_the_schedule.exit_code, launchdarkly.patches) == (3, [])
    assert "for a person to begin" in by_the_schedule.stdout

    by_a_person = rollout("advance", launchdarkly, prometheus, "--yes", "--begin")
    assert by_a_person.exit_code == 0
    assert launchdarkly.percent(KEY) == 10
    assert [each["kind"] for each in launchdarkly.patches[0]["instructions"]] == [
        "updateFallthroughVariationOrRollout",
        "turnFlagOn",
    ]


def test_a_phase_that_began_a_moment_ago_holds(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus
) -> None:
    launchdarkly.clock_ms = int(time.time() * 1000) - 60_000
    launchdarkly.flag(KEY, **at(10))
    traffic(prometheus, compressed=300)

    ended = rollout("advance", launchdarkly, prometheus, "--yes")

    assert ended.exit_code == 3
    assert "changed 1 min ago" in ended.stdout


def test_a_complete_rollout_has_nowhere_to_go(launchdarkly: LaunchDarklyRest, prometheus: Prometheus) -> None:
    launchdarkly.flag(KEY, on=True)
    traffic(prometheus, compressed=300)

    ended = rollout("advance", launchdarkly, prometheus, "--yes")

    assert ended.exit_code == 0
    assert "complete" in ended.stdout
    assert launchdarkly.patches == []


@pytest.mark.parametrize("command", ["advance", "rollback"])
def test_without_yes_it_is_only_said(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus, command: str
) -> None:
    launchdarkly.flag(KEY, **at(10))
    traffic(prometheus, compressed=300)

    ended = rollout(command, launchdarkly, prometheus if command == "advance" else None)

    assert ended.exit_code == 0
    assert "Nothing was changed. Add --yes" in ended.stdout
    assert '"kind": ' in ended.stdout
    assert launchdarkly.patches == []
    [decision] = logged(ended)
    assert decision["acting"] is False


def test_status_shows_and_never_acts(launchdarkly: LaunchDarklyRest, prometheus: Prometheus) -> None:
    launchdarkly.flag(KEY, **at(10), rules=[{}], targets=[{}, {}])
    traffic(prometheus, compressed=10, failed=90)

    ended = rollout("status", launchdarkly, prometheus)

    assert ended.exit_code == 4
    assert "roll back to 0 %" in ended.stdout
    assert "3 rules or targets" in ended.stdout
    assert launchdarkly.patches == []


def test_rolling_back_by_hand_asks_no_metrics(launchdarkly: LaunchDarklyRest) -> None:
    launchdarkly.flag(KEY, **at(50))

    ended = rollout("rollback", launchdarkly, None, "--yes", "--why", "the coach of the first team called")

    assert ended.exit_code == 0, ended.output
    assert launchdarkly.percent(KEY) == 0
    assert "the coach of the first team called" in launchdarkly.patches[0]["comment"]


def test_a_flag_that_is_true_when_off_is_mended_as_it_is_turned_off(launchdarkly: LaunchDarklyRest) -> None:
    launchdarkly.flag(KEY, **at(50), offVariation=0)

    assert rollout("rollback", launchdarkly, None, "--yes").exit_code == 0

    its = launchdarkly.flags[KEY]["environments"]["production"]
    assert (its["on"], its["offVariation"]) == (False, 1)


def prometheus_down(prometheus: Prometheus) -> None:
    prometheus.stop()


def prometheus_refuses(prometheus: Prometheus) -> None:
    prometheus.status, prometheus.answer = 503, b'{"status": "error", "error": "starting up"}'


def prometheus_babbles(prometheus: Prometheus) -> None:
    prometheus.answer = b"<html>"


def prometheus_answers_otherwise(prometheus: Prometheus) -> None:
    prometheus.answer = b'{"status": "success", "data": {"resultType": "matrix", "result": []}}'


def prometheus_gives_two(prometheus: Prometheus) -> None:
    sample = {"metric": {}, "value": [1, "1"]}
    data = {"resultType": "vector", "result": [sample, sample]}
    prometheus.answer = json.dumps({"status": "success", "data": data}).encode()


def prometheus_lost_the_server(prometheus: Prometheus) -> None:
    prometheus.scrape_fails(minutes=21)


@pytest.mark.parametrize(
    "trouble",
    [
        prometheus_down,
        prometheus_refuses,
        prometheus_babbles,
        prometheus_answers_otherwise,
        prometheus_gives_two,
        prometheus_lost_the_server,
    ],
)
def test_metrics_that_cannot_be_had_hold(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus, trouble: Any
) -> None:
    """Good numbers of before the scrapes ended are no reason to advance either."""
    launchdarkly.flag(KEY, **at(10))
    traffic(prometheus, compressed=300)
    trouble(prometheus)

    ended = rollout("advance", launchdarkly, prometheus, "--yes")

    assert ended.exit_code == 3, ended.output
    assert "requests could not be measured" in ended.stdout
    assert launchdarkly.patches == []


def test_every_decision_is_logged_with_its_numbers(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus
) -> None:
    launchdarkly.flag(KEY, **at(10))
    traffic(prometheus, compressed=297, failed=3)

    held = logged(rollout("advance", launchdarkly, prometheus, "--yes"))
    traffic(prometheus, compressed=300)
    advanced = logged(rollout("advance", launchdarkly, prometheus, "--yes"))

    assert [each["message"] for each in held] == ["rollout decided"]
    assert (
        held[0].items()
        >= {
            "flag": KEY,
            "verdict": "hold",
            "acting": False,
            "percent_before": 10.0,
            "percent_next": None,
            "requests": 300.0,
            "success_share": 0.99,
            "error_share": pytest.approx(0.01),
            "window_minutes": 30,
        }.items()
    )
    assert [each["message"] for each in advanced] == ["rollout decided", "rollout carried out"]
    assert (advanced[0]["verdict"], advanced[0]["acting"], advanced[1]["percent"]) == ("advance", True, 25.0)


def test_a_change_that_launchdarkly_refuses_or_forgets_is_an_error_and_logged(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus
) -> None:
    launchdarkly.flag(KEY, **at(10))
    traffic(prometheus, compressed=300)
    launchdarkly.refuse = (403, "Access to updateFallthrough denied")
    refused = rollout("advance", launchdarkly, prometheus, "--yes")
    launchdarkly.refuse, launchdarkly.ignores_patches = None, True
    forgotten = rollout("advance", launchdarkly, prometheus, "--yes")

    assert (refused.exit_code, forgotten.exit_code) == (1, 1)
    assert "LaunchDarkly answered 403: Access to updateFallthrough denied" in refused.stderr
    assert "was to be at 25 % and is at 10 %" in forgotten.stderr
    for ended in (refused, forgotten):
        assert logged(ended)[-1]["message"] == "rollout not carried out"


def test_a_flag_of_other_values_under_an_experiment_or_not_there_is_refused(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus
) -> None:
    traffic(prometheus, compressed=300)
    absent = rollout("advance", launchdarkly, prometheus, "--yes")
    launchdarkly.flag(KEY, **at(10, experimentAllocation={"type": "experiment"}))
    experiment = rollout("advance", launchdarkly, prometheus, "--yes")
    launchdarkly.flag(KEY, **at(10))["variations"][0]["value"] = "blue"
    multivariate = rollout("advance", launchdarkly, prometheus, "--yes")
    launchdarkly.flag(KEY, "test", **at(10))
    elsewhere = rollout("advance", launchdarkly, prometheus, "--yes")

    assert f"no flag {KEY} in project default, environment production" in absent.stderr
    assert "under an experiment" in experiment.stderr
    assert "no flag of true and false" in multivariate.stderr
    assert "no environment production" in elsewhere.stderr
    assert [each.exit_code for each in (absent, experiment, multivariate, elsewhere)] == [1, 1, 1, 1]
    assert launchdarkly.patches == []


def test_misuse_is_said_in_a_sentence_and_no_token_is_ever_shown(
    launchdarkly: LaunchDarklyRest, prometheus: Prometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    launchdarkly.flag(KEY, **at(10))
    unknown = rollout("status", launchdarkly, prometheus, flag="feature.of_nobody")
    unset = rollout("status", launchdarkly, prometheus, "--token-env", "NO_SUCH_VARIABLE")
    in_the_clear = rollout("status", launchdarkly, prometheus, "--launchdarkly-url", "http://ld.example.com")
    no_address = rollout("status", launchdarkly, prometheus, "--prometheus-url", "prometheus:9090")
    monkeypatch.setenv("LAUNCHDARKLY_API_TOKEN", "api-wrong-one")
    refused = rollout("status", launchdarkly, prometheus)
    launchdarkly.stop()
    gone = rollout("status", launchdarkly, prometheus)

    assert "There are:" in unknown.stderr
    assert KEY in unknown.stderr
    assert "NO_SUCH_VARIABLE is not set" in unset.stderr
    assert "use https://" in in_the_clear.stderr
    assert "no http:// or https:// address" in no_address.stderr
    assert "LaunchDarkly answered 401: Invalid access token" in refused.stderr
    assert "LaunchDarkly does not answer" in gone.stderr
    everything = (unknown, unset, in_the_clear, no_address, refused, gone)
    assert [each.exit_code for each in everything] == [2, 2, 2, 2, 1, 1]
    assert not any("api-wrong-one" in each.output or SDK_TOKEN in each.output for each in everything)


def test_the_preview_is_judged_by_the_engine(launchdarkly: LaunchDarklyRest, prometheus: Prometheus) -> None:
    key = Flag.TIME_CRUNCH_PREVIEW.value
    launchdarkly.flag(key, **at(10))
    metrics = Metrics()
    prometheus.scrape(metrics, minutes=0)
    for _ in range(290):
        metrics.engine_request(EngineStatus.SUCCESS, Strategy.CORE_ONLY)
        metrics.engine_duration(0.01)
    for _ in range(10):  # refused, so no error of ours
        metrics.engine_request(EngineStatus.ERROR, None)
        metrics.engine_error(ErrorCode.PLAN_NOT_COMPRESSIBLE)
    prometheus.scrape(metrics, minutes=20)
    good = rollout("advance", launchdarkly, prometheus, "--yes", flag=key)
    for _ in range(20):
        metrics.engine_request(EngineStatus.ERROR, None)
        metrics.engine_error(ErrorCode.INTERNAL_ERROR)
    prometheus.scrape(metrics, minutes=25)
    bad = rollout("advance", launchdarkly, prometheus, "--yes", flag=key)

    assert "success rate  96.7 %" in good.stdout
    assert "error rate    0 %" in good.stdout
    assert (good.exit_code, bad.exit_code) == (0, 4), good.output + bad.output
    assert launchdarkly.percent(key) == 0


@pytest.mark.parametrize("flag", Flag)
def test_the_plan_of_a_rollout_asks_nobody(flag: Flag) -> None:
    shown = CliRunner().invoke(cli, ["rollout", "plan", "--flag", flag.value])

    assert shown.exit_code == 0
    assert "10 % → 25 % → 50 % → 100 %" in shown.output
    assert "advance over 95 %, roll back under 90 %" in shown.output
    assert f"sum(rate({SIGNALS[flag].attempts}[30m]))" in shown.output
    assert SIGNALS[flag].attempts.startswith(("planning_", "taper_graphql_operations_total"))

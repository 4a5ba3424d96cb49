"""``./dev serve`` from the first start to the last process gone."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import ROOT
from db.embedded import url_of_running
from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests import patience
from tests.doubles.launchdarkly import LaunchDarkly
from tests.end_to_end.running import START_SECONDS, Server, eventually, serving, started

MY_PLANS = """
{
  viewer { plans(first: 20) { edges { node { id title microcycles { sessions { id title } } } } } }
}
"""
COMPRESS = """
mutation ($planId: ID!, $sessionId: ID!, $idempotencyKey: String) {
  compressSession(
    input: {
      planId: $planId, sessionId: $sessionId, targetMinutes: 30, idempotencyKey: $idempotencyKey
    }
  ) {
    ... on CompressSessionSuccess { status achievedMinutes meetsTimeConstraint strategy }
    ... on Error { code message }
  }
}
"""
STORED = "query ($id: ID!) { session(id: $id) { isTimeCrunchActive timeCrunchMinutes } }"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for the tests that leave it as it was."""
    with serving(tmp_path_factory.mktemp("taper")) as running:
        yield running
        running.stop()


def ask(server: Server, query: str, token: str | None = None, **variables: object) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    with server.client() as client:
        return client.post("/graphql", json={"query": query, "variables": variables}, headers=headers).json()


def test_it_says_where_it_is_and_all_that_a_first_query_needs(server: Server) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert "GraphiQL" in server.said
    assert "feature.v1_planning_time_crunch_ai" in server.said
    assert "Demo data: 333 exercises" in server.logged or "exercises" in server.logged
    assert "Traceback" not in server.logged


def test_it_is_alive_and_ready_and_says_how_everything_is(server: Server) -> None:
    with server.client() as client:
        alive, ready = client.get("/livez"), client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ready",
        "reasons": [],
        "degraded": [],
        "checks": {
            "database": "ok",
            "migrations": "done",
            "cache": "off",
            "event_bus": "in_process",
            "planning_service": "off",
            "flags": "off",
        },
    }


def test_the_printed_token_is_accepted_and_the_page_has_one_too(server: Server) -> None:
    answer = ask(server, "{ viewer { displayName } }", server.token)
    with server.client() as client:
        page = client.get("/graphql", headers=BROWSER)

    assert answer == {"data": {"viewer": {"displayName": "Mia Halvorsen"}}}
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    if "GraphiQL is not installed" not in page.text:
        configuration = json.loads(page.text.split('id="taper">')[1].split("</script>")[0])
        assert len(configuration["examples"]) >= 5
        again = ask(server, "{ viewer { displayName } }", configuration["token"])
        assert again == answer


def test_a_stranger_compresses_a_published_session_with_what_is_printed(server: Server) -> None:
    found = ask(server, MY_PLANS, server.token)
    plans = {each["node"]["title"]: each["node"] for each in found["data"]["viewer"]["plans"]["edges"]}
    plan = next(each for title, each in plans.items() if title.startswith("PHUL"))
    session = plan["microcycles"][0]["sessions"][0]

    answer = ask(
        server, COMPRESS, server.token, planId=plan["id"], sessionId=session["id"], idempotencyKey="first"
    )
    again = ask(
        server, COMPRESS, server.token, planId=plan["id"], sessionId=session["id"], idempotencyKey="first"
    )

    compressed = answer["data"]["compressSession"]
    assert compressed["status"] == "compressed"
    assert compressed["achievedMinutes"] <= 30
    assert compressed["meetsTimeConstraint"] is True
    assert again == answer
    with server.client() as client:
        metrics = client.get("/metrics").text
    assert 'planning_time_crunch_requests_total{result="compressed",source="unknown"}' in metrics


def test_dev_token_makes_one_that_this_server_accepts(server: Server) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "app", "token", "--as", "coach"],
        cwd=ROOT,
        env={**os.environ, "TAPER_DATA_DIR": str(server.folder)},
        capture_output=True,
        text=True,
        check=True,
    )

    answer = ask(server, "{ viewer { displayName role } }", made.stdout.strip())

    assert answer == {"data": {"viewer": {"displayName": "Dana Reyes", "role": "coach"}}}
    assert "12 hours" in made.stderr


def test_dev_import_works_while_the_server_runs(server: Server) -> None:
    """It borrows the server's database, which no second PostgreSQL could open."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "import", "docs/examples/plan.csv", "--for", "nora"],
        cwd=ROOT,
        env={**os.environ, "TAPER_DATA_DIR": str(server.folder)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Imported" in done.stdout
    assert ask(server, "{ viewer { displayName } }", server.token)


def test_a_second_server_on_the_same_port_says_what_to_do(server: Server, tmp_path: Path) -> None:
    port = server.url.rsplit(":", 1)[1]

    with started(tmp_path, "--port", port) as second:
        assert second.ended(START_SECONDS) == 1

        eventually(lambda: second.logged != "")
        assert second.logged.count("\n") == 1
        assert f"Port {port} of 127.0.0.1 is in use" in second.logged
        assert not (tmp_path / "postgres").exists()


def test_a_second_server_in_the_same_folder_says_who_has_it(server: Server) -> None:
    with started(server.folder) as second:
        assert second.ended(START_SECONDS) == 1

        eventually(lambda: second.logged != "")
        assert f"in use by process {server.process.pid}" in second.logged
        assert "Traceback" not in second.logged
    assert ask(server, "{ __typename }") == {"data": {"__typename": "Query"}}


def test_ctrl_c_stops_it_in_order_and_leaves_no_process(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.postgres_processes()

        assert_stops_in_order(server, signal.SIGINT)


def test_killed_it_leaves_no_process_and_starts_again_with_what_it_had(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.stop(signal.SIGKILL)
        eventually(lambda: server.postgres_processes() == [])

    with serving(tmp_path) as again:
        assert "Demo data" not in again.logged
        assert ask(again, "{ viewer { displayName } }", again.token) == {
            "data": {"viewer": {"displayName": "Mia Halvorsen"}}
        }
        assert_stops_in_order(again, signal.SIGTERM)


def test_what_was_accepted_before_sigterm_is_answered_and_stored(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        url = url_of_running(tmp_path / "postgres")
        assert url is not None

        answer = asyncio.run(compress_during_sigterm(server, url))

        assert answer.json().get("errors") is None, answer.text + server.logged
        assert answer.json()["data"]["compressSession"]["status"] == "compressed"
        assert server.ended() == 0
        assert "abandoned" not in server.logged

    with serving(tmp_path) as again:
        stored = ask(again, STORED, again.token, id=global_id(Kind.SESSION, DEMO.sessions["mppl-push"]))
        assert stored == {"data": {"session": {"isTimeCrunchActive": True, "timeCrunchMinutes": 30}}}


async def compress_during_sigterm(server: Server, url: str) -> httpx2.Response:
    """Held up by a row that another holds, a compression is under way when the signal comes; it is let go
    when nobody new is served any more."""
    session_id, plan_id = DEMO.sessions["mppl-push"], DEMO.plans["mppl-push"]
    ids = {"planId": global_id(Kind.PLAN, plan_id), "sessionId": global_id(Kind.SESSION, session_id)}
    engine = create_async_engine(url)
    async with httpx2.AsyncClient(base_url=server.url, timeout=patience.SECONDS) as client:
        async with engine.begin() as holder:
            await holder.execute(text("SELECT 1 FROM sessions WHERE id = :id FOR UPDATE"), {"id": session_id})
            asked = asyncio.create_task(
                client.post(
                    "/graphql",
                    json={"query": COMPRESS, "variables": ids},
                    headers={"authorization": f"Bearer {server.token}"},
                )
            )
            await asyncio.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(eventually, lambda: is_refused(server.url))
        answer = await asked
    await engine.dispose()
    return answer


def is_refused(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as attempt:
        return attempt.connect_ex((host, int(port))) == errno.ECONNREFUSED


def assert_stops_in_order(server: Server, how: signal.Signals) -> None:
    with patience.promised(5):
        assert server.stop(how) == 0

    assert server.postgres_processes() == []
    assert "Traceback" not in server.logged
    eventually(lambda: "draining" in server.logged and "stopped" in server.logged)


@pytest.mark.parametrize("after_seconds", [0.3, 1.0, 1.6])
def test_interrupted_while_it_starts_it_leaves_no_process(tmp_path: Path, after_seconds: float) -> None:
    with started(tmp_path) as server:
        time.sleep(after_seconds)

        code = server.stop(signal.SIGINT)

        assert code in (0, 128 + signal.SIGINT, -signal.SIGINT)
        eventually(lambda: server.postgres_processes() == [])


def test_leaving_it_is_not_ready_but_still_serves_for_the_balancer(tmp_path: Path) -> None:
    with serving(tmp_path, SHUTDOWN_DELAY_SECONDS="60") as server, server.client() as client:
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: client.get("/readyz").status_code == 503)
        leaving = client.get("/readyz").json()
        served = ask(server, "{ __typename }")

        assert leaving["status"] == "not_ready"
        assert leaving["reasons"] == ["draining: this process is about to end"]
        assert served == {"data": {"__typename": "Query"}}
        server.process.send_signal(signal.SIGTERM)  # a second one does not wait for the balancer
        assert server.ended() == 0


def test_a_crash_of_postgres_is_mended_while_it_serves(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        postmaster = int((tmp_path / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)

        def answers() -> bool:
            return "errors" not in ask(server, "{ viewer { displayName } }", server.token)

        eventually(answers)
        assert server.stop() == 0
        assert server.postgres_processes() == []


class TestWithoutLaunchDarkly:
    def test_a_silent_one_does_not_hold_the_start_up(self, tmp_path: Path) -> None:
        with LaunchDarkly() as double:
            double.silent = True
            addresses = {
                "LAUNCHDARKLY_SDK_KEY": "sdk-test",
                "LAUNCHDARKLY_STREAM_URL": double.url,
                "LAUNCHDARKLY_BASE_URL": double.url,
                "LAUNCHDARKLY_EVENTS_URL": double.url,
            }
            with serving(tmp_path, **addresses) as server:
                flags = ask(server, "{ featureFlags { key enabled } }", server.token)

                assert "they are on" not in server.said
                assert {each["enabled"] for each in flags["data"]["featureFlags"]} == {False}
                assert server.stop() == 0

    def test_flags_that_the_environment_names_are_as_it_says(self, tmp_path: Path) -> None:
        with serving(tmp_path, FEATURE_STREAM5_TIME_CRUNCH_MODE="false") as server:
            flags = ask(server, "{ featureFlags { key enabled } }", server.token)
            by_key = {each["key"]: each["enabled"] for each in flags["data"]["featureFlags"]}

            assert by_key["feature.stream5_time_crunch_mode"] is False
            assert by_key["feature.v1_planning_time_crunch_ai"] is True
            assert "feature.stream5_time_crunch_mode" not in server.said


class TestWrongSettings:
    def test_a_flag_that_is_neither_on_nor_off_is_said_in_a_line(self, tmp_path: Path) -> None:
        with started(tmp_path, FEATURE_STREAM5_TIME_CRUNCH_MODE="perhaps") as server:
            assert server.ended(START_SECONDS) == 2

            eventually(lambda: "neither on nor off" in server.logged)
            assert "Traceback" not in server.logged
            assert not (tmp_path / "postgres").exists()

    def test_a_database_that_is_not_there_is_said_in_a_line(self, tmp_path: Path) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            url = f"postgresql://taper:swordfish@127.0.0.1:{port}/taper"

            with started(tmp_path, DATABASE_URL=url) as server:
                assert server.ended(START_SECONDS) == 1

                eventually(lambda: "The database cannot be used" in server.logged)
                assert "Traceback" not in server.logged
                assert "swordfish" not in server.logged

    def test_two_ways_to_verify_tokens_are_one_too_many(self, tmp_path: Path) -> None:
        keys = {"JWT_SECRET": "s" * 40, "JWT_JWKS_URL": "https://id.example.com/keys"}

        with started(tmp_path, **keys) as server:
            assert server.ended(START_SECONDS) == 2

            eventually(lambda: "JWT_SECRET and JWT_JWKS_URL are both set" in server.logged)
            assert "Traceback" not in server.logged
            assert not (tmp_path / "postgres").exists()

"""One pipeline for every record; each carries its request's id, none a secret."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from app.logs import CorrelationId, bind_correlation_id, configure_logging, correlation_id

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjb2FjaCJ9.c2lnbmF0dXJl"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the pipeline writes; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    before, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**configured)


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_records_and_the_librarys_come_out_alike(written: io.StringIO) -> None:
    configure_logging(level="info", as_json=True, stream=written)

    with bind_correlation_id("req-1"):
        structlog.get_logger("app.test", module="time-crunch").info("compressed %d", 3, minutes=30)
        logging.getLogger("uvicorn.error").info("Started %s", "server", extra={"color_message": "x"})
    structlog.get_logger("app.test").debug("too small a thing")

    ours, theirs = records(written)
    assert ours.pop("time").endswith("Z")
    assert ours == {
        "message": "compressed 3",
        "minutes": 30,
        "module": "time-crunch",
        "logger": "app.test",
        "level": "info",
        "correlation_id": "req-1",
    }
    at = datetime.fromisoformat(theirs.pop("time"))
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert theirs == {
        "message": "Started server",
        "logger": "uvicorn.error",
        "level": "info",
        "correlation_id": "req-1",
    }


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_is_written_however_it_comes(written: io.StringIO, as_json: bool) -> None:
    configure_logging(level="debug", as_json=as_json, stream=written)
    log = structlog.get_logger("app.test")

    log.info("with %s", TOKEN, token="pa55word", accessToken="pa55word", jwt_secret=b"pa55word")
    log.info("nested", headers={"Authorization": "Basic pa55word", "list": [{"client_secret": "pa55word"}]})
    log.info("in words", header="Bearer pa55word", db="postgresql://me:pa55word@db/taper", raw=TOKEN.encode())
    logging.getLogger("uvicorn.access").info('%s "GET /graphql?t=%s"', "127.0.0.1", TOKEN)
    logging.getLogger("other").warning("m", extra={"password": "pa55word"})
    for failing in (log.exception, logging.getLogger("other").exception):
        try:
            local_password = "pa55word"
            raise ValueError(f"cannot read {TOKEN}" + local_password[:0])
        except ValueError:
            failing("failed")

    text = written.getvalue()
    assert "pa55word" not in text.replace('local_password = "pa55word"', "")
    assert TOKEN not in text
    assert text.count("ValueError: cannot read [redacted]") == 2


def test_a_number_of_tokens_is_no_token(written: io.StringIO) -> None:
    configure_logging(level="info", as_json=True, stream=written)

    structlog.get_logger("t").info("parsed", token_count=2000, password=None, secretary="Ann")

    assert {"token_count": 2000, "password": None, "secretary": "Ann"}.items() <= records(written)[0].items()


def test_a_record_that_cannot_be_written_does_not_spill_its_arguments(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(level="info", as_json=True, stream=written)
    written.close()

    logging.getLogger("other").info("with %s", TOKEN)

    assert capsys.readouterr().err == "a log record of other was lost: ValueError\n"


def test_a_value_that_json_does_not_know_is_written_as_text(written: io.StringIO) -> None:
    configure_logging(level="info", as_json=True, stream=written)

    structlog.get_logger("t").info("m", at=datetime(2026, 11, 20, tzinfo=UTC), names={"a"})

    assert records(written)[0]["at"] == "2026-11-20 00:00:00+00:00"
    assert records(written)[0]["names"] == ["a"]


def wrapped() -> CorrelationId:
    async def http(_: Request) -> Response:
        return PlainTextResponse(correlation_id() or "none")

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(correlation_id() or "none")
        await websocket.close()

    return CorrelationId(Starlette(routes=[Route("/", http), WebSocketRoute("/ws", socket)]))


@pytest.mark.parametrize(
    "headers",
    [
        {"x-request-id": "abc-DEF_1.2"},
        {"x-correlation-id": "abc-DEF_1.2"},
        {"x-request-id": "abc-DEF_1.2", "x-correlation-id": "other"},
        {"x-request-id": "bad id", "x-correlation-id": "abc-DEF_1.2"},
    ],
)
def test_a_plain_id_of_the_caller_is_kept_and_returned(headers: dict[str, str]) -> None:
    answer = TestClient(wrapped()).get("/", headers=headers)

    assert answer.text == answer.headers["x-request-id"] == "abc-DEF_1.2"


@pytest.mark.parametrize("given", [None, "", "two words", "a" * 65, 'x","level":"error', "\u00fcmlaut"])
def test_any_other_id_is_replaced_by_one_of_ours(given: str | None) -> None:
    answer = TestClient(wrapped()).get(
        "/", headers=[] if given is None else [(b"x-request-id", given.encode())]
    )

    assert answer.text == answer.headers["x-request-id"]
    assert len(answer.text) == 32
    assert answer.text.isalnum()


def test_each_request_has_its_own_id_and_leaves_none_behind() -> None:
    client = TestClient(wrapped())

    assert client.get("/").text != client.get("/").text
    assert correlation_id() is None


def test_a_websocket_has_an_id_too() -> None:
    with TestClient(wrapped()).websocket_connect("/ws", headers={"x-request-id": "sock-1"}) as websocket:
        assert websocket.receive_text() == "sock-1"
        assert (b"x-request-id", b"sock-1") in (websocket.extra_headers or [])

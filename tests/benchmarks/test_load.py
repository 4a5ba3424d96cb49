"""The load generator counts what is an answer and what is none, however it arrives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import repeat

import pytest

from benchmarks.load import Load

REQUEST = b"POST /graphql HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
SECONDS = 0.3


def _answer(body: bytes, status: str = "200 OK", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-length: {size}\r\n\r\n".encode() + body


GOOD = _answer(b'{"data":{"plan":1}}')


class _Server:
    """Answers request after request with ``answers``, each in pieces, over and over."""

    def __init__(self, answers: Sequence[Sequence[bytes]]) -> None:
        self._answers = answers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            number = 0
            while connection.recv(4096):
                for place, piece in enumerate(self._answers[number % len(self._answers)]):
                    if place:
                        time.sleep(0.005)  # so that the pieces arrive one by one
                    connection.sendall(piece)
                number += 1

    def close(self) -> None:
        self._thread.join()
        self._listening.close()


@pytest.fixture
def serving(request: pytest.FixtureRequest) -> Iterator[_Server]:
    server = _Server(request.param)
    yield server
    server.close()


@pytest.mark.parametrize(
    "serving",
    [[[GOOD]], [[GOOD[:10], GOOD[10:50], GOOD[50:]]], [[GOOD[:-5], GOOD[-5:]]]],
    ids=["whole", "parted in its head", "parted in its body"],
    indirect=True,
)
def test_an_answer_counts_once_in_however_many_pieces(serving: _Server) -> None:
    found = Load(repeat(REQUEST), 19).run(serving.port, 1, SECONDS)

    assert found["answers"] > 5
    assert (found["wrong"], found["bytes"]) == (0, 19)
    assert 0 < found["p50_ms"] <= found["p95_ms"] < SECONDS * 1000


@pytest.mark.parametrize(
    "serving",
    [
        [[GOOD], [_answer(b'{"errors":[{}]}')]],
        [[GOOD], [_answer(b'{"data":{"plan":1}}', "503 Busy")]],
        [[GOOD], [_answer(b'{"data":{"plan":12}}')]],
    ],
    ids=["errors", "status", "length"],
    indirect=True,
)
def test_every_second_answer_that_is_none_is_counted_as_wrong(serving: _Server) -> None:
    found = Load(repeat(REQUEST), 19).run(serving.port, 1, SECONDS)

    assert abs(found["wrong"] - found["answers"] / 2) <= 1


@pytest.mark.parametrize("serving", [[[GOOD]]], indirect=True)
def test_a_run_ends_with_its_requests(serving: _Server) -> None:
    found = Load(repeat(REQUEST, 3), 19).run(serving.port, 1, SECONDS * 100)

    assert (found["answers"], found["wrong"]) == (3, 0)


@pytest.mark.parametrize("serving", [[[_answer(b"12345", length=3)]]], indirect=True)
def test_more_than_was_announced_ends_the_run(serving: _Server) -> None:
    with pytest.raises(SystemExit, match="longer than its head said"):
        Load(repeat(REQUEST), 3).run(serving.port, 1, SECONDS)

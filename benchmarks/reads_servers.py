"""The servers that reads are measured on, each a process of its own."""

from __future__ import annotations

import json
import secrets
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from benchmarks.processes import free_port, postmaster_of, running, wait_until_it_answers
from benchmarks.reads_data import Data
from benchmarks.reads_documents import Read
from integrations.flag_overrides import variable_names
from integrations.flags import Flag
from integrations.tokens import issue_development_token

MOST_CONNECTIONS = 32


@dataclass(frozen=True)
class Server:
    """``asked`` is the JSON of a request for a read, None if this server has no answer to it."""

    name: str
    port: int
    process: int
    postmaster: int
    asked: Callable[[Read], Mapping[str, Any] | None]
    token_of: Callable[[UUID], str] | None = None

    def request(self, read: Read) -> bytes:
        """As it goes over the wire."""
        body = self._body(read)
        head = [f"{name}: {value}\r\n" for name, value in self._headers(read).items()]
        first = "POST /graphql HTTP/1.1\r\nHost: localhost\r\n"
        return f"{first}{''.join(head)}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def ask(self, read: Read) -> bytes:
        """One answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", data=self._body(read), headers=self._headers(read)
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            body: bytes = answer.read()
            return body

    def _body(self, read: Read) -> bytes:
        asked = self.asked(read)
        if asked is None:
            raise SystemExit(f"{self.name} has no answer to {read.name}")
        return json.dumps(asked).encode()

    def _headers(self, read: Read) -> dict[str, str]:
        token = {"Authorization": f"Bearer {self.token_of(read.caller)}"} if self.token_of else {}
        return {"Content-Type": "application/json", **token}


@contextmanager
def bare(name: str, kind: str, url: str, data: Data) -> Iterator[Server]:
    port = free_port()
    plain_url = url.replace("+asyncpg", "")
    by_hand = [asdict(each.by_hand) | {"name": each.name} for each in data.all_reads if each.by_hand]
    command = [sys.executable, "-m", "benchmarks.reads_bare", kind, plain_url, str(port), json.dumps(by_hand)]
    with running(command, {}) as process:
        wait_until_it_answers(port, process)
        yield Server(name, port, process.pid, postmaster_of(url), _key_of)


def _key_of(read: Read) -> Mapping[str, Any] | None:
    return {"operationName": read.name, "key": read.by_hand.key} if read.by_hand else None


@contextmanager
def ours(name: str, url: str, more: Mapping[str, str]) -> Iterator[Server]:
    port, secret = free_port(), secrets.token_urlsafe(48)

    @cache
    def token_of(caller: UUID) -> str:
        now = datetime.now(UTC)
        return issue_development_token(
            secret, str(caller), None, now, timedelta(hours=4), issuer="id", audience="taper"
        )

    environ = {
        "TAPER_ENV": "production",
        "DATABASE_URL": url.replace("+asyncpg", ""),
        "JWT_SECRET": secret,
        "JWT_ISSUER": "id",
        "JWT_AUDIENCE": "taper",
        "RATE_BURST": "1000000000",
        "RATE_PER_SECOND": "1000000000",
        "RATE_REFUSALS_PER_MINUTE": "1000000000",
        "DOOR_LEAST_REQUESTS": str(MOST_CONNECTIONS),  # the resolvers alone would have some turned away
        **{variable_names(each.value)[0]: "true" for each in Flag},
        **more,
    }
    command = [sys.executable, "-m", "app", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, environ) as process:
        wait_until_it_answers(port, process)
        yield Server(name, port, process.pid, postmaster_of(url), _operation, token_of)


def _operation(read: Read) -> Mapping[str, Any]:
    return {"operationName": read.name, "query": read.document, "variables": dict(read.variables)}

"""Mutations over HTTP against the bare SQL that they need: processor time, in one interleaved run.

``python -m benchmarks.mutations [rounds] [names, as logTraining,logSession]``. Each server has a database of
its own, all of them alike. What the server asks of its database is recorded first, statement by statement
with its values; the bare endpoint (Starlette and asyncpg) sends the same, each request's in one transaction,
and answers nothing. Ours is the server as it is deployed, once as it is, and once without what a change sets
off: events are committed with it, but nobody publishes them, so nothing is told or reckoned anew.
"""

from __future__ import annotations

import argparse
import asyncio
import pickle
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks.load import Load
from benchmarks.mutations_data import Sent, Sizes, Work, make_work
from benchmarks.mutations_recorded import Recorded, record
from benchmarks.processes import cpu_seconds, free_port, postmaster_of, running, wait_until_it_answers
from benchmarks.reads_documents import Read
from benchmarks.reads_servers import Server, ours
from db.embedded import EmbeddedPostgres
from db.locks import RELAY_LEADER

CONNECTIONS = 4
PLAYERS = 60
EACH, APPLICATIONS = 60, 6  # requests of a round
BARE, OURS, ALONE = "bare SQL", "Taper, and what it sets off", "Taper"
DATABASES = {BARE: "bare", OURS: "ours", ALONE: "alone"}
PREPARED, RECORDED = "prepared", "recorded"
LONGEST_SECONDS = 120.0
HEAD = f"{'µs of processor a request':<32}{'server':>9}{'PostgreSQL':>12}{'to the bare SQL':>26}"
# Whether there is anything that is committed and not told yet, or told and not heeded yet.
WAITING = """SELECT EXISTS (SELECT FROM outbox WHERE seq IS NULL) OR EXISTS (SELECT FROM event_deliveries)
  OR EXISTS (SELECT FROM event_consumers c, event_log l WHERE c.last_seq < l.last_seq)"""
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Measured:
    """Microseconds of processor for a request."""

    server_us: float
    postgres_us: float

    @property
    def whole_us(self) -> float:
        return self.server_us + self.postgres_us


@dataclass(frozen=True)
class Target:
    """``requests`` are those of each mutation; ``url`` is of its own database."""

    server: Server
    url: str
    requests: Mapping[str, Sequence[bytes]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.mutations")
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("names", nargs="?", type=lambda text: text.split(","))
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "postgres", durable=True))
        work, recorded = asyncio.run(_prepare(postgres, asked.rounds + 1))
        file = folder / "recorded.pickle"
        file.write_bytes(pickle.dumps(recorded))
        targets = _targets(stack, postgres, work, file)
        print(HEAD)
        for name in work.sent:
            if asked.names is None or name in asked.names:
                _report(name, recorded[name], _measured(targets, name, asked.rounds))


async def _prepare(postgres: EmbeddedPostgres, rounds: int) -> tuple[Work, dict[str, list[Recorded]]]:
    """One database for each server, and one to record in."""
    await _sql(postgres.url, f"CREATE DATABASE {PREPARED}")
    work = await make_work(postgres.url_of(PREPARED), Sizes(PLAYERS, EACH * rounds, APPLICATIONS * rounds))
    for name in (RECORDED, *DATABASES.values()):
        await _sql(postgres.url, f"CREATE DATABASE {name} TEMPLATE {PREPARED}")
    return work, await record(postgres.url_of(RECORDED), work)


def _targets(stack: ExitStack, postgres: EmbeddedPostgres, work: Work, file: Path) -> dict[str, Target]:
    found = {}
    for name, database in DATABASES.items():
        url = postgres.url_of(database)
        if name == ALONE:
            stack.enter_context(_leading(url))
        server = stack.enter_context(_bare(url, file) if name == BARE else ours(name, url, {}))
        requests = {
            each: [server.request(_read(name, one, number)) for number, one in enumerate(sent)]
            for each, sent in work.sent.items()
        }
        found[name] = Target(server, url, requests)
    return found


@contextmanager
def _bare(url: str, file: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.mutations_bare", _plain(url), str(port), str(file)]
    with running(command, {}) as process:
        wait_until_it_answers(port, process)
        yield Server(BARE, port, process.pid, postmaster_of(url), lambda read: read.variables)


@contextmanager
def _leading(url: str) -> Iterator[None]:
    """Whoever leads publishes; as long as this lasts, nobody does."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(_plain(url)))
        runner.run(connection.execute(f"SELECT pg_advisory_lock({RELAY_LEADER})"))
        yield
        runner.run(connection.close())


def _read(server: str, sent: Sent, number: int) -> Read:
    """As servers of reads are asked."""
    operation = f"{sent.name[0].upper()}{sent.name[1:]}"
    variables = {"name": sent.name, "number": number} if server == BARE else sent.variables
    return Read(operation, sent.name, sent.document, variables, sent.caller)


def _measured(targets: Mapping[str, Target], name: str, rounds: int) -> dict[str, list[Measured]]:
    """Each in each round, and another one first each time; what comes before the first round warms up."""
    found: dict[str, list[Measured]] = {each: [] for each in targets}
    each_round = len(targets[BARE].requests[name]) // (rounds + 1)
    for number in range(rounds + 1):
        first = number % len(targets)
        order = [*targets.items()][first:] + [*targets.items()][:first]
        for server, target in order:
            some = target.requests[name][number * each_round : (number + 1) * each_round]
            measured = _measure(target, some)
            if number:
                found[server].append(measured)
    return found


def _measure(target: Target, requests: Sequence[bytes]) -> Measured:
    server, postgres = cpu_seconds(target.server.process), cpu_seconds(target.server.postmaster)
    load = Load(iter(requests), 0)
    load.run(target.server.port, CONNECTIONS, LONGEST_SECONDS)
    if target.server.name == OURS:
        asyncio.run(_settled(target.url))
    if load.wrong or len(load.took) != len(requests):
        raise SystemExit(f"{target.server.name}: {load.wrong} of {len(load.took)} answers were refusals")
    return Measured(
        (cpu_seconds(target.server.process) - server) / len(requests) * 1e6,
        (cpu_seconds(target.server.postmaster) - postgres) / len(requests) * 1e6,
    )


async def _settled(url: str) -> None:
    """Until all that was set off has been done."""
    async with asyncio.timeout(LONGEST_SECONDS):
        connection = await asyncpg.connect(_plain(url))
        while await connection.fetchval(WAITING):  # noqa: ASYNC110  # a database sets no event
            await asyncio.sleep(PAUSE_SECONDS)
        await connection.close()


def _report(name: str, recorded: Sequence[Recorded], found: Mapping[str, Sequence[Measured]]) -> None:
    counts = [len(each.statements) for each in recorded]
    print(f"\n{name}: {statistics.median(counts):.0f} statements")
    for server, some in found.items():
        ratios = [one.whole_us / bare.whole_us for one, bare in zip(some, found[BARE], strict=True)]
        spread = f"×{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        own = statistics.median(each.server_us for each in some)
        postgres = statistics.median(each.postgres_us for each in some)
        print(f"  {server:<30}{own:>9,.0f}{postgres:>12,.0f}{spread:>26}")


async def _sql(url: str, sql: str) -> None:
    connection = await asyncpg.connect(_plain(url))
    await connection.execute(sql)
    await connection.close()


def _plain(url: str) -> str:
    return url.replace("+asyncpg", "")


if __name__ == "__main__":
    main()

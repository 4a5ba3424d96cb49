"""One measurement of one server, and whether servers mean the same."""

from __future__ import annotations

import base64
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.processes import cpu_seconds
from benchmarks.reads_documents import Read
from benchmarks.reads_servers import Server
from resolvers.ids import parsed


@dataclass(frozen=True)
class Measured:
    """Processor time of a request: the server's, that of all processes of PostgreSQL, and the asker's own."""

    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_us: float
    postgres_us: float
    asker_us: float
    size: int
    wrong: int  # answers that were none: refusals, errors, another length


@dataclass(frozen=True)
class Ratio:
    """To another server in the same round: the median, and the least and the most of any round."""

    median: float
    least: float
    most: float


def measure(
    server: Server, read: Read, connections: int, seconds: float, size: int | None = None
) -> Measured:
    """``size`` is the length that each answer must have; None where it may differ."""
    request = base64.b64encode(server.request(read)).decode()
    asker = [server.port, connections, seconds, size or 0, request]
    cpu, postgres = cpu_seconds(server.process), cpu_seconds(server.postmaster)
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *map(str, asker)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    cpu = cpu_seconds(server.process) - cpu
    postgres = cpu_seconds(server.postmaster) - postgres
    found = json.loads(made.stdout)
    return Measured(
        per_second=found["per_second"],
        p50_ms=found["p50_ms"],
        p95_ms=found["p95_ms"],
        cpu_us=cpu / found["answers"] * 1e6,
        postgres_us=postgres / found["answers"] * 1e6,
        asker_us=found["own_us"],
        size=found["bytes"],
        wrong=found["wrong"],
    )


def measure_in_turn(
    servers: Sequence[Server],
    read: Read,
    connections: int,
    rounds: int,
    seconds: float,
    sizes: Mapping[str, int],
) -> dict[str, list[Measured]]:
    """Each in each round, and another one first each time. One round more than is asked for warms up.

    ``sizes`` are the lengths that answers must have; whoever is not among them is asked without.
    """
    found: dict[str, list[Measured]] = {each.name: [] for each in servers}
    for number in range(rounds + 1):
        first = number % len(servers)
        for each in (*servers[first:], *servers[:first]):
            measured = measure(each, read, connections, seconds if number else 0.7, sizes.get(each.name))
            if number:
                found[each.name].append(measured)
    return found


def ratio_of(some: Sequence[Measured], to: Sequence[Measured]) -> Ratio:
    """Round by round: what a machine does besides is the same for both."""
    ratios = [one.per_second / other.per_second for one, other in zip(some, to, strict=True)]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def sizes_where_they_agree(servers: Sequence[Server], read: Read) -> dict[str, int]:
    """How long each answer is, if all give the same data: an id may be a global one or the key within it."""
    told = {each.name: each.ask(read) for each in servers if each.asked(read)}
    (first, expected), *others = ((name, meaning_of(answer)) for name, answer in told.items())
    for name, found in others:
        if found != expected:
            raise SystemExit(f"{read.name}: {name} does not answer as {first} does")
    return {name: len(answer) for name, answer in told.items()}


def meaning_of(answer: bytes) -> Any:
    """The data, whichever way its ids are written."""
    decoded = json.loads(answer)
    if "errors" in decoded:
        raise SystemExit(f"an answer with errors: {answer[:500].decode()}")
    return _with_plain_ids(decoded["data"])


def _with_plain_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) if key == "id" else _with_plain_ids(each) for key, each in value.items()}
    return [_with_plain_ids(each) for each in value] if isinstance(value, list) else value


def _plain(id: str) -> str:
    """The key within a global id; anything else as it is."""
    found = parsed(id)
    return found[1] if found else id

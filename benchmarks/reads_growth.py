"""How the cost of a read grows with its rows, what the first run of an operation costs, and what stays.

``python -m benchmarks.reads_growth [requests]``. Processor time a request from 1 to 1,000 rows, in the
compiled lane and by the resolvers alone; the same of operations that were never seen before; and the memory
of the server before and after ``requests`` requests (20,000 unless given).
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.reads_data import Read, make_data
from benchmarks.reads_servers import MOST_CONNECTIONS, Server, measure, ours
from db.embedded import EmbeddedPostgres

PLANS = (1, 5, 10, 25)
ROWS_OF_PLAN = 41  # itself, ten weeks, thirty sessions
ROWS_OF_NEWEST = 9  # the short one: two weeks
GROWING = """query Growing($first: Int!) { viewer { plans(first: $first) { edges { node { id title startsOn
    microcycles { ordinal sessions { id title scheduledOn } } } } } } }"""
SECONDS, NEW_OPERATIONS = 1.5, 60


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder, durable=True))
        data = asyncio.run(make_data(postgres.url))
        compiled = stack.enter_context(ours("compiled", postgres.url, data, {}))
        resolvers = stack.enter_context(ours("resolvers", postgres.url, data, {"DB_READ_POOL_SIZE": "0"}))
        one = next(each for each in data.reads if each.name == "Q4")
        for server in (compiled, resolvers):
            _growth(server, one)
        for server in (compiled, resolvers):
            _first_runs(server, one)
        _memory(compiled, one, requests)


def _growth(server: Server, one: Read) -> None:
    asked = [(1, one)] + [
        (
            ROWS_OF_NEWEST + (n - 1) * ROWS_OF_PLAN,
            replace(one, name="Growing", document=GROWING, variables={"first": n}),
        )
        for n in PLANS
    ]
    for rows, read in asked:
        measure(server, read, 1, 0.5)
        found, size = measure(server, read, 1, SECONDS)
        print(
            f"{server.name}: {rows:>5} rows, {size:>7,} bytes: {found.cpu_us:>6.0f} µs of processor"
            f" a request, half within {found.p50_ms:.2f} ms"
        )


def _first_runs(server: Server, one: Read) -> None:
    """Each with a name of its own for a field, so that it has to be parsed, validated and planned."""
    before, began = server.cpu_seconds(), time.perf_counter()
    for n in range(NEW_OPERATIONS):
        _ask(server, one.document.replace("title", f"n{n}{int(began)}: title"), one.variables)
    cpu = (server.cpu_seconds() - before) / NEW_OPERATIONS * 1e6
    each = (time.perf_counter() - began) / NEW_OPERATIONS * 1e3
    print(f"{server.name}: an operation seen for the first time: {cpu:.0f} µs of processor, {each:.1f} ms")


def _ask(server: Server, document: str, variables: Mapping[str, Any]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/graphql",
        data=json.dumps({"query": document, "variables": dict(variables)}).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {server.token}"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        if b'"errors"' in answer.read():
            raise SystemExit("a new operation was answered with errors")


def _memory(server: Server, one: Read, requests: int) -> None:
    done = 0
    measure(server, one, MOST_CONNECTIONS, 1.0)
    before = server.resident_mb()
    while done < requests:
        found, _ = measure(server, one, MOST_CONNECTIONS, 3.0)
        done += int(found.per_second * 3.0)
    after = server.resident_mb()
    print(f"{server.name}: {before:.1f} MB resident before and {after:.1f} after {done:,} requests")


if __name__ == "__main__":
    main()

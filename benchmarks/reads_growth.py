"""How the cost of a read grows with its rows, and what the first run of an operation costs.

``python -m benchmarks.reads_growth``. Processor time a request from 1 to 1,000 rows, in the compiled lane and
by the resolvers alone; the same of operations that were never seen before.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks.processes import cpu_seconds
from benchmarks.reads_data import make_data
from benchmarks.reads_documents import Read
from benchmarks.reads_measure import measure
from benchmarks.reads_servers import Server, ours
from db.embedded import EmbeddedPostgres

PLANS = (1, 5, 10, 25)
ROWS_OF_PLAN = 41  # itself, ten weeks, thirty sessions
ROWS_OF_NEWEST = 9  # the short one: two weeks
GROWING = """query Growing($first: Int!) { viewer { plans(first: $first) { edges { node { id title startsOn
    microcycles { ordinal sessions { id title scheduledOn } } } } } } }"""
SECONDS, NEW_OPERATIONS = 1.5, 60


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder, durable=True))
        data = asyncio.run(make_data(postgres.url))
        compiled = stack.enter_context(ours("compiled", postgres.url, {}))
        resolvers = stack.enter_context(ours("resolvers", postgres.url, {"DB_READ_POOL_SIZE": "0"}))
        one = next(each for each in data.reads if each.name == "Q4")
        for server in (compiled, resolvers):
            _growth(server, one)
        for server in (compiled, resolvers):
            _first_runs(server, one)


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
        found = measure(server, read, 1, SECONDS)
        print(
            f"{server.name}: {rows:>5} rows, {found.size:>7,} bytes: {found.cpu_us:>6.0f} µs of processor"
            f" a request, half within {found.p50_ms:.2f} ms"
        )


def _first_runs(server: Server, one: Read) -> None:
    """Each with a name of its own for a field, so that it has to be parsed, validated and planned."""
    before, began = cpu_seconds(server.process), time.perf_counter()
    for n in range(NEW_OPERATIONS):
        document = one.document.replace("title", f"n{n}{int(began)}: title")
        if b'"errors"' in server.ask(replace(one, document=document)):
            raise SystemExit("a new operation was answered with errors")
    cpu = (cpu_seconds(server.process) - before) / NEW_OPERATIONS * 1e6
    each = (time.perf_counter() - began) / NEW_OPERATIONS * 1e3
    print(f"{server.name}: an operation seen for the first time: {cpu:.0f} µs of processor, {each:.1f} ms")


if __name__ == "__main__":
    main()

"""Whether memory stays flat over a million requests, and what documents cost that were never seen before.

``python -m benchmarks.reads_memory [requests]``. Hundreds of callers ask for what frontends ask for, and some
of the documents are each sent once and never again. Then a stream of nothing but such documents, with the
compiled lane and without it in turn.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from uuid import UUID

from benchmarks.load import Load
from benchmarks.processes import cpu_seconds, resident_mb
from benchmarks.reads_data import Data, make_data
from benchmarks.reads_documents import Read
from benchmarks.reads_servers import MOST_CONNECTIONS, Server, ours
from db.embedded import EmbeddedPostgres
from resolvers.ids import Kind, global_id

REQUESTS, LINE_EVERY, LOOK_EVERY = 1_000_000, 50_000, 5_000
CALLERS = 300
# Of a hundred requests. Callers ask for their own, the coach for the rest.
OWN = {"Q4": 40, "PlanPage": 20, "Today": 15}
COACHS = {"Q1": 10, "Q2": 6, "TeamPage": 3, "SeasonPage": 2, "Plans": 1}
BY_RESOLVERS, NEVER_SEEN = "Viewer", "never seen"
NEW_ONES = ("Q4", "Q1", "TeamPage")
A_FIELD = re.compile(r"(?<![$\w])id\b(?!:)")  # and not the argument or the variable of that name
HOSTILE_ROUNDS, HOSTILE_DOCUMENTS, HOSTILE_CONNECTIONS = 5, 300, 4


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder, durable=True))
        data = asyncio.run(make_data(postgres.url, callers=CALLERS))
        compiled = stack.enter_context(ours("compiled", postgres.url, {}))
        _watch(compiled, _mixture(compiled, data), requests)
        resolvers = stack.enter_context(ours("resolvers", postgres.url, {"DB_READ_POOL_SIZE": "0"}))
        _hostile(compiled, resolvers, data)


def _watch(server: Server, stream: Iterator[bytes], requests: int) -> None:
    """Prints what is resident as the requests go by, and how it grew over the second half of them."""
    seen: list[tuple[int, float]] = []
    done, line_at, began, cpu = 0, 0, time.perf_counter(), cpu_seconds(server.process)
    while done < requests:
        some = list(islice(stream, min(LOOK_EVERY, requests - done)))
        done += _send(server, some, MOST_CONNECTIONS)
        seen.append((done, resident_mb(server.process)))
        rate = done / (time.perf_counter() - began)
        line = f"{done:>9,} of {requests:,} requests, {seen[-1][1]:>6.1f} MB resident, {rate:,.0f} a second"
        if done - line_at >= LINE_EVERY or done == requests:
            print(f"\r{line}", flush=True)
            line_at = done
        elif sys.stdout.isatty():
            print(f"\r{line}", end="", flush=True)
    each = (cpu_seconds(server.process) - cpu) / done * 1e6
    print(f"{each:.0f} µs of processor a request; {_slope(seen)}")


def _send(server: Server, requests: Sequence[bytes], connections: int) -> int:
    found = Load(iter(requests), 0).run(server.port, connections, float("inf"))
    if found["wrong"]:
        raise SystemExit(f"{server.name}: {found['wrong']} wrong answers")
    answers: int = found["answers"]
    return answers


def _slope(seen: Sequence[tuple[int, float]]) -> str:
    half = seen[len(seen) // 2 :]
    if len(half) < 2:
        return "too few requests to say how it grows"
    slope, _ = statistics.linear_regression(*zip(*half, strict=True))
    return f"over the second half it grew by {slope * 100_000:+.2f} MB in 100,000 requests"


def _mixture(server: Server, data: Data) -> Iterator[bytes]:
    """Endless, and in the same order in each run."""
    by_name = {each.name: each for each in data.all_reads}
    callers = list(zip(data.callers, data.plan_ids, strict=True))
    kinds = {name: [_theirs(by_name[name], *each) for each in callers] for name in (*OWN, BY_RESOLVERS)}
    kinds |= {name: [by_name[name]] for name in COACHS}
    ready = {name: [server.request(each) for each in reads] for name, reads in kinds.items()}
    shares = OWN | COACHS | {BY_RESOLVERS: 1, NEVER_SEEN: 2}
    assert sum(shares.values()) == 100
    new, chance = never_seen(data.all_reads), random.Random(6)
    while True:
        for name in chance.choices(list(shares), list(shares.values()), k=1_000):
            yield server.request(next(new)) if name == NEVER_SEEN else chance.choice(ready[name])


def _theirs(read: Read, caller: UUID, plan_id: UUID) -> Read:
    variables = {"id": global_id(Kind.PLAN, plan_id)} if read.variables else {}
    return replace(read, caller=caller, variables=variables)


def never_seen(reads: Sequence[Read]) -> Iterator[Read]:
    """Each has a name of its own, and a field that is called otherwise than ever before."""
    by_name = {each.name: each for each in reads}
    for number in count():
        read = by_name[NEW_ONES[number % len(NEW_ONES)]]
        name = f"{read.name}x{number}"
        document = A_FIELD.sub(f"n{number}: id", read.document, count=1)
        yield replace(read, name=name, document=document.replace(f"query {read.name}(", f"query {name}("))


def _hostile(compiled: Server, resolvers: Server, data: Data) -> None:
    """Nothing but new documents, the same for both, in turn: what they cost, and each round's ratio."""
    streams = {each.name: never_seen(data.all_reads) for each in (compiled, resolvers)}
    spent: dict[str, list[float]] = {name: [] for name in streams}
    for _ in range(HOSTILE_ROUNDS + 1):
        for server in (compiled, resolvers):
            some = [server.request(each) for each in islice(streams[server.name], HOSTILE_DOCUMENTS)]
            cpu = cpu_seconds(server.process)
            done = _send(server, some, HOSTILE_CONNECTIONS)
            spent[server.name].append((cpu_seconds(server.process) - cpu) / done * 1e6)
    ours, theirs = (spent[each.name][1:] for each in (compiled, resolvers))  # the first round warms up
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    print(
        f"a document never seen: {statistics.median(ours):,.0f} µs of processor with the compiled lane,"
        f" {statistics.median(theirs):,.0f} without: ×{statistics.median(ratios):.2f}"
        f" ({min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()

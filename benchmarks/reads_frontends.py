"""The documents of frontends: which lane answers each, and what it costs beside others.

``python -m benchmarks.reads_frontends [rounds] [seconds] [names, as Today,Week]``. Ratios are of answers a
second, to the bare endpoint where somebody wrote the statement by hand, and to the same server without the
compiled lane everywhere. What resolvers answer is asked at one connection, lest some be turned away.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import tempfile
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.reads_data import make_data
from benchmarks.reads_documents import Read
from benchmarks.reads_measure import Measured, Ratio, measure_in_turn, ratio_of, sizes_where_they_agree
from benchmarks.reads_servers import MOST_CONNECTIONS, Server, bare, ours
from db.embedded import EmbeddedPostgres
from integrations.lane_metrics import COMPILED

HEAD = (
    f"{'':<24}{'bytes':>8}  {'to the bare endpoint':<22} {'to the resolvers':<22}"
    f"{'µs of processor':>16}{'PostgreSQL':>11}{'resolvers':>10}{'p95 ms':>8}  lane"
)


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder, durable=True))
        data = asyncio.run(make_data(postgres.url))
        plain = stack.enter_context(bare("bare endpoint", "plain", postgres.url, data))
        taper = stack.enter_context(ours("Taper", postgres.url, {}))
        resolvers = stack.enter_context(ours("resolvers only", postgres.url, {"DB_READ_POOL_SIZE": "0"}))
        print(HEAD)
        for read in data.frontends:
            if asked.names is None or read.name in asked.names:
                servers = [taper, resolvers] + ([plain] if read.by_hand else [])
                print(_line(read, servers, asked.rounds, asked.seconds))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.reads_frontends")
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("seconds", nargs="?", type=float, default=2.0)
    parser.add_argument("names", nargs="?", type=lambda text: text.split(","))
    return parser.parse_args()


def _line(read: Read, servers: Sequence[Server], rounds: int, seconds: float) -> str:
    taper, resolvers, *plain = servers
    size = sizes_where_they_agree(servers, read)[taper.name]
    lane = lane_of(taper, read)
    connections = MOST_CONNECTIONS if lane == COMPILED else 1
    # Without lengths: an answer that tells its age or the day is not always as long.
    found = measure_in_turn(servers, read, connections, rounds, seconds, {})
    ours, theirs = found[taper.name], found[resolvers.name]
    wrong = sum(each.wrong for each in ours)
    if wrong:
        raise SystemExit(f"{read.name}: {wrong} wrong answers")
    to_plain = _shown(ratio_of(ours, found[plain[0].name])) if plain else ""
    return (
        f"{read.name:<24}{size:>8,}  {to_plain:<22} {_shown(ratio_of(ours, theirs)):<22}"
        f"{_median(ours, 'cpu_us'):>16,.0f}{_median(ours, 'postgres_us'):>11,.0f}"
        f"{_median(theirs, 'cpu_us'):>10,.0f}{_median(ours, 'p95_ms'):>8.1f}  {lane}"
    )


def lane_of(server: Server, read: Read) -> str:
    """What the server's metric counts this read as: compiled, or why it was left to the resolvers."""
    before = _lanes(server)
    server.ask(read)
    after = _lanes(server)
    return ", ".join(sorted(lane for lane, count in after.items() if count > before.get(lane, 0.0)))


def _lanes(server: Server) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
        text: str = answer.read().decode()
    found = re.findall(r'^taper_graphql_lane_queries_total{lane="(\w+)"} (\S+)$', text, re.MULTILINE)
    return {lane: float(count) for lane, count in found}


def _shown(ratio: Ratio) -> str:
    return f"×{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"


def _median(some: Sequence[Measured], field: str) -> float:
    return float(statistics.median(getattr(each, field) for each in some))


if __name__ == "__main__":
    main()

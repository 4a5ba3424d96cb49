"""Reads over HTTP against a bare endpoint on the same database: ratios, in one interleaved run.

``python -m benchmarks.reads [rounds] [seconds] [names, as Q4,Q1] [--peers]``. The bare endpoint is Starlette
and asyncpg, with one statement whose JSON it passes on; the honest limit is the same without framework or
pool reset. Ours is the server as it is deployed: tokens, limits, permissions, logs and metrics included.
Peers are other GraphQL servers, if they are installed (``benchmarks/peers``). A run of all reads draws the
picture anew.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from benchmarks.processes import resident_mb
from benchmarks.reads_data import Data, make_data
from benchmarks.reads_documents import Read
from benchmarks.reads_measure import Measured, Ratio, measure_in_turn, ratio_of, sizes_where_they_agree
from benchmarks.reads_peers import peers
from benchmarks.reads_picture import picture
from benchmarks.reads_servers import MOST_CONNECTIONS, Server, bare, ours
from db.embedded import EmbeddedPostgres

CONNECTIONS = (MOST_CONNECTIONS, 1)
PLAIN, QUICK, OURS, RESOLVERS = "bare endpoint", "honest limit", "Taper", "Taper, resolvers only"
HEAD = "a second  to the bare endpoint"
PICTURE = Path(__file__).with_suffix(".svg")


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder, durable=True))
        data = asyncio.run(make_data(postgres.url))
        all_of_them = _servers(postgres.url, data, asked.peers)
        servers: list[Server] = [stack.enter_context(each) for each in all_of_them]
        reads = [each for each in data.reads if asked.names is None or each.name in asked.names]
        sizes = {each.name: sizes_where_they_agree(servers, each) for each in reads}
        found = {
            (read.name, connections): _report(
                read, connections, servers, asked.rounds, asked.seconds, sizes[read.name]
            )
            for connections in CONNECTIONS
            for read in reads
        }
        for each in servers:
            print(f"{each.name}: {resident_mb(each.process):.0f} MB resident at the end")
    if asked.names is None:
        PICTURE.write_text(picture(found), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.reads")
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("seconds", nargs="?", type=float, default=2.0)
    parser.add_argument("names", nargs="?", type=lambda text: text.split(","))
    parser.add_argument("--peers", action="store_true", help="other servers, too")
    return parser.parse_args()


def _servers(url: str, data: Data, with_peers: bool) -> Iterator[AbstractContextManager[Server]]:
    yield bare(PLAIN, "plain", url, data)
    yield bare(QUICK, "quick", url, data)
    yield ours(OURS, url, {})
    yield ours(RESOLVERS, url, {"DB_READ_POOL_SIZE": "0"})
    if with_peers:
        yield from peers(url, data)


def _report(
    read: Read,
    connections: int,
    servers: Sequence[Server],
    rounds: int,
    seconds: float,
    sizes: dict[str, int],
) -> dict[str, Ratio]:
    found = measure_in_turn(servers, read, connections, rounds, seconds, sizes)
    print(f"\n{read.name}: {read.about}, {sizes[OURS]:,} bytes of ours, {connections} connections")
    print(f"{HEAD:>47}{'p50':>15}{'p95 ms':>8}   µs of processor a request")
    ratios = {name: ratio_of(some, found[PLAIN]) for name, some in found.items()}
    for name, some in found.items():
        print(_line(name, some, ratios[name]))
    return ratios


def _line(name: str, some: Sequence[Measured], ratio: Ratio) -> str:
    """Medians of the rounds, but for what was wrong: that is all of it."""

    def median(of: Callable[[Measured], float]) -> float:
        return statistics.median(of(each) for each in some)

    wrong = sum(each.wrong for each in some)
    if wrong and name != RESOLVERS:
        raise SystemExit(f"{name} gave {wrong} wrong answers")
    spread = f"×{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"
    return (
        f"  {name:<24}{median(lambda m: m.per_second):>8,.0f}  {spread:<22}"
        f"{median(lambda m: m.p50_ms):>6.2f}{median(lambda m: m.p95_ms):>8.2f}"
        f"   {median(lambda m: m.cpu_us):>6,.0f}, PostgreSQL {median(lambda m: m.postgres_us):>5,.0f}, "
        f"asking {median(lambda m: m.asker_us):.0f}" + (f"; {wrong} turned away" if wrong else "")
    )


if __name__ == "__main__":
    main()

"""Reads over HTTP against a bare endpoint on the same database: ratios, in one interleaved run.

``python -m benchmarks.reads [rounds] [seconds] [names, as Q4,Q1]``. The bare endpoint is Starlette and
asyncpg, with one statement whose JSON it passes on; the honest limit is the same without framework or pool
reset. Ours is the server as it is deployed: tokens, limits, permissions, logs and metrics included. A run of
all reads draws the picture anew.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reads_data import Data, Read, make_data
from benchmarks.reads_servers import MOST_CONNECTIONS, Measured, Server, bare, measure, ours
from db.embedded import EmbeddedPostgres

CONNECTIONS = (MOST_CONNECTIONS, 1)
PLAIN, QUICK, OURS, RESOLVERS = "bare endpoint", "honest limit", "Taper", "Taper, resolvers only"
PICTURE = Path(__file__).with_suffix(".svg")
COLOURS = {PLAIN: "#d6dee8", QUICK: "#8fb0d4", OURS: "#2f5f98", RESOLVERS: "#b9876a"}


@dataclass(frozen=True)
class Ratio:
    """To the bare endpoint in the same round: the median, and the least and the most of any round."""

    median: float
    least: float
    most: float


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 5
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    names = sys.argv[3].split(",") if len(sys.argv) > 3 else None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder, durable=True))
        data = asyncio.run(make_data(postgres.url))
        servers: list[Server] = [stack.enter_context(each) for each in _servers(postgres.url, data)]
        reads = [each for each in data.reads if names is None or each.name in names]
        found = {
            (read.name, connections): _report(read, connections, servers, rounds, seconds)
            for connections in CONNECTIONS
            for read in reads
        }
        for each in servers:
            print(f"{each.name}: {each.resident_mb():.0f} MB resident at the end")
    if names is None:
        PICTURE.write_text(_picture(found), encoding="utf-8")


def _report(
    read: Read, connections: int, servers: list[Server], rounds: int, seconds: float
) -> dict[str, Ratio]:
    found: dict[str, list[Measured]] = {each.name: [] for each in servers}
    size = 0
    for number in range(rounds + 1):
        for each in servers:
            measured, size = measure(each, read, connections, seconds if number else 0.7)
            if measured.wrong and each.name != RESOLVERS:
                raise SystemExit(f"{each.name} gave {measured.wrong} wrong answers to {read.name}")
            if number:  # the first round warms up
                found[each.name].append(measured)
    print(f"\n{read.name}: {read.about}, {size:,} bytes of ours, {connections} connections")
    ratios = {name: _ratio(some, found[PLAIN]) for name, some in found.items()}
    for name, some in found.items():
        rate = statistics.median(each.per_second for each in some)
        p95 = statistics.median(each.p95_ms for each in some)
        cpu = statistics.median(each.cpu_us for each in some)
        ratio, wrong = ratios[name], sum(each.wrong for each in some)
        refused = f", {wrong} turned away" if wrong else ""
        print(
            f"  {name:<22} {rate:>8.0f}/s  ×{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"
            f"  p95 {p95:>6.1f} ms  {cpu:>6.0f} µs of processor a request{refused}"
        )
    return ratios


def _ratio(some: list[Measured], plain: list[Measured]) -> Ratio:
    ratios = [one.per_second / other.per_second for one, other in zip(some, plain, strict=True)]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def _servers(url: str, data: Data) -> Iterator[AbstractContextManager[Server]]:
    yield bare(PLAIN, "plain", url, data)
    yield bare(QUICK, "quick", url, data)
    yield ours(OURS, url, data, {})
    yield ours(RESOLVERS, url, data, {"DB_READ_POOL_SIZE": "0"})


def _picture(found: Mapping[tuple[str, int], Mapping[str, Ratio]]) -> str:
    """A bar for each server, with a line from the least to the most of any round, one group a read."""
    widest = max(each.most for ratios in found.values() for each in ratios.values())
    rows, y = [], 44
    for (name, connections), ratios in found.items():
        rows.append(f'<text x="16" y="{y + 14}">{name}, {connections} connections</text>')
        for server, ratio in ratios.items():
            y += 22
            width, least, most = (400 * each / widest for each in (ratio.median, ratio.least, ratio.most))
            rows.append(f'<text x="164" y="{y + 12}" text-anchor="end">{server}</text>')
            rows.append(
                f'<rect x="172" y="{y}" width="{width:.1f}" height="16" fill="{COLOURS[server]}"/>'
                f'<path d="M{172 + least:.1f} {y + 8}H{172 + most:.1f}" stroke="#1f2a37"/>'
                f'<text x="{180 + most:.1f}" y="{y + 12}">{ratio.median:.2f}</text>'
            )
        y += 34
    one = 172 + 400 / widest
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 {y}" font-family="sans-serif" '
        'font-size="12" fill="#1f2a37" role="img">\n'
        "<title>Answers a second as a ratio to the bare endpoint, median and spread of the rounds</title>\n"
        f'<rect width="660" height="{y}" fill="#ffffff"/>\n'
        '<text x="16" y="24">answers a second, as a ratio to the bare endpoint in the same round</text>\n'
        f'<path d="M{one:.1f} 36V{y - 12}" stroke="#1f2a37" stroke-dasharray="3 3"/>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    main()

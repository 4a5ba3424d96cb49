"""Fuzzing by the hundred thousand: ``./dev fuzz`` starts a server and a PostgreSQL of its own, and counts."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.logs import configure_logging
from app.settings import ROOT
from db import migrate
from db.database import Database
from db.embedded import EmbeddedPostgres
from db.seed import seed_demo
from tests.fuzz.heartbeat import heartbeat
from tests.fuzz.judging import Answered, outcome_of
from tests.fuzz.requests import Sent, World, made
from tests.fuzz.stage import Stage, stage

AT_A_TIME = 8
ROUND = 2_000
"""Requests before ids are looked up anew: mutations make things, and do away with others."""
WARM = 4 * ROUND
"""Requests until caches are as full as they get; memory is compared from here on."""
MOST_SHOWN = 20


@dataclass
class Tally:
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: dict[str, list[int]] = field(default_factory=dict)
    """What was wrong, and the numbers of the requests that showed it."""
    slowest_seconds: float = 0.0
    rss_mib: list[float] = field(default_factory=list)
    held_seconds: float = 0.0
    holds: dict[str, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.outcomes.total()


def main(count: int, seed: int, *, minutes: float | None = None, start: int = 0) -> int:
    """0 where nothing was found. Ends early when the minutes are over.

    Request ``n`` is made from the seed and its number, and from what is in the database by then: the same
    seed from the start makes the same ones as long as all are answered in the same order.
    """
    folder = ROOT / ".taper" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "server.log").open("w", encoding="utf-8") as log,
        tempfile.TemporaryDirectory(prefix="taper-fuzz-") as data,
        EmbeddedPostgres(Path(data), durable=False) as postgres,
    ):
        configure_logging(level="error", as_json=False, stream=log)
        tally = asyncio.run(_run(postgres.url, count, seed, start, minutes, folder))
    _report(tally, seed, folder)
    return 1 if tally.findings else 0


async def _run(url: str, count: int, seed: int, start: int, minutes: float | None, folder: Path) -> Tally:
    await migrate.upgrade(url)
    now = datetime.now(UTC)
    db = Database(url, clock=lambda: now)
    await seed_demo(db, now.date())
    await db.dispose()
    tally, console = Tally(), Console(highlight=False, soft_wrap=True)
    until = None if minutes is None else time.monotonic() + minutes * 60
    async with stage(url, lambda: datetime.now(UTC)) as server, heartbeat() as pulse:
        gc.collect()
        gc.freeze()  # both as the server does, once it has begun
        gc.set_threshold(50_000, 10, 10)
        for first in range(start, start + count, ROUND):
            world = await server.world(first // ROUND)
            numbers = iter(range(first, min(first + ROUND, start + count)))
            began, before = time.monotonic(), tally.count
            async with asyncio.TaskGroup() as workers:
                for _ in range(AT_A_TIME):
                    workers.create_task(_work(server, world, seed, numbers, tally, folder))
            tally.rss_mib.append(_rss_mib())
            rate = (tally.count - before) / (time.monotonic() - began)
            console.print(
                f"{tally.count:>9,} of {count:,}  {rate:6.0f}/s  {tally.rss_mib[-1]:6.0f} MiB"
                f"  findings: {len(tally.findings)}"
            )
            if until is not None and time.monotonic() > until:
                break
        tally.held_seconds, tally.holds = pulse.longest_seconds, dict(pulse.holds)
    return tally


async def _work(server: Stage, world: World, seed: int, numbers: object, tally: Tally, folder: Path) -> None:
    for number in numbers:  # type: ignore[attr-defined]  # shared by the workers: each takes the next
        sent = made(world, random.Random(f"{seed}:{number}"))
        began = time.perf_counter()
        answered = await server.send(sent)
        tally.slowest_seconds = max(tally.slowest_seconds, time.perf_counter() - began)
        tally.outcomes[(sent.what, outcome_of(sent, answered))] += 1
        for wrong in server.judge.wrongs(sent, answered):
            key = wrong[:160]
            if key not in tally.findings:
                _keep(folder, seed, number, wrong, sent, answered)
            tally.findings.setdefault(key, []).append(number)


def _keep(folder: Path, seed: int, number: int, wrong: str, sent: Sent, answered: Answered) -> None:
    """The whole of it, so that it can be sent again by hand."""
    found = {
        "wrong": wrong,
        "sent": {**asdict(sent), "body": sent.body.decode("utf-8", "backslashreplace")},
        "status": answered.status,
        "headers": dict(answered.headers),
        "answer": answered.body.decode("utf-8", "backslashreplace"),
    }
    path = folder / f"{seed}-{number}.json"
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False, default=str), "utf-8")


def _report(tally: Tally, seed: int, folder: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("request", "answer", "count", title=f"{tally.count:,} requests of seed {seed}")
    for (what, outcome), count in sorted(tally.outcomes.items(), key=lambda item: (item[0][0], -item[1])):
        table.add_row(what, outcome, f"{count:,}")
    console.print(table)
    warm = tally.rss_mib[min(len(tally.rss_mib) - 1, WARM // ROUND - 1)]
    console.print(
        f"Memory: {tally.rss_mib[0]:.0f} MiB after the first {ROUND:,}, {warm:.0f} MiB when warm, "
        f"{tally.rss_mib[-1]:.0f} MiB at the end. Slowest answer: {tally.slowest_seconds:.2f} s."
    )
    console.print(f"The event loop was held for {tally.held_seconds:.2f} s at most.")
    for place, seconds in sorted(tally.holds.items(), key=lambda item: -item[1])[:MOST_SHOWN]:
        console.print(f"  {seconds:.2f} s: {place}", markup=False)
    for wrong, numbers in list(tally.findings.items())[:MOST_SHOWN]:
        console.print(f"! {wrong}", style="bold red", markup=False)
        console.print(f"  {len(numbers)} times, first {folder.relative_to(ROOT)}/{seed}-{numbers[0]}.json")
    verdict = f"{len(tally.findings)} findings" if tally.findings else "Nothing was found"
    console.print(f"{verdict}. Again: ./dev fuzz {tally.count} --seed {seed}")


def _rss_mib() -> float:
    """0 where the system does not tell it this way."""
    status = Path("/proc/self/status")
    for line in status.read_text("utf-8").splitlines() if status.is_file() else ():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0

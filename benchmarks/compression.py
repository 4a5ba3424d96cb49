"""How long one compression takes, and what the six programmes keep at 30 minutes.

Sessions are generated from the catalogue with a fixed seed: up to 15 exercises of up to 6 sets, at targets
from the shortest possible to the whole. One answer is everything that the API returns: optimum, reasons,
prices and what five more minutes would bring.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter
from uuid import UUID

from rich.console import Console
from rich.progress import track

from db.catalogue import catalogue
from db.demo.programmes import programme_documents
from domain.compression.compress import compress, time_now
from domain.compression.model import Compression, CoreProtection, minutes_needed
from domain.exercise_matching import index_of
from domain.exercises import Exercise, Intent
from domain.plan_import import import_json
from domain.sessions import ExerciseRole, Prescription, SetPrescription

Session = tuple[Prescription, ...]

SEED = 20
SESSIONS_OF_A_SIZE = 60
TARGETS = (0.1, 0.35, 0.6, 0.85)  # shares of the way from the shortest session to the whole
SIZES = {"4–6": (4, 6), "7–9": (7, 9), "10–12": (10, 12), "13–15": (13, 15), "15 × 6 sets": (15, 15)}
PICTURE = Path(__file__).with_suffix(".svg")


@dataclass(frozen=True, slots=True)
class Measured:
    size: str
    milliseconds: float
    proven: bool


def main() -> None:
    measured = _measure()
    say = partial(Console(highlight=False).print, soft_wrap=True)
    say(f"One compression, seed {SEED}: {len(measured)} answers\n")
    say(f"{'exercises':<12} {'answers':>8} {'p50 ms':>8} {'p95 ms':>8} {'worst ms':>9} {'proven':>8}")
    lines = {size: list(group) for size, group in groupby(measured, key=lambda each: each.size)}
    for name, found in [*lines.items(), ("all", measured)]:
        say(_line(name, found))
    say("\nThe six programmes at 30 minutes\n")
    say(f"{'programme':<26} {'planned':>8} {'takes':>7} {'keeps':>8}  {'':22}{'ms':>6}  strategy")
    for name, (answer, milliseconds) in _programmes_at_30().items():
        kept = answer.value.overall_percent
        bar = "█" * round(kept / 5)
        fits = "" if answer.meets_time_constraint else "  does not fit"
        say(
            f"{name:<26} {answer.original_minutes:>4} min {answer.achieved_minutes:>3} min {kept:>6.1f} %  "
            f"{bar:<22}{milliseconds:>6.1f}  {answer.strategy.value if answer.changed else 'as it is'}{fits}"
        )
    PICTURE.write_text(_picture(lines), encoding="utf-8")
    say(f"\nThe times as a picture: benchmarks/{PICTURE.name}")


def _measure() -> list[Measured]:
    random = Random(SEED)
    sessions = [
        (size, _session(random, random.randint(*bounds), full="sets" in size))
        for size, bounds in SIZES.items()
        for _ in range(SESSIONS_OF_A_SIZE)
    ]
    _timed(sessions[0][1], 30)  # the first pays for what is loaded once
    console = Console(file=sys.stderr)
    return [
        Measured(size, milliseconds, answer.proven_optimal)
        for size, session in track(sessions, "compressing", console=console, transient=True)
        for target_minutes in _targets(session)
        for answer, milliseconds in [_timed(session, target_minutes)]
    ]


def _targets(session: Session) -> list[int]:
    times = time_now(session, planned_minutes=None)
    shortest = times.shortest_seconds[CoreProtection.FULL]
    return [minutes_needed(shortest + share * (times.original_seconds - shortest)) for share in TARGETS]


def _timed(
    session: Session, target_minutes: int, planned_minutes: int | None = None
) -> tuple[Compression, float]:
    begin = perf_counter()
    answer = compress(session, target_minutes=target_minutes, planned_minutes=planned_minutes)
    return answer, 1000 * (perf_counter() - begin)


def _line(name: str, found: Sequence[Measured]) -> str:
    p50, p95, worst = _percentiles(found)
    proven = sum(each.proven for each in found) / len(found)
    return f"{name:<12} {len(found):>8} {p50:>8.1f} {p95:>8.1f} {worst:>9.1f} {proven:>8.1%}"


def _percentiles(found: Sequence[Measured]) -> tuple[float, float, float]:
    times = [each.milliseconds for each in found]
    shares = quantiles(times, n=100, method="inclusive")
    return shares[49], shares[94], max(times)


def _session(random: Random, exercises: int, *, full: bool) -> Session:
    """Barbell lifts of the catalogue as core, then anything; a fifth has the coach's own pairs."""
    lifts = [each for each in catalogue() if "barbell" in each.equipment and each.intent is Intent.STRENGTH]
    cores = random.randint(1, min(4, exercises // 3))
    chosen = random.sample(lifts, cores) + random.sample(list(catalogue()), exercises - cores)
    session = tuple(
        _prescription(random, at, each, core=at < cores, full=full) for at, each in enumerate(chosen)
    )
    return session if full or random.random() < 0.8 else _with_pairs(random, session, cores)


def _prescription(random: Random, at: int, exercise: Exercise, *, core: bool, full: bool) -> Prescription:
    reps = random.choice((5, 8, 10, 12))
    count = 6 if full else random.randint(3 if core else 2, 6)
    low, high = random.choice(((None, None), (60, 90), (90, 90), (120, 180)))
    return Prescription(
        id=UUID(int=at + 1),
        session_id=UUID(int=0),
        position=at + 1,
        exercise=exercise,
        role=ExerciseRole.CORE if core else ExerciseRole.ACCESSORY,
        intent=exercise.intent,
        sets=tuple(SetPrescription(n, reps_min=reps, reps_max=reps) for n in range(1, count + 1)),
        unilateral=exercise.unilateral,
        rest_seconds_min=low,
        rest_seconds_max=high,
    )


def _with_pairs(random: Random, session: Session, cores: int) -> Session:
    paired = {at: f"pair {at // 2}" for at in range(cores, len(session)) if random.random() < 0.5}
    return tuple(replace(each, group_key=paired.get(at)) for at, each in enumerate(session))


def _programmes_at_30() -> dict[str, tuple[Compression, float]]:
    return {name: _timed(session, 30, planned) for name, (session, planned) in _programmes().items()}


@cache
def _programmes() -> dict[str, tuple[Session, int | None]]:
    index = index_of(catalogue())
    found: dict[str, tuple[Session, int | None]] = {}
    for name, document in programme_documents().items():
        plan = import_json(document.decode(), index).plan
        assert plan is not None
        (day,) = plan.weeks[0].sessions
        found[name] = (
            tuple(
                Prescription(
                    id=UUID(int=position),
                    session_id=UUID(int=0),
                    position=position,
                    **{each.name: getattr(draft, each.name) for each in fields(draft)},
                )
                for position, draft in enumerate(day.prescriptions, start=1)
            ),
            day.planned_minutes,
        )
    return found


def _picture(lines: dict[str, list[Measured]]) -> str:
    """Bars from the median to the 95th percentile and the worst, one row a size, on one scale."""
    found = {name: _percentiles(each) for name, each in lines.items()}
    widest = max(worst for _, _, worst in found.values())
    rows = []
    for at, (name, (p50, p95, worst)) in enumerate(found.items()):
        y = 44 + 34 * at
        rows.append(f'<text x="104" y="{y + 14}" text-anchor="end">{name}</text>')
        for value, colour in ((worst, "#d6dee8"), (p95, "#8fb0d4"), (p50, "#2f5f98")):
            width = 440 * value / widest
            rows.append(f'<rect x="112" y="{y}" width="{width:.1f}" height="20" fill="{colour}"/>')
        end = 120 + 440 * worst / widest
        rows.append(f'<text x="{end:.1f}" y="{y + 14}">{p50:.0f} · {p95:.0f} · {worst:.0f}</text>')
    height = 56 + 34 * len(found)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 {height}" font-family="sans-serif" '
        f'font-size="13" fill="#1f2a37" role="img">\n'
        "<title>Milliseconds of one compression by the number of exercises: median, p95, worst</title>\n"
        f'<rect width="660" height="{height}" fill="#ffffff"/>\n'
        '<text x="112" y="26">milliseconds of one compression: median · p95 · worst</text>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    main()

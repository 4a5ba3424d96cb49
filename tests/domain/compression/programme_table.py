"""What the six programmes keep at 10 to 60 minutes, by the independent solver; as a module it prints it."""

from __future__ import annotations

import sys

from tests.domain.compression.independent import Column, Model
from tests.domain.compression.independent_solvers import IntegerProgram, shortest_seconds
from tests.domain.compression.judging import strategy_of, whole
from tests.domain.compression.sessions import programmes

MINUTES = (10, 15, 20, 30, 45, 60)


def rows(name: str) -> list[str]:
    """One line for each target: whether it fits, the minutes it takes, the value kept, the strategy."""
    session, planned_minutes = programmes()[name]
    model = Model(session, planned_minutes=planned_minutes)
    return [row(model, target) for target in MINUTES]


def row(model: Model, target_minutes: int) -> str:
    original_seconds = whole(model.original_seconds * model.pace)
    if original_seconds <= 60 * target_minutes:
        return line(target_minutes, "unchanged", original_seconds, 100.0, "as planned")
    status, budget = "fits", 60 * target_minutes / model.pace
    chosen = best_within(model, budget)
    if chosen is None:
        status = "too long"
        shortest = shortest_seconds(model)
        assert shortest is not None
        chosen = best_within(model, shortest)
        assert chosen is not None
    seconds = whole(sum(each.seconds for each in chosen) * model.pace)
    return line(
        target_minutes, status, seconds, 100 * model.value(chosen) / model.whole, strategy_of(chosen).value
    )


def best_within(model: Model, budget_seconds: float) -> list[Column] | None:
    """The most value, and of those that have it the shortest."""
    found = IntegerProgram(model, budget_seconds).best()
    while found is not None:
        value, chosen = found
        shorter = sum(each.seconds for each in chosen) - 0.01
        found = IntegerProgram(model, shorter).better_than(value - 1e-9)
        if found is None:
            return chosen
    return None


def line(target_minutes: int, status: str, seconds: int, percent: float, strategy: str) -> str:
    minutes = -(-seconds // 60)
    return f"{target_minutes:2} min: {status:9} {minutes:3} min  {percent:6.2f} %  {strategy}"


if __name__ == "__main__":
    for each in programmes():
        sys.stdout.write(
            f'    "{each}": """\n' + "".join(f"        {one}\n" for one in rows(each)) + '    """,\n'
        )

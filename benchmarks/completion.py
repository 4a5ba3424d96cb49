"""What a plain field costs in the reference lane: graphql-core's own executor, Strawberry's, and ours.

``python -m benchmarks.completion [players] [days] [rows]`` prints microseconds of processor time for each
field of the answer, where a list of numbers counts as many: the median of nine interleaved rounds, and their
spread. ``days`` and ``series`` are workload analytics as queries ask for them, by default of 60 players over
90 days, analysed beforehand; ``rows`` is a list of 5,000 flat objects without code anywhere. ``reading`` is
what the attributes themselves take of it: a day's numbers are made when they are read.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import strawberry
from graphql import DocumentNode, GraphQLSchema, parse
from graphql.execution import ExecutionResult, Executor, experimental_execute_incrementally
from graphql.execution.incremental import IncrementalExecutor
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from domain.people import Person, Role, Team
from domain.workload.analysis import analyse
from domain.workload.model import DayLoad, DayState, WellnessDay, WellnessItem
from domain.workload.player import PlayerDay
from engine.completion import CompletingExecutor
from engine.completion_kept import Completions
from resolvers.workload_fields import PlayerAnalytics, TeamAnalytics
from schema.types.workload import WorkloadAnalytics

ROUNDS = 9
PLAYERS, DAYS, ROWS = 60, 90, 5_000
LAST = date(2026, 7, 26)
TOKENS = 200  # about as many as a document here has
DAYS_IN_FULL = """{ analytics { startDate endDate players {
  summary { totalLoadAu acuteChronicRatio readinessScore riskBand }
  days(last: 400) { day totalLoad { value completeness } acuteChronicEwma { value isProvisional }
    readiness { score { value } contributors { kind z } } risk { band flags { kind value } } } } } }"""
SERIES = """{ analytics { players {
  series(metrics: [total_load, acute_chronic_ewma, monotony, form, readiness]) {
    metric unit windowDays firstDay values completeness isProvisional } } } }"""
FLAT = "{ rows { id number ratio title isOpen day kind note } }"


class Kind(StrEnum):
    ONE = "one"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StoredRow:
    id: UUID
    number: int
    ratio: float
    title: str
    is_open: bool
    day: date
    kind: Kind
    note: str | None


@strawberry.type
class Row:
    id: UUID
    number: int
    ratio: float
    title: str
    is_open: bool
    day: date
    kind: strawberry.enum(Kind)  # type: ignore[valid-type]
    note: str | None


@strawberry.type
class Query:
    analytics: WorkloadAnalytics
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Root:
    analytics: TeamAnalytics
    rows: list[StoredRow]


@dataclass(frozen=True, slots=True)
class Case:
    schema: GraphQLSchema
    document: DocumentNode
    root: Root
    completions: Completions = field(default_factory=lambda: Completions(TOKENS))

    def by_graphql_core(self) -> dict[str, Any]:
        return self._run(executor_class=IncrementalExecutor)

    def by_strawberry(self) -> dict[str, Any]:
        return self._run(
            executor_class=StrawberryGraphQLCoreExecutionContext, is_awaitable=optimized_is_awaitable
        )

    def generated(self) -> dict[str, Any]:
        return self._run(
            executor_class=CompletingExecutor,
            is_awaitable=optimized_is_awaitable,
            completions=self.completions,
        )

    def _run(self, executor_class: type[Executor[Any]], **given: Any) -> dict[str, Any]:
        found = experimental_execute_incrementally(
            self.schema, self.document, self.root, executor_class=executor_class, **given
        )
        assert isinstance(found, ExecutionResult)
        assert found.errors is None, found.errors
        assert found.data is not None
        return found.data


def main() -> None:
    given = [int(each) for each in sys.argv[1:]]
    players, days, rows = [*given, *(PLAYERS, DAYS, ROWS)[len(given) :]]
    root = Root(_team(players, days), _rows(rows))
    schema = strawberry.Schema(query=Query)._schema
    gc.collect()
    gc.freeze()  # both as the server does, once it has begun
    gc.set_threshold(50_000, 10, 10)
    heads = ("graphql-core", "Strawberry", "generated", "reading")
    print(f"{'':<8} {'fields':>8} " + " ".join(f"{each:>18}" for each in heads))
    _print("days", Case(schema, parse(DAYS_IN_FULL), root), lambda: _read_days(root.analytics))
    _print("series", Case(schema, parse(SERIES), root))
    _print("rows", Case(schema, parse(FLAT), root), lambda: [_read_row(each) for each in root.rows])


def _print(name: str, case: Case, read: Callable[[], object] | None = None) -> None:
    ways: list[Callable[[], object]] = [case.by_graphql_core, case.by_strawberry, case.generated]
    answers = [orjson.dumps(way()) for way in ways]
    assert answers[0] == answers[1] == answers[2]
    fields = _fields(orjson.loads(answers[0]))
    found = [_said(each, fields) for each in _seconds([*ways, *([read] if read else [])])]
    print(f"{name:<8} {fields:>8} " + " ".join(f"{each:>18}" for each in found), flush=True)


def _seconds(ways: list[Callable[[], object]]) -> list[list[float]]:
    """Of processor, for each way: in turns, so that what else the machine does falls on all of them."""
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, times in zip(ways, found, strict=True):
            began = time.process_time()
            way()
            times.append(time.process_time() - began)
    return found


def _said(seconds: list[float], fields: int) -> str:
    each = [one / fields * 1e6 for one in seconds]
    return f"{statistics.median(each):.2f} ({min(each):.2f}–{max(each):.2f})"


def _fields(answer: object) -> int:
    if isinstance(answer, dict):
        return len(answer) + sum(map(_fields, answer.values()))
    if isinstance(answer, list):
        return sum(_fields(each) if isinstance(each, dict) else 1 for each in answer)
    return 0


def _team(players: int, days: int) -> TeamAnalytics:
    """Everybody trained alike for a year, and never two weeks alike."""
    first = LAST - timedelta(days=days - 1)
    organization_id = UUID(int=1)
    calendar = [LAST - timedelta(days=back) for back in range(days + 365)]
    found = []
    for number in range(players):
        loads = [
            DayLoad(each, DayState.REPORTED, float((each.toordinal() * (number + 7)) % 600))
            for each in calendar
        ]
        wellness = [
            WellnessDay(each, {WellnessItem.SLEEP: 1.0 + (each.toordinal() * (number + 3)) % 5})
            for each in calendar
        ]
        person = Person(UUID(int=100 + number), organization_id, f"Player {number}", Role.ATHLETE, "UTC")
        workload = analyse(loads, wellness, first, LAST)
        found.append(PlayerAnalytics(person, first, LAST, workload, LAST))
    team = Team(UUID(int=2), organization_id, "Team", "football", "UTC")
    return TeamAnalytics(team, first, LAST, tuple(found), True, None)


def _rows(count: int) -> list[StoredRow]:
    return [
        StoredRow(
            UUID(int=number),
            number,
            number / 7,
            f"Row {number}",
            number % 3 == 0,
            LAST - timedelta(days=number % 365),
            Kind.ONE if number % 2 else Kind.OTHER,
            None if number % 5 else "noted",
        )
        for number in range(count)
    ]


def _read_days(analytics: TeamAnalytics) -> None:
    """Every attribute that the operation reads of the days."""
    for player in analytics.players:
        for day in player.workload.days if player.workload else ():
            _read_day(day)


def _read_day(day: PlayerDay) -> object:
    total, ewma, readiness, risk = day.total_load, day.acute_chronic_ewma, day.readiness, day.risk
    return (
        *(day.day, total.value, total.completeness, ewma.value, ewma.is_provisional, readiness.score.value),
        *((each.kind, each.z) for each in readiness.contributors),
        *(risk.band, *((each.kind, each.value) for each in risk.flags)),
    )


def _read_row(row: StoredRow) -> object:
    return (row.id, row.number, row.ratio, row.title, row.is_open, row.day, row.kind, row.note)


if __name__ == "__main__":
    main()

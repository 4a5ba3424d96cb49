"""The fields of workload: what is read off an analysis when it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, TypeVar

import strawberry

from domain.errors import InvalidInput
from domain.people import Person, Team
from domain.workload.analysis import PlayerWorkload
from domain.workload.compliance import Compliance
from domain.workload.model import METHODS, MODEL_VERSION, DayState, Metric, RiskBand, Value
from domain.workload.player import PlayerDay, PlayerWeek
from domain.workload.summary import Summary, summary_of
from domain.workload.team import TeamDay, TeamWeek, TeamWorkload, team_workload
from domain.workload.trends import Trend, trends
from resolvers.context import Info
from resolvers.season_loaders import Freshness
from resolvers.workload_loaders import AskedCompliance

USUAL_DAYS, MOST_DAYS = 28, 400
USUAL_WEEKS, MOST_WEEKS = 8, 58
MOST_METRICS = 10
T = TypeVar("T")

LastDays = Annotated[
    int, strawberry.argument(description=f"How many, counted from the range's end: 1 to {MOST_DAYS}.")
]
LastWeeks = Annotated[
    int, strawberry.argument(description=f"How many, counted from the range's end: 1 to {MOST_WEEKS}.")
]
Metrics = Annotated[list[Metric], strawberry.argument(description=f"Which numbers, at most {MOST_METRICS}.")]


@dataclass(frozen=True, slots=True, eq=False)
class PlayerAnalytics:
    """``workload`` None: none of the days has come to pass. ``told`` is the planning service's, if any."""

    player: Person
    first: date
    last: date
    workload: PlayerWorkload | None
    today: date
    told: Summary | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TeamAnalytics:
    """``players`` are those whose training the caller sees; ``is_whole`` if they run the team."""

    team: Team
    first: date
    last: date
    players: tuple[PlayerAnalytics, ...]
    is_whole: bool
    freshness: Freshness | None
    _together: list[asyncio.Future[TeamWorkload]] = field(default_factory=list, repr=False)

    async def together(self) -> TeamWorkload:
        """Worked out once, however many fields ask, and off the event loop."""
        if not self._together:
            known = [each.workload for each in self.players if each.workload is not None]
            self._together.append(asyncio.ensure_future(asyncio.to_thread(team_workload, known)))
        return await self._together[0]


@dataclass(frozen=True, slots=True)
class Series:
    """One number over the range: a value, its completeness and whether it is provisional for each day."""

    metric: Metric
    first_day: date | None
    values: list[float | None]
    completeness: list[float]
    is_provisional: list[bool]
    model_version: str = MODEL_VERSION


def player_of_analytics(parent: strawberry.Parent[PlayerAnalytics]) -> Person:
    """Whoever sees a player's training sees the player."""
    return parent.player


def team_of_analytics(parent: strawberry.Parent[TeamAnalytics]) -> Team:
    return parent.team


def players_of_analytics(parent: strawberry.Parent[TeamAnalytics]) -> list[PlayerAnalytics]:
    return list(parent.players)


def days_of_player(
    parent: strawberry.Parent[PlayerAnalytics], last: LastDays = USUAL_DAYS
) -> list[PlayerDay]:
    _check_count(last, MOST_DAYS)
    return [] if parent.workload is None else list(parent.workload.last_days(last))


def weeks_of_player(
    parent: strawberry.Parent[PlayerAnalytics], last: LastWeeks = USUAL_WEEKS
) -> list[PlayerWeek]:
    return _last(() if parent.workload is None else parent.workload.weeks, last, MOST_WEEKS)


def series_of_player(parent: strawberry.Parent[PlayerAnalytics], metrics: Metrics) -> list[Series]:
    if not 1 <= len(metrics) <= MOST_METRICS:
        raise InvalidInput.of("metrics", f"Name 1 to {MOST_METRICS} numbers.")
    if parent.workload is None:
        return [Series(each, None, [], [], []) for each in metrics]
    return [_series(parent.workload, each) for each in metrics]


def trends_of_player(parent: strawberry.Parent[PlayerAnalytics]) -> list[Trend]:
    """Of the four weeks that end with the range, also where the range is shorter."""
    return [] if parent.workload is None else list(trends(parent.workload.table, parent.workload.last))


def summary_of_player(parent: strawberry.Parent[PlayerAnalytics]) -> Summary:
    return parent.told or summary_of(parent.workload)


async def compliance_of_player(info: Info, parent: strawberry.Parent[PlayerAnalytics]) -> Compliance:
    asked = AskedCompliance(parent.player.id, parent.first, parent.last, parent.today)
    return await info.context.loaders.workload.compliance.load(asked)


async def days_of_team(
    parent: strawberry.Parent[TeamAnalytics], last: LastDays = USUAL_DAYS
) -> list[TeamDay] | None:
    """None for who sees only some of the team: their mean would be said of all."""
    return _last((await parent.together()).days, last, MOST_DAYS) if parent.is_whole else None


async def weeks_of_team(
    parent: strawberry.Parent[TeamAnalytics], last: LastWeeks = USUAL_WEEKS
) -> list[TeamWeek] | None:
    return _last((await parent.together()).weeks, last, MOST_WEEKS) if parent.is_whole else None


MeanOf = Annotated[Metric, strawberry.argument(description="Which number.")]


def mean_of_team(parent: strawberry.Parent[TeamDay | TeamWeek], metric: MeanOf) -> Value | None:
    return parent.means.get(metric)


@dataclass(frozen=True, slots=True)
class BandCount:
    band: RiskBand | None
    count: int


def bands_of_team(parent: strawberry.Parent[TeamDay | TeamWeek]) -> list[BandCount]:
    return [BandCount(band, parent.risk_counts.get(band, 0)) for band in (*reversed(RiskBand), None)]


def state_of_day(parent: strawberry.Parent[PlayerDay]) -> DayState:
    return parent.load.state


def days_of_week(parent: strawberry.Parent[PlayerWeek]) -> list[PlayerDay]:
    return list(parent.days)


def method_of_series(parent: strawberry.Parent[Series]) -> str:
    return METHODS[parent.metric].text


def unit_of_series(parent: strawberry.Parent[Series]) -> str:
    return METHODS[parent.metric].unit


def window_of_series(parent: strawberry.Parent[Series]) -> int:
    return METHODS[parent.metric].window_days


def _series(workload: PlayerWorkload, metric: Metric) -> Series:
    column, rows = workload.table.column(metric), workload.rows
    return Series(
        metric,
        workload.first,
        column.numbers(rows),
        column.completeness[rows].tolist(),
        column.provisional[rows].tolist(),
    )


def _last(items: Sequence[T], count: int, most: int) -> list[T]:
    _check_count(count, most)
    return list(items[-count:])


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise InvalidInput.of("last", f"last is {count}; it must be from 1 to {most}.")

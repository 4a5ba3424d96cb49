"""The numbers of workload are worked out in threads, whatever an operation reads of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from db.database import Database
from domain.workload.columns import Column
from domain.workload.model import Metric
from domain.workload.table import Table
from resolvers.ids import Kind, global_id
from tests.api import Api, the_schema
from tests.schema.test_workload import span, train
from tests.workload_factories import usual_days
from tests.world import World

OF_PLAYERS = """query ($id: ID!, $from: Date!, $to: Date!) {
  workloadAnalytics(teamId: $id, startDate: $from, endDate: $to) { players { %s } } }"""
BY_FRAGMENT = """query ($id: ID!, $from: Date!, $to: Date!, $metrics: [WorkloadMetric!]!) {
  workloadAnalytics(teamId: $id, startDate: $from, endDate: $to) { players { ...Much } } }
fragment Much on PlayerWorkload { series(metrics: $metrics) { values } ... { trends { metric } } }"""
OF_TEAM = """query ($id: ID!, $from: Date!, $to: Date!) {
  workloadAnalytics(teamId: $id, startDate: $from, endDate: $to) {
    days { day reportedCount mean(metric: strain) { value } riskBands { count } }
    weeks { isoWeek reportedCount mean(metric: week_change) { value } riskBands { count } } } }"""
OF_ONE = """query ($id: ID!) { player(id: $id) {
  workload { summary { totalLoadAu } } readiness { score { value } } } }"""


class WorkedOut:
    """By metric, whether the columns that were made since were all made in threads of their own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.in_threads: dict[Metric, bool] = {}
        work: Callable[[Table, Metric], Column] = Table._worked_out

        def noted(table: Table, metric: Metric) -> Column:
            apart = threading.current_thread() is not threading.main_thread()
            self.in_threads[metric] = self.in_threads.get(metric, True) and apart
            return work(table, metric)

        monkeypatch.setattr(Table, "_worked_out", noted)


@pytest.fixture
async def worked_out(db: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> WorkedOut:
    await train(db, world, athlete=usual_days(count=60))
    return WorkedOut(monkeypatch)


def selections(type_name: str) -> list[str]:
    """Every field of the type by itself, and whatever is to be had below it without arguments."""
    found = the_schema()._schema.type_map[type_name]
    assert isinstance(found, GraphQLObjectType)
    return [_whole(name, field, 3) for name, field in found.fields.items() if name != "player"]


def _whole(name: str, field: Any, levels: int) -> str:
    below = get_named_type(field.type)
    if not isinstance(below, GraphQLObjectType):
        return name
    inner = [
        _whole(each, its, levels - 1)
        for each, its in below.fields.items()
        if levels and not any(argument.is_required() for argument in its.args.values())
    ]
    return f"{name} {{ {' '.join(inner) or '__typename'} }}"


@pytest.mark.parametrize("way", ["days", "weeks"])
async def test_each_field_of_a_day_and_of_a_week(
    api: Api, world: World, worked_out: WorkedOut, way: str
) -> None:
    type_name = {"days": "WorkloadDay", "weeks": "WorkloadWeek"}[way]
    for selection in selections(type_name):
        await api.as_(world.coach).run(OF_PLAYERS % f"{way} {{ {selection} }}", **asked(world))

        assert all(worked_out.in_threads.values()), (selection, worked_out.in_threads)

    assert len(worked_out.in_threads) > 10


@pytest.mark.parametrize("selection", ["summary { riskBand }", "trends { metric }"])
async def test_what_is_told_of_a_player_in_short(
    api: Api, world: World, worked_out: WorkedOut, selection: str
) -> None:
    await api.as_(world.coach).run(OF_PLAYERS % selection, **asked(world))

    assert len(worked_out.in_threads) > 2
    assert all(worked_out.in_threads.values()), worked_out.in_threads


async def test_a_series_by_itself_costs_nothing_else(api: Api, world: World, worked_out: WorkedOut) -> None:
    for metric in Metric:
        worked_out.in_threads.clear()
        await api.as_(world.coach).run(
            OF_PLAYERS % f"series(metrics: [{metric.value}]) {{ values }}", **asked(world)
        )

        assert worked_out.in_threads == {metric: True}


async def test_a_metric_in_a_variable_and_fields_in_a_fragment(
    api: Api, world: World, worked_out: WorkedOut
) -> None:
    await api.as_(world.coach).run(BY_FRAGMENT, metrics=["form"], **asked(world))

    assert Metric.FORM in worked_out.in_threads
    assert Metric.WELLNESS_Z in worked_out.in_threads
    assert all(worked_out.in_threads.values()), worked_out.in_threads


async def test_the_team_together(api: Api, world: World, worked_out: WorkedOut) -> None:
    await api.as_(world.coach).run(OF_TEAM, **asked(world))

    assert Metric.WEEK_CHANGE in worked_out.in_threads
    assert all(worked_out.in_threads.values()), worked_out.in_threads


async def test_a_player_by_themselves(api: Api, world: World, worked_out: WorkedOut) -> None:
    player = global_id(Kind.PLAYER, world.owner.id)

    await api.as_(world.coach).run(OF_ONE, id=player)

    assert Metric.READINESS in worked_out.in_threads
    assert all(worked_out.in_threads.values()), worked_out.in_threads


def asked(world: World) -> dict[str, str]:
    return {"id": global_id(Kind.TEAM, world.team.id), **span()}

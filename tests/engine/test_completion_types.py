"""Workload and compressions, as they are worked out here, are completed as graphql-core completes them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import strawberry
from graphql import parse, validate

from domain.people import Person, Role, Team
from domain.plan_preview import PlanPreview, SessionPreview
from domain.sessions import Session
from domain.workload.analysis import analyse
from domain.workload.model import DayLoad, DayState, Metric, WellnessDay, WellnessItem
from engine import completion
from engine.completion_kept import Completions
from resolvers.workload_fields import PlayerAnalytics, Series, TeamAnalytics
from schema.types.preview import TimeCrunchPreview
from schema.types.segment import (
    AccessoryBlockSegment,
    AccessorySingleSegment,
    AccessorySupersetSegment,
    CoreLiftSegment,
)
from schema.types.workload import WorkloadAnalytics
from schema.types.workload_values import WorkloadSeries
from tests.domain.compression.cases import answers
from tests.engine.completion_operations import Maker, told

OPERATIONS = 120
LAST = date(2026, 7, 26)


@strawberry.type
class Query:
    analytics: WorkloadAnalytics
    series: list[WorkloadSeries]
    preview: TimeCrunchPreview | None


@dataclass(frozen=True, slots=True)
class Root:
    analytics: TeamAnalytics
    series: tuple[Series, ...]
    preview: PlanPreview


async def test_real_values_and_spoilt_ones_are_answered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "ENOUGH_OBJECTS", 1)
    segments = [CoreLiftSegment, AccessorySupersetSegment, AccessoryBlockSegment, AccessorySingleSegment]
    schema = strawberry.Schema(query=Query, types=segments)._schema
    root = Root(_team(), _series(), _preview())
    places = [(each, one.name) for each in _objects(root, set()) for one in fields(each)]
    outcomes = Counter[str]()
    for seed in range(OPERATIONS):
        chance = random.Random(seed)
        maker = Maker(schema, chance, depth=6)
        document, completions = parse(maker.make()), Completions(10_000)
        assert not validate(schema, document)
        spoilt = chance.sample(places, chance.choice((0, 0, 3, 200)))
        before = [(each, name, getattr(each, name)) for each, name in spoilt]
        for each, name in spoilt:
            object.__setattr__(
                each, name, chance.choice((None, float("nan"), 2**40, "text", ValueError("x")))
            )
        try:
            expected = await told(schema, document, root, maker.variables)
            assert await told(schema, document, root, maker.variables, completions) == expected, seed
        finally:
            for each, name, value in reversed(before):
                object.__setattr__(each, name, value)
        outcomes["functions"] += sum(len(each.functions) for each in completions._kept.values())
        outcomes["with errors"] += b'"errors"' in expected[0]
    assert outcomes["functions"] > OPERATIONS
    assert outcomes["with errors"] > OPERATIONS / 10


def _objects(value: object, seen: set[int]) -> Iterator[Any]:
    """All of the domain's objects below one, each once."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if is_dataclass(value):
        yield value
        for each in fields(value):
            yield from _objects(getattr(value, each.name), seen)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _objects(each, seen)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _objects(each, seen)


def _team() -> TeamAnalytics:
    first, organization_id = LAST - timedelta(days=20), UUID(int=1)
    calendar = [LAST - timedelta(days=back) for back in range(120)]
    players = []
    for number in range(3):
        loads = [
            DayLoad(each, DayState.REPORTED, float(each.toordinal() * (number + 7) % 600))
            for each in calendar
            if each.day % 5 != number
        ]
        slept = [WellnessDay(each, {WellnessItem.SLEEP: 1.0 + each.toordinal() % 5}) for each in calendar]
        person = Person(UUID(int=100 + number), organization_id, f"Player {number}", Role.ATHLETE, "UTC")
        workload = analyse(loads, slept, first, LAST) if number else None
        players.append(PlayerAnalytics(person, first, LAST, workload, LAST))
    team = Team(UUID(int=2), organization_id, "Team", "football", "UTC")
    return TeamAnalytics(team, first, LAST, tuple(players), True, None)


def _series() -> tuple[Series, ...]:
    whole = Series(Metric.MONOTONY, LAST, [1.5, None, 2.0], [1.0, 0.5, 1.0], [True, False, False])
    return whole, replace(whole, first_day=None, values=[], completeness=[], is_provisional=[])


def _preview() -> PlanPreview:
    sessions = tuple(
        SessionPreview(
            Session(UUID(int=number), UUID(int=7), UUID(int=8), number, "A session", LAST, 60, 1),
            number,
            compression,
        )
        for number, (_, compression) in enumerate(answers(4, compressed=True), start=1)
    )
    return PlanPreview(UUID(int=7), 30, sessions, ("A warning.",))

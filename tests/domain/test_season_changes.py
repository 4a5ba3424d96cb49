from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.errors import InvalidState
from domain.phases import SeasonPhase
from domain.planning_events import UpdateType
from domain.season_changes import SeasonChange, change_between, check_may_change
from domain.seasons import SeasonPlan, SeasonStatus
from tests.domain.season_cases import MONDAY, a_phase, a_season

BUILD = a_phase(id=UUID(int=1))
SEASON = a_phase(
    id=UUID(int=2), starts_on=MONDAY + timedelta(weeks=4), ends_on=MONDAY + timedelta(weeks=9, days=-1)
)
CAMP = a_phase(
    id=UUID(int=3), starts_on=MONDAY + timedelta(weeks=9), ends_on=MONDAY + timedelta(weeks=10, days=-1)
)
PLAN = a_season(BUILD, SEASON)


def with_phases(*phases: SeasonPhase) -> SeasonPlan:
    return replace(PLAN, phases=phases)


HARDER = replace(SEASON, training_frequency=5)
SHORTER = replace(SEASON, ends_on=SEASON.ends_on - timedelta(days=1))


@pytest.mark.parametrize(
    ("after", "phases", "update_type"),
    [
        (with_phases(BUILD, SEASON, CAMP), {3}, UpdateType.PHASE_ADDED),
        (with_phases(BUILD), {2}, UpdateType.PHASE_REMOVED),
        (with_phases(BUILD, HARDER), {2}, UpdateType.PHASE_MODIFIED),
        (with_phases(BUILD, SHORTER), {2}, UpdateType.SCHEDULE_ADJUSTED),
        (with_phases(SEASON, CAMP), {1, 3}, UpdateType.SCHEDULE_ADJUSTED),
        (with_phases(BUILD, HARDER, CAMP), {2, 3}, UpdateType.SCHEDULE_ADJUSTED),
        (replace(PLAN, status=SeasonStatus.COMPLETED), {1, 2}, UpdateType.SCHEDULE_ADJUSTED),
    ],
)
def test_the_phases_that_are_not_as_they_were_are_named_with_what_happened(
    after: SeasonPlan, phases: set[int], update_type: UpdateType
) -> None:
    ids = frozenset(UUID(int=each) for each in phases)

    assert change_between(PLAN, after) == SeasonChange(ids, update_type)


def test_a_plan_that_comes_into_force_concerns_all_its_phases() -> None:
    draft = replace(PLAN, status=SeasonStatus.DRAFT)

    assert change_between(replace(draft, phases=(CAMP,)), PLAN) == SeasonChange(
        frozenset({BUILD.id, SEASON.id, CAMP.id}), UpdateType.SCHEDULE_ADJUSTED
    )
    assert change_between(replace(draft, phases=()), replace(PLAN, phases=())) is None


@pytest.mark.parametrize("after", [PLAN, replace(PLAN, name="Other", ends_on=MONDAY + timedelta(weeks=40))])
def test_nobody_is_looked_at_if_no_phase_changed(after: SeasonPlan) -> None:
    assert change_between(PLAN, after) is None


def test_what_is_not_in_force_moves_nobody() -> None:
    draft = replace(PLAN, status=SeasonStatus.DRAFT)

    assert change_between(draft, replace(draft, phases=(HARDER,))) is None
    assert change_between(draft, replace(draft, status=SeasonStatus.ARCHIVED)) is None


def test_only_an_archived_plan_stays_as_it_is() -> None:
    for status in set(SeasonStatus) - {SeasonStatus.ARCHIVED}:
        check_may_change(replace(PLAN, status=status))
    with pytest.raises(InvalidState):
        check_may_change(replace(PLAN, status=SeasonStatus.ARCHIVED))

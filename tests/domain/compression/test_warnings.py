"""What was asked for and could not be had is said, so that nothing looks obeyed that was not."""

from __future__ import annotations

import pytest

from domain.compression.compress import compress
from domain.compression.model import Options
from tests.domain.compression.cases import answers, how_many
from tests.domain.compression.sessions import prescription


def test_a_strategy_that_was_asked_for_and_not_reached_is_owned_up_to() -> None:
    reached = missed = 0
    for case, answer in answers(how_many(2000, 20_000), compressed=True):
        asked = case.options.strategy
        if asked is None:
            continue
        is_reached = answer.strategy is asked
        said = [each for each in answer.warnings if each.startswith(f"{asked.value} was asked for")]
        assert bool(said) != is_reached, case.name
        assert all(answer.strategy.value in each for each in said), case.name
        reached, missed = reached + is_reached, missed + (not is_reached)
    assert min(reached, missed) > 20


@pytest.mark.parametrize("minutes", [10, 180])  # compressed, and as it stands
def test_equipment_that_no_exercise_needs_is_named(minutes: int) -> None:
    """It may be misspelt, and then an exercise that needs it is still in the answer."""
    session = tuple(prescription(n, equipment=["barbell"]) for n in (1, 2, 3))
    gone = Options(unavailable=frozenset({"barbells", "sled"}))
    answer = compress(session, target_minutes=minutes, planned_minutes=None, options=gone)
    assert "No exercise of this session needs barbells or sled." in answer.warnings

    usual = compress(session, target_minutes=minutes, planned_minutes=None)
    assert not any("No exercise" in each for each in usual.warnings)

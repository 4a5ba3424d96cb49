"""A stored compression comes back from JSON without a loss."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from domain.compression.compress import compress
from domain.compression.record import diff_of, plan_of, summary_of
from domain.sessions import Session
from resolvers.time_crunch import active_compression
from tests.factories import NOW
from tests.resolvers.test_solver import a_copy


@pytest.mark.parametrize("minutes", [10, 30, 45, 60, 75, 180])
def test_it_is_the_compression_that_was_stored(minutes: int) -> None:
    made = compress(a_copy(), target_minutes=minutes, planned_minutes=90)
    plan, diff, summary = (orjson.loads(orjson.dumps(part(made))) for part in (plan_of, diff_of, summary_of))
    session = Session(
        id=made.segments[0].exercises[0].prescription_id,
        plan_id=made.segments[0].exercises[0].prescription_id,
        microcycle_id=made.segments[0].exercises[0].prescription_id,
        ordinal=1,
        title="Whole body",
        scheduled_on=None,
        planned_minutes=90,
        version=2,
        is_time_crunch_active=True,
        time_crunch_minutes=minutes,
        time_crunch_applied_at=NOW,
        compressed_plan=plan,
        compression_diff=diff,
        compression_summary=summary,
    )

    assert active_compression(session) == made
    assert active_compression(replace(session, is_time_crunch_active=False)) is None

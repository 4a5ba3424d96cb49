"""The days of assignments as compliance counts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.assignments import Completion, WorkoutAssignment, days_of, load_on
from domain.workload.compliance import AssignedSession
from domain.workload.loads import LONGEST_RANGE_DAYS


def assigned_sessions(
    assignments: Sequence[WorkoutAssignment],
    completions: Sequence[Completion],
    loads_au: Mapping[tuple[UUID, date], float | None],
    first: date,
    last: date,
) -> Iterator[AssignedSession]:
    """Every day from ``first`` to ``last`` of one player's assignments.

    Done is what was reported as completed, and what stands in the log as a training of that assignment; its
    load is the log's, so that a correction there counts here.
    """
    rates = {(each.assignment_id, each.occurrence_on): each.completion_rate for each in completions}
    for assignment in assignments:
        for day in days_of(assignment, first, last, LONGEST_RANGE_DAYS):
            key = (assignment.id, day)
            yield AssignedSession(
                day,
                load_on(assignment, day),
                key in rates or key in loads_au,
                loads_au.get(key),
                rates.get(key, 100.0),
            )

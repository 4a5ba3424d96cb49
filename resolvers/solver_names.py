"""The same session under other ids is the same question: ids are taken off before, and put back after."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from uuid import UUID

from domain.compression.model import Change, Compression, Options, Segment
from domain.sessions import LoggedDuration, Prescription

_NOBODY = UUID(int=0)


class Names:
    """The ids of a session's prescriptions, exchanged for their numbers from 1."""

    def __init__(self, prescriptions: Sequence[Prescription]) -> None:
        self._prescriptions = prescriptions
        self._plain_of = {each.id: UUID(int=n) for n, each in enumerate(prescriptions, start=1)}
        self._real_of = {plain: real for real, plain in self._plain_of.items()}

    def taken_off(self) -> tuple[Prescription, ...]:
        return tuple(
            replace(each, id=self._plain_of[each.id], session_id=_NOBODY) for each in self._prescriptions
        )

    def without(self, options: Options) -> Options:
        """Weights of exercises that are not in this session say nothing about it, and are left out."""
        weights = {
            self._plain_of[real]: weight for real, weight in options.weights.items() if real in self._plain_of
        }
        return replace(options, weights=weights)

    def put_back(self, answer: Compression) -> Compression:
        return replace(
            answer,
            segments=tuple(self._segment(each) for each in answer.segments),
            original_segments=tuple(self._segment(each) for each in answer.original_segments),
            changes=tuple(self._change(each) for each in answer.changes),
        )

    def _segment(self, segment: Segment) -> Segment:
        exercises = tuple(
            replace(each, prescription_id=self._real_of[each.prescription_id]) for each in segment.exercises
        )
        return replace(segment, exercises=exercises)

    def _change(self, change: Change) -> Change:
        return replace(
            change, prescription_ids=tuple(self._real_of[each] for each in change.prescription_ids)
        )


def key_of(
    prescriptions: tuple[Prescription, ...],
    planned_minutes: int | None,
    options: Options,
    logs: Sequence[LoggedDuration],
) -> Hashable:
    """All that an answer depends on. Of the logs, only how long each took against the model."""
    return (
        prescriptions,
        planned_minutes,
        options.core_protection,
        options.strategy,
        options.unavailable,
        frozenset(options.weights.items()),
        options.phase,
        tuple((each.actual_minutes, each.modelled_seconds) for each in logs),
    )

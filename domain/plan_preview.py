"""A whole plan as it would be with every session compressed to the same minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from domain.compression.layout import strategy_of
from domain.compression.model import Compression, Segment, Strategy
from domain.sessions import Session


@dataclass(frozen=True, slots=True)
class SessionPreview:
    """``week`` is the ordinal of the session's microcycle, from 1."""

    session: Session
    week: int
    compression: Compression


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """``sessions`` are those that have something to compress, in the plan's order; seconds are their sum."""

    plan_id: UUID
    target_minutes: int
    sessions: tuple[SessionPreview, ...]
    warnings: tuple[str, ...] = ()

    @property
    def original_seconds(self) -> int:
        return sum(each.compression.original_seconds for each in self.sessions)

    @property
    def compressed_seconds(self) -> int:
        return sum(each.compression.compressed_seconds for each in self.sessions)

    @property
    def meets_time_constraint(self) -> bool:
        """Only if every session really fits."""
        return all(each.compression.meets_time_constraint for each in self.sessions)

    @property
    def strategy(self) -> Strategy:
        """What the sessions need between them: a superset in one and a block in another is both."""
        return strategy_of(self._segments())

    def _segments(self) -> Iterator[Segment]:
        for each in self.sessions:
            yield from each.compression.segments

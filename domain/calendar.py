"""A person's sessions as a calendar shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from domain.compression.model import minutes_needed
from domain.sessions import Session


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One dated session, with what makes it known at a glance; ``exercise_names`` are in their order.

    ``starts_at`` is local time in the person's zone; without it the session takes the day as it comes.
    """

    session: Session
    plan_title: str
    exercise_names: tuple[str, ...]
    starts_at: time | None = None

    @property
    def minutes_now(self) -> int | None:
        """How long it takes as it stands: what a compression in force came to, else what was planned."""
        session = self.session
        if not session.is_time_crunch_active:
            return session.planned_minutes
        seconds = (session.compressed_plan or {}).get("compressed_seconds")
        return session.time_crunch_minutes if seconds is None else minutes_needed(seconds)

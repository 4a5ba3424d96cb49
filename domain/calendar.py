"""A person's sessions as a calendar shows them."""

from __future__ import annotations

from dataclasses import dataclass

from domain.sessions import Session


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One dated session, with what makes it known at a glance; ``exercise_names`` are in their order."""

    session: Session
    plan_title: str
    exercise_names: tuple[str, ...]

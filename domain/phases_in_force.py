"""Which phase a team is in, as it was last said: by the calendar, or by whoever plans the season.

Both may say it, and of one change only the first is told. What a planner says (a phase begun a day early)
holds until the calendar comes to another phase by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PhaseInForce:
    """``phase_id`` was told last, None for no phase; ``scheduled_phase_id`` is what the calendar had then.

    ``version`` rises with every change that is told.
    """

    team_id: UUID
    phase_id: UUID | None = None
    scheduled_phase_id: UUID | None = None
    version: int = 0


def by_calendar(known: PhaseInForce, phase_id: UUID | None) -> PhaseInForce:
    """The calendar has this phase today. Nothing new where it had the same before."""
    if phase_id == known.scheduled_phase_id:
        return known
    return replace(by_planner(known, phase_id), scheduled_phase_id=phase_id)


def by_planner(known: PhaseInForce, phase_id: UUID | None) -> PhaseInForce:
    """Somebody who plans the season says that this phase has begun."""
    if phase_id == known.phase_id:
        return known
    return replace(known, phase_id=phase_id, version=known.version + 1)

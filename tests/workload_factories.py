"""What players did and how they felt, stored as if they had reported it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from db.database import Database
from db.training_log import insert_entries
from db.wellness import insert_reports
from domain.training_log import LoadMethod, TrainingEntry, TrainingKind, TrainingSource
from domain.wellness import WellnessReport
from tests.factories import NOW, committed

TODAY = NOW.date()
USUAL_WEEK = (400.0, 300.0, 500.0, 0.0, 450.0, 600.0, 0.0)
"""From Monday, in AU: neither monotonous nor a jump."""


def an_entry(
    organization_id: UUID, player_id: UUID, day: date, load_au: float, **changes: Any
) -> TrainingEntry:
    values: dict[str, Any] = {
        "id": uuid4(),
        "organization_id": organization_id,
        "player_id": player_id,
        "source": TrainingSource.MANUAL,
        "day": day,
        "kind": TrainingKind.TRAINING,
        "load_au": load_au,
        "load_method": LoadMethod.OWN,
        "minutes": None,
        "session_rpe": None,
        "version": 1,
        "recorded_at": NOW,
        "actor_id": player_id,
        "actor_name": "The player",
    }
    return TrainingEntry(**values | changes)


async def trained(
    db: Database, organization_id: UUID, loads_au: Mapping[UUID, Mapping[date, float]], **changes: Any
) -> None:
    """Each player's load of each day; a load of 0 is one that was reported."""
    entries = [
        an_entry(organization_id, player_id, day, load_au, **changes)
        for player_id, days in loads_au.items()
        for day, load_au in days.items()
    ]
    await committed(db, lambda one: insert_entries(one, entries))


def usual_days(last: date = TODAY, count: int = 60) -> dict[date, float]:
    """The usual week, over and over, up to ``last``."""
    days = (last - timedelta(days=back) for back in range(count))
    return {day: USUAL_WEEK[day.weekday()] for day in days}


async def felt(
    db: Database, organization_id: UUID, player_id: UUID, scores: Mapping[date, float], **changes: Any
) -> None:
    """How well they slept and how good their mood was, 1 to 5."""

    def report(day: date, score: float) -> WellnessReport:
        values: dict[str, Any] = {
            "id": uuid4(),
            "organization_id": organization_id,
            "player_id": player_id,
            "day": day,
            "sleep": score,
            "mood": score,
            "version": 1,
            "recorded_at": NOW,
            "actor_id": player_id,
            "actor_name": "The player",
        }
        return WellnessReport(**values | changes)

    reports = [report(day, score) for day, score in scores.items()]
    await committed(db, lambda one: insert_reports(one, reports))

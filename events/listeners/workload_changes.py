"""What is reported of a player, and new limits of a team: numbers and alerts are worked out anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from db.database import Transaction
from db.team_athletes import athletes_of_teams
from domain.events import (
    RestDayReported,
    TrainingCompleted,
    TrainingCorrected,
    TrainingImported,
    TrainingLogged,
    TrainingWithdrawn,
    WellnessReported,
    WorkloadThresholdsChanged,
)
from events.handler import Handler, Received
from events.listeners.telling import after_of, progress_of
from events.workload.watch import watch_players

Reported: TypeAlias = (
    TrainingLogged
    | TrainingCorrected
    | TrainingWithdrawn
    | TrainingImported
    | TrainingCompleted
    | WellnessReported
    | RestDayReported
)
REPORTED: tuple[type[Any], ...] = (
    TrainingLogged,
    TrainingCorrected,
    TrainingWithdrawn,
    TrainingImported,
    TrainingCompleted,
    WellnessReported,
    RestDayReported,
)
PLAYERS_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class WatchPlayer:
    """Which day it was about makes no difference: what is late is in the history like all else."""

    async def __call__(self, tx: Transaction, received: Received[Reported]) -> None:
        await watch_players(tx, [received.event.player_id])


@dataclass(frozen=True, slots=True)
class WatchTeam:
    """Every player of the team, some in each unit of work."""

    at_once: int = PLAYERS_AT_ONCE

    async def __call__(self, tx: Transaction, received: Received[WorkloadThresholdsChanged]) -> str | None:
        players = (await athletes_of_teams(tx.db_session, [received.event.team_id])).get(
            received.event.team_id, []
        )
        after = after_of(received.progress)
        ids = sorted(each.id for each in players if after is None or each.id > after)
        portion: list[UUID] = ids[: self.at_once]
        if portion:
            await watch_players(tx, portion)
        return progress_of(portion[-1] if len(ids) > len(portion) else None)


def workload_handlers() -> tuple[Handler[Any], ...]:
    """Names are kept in the inbox: never reuse one."""
    return (
        *(Handler("workload.watch", each, WatchPlayer()) for each in REPORTED),
        Handler("workload.limits", WorkloadThresholdsChanged, WatchTeam()),
    )

"""``training.completed``: a planning service hears of it, however long it is away when it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from db.completions import completions_by_assignment
from db.database import Transaction
from domain.events import TrainingCompleted
from events.handler import Handler, Received
from events.wire import Undeliverable
from integrations.planning_errors import PlanningRefused
from integrations.planning_http import OnBehalfOf
from integrations.planning_service import PlanningService


@dataclass(frozen=True, slots=True)
class TellPlanningService:
    """The event's id is the idempotency key: told twice, it counts once there.

    A service that is away is tried again; what it refuses becomes a dead letter. Its answers about the
    team's workload are asked for anew from then on.
    """

    planning: PlanningService

    async def __call__(self, tx: Transaction, received: Received[TrainingCompleted]) -> None:
        event = received.event
        day = event.occurrence_on
        found = await completions_by_assignment(tx.db_session, [event.aggregate_id], day, day)
        for completion in found.get(event.aggregate_id, ()):  # none, if the assignment is gone
            try:
                await self.planning.notify_completion(
                    completion,
                    event.team_id,
                    OnBehalfOf(
                        event.reported_by_id,
                        event.reported_by_role,
                        event.organization_id,
                        received.correlation_id or "",
                    ),
                    idempotency_key=str(received.event_id),
                )
            except PlanningRefused as error:
                raise Undeliverable("refused", str(error)) from error


def completion_handlers(planning: PlanningService | None) -> tuple[Handler[Any], ...]:
    """None without a planning service: then there is nobody to tell."""
    if planning is None:
        return ()
    return (Handler("planning.completions", TrainingCompleted, TellPlanningService(planning)),)

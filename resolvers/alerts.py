"""Alerts of load: read by those who run the team and the player, decided on by those who run the team."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry
from pydantic import TypeAdapter

from db.database import Transaction
from db.people import lock_people
from db.teams import teams_by_id
from db.workload_alerts import alert_for_update, alerts_by_id, insert_entries, save_alerts
from domain import access
from domain.access import Sight
from domain.assignments import WorkoutAssignment
from domain.errors import Conflict, Forbidden, InvalidInput
from domain.events import WorkloadAdjustmentApplied
from domain.people import Person, Team
from domain.workload import alerts as rules
from domain.workload.alerts import Alert, AlertAction, AlertEntry
from domain.workload.model import RISK_NOTE
from events.season.announcing import next_version
from events.season.following import relieve_player, undo_relief
from events.workload.watch import entry_of
from resolvers.alert_inputs import (
    AcceptRecommendationInput,
    AcknowledgeAlertInput,
    OverrideAlertInput,
    UndoRecommendationInput,
)
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.inputs import fingerprinted, reason_of
from resolvers.once import once
from resolvers.running import actor_of
from resolvers.season_sight import team_if_seen
from resolvers.sight import granted, person_if_seen

OpenOnly = Annotated[
    bool, strawberry.argument(description="Only those that last and were not overridden; all with false.")
]
RELIEF_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class AlertAnswer:
    """The alert as it stands now, and which assignments were changed because of it."""

    alert: Alert
    assignment_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Decision:
    """What a coach decided on, with the alert locked."""

    tx: Transaction
    team: Team
    alert: Alert
    reason: str | None


_ANSWER = TypeAdapter(AlertAnswer)
Decide = Callable[[Context, _Decision], Awaitable[AlertAnswer]]


async def alerts_of_team(
    info: Info,
    parent: strawberry.Parent[Team],
    open_only: OpenOnly = True,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[Alert]:
    loaders = info.context.loaders.workload
    loader = loaders.open_alerts_of_team if open_only else loaders.alerts_of_team
    return connection_of(await loader.load((parent.id, page(first, after, last, before))))


async def alert_in_sight(context: Context, alert_id: UUID) -> Alert:
    alert = await context.loaders.workload.alert.load(alert_id)
    return granted(alert, _sight(context, alert), Kind.WORKLOAD_ALERT, alert_id)


async def acknowledge_alert(info: Info, input: AcknowledgeAlertInput) -> AlertAnswer:
    """Naturally idempotent: what was seen already stays seen."""

    async def decide(context: Context, given: _Decision) -> AlertAnswer:
        after = rules.acknowledged(given.alert, given.tx.now)
        return await _stored(context, given, after, AlertAction.ACKNOWLEDGED)

    return await _decided(info.context, "acknowledgeAlert", input, decide)


async def override_alert(info: Info, input: OverrideAlertInput) -> AlertAnswer:
    if not input.reason.strip():
        raise InvalidInput.of("reason", "Say why the plan stays as it is.")

    async def decide(context: Context, given: _Decision) -> AlertAnswer:
        after = rules.overridden(given.alert, given.tx.now)
        return await _stored(context, given, after, AlertAction.OVERRIDDEN)

    return await _decided(info.context, "overrideAlert", input, decide)


async def accept_recommendation(info: Info, input: AcceptRecommendationInput) -> AlertAnswer:
    """The coming assignments, the alert and the event of it are changed together, or none of them."""

    async def decide(context: Context, given: _Decision) -> AlertAnswer:
        after, adjustment = rules.accepted(given.alert, given.tx.now)
        relieved = await relieve_player(
            given.tx,
            given.team,
            after.player_id,
            adjustment,
            by=actor_of(context),
            reason=given.reason or after.reason,
        )
        given.tx.record(
            WorkloadAdjustmentApplied(
                aggregate_id=given.team.id,
                version=next_version(given.tx, WorkloadAdjustmentApplied, given.team.id),
                organization_id=given.team.organization_id,
                player_id=after.player_id,
                threshold_type=after.type,
                adjustment_type=adjustment.type,
                adjustment_value=adjustment.value,
                adjustments_count=len(relieved),
            )
        )
        return await _stored(context, given, after, AlertAction.ACCEPTED, relieved)

    return await _decided(info.context, "acceptRecommendation", input, decide)


async def undo_recommendation(info: Info, input: UndoRecommendationInput) -> AlertAnswer:
    """What reliefs have taken from the player's coming assignments in the team is given back."""

    async def decide(context: Context, given: _Decision) -> AlertAnswer:
        after = rules.undone(given.alert, given.tx.now)
        restored = await undo_relief(
            given.tx,
            given.team,
            after.player_id,
            by=actor_of(context),
            reason=given.reason or "The recommendation was taken back.",
        )
        return await _stored(context, given, after, AlertAction.UNDONE, restored)

    return await _decided(info.context, "undoRecommendation", input, decide)


async def history_of_alert(info: Info, parent: strawberry.Parent[Alert]) -> list[AlertEntry]:
    return list(await info.context.loaders.workload.entries_of_alert.load(parent.id))


async def player_of_alert(info: Info, parent: strawberry.Parent[Alert]) -> Person | None:
    """Who sees the alert sees whom it is about."""
    return await info.context.loaders.person.load(parent.player_id)


async def team_of_alert(info: Info, parent: strawberry.Parent[Alert]) -> Team | None:
    return await team_if_seen(info.context, parent.team_id)


async def person_of_entry(info: Info, parent: strawberry.Parent[AlertEntry]) -> Person | None:
    return None if parent.actor_id is None else await person_if_seen(info.context, parent.actor_id)


def note_of_alert(parent: strawberry.Parent[Alert]) -> str:
    return RISK_NOTE


async def assignments_of_answer(
    info: Info, parent: strawberry.Parent[AlertAnswer]
) -> list[WorkoutAssignment]:
    """Who runs the team sees them all."""
    found = await info.context.loaders.season.assignment.load_many(list(parent.assignment_ids))
    return [each for each in found if each is not None]


async def _decided(
    context: Context,
    operation: str,
    input: AcknowledgeAlertInput | OverrideAlertInput | AcceptRecommendationInput | UndoRecommendationInput,
    decide: Decide,
) -> AlertAnswer:
    alert_id = uuid_of(Kind.WORKLOAD_ALERT, input.alert_id)
    reason = reason_of(getattr(input, "reason", None))

    async def work(tx: Transaction) -> AlertAnswer:
        found = (await alerts_by_id(tx.db_session, [alert_id])).get(alert_id)
        seen = granted(found, _sight(context, found), Kind.WORKLOAD_ALERT, alert_id)
        if access.sight_to_run_team(context.caller, seen.team_id, seen.organization_id) is not Sight.FULL:
            raise Forbidden("Only who coaches this team decides on its alerts.")
        team = (await teams_by_id(tx.db_session, [seen.team_id]))[seen.team_id]
        await lock_people(tx.db_session, [seen.player_id])  # in the order in which their numbers are watched
        alert = await alert_for_update(tx.db_session, alert_id)
        alert = granted(alert, Sight.FULL, Kind.WORKLOAD_ALERT, alert_id)
        expected = getattr(input, "expected_version", None)
        if expected not in (None, alert.version):
            raise Conflict("The alert has changed since you read it.", alert.version)
        return await decide(context, _Decision(tx, team, alert, reason))

    key = getattr(input, "idempotency_key", None)
    if key is None:
        return await context.unit_of_work(work, deadline_seconds=RELIEF_SECONDS)
    answer = await once(
        context, operation, key, fingerprinted(input), work, _ANSWER, deadline_seconds=RELIEF_SECONDS
    )
    return answer.value


async def _stored(
    context: Context,
    given: _Decision,
    after: Alert,
    action: AlertAction,
    changed: tuple[WorkoutAssignment, ...] = (),
) -> AlertAnswer:
    if after is not given.alert:
        await save_alerts(given.tx.db_session, [after])
        await insert_entries(given.tx.db_session, [entry_of(after, action, actor_of(context), given.reason)])
    return AlertAnswer(after, tuple(each.id for each in changed))


def _sight(context: Context, alert: Alert | None) -> Sight:
    if alert is None:
        return Sight.NONE
    return access.sight_of_alert(context.caller, alert.team_id, alert.organization_id, alert.player_id)

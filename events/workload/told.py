"""A breach that a planning service tells of, kept as an alert beside those that are found here."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from db.database import Transaction
from db.workload_alerts import alerts_of_players_for_update, insert_entries, save_alerts
from domain.days import today_in
from domain.people import Team
from domain.planning import Actor
from domain.planning_events import WorkloadThresholdBreached
from domain.workload.alerts import Alert, AlertAction, AlertSource, AlertStatus
from domain.workload.breaches import Severity
from events.workload.watch import entry_of


async def keep_told_breach(
    tx: Transaction,
    team: Team,
    event: WorkloadThresholdBreached,
    *,
    by: Actor,
    reason: str,
    is_relieved: bool,
) -> None:
    """One alert, unless one of this kind lasts already. ``is_relieved``: what is recommended was done.

    The player is locked. Whoever told it knows it, so no event goes out.
    """
    today = today_in(team.time_zone, tx.now)
    standing = await alerts_of_players_for_update(tx.db_session, [event.player_id], today)
    of_kind = [each for each in standing if each.key == (team.id, event.player_id, event.threshold_type)]
    if any(not each.is_over for each in of_kind):
        return
    status = AlertStatus.ACCEPTED if is_relieved else AlertStatus.OPEN
    known = next((each for each in of_kind if each.first_day == today), None)
    if known is None:
        alert, action = _alert(tx, team, event, reason, status), AlertAction.RAISED
    else:
        again = replace(known, resolved_at=None, version=known.version + 1, status=status, updated_at=tx.now)
        alert, action = again, AlertAction.REOPENED
    await save_alerts(tx.db_session, [alert])
    await insert_entries(tx.db_session, [entry_of(alert, action, by)])


def _alert(
    tx: Transaction, team: Team, event: WorkloadThresholdBreached, reason: str, status: AlertStatus
) -> Alert:
    today = today_in(team.time_zone, tx.now)
    return Alert(
        id=uuid4(),
        organization_id=team.organization_id,
        team_id=team.id,
        player_id=event.player_id,
        type=event.threshold_type,
        first_day=today,
        last_day=today,
        severity=Severity.WARNING,
        metric=None,
        current_value=event.current_value,
        threshold_value=event.threshold_value,
        reason=reason,
        adjustment=event.recommended_adjustment,
        effect="The planning service recommends it; what it does to the coming week is not worked out here.",
        planned_week_au=None,
        recommended_week_au=None,
        source=AlertSource.PLANNING_SERVICE,
        status=status,
        model_version=None,
        version=1,
        raised_at=tx.now,
        updated_at=tx.now,
    )

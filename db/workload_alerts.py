"""Alerts of load, and the history of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, and_, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.workload_alerts import WorkloadAlertEntryRow, WorkloadAlertRow
from db.paging import Order, Page, PageRequest, fetch_pages
from db.visibility import alerts_visible_to
from db.written_once import given, one_of
from domain.people import Viewer
from domain.planning_events import AdjustmentKind, RecommendedAdjustment, ThresholdType
from domain.workload.alerts import TOLD_HOLDS_DAYS, Alert, AlertAction, AlertEntry, AlertSource, AlertStatus
from domain.workload.breaches import Severity
from domain.workload.model import Metric

PLAIN = tuple(each.name for each in fields(Alert) if each.name != "adjustment")
ALERT = (
    *(getattr(WorkloadAlertRow, each) for each in PLAIN),
    WorkloadAlertRow.adjustment_type,
    WorkloadAlertRow.adjustment_value,
)
ENTRY = tuple(getattr(WorkloadAlertEntryRow, each.name) for each in fields(AlertEntry))
FOR_GOOD = frozenset({"id", "organization_id", "team_id", "player_id", "type", "first_day", "raised_at"})
MOST_TO_LOOK_AT = 1_000
_TO_LOOK_AT = text("""
    SELECT DISTINCT alert.player_id
    FROM unnest(CAST(:zones AS text[]), CAST(:days AS date[])) AS today(zone, day)
    JOIN teams AS team ON team.time_zone = today.zone
    JOIN workload_alerts AS alert ON alert.team_id = team.id AND alert.resolved_at IS NULL
    WHERE alert.last_day
            <= today.day - CASE alert.source WHEN :told THEN CAST(:told_days AS integer) ELSE 1 END
        AND (CAST(:among AS uuid[]) IS NULL OR alert.player_id = ANY (CAST(:among AS uuid[])))
    ORDER BY alert.player_id
    LIMIT :at_most
""")
NEWEST_FIRST = Order((WorkloadAlertRow.raised_at, WorkloadAlertRow.id), descending=True)
_ALERTS = select(*ALERT).where(one_of(WorkloadAlertRow.id, "alert_ids"))
_LOCKED = select(*ALERT).where(given(WorkloadAlertRow.id, "alert_id")).with_for_update()
_ENTRIES = (
    select(*ENTRY)
    .where(one_of(WorkloadAlertEntryRow.alert_id, "alert_ids"))
    .order_by(WorkloadAlertEntryRow.alert_id, WorkloadAlertEntryRow.version)
)
_NEW_ENTRIES = insert(cast("Table", WorkloadAlertEntryRow.__table__))


async def alerts_by_id(db_session: AsyncSession, alert_ids: Collection[UUID]) -> dict[UUID, Alert]:
    rows = await db_session.execute(_ALERTS, {"alert_ids": list(alert_ids)})
    return {row.id: _alert(row) for row in rows}


async def alert_for_update(db_session: AsyncSession, alert_id: UUID) -> Alert | None:
    row = (await db_session.execute(_LOCKED, {"alert_id": alert_id})).one_or_none()
    return None if row is None else _alert(row)


async def alerts_of_players_for_update(
    db_session: AsyncSession, player_ids: Collection[UUID], since: date
) -> list[Alert]:
    """Those that last, and those over that began on ``since`` or later; by their ids."""
    row = WorkloadAlertRow
    rows = await db_session.execute(
        select(*ALERT)
        .where(row.player_id.in_(player_ids), or_(row.resolved_at.is_(None), row.first_day >= since))
        .order_by(row.id)
        .with_for_update()
    )
    return [_alert(each) for each in rows]


async def players_to_look_at(
    db_session: AsyncSession, today: Mapping[str, date], *, among: Collection[UUID] | None = None
) -> list[UUID]:
    """Whose alert lasts and was not found on the day that it is for its team; ``today`` by time zone.

    One that a planning service told of is looked at when its time is over. ``among``: of these players.
    """
    found = await db_session.scalars(
        _TO_LOOK_AT,
        {
            "zones": list(today),
            "days": list(today.values()),
            "told": AlertSource.PLANNING_SERVICE.value,
            "told_days": TOLD_HOLDS_DAYS,
            "among": None if among is None else list(among),
            "at_most": MOST_TO_LOOK_AT,
        },
    )
    return list(found)


async def alerts_of_teams(
    db_session: AsyncSession,
    team_ids: Sequence[UUID],
    request: PageRequest,
    *,
    seen_by: Viewer,
    open_only: bool,
) -> dict[UUID, Page[Alert]]:
    """A page of each team's alerts that the viewer sees, the latest first.

    Open is what lasts and has not been overridden.
    """
    conditions = [alerts_visible_to(seen_by)]
    if open_only:
        conditions.append(is_open(WorkloadAlertRow))

    def of_team(team_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return select(*ALERT).where(WorkloadAlertRow.team_id == team_id, *conditions)

    return await fetch_pages(db_session, team_ids, of_team, NEWEST_FIRST, request, _alert)


def is_open(rows: type[WorkloadAlertRow]) -> ColumnElement[bool]:
    return and_(rows.resolved_at.is_(None), rows.status != AlertStatus.OVERRIDDEN)


async def entries_of_alerts(
    db_session: AsyncSession, alert_ids: Collection[UUID]
) -> dict[UUID, list[AlertEntry]]:
    """The history of each, oldest first."""
    rows = await db_session.execute(_ENTRIES, {"alert_ids": list(alert_ids)})
    found: dict[UUID, list[AlertEntry]] = defaultdict(list)
    for each in rows:
        values = each._asdict()
        found[each.alert_id].append(
            AlertEntry(
                **values | {"action": AlertAction(values["action"]), "severity": Severity(values["severity"])}
            )
        )
    return found


async def save_alerts(db_session: AsyncSession, alerts: Sequence[Alert]) -> None:
    """New ones, and those that are locked, in one statement."""
    if not alerts:
        return
    row = insert(WorkloadAlertRow).values([_record(each) for each in alerts])
    changing = [each.name for each in WorkloadAlertRow.__table__.columns if each.name not in FOR_GOOD]
    await db_session.execute(
        row.on_conflict_do_update(index_elements=["id"], set_={name: row.excluded[name] for name in changing})
    )


async def insert_entries(db_session: AsyncSession, entries: Sequence[AlertEntry]) -> None:
    if entries:
        records = [{each.name: getattr(entry, each.name) for each in fields(entry)} for entry in entries]
        await db_session.execute(_NEW_ENTRIES, records)


def _record(alert: Alert) -> dict[str, Any]:
    adjustment = alert.adjustment
    return {each: getattr(alert, each) for each in PLAIN} | {
        "adjustment_type": None if adjustment is None else adjustment.type,
        "adjustment_value": None if adjustment is None else adjustment.value,
    }


def _alert(row: Row[*tuple[Any, ...]]) -> Alert:
    stored = row._asdict()
    return Alert(
        **{each: stored[each] for each in PLAIN}
        | {
            "type": ThresholdType(row.type),
            "severity": Severity(row.severity),
            "metric": None if row.metric is None else Metric(row.metric),
            "source": AlertSource(row.source),
            "status": AlertStatus(row.status),
            "adjustment": None
            if row.adjustment_type is None
            else RecommendedAdjustment(type=AdjustmentKind(row.adjustment_type), value=row.adjustment_value),
        }
    )

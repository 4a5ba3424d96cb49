"""How players felt, and which days they said were for rest. What a correction replaces is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.bulk import each_row
from db.models.workload import RestDayRow, WellnessReportRow, WellnessVersionRow
from db.narrowing import from_day, up_to_day
from db.paging import Order, Page, PageRequest, fetch_pages
from db.written_once import given
from domain.wellness import ITEMS, RestReport, WellnessReport, WellnessVersion
from domain.workload.model import WellnessDay, WellnessItem

SCORED = tuple(WellnessItem(each) for each in ITEMS)
REPORT = tuple(getattr(WellnessReportRow, each.name) for each in fields(WellnessReport))
VERSION_COLUMNS = tuple(each.name for each in fields(WellnessVersion))
VERSION = tuple(getattr(WellnessVersionRow, each) for each in VERSION_COLUMNS)
REST = tuple(getattr(RestDayRow, each.name) for each in fields(RestReport))
NEWEST_FIRST = Order((WellnessReportRow.day, WellnessReportRow.id), descending=True)
_ON = select(*REPORT).where(
    given(WellnessReportRow.player_id, "player_id"), given(WellnessReportRow.day, "day")
)
_NEW = insert(cast("Table", WellnessReportRow.__table__))


async def wellness_of(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, list[WellnessDay]]:
    """What each player reported from ``first`` to ``last`` inclusive, by day; without a report, no day."""
    row = WellnessReportRow
    items = [getattr(row, each) for each in ITEMS]
    rows = await db_session.execute(
        select(row.player_id, row.day, row.has_pain, row.is_ill, *items)
        .where(row.player_id.in_(player_ids), row.day.between(first, last))
        .order_by(row.player_id, row.day)
    )
    found: dict[UUID, list[WellnessDay]] = defaultdict(list)
    for player_id, day in await each_row(_wellness_day, rows):
        found[player_id].append(day)
    return found


async def reports_by_id(db_session: AsyncSession, report_ids: Collection[UUID]) -> dict[UUID, WellnessReport]:
    rows = await db_session.execute(select(*REPORT).where(WellnessReportRow.id.in_(report_ids)))
    return {row.id: WellnessReport(**row._asdict()) for row in rows}


async def reports_of_players(
    db_session: AsyncSession,
    player_ids: Sequence[UUID],
    request: PageRequest,
    first_day: date = date.min,
    last_day: date = date.max,
) -> dict[UUID, Page[WellnessReport]]:
    """A page of each player's reports, the latest day first."""

    def reports_of(player_id: Any) -> Select[*tuple[Any, ...]]:
        return select(*REPORT).where(
            WellnessReportRow.player_id == player_id,
            from_day(WellnessReportRow, first_day),
            up_to_day(WellnessReportRow, last_day),
        )

    return await fetch_pages(db_session, player_ids, reports_of, NEWEST_FIRST, request, _report)


async def report_on(db_session: AsyncSession, player_id: UUID, day: date) -> WellnessReport | None:
    found = await db_session.execute(_ON, {"player_id": player_id, "day": day})
    row = found.one_or_none()
    return None if row is None else WellnessReport(**row._asdict())


async def versions_of_reports(
    db_session: AsyncSession, report_ids: Collection[UUID]
) -> dict[UUID, list[WellnessVersion]]:
    """What each report said before, the latest first; what it says now is not among them."""
    rows = await db_session.execute(
        select(WellnessVersionRow.report_id, *VERSION)
        .where(WellnessVersionRow.report_id.in_(report_ids))
        .order_by(WellnessVersionRow.report_id, WellnessVersionRow.version.desc())
    )
    found: dict[UUID, list[WellnessVersion]] = defaultdict(list)
    for row in rows:
        values = row._asdict()
        found[values.pop("report_id")].append(WellnessVersion(**values))
    return found


async def insert_reports(db_session: AsyncSession, reports: Sequence[WellnessReport]) -> None:
    await db_session.execute(_NEW, [_record(each) for each in reports])


async def replace_report(db_session: AsyncSession, after: WellnessReport) -> None:
    """Store this version of a report, and what it said before with the history. The player is locked."""
    before = select(WellnessReportRow.id, *(getattr(WellnessReportRow, each) for each in VERSION_COLUMNS))
    await db_session.execute(
        insert(WellnessVersionRow).from_select(
            ["report_id", *VERSION_COLUMNS], before.where(WellnessReportRow.id == after.id)
        )
    )
    await db_session.execute(
        update(WellnessReportRow)
        .where(WellnessReportRow.id == after.id)
        .values(_record(after))
        .execution_options(synchronize_session=False)
    )


async def rest_report_on(db_session: AsyncSession, player_id: UUID, day: date) -> RestReport | None:
    """What the player said last of this day."""
    found = await db_session.execute(
        select(*REST)
        .where(RestDayRow.player_id == player_id, RestDayRow.day == day)
        .order_by(RestDayRow.version.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return None if row is None else RestReport(**row._asdict())


async def insert_rest_reports(
    db_session: AsyncSession, organization_id: UUID, reports: Sequence[RestReport]
) -> None:
    await db_session.execute(
        insert(RestDayRow),
        [
            {"organization_id": organization_id}
            | {each.name: getattr(report, each.name) for each in fields(report)}
            for report in reports
        ],
    )


def _wellness_day(row: Row[*tuple[Any, ...]]) -> tuple[UUID, WellnessDay]:
    player_id, day, has_pain, is_ill, *answers = row
    scores = {item: value for item, value in zip(SCORED, answers, strict=True) if value is not None}
    return player_id, WellnessDay(day, scores, bool(has_pain), bool(is_ill))


def _record(report: WellnessReport) -> dict[str, Any]:
    return {each.name: getattr(report, each.name) for each in fields(report)}


def _report(row: Any) -> WellnessReport:
    stored = row._asdict()
    return WellnessReport(**{each.name: stored[each.name] for each in fields(WellnessReport)})

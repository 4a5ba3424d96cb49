"""Training that was done: the log that every load is summed from. What a correction replaces is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    LargeBinary,
    Row,
    Select,
    Table,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.bulk import insert_records
from db.models.workload import TrainingEntryRow, TrainingVersionRow
from db.narrowing import from_day, up_to_day
from db.paging import Order, Page, PageRequest, fetch_pages
from db.written_once import one_of
from domain.training_log import LoadMethod, TrainingEntry, TrainingKind, TrainingSource, TrainingVersion

ENTRY = tuple(getattr(TrainingEntryRow, each.name) for each in fields(TrainingEntry))
VERSION_COLUMNS = tuple(each.name for each in fields(TrainingVersion) if each.name != "withdrawn_at")
VERSION = tuple(getattr(TrainingVersionRow, each) for each in VERSION_COLUMNS)
NEWEST_FIRST = Order((TrainingEntryRow.day, TrainingEntryRow.id), descending=True)
_NEW = insert(cast("Table", TrainingEntryRow.__table__))
_COUNTED = (
    select(TrainingEntryRow.player_id, TrainingEntryRow.day, func.count())
    .where(
        one_of(TrainingEntryRow.player_id, "player_ids"),
        one_of(TrainingEntryRow.day, "days"),
        TrainingEntryRow.withdrawn_at.is_(None),
        TrainingEntryRow.id.is_distinct_from(bindparam("but", type_=Uuid)),
    )
    .group_by(TrainingEntryRow.player_id, TrainingEntryRow.day)
)


async def entries_by_id(db_session: AsyncSession, entry_ids: Collection[UUID]) -> dict[UUID, TrainingEntry]:
    rows = await db_session.execute(select(*ENTRY).where(TrainingEntryRow.id.in_(entry_ids)))
    return {row.id: _entry(row) for row in rows}


async def entries_of_players(
    db_session: AsyncSession,
    player_ids: Sequence[UUID],
    request: PageRequest,
    first_day: date = date.min,
    last_day: date = date.max,
) -> dict[UUID, Page[TrainingEntry]]:
    """A page of each player's log, the latest day first; what was withdrawn is there, marked."""

    def log_of(player_id: Any) -> Select[*tuple[Any, ...]]:
        return select(*ENTRY).where(
            TrainingEntryRow.player_id == player_id,
            from_day(TrainingEntryRow, first_day),
            up_to_day(TrainingEntryRow, last_day),
        )

    return await fetch_pages(db_session, player_ids, log_of, NEWEST_FIRST, request, _entry)


async def versions_of_entries(
    db_session: AsyncSession, entry_ids: Collection[UUID]
) -> dict[UUID, list[TrainingVersion]]:
    """What each entry was before, the latest first; the entry as it is now is not among them."""
    rows = await db_session.execute(
        select(TrainingVersionRow.entry_id, *VERSION)
        .where(TrainingVersionRow.entry_id.in_(entry_ids))
        .order_by(TrainingVersionRow.entry_id, TrainingVersionRow.version.desc())
    )
    found: dict[UUID, list[TrainingVersion]] = defaultdict(list)
    for row in rows:
        values = _typed(row._asdict())
        found[values.pop("entry_id")].append(TrainingVersion(**values))
    return found


async def count_on_days(
    db_session: AsyncSession,
    player_ids: Collection[UUID],
    days: Collection[date],
    *,
    but: UUID | None = None,
) -> Counter[tuple[UUID, date]]:
    """How many trainings of each player stand on each of the days, the entry ``but`` not counted."""
    asked = {"player_ids": list(player_ids), "days": list(days), "but": but}
    rows = await db_session.execute(_COUNTED, asked)
    return Counter({(player_id, day): count for player_id, day, count in rows})


async def known_keys(
    db_session: AsyncSession, player_ids: Collection[UUID], content_keys: Collection[bytes]
) -> frozenset[bytes]:
    """Of these keys of imported trainings, those that are in the players' logs, withdrawn ones too."""
    rows = await db_session.scalars(
        select(TrainingEntryRow.content_key).where(
            TrainingEntryRow.player_id.in_(player_ids),
            TrainingEntryRow.content_key == any_(literal(list(content_keys), ARRAY(LargeBinary))),
        )
    )
    return frozenset(each for each in rows if each is not None)


async def twin_of(db_session: AsyncSession, entry: TrainingEntry) -> TrainingEntry | None:
    """What stands in the log already of the same planned training.

    The same day of the same assignment; or the same session of a plan on the same day, unless both of them
    are of assignments: a session that is assigned twice can be done twice.
    """
    row = TrainingEntryRow
    same = []
    if entry.assignment_id is not None:
        same.append(and_(row.assignment_id == entry.assignment_id, row.occurrence_on == entry.occurrence_on))
    if entry.session_id is not None:
        of_session = and_(row.session_id == entry.session_id, row.day == entry.day)
        same.append(
            of_session if entry.assignment_id is None else and_(of_session, row.assignment_id.is_(None))
        )
    if not same:
        return None
    found = await db_session.execute(
        select(*ENTRY)
        .where(row.player_id == entry.player_id, row.withdrawn_at.is_(None), or_(*same))
        .order_by(row.assignment_id == entry.assignment_id, row.id)
        .limit(1)
    )
    twin = found.one_or_none()
    return None if twin is None else _entry(twin)


async def insert_entries(
    db_session: AsyncSession,
    entries: Sequence[TrainingEntry],
    content_keys: Mapping[UUID, bytes] | None = None,
) -> None:
    """``content_keys`` go by the ids of imported entries."""
    if content_keys is None and len(entries) == 1:
        await db_session.execute(_NEW, _record(entries[0]))
        return
    keys = content_keys or {}
    records = [
        {**_record(each), "content_key": f"\\x{keys[each.id].hex()}" if each.id in keys else None}
        for each in entries
    ]
    await insert_records(db_session, TrainingEntryRow, records)


async def replace_entry(db_session: AsyncSession, after: TrainingEntry) -> TrainingEntry:
    """Store the entry as its next version, and what it was before with the history.

    The player is locked, so nobody else has changed it since it was read.
    """
    before = select(TrainingEntryRow.id, *(getattr(TrainingEntryRow, each) for each in VERSION_COLUMNS))
    await db_session.execute(
        insert(TrainingVersionRow).from_select(
            ["entry_id", *VERSION_COLUMNS], before.where(TrainingEntryRow.id == after.id)
        )
    )
    stored = replace(after, version=after.version + 1)
    await db_session.execute(
        update(TrainingEntryRow)
        .where(TrainingEntryRow.id == after.id)
        .values(_record(stored))
        .execution_options(synchronize_session=False)
    )
    return stored


async def link_entry(db_session: AsyncSession, entry: TrainingEntry) -> None:
    """Note which planned training an entry was; what it says of it is untouched."""
    await db_session.execute(
        update(TrainingEntryRow)
        .where(TrainingEntryRow.id == entry.id)
        .values(
            session_id=entry.session_id,
            assignment_id=entry.assignment_id,
            occurrence_on=entry.occurrence_on,
        )
        .execution_options(synchronize_session=False)
    )


def _record(entry: TrainingEntry) -> dict[str, Any]:
    return {each.name: getattr(entry, each.name) for each in fields(entry)}


def _entry(row: Row[*tuple[Any, ...]]) -> TrainingEntry:
    stored = row._asdict()
    return TrainingEntry(**_typed({each.name: stored[each.name] for each in fields(TrainingEntry)}))


def _typed(stored: dict[str, Any]) -> dict[str, Any]:
    stored["kind"] = TrainingKind(stored["kind"])
    if stored["load_method"] is not None:
        stored["load_method"] = LoadMethod(stored["load_method"])
    if "source" in stored:
        stored["source"] = TrainingSource(stored["source"])
    return stored

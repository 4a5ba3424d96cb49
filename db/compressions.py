"""What a compression stores: the session's own six fields, and an entry in its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.plans import CompressionRow, PlanRow, SessionRow
from db.paging import Order, Page, PageRequest, fetch_pages
from db.sessions import SESSION
from domain.errors import Conflict, InvalidState
from domain.sessions import CompressionAction, CompressionRecord, CompressionSource, Session

COMPRESSION = (
    CompressionRow.id,
    CompressionRow.session_id,
    CompressionRow.session_version,
    CompressionRow.action,
    CompressionRow.source,
    CompressionRow.reason,
    CompressionRow.target_minutes,
    CompressionRow.achieved_minutes,
    CompressionRow.model_version,
    CompressionRow.plan,
    CompressionRow.diff,
    CompressionRow.summary,
    CompressionRow.actor_id,
    CompressionRow.actor_name,
    CompressionRow.created_at,
)
# A session has one entry for a version, so the version orders them to the last tie.
NEWEST_FIRST = Order((CompressionRow.session_version,), descending=True)


@dataclass(frozen=True, slots=True)
class Cause:
    """Who changed the session's compression, when, from where and why. ``actor_id`` None is the system."""

    actor_id: UUID | None
    actor_name: str
    at: datetime
    source: CompressionSource
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a compression came to. The three documents are JSON objects, kept as they are given."""

    target_minutes: int
    achieved_minutes: int
    model_version: str
    plan: Mapping[str, Any]
    diff: Mapping[str, Any]
    summary: Mapping[str, Any]


async def compressions_by_id(
    db_session: AsyncSession, compression_ids: Sequence[UUID]
) -> dict[UUID, CompressionRecord]:
    rows = await db_session.execute(select(*COMPRESSION).where(CompressionRow.id.in_(compression_ids)))
    return {row.id: _record(row) for row in rows}


async def compressions_by_session(
    db_session: AsyncSession, session_ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[CompressionRecord]]:
    """A page of the history of each session, newest first."""

    def history_of(session_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return select(*COMPRESSION).where(CompressionRow.session_id == session_id)

    return await fetch_pages(db_session, session_ids, history_of, NEWEST_FIRST, request, _record)


async def save_compression(
    db_session: AsyncSession, session: Session, outcome: Outcome, cause: Cause
) -> tuple[Session, CompressionRecord]:
    """Put the compression on the session and in its history.

    ``session`` is as ``session_for_update`` gave it.
    """
    after = await _write(
        db_session,
        session,
        is_time_crunch_active=True,
        time_crunch_minutes=outcome.target_minutes,
        time_crunch_applied_at=cause.at,
        compressed_plan=dict(outcome.plan),
        compression_diff=dict(outcome.diff),
        compression_summary=dict(outcome.summary),
    )
    record = await _remember(
        db_session,
        after,
        CompressionAction.COMPRESSED,
        cause,
        target_minutes=outcome.target_minutes,
        achieved_minutes=outcome.achieved_minutes,
        model_version=outcome.model_version,
        plan=dict(outcome.plan),
        diff=dict(outcome.diff),
        summary=dict(outcome.summary),
    )
    return after, record


async def clear_compression(
    db_session: AsyncSession, session: Session, action: CompressionAction, cause: Cause
) -> tuple[Session, CompressionRecord]:
    """Take the compression off the session; the history keeps the target and diff of what was undone.

    ``session`` is as ``session_for_update`` gave it; ``InvalidState`` if it is not compressed.
    """
    if not session.is_time_crunch_active or session.compression_diff is None:
        raise InvalidState("This session is not compressed.", state="original")
    after = await _write(
        db_session,
        session,
        is_time_crunch_active=False,
        time_crunch_minutes=None,
        time_crunch_applied_at=None,
        compressed_plan=None,
        compression_diff=None,
        compression_summary=None,
    )
    record = await _remember(
        db_session,
        after,
        action,
        cause,
        target_minutes=session.time_crunch_minutes,
        diff=dict(session.compression_diff),
    )
    return after, record


async def _write(db_session: AsyncSession, session: Session, **values: object) -> Session:
    """Only over the version that the caller decided on: a caller that took no lock is refused, not obeyed."""
    written = await db_session.execute(
        update(SessionRow)
        .where(SessionRow.id == session.id, SessionRow.version == session.version)
        .values(version=SessionRow.version + 1, **values)
        .returning(*SESSION)
        .execution_options(synchronize_session=False)
    )
    row = written.one_or_none()
    if row is None:
        raise Conflict("Somebody else changed this session first: read it again.")
    return Session(*row)


async def _remember(
    db_session: AsyncSession, after: Session, action: CompressionAction, cause: Cause, **values: object
) -> CompressionRecord:
    organization_id = select(PlanRow.organization_id).where(PlanRow.id == after.plan_id).scalar_subquery()
    written = await db_session.execute(
        insert(CompressionRow)
        .values(
            organization_id=organization_id,
            session_id=after.id,
            session_version=after.version,
            action=action,
            source=cause.source,
            reason=cause.reason,
            actor_id=cause.actor_id,
            actor_name=cause.actor_name,
            created_at=cause.at,
            **values,
        )
        .returning(*COMPRESSION)
    )
    return _record(written.one())


def _record(row: Row[*tuple[Any, ...]]) -> CompressionRecord:
    return CompressionRecord(
        id=row.id,
        session_id=row.session_id,
        session_version=row.session_version,
        action=CompressionAction(row.action),
        source=CompressionSource(row.source),
        reason=row.reason,
        target_minutes=row.target_minutes,
        achieved_minutes=row.achieved_minutes,
        model_version=row.model_version,
        plan=row.plan,
        diff=row.diff,
        summary=row.summary,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        created_at=row.created_at,
    )

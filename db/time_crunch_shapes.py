"""What Time Crunch Mode has done with sessions, in SQL. See ``db/shapes.py``.

The words are those of ``resolvers/statuses.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, null, select

from db import compressions
from db.caller import has_flag, may_use
from db.models.plans import CompressionRow, PrescriptionRow, SessionRow, SetPrescriptionRow
from db.shape_links import One, Paged, Shape, Worked
from domain.access import Scope
from domain.sessions import CompressionAction, SetKind
from integrations.flags import Flag


def _status(rows: Any) -> ColumnElement[Any]:
    newest = (
        select(CompressionRow.action)
        .where(CompressionRow.session_id == rows.id)
        .order_by(CompressionRow.session_version.desc())
        .limit(1)
        .correlate(rows)
        .scalar_subquery()
    )
    was_undone = newest != CompressionAction.COMPRESSED.value
    return case((rows.is_time_crunch_active, "compressed"), (was_undone, "reverted"), else_="none")


def _unavailable_reason(rows: Any) -> ColumnElement[Any]:
    """The first that applies, in the resolvers' order."""
    has_feature = and_(has_flag(Flag.TIME_CRUNCH), has_flag(Flag.TIME_CRUNCH_UI))
    return case(
        (~has_feature, "feature_not_available"),
        (~may_use(Scope.SESSIONS_COMPRESS), "forbidden"),
        (rows.completed_at.is_not(None), "session_completed"),
        (~_has_content(rows), "plan_missing_content"),
        else_=null(),
    )


def _has_content(rows: Any) -> ColumnElement[bool]:
    """As ``Training.has_content``: a set that counts as volume."""
    return exists().where(
        PrescriptionRow.session_id == rows.id,
        SetPrescriptionRow.prescription_id == PrescriptionRow.id,
        SetPrescriptionRow.kind != SetKind.WARM_UP.value,
    )


TIME_CRUNCH_SHAPES: Mapping[str, Shape] = {
    "TimeCrunch": Shape(
        SessionRow,
        {
            "available": Worked(lambda rows: _unavailable_reason(rows).is_(None)),
            "unavailable_reason": Worked(_unavailable_reason),
            "status": Worked(_status),
            "target_minutes": SessionRow.time_crunch_minutes,
            "applied_at": SessionRow.time_crunch_applied_at,
            "can_revert": Worked(
                lambda rows: and_(rows.is_time_crunch_active, may_use(Scope.SESSIONS_COMPRESS))
            ),
            "history": Paged("CompressionRecord", compressions.NEWEST_FIRST, by=CompressionRow.session_id),
        },
        part_of=One("Plan", SessionRow.plan_id),
    ),
    "CompressionRecord": Shape(
        CompressionRow,
        {
            "session": One("Session", CompressionRow.session_id),
            "actor": One("Player", CompressionRow.actor_id, if_seen=True),
        },
        part_of=One("Session", CompressionRow.session_id),
    ),
}

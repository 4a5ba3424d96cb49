"""The limits of load of teams, version by version."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.workload_alerts import WorkloadThresholdsRow
from domain.errors import Conflict
from domain.workload.team_limits import TeamLimits
from domain.workload.thresholds import WorkloadThresholds

NAMES = tuple(each.name for each in fields(WorkloadThresholds))
LIMITS = tuple(getattr(WorkloadThresholdsRow, each) for each in NAMES)


async def limits_of_teams(db_session: AsyncSession, team_ids: Collection[UUID]) -> dict[UUID, TeamLimits]:
    """Those in force; a team that never changed them has no entry."""
    row = WorkloadThresholdsRow
    rows = await db_session.execute(
        select(row.team_id, row.version, row.changed_at, row.actor_name, *LIMITS)
        .ext(distinct_on(row.team_id))
        .where(row.team_id.in_(team_ids))
        .order_by(row.team_id, row.version.desc())
    )
    return {
        each.team_id: TeamLimits(
            each.team_id,
            WorkloadThresholds(**{name: getattr(each, name) for name in NAMES}),
            each.version,
            each.changed_at,
            each.actor_name,
        )
        for each in rows
    }


async def save_limits(
    db_session: AsyncSession, limits: TeamLimits, organization_id: UUID, actor_id: UUID | None
) -> None:
    """A new version; ``Conflict`` if somebody else has made it meanwhile."""
    stored = await db_session.scalar(
        insert(WorkloadThresholdsRow)
        .values(
            team_id=limits.team_id,
            version=limits.version,
            organization_id=organization_id,
            changed_at=limits.changed_at,
            actor_id=actor_id,
            actor_name=limits.actor_name,
            **asdict(limits.thresholds),
        )
        .on_conflict_do_nothing(index_elements=["team_id", "version"])
        .returning(WorkloadThresholdsRow.version)
    )
    if stored is None:
        raise Conflict("Somebody changed the limits since you read them.", limits.version)

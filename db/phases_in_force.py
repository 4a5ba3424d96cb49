"""Which phase each team was last said to be in, and where the calendar has come to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.phases_in_force import PhaseInForceRow
from domain.phases_in_force import PhaseInForce

_COLUMNS = (
    PhaseInForceRow.team_id,
    PhaseInForceRow.phase_id,
    PhaseInForceRow.scheduled_phase_id,
    PhaseInForceRow.version,
)

# A season that is not active has no phase in force. Teams without a season are told of only if they had one.
_TURNED = text("""
    SELECT team.id AS team_id, team.organization_id, phase.id AS phase_id, today.day
    FROM unnest(CAST(:zones AS text[]), CAST(:days AS date[])) AS today(zone, day)
    JOIN teams AS team ON team.time_zone = today.zone
    LEFT JOIN season_plans AS plan ON plan.team_id = team.id AND plan.status = 'active'
    LEFT JOIN season_phases AS phase
        ON phase.season_plan_id = plan.id AND today.day BETWEEN phase.starts_on AND phase.ends_on
    LEFT JOIN phases_in_force AS known ON known.team_id = team.id
    WHERE phase.id IS DISTINCT FROM known.scheduled_phase_id
    ORDER BY team.id
    LIMIT :at_most
""")


@dataclass(frozen=True, slots=True)
class Turn:
    """The calendar has this phase for the team on this day of theirs, which it had not before."""

    team_id: UUID
    organization_id: UUID
    phase_id: UUID | None
    day: date


async def turns(db_session: AsyncSession, today: Mapping[str, date], at_most: int) -> list[Turn]:
    """The teams where the calendar has another phase than when it was last looked at; ``today`` by zone."""
    found = await db_session.execute(
        _TURNED, {"zones": list(today), "days": list(today.values()), "at_most": at_most}
    )
    return [Turn(*row) for row in found]


async def phases_in_force_for_update(
    db_session: AsyncSession, team_ids: Sequence[UUID]
) -> dict[UUID, PhaseInForce]:
    """What was last said of each team, locked until the transaction ends; a team of which nothing was said
    gets its row here."""
    if not team_ids:
        return {}
    ordered = sorted(set(team_ids))
    await db_session.execute(
        insert(PhaseInForceRow).values([{"team_id": each} for each in ordered]).on_conflict_do_nothing()
    )
    rows = await db_session.execute(
        select(*_COLUMNS)
        .where(PhaseInForceRow.team_id.in_(ordered))
        .order_by(PhaseInForceRow.team_id)
        .with_for_update()
    )
    return {row.team_id: PhaseInForce(*row) for row in rows}


async def save_phases_in_force(db_session: AsyncSession, known: Sequence[PhaseInForce]) -> None:
    """With one statement."""
    if not known:
        return
    row = insert(PhaseInForceRow).values(
        [
            {
                "team_id": each.team_id,
                "phase_id": each.phase_id,
                "scheduled_phase_id": each.scheduled_phase_id,
                "version": each.version,
            }
            for each in known
        ]
    )
    await db_session.execute(
        row.on_conflict_do_update(
            index_elements=[PhaseInForceRow.team_id],
            set_={name: row.excluded[name] for name in ("phase_id", "scheduled_phase_id", "version")},
        )
    )

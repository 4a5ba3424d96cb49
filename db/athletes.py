"""What is known of players: their groups in a team, their bodies, and what medical staff rule out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.athletes import MedicalRestrictionRow, PlayerGroupRow, PlayerPhysiologyRow
from db.models.people import MembershipRow, PersonRow
from db.today import today_in
from db.written_once import one_of
from domain.assignments import AssignmentType
from domain.exercises import MovementPattern
from domain.people import TeamRole
from domain.phase_templates import TargetGroup
from domain.physiology import MedicalRestriction, Physiology, RestrictionKind
from domain.template_expansion import TargetPlayer

_PHYSIOLOGY = select(
    PlayerPhysiologyRow.person_id,
    PlayerPhysiologyRow.resting_bpm,
    PlayerPhysiologyRow.maximum_bpm,
    PlayerPhysiologyRow.weekly_load_limit_au,
).where(one_of(PlayerPhysiologyRow.person_id, "player_ids"))
_TARGETS = (
    select(MembershipRow.team_id, MembershipRow.person_id, PlayerGroupRow.type, PlayerGroupRow.name)
    .outerjoin(
        PlayerGroupRow,
        (PlayerGroupRow.team_id == MembershipRow.team_id)
        & (PlayerGroupRow.person_id == MembershipRow.person_id),
    )
    .where(one_of(MembershipRow.team_id, "team_ids"), MembershipRow.role == TeamRole.PLAYER)
    .order_by(MembershipRow.team_id, MembershipRow.person_id)
)


async def target_players(
    db_session: AsyncSession, team_ids: Sequence[UUID]
) -> dict[UUID, list[TargetPlayer]]:
    """The players of each team with the groups that they are in, by their ids."""
    rows = await db_session.execute(_TARGETS, {"team_ids": list(team_ids)})
    groups: dict[tuple[UUID, UUID], set[TargetGroup]] = defaultdict(set)
    for team_id, person_id, type_, name in rows:
        held = groups[team_id, person_id]
        if type_ is not None:
            held.add(TargetGroup(AssignmentType(type_), name))
    found: dict[UUID, list[TargetPlayer]] = defaultdict(list)
    for (team_id, person_id), held in groups.items():
        found[team_id].append(TargetPlayer(person_id, frozenset(held)))
    return found


async def physiology_of(db_session: AsyncSession, player_ids: Collection[UUID]) -> dict[UUID, Physiology]:
    """A player of whom nothing was measured has no entry."""
    rows = await db_session.execute(_PHYSIOLOGY, {"player_ids": list(player_ids)})
    return {row.person_id: Physiology(*row) for row in rows}


async def restrictions_of(
    db_session: AsyncSession, player_ids: Collection[UUID], from_day: date
) -> dict[UUID, list[MedicalRestriction]]:
    """The restrictions that are in force on ``from_day`` or later, by their start."""
    row = MedicalRestrictionRow
    in_force = or_(row.ends_on.is_(None), row.ends_on >= from_day)
    return await _restrictions(db_session, row.player_id.in_(player_ids), in_force)


async def every_restriction_of(
    db_session: AsyncSession, player_ids: Collection[UUID]
) -> dict[UUID, list[MedicalRestriction]]:
    """Those that are over, too, by their start."""
    return await _restrictions(db_session, MedicalRestrictionRow.player_id.in_(player_ids))


def is_not_over(rows: type[MedicalRestrictionRow]) -> ColumnElement[bool]:
    """In force today or to come, where the player is."""
    its_zone = select(PersonRow.time_zone).where(PersonRow.id == rows.player_id).scalar_subquery()
    return or_(rows.ends_on.is_(None), rows.ends_on >= today_in(its_zone))


async def restrictions_by_id(
    db_session: AsyncSession, restriction_ids: Collection[UUID]
) -> dict[UUID, MedicalRestriction]:
    found = await _restrictions(db_session, MedicalRestrictionRow.id.in_(restriction_ids))
    return {each.id: each for some in found.values() for each in some}


async def save_physiology(
    db_session: AsyncSession, organization_id: UUID, player: Physiology, now: datetime
) -> None:
    """What is known now takes the place of what was."""
    values = {
        "organization_id": organization_id,
        "resting_bpm": player.resting_bpm,
        "maximum_bpm": player.maximum_bpm,
        "weekly_load_limit_au": player.weekly_load_limit_au,
        "updated_at": now,
    }
    await db_session.execute(
        insert(PlayerPhysiologyRow)
        .values(person_id=player.player_id, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )


async def insert_restriction(
    db_session: AsyncSession, organization_id: UUID, restriction: MedicalRestriction, now: datetime
) -> None:
    await db_session.execute(
        insert(MedicalRestrictionRow).values(
            id=restriction.id,
            organization_id=organization_id,
            player_id=restriction.player_id,
            kind=restriction.kind,
            starts_on=restriction.starts_on,
            ends_on=restriction.ends_on,
            avoided_patterns=list(restriction.avoided_patterns),
            created_at=now,
        )
    )


async def end_restriction(
    db_session: AsyncSession, restriction_id: UUID, ends_on: date | None
) -> MedicalRestriction | None:
    """Let it end on that day, or with none go on until further notice; None if it is gone."""
    row = MedicalRestrictionRow
    await db_session.execute(update(row).where(row.id == restriction_id).values(ends_on=ends_on))
    return (await restrictions_by_id(db_session, [restriction_id])).get(restriction_id)


async def delete_restriction(db_session: AsyncSession, restriction_id: UUID) -> None:
    await db_session.execute(delete(MedicalRestrictionRow).where(MedicalRestrictionRow.id == restriction_id))


async def _restrictions(
    db_session: AsyncSession, *conditions: ColumnElement[bool]
) -> dict[UUID, list[MedicalRestriction]]:
    row = MedicalRestrictionRow
    rows = await db_session.execute(
        select(row.id, row.player_id, row.kind, row.starts_on, row.ends_on, row.avoided_patterns)
        .where(*conditions)
        .order_by(row.player_id, row.starts_on, row.id)
    )
    found: dict[UUID, list[MedicalRestriction]] = defaultdict(list)
    for each in rows:
        found[each.player_id].append(
            MedicalRestriction(
                each.id,
                each.player_id,
                RestrictionKind(each.kind),
                each.starts_on,
                each.ends_on,
                tuple(map(MovementPattern, each.avoided_patterns)),
            )
        )
    return found

"""People, and what is known of a person who signs in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.people import MembershipRow, OrganizationRow, PersonRow
from db.written_once import one_of
from domain.people import Membership, Organization, Person, Role, TeamRole

PERSON = (
    PersonRow.id,
    PersonRow.organization_id,
    PersonRow.display_name,
    PersonRow.role,
    PersonRow.time_zone,
)


_FACTS = func.concat_ws(
    ":",
    *(cast(each, Text) for each in PERSON),
    cast(MembershipRow.team_id, Text),
    cast(MembershipRow.role, Text),
)
_ORDER = (PersonRow.id, MembershipRow.team_id, MembershipRow.role)
_MARK = (
    select(func.md5(func.string_agg(_FACTS, aggregate_order_by(literal(","), *_ORDER))))
    .select_from(PersonRow)
    .outerjoin(MembershipRow, MembershipRow.person_id == PersonRow.id)
    .where(one_of(PersonRow.id, "person_ids"))
)
_PEOPLE = select(*PERSON).where(one_of(PersonRow.id, "person_ids"))
_VIEWERS = (
    select(*PERSON, MembershipRow.team_id, MembershipRow.role.label("team_role"))
    .outerjoin(MembershipRow, MembershipRow.person_id == PersonRow.id)
    .where(one_of(PersonRow.id, "person_ids"))
    .order_by(*_ORDER)
)
_LOCKED = (
    select(PersonRow.id)
    .where(one_of(PersonRow.id, "person_ids"))
    .order_by(PersonRow.id)
    .with_for_update(key_share=True)
)


async def people_by_id(db_session: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
    rows = await db_session.execute(_PEOPLE, {"person_ids": list(person_ids)})
    return {row.id: person_of(row) for row in rows}


async def viewer_facts(
    db_session: AsyncSession, person_id: UUID
) -> tuple[Person, tuple[Membership, ...]] | None:
    """A person and the teams that they play in or coach; None if there is no such person."""
    return (await viewers_facts(db_session, [person_id])).get(person_id)


async def viewers_facts(
    db_session: AsyncSession, person_ids: Sequence[UUID]
) -> dict[UUID, tuple[Person, tuple[Membership, ...]]]:
    """Each person with the teams that they play in or coach; who is not there is left out."""
    rows = await db_session.execute(_VIEWERS, {"person_ids": list(person_ids)})
    return {
        person_id: (
            person_of(found[0]),
            tuple(
                Membership(row.team_id, row.id, TeamRole(row.team_role))
                for row in found
                if row.team_id is not None
            ),
        )
        for person_id, found in ((key, list(group)) for key, group in groupby(rows, lambda row: row.id))
    }


async def viewers_mark(db_session: AsyncSession, person_ids: Sequence[UUID]) -> str | None:
    """The same for as long as ``viewers_facts`` gives the same for these people."""
    found: str | None = await db_session.scalar(_MARK, {"person_ids": person_ids})
    return found


async def organizations_by_id(
    db_session: AsyncSession, organization_ids: Sequence[UUID]
) -> dict[UUID, Organization]:
    rows = await db_session.execute(
        select(OrganizationRow.id, OrganizationRow.name).where(OrganizationRow.id.in_(organization_ids))
    )
    return {row.id: Organization(row.id, row.name) for row in rows}


async def person_id_by_email(db_session: AsyncSession, organization_id: UUID, email: str) -> UUID | None:
    """The person with this address, however its letters are cased."""
    return await db_session.scalar(
        select(PersonRow.id).where(
            PersonRow.organization_id == organization_id, PersonRow.email == email.lower()
        )
    )


async def lock_people(db_session: AsyncSession, person_ids: Collection[UUID]) -> None:
    """Whoever else locks any of them waits until the transaction ends; in one order, so nobody deadlocks.

    Rows that refer to them can be made meanwhile.
    """
    await db_session.execute(_LOCKED, {"person_ids": list(person_ids)})


def person_of(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(row.id, row.organization_id, row.display_name, Role(row.role), row.time_zone)

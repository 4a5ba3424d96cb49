"""What is known of a player beside their name: groups in the team, body, and what medical staff rule out."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models.exercises import all_of, one_of
from db.models.people import NEW_ID
from domain.assignments import NAMED_GROUPS
from domain.exercises import MovementPattern
from domain.physiology import RestrictionKind

GROUP_TYPES = ", ".join(f"'{each.value}'" for each in sorted(NAMED_GROUPS))


class PlayerGroupRow(Base):
    """A line, position, age group or group of the team's own. Who leaves the team leaves its groups."""

    __tablename__ = "player_groups"
    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "role", "person_id"],
            ["memberships.team_id", "memberships.role", "memberships.person_id"],
            name="fk_player_groups_membership",
            ondelete="CASCADE",
        ),
        CheckConstraint("role = 'player'", name="role"),
        CheckConstraint(f"type IN ({GROUP_TYPES})", name="type"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    )

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(server_default=text("'player'"))


class PlayerPhysiologyRow(Base):
    __tablename__ = "player_physiology"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "person_id"], ["people.organization_id", "people.id"], ondelete="CASCADE"
        ),
        CheckConstraint("resting_bpm BETWEEN 25 AND 110", name="resting_bpm"),
        CheckConstraint("maximum_bpm BETWEEN 120 AND 230", name="maximum_bpm"),
        CheckConstraint("maximum_bpm - resting_bpm >= 30", name="reserve"),
        CheckConstraint("weekly_load_limit_au BETWEEN 1 AND 100000", name="weekly_load_limit_au"),
    )

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    resting_bpm: Mapped[int | None] = mapped_column(BigInteger)
    maximum_bpm: Mapped[int | None] = mapped_column(BigInteger)
    weekly_load_limit_au: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[datetime]


class MedicalRestrictionRow(Base):
    """Whoever is limited is limited in something; a diagnosis has no place here."""

    __tablename__ = "medical_restrictions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "player_id"], ["people.organization_id", "people.id"], ondelete="CASCADE"
        ),
        Index("ix_medical_restrictions_player", "player_id", "starts_on", "id"),
        CheckConstraint(one_of("kind", RestrictionKind), name="kind"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint(all_of("avoided_patterns", MovementPattern), name="avoided_patterns"),
        CheckConstraint(
            "(kind = 'limited') = (cardinality(avoided_patterns) > 0)", name="limited_in_something"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID]
    player_id: Mapped[UUID]
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    avoided_patterns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]

"""Organizations, people, teams and who belongs to which team.

A person, a team and what binds them are of one organization: the composite foreign keys say so, and no fault
in a query or a resolver can tie two organizations together. An organization is emptied before it is deleted
(RESTRICT); a person who is deleted takes their plans and memberships with them.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base

NEW_ID = text("uuidv7()")
TIME_ZONE_PATTERN = "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"


class OrganizationRow(Base):
    __tablename__ = "organizations"
    __table_args__ = (CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    name: Mapped[str]


class PersonRow(Base):
    """``email`` is kept in lower case, so that one address is one person. A service is nobody's row."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("organization_id", "email"),
        CheckConstraint("char_length(display_name) BETWEEN 1 AND 200", name="display_name_length"),
        CheckConstraint(
            "email = lower(email) AND char_length(email) BETWEEN 3 AND 320 AND email LIKE '_%@_%'",
            name="email",
        ),
        CheckConstraint("role IN ('athlete', 'coach', 'admin')", name="role"),
        CheckConstraint(
            f"char_length(time_zone) <= 64 AND time_zone ~ '{TIME_ZONE_PATTERN}'", name="time_zone"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="RESTRICT"))
    display_name: Mapped[str]
    email: Mapped[str | None]
    role: Mapped[str]
    time_zone: Mapped[str]


class TeamRow(Base):
    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("organization_id", "name"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("char_length(sport) BETWEEN 1 AND 100", name="sport_length"),
        CheckConstraint(
            f"char_length(time_zone) <= 64 AND time_zone ~ '{TIME_ZONE_PATTERN}'", name="time_zone"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="RESTRICT"))
    name: Mapped[str]
    sport: Mapped[str]
    time_zone: Mapped[str]


class MembershipRow(Base):
    """The role is part of the key: a player-coach has two memberships of one team."""

    __tablename__ = "memberships"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "team_id"], ["teams.organization_id", "teams.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organization_id", "person_id"], ["people.organization_id", "people.id"], ondelete="CASCADE"
        ),
        CheckConstraint("role IN ('player', 'coach')", name="role"),
        Index("ix_memberships_person", "person_id", "role", "team_id"),
    )

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]


class CalendarFeedRow(Base):
    """The address of a person's calendar, which a calendar client reads without signing in.

    Only a hash of its token is kept, so that nobody reads addresses out of a backup. One for each person:
    a new one puts the old one out of use.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        UniqueConstraint("token_sha256"),
        CheckConstraint("octet_length(token_sha256) = 32", name="token_sha256"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    token_sha256: Mapped[bytes]
    created_at: Mapped[datetime]

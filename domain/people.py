"""Who there is: organizations, people, teams, and the caller of an operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    ATHLETE = "athlete"
    COACH = "coach"
    ADMIN = "admin"
    SERVICE = "service"


class TeamRole(StrEnum):
    PLAYER = "player"
    COACH = "coach"


@dataclass(frozen=True, slots=True)
class Organization:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Team:
    """``time_zone`` (IANA) decides what a day and a week are for this team."""

    id: UUID
    organization_id: UUID
    name: str
    sport: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    organization_id: UUID
    display_name: str
    role: Role
    time_zone: str


@dataclass(frozen=True, slots=True)
class Membership:
    team_id: UUID
    person_id: UUID
    role: TeamRole


@dataclass(frozen=True, slots=True)
class Viewer:
    """The caller of an operation: a person, or a service acting for its organization.

    ``scopes`` are what this call may do: the role's, narrowed by the token's.
    """

    id: UUID | None
    service_name: str | None
    organization_id: UUID
    display_name: str
    role: Role
    time_zone: str
    scopes: frozenset[str]
    coached_team_ids: frozenset[UUID]
    played_team_ids: frozenset[UUID]
    token_expires_at: datetime

    @property
    def key(self) -> str:
        """Stable name of the caller, for flags, limits and idempotency keys."""
        return str(self.id) if self.id is not None else f"service:{self.service_name}"

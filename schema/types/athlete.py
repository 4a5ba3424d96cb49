"""What is known of a player beside their name; for the player, their coaches and admins alone."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import physiology as domain
from domain.assignments import AssignmentType
from domain.exercises import MovementPattern
from domain.phase_templates import TargetGroup
from domain.physiology import RestrictionKind
from domain.player_groups import PlayerGroup as GroupOfPlayer
from domain.player_groups import TeamGroup as GroupOfTeam
from resolvers import athletes
from resolvers.ids import Kind
from schema.fields import field
from schema.types.node import Node, id_field

if TYPE_CHECKING:
    from schema.types.people import Player, Team


def _type_of(parent: strawberry.Parent[GroupOfPlayer | GroupOfTeam]) -> AssignmentType:
    return _group(parent).type


def _name_of(parent: strawberry.Parent[GroupOfPlayer | GroupOfTeam]) -> str:
    return _group(parent).name or ""


def _group(parent: GroupOfPlayer | GroupOfTeam) -> TargetGroup:
    return parent.group


@strawberry.type(description="What medical staff rule out for a player. It holds no diagnosis.")
class MedicalRestriction(Node):
    id: strawberry.ID = id_field(Kind.MEDICAL_RESTRICTION)
    kind: RestrictionKind = field(description="How far it goes.")
    starts_on: date = field(description="First day of it.")
    ends_on: date | None = field(description="Last day of it, inclusive; null until further notice.")
    avoided_patterns: list[MovementPattern] = field(description="What a limited player does not do.")
    player: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        athletes.player_of_restriction, description="Whose it is."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.MedicalRestriction)


@strawberry.type(description="A group that a player is in.")
class PlayerGroup:
    team: Annotated["Team", strawberry.lazy("schema.types.people")] | None = field(
        athletes.team_of_group, description="The team that it is a group of."
    )
    type: AssignmentType = field(_type_of, description="What kind of group.")
    name: str = field(_name_of, description="Its name.")


@strawberry.type(description="A line, position, age group or group of the team's own.")
class TeamGroup:
    team: Annotated["Team", strawberry.lazy("schema.types.people")] | None = field(
        athletes.team_of_group, description="The team that it is a group of."
    )
    type: AssignmentType = field(_type_of, description="What kind of group.")
    name: str = field(_name_of, description="Its name.")
    players: list[Annotated["Player", strawberry.lazy("schema.types.people")]] = field(
        athletes.players_of_group, description="Who is in it, by name."
    )


@strawberry.type(description="A player's own numbers, as far as they were measured, and what limits them.")
class PlayerProfile:
    resting_bpm: int | None = field(description="Heart rate at rest, beats a minute.")
    maximum_bpm: int | None = field(description="Maximum heart rate, beats a minute.")
    weekly_load_limit: int | None = field(
        athletes.load_limit_of_profile,
        description="Most load a week, in arbitrary units: session RPE times minutes.",
    )
    groups: list[PlayerGroup] = field(
        athletes.groups_of_profile,
        description="The groups they are in, in the teams that you see, by team, type and name.",
    )
    restrictions: list[MedicalRestriction] = field(
        athletes.restrictions_of_profile, description="What medical staff rule out, by its start."
    )

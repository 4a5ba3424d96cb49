"""What coaches hand in about their players."""

from datetime import date

import strawberry

from domain.assignments import AssignmentType
from domain.exercises import MovementPattern
from domain.physiology import RestrictionKind
from resolvers import enums as _enums  # registers them  # noqa: F401
from resolvers.inputs import KEY

PLAYER = "Global id of the player."


@strawberry.input(
    description="What was measured of a player, and what their coach allows. What is left out stays; null "
    "empties it."
)
class UpdatePlayerProfileInput:
    player_id: strawberry.ID = strawberry.field(description=PLAYER)
    resting_bpm: int | None = strawberry.field(
        default=strawberry.UNSET, description="Heart rate at rest, beats a minute: 25 to 110."
    )
    maximum_bpm: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Maximum heart rate, beats a minute: 120 to 230, and at least 30 above the resting one.",
    )
    weekly_load_limit: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Most load a week, in arbitrary units (session RPE times minutes): 1 to 100,000.",
    )


@strawberry.input(
    description="Who joins a group of a team and who leaves it; everybody else stays. A group begins with "
    "its first player and ends with its last."
)
class UpdateTeamGroupInput:
    team_id: strawberry.ID = strawberry.field(description="Global id of the team.")
    type: AssignmentType = strawberry.field(description="line, position, age_group or custom_group.")
    name: str = strawberry.field(description="The group's name, 1 to 100 characters.")
    add_player_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Global ids of players of the team who join, at most 200."
    )
    remove_player_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Global ids of players of the team who leave, at most 200."
    )


@strawberry.input(description="What medical staff rule out for a player. No diagnosis belongs here.")
class AddMedicalRestrictionInput:
    player_id: strawberry.ID = strawberry.field(description=PLAYER)
    kind: RestrictionKind = strawberry.field(description="How far it goes.")
    starts_on: date = strawberry.field(description="First day of it.")
    ends_on: date | None = strawberry.field(
        default=None, description="Last day of it, inclusive; until further notice unless given."
    )
    avoided_patterns: list[MovementPattern] = strawberry.field(
        default_factory=list, description="What the player does not do; for limited only, and there needed."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="When a restriction ends.")
class EndMedicalRestrictionInput:
    restriction_id: strawberry.ID = strawberry.field(description="Global id of the restriction.")
    ends_on: date | None = strawberry.field(
        description="Last day of it, inclusive; null for until further notice. A day before its first takes "
        "it away, as if it had never been entered."
    )

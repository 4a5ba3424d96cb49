"""What changes of players' data answer."""

from typing import Annotated

import strawberry

from resolvers import athlete_changes
from schema.fields import field
from schema.types.athlete import MedicalRestriction, PlayerProfile, TeamGroup
from schema.types.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from schema.types.people import Player


@strawberry.type(description="The player's profile is as this answer says.")
class UpdatePlayerProfileSuccess:
    player: Player = field(description="The player.")
    profile: PlayerProfile = field(description="The profile as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, athlete_changes.ProfileAnswer)


@strawberry.type(description="The group is as this answer says.")
class UpdateTeamGroupSuccess:
    group: TeamGroup = field(description="The group as it is now; without players, there is none.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, athlete_changes.GroupAnswer)


@strawberry.type(description="The restriction was entered.")
class AddMedicalRestrictionSuccess:
    restriction: MedicalRestriction = field(description="The restriction.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, athlete_changes.RestrictionAnswer)


@strawberry.type(description="The restriction ends as was asked for.")
class EndMedicalRestrictionSuccess:
    restriction: MedicalRestriction | None = field(
        description="The restriction as it is now; null if it was taken away: it ended before it began."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, athlete_changes.RestrictionEnded)


UpdatePlayerProfileResult = Annotated[
    UpdatePlayerProfileSuccess | NotFoundError | ForbiddenError | InvalidInputError,
    strawberry.union("UpdatePlayerProfileResult", description="How a change of a profile was answered."),
]
UpdateTeamGroupResult = Annotated[
    UpdateTeamGroupSuccess | NotFoundError | ForbiddenError | InvalidInputError,
    strawberry.union("UpdateTeamGroupResult", description="How a change of a group was answered."),
]
AddMedicalRestrictionResult = Annotated[
    AddMedicalRestrictionSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("AddMedicalRestrictionResult", description="How a new restriction was answered."),
]
EndMedicalRestrictionResult = Annotated[
    EndMedicalRestrictionSuccess | NotFoundError | ForbiddenError | InvalidInputError,
    strawberry.union("EndMedicalRestrictionResult", description="How the end of a restriction was answered."),
]

"""What subscriptions tell. Ids and numbers are as they were when it happened; objects are as they are now."""

from datetime import date, datetime
from typing import Any

import strawberry

from domain.access import Scope
from domain.sessions import CompressionAction, CompressionSource
from resolvers.ids import Kind, global_id
from resolvers.live import flag_events, season_events, session_events
from resolvers.live.season_events import AdjustmentCause
from resolvers.permissions import Has
from schema.fields import field
from schema.types.feature_flag import FeatureFlag
from schema.types.people import Player
from schema.types.season import READS_SEASONS, SeasonPhase
from schema.types.session import Session
from schema.types.time_crunch import CompressionRecord


@strawberry.interface(description="Something that happened.")
class Event:
    id: strawberry.ID = field(description="Unique: an event that comes twice has the same one.")
    occurred_at: datetime = field(description="When, UTC.")
    cursor: str = field(description="Its place: hand it in as after, and what follows it comes.")


def id_of(kind: Kind, attribute: str, description: str) -> Any:
    """The global id of an object that an event speaks of, which may be gone."""

    def resolved(parent: strawberry.Parent[Any]) -> strawberry.ID:
        return global_id(kind, getattr(parent, attribute))

    return field(resolved, description=description)


@strawberry.type(description="A session was compressed, or put back.")
class SessionCompressedEvent(Event):
    action: CompressionAction = field(description="What was done.")
    session_id: strawberry.ID = id_of(Kind.SESSION, "session_id", "Global id of the session.")
    athlete_id: strawberry.ID = id_of(Kind.PLAYER, "athlete_id", "Global id of the athlete.")
    target_minutes: int | None = field(description="Minutes that were asked for; null where it was put back.")
    achieved_minutes: int | None = field(
        description="Minutes that the session came to; null where it was put back."
    )
    minutes_saved: int | None = field(description="Minutes less than planned; null where it was put back.")
    source: CompressionSource | None = field(
        description="Where it was asked for; null where it was put back."
    )
    session: Session | None = field(
        session_events.session_of_event,
        needs=[Has(Scope.PLANS_READ)],
        description="The session as it is now; null if it was deleted since.",
    )
    entry: CompressionRecord | None = field(
        session_events.entry_of_event,
        needs=[Has(Scope.PLANS_READ)],
        description="What was added to its history; null if the session was deleted since.",
    )
    athlete: Player | None = field(
        session_events.athlete_of_event,
        needs=[Has(Scope.TEAMS_READ)],
        description="Whose session it is; null if they were deleted since.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, session_events.SessionCompressedEvent)


@strawberry.type(description="A team is in another phase of its season, or in none.")
class PhaseChangedEvent(Event):
    team_id: strawberry.ID = id_of(Kind.TEAM, "team_id", "Global id of the team.")
    entered_on: date = field(description="The team's day on which it began.")
    phase: SeasonPhase | None = field(
        season_events.phase_of_event,
        needs=READS_SEASONS,
        description="The phase in force; null where there is none, and if it was deleted since.",
    )
    previous_phase: SeasonPhase | None = field(
        season_events.previous_phase_of_event,
        needs=READS_SEASONS,
        description="The phase before; null where there was none, and if it was deleted since.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, season_events.PhaseChangedEvent)


@strawberry.type(description="Assignments of a team were brought in step with something.")
class AssignmentsAdjustedEvent(Event):
    team_id: strawberry.ID = id_of(Kind.TEAM, "team_id", "Global id of the team.")
    cause: AdjustmentCause = field(description="With what, or why.")
    adjusted_count: int = field(description="Number of assignments that were changed, in all.")
    player_ids: list[strawberry.ID] = field(
        season_events.player_ids_of_event,
        size=10,
        description="Global ids of the players it was about; empty where it was about the whole team. "
        "Players see only themselves.",
    )
    phase: SeasonPhase | None = field(
        season_events.phase_of_event,
        needs=READS_SEASONS,
        description="The phase that they follow, where it was about one; null if it was deleted since.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, season_events.AssignmentsAdjustedEvent)


@strawberry.type(description="Feature flags are not as they were for you.")
class FeatureFlagsChangedEvent(Event):
    flags: list[FeatureFlag] = field(size=5, description="Those that changed, as they are now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, flag_events.FeatureFlagsChangedEvent)

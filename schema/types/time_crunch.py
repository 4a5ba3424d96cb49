from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import sessions as domain_sessions
from domain.access import Scope
from domain.sessions import CompressionAction, CompressionSource
from integrations.flags import Flag
from resolvers import people, sessions
from resolvers import time_crunch as crunch
from resolvers.ids import Kind
from resolvers.permissions import Behind, Has
from resolvers.statuses import CrunchStatus, UnavailableReason
from schema.fields import field
from schema.types.compression import Compression, ShortestSession, TimeCrunchCurve
from schema.types.connection import Connection
from schema.types.node import Node, id_field

if TYPE_CHECKING:
    from schema.types.people import Player
    from schema.types.session import Session


@strawberry.type(description="An entry of a session's history of compressions and resets. Never rewritten.")
class CompressionRecord(Node):
    id: strawberry.ID = id_field(Kind.COMPRESSION_RECORD)
    action: CompressionAction = field(description="What was done.")
    created_at: datetime = field(description="When, UTC.")
    actor_name: str = field(description="Who did it, as they were called then.")
    actor: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        people.actor_of_record,
        needs=[Has(Scope.TEAMS_READ)],
        description="Who did it; null for a program, and for somebody you may not see.",
    )
    source: CompressionSource = field(description="Where it was asked for.")
    reason: str | None = field(description="Why, in the user's words.")
    session_version: int = field(description="The session's version after it.")
    target_minutes: int | None = field(description="Minutes that were asked for; of what was undone, too.")
    achieved_minutes: int | None = field(description="Minutes that the session came to.")
    model_version: str | None = field(description="The training model that made it.")
    compression: Compression | None = field(
        crunch.compression_of_record, description="What was put on; null where one was taken off."
    )
    session: Annotated["Session", strawberry.lazy("schema.types.session")] | None = field(
        sessions.session_of_record, needs=[Has(Scope.PLANS_READ)], description="The session, as it is now."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain_sessions.CompressionRecord)


@strawberry.type(description="What Time Crunch Mode has done with a session, and what it could do.")
class TimeCrunch:
    available: bool = field(
        crunch.is_available, description="Whether a frontend should offer to compress this session."
    )
    unavailable_reason: UnavailableReason | None = field(
        crunch.unavailable_reason, description="Why not; null where it should."
    )
    status: CrunchStatus = field(crunch.status, description="Where the session stands.")
    current_minutes: int | None = field(
        crunch.current_minutes,
        description="Minutes that it takes now, at the athlete's pace; null without content.",
    )
    original_minutes: int | None = field(
        crunch.original_minutes,
        description="Minutes that it takes as planned, at the athlete's pace; null without content.",
    )
    shortest: list[ShortestSession] = field(
        crunch.shortest, description="The shortest possible for each protection of core lifts."
    )
    target_minutes: int | None = field(
        crunch.target_minutes, description="Minutes that the compression in force was asked for."
    )
    applied_at: datetime | None = field(
        crunch.applied_at, description="When the compression in force was put on, UTC."
    )
    can_revert: bool = field(
        crunch.can_revert, description="Whether a compression is in force and you may take it off."
    )
    active: Compression | None = field(crunch.active, description="The compression in force.")
    history: Connection[CompressionRecord] | None = field(
        crunch.history,
        needs=[Has(Scope.PLANS_READ)],
        description="Compressions and resets, the newest first.",
    )
    preview: Compression | None = field(
        crunch.preview,
        needs=[Has(Scope.PLANS_READ), Behind(Flag.TIME_CRUNCH_PREVIEW)],
        description="What compressing this session would do; nothing is stored.",
    )
    curve: TimeCrunchCurve | None = field(
        crunch.curve,
        needs=[Has(Scope.PLANS_READ), Behind(Flag.TIME_CRUNCH_PREVIEW)],
        description="Minutes against value kept.",
    )

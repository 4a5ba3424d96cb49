"""Sessions compressed and put back, as it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access import Sight, sight_of_plan
from domain.errors import InvalidInput
from domain.events import SessionCompressed, SessionCompressionReverted
from domain.people import Person, Viewer
from domain.sessions import CompressionAction, CompressionRecord, CompressionSource, Session
from resolvers.context import Info
from resolvers.ids import Kind, uuid_of
from resolvers.live.cursors import After, place_after
from resolvers.live.feed import Feed, Happening, LiveEvent, Show, team_feed, told
from resolvers.live.sharing import same_for_equals
from resolvers.sight import refuse_unless_seen, session_in_sight, sight_of

TYPES = (SessionCompressed, SessionCompressionReverted)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompressedEvent(LiveEvent):
    """Minutes and source are of a compression only; what was undone has none."""

    action: CompressionAction
    session_id: UUID
    athlete_id: UUID
    compression_id: UUID
    target_minutes: int | None = None
    achieved_minutes: int | None = None
    minutes_saved: int | None = None
    source: CompressionSource | None = None


async def session_compressed(
    info: Info,
    session_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Global id of the one session to follow.")
    ] = None,
    team_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Global id of a team: follow the sessions of its players, as far as you see them."
        ),
    ] = None,
    after: After = None,
) -> Feed:
    if (session_id is None) == (team_id is None):
        raise InvalidInput.of("sessionId", "Give either sessionId or teamId.")
    if team_id is not None:
        return await team_feed(info.context, team_id, after, TYPES, _of_team)
    session = await session_in_sight(info.context, uuid_of(Kind.SESSION, session_id or ""))
    place = await place_after(info.context, after)
    return Feed(
        frozenset(each.type for each in TYPES),
        session.id,
        info.context.caller.organization_id,
        place,
        _of_session(session.id),
    )


@same_for_equals
async def session_of_event(info: Info, parent: strawberry.Parent[SessionCompressedEvent]) -> Session | None:
    """Who was shown the event sees the session: both rest on the plan."""
    return await info.context.loaders.session.load(parent.session_id)


@same_for_equals
async def entry_of_event(
    info: Info, parent: strawberry.Parent[SessionCompressedEvent]
) -> CompressionRecord | None:
    return await info.context.loaders.compression.load(parent.compression_id)


@same_for_equals
async def athlete_of_event(info: Info, parent: strawberry.Parent[SessionCompressedEvent]) -> Person | None:
    """Whoever sees a person's plan sees the person: admins, coaches of their teams, and they themselves."""
    return await info.context.loaders.person.load(parent.athlete_id)


def _of_team(viewer: Viewer, happening: Happening) -> LiveEvent | None:
    """A player hears of their own sessions only, their coaches of the whole team's."""
    if happening.plan is None or sight_of_plan(viewer, happening.plan) is not Sight.FULL:
        return None
    return happening.as_(_shown)


def _of_session(session_id: UUID) -> Show:
    def show(viewer: Viewer, happening: Happening) -> LiveEvent | None:
        refuse_unless_seen(sight_of(viewer, happening.plan), Kind.SESSION, session_id)
        return happening.as_(_shown)

    return show


def _shown(happening: Happening) -> SessionCompressedEvent:
    event = happening.event
    payload = event.payload
    common = {
        **told(event),
        "session_id": event.aggregate_id,
        "athlete_id": happening.id_in("athlete_id"),
        "compression_id": happening.id_in("compression_id"),
    }
    if event.event_type == SessionCompressionReverted.type:
        action = CompressionAction.RESET if payload["reset"] else CompressionAction.REVERTED
        return SessionCompressedEvent(action=action, **common)
    return SessionCompressedEvent(
        action=CompressionAction.COMPRESSED,
        target_minutes=payload["target_minutes"],
        achieved_minutes=payload["achieved_minutes"],
        minutes_saved=payload["total_minutes_saved"],
        source=CompressionSource.of(payload["source"]),
        **common,
    )

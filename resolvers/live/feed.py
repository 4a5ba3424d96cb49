"""What a subscription follows, and to whom an event of it may be shown.

A subscription's resolver answers with a ``Feed``; ``app/live`` reads the log for all of them together. What
an event may be shown to whom is judged anew for every event, from memory, with facts of that moment.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NoReturn, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.event_log import EventFilter
from db.outbox import StoredEvent
from db.plans import plan_facts_by_id
from domain.access import PlanFacts, sight_of_team
from domain.events import Event
from domain.people import Viewer
from resolvers.context import Context
from resolvers.ids import Kind, uuid_of
from resolvers.live.cursors import cursor_of, place_after
from resolvers.sight import refuse_unless_seen, team_in_sight

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Happening:
    """An event with what a verdict on it rests on, as it stands now.

    ``plan`` is that of the plan it is about; None for what is about a team, and for what is gone.
    """

    event: StoredEvent
    plan: PlanFacts | None = None
    _shown: dict[Callable[[Happening], LiveEvent], LiveEvent] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def seq(self) -> int:
        return self.event.seq or 0

    @property
    def addresses(self) -> frozenset[UUID]:
        """The objects and teams whose followers it may concern."""
        teams = frozenset() if self.plan is None else self.plan.owner_team_ids
        own = {each for each in (self.event.aggregate_id, self.event.team_id) if each is not None}
        return teams | own

    def id_in(self, name: str) -> UUID:
        return UUID(self.event.payload[name])

    def optional_id_in(self, name: str) -> UUID | None:
        found = self.event.payload.get(name)
        return None if found is None else UUID(found)

    def as_(self, make: Callable[[Happening], LiveEvent]) -> LiveEvent:
        """Made once, for all to whom it looks the same. Only those to whom one and the same object is shown
        may share an answer; so what differs from viewer to viewer is made for each."""
        if make not in self._shown:
            self._shown[make] = make(self)
        return self._shown[make]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """What every live event tells. Hashable, so lists in it are tuples."""

    id: str
    occurred_at: datetime
    cursor: str


Show = Callable[[Viewer, Happening], LiveEvent | None]


class Unshared(Generic[T]):
    """Base of what a subscription's resolver gives. graphql-core asks for something to iterate over; what
    is iterated over one by one could not be shared, so ``app/live`` takes it apart instead."""

    __slots__ = ()

    def __aiter__(self) -> AsyncIterator[T]:
        _not_alone()


@dataclass(frozen=True, slots=True)
class Feed(Unshared[LiveEvent]):
    """``address`` is what it is about: a team, or one object. ``after`` is a place in the log.

    ``show`` says what the viewer gets to see of an event: None where it is not for them. It raises what ends
    the subscription: they see no longer what they follow. It is pure, and knows nothing of who subscribed.
    """

    types: frozenset[str]
    address: UUID
    organization_id: UUID
    after: int | None
    show: Show

    @property
    def wanted(self) -> EventFilter:
        """What the log is asked for where the past is read; ``show`` and ``addresses`` narrow it."""
        return EventFilter(organization_id=self.organization_id, event_types=self.types)


async def team_feed(
    context: Context, team_id: str, after: str | None, types: Sequence[type[Event]], show: Show
) -> Feed:
    """Events of one team, for whoever sees the team; ``show`` is asked when that is settled."""
    team = await team_in_sight(context, uuid_of(Kind.TEAM, team_id))
    place = await place_after(context, after)

    def shown(viewer: Viewer, happening: Happening) -> LiveEvent | None:
        refuse_unless_seen(sight_of_team(viewer, team.id, team.organization_id), Kind.TEAM, team.id)
        return show(viewer, happening)

    return Feed(frozenset(each.type for each in types), team.id, team.organization_id, place, shown)


async def happenings(db_session: AsyncSession, events: Sequence[StoredEvent]) -> list[Happening]:
    """With one statement for all of them, or none."""
    plan_ids = {UUID(each.payload["plan_id"]) for each in events if "plan_id" in each.payload}
    facts = await plan_facts_by_id(db_session, sorted(plan_ids)) if plan_ids else {}
    return [
        Happening(each, facts.get(UUID(each.payload["plan_id"])) if "plan_id" in each.payload else None)
        for each in events
    ]


def told(event: StoredEvent) -> dict[str, Any]:
    """What ``LiveEvent`` has in common."""
    return {"id": str(event.event_id), "occurred_at": event.occurred_at, "cursor": cursor_of(event)}


def _not_alone() -> NoReturn:
    raise RuntimeError("A feed is followed through app/live, which shares it.")

"""Where what happens meets those who follow it: one reader of the log for all of a process's subscriptions.

Who joins is registered first, then reads what they missed, then goes live: no gap, and nothing twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import structlog

from app.live.callers import Caller, Callers, Marks
from app.live.group import AT_ONCE, Group, Work
from app.live.member import Member, Sink
from app.live.notices import error_of
from app.live.sharing import Sharing
from app.operations import Operations, Prepared
from db import event_log
from db.event_log import EventFilter
from db.outbox import StoredEvent
from domain.errors import CursorExpired, DomainError
from events.log import Log, SlowConsumer
from integrations.live_metrics import LiveMetrics
from resolvers.failures import failure_of
from resolvers.live.feed import Feed, Happening, happenings
from resolvers.services import Services

T = TypeVar("T")
_log = structlog.get_logger(__name__)

PAGE = 200
MOST_MARKS = 200
START_SECONDS = 3.0
_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0


class Hub:
    """``types`` are the events that anybody can follow."""

    def __init__(
        self,
        services: Services,
        operations: Operations,
        log: Log,
        metrics: LiveMetrics,
        types: frozenset[str],
    ) -> None:
        self.callers = Callers(services)
        self._services = services
        self._source = log
        self._metrics = metrics
        self._types = types
        self._work = Work(services, operations, metrics, self.callers, self._end)
        self._groups: dict[Hashable, Group] = {}
        self._followers: dict[tuple[str, UUID], set[Group]] = {}
        self._wanted: Counter[str] = Counter()
        self._marks: OrderedDict[frozenset[int], Marks] = OrderedDict()
        self._reader: asyncio.Task[None] | None = None
        self._reads = asyncio.Event()
        self._pasts: dict[Member, asyncio.Task[None]] = {}
        self._past_turns = asyncio.Semaphore(AT_ONCE)  # after a restart everybody comes back at once
        self._position = 0

    async def join(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any],
        sharing: Sharing,
        feed: Feed,
        caller: Caller,
        sink: Sink,
    ) -> Member:
        """From here on ``sink`` gets every event, until ``leave``. ``TimeoutError`` while the log is away."""
        if self._reader is None:
            self._reader = asyncio.create_task(self._read(), name="live.reader")
        async with asyncio.timeout(START_SECONDS):
            await self._reads.wait()
        # No await from here to the end.
        group = self._group(prepared, variables, sharing, feed)
        member = Member(group, caller, feed, sink, self._position)
        group.add(member)
        self._metrics.subscribed(sharing.field, 1)
        if not member.is_live:
            task = asyncio.create_task(self._past(member), name="live.past")
            self._pasts[member] = task
            task.add_done_callback(lambda _: self._pasts.pop(member, None))
        return member

    def leave(self, member: Member) -> None:
        """It gets nothing more. Twice does no harm."""
        group = member.group
        if member not in group.members:
            return
        group.remove(member)
        self._metrics.subscribed(group.sharing.field, -1)
        if (past := self._pasts.get(member)) is not None and past is not asyncio.current_task():
            past.cancel()
        if not group.members:
            self._forget(group)

    async def close(self) -> None:
        tasks = [*self._pasts.values(), *([self._reader] if self._reader else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for group in tuple(self._groups.values()):
            await group.close()

    async def _read(self) -> None:
        """Ends only when it is cancelled: whoever follows relies on it."""
        place: int | None = None
        while True:
            try:
                async with self._source.watch(EventFilter(event_types=self._types), after=place) as events:
                    if place is None:
                        self._position = events.seq
                    self._reads.set()
                    async for event in events:
                        # Before anything is awaited: who joins from now on reads this event as the past.
                        place = self._position = event.seq or 0
                        await self._dispatch(event)
            except SlowConsumer:
                _log.warning("live_reader_fell_behind", seq=place)
            except Exception:
                _log.exception("live_reader_begins_anew", seq=place)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _dispatch(self, event: StoredEvent) -> None:
        if not self._wanted[event.event_type]:
            return
        [happening] = await self._insist(lambda: self._facts_of([event]))
        groups: set[Group] = set()
        for address in happening.addresses:
            groups |= self._followers.get((event.event_type, address), set())
        if not groups:
            return
        marks = self._marks_of(groups)
        await self._insist(lambda: self.callers.refresh(marks, lambda: _callers_in(groups)))
        for group in groups:
            group.take(happening)

    def _marks_of(self, groups: set[Group]) -> Marks:
        key = frozenset(each.version for each in groups)
        found = self._marks.get(key)
        if found is None:
            found = self._marks[key] = Marks(_callers_in(groups))
            if len(self._marks) > MOST_MARKS:
                self._marks.popitem(last=False)
        return found

    async def _past(self, member: Member) -> None:
        """What happened between the cursor and the moment of joining, as fast as the reader takes it."""
        try:
            while not member.is_live:
                async for happening in self._missed(member):
                    told = await member.group.told(member.caller, happening)
                    if told is not None:
                        member.sink.next(told)
                        self._metrics.delivered(member.group.sharing.field, 1)
                        await member.sink.room()
                    member.seq = happening.seq
                member.seq = max(member.seq, member.joined_at)
                if member.has_overflowed:  # the past took too long: what happened meanwhile is past now
                    member.join(self._position)
                else:
                    self._metrics.delivered(member.group.sharing.field, member.go_live())
        except DomainError as refusal:
            self._end(member, refusal)
        except Exception as error:
            _log.exception("live_past_failed")
            self._end(member, error)

    async def _missed(self, member: Member) -> Any:
        marks = Marks([member.caller])
        while member.seq < member.joined_at:
            async with self._past_turns, self._services.db.read() as db_session:
                page = await event_log.events_after(
                    db_session, member.seq, upto=member.joined_at, at_most=PAGE, wanted=member.feed.wanted
                )
                if member.seq < (await event_log.state(db_session)).purged_seq:
                    raise CursorExpired
                found = await happenings(db_session, page)
            await self.callers.refresh(marks, lambda: [member.caller])
            for happening in found:
                if member.feed.address in happening.addresses:
                    yield happening
            if len(page) < PAGE:
                return
            member.seq = max(member.seq, page[-1].seq or 0)

    async def _facts_of(self, events: list[StoredEvent]) -> list[Happening]:
        async with self._services.db.read() as db_session:
            return await happenings(db_session, events)

    async def _insist(self, work: Callable[[], Awaitable[T]]) -> T:
        """Until the database answers: an event passed over would be a gap. What follows waits in the log."""
        seconds = _PAUSE_SECONDS
        while True:
            try:
                return await work()
            except Exception as error:
                _log.warning("live_waits_for_the_database", error=repr(error))
            await asyncio.sleep(seconds)
            seconds = min(_LONGEST_PAUSE_SECONDS, seconds * 2)

    def _end(self, member: Member, error: Exception) -> None:
        self.leave(member)
        member.sink.end([error_of(failure_of(error))])

    def _group(self, prepared: Prepared, variables: Mapping[str, Any], sharing: Sharing, feed: Feed) -> Group:
        key = sharing.key(prepared, variables)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(key, self._work, prepared, variables, feed, sharing)
            for event_type in feed.types:
                self._followers.setdefault((event_type, feed.address), set()).add(group)
                self._wanted[event_type] += 1
        return group

    def _forget(self, group: Group) -> None:
        del self._groups[group.key]
        for event_type in group.feed.types:
            followers = self._followers[event_type, group.feed.address]
            followers.discard(group)
            if not followers:
                del self._followers[event_type, group.feed.address]
            self._wanted[event_type] -= 1


def _callers_in(groups: Iterable[Group]) -> set[Caller]:
    return {member.caller for group in groups for member in group.members}

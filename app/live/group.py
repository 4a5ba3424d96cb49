"""All who follow with the same operation and variables: one answer for those who may be given the same."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import orjson

from app.live.callers import Caller, Callers
from app.live.member import Member
from app.live.sharing import Sharing
from app.live.told import Told
from app.operations import Operations, Prepared
from domain.errors import DomainError
from domain.people import Viewer
from integrations.live_metrics import LiveMetrics
from resolvers.context import Context
from resolvers.live.feed import Feed, Happening, LiveEvent
from resolvers.services import Services

AT_ONCE = 4
"""Answers that a process makes at the same time: their reads leave most of the pool to requests."""

KEPT_SECONDS, MOST_KEPT = 2.0, 64
"""An answer is given again only for so long: many who come back together read the same past."""

BREATH = 200
"""Members that are judged and handed an answer before others get a turn: some milliseconds."""

_VERSIONS = count()
Ended = Callable[[Member, DomainError], None]


@dataclass(slots=True)
class Work:
    """What all groups share."""

    services: Services
    operations: Operations
    metrics: LiveMetrics
    callers: Callers
    ended: Ended
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))


class Group:
    """``feed`` and ``variables`` are the first member's; the others' differ in nothing but where they began.

    A task runs only while something is to be shown, so that one who merely waits costs no task.
    """

    def __init__(
        self,
        key: Hashable,
        work: Work,
        prepared: Prepared,
        variables: Mapping[str, Any],
        feed: Feed,
        sharing: Sharing,
    ) -> None:
        self.key = key
        self.members: set[Member] = set()
        self.version = next(_VERSIONS)
        """Another one after each that came or went; no two groups ever have the same."""
        self.feed = feed
        self.sharing = sharing
        self._work = work
        self._prepared = prepared
        self._variables = variables
        self._inbox: deque[Happening] = deque()
        self._task: asyncio.Task[None] | None = None
        self._kept: OrderedDict[Hashable, tuple[float, asyncio.Task[Told]]] = OrderedDict()

    def add(self, member: Member) -> None:
        self.members.add(member)
        self.version = next(_VERSIONS)

    def remove(self, member: Member) -> None:
        self.members.discard(member)
        self.version = next(_VERSIONS)

    def take(self, happening: Happening) -> None:
        """Show it to the members, after what came before it."""
        self._inbox.append(happening)
        if self._task is None:
            self._task = asyncio.create_task(self._empty(), name=f"live.{self.sharing.field}")

    def judged(self, caller: Caller, happening: Happening) -> LiveEvent | None:
        """What this caller may be shown of it; raises what ends their subscription."""
        caller.let_in(self.sharing.field, self.sharing.needs)
        return self.feed.show(caller.viewer, happening)

    def entitlement(self, caller: Caller) -> Hashable:
        sharing = self.sharing
        return caller.entitlement(sharing.name, sharing.flags, is_personal=sharing.is_personal)

    async def told(self, caller: Caller, happening: Happening) -> Told | None:
        """What this one caller is told of it; None if it is not for them. Raises as ``judged``."""
        while True:
            as_of = self._work.callers.changes
            shown = self.judged(caller, happening)
            if shown is None:
                return None
            told = await self.answer(caller.viewer, self.entitlement(caller), shown)
            if self._work.callers.changes == as_of:
                return told

    async def answer(self, viewer: Viewer, entitlement: Hashable, shown: LiveEvent) -> Told:
        """The operation's answer for this viewer and their equals, made once.

        It is theirs only if nobody has changed meanwhile: flags are looked at while it is made.
        """
        loop = asyncio.get_running_loop()
        key = (shown, entitlement)
        kept = self._kept.get(key)
        if kept is None or loop.time() - kept[0] > KEPT_SECONDS:
            made = asyncio.create_task(self._made(key, viewer, shown), name="live.answer")
            kept = self._kept[key] = (loop.time(), made)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return await asyncio.shield(kept[1])

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _empty(self) -> None:
        try:
            while self._inbox and self.members:
                await self._show(self._inbox.popleft())
        finally:
            self._task = None
            if not self.members:
                self._inbox.clear()

    async def _show(self, happening: Happening) -> None:
        """Portion by portion, each member judged in the very turn of the loop in which they are told."""
        callers = self._work.callers
        answers: dict[tuple[int, Hashable], _Equals] = {}
        members = tuple(self.members)
        delivered = 0
        for start in range(0, len(members), BREATH):
            portion: Sequence[Member] = members[start : start + BREATH]
            while portion:
                as_of = callers.changes
                handed, unanswered = self._hand(happening, portion, answers)
                delivered += handed
                await _all(self._answer(each) for each in unanswered)
                if callers.changes == as_of:
                    delivered += sum(self._hand_equals(happening.seq, each) for each in unanswered)
                    break
                answers.clear()
                portion = [member for each in unanswered for member in each.members]
            if len(answers) > MOST_KEPT:  # each has their own: nobody else will ask for it
                answers.clear()
            await asyncio.sleep(0)
        self._work.metrics.delivered(self.sharing.field, delivered)

    def _hand(
        self, happening: Happening, members: Sequence[Member], answers: dict[tuple[int, Hashable], _Equals]
    ) -> tuple[int, list[_Equals]]:
        """To all whose answer is there. How many got it, and the others."""
        seq = happening.seq
        handed = 0
        unanswered: list[_Equals] = []
        for member in members:
            if member not in self.members:  # it has left meanwhile
                continue
            caller = member.caller
            try:
                shown = self.judged(caller, happening)
            except DomainError as refusal:
                self._work.ended(member, refusal)
                continue
            if shown is None:
                continue
            key = id(shown), self.entitlement(caller)
            equals = answers.get(key)
            if equals is None:
                equals = answers[key] = _Equals(shown, key[1], caller.viewer)
                unanswered.append(equals)
            if equals.told is None:
                equals.members.append(member)
            else:
                handed += member.hand(seq, equals.told)
        return handed, unanswered

    async def _answer(self, equals: _Equals) -> None:
        equals.told = await self.answer(equals.viewer, equals.entitlement, equals.shown)

    def _hand_equals(self, seq: int, equals: _Equals) -> int:
        told = equals.told
        waiting, equals.members = equals.members, []
        return sum(member.hand(seq, told) for member in waiting if told and member in self.members)

    async def _made(self, key: Hashable, viewer: Viewer, shown: LiveEvent) -> Told:
        as_of = self._work.callers.changes
        async with self._work.turns:
            context = Context.of(self._work.services, viewer, uuid4().hex)
            answer = await self._work.operations.event(self._prepared, self._variables, context, shown)
        self._work.metrics.executed(self.sharing.field)
        if self._work.callers.changes != as_of:
            self._kept.pop(key, None)
        return Told(orjson.dumps(answer.payload), shown.cursor)


class _Equals:
    """Members who are shown the same and may be given the same. It holds ``shown``, by whose identity it is
    found."""

    __slots__ = ("entitlement", "members", "shown", "told", "viewer")

    def __init__(self, shown: LiveEvent, entitlement: Hashable, viewer: Viewer) -> None:
        self.shown = shown
        self.entitlement = entitlement
        self.viewer = viewer
        self.members: list[Member] = []
        self.told: Told | None = None


async def _all(work: Iterable[Awaitable[None]]) -> None:
    waiting = list(work)
    if len(waiting) == 1:  # as a rule
        await waiting[0]
    elif waiting:
        await asyncio.gather(*waiting)

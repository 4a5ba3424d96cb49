"""All who follow with the same operation and variables: one answer for those who may be given the same."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

from app.live.callers import Caller
from app.live.member import Member
from app.live.sharing import Sharing
from app.operations import Operations, Prepared
from domain.errors import DomainError
from integrations.live_metrics import LiveMetrics
from resolvers.context import Context
from resolvers.live.feed import Feed, Happening, LiveEvent
from resolvers.services import Services

AT_ONCE = 4
"""Answers that a process makes at the same time: their reads leave most of the pool to requests."""

KEPT_SECONDS, MOST_KEPT = 2.0, 64
"""An answer is given again only for so long: many who come back together read the same past."""

BREATH = 200
"""Members that are handed an answer before others get a turn: some milliseconds."""

Ended = Callable[[Member, DomainError], None]


@dataclass(slots=True)
class Work:
    """What all groups share."""

    services: Services
    operations: Operations
    metrics: LiveMetrics
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
        self.feed = feed
        self.sharing = sharing
        self._work = work
        self._prepared = prepared
        self._variables = variables
        self._inbox: deque[Happening] = deque()
        self._task: asyncio.Task[None] | None = None
        self._kept: OrderedDict[Hashable, tuple[float, asyncio.Task[bytes]]] = OrderedDict()

    def take(self, happening: Happening) -> None:
        """Show it to the members, after what came before it."""
        self._inbox.append(happening)
        if self._task is None:
            self._task = asyncio.create_task(self._empty(), name=f"live.{self.sharing.field}")

    def judged(self, caller: Caller, happening: Happening) -> LiveEvent | None:
        """What this caller may be shown of it; raises what ends their subscription."""
        caller.let_in(self.sharing.field, self.sharing.needs)
        return self.feed.show(caller.viewer, happening)

    async def answer(self, caller: Caller, shown: LiveEvent) -> bytes:
        """The operation's answer for this caller and their equals, made once."""
        loop = asyncio.get_running_loop()
        key = (shown, self._entitlement(caller))
        kept = self._kept.get(key)
        if kept is None or loop.time() - kept[0] > KEPT_SECONDS:
            made = asyncio.create_task(self._made(caller, shown), name="live.answer")
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
        equals: defaultdict[Hashable, list[Member]] = defaultdict(list)
        shown: dict[Hashable, tuple[Caller, LiveEvent]] = {}
        for member in tuple(self.members):
            try:
                event = self.judged(member.caller, happening)
            except DomainError as refusal:
                self._work.ended(member, refusal)
                continue
            if event is not None:
                key = id(event), self._entitlement(member.caller)
                equals[key].append(member)
                shown.setdefault(key, (member.caller, event))
        await _all(self._hand(happening.seq, members, *shown[key]) for key, members in equals.items())

    async def _hand(self, seq: int, members: list[Member], caller: Caller, shown: LiveEvent) -> None:
        answer = await self.answer(caller, shown)
        delivered = 0
        for number, member in enumerate(members, start=1):
            if member in self.members:  # it may have left meanwhile
                delivered += member.hand(seq, answer, shown.cursor)
            if number % BREATH == 0:
                await asyncio.sleep(0)
        self._work.metrics.delivered(self.sharing.field, delivered)

    async def _made(self, caller: Caller, shown: LiveEvent) -> bytes:
        async with self._work.turns:
            context = Context.of(self._work.services, caller.viewer, uuid4().hex)
            answer = await self._work.operations.event(self._prepared, self._variables, context, shown)
        self._work.metrics.executed(self.sharing.field)
        return orjson.dumps(answer.payload)

    def _entitlement(self, caller: Caller) -> Hashable:
        sharing = self.sharing
        return caller.entitlement(sharing.name, sharing.flags, is_personal=sharing.is_personal)


async def _all(work: Any) -> None:
    waiting: list[Awaitable[None]] = list(work)
    if len(waiting) == 1:  # as a rule
        await waiting[0]
    else:
        await asyncio.gather(*waiting)

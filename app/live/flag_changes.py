"""Those who follow the feature flags: each is told of what changed for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
import structlog

from app.live.callers import Caller, Callers, Marks
from app.live.member import Sink
from app.live.notices import error_of
from app.live.sharing import Sharing
from app.live.told import Told
from app.operations import Operations, Prepared
from domain.errors import DomainError
from integrations.flags import Flag
from integrations.live_metrics import LiveMetrics
from resolvers.context import Context
from resolvers.failures import Failure, failure_of
from resolvers.live.flag_events import FlagsFeed, Seen, change_since, flags_now
from resolvers.services import Services

_log = structlog.get_logger(__name__)

SETTLE_SECONDS = 0.1
"""A change of a segment tells of flag after flag: they are looked at together."""

BREATH = 20
"""Followers that are looked at before others get a turn: each costs an evaluation of every flag."""


class FlagFollower:
    __slots__ = ("caller", "prepared", "seen", "sharing", "sink", "variables")

    def __init__(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any],
        sharing: Sharing,
        seen: Seen,
        caller: Caller,
        sink: Sink,
    ) -> None:
        self.prepared = prepared
        self.variables = variables
        self.sharing = sharing
        self.seen = seen
        self.caller = caller
        self.sink = sink


class FlagChanges:
    def __init__(
        self, services: Services, operations: Operations, callers: Callers, metrics: LiveMetrics
    ) -> None:
        self._services = services
        self._operations = operations
        self._callers = callers
        self._metrics = metrics
        self._followers: set[FlagFollower] = set()
        self._task: asyncio.Task[None] | None = None
        self._has_changed = asyncio.Event()
        self._undo = services.flags.on_change(self._changed)

    def join(
        self,
        prepared: Prepared,
        variables: Mapping[str, Any],
        sharing: Sharing,
        feed: FlagsFeed,
        caller: Caller,
        sink: Sink,
    ) -> FlagFollower:
        follower = FlagFollower(prepared, variables, sharing, feed.seen, caller, sink)
        self._followers.add(follower)
        self._metrics.subscribed(sharing.field, 1)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="live.flags")
        if feed.seen != flags_now(Context.of(self._services, caller.viewer, uuid4().hex)):
            self._has_changed.set()
        return follower

    def leave(self, follower: FlagFollower) -> None:
        if follower in self._followers:
            self._followers.discard(follower)
            self._metrics.subscribed(follower.sharing.field, -1)

    async def close(self) -> None:
        self._undo()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _following(self) -> set[Caller]:
        return {each.caller for each in self._followers}

    def _changed(self, _flag: Flag) -> None:
        self._has_changed.set()

    async def _run(self) -> None:
        while True:
            await self._has_changed.wait()
            await asyncio.sleep(SETTLE_SECONDS)
            self._has_changed.clear()
            try:
                await self._callers.refresh(Marks(self._following()), self._following)
            except Exception as error:  # for whom a flag is on depends on their teams
                _log.warning("live_waits_for_the_database", error=repr(error))
                self._has_changed.set()
                continue
            for number, follower in enumerate(tuple(self._followers), start=1):
                if follower in self._followers:
                    await self._look(follower)
                if number % BREATH == 0:
                    await asyncio.sleep(0)

    async def _look(self, follower: FlagFollower) -> None:
        try:
            follower.caller.let_in(follower.sharing.field, follower.sharing.needs)
        except DomainError as refusal:
            self._end(follower, failure_of(refusal))
            return
        context = Context.of(self._services, follower.caller.viewer, uuid4().hex)
        change = change_since(follower.seen, context)
        if change is None:
            return
        follower.seen = flags_now(context)
        answer = await self._operations.event(follower.prepared, follower.variables, context, change)
        if follower in self._followers:
            self._metrics.executed(follower.sharing.field)
            self._metrics.delivered(follower.sharing.field, 1)
            follower.sink.next(Told(orjson.dumps(answer.payload), change.cursor))

    def _end(self, follower: FlagFollower, failure: Failure) -> None:
        self.leave(follower)
        follower.sink.end([error_of(failure)])

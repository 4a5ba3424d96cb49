"""A session's Time Crunch state: what is in force, what could be, and what was."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry
from pydantic import TypeAdapter

from db.paging import PageRequest
from domain import access
from domain.access import Scope
from domain.compression.compress import Curve, SessionTimes
from domain.compression.model import Compression, CoreProtection, Options, Segment, minutes_needed
from domain.sessions import CompressionAction, CompressionRecord, Session
from integrations.flags import Flag
from resolvers.arguments import After, Before, First, Last, PlanId, SessionId, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.inputs import TimeCrunchOptionsInput
from resolvers.sight import session_of_plan_in_sight
from resolvers.statuses import CrunchStatus, UnavailableReason
from resolvers.training import SHORTEST_PREVIEW, Training, check_target, training_of

# What ``domain.compression.record`` wrote. It can read it back, too, in thirty times the time.
_STORED = TypeAdapter(Compression)

OptionsArgument = Annotated[
    TimeCrunchOptionsInput | None, strawberry.argument(description="What is asked for beyond the minutes.")
]
TargetMinutes = Annotated[int, strawberry.argument(description="Minutes at hand, 15 to 180.")]


@dataclass(frozen=True, slots=True)
class ShortestSession:
    """Minutes and seconds of the shortest session under one protection of core lifts."""

    core_protection: CoreProtection
    duration_seconds: int

    @property
    def minutes(self) -> int:
        return minutes_needed(self.duration_seconds)


@dataclass(slots=True)
class TimeCrunch:
    """What it takes to work this out is loaded when a field first asks for it, and once."""

    session: Session
    _training: asyncio.Task[Training] | None = field(default=None, repr=False)
    _times: SessionTimes | None = field(default=None, repr=False)

    async def training(self, context: Context) -> Training:
        if self._training is None:
            self._training = asyncio.ensure_future(training_of(context, self.session))
        return await self._training

    async def times(self, context: Context) -> SessionTimes | None:
        """None where there is nothing to do."""
        training = await self.training(context)
        if self._times is None:
            self._times = training.times()
        return self._times


Parent = strawberry.Parent[TimeCrunch]


async def time_crunch_status(info: Info, plan_id: PlanId, session_id: SessionId) -> TimeCrunch:
    _, session = await _session(info.context, plan_id, session_id)
    return TimeCrunch(session)


async def time_crunch_curve(
    info: Info, plan_id: PlanId, session_id: SessionId, options: OptionsArgument = None
) -> Curve:
    _, session = await _session(info.context, plan_id, session_id)
    return await curve(info, TimeCrunch(session), options)


def time_crunch_of_session(parent: strawberry.Parent[Session]) -> TimeCrunch:
    return TimeCrunch(parent)


async def unavailable_reason(info: Info, parent: Parent) -> UnavailableReason | None:
    """The first that applies; flags come first, so that nothing is read for a caller without the feature."""
    context = info.context
    if not (context.flag_on(Flag.TIME_CRUNCH) and context.flag_on(Flag.TIME_CRUNCH_UI)):
        return UnavailableReason.FEATURE_NOT_AVAILABLE
    if not access.may_use(context.caller, Scope.SESSIONS_COMPRESS):
        return UnavailableReason.FORBIDDEN
    if parent.session.completed_at is not None:
        return UnavailableReason.SESSION_COMPLETED
    if not (await parent.training(context)).has_content:
        return UnavailableReason.PLAN_MISSING_CONTENT
    return None


async def is_available(info: Info, parent: Parent) -> bool:
    return await unavailable_reason(info, parent) is None


async def status(info: Info, parent: Parent) -> CrunchStatus:
    if parent.session.is_time_crunch_active:
        return CrunchStatus.COMPRESSED
    newest = await info.context.loaders.history_of_session.load((parent.session.id, PageRequest(first=1)))
    undone = newest.items and newest.items[0].action is not CompressionAction.COMPRESSED
    return CrunchStatus.REVERTED if undone else CrunchStatus.NONE


def can_revert(info: Info, parent: Parent) -> bool:
    may = access.may_use(info.context.caller, Scope.SESSIONS_COMPRESS)
    return may and parent.session.is_time_crunch_active


async def original_minutes(info: Info, parent: Parent) -> int | None:
    times = await parent.times(info.context)
    return None if times is None else minutes_needed(times.original_seconds)


async def current_minutes(info: Info, parent: Parent) -> int | None:
    """As it is to be done now: the compressed session if there is one."""
    active = active_compression(parent.session)
    return await original_minutes(info, parent) if active is None else active.achieved_minutes


async def shortest(info: Info, parent: Parent) -> list[ShortestSession]:
    times = await parent.times(info.context)
    if times is None:
        return []
    return shortest_of(times.shortest_seconds)


def target_minutes(parent: Parent) -> int | None:
    return parent.session.time_crunch_minutes


def applied_at(parent: Parent) -> datetime | None:
    return parent.session.time_crunch_applied_at


def active(parent: Parent) -> Compression | None:
    return active_compression(parent.session)


async def history(
    info: Info,
    parent: Parent,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[CompressionRecord]:
    key = (parent.session.id, page(first, after, last, before))
    return connection_of(await info.context.loaders.history_of_session.load(key))


async def preview(
    info: Info, parent: Parent, target_minutes: TargetMinutes, options: OptionsArgument = None
) -> Compression:
    check_target(target_minutes, SHORTEST_PREVIEW)
    asked = asked_for(options)
    training = await parent.training(info.context)
    return await info.context.services.solver.compress(
        training.prescriptions,
        target_minutes=target_minutes,
        planned_minutes=training.planned_minutes,
        options=asked,
        logs=training.logs,
    )


async def curve(info: Info, parent: Parent, options: OptionsArgument = None) -> Curve:
    asked = asked_for(options)
    training = await parent.training(info.context)
    return await info.context.services.solver.curve(
        training.prescriptions, planned_minutes=training.planned_minutes, options=asked, logs=training.logs
    )


def active_of_session(parent: strawberry.Parent[Session]) -> Compression | None:
    return active_compression(parent)


async def segments_of_session(info: Info, parent: strawberry.Parent[Session]) -> list[Segment]:
    """As the session is to be done now."""
    active = active_compression(parent)
    if active is not None:
        return list(active.segments)
    times = (await training_of(info.context, parent)).times()
    return [] if times is None else list(times.original_segments)


def active_compression(session: Session) -> Compression | None:
    """The stored compression in force, with its types back."""
    plan, diff, summary = session.compressed_plan, session.compression_diff, session.compression_summary
    if not session.is_time_crunch_active or plan is None or diff is None or summary is None:
        return None
    return _STORED.validate_python({**plan, **diff, **summary})


def compression_of_record(parent: strawberry.Parent[CompressionRecord]) -> Compression | None:
    """Of an entry that compressed; an entry that undid one has none."""
    if parent.plan is None or parent.diff is None or parent.summary is None:
        return None
    return _STORED.validate_python({**parent.plan, **parent.diff, **parent.summary})


def shortest_of(seconds: Mapping[CoreProtection, int]) -> list[ShortestSession]:
    """In the order of the levels: JSON in the database keeps none of its own."""
    return [ShortestSession(level, seconds[level]) for level in CoreProtection if level in seconds]


def asked_for(options: TimeCrunchOptionsInput | None) -> Options:
    return Options() if options is None else options.options()


async def _session(context: Context, plan_id: str, session_id: str) -> tuple[object, Session]:
    plan = uuid_of(Kind.PLAN, plan_id)
    return await session_of_plan_in_sight(context, plan, uuid_of(Kind.SESSION, session_id))

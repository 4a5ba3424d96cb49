"""Training sessions: reading them by every path, and logging that one was done."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import strawberry
from pydantic import TypeAdapter

from db import sessions as stored
from db.database import Transaction
from db.plans import plan_facts_by_id
from db.training_done import note_session
from domain.access import Sight
from domain.compression.timing import modelled_seconds
from domain.errors import InvalidInput, Issue, PlanMissingContent
from domain.plans import Microcycle, Plan
from domain.sessions import CompressionRecord, LoggedDuration, Prescription, Session
from resolvers.context import Info
from resolvers.ids import Kind, uuid_of
from resolvers.inputs import LogSessionInput, fingerprinted
from resolvers.once import once
from resolvers.outlines import SessionOutline
from resolvers.running import actor_of
from resolvers.sight import NOBODY, granted, session_in_sight, sight_of
from resolvers.time_crunch import active_compression
from resolvers.training import Training, training_in
from resolvers.training_log import event_of

CLOCKS_DIFFER = timedelta(minutes=5)
LONGEST_MINUTES, HIGHEST_RPE = 600, 10.0
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LogAnswer:
    session: Session


_ANSWER = TypeAdapter(LogAnswer)


async def session(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Global id of the session.")]
) -> Session:
    return await session_in_sight(info.context, uuid_of(Kind.SESSION, id))


async def prescriptions_of_session(info: Info, parent: strawberry.Parent[Session]) -> list[Prescription]:
    return list(await info.context.loaders.prescriptions_of_session.load(parent.id))


async def plan_of_session(info: Info, parent: strawberry.Parent[Session]) -> Plan | None:
    return await info.context.loaders.plan.load(parent.plan_id)


async def microcycle_of_session(info: Info, parent: strawberry.Parent[Session]) -> Microcycle | None:
    return await info.context.loaders.microcycle.load(parent.microcycle_id)


async def session_of_prescription(info: Info, parent: strawberry.Parent[Prescription]) -> Session | None:
    return await info.context.loaders.session.load(parent.session_id)


async def session_of_record(info: Info, parent: strawberry.Parent[CompressionRecord]) -> Session | None:
    return await info.context.loaders.session.load(parent.session_id)


def compressed_plan(parent: strawberry.Parent[Session]) -> SessionOutline | None:
    active = active_compression(parent)
    return None if active is None else SessionOutline(active.compressed_seconds, active.segments)


async def log_session(info: Info, input: LogSessionInput) -> LogAnswer:
    """What the athlete's pace is learned from: minutes really taken, against the model of what was done."""
    context = info.context
    session_id = uuid_of(Kind.SESSION, input.session_id)
    completed_at = _checked(input, context.services.clock())

    async def work(tx: Transaction) -> LogAnswer:
        found = (await stored.sessions_by_id(tx.db_session, [session_id])).get(session_id)
        plan_id = NOBODY if found is None else found.plan_id
        facts = (await plan_facts_by_id(tx.db_session, [plan_id])).get(plan_id)
        granted(found, sight_of(context.caller, facts), Kind.SESSION, session_id)
        locked = await stored.session_for_update(tx.db_session, plan_id, session_id)
        session = granted(locked, Sight.FULL, Kind.SESSION, session_id)
        athlete_id = NOBODY if facts is None else facts.owner_id
        training = await training_in(tx.db_session, session, athlete_id)
        log = LoggedDuration(
            session.id, athlete_id, input.actual_minutes, _modelled(session, training), completed_at
        )
        logged = await stored.insert_log(tx.db_session, log, session_rpe=input.session_rpe)
        counted = await note_session(tx.db_session, log, input.session_rpe, tx.now, by=actor_of(context))
        if counted is not None:
            tx.record(event_of(counted))
        return LogAnswer(logged)

    answer = await once(context, "logSession", input.idempotency_key, fingerprinted(input), work, _ANSWER)
    return answer.value


def _modelled(session: Session, training: Training) -> float:
    """Seconds at pace 1 of the session as it was to be done: of the compressed one, if there is one."""
    content = [each for each in training.prescriptions if each.working_sets]
    if not content:
        raise PlanMissingContent
    active = active_compression(session)
    if active is None:
        return modelled_seconds(content)
    return active.compressed_seconds / active.pace.factor


def _checked(input: LogSessionInput, now: datetime) -> datetime:
    """When the session was done, in UTC."""
    issues: list[Issue] = []
    if not 1 <= input.actual_minutes <= LONGEST_MINUTES:
        issues.append(Issue(("actualMinutes",), f"A session takes 1 to {LONGEST_MINUTES} minutes."))
    rpe = input.session_rpe
    if rpe is not None and not (math.isfinite(rpe) and 0 <= rpe <= HIGHEST_RPE):
        issues.append(Issue(("sessionRpe",), f"A session's RPE is from 0 to {HIGHEST_RPE:g}."))
    completed_at = input.completed_at or now
    if completed_at.tzinfo is None:
        issues.append(Issue(("completedAt",), "Give the time with its zone, as in 2026-11-20T18:30:00Z."))
    elif not EARLIEST <= completed_at <= now + CLOCKS_DIFFER:
        issues.append(Issue(("completedAt",), "A session is logged after it was done, not before."))
    if issues:
        raise InvalidInput(tuple(issues))
    return completed_at.astimezone(UTC)

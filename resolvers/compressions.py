"""Compressing a session and putting it back: the two changes of Time Crunch Mode."""

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass

from pydantic import TypeAdapter

from db import compressions as stored
from db.compressions import Cause, Outcome
from db.database import Transaction
from db.plans import plan_facts_by_id
from db.sessions import session_for_update
from domain.access import PlanFacts
from domain.compression.model import Compression, Options
from domain.compression.record import diff_of, plan_of, summary_of
from domain.errors import Conflict, DomainError, NotFound
from domain.events import SessionCompressed, SessionCompressionReverted
from domain.sessions import CompressionAction, CompressionRecord, Session
from integrations.flags import Flag
from integrations.metrics import CompressResult
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.inputs import CompressSessionInput, RevertCompressionInput, fingerprinted, reason_of
from resolvers.once import once
from resolvers.sight import refuse_unless_seen, session_of_plan_in_sight, sight_of
from resolvers.statuses import CompressStatus
from resolvers.telling import CompressTold
from resolvers.time_crunch import asked_for
from resolvers.training import SHORTEST_COMPRESS, check_target, training_in, training_of


@dataclass(frozen=True, slots=True)
class CompressAnswer:
    """The session as the answer left it; ``entry`` is what was added to its history, if anything was."""

    status: CompressStatus
    target_minutes: int
    session: Session
    compression: Compression | None
    entry: CompressionRecord | None


@dataclass(frozen=True, slots=True)
class RevertAnswer:
    session: Session
    entry: CompressionRecord


_COMPRESS_ANSWER = TypeAdapter(CompressAnswer)
_REVERT_ANSWER = TypeAdapter(RevertAnswer)


async def compress_session(info: Info, input: CompressSessionInput) -> CompressAnswer:
    """After it the session is what the answer says.

    ``unchanged`` therefore takes an earlier compression off: who has more time today, or asks for what the
    rules do not let go, trains as planned. ``disabled`` takes it off, too: with the feature switched off
    nobody is left with half a session that nothing can undo.
    """
    context = info.context
    told = CompressTold(context, input.plan_id, input.session_id, input.source, input.target_minutes)
    told.requested()
    try:
        answer = await _compress(context, input, told)
    except Exception as error:
        told.failed(error)
        raise
    told.answered(CompressResult(answer.status.value))
    return answer


async def revert_compression(info: Info, input: RevertCompressionInput) -> RevertAnswer:
    """Open with the flag off, too: the way back is never closed."""
    context = info.context
    reason = reason_of(input.reason)

    async def work(tx: Transaction) -> RevertAnswer:
        session, facts = await _session_to_change(context, tx, input)
        cause = _cause(context, tx, input, reason)
        return RevertAnswer(*await _take_off(tx, session, facts, CompressionAction.REVERTED, cause))

    async with context.services.turns.at(_turn_of(context, input)):
        answer = await once(
            context, "revertCompression", input.idempotency_key, fingerprinted(input), work, _REVERT_ANSWER
        )
    return answer.value


async def _compress(context: Context, input: CompressSessionInput, told: CompressTold) -> CompressAnswer:
    check_target(input.target_minutes, SHORTEST_COMPRESS)
    reason = reason_of(input.reason)
    options = asked_for(input.options)
    if context.flag_on(Flag.TIME_CRUNCH):
        await _prepare(context, input, options)

    async def work(tx: Transaction) -> CompressAnswer:
        session, facts = await _session_to_change(context, tx, input)
        cause = _cause(context, tx, input, reason)
        if not context.flag_on(Flag.TIME_CRUNCH):
            tx.after_commit(told.switched_off)
            return await _switched_off(tx, session, facts, input.target_minutes, cause)
        compression = await _worked_out(context, tx, session, facts, input.target_minutes, options)
        tx.after_commit(lambda: told.stored(compression))
        if not compression.changed:
            return await _unchanged(tx, session, facts, compression, cause)
        return await _put_on(tx, session, facts, compression, cause)

    async with context.services.turns.at(_turn_of(context, input)):
        answer = await once(
            context, "compressSession", input.idempotency_key, fingerprinted(input), work, _COMPRESS_ANSWER
        )
    return answer.value


async def _prepare(context: Context, input: CompressSessionInput, options: Options) -> None:
    """Work it out before the session is locked: under the lock it is then only looked up.

    Callers who compress one session at once would otherwise wait for each other's computing, and hold a
    connection for as long. What is refused here is refused again where it counts.
    """
    with suppress(DomainError):
        plan_id, session_id = uuid_of(Kind.PLAN, input.plan_id), uuid_of(Kind.SESSION, input.session_id)
        _, session = await session_of_plan_in_sight(context, plan_id, session_id)
        training = await training_of(context, session)
        await context.services.solver.prepare(
            training.prescriptions,
            target_minutes=input.target_minutes,
            planned_minutes=training.planned_minutes,
            options=options,
            logs=training.logs,
        )


async def _session_to_change(
    context: Context, tx: Transaction, input: CompressSessionInput | RevertCompressionInput
) -> tuple[Session, PlanFacts]:
    """Locked until the transaction ends, if the caller sees it: a stranger's request locks nothing."""
    plan_id = uuid_of(Kind.PLAN, input.plan_id)
    facts = (await plan_facts_by_id(tx.db_session, [plan_id])).get(plan_id)
    refuse_unless_seen(sight_of(context.caller, facts), Kind.PLAN, plan_id)
    session_id = uuid_of(Kind.SESSION, input.session_id)
    session = await session_for_update(tx.db_session, plan_id, session_id)
    if session is None or facts is None:
        raise NotFound(Kind.SESSION.word, input.session_id)
    if input.expected_version not in (None, session.version):
        raise Conflict("Somebody else changed this session first: read it again.", session.version)
    return session, facts


async def _worked_out(
    context: Context,
    tx: Transaction,
    session: Session,
    facts: PlanFacts,
    target_minutes: int,
    options: Options,
) -> Compression:
    training = await training_in(tx.db_session, session, facts.owner_id)
    return await context.services.solver.compress(
        training.prescriptions,
        target_minutes=target_minutes,
        planned_minutes=training.planned_minutes,
        options=options,
        logs=training.logs,
    )


async def _switched_off(
    tx: Transaction, session: Session, facts: PlanFacts, target_minutes: int, cause: Cause
) -> CompressAnswer:
    entry = None
    if session.is_time_crunch_active:
        session, entry = await _take_off(tx, session, facts, CompressionAction.RESET, cause)
    return CompressAnswer(CompressStatus.DISABLED, target_minutes, session, None, entry)


async def _unchanged(
    tx: Transaction, session: Session, facts: PlanFacts, compression: Compression, cause: Cause
) -> CompressAnswer:
    """A person asked for it, so what takes an earlier compression off is a revert and no reset."""
    entry = None
    if session.is_time_crunch_active:
        session, entry = await _take_off(tx, session, facts, CompressionAction.REVERTED, cause)
    return CompressAnswer(CompressStatus.UNCHANGED, compression.target_minutes, session, compression, entry)


async def _put_on(
    tx: Transaction, session: Session, facts: PlanFacts, compression: Compression, cause: Cause
) -> CompressAnswer:
    outcome = Outcome(
        target_minutes=compression.target_minutes,
        achieved_minutes=compression.achieved_minutes,
        model_version=compression.model_version,
        plan=plan_of(compression),
        diff=diff_of(compression),
        summary=summary_of(compression),
    )
    after, entry = await stored.save_compression(tx.db_session, session, outcome, cause)
    tx.record(
        SessionCompressed(
            aggregate_id=after.id,
            version=after.version,
            organization_id=facts.organization_id,
            plan_id=after.plan_id,
            athlete_id=facts.owner_id,
            compression_id=entry.id,
            target_minutes=compression.target_minutes,
            achieved_minutes=compression.achieved_minutes,
            total_minutes_saved=compression.minutes_saved,
            source=cause.source.value,
        )
    )
    return CompressAnswer(CompressStatus.COMPRESSED, compression.target_minutes, after, compression, entry)


async def _take_off(
    tx: Transaction, session: Session, facts: PlanFacts, action: CompressionAction, cause: Cause
) -> tuple[Session, CompressionRecord]:
    after, entry = await stored.clear_compression(tx.db_session, session, action, cause)
    tx.record(
        SessionCompressionReverted(
            aggregate_id=after.id,
            version=after.version,
            organization_id=facts.organization_id,
            plan_id=after.plan_id,
            athlete_id=facts.owner_id,
            compression_id=entry.id,
            reset=action is CompressionAction.RESET,
        )
    )
    return after, entry


def _turn_of(context: Context, input: CompressSessionInput | RevertCompressionInput) -> Hashable:
    """Apart for each organization: how long a stranger waits tells nothing of other people's sessions."""
    return context.caller.organization_id, input.session_id


def _cause(
    context: Context,
    tx: Transaction,
    input: CompressSessionInput | RevertCompressionInput,
    reason: str | None,
) -> Cause:
    caller = context.caller
    return Cause(caller.id, caller.display_name, tx.now, input.source, reason)

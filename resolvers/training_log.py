"""The log of what players did: to be added to, corrected and withdrawn from, with what was there before."""

import dataclasses
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid4

import strawberry
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from db import training_log as stored
from db.assignments import assignments_by_id
from db.database import Transaction
from db.teams import played_team_ids_of_people
from db.training_done import count_once
from domain.completions import occurrence_for
from domain.errors import Conflict, InvalidInput
from domain.events import TrainingCorrected, TrainingLogged, TrainingWithdrawn
from domain.people import Person, Team
from domain.training_log import (
    Report,
    Training,
    TrainingEntry,
    TrainingSource,
    TrainingVersion,
    check_day_has_room,
    check_not_withdrawn,
    report_of,
    training_of,
)
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.inputs import fingerprinted, reason_of
from resolvers.once import once
from resolvers.reporting import may_read_reports, player_id_of, player_to_report_of, sight_of_reports
from resolvers.running import actor_of
from resolvers.sight import NOBODY, granted
from resolvers.training_inputs import CorrectTrainingInput, LogTrainingInput, WithdrawTrainingInput

REPORTED = tuple(each.name for each in dataclasses.fields(Report))
LOAD_MAY_COME_LATER = (TrainingSource.PLAN_SESSION, TrainingSource.COMPLETION, TrainingSource.FIT)

FirstDay = Annotated[
    date | None, strawberry.argument(description="First day; from the beginning unless given.")
]
LastDay = Annotated[
    date | None, strawberry.argument(description="Last day, inclusive; to the end unless given.")
]


@dataclass(frozen=True, slots=True)
class TrainingAnswer:
    """The entry as the answer left it."""

    training: TrainingEntry


_ANSWER = TypeAdapter(TrainingAnswer)


async def log_training(info: Info, input: LogTrainingInput) -> TrainingAnswer:
    context = info.context
    player_id = player_id_of(context, input.player_id)
    team_id = None if input.team_id is None else uuid_of(Kind.TEAM, input.team_id)
    assignment_id = (
        None if input.assignment_id is None else uuid_of(Kind.WORKOUT_ASSIGNMENT, input.assignment_id)
    )

    async def work(tx: Transaction) -> TrainingAnswer:
        player = await player_to_report_of(context, tx.db_session, player_id)
        await check_plays_in(tx.db_session, player, team_id)
        training = training_of(_report(input, tx), player.time_zone, tx.now)
        await _check_room(tx.db_session, player.id, training.day)
        entry = entry_from(context, tx, player, training, TrainingSource.MANUAL, team_id)
        if assignment_id is not None:
            entry = await _of_assignment(tx.db_session, entry, assignment_id)
        counted = await count_once(tx.db_session, entry)
        if counted is None:
            raise Conflict("This assigned training is in the log with its load already: correct it there.")
        tx.record(event_of(counted))
        return TrainingAnswer(counted)

    answer = await once(context, "logTraining", input.idempotency_key, fingerprinted(input), work, _ANSWER)
    return answer.value


async def correct_training(info: Info, input: CorrectTrainingInput) -> TrainingAnswer:
    context = info.context
    reason = reason_of(input.reason)

    async def work(tx: Transaction) -> TrainingAnswer:
        before, player = await _entry_to_change(context, tx, input.training_id, input.expected_version)
        report = _corrected(report_of(before), input)
        needs_load = before.source not in LOAD_MAY_COME_LATER
        training = training_of(report, player.time_zone, tx.now, needs_load=needs_load)
        if training.day != before.day:
            await _check_room(tx.db_session, player.id, training.day, but=before.id)
        changed = replace(before, **_values(training))
        if changed == before:
            return TrainingAnswer(before)
        after = await stored.replace_entry(tx.db_session, _signed(context, tx, changed, reason))
        tx.record(corrected(before, after))
        return TrainingAnswer(after)

    return await context.unit_of_work(work)


async def withdraw_training(info: Info, input: WithdrawTrainingInput) -> TrainingAnswer:
    context = info.context
    reason = reason_of(input.reason)

    async def work(tx: Transaction) -> TrainingAnswer:
        before, _ = await _entry_to_change(context, tx, input.training_id, input.expected_version)
        gone = replace(_signed(context, tx, before, reason), withdrawn_at=tx.now)
        after = await stored.replace_entry(tx.db_session, gone)
        tx.record(
            TrainingWithdrawn(
                aggregate_id=after.id,
                version=after.version,
                organization_id=after.organization_id,
                player_id=after.player_id,
                day=after.day,
            )
        )
        return TrainingAnswer(after)

    return await context.unit_of_work(work)


async def training_log_of_player(
    info: Info,
    parent: strawberry.Parent[Person],
    first_day: FirstDay = None,
    last_day: LastDay = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[TrainingEntry] | None:
    """None for who may know the player, but not what they did."""
    if not await may_read_reports(info.context, parent):
        return None
    key = (parent.id, page(first, after, last, before), first_day or date.min, last_day or date.max)
    return connection_of(await info.context.loaders.training.log_of_player.load(key))


async def versions_of_training(info: Info, parent: strawberry.Parent[TrainingEntry]) -> list[TrainingVersion]:
    return list(await info.context.loaders.training.versions_of_entry.load(parent.id))


async def player_of_report(info: Info, parent: strawberry.Parent[Any]) -> Person | None:
    """Who sees the report sees whose it is."""
    return await info.context.loaders.person.load(parent.player_id)


async def team_of_training(info: Info, parent: strawberry.Parent[TrainingEntry]) -> Team | None:
    return None if parent.team_id is None else await info.context.loaders.team.load(parent.team_id)


async def training_in_sight(context: Context, entry_id: UUID) -> TrainingEntry:
    found = await context.loaders.training.entry.load(entry_id)
    sight = await sight_of_reports(context, NOBODY if found is None else found.player_id)
    return granted(found, sight, Kind.TRAINING_ENTRY, entry_id)


def entry_from(
    context: Context,
    tx: Transaction,
    player: Person,
    training: Training,
    source: TrainingSource,
    team_id: UUID | None,
) -> TrainingEntry:
    """A new entry, reported by the caller."""
    actor = actor_of(context)
    return TrainingEntry(
        **_values(training),
        id=uuid4(),
        organization_id=player.organization_id,
        player_id=player.id,
        team_id=team_id,
        source=source,
        version=1,
        recorded_at=tx.now,
        actor_id=actor.id,
        actor_name=actor.name,
    )


def event_of(entry: TrainingEntry) -> TrainingLogged | TrainingCorrected:
    """Of an entry that was counted: it is new, or the load of one that stood there has become known."""
    if entry.version > 1:
        return corrected(entry, entry)
    return TrainingLogged(
        aggregate_id=entry.id,
        version=entry.version,
        organization_id=entry.organization_id,
        player_id=entry.player_id,
        day=entry.day,
        load_au=entry.load_au,
    )


def corrected(before: TrainingEntry, after: TrainingEntry) -> TrainingCorrected:
    return TrainingCorrected(
        aggregate_id=after.id,
        version=after.version,
        organization_id=after.organization_id,
        player_id=after.player_id,
        day=after.day,
        previous_day=before.day,
        load_au=after.load_au,
    )


async def check_plays_in(db_session: AsyncSession, player: Person, team_id: UUID | None) -> None:
    """The same words for a team of somebody else's and for one that is not there."""
    if team_id is None:
        return
    plays_in = await played_team_ids_of_people(db_session, [player.id])
    if team_id not in plays_in[player.id]:
        raise InvalidInput.of("teamId", "This is not a team that the player plays in.")


async def _entry_to_change(
    context: Context, tx: Transaction, training_id: str, expected_version: int
) -> tuple[TrainingEntry, Person]:
    """The entry as it stands with its player locked."""
    entry_id = uuid_of(Kind.TRAINING_ENTRY, training_id)
    found = (await stored.entries_by_id(tx.db_session, [entry_id])).get(entry_id)
    player = await player_to_report_of(
        context,
        tx.db_session,
        NOBODY if found is None else found.player_id,
        named=(Kind.TRAINING_ENTRY, entry_id),
    )
    entry = (await stored.entries_by_id(tx.db_session, [entry_id]))[entry_id]
    if entry.version != expected_version:
        raise Conflict("Somebody changed it since you read it.", entry.version)
    check_not_withdrawn(entry)
    return entry, player


async def _of_assignment(
    db_session: AsyncSession, entry: TrainingEntry, assignment_id: UUID
) -> TrainingEntry:
    found = (await assignments_by_id(db_session, [assignment_id])).get(assignment_id)
    if found is None or found.player_id != entry.player_id:
        raise InvalidInput.of("assignmentId", "This is not an assignment of the player.")
    return replace(
        entry,
        team_id=found.team_id,
        assignment_id=found.id,
        occurrence_on=occurrence_for(found, entry.day, ()),
    )


async def _check_room(
    db_session: AsyncSession, player_id: UUID, day: date, *, but: UUID | None = None
) -> None:
    counts = await stored.count_on_days(db_session, [player_id], [day], but=but)
    check_day_has_room(counts[player_id, day] + 1, day)


def _report(input: LogTrainingInput, tx: Transaction) -> Report:
    report = Report(**{each: getattr(input, each) for each in REPORTED})
    return replace(report, occurred_at=tx.now) if report.day is None is report.occurred_at else report


def _corrected(report: Report, input: CorrectTrainingInput) -> Report:
    """A day or a time that is given alone takes the other with it: the one that stood belonged to the old."""
    given = {each: getattr(input, each) for each in REPORTED if getattr(input, each) is not strawberry.UNSET}
    if given.get("kind", report.kind) is None:
        raise InvalidInput.of("kind", "It is either a training or a game.")
    if "day" in given and "occurred_at" not in given and given["day"] != report.day:
        given["occurred_at"] = None
    if given.get("occurred_at") is not None and "day" not in given:
        given["day"] = None
    return replace(report, **given)


def _signed(context: Context, tx: Transaction, entry: TrainingEntry, reason: str | None) -> TrainingEntry:
    actor = actor_of(context)
    return replace(entry, recorded_at=tx.now, actor_id=actor.id, actor_name=actor.name, reason=reason)


def _values(training: Training) -> dict[str, Any]:
    return {each.name: getattr(training, each.name) for each in dataclasses.fields(Training)}

"""Training from files: all of it is stored or nothing, and what is in the log already is left as it is."""

import asyncio
import base64
import binascii
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from db import training_log as stored
from db.database import Transaction
from db.people import lock_people
from db.roster import reportable_players
from domain.errors import ImportRefused, InvalidInput, Issue
from domain.events import TrainingImported
from domain.import_problems import Findings, Unreadable
from domain.log_import import LogLine, PlayerName
from domain.log_settling import Defaults, Roster, Settled, described, settle
from domain.people import Person
from domain.training_log import HIGHEST_RPE, MOST_A_DAY, TrainingSource
from integrations.log_files import MOST_BYTES, LogFormat, read_log, too_large
from resolvers.context import Context, Info
from resolvers.ids import Kind, as_uuid, uuid_of, uuid_or_none
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.reporting import player_to_report_of
from resolvers.training_inputs import ImportTrainingInput
from resolvers.training_log import check_plays_in, entry_from

STORING_SECONDS = 8.0
"""A season of a team is thousands of rows."""


@dataclass(frozen=True, slots=True)
class ImportedTraining:
    """``entry_count`` were stored, or would be; ``known_count`` were in the log already."""

    dry_run: bool
    entry_count: int
    known_count: int
    first_day: date | None
    last_day: date | None
    would_make: tuple[str, ...]
    warnings: tuple[str, ...]


async def import_training(info: Info, input: ImportTrainingInput) -> ImportedTraining:
    return await import_file(info.context, input, _bytes_of(input))


async def import_file(
    context: Context, input: ImportTrainingInput, data: bytes, *, most_bytes: int = MOST_BYTES
) -> ImportedTraining:
    """``data`` are what the document of the input holds."""
    _check(input)
    findings = Findings()
    try:
        lines = await asyncio.to_thread(read_log, input.format, data, findings, most_bytes=most_bytes)
    except Unreadable as unreadable:
        raise ImportRefused((Issue(unreadable.place, unreadable.message),)) from None
    team_id = None if input.team_id is None else uuid_of(Kind.TEAM, input.team_id)

    async def work(tx: Transaction) -> ImportedTraining:
        found = Findings(list(findings.problems), list(findings.warnings), findings.is_full)
        roster = await _roster(context, tx, input, lines, team_id)
        defaults = Defaults(input.kind, input.session_rpe, input.format is LogFormat.FIT)
        settled = await asyncio.to_thread(settle, lines, roster, defaults, tx.now, found)
        player_ids = sorted({each.player.id for each in settled})
        await lock_people(tx.db_session, player_ids)
        known = await stored.known_keys(tx.db_session, player_ids, [each.key for each in settled])
        new = [each for each in settled if each.key not in known]
        await _check_room(tx, new, found)
        if problems := found.all_problems():
            raise ImportRefused(problems)
        if not input.dry_run:
            await _store(context, tx, new, TrainingSource(input.format.value), team_id)
        days = [each.training.day for each in new]
        return ImportedTraining(
            dry_run=input.dry_run,
            entry_count=len(new),
            known_count=len(settled) - len(new),
            first_day=min(days, default=None),
            last_day=max(days, default=None),
            would_make=tuple(described(new)),
            warnings=tuple(found.warnings),
        )

    answer = await once(
        context,
        "importTraining",
        input.idempotency_key,
        fingerprinted(input),
        work,
        TypeAdapter(ImportedTraining),
        deadline_seconds=STORING_SECONDS,
    )
    return answer.value


def _check(input: ImportTrainingInput) -> None:
    rpe = input.session_rpe
    if rpe is not None and not (math.isfinite(rpe) and 0 <= rpe <= HIGHEST_RPE):
        raise InvalidInput.of("sessionRpe", f"A session's RPE is from 0 to {HIGHEST_RPE:g}.")


def _bytes_of(input: ImportTrainingInput) -> bytes:
    if input.format is LogFormat.CSV:
        return input.document.encode("utf-8", errors="replace")
    if len(input.document) > MOST_BYTES * 4 // 3 + 4:
        raise InvalidInput.of("document", too_large(len(input.document) * 3 // 4))
    try:
        return base64.b64decode("".join(input.document.split()), validate=True)
    except (ValueError, binascii.Error):
        raise InvalidInput.of("document", f"A {input.format} file is to be sent in base64.") from None


async def _roster(
    context: Context,
    tx: Transaction,
    input: ImportTrainingInput,
    lines: Sequence[LogLine],
    team_id: UUID | None,
) -> Roster:
    """Whoever is not the caller's to report of is not in it, exactly as if there were no such player."""
    written = {each.player for each in lines if each.player is not None}
    asked = {each: key for each in written if (key := _as_stored(each)) is not None}
    found = await reportable_players(tx.db_session, context.caller, set(asked.values()), team_id)
    by_name = {name: found[key] for name, key in asked.items() if key in found}
    whose = None
    if input.player_id is not None:
        whose = await player_to_report_of(context, tx.db_session, uuid_of(Kind.PLAYER, input.player_id))
    elif context.caller.id is not None and any(each.player is None for each in lines):
        whose = await player_to_report_of(context, tx.db_session, context.caller.id)
    if whose is not None:
        await check_plays_in(tx.db_session, whose, team_id)
    return Roster(by_name, whose)


def _as_stored(name: PlayerName) -> PlayerName | None:
    """An id may be the API's or the database's own; None for what is neither."""
    if name.by != "player_id":
        return name
    key = uuid_or_none(Kind.PLAYER, name.text) or as_uuid(name.text.lower())
    return None if key is None else replace(name, text=str(key))


async def _check_room(tx: Transaction, new: Sequence[Settled], found: Findings) -> None:
    added = Counter((each.player.id, each.training.day) for each in new)
    there = await stored.count_on_days(
        tx.db_session, {player_id for player_id, _ in added}, {day for _, day in added}
    )
    names = {each.player.id: each.player.display_name for each in new}
    for (player_id, day), count in sorted(added.items()):
        total = count + there[player_id, day]
        if total > MOST_A_DAY:
            found.problem(
                (names[player_id],),
                f"{day} would have {total} sessions; {MOST_A_DAY} is the most in a day.",
            )


async def _store(
    context: Context, tx: Transaction, new: Sequence[Settled], source: TrainingSource, team_id: UUID | None
) -> None:
    entries = [entry_from(context, tx, each.player, each.training, source, team_id) for each in new]
    keys = {entry.id: each.key for entry, each in zip(entries, new, strict=True)}
    await stored.insert_entries(tx.db_session, entries, keys)
    days: dict[UUID, list[date]] = defaultdict(list)
    players: dict[UUID, Person] = {}
    for each in new:
        days[each.player.id].append(each.training.day)
        players[each.player.id] = each.player
    for player_id in sorted(days):
        tx.record(
            TrainingImported(
                aggregate_id=uuid4(),
                version=1,
                organization_id=players[player_id].organization_id,
                player_id=player_id,
                first_day=min(days[player_id]),
                last_day=max(days[player_id]),
                entry_count=len(days[player_id]),
            )
        )

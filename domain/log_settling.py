"""From lines of a file to trainings of players: whose each is, what it comes to, and whether it is known."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.days import instant_of
from domain.import_problems import Findings, shown
from domain.log_import import LogLine, PlayerName
from domain.people import Person
from domain.training_log import Report, Training, TrainingKind, issues_of, training_of

COLUMN_OF_FIELD = {
    "day": "date",
    "occurredAt": "date",
    "sessionRpe": "rpe",
    "loadAu": "load",
    "averageBpm": "average_hr",
    "maximumBpm": "maximum_hr",
}


@dataclass(frozen=True, slots=True)
class Roster:
    """The players that the caller may report of, by how a file may name them; ``whose`` is for no name."""

    by_name: Mapping[PlayerName, Sequence[Person]]
    whose: Person | None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What counts where a file does not say.

    ``is_of_device``: a watch need not know how hard it was, and an RPE counts more than the watch's own load.
    """

    kind: TrainingKind = TrainingKind.TRAINING
    session_rpe: float | None = None
    is_of_device: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """``key`` tells the training from every other, in whatever format it comes."""

    player: Person
    training: Training
    key: bytes


def settle(
    lines: Sequence[LogLine], roster: Roster, defaults: Defaults, now: datetime, findings: Findings
) -> list[Settled]:
    """Each line that is sound; what is not goes to ``findings``, with its row."""
    settled = []
    flawed = {each.path[:1] for each in findings.problems}  # rows of which something could not be read
    nth: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        player = _player(line, roster, findings)
        if player is None or line.place in flawed:
            continue
        report = _report(line, player, defaults)
        issues = issues_of(report, player.time_zone, now, needs_load=not defaults.is_of_device)
        for issue in issues:
            field = issue.path[0]
            findings.problem((*line.place, COLUMN_OF_FIELD.get(field, field)), issue.message)
        if issues:
            continue
        training = training_of(report, player.time_zone, now, needs_load=not defaults.is_of_device)
        content = _content(player.id, training)
        settled.append(Settled(player, training, _key(content, nth[content])))
        nth[content] += 1
    return settled


def described(settled: Sequence[Settled]) -> list[str]:
    """One line for each player, by name: how many, from when to when, and what they come to."""
    by_player: dict[UUID, list[Settled]] = defaultdict(list)
    for each in settled:
        by_player[each.player.id].append(each)
    groups = sorted(by_player.values(), key=lambda group: (group[0].player.display_name, group[0].player.id))
    return [_described(group) for group in groups]


def _described(group: Sequence[Settled]) -> str:
    trainings = [each.training for each in group]
    days = sorted(each.day for each in trainings)
    load = sum(each.load_au or 0 for each in trainings)
    unknown = sum(each.load_au is None for each in trainings)
    without = f", {unknown} of them without a load" if unknown else ""
    span = f"{days[0]}" if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return f"{group[0].player.display_name}: {len(group)} from {span}, {load:,.0f} AU{without}"


def _player(line: LogLine, roster: Roster, findings: Findings) -> Person | None:
    if line.player is None:
        if roster.whose is None:
            findings.problem(line.place, "Name the player: a column email, player_id or player.")
        return roster.whose
    found = roster.by_name.get(line.player, ())
    place = (*line.place, line.player.by)
    if not found:
        findings.problem(place, f"{shown(line.player.text)} is no player that you may report of.")
    elif len(found) > 1:
        findings.problem(
            place, f"{shown(line.player.text)} are {len(found)} players; use email or player_id."
        )
    return found[0] if len(found) == 1 else None


def _report(line: LogLine, player: Person, defaults: Defaults) -> Report:
    """A time without a zone is that of the player's clock."""
    day, at = line.day, line.at
    if isinstance(at, datetime):
        day = None
    elif at is not None and day is not None:
        at = instant_of(day, at, player.time_zone)
    rpe = line.session_rpe if line.session_rpe is not None else defaults.session_rpe
    return Report(
        day=day,
        occurred_at=at if isinstance(at, datetime) else None,
        kind=line.kind or defaults.kind,
        minutes=line.minutes,
        session_rpe=rpe,
        load_au=None if defaults.is_of_device and rpe is not None else line.load_au,
        average_bpm=line.average_bpm,
        maximum_bpm=line.maximum_bpm,
        note=line.note,
    )


def _content(player_id: UUID, training: Training) -> tuple[object, ...]:
    """A start and a length are enough; without a start, all that is said of it is needed."""
    if training.occurred_at is not None:
        return (str(player_id), training.occurred_at.isoformat(timespec="seconds"), training.minutes)
    return (
        str(player_id),
        str(training.day),
        training.kind.value,
        training.minutes,
        training.session_rpe,
        training.load_au,
    )


def _key(content: tuple[object, ...], nth: int) -> bytes:
    """Two rows that say the same are two trainings: the first and the second of their kind."""
    return hashlib.sha256(json.dumps([*content, nth]).encode()).digest()

"""Training from a table, one row each: rows of cells to lines that name a player and say what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from domain.import_fields import EARLIEST_YEAR, LATEST_YEAR, Node, plain_text
from domain.import_problems import Findings, Place, Unreadable, shown
from domain.import_vocabulary import nearest_name, squashed, vocabulary
from domain.log_dates import day_in, time_in
from domain.plan_table import Cell, Row, check_width, is_filled
from domain.training_log import (
    HIGHEST_BPM,
    HIGHEST_RPE,
    LARGEST_LOAD_AU,
    LONGEST_MINUTES,
    LONGEST_NOTE,
    LOWEST_BPM,
    TrainingKind,
)

MOST_LINES = 5000
COLUMNS = vocabulary(
    {
        "player_id": "athlete id,id",
        "email": "e-mail,mail,e mail address",
        "player": "name,athlete,player name,athlete name",
        "date": "day,session date,training date",
        "time": "start,start time,time of day",
        "kind": "type,training or game",
        "minutes": "min,duration,duration min,session duration,length",
        "rpe": "session rpe,srpe,s-rpe,cr10,cr-10,rpe cr10",
        "load": "load au,au,training load,session load",
        "average_hr": "avg hr,average heart rate,mean hr,hr avg",
        "maximum_hr": "max hr,maximum heart rate,peak hr,hr max",
        "note": "notes,comment,comments,remarks",
    }
)
NAMES_A_PLAYER = ("player_id", "email", "player")
KINDS: Mapping[str, TrainingKind] = {
    "practice": TrainingKind.TRAINING,
    "session": TrainingKind.TRAINING,
    "match": TrainingKind.GAME,
    "competition": TrainingKind.GAME,
}


@dataclass(frozen=True, slots=True)
class PlayerName:
    """``by`` is one of ``NAMES_A_PLAYER``; but for an id, ``text`` is lower case with single spaces."""

    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A training in a file. ``at`` is a moment, or a time of the player's clock on ``day``, or not known."""

    place: Place
    player: PlayerName | None
    day: date | None
    at: datetime | time | None
    kind: TrainingKind | None
    minutes: int | None
    session_rpe: float | None
    load_au: float | None
    average_bpm: int | None = None
    maximum_bpm: int | None = None
    note: str | None = None


def is_log_header(row: Sequence[Cell]) -> bool:
    """Whether a sheet whose first row this is holds a log."""
    names = {COLUMNS.get(squashed(cell)) for cell in row if isinstance(cell, str)}
    return "date" in names and bool(names & {"minutes", "load", "rpe"})


def lines_of_table(rows: Sequence[Row], findings: Findings) -> list[LogLine]:
    """The first row that is not empty names the columns. Raises Unreadable where there is no table at all."""
    header_at = next((at for at, row in enumerate(rows) if any(map(is_filled, row))), None)
    if header_at is None:
        raise Unreadable("The table is empty.")
    header = rows[header_at]
    columns = _columns(header, header_at + 1, findings)
    headings = {name: plain_text(header[at]) for at, name in columns.items()}
    width = max(at for at, cell in enumerate(header) if is_filled(cell)) + 1
    body = [(at, row) for at, row in enumerate(rows, start=1) if at > header_at + 1]
    filled = [(at, row) for at, row in body if any(map(is_filled, row))]
    if not filled:
        raise Unreadable("There are no rows under the column names.")
    if len(filled) > MOST_LINES:
        raise Unreadable(f"There are {len(filled)} rows; {MOST_LINES} is the most. Split the file.")
    lines = []
    for at, row in filled:
        check_width(at, row, width, findings)
        values = {name: row[n] for n, name in columns.items() if n < len(row) and is_filled(row[n])}
        lines.append(_line(Node((f"row {at}",), values, findings, headings)))
    return lines


def _columns(header: Row, row_number: int, findings: Findings) -> dict[int, str]:
    columns: dict[int, str] = {}
    for at, cell in enumerate(header):
        if not is_filled(cell):
            continue
        heading = plain_text(cell)
        name = COLUMNS.get(squashed(heading))
        if name is None:
            meant = nearest_name(heading, COLUMNS)
            hint = f" Did you mean {meant}?" if meant else ""
            findings.warn(f"The column {shown(heading)} is not one that is read.{hint}")
        elif name in columns.values():
            findings.problem((f"row {row_number}",), f"Two columns are {name}; keep one.")
        else:
            columns[at] = name
    names = set(columns.values())
    if "date" not in names or not names & {"minutes", "load"}:
        raise Unreadable(
            "The first row should name the columns: date, and minutes with rpe, or load.",
            (f"row {row_number}",),
        )
    return columns


def _line(row: Node) -> LogLine:
    day, moment = _day_and_moment(row)
    return LogLine(
        place=row.place,
        player=_player(row),
        day=day,
        at=moment if moment is not None else _time(row),
        kind=row.choice("kind", TrainingKind, KINDS),
        minutes=_minutes(row),
        session_rpe=row.number("rpe", 0, HIGHEST_RPE),
        load_au=row.number("load", 0, LARGEST_LOAD_AU, "au"),
        average_bpm=row.whole_number("average_hr", LOWEST_BPM, HIGHEST_BPM, "bpm"),
        maximum_bpm=row.whole_number("maximum_hr", LOWEST_BPM, HIGHEST_BPM, "bpm"),
        note=row.text("note", LONGEST_NOTE),
    )


def _player(row: Node) -> PlayerName | None:
    """The surest name that the row has."""
    for by in NAMES_A_PLAYER:
        text = row.text(by, 320)
        if text is not None:
            return PlayerName(by, text if by == "player_id" else " ".join(text.lower().split()))
    return None


def _day_and_moment(row: Node) -> tuple[date | None, datetime | time | None]:
    """A date may have its time with it, in one cell."""
    day, at = _written_day(row)
    if day is None or EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return day, at
    row.problem("date", f"The year {day.year} is out of range; it is from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    return None, None


def _written_day(row: Node) -> tuple[date | None, datetime | time | None]:
    value = row.values.get("date")
    if value is None:
        row.problem("date", "Say on which day it was, such as 2026-11-23.")
        return None, None
    if isinstance(value, datetime):
        return value.date(), value.time() if value.time() != time() else None
    if isinstance(value, date):
        return value, None
    text = row.words("date")
    if text is None:
        return None, None
    try:
        return day_in(text)
    except ValueError as error:
        row.problem("date", f"{shown(text)} {error}.")
        return None, None


def _time(row: Node) -> time | None:
    value = row.values.get("time")
    if isinstance(value, datetime | time):
        return value.time() if isinstance(value, datetime) else value
    text = row.words("time")
    if text is None:
        return None
    found = time_in(text)
    if found is None:
        row.problem("time", f"{shown(text)} is not a time of day; write it as 18:30.")
    return found


def _minutes(row: Node) -> int | None:
    """90, 90 min, 1:30 or 1:30:00: a clock has hours first. Parts of a minute are rounded."""
    value = row.values.get("minutes")
    if isinstance(value, time):  # what a spreadsheet makes of 1:30
        return _bounded(row, value.hour * 60 + value.minute + value.second / 60)
    text = row.words("minutes")
    clock = None if text is None else re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", text, re.ASCII)
    if clock is not None:
        hours, minutes, seconds = (int(each or 0) for each in clock.groups())
        return _bounded(row, hours * 60 + minutes + seconds / 60)
    number = row.number("minutes", 1, LONGEST_MINUTES, "min|mins|minutes|'")
    return None if number is None else _bounded(row, number)


def _bounded(row: Node, minutes: float) -> int | None:
    rounded = round(minutes)
    if 1 <= rounded <= LONGEST_MINUTES:
        return rounded
    row.problem("minutes", f"{minutes:g} minutes is out of range; it is from 1 to {LONGEST_MINUTES}.")
    return None

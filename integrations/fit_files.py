"""FIT files, which sport watches write: the sessions in one, each with its start, length and effort."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fitdecode import FIT_FRAME_DATA, FitReader
from fitdecode.exceptions import FitCRCError, FitEOFError, FitHeaderError
from fitdecode.processors import FIT_DATETIME_MIN, FIT_UTC_REFERENCE
from fitdecode.reader import CrcCheck, ErrorHandling

from domain.import_problems import Findings, Unreadable
from domain.log_import import LogLine

MOST_FRAMES = 100_000
SHORTEST_SECONDS = 60
CUT = "This FIT file is cut off or damaged; take it from the watch or its service again."


def lines_of_fit(data: bytes, findings: Findings) -> list[LogLine]:
    """A line for each session of sport, in the order of the file. Raises Unreadable.

    How hard it was is taken from the RPE that the athlete gave the watch; only without it from the watch's
    own training load, which is on a scale of its own, and that is said. A file made to be slow takes a second
    or two: use a thread.
    """
    if data[8:12] != b".FIT":
        raise Unreadable("This is not a FIT file.")
    try:
        sessions = list(_sessions(data))
    except Unreadable:
        raise
    except (FitEOFError, FitCRCError, FitHeaderError):
        raise Unreadable(CUT) from None
    except Exception as error:  # the library raises whatever the broken part of the file makes it trip over
        raise Unreadable(f"{CUT} ({type(error).__name__})") from None
    if not sessions:
        raise Unreadable("There is no session of sport in this FIT file; import the file of an activity.")
    lines = [_line(at, each, findings) for at, each in enumerate(sessions, start=1)]
    return [each for each in lines if each is not None]


def _sessions(data: bytes) -> Iterator[Any]:
    # A wrong checksum is an error, an unknown field of a maker is not. Dates are worked out here.
    with FitReader(
        io.BytesIO(data), processor=None, check_crc=CrcCheck.RAISE, error_handling=ErrorHandling.IGNORE
    ) as frames:
        for count, frame in enumerate(frames):
            if count > MOST_FRAMES:
                raise Unreadable(f"This FIT file has more than {MOST_FRAMES:,} records.")
            if frame.frame_type == FIT_FRAME_DATA and frame.name == "session":
                yield frame


def _line(at: int, session: Any, findings: Findings) -> LogLine | None:
    place = (f"session {at}",)
    seconds = _number(session, "total_timer_time") or _number(session, "total_elapsed_time")
    started = _number(session, "start_time")
    if started is None or started < FIT_DATETIME_MIN:
        findings.problem((*place, "date"), "The watch did not know the time; log this one by hand.")
        return None
    if seconds is None or seconds < SHORTEST_SECONDS:
        findings.warn(f"Session {at} was left out: it lasted less than a minute.")
        return None
    rpe, own_load = _number(session, "workout_rpe"), _number(session, "training_load_peak")
    if rpe is not None:
        rpe, own_load = rpe / 10, None  # the watch stores it times ten
    elif own_load is not None:
        findings.warn(
            f"Session {at} has no RPE: unless you give one, its load is the watch's own, which is another "
            "scale than session RPE times minutes."
        )
    return LogLine(
        place=place,
        player=None,
        day=None,
        at=datetime.fromtimestamp(FIT_UTC_REFERENCE + started, UTC),
        kind=None,
        minutes=max(1, round(seconds / 60)),
        session_rpe=rpe,
        load_au=None if own_load is None else round(own_load, 2),
        average_bpm=_whole(session, "avg_heart_rate"),
        maximum_bpm=_whole(session, "max_heart_rate"),
    )


def _number(session: Any, name: str) -> float | None:
    value = session.get_value(name, fallback=None)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(session: Any, name: str) -> int | None:
    value = _number(session, name)
    return None if value is None else round(value)

"""FIT files as watches write them, and as they come when something went wrong."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from domain.import_problems import Findings, Unreadable
from domain.log_import import LogLine
from integrations.fit_files import lines_of_fit
from tests.integrations.fit_encoding import FIT_BEGINS, fit_file, fit_session

STARTED = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


def read(data: bytes) -> tuple[list[LogLine], Findings]:
    findings = Findings()
    return lines_of_fit(data, findings), findings


def test_a_session_with_all_that_a_watch_knows() -> None:
    [line], findings = read(
        fit_file([fit_session(STARTED, 61.4, avg_heart_rate=142, max_heart_rate=181, workout_rpe=70)])
    )

    assert line == LogLine(
        place=("session 1",),
        player=None,
        day=None,
        at=STARTED,
        kind=None,
        minutes=61,
        session_rpe=7,
        load_au=None,
        average_bpm=142,
        maximum_bpm=181,
    )
    assert not findings.problems
    assert not findings.warnings


def test_the_watchs_own_load_counts_only_without_an_rpe() -> None:
    both, _ = read(fit_file([fit_session(STARTED, workout_rpe=50, training_load_peak=123.25)]))
    alone, findings = read(fit_file([fit_session(STARTED, training_load_peak=123.25)]))

    assert (both[0].session_rpe, both[0].load_au) == (5, None)
    assert (alone[0].session_rpe, alone[0].load_au) == (None, 123.25)
    assert "another scale" in findings.warnings[0]


def test_what_the_watch_does_not_know_is_not_zero() -> None:
    unknown = dict.fromkeys(("avg_heart_rate", "max_heart_rate", "workout_rpe", "training_load_peak"))

    [line], _ = read(fit_file([fit_session(STARTED, **unknown)]))

    assert (line.session_rpe, line.load_au, line.average_bpm, line.maximum_bpm) == (None,) * 4


def test_an_rpe_of_zero_is_one() -> None:
    [line], _ = read(fit_file([fit_session(STARTED, workout_rpe=0)]))

    assert line.session_rpe == 0


def test_time_that_the_watch_was_paused_is_not_trained() -> None:
    [paused], _ = read(fit_file([fit_session(STARTED, 50, total_elapsed_time=5400)]))
    [no_timer], _ = read(fit_file([fit_session(STARTED, None, total_elapsed_time=5400)]))

    assert (paused.minutes, no_timer.minutes) == (50, 90)


def test_several_sessions_of_one_file_and_files_that_are_chained() -> None:
    later = STARTED + timedelta(hours=2)
    two = fit_file([fit_session(STARTED), fit_session(later, 30)])

    lines, _ = read(two + fit_file([fit_session(later + timedelta(hours=1), 20)]))

    assert [each.minutes for each in lines] == [60, 30, 20]
    assert [each.place for each in lines] == [("session 1",), ("session 2",), ("session 3",)]


def test_a_session_that_was_started_by_mistake_is_left_out() -> None:
    lines, findings = read(fit_file([fit_session(STARTED, 0.5), fit_session(STARTED)]))

    assert len(lines) == 1
    assert "less than a minute" in findings.warnings[0]


@pytest.mark.parametrize("started", [None, datetime.fromtimestamp(FIT_BEGINS + 5000, UTC)])
def test_a_watch_that_did_not_know_the_time_is_a_problem(started: datetime | None) -> None:
    lines, findings = read(fit_file([fit_session(started)]))

    assert lines == []
    [problem] = findings.problems
    assert problem.path == ("session 1", "date")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a FIT file"),
        (b"date,minutes,rpe\n2026-11-20,60,7\n", "not a FIT file"),
        (b"PK\x03\x04" + b"\0" * 60, "not a FIT file"),
        (fit_file([]), "no session"),
        (fit_file([], record_count=3), "no session"),
        (fit_file([fit_session(STARTED)])[:-1], "cut off or damaged"),
        (fit_file([fit_session(STARTED)])[:30], "cut off or damaged"),
        (fit_file([fit_session(STARTED)])[:14], "cut off or damaged"),
        (fit_file([fit_session(STARTED)]) + b"\x0e\x20", "cut off or damaged"),
    ],
)
def test_what_is_no_such_file_says_what_it_is(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(data)

    assert says in refused.value.message


def test_every_cut_of_a_file_is_refused() -> None:
    whole = fit_file([fit_session(STARTED, workout_rpe=70)], record_count=2)

    for length in range(len(whole)):
        with pytest.raises(Unreadable):
            read(whole[:length])


def test_a_flipped_bit_is_noticed() -> None:
    whole = fit_file([fit_session(STARTED, workout_rpe=70)], record_count=2)

    for at in range(12, len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        with pytest.raises(Unreadable):
            read(bytes(damaged))


def test_noise_behind_a_sound_header_ends_in_words() -> None:
    dice = random.Random(20261120)
    for _ in range(300):
        noise = dice.randbytes(dice.randrange(1, 400))
        unsealed = fit_file([])[:4] + len(noise).to_bytes(4, "little") + b".FIT\0\0"
        with pytest.raises(Unreadable):
            read(unsealed + noise + dice.randbytes(2))


def test_a_file_as_large_as_may_be_sent_takes_no_long_time() -> None:
    data = fit_file([fit_session(STARTED)], record_count=9_000)
    assert 150_000 < len(data) < 250_000

    began = time.process_time()
    lines, _ = read(data)

    assert len(lines) == 1
    assert time.process_time() - began < 5

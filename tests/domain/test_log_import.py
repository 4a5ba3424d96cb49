"""Training in a table: dates and numbers as people write them, and words for what cannot be meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from domain.import_problems import Findings, Unreadable
from domain.log_dates import day_in, time_in
from domain.log_import import LogLine, PlayerName, is_log_header, lines_of_table
from domain.log_settling import Defaults, Roster, described, settle
from domain.people import Person, Role
from domain.plan_table import Cell
from domain.training_log import LoadMethod, TrainingKind

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 18)
ANNA = Person(UUID(int=1), UUID(int=9), "Anna Berg", Role.ATHLETE, "Europe/Oslo")
BEN = Person(UUID(int=2), UUID(int=9), "Ben", Role.ATHLETE, "Pacific/Auckland")
OTHER_BEN = Person(UUID(int=3), UUID(int=9), "Ben", Role.ATHLETE, "Europe/Oslo")
ROSTER = Roster(
    {
        PlayerName("email", "anna@club.example"): [ANNA],
        PlayerName("player", "anna berg"): [ANNA],
        PlayerName("player", "ben"): [BEN, OTHER_BEN],
    },
    whose=None,
)
OWN = Roster({}, whose=ANNA)


def lines_of(*rows: list[Cell]) -> tuple[list[LogLine], Findings]:
    findings = Findings()
    return lines_of_table(rows, findings), findings


def one(**cells: Cell) -> tuple[LogLine, Findings]:
    """The line of a single row with these columns."""
    given: dict[str, Cell] = {"date": "2026-11-18", "minutes": "60", "rpe": "7", **cells}
    [line], findings = lines_of(list(given), list(given.values()))
    return line, findings


def problems(findings: Findings) -> list[tuple[str, ...]]:
    return [each.path for each in findings.all_problems()]


class TestDates:
    @pytest.mark.parametrize(
        "text",
        ["2026-11-18", "20261118", "2026/11/18", "18.11.2026", "18 Nov 2026", "18-Nov-2026",
         "18. November 2026", "Nov 18, 2026", "November 18 2026", "18/11/2026", "11/18/2026"],
    )  # fmt: skip
    def test_each_of_these_can_be_one_day_only(self, text: str) -> None:
        assert day_in(text) == (DAY, None)

    @pytest.mark.parametrize(
        "text", ["2026-11-18 18:30", "2026-11-18T18:30", "18.11.2026 18:30", "Nov 18, 2026 6:30 PM"]
    )
    def test_a_time_may_stand_behind_it(self, text: str) -> None:
        assert day_in(text) == (DAY, time(18, 30))

    def test_with_a_zone_it_is_a_moment(self) -> None:
        at = datetime(2026, 11, 18, 18, 30, tzinfo=timezone(timedelta(hours=-5)))

        assert day_in("2026-11-18T18:30:00-05:00") == (DAY, at)

    def test_two_readings_are_both_named(self) -> None:
        with pytest.raises(ValueError, match="write 2026-05-06 or 2026-06-05"):
            day_in("05/06/2026")

    def test_two_readings_that_agree_are_one(self) -> None:
        assert day_in("5/5/2026") == (date(2026, 5, 5), None)

    @pytest.mark.parametrize(
        "text",
        ["", "yesterday", "18.11.26", "2026-13-01", "2026-02-30", "31.04.2026", "46000", "2026-11",
         "18 Foo 2026", "20/20/2026", "٢٠٢٦-١١-١٨", "2026-11-18 25:00"],
    )  # fmt: skip
    def test_what_is_no_day_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="is not a"):
            day_in(text)

    @pytest.mark.parametrize(
        ("text", "at"),
        [("18:30", time(18, 30)), ("18.30", time(18, 30)), ("6:30 pm", time(18, 30)),
         ("12:05 am", time(0, 5)), ("7:05:09", time(7, 5, 9)), ("24:00", None), ("13:00 pm", None),
         ("noon", None), ("7", None)],
    )  # fmt: skip
    def test_times_of_day(self, text: str, at: time | None) -> None:
        assert time_in(text) == at


class TestLines:
    def test_a_row_with_everything(self) -> None:
        cells: dict[str, Cell] = {
            "Athlete": "  Anna   BERG ",
            "Time": "18:30",
            "Type": "match",
            "Load (AU)": "512,5",
            "Avg HR": "141",
            "Max HR": 184,
            "Comment": "Away",
        }

        line, findings = one(**cells)

        assert line == LogLine(
            place=("row 2",),
            player=PlayerName("player", "anna berg"),
            day=DAY,
            at=time(18, 30),
            kind=TrainingKind.GAME,
            minutes=60,
            session_rpe=7,
            load_au=512.5,
            average_bpm=141,
            maximum_bpm=184,
            note="Away",
        )
        assert not findings.problems

    def test_cells_that_a_spreadsheet_typed(self) -> None:
        midnight = datetime(2026, 11, 18)  # noqa: DTZ001 - a date in a workbook has no zone
        line, findings = one(date=midnight, time=time(7, 15), minutes=time(1, 30), rpe=6.5)

        assert (line.day, line.at, line.minutes, line.session_rpe) == (DAY, time(7, 15), 90, 6.5)
        assert not findings.problems

    @pytest.mark.parametrize(
        ("written", "minutes"),
        [
            ("90", 90),
            ("90 min", 90),
            ("1:30", 90),
            ("01:30:00", 90),
            ("0:59:40", 60),
            ("74,6", 75),
            (90.0, 90),
        ],
    )
    def test_minutes(self, written: Cell, minutes: int) -> None:
        line, findings = one(minutes=written)

        assert line.minutes == minutes
        assert not findings.problems

    @pytest.mark.parametrize(
        ("column", "written"),
        [("minutes", "0"), ("minutes", "0:00:10"), ("minutes", "601"), ("minutes", "10:01"),
         ("minutes", "an hour"),
         ("rpe", "11"), ("rpe", "-1"), ("rpe", "7 of 10"), ("rpe", "=A1"), ("load", "-5"), ("load", "10001"),
         ("load", "1e3"), ("time", "late"), ("date", "05/06/2026"), ("date", "soon"),
         ("date", "9999-12-31 23:30"), ("date", "0001-01-01T00:00:00+14:00"), ("date", "1999-12-31"),
         ("kind", "party"),
         ("average_hr", "12"), ("note", "x" * 1001)],
    )  # fmt: skip
    def test_what_cannot_be_is_a_problem_of_its_cell(self, column: str, written: str) -> None:
        _, findings = one(**{column: written})

        assert problems(findings) == [("row 2", column)]

    def test_decimal_commas_that_tear_a_row_apart_are_noticed(self) -> None:
        """7,5 without quotes in a table with commas is two cells, and everything after it is one too far."""
        _, findings = lines_of(["date", "rpe", "minutes"], ["2026-11-18", "7", "5", "60"])

        assert problems(findings) == [("row 2",)]

    def test_the_surest_name_is_taken(self) -> None:
        line, _ = one(name="Ben", email="Anna@Club.example")

        assert line.player == PlayerName("email", "anna@club.example")

    def test_columns_that_are_not_read_are_named(self) -> None:
        _, findings = one(Weather="fine", minuts="3")

        assert any("“Weather”" in each for each in findings.warnings)
        assert any("Did you mean minutes?" in each for each in findings.warnings)

    @pytest.mark.parametrize(
        "rows",
        [[], [[None, " "]], [["date", "minutes", "rpe"]], [["minutes", "rpe"], ["60", "7"]],
         [["date", "note"], ["2026-11-18", "Hard"]]],
    )  # fmt: skip
    def test_what_is_no_table_of_training_is_unreadable(self, rows: list[list[Cell]]) -> None:
        with pytest.raises(Unreadable):
            lines_of(*rows)

    def test_too_many_rows_are_refused(self) -> None:
        row: list[Cell] = ["2026-11-18", "5"]
        rows: list[list[Cell]] = [["date", "load"], *[row] * 5001]

        with pytest.raises(Unreadable, match="5000 is the most"):
            lines_of(*rows)

    def test_two_columns_for_one_thing_are_a_problem(self) -> None:
        _, findings = lines_of(["date", "load", "AU"], ["2026-11-18", "5", "6"])

        assert problems(findings) == [("row 1",)]

    def test_a_header_is_told_from_other_sheets(self) -> None:
        assert is_log_header(["Player", "Date", "Duration (min)", "sRPE"])
        assert not is_log_header(["Exercise", "Sets", "Date"])


def settled(
    *rows: list[Cell], roster: Roster = ROSTER, defaults: Defaults | None = None
) -> tuple[list[Any], Findings]:
    findings = Findings()
    lines = lines_of_table(rows, findings)
    return settle(lines, roster, defaults or Defaults(), NOW, findings), findings


class TestSettling:
    def test_a_time_is_that_of_the_players_clock(self) -> None:
        """The same row is another moment in Auckland, where it is summer time."""
        roster = Roster({PlayerName("player", "a"): [ANNA], PlayerName("player", "b"): [BEN]}, None)

        found, _ = settled(
            ["player", "date", "time", "load"],
            ["a", "2026-11-18", "18:30", 5],
            ["b", "2026-11-18", "18:30", 5],
            roster=roster,
        )

        assert [each.training.occurred_at for each in found] == [
            datetime(2026, 11, 18, 17, 30, tzinfo=UTC),
            datetime(2026, 11, 18, 5, 30, tzinfo=UTC),
        ]
        assert {each.training.day for each in found} == {DAY}

    def test_a_time_that_the_clocks_skip_is_on_its_day(self) -> None:
        found, findings = settled(
            ["date", "time", "load"], ["2026-03-29", "02:30", 5], ["2026-10-25", "02:30", 5], roster=OWN
        )

        assert not findings.problems
        assert [str(each.training.occurred_at) for each in found] == [
            "2026-03-29 01:30:00+00:00",
            "2026-10-25 00:30:00+00:00",
        ]
        assert [str(each.training.day) for each in found] == ["2026-03-29", "2026-10-25"]

    def test_a_moment_belongs_to_the_day_it_was_where_the_player_lives(self) -> None:
        found, _ = settled(["date", "load"], ["2026-11-17T20:00:00-08:00", 5], roster=OWN)

        assert found[0].training.day == DAY

    def test_who_is_not_there_and_who_are_two(self) -> None:
        found, findings = settled(
            ["player", "date", "load"],
            ["Nobody", "2026-11-18", 5],
            ["ben", "2026-11-18", 5],
            [None, "2026-11-18", 5],
        )

        assert found == []
        assert problems(findings) == [("row 2", "player"), ("row 3", "player"), ("row 4",)]

    def test_rules_of_a_report_hold_for_a_row(self) -> None:
        _, findings = settled(
            ["date", "minutes", "rpe"],
            ["2026-11-21", 60, 7],
            ["2026-11-18", 60, None],
            ["1999-12-31", 60, 7],
            roster=OWN,
        )

        assert problems(findings) == [("row 4", "date"), ("row 2", "date"), ("row 3", "rpe")]

    def test_what_could_not_be_read_is_told_once(self) -> None:
        found, findings = settled(
            ["date", "minutes", "rpe"], ["soon", 60, 7], ["2026-11-18", 0, 7], roster=OWN
        )

        assert found == []
        assert problems(findings) == [("row 2", "date"), ("row 3", "minutes")]

    def test_what_the_file_does_not_say_is_taken_from_the_request(self) -> None:
        found, _ = settled(
            ["date", "minutes", "rpe", "kind"],
            ["2026-11-18", 60, None, None],
            ["2026-11-18", 60, 8, "training"],
            roster=OWN,
            defaults=Defaults(TrainingKind.GAME, 5),
        )

        assert [(each.training.kind, each.training.load_au) for each in found] == [
            (TrainingKind.GAME, 300),
            (TrainingKind.TRAINING, 480),
        ]

    def test_an_rpe_counts_more_than_a_devices_own_load(self) -> None:
        rows: tuple[list[Cell], ...] = (["date", "minutes", "load"], ["2026-11-18", 60, 123])

        device, _ = settled(*rows, roster=OWN, defaults=Defaults(session_rpe=5, is_of_device=True))
        table, _ = settled(*rows, roster=OWN, defaults=Defaults(session_rpe=5))

        assert (device[0].training.load_au, device[0].training.load_method) == (300, LoadMethod.SESSION_RPE)
        assert (table[0].training.load_au, table[0].training.load_method) == (123, LoadMethod.OWN)

    def test_what_a_device_does_not_know_is_not_zero(self) -> None:
        found, findings = settled(
            ["date", "minutes"], ["2026-11-18", 60], roster=OWN, defaults=Defaults(is_of_device=True)
        )

        assert not findings.problems
        assert found[0].training.load_au is None

    def test_rows_that_say_the_same_are_two_trainings_with_two_keys(self) -> None:
        header: list[Cell] = ["date", "minutes", "rpe"]
        same: list[Cell] = ["2026-11-18", 60, 7]

        once, _ = settled(header, same, roster=OWN)
        twice, _ = settled(header, same, same, roster=OWN)

        assert twice[0].key == once[0].key
        assert twice[1].key != once[0].key

    def test_a_key_is_of_what_was_done_not_of_how_it_is_written(self) -> None:
        header: list[Cell] = ["date", "time", "minutes", "rpe", "note"]

        one, _ = settled(header, ["2026-11-18", "18:30", "1:00", "7,0", "A"], roster=OWN)
        other, _ = settled(header, ["18.11.2026 18:30", None, 60, 7, None], roster=OWN)
        later, _ = settled(header, ["18.11.2026 18:31", None, 60, 7, None], roster=OWN)
        elsewhere, _ = settled(
            header, ["2026-11-18", "18:30", 60, 7, None], roster=Roster({}, whose=OTHER_BEN)
        )

        assert one[0].key == other[0].key
        assert len({one[0].key, later[0].key, elsewhere[0].key}) == 3

    def test_it_is_described_by_player(self) -> None:
        found, _ = settled(
            ["email", "date", "load"],
            ["anna@club.example", "2026-11-18", 1000],
            ["anna@club.example", "2026-11-16", 500],
        )

        assert described(found) == ["Anna Berg: 2 from 2026-11-16 to 2026-11-18, 1,500 AU"]

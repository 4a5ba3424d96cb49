"""Loads of days from one log: summed by the database, nothing twice, rest told from what nobody reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from db.completions import insert_completion
from db.database import Database
from db.paging import PageRequest
from db.training_done import note_session
from db.training_log import (
    count_on_days,
    entries_by_id,
    entries_of_players,
    insert_entries,
    known_keys,
    replace_entry,
    versions_of_entries,
)
from db.wellness import insert_reports, insert_rest_reports, replace_report, wellness_of
from db.workload import day_loads, days_due
from domain.assignments import AssignmentStatus, Completion
from domain.people import Person
from domain.recurrence import Recurrence, RecurrencePattern
from domain.sessions import LoggedDuration
from domain.training_log import LoadMethod, TrainingEntry, TrainingKind, TrainingSource
from domain.wellness import RestReport, WellnessReport
from domain.workload.model import DayLoad, DayState, WellnessItem
from tests.domain.season_cases import MONDAY
from tests.factories import NOW, committed, make_organization, make_person, make_plan
from tests.season_factories import Club, make_assignments, make_club

FRIDAY = MONDAY + timedelta(days=4)
UNREPORTED, REST, REPORTED = DayState.UNREPORTED, DayState.REST, DayState.REPORTED


def an_entry(player: Person, **changes: Any) -> TrainingEntry:
    values: dict[str, Any] = {
        "id": uuid4(),
        "organization_id": player.organization_id,
        "player_id": player.id,
        "source": TrainingSource.MANUAL,
        "day": MONDAY,
        "kind": TrainingKind.TRAINING,
        "minutes": 60,
        "session_rpe": 7.0,
        "load_au": 420.0,
        "load_method": LoadMethod.SESSION_RPE,
        "version": 1,
        "recorded_at": NOW,
        "actor_id": player.id,
        "actor_name": player.display_name,
    }
    return TrainingEntry(**values | changes)


def of_load(player: Person, load_au: float, **changes: Any) -> TrainingEntry:
    return an_entry(
        player, load_au=load_au, load_method=LoadMethod.OWN, minutes=None, session_rpe=None, **changes
    )


def a_report(player: Person, **changes: Any) -> WellnessReport:
    values: dict[str, Any] = {
        "id": uuid4(),
        "organization_id": player.organization_id,
        "player_id": player.id,
        "day": MONDAY,
        "sleep": 4.0,
        "version": 1,
        "recorded_at": NOW,
        "actor_id": player.id,
        "actor_name": player.display_name,
    }
    return WellnessReport(**values | changes)


def rest_on(player: Person, day: date, version: int = 1, is_rest: bool = True) -> RestReport:
    return RestReport(
        player_id=player.id,
        day=day,
        version=version,
        is_rest=is_rest,
        recorded_at=NOW,
        actor_id=player.id,
        actor_name=player.display_name,
    )


async def store(db: Database, *entries: TrainingEntry) -> None:
    await committed(db, lambda one: insert_entries(one, entries))


async def loads(db: Database, player: Person, first: date = MONDAY, days: int = 7) -> list[DayLoad]:
    async with db.read() as db_session:
        last = first + timedelta(days=days - 1)
        return list((await day_loads(db_session, [player.id], first, last))[player.id])


async def totals(db: Database, player: Person, **span: Any) -> list[float | None]:
    return [each.total_load_au for each in await loads(db, player, **span)]


class TestDayLoads:
    async def test_sessions_of_a_day_are_summed_training_and_games_apart(self, db: Database) -> None:
        anna = (await make_club(db)).players[0]
        await store(
            db,
            of_load(anna, 400),
            of_load(anna, 120.5),
            of_load(anna, 600, kind=TrainingKind.GAME),
            of_load(anna, 50, day=MONDAY + timedelta(days=2)),
        )

        week = await loads(db, anna)

        assert [each.day for each in week] == [MONDAY + timedelta(days=n) for n in range(7)]
        assert week[0] == DayLoad(MONDAY, REPORTED, 520.5, 600)
        assert week[2].total_load_au == 50
        assert {each.state for each in week} - {REPORTED} == {UNREPORTED}

    async def test_a_load_that_is_not_known_leaves_the_day_unknown(self, db: Database) -> None:
        anna = (await make_club(db)).players[0]
        unknown = an_entry(anna, source=TrainingSource.FIT, session_rpe=None, load_au=None, load_method=None)
        await store(db, of_load(anna, 400), unknown, of_load(anna, 10, day=MONDAY + timedelta(days=1)))

        assert (await totals(db, anna))[:2] == [None, 10]

    async def test_a_load_of_zero_is_a_load(self, db: Database) -> None:
        anna = (await make_club(db)).players[0]
        await store(db, of_load(anna, 0))

        assert (await loads(db, anna))[0] == DayLoad(MONDAY, REPORTED, 0, 0)

    async def test_what_was_withdrawn_counts_no_more(self, db: Database) -> None:
        anna = (await make_club(db)).players[0]
        gone = of_load(anna, 400)
        await store(db, gone, of_load(anna, 100))

        await committed(db, lambda one: replace_entry(one, replace(gone, withdrawn_at=NOW)))

        assert (await totals(db, anna))[0] == 100

    async def test_late_entries_count_where_they_belong(self, db: Database) -> None:
        anna = (await make_club(db)).players[0]
        await store(db, of_load(anna, 300, day=FRIDAY))
        before = await totals(db, anna)

        await store(db, of_load(anna, 200, day=MONDAY))

        assert before == [None, None, None, None, 300, None, None]
        assert await totals(db, anna) == [200, None, None, None, 300, None, None]

    async def test_players_are_kept_apart(self, db: Database) -> None:
        anna, ben = (await make_club(db)).players
        await store(db, of_load(anna, 300))

        async with db.read() as db_session:
            found = await day_loads(db_session, [anna.id, ben.id], MONDAY, MONDAY)

        assert {key: each[0].total_load_au for key, each in found.items()} == {anna.id: 300, ben.id: None}


class TestRest:
    async def test_a_day_that_the_player_said_was_for_rest(self, db: Database) -> None:
        anna = (await make_club(db)).players[0]
        tuesday = MONDAY + timedelta(days=1)
        await committed(
            db,
            lambda one: insert_rest_reports(
                one,
                anna.organization_id,
                [rest_on(anna, MONDAY), rest_on(anna, tuesday), rest_on(anna, tuesday, 2, is_rest=False)],
            ),
        )

        assert await totals(db, anna, days=3) == [0, None, None]

    async def test_a_day_off_in_a_week_that_has_a_schedule(self, db: Database) -> None:
        club = await make_club(db)
        anna = club.players[0]
        await make_assignments(
            db,
            club.assignment(anna, scheduled_on=MONDAY, effective_from=MONDAY),
            club.assignment(anna, scheduled_on=FRIDAY, effective_from=MONDAY),
        )

        week = await loads(db, anna, days=14)

        assert [each.state for each in week] == [UNREPORTED, REST, REST, REST, UNREPORTED, REST, REST] + [
            UNREPORTED
        ] * 7, "what was due and not reported is not rest, and the week after has no schedule to be off from"

    async def test_only_the_schedule_of_the_player_counts(self, db: Database) -> None:
        club = await make_club(db)
        anna, ben = club.players
        await make_assignments(db, club.assignment(anna, scheduled_on=MONDAY, effective_from=MONDAY))

        assert await totals(db, ben) == [None] * 7

    @pytest.mark.parametrize(
        ("status", "is_scheduled"),
        [("draft", False), ("active", True), ("completed", True), ("cancelled", False), ("archived", True)],
    )
    async def test_what_was_never_to_be_done_is_no_schedule(
        self, db: Database, status: str, is_scheduled: bool
    ) -> None:
        club = await make_club(db)
        anna = club.players[0]
        done = NOW if status == "completed" else None
        await make_assignments(
            db,
            club.assignment(
                anna,
                scheduled_on=MONDAY,
                effective_from=MONDAY,
                status=AssignmentStatus(status),
                completed_at=done,
            ),
        )

        [_, tuesday] = await loads(db, anna, days=2)

        assert (tuesday.state is REST) is is_scheduled

    async def test_the_schedule_is_looked_at_for_the_whole_week(self, db: Database) -> None:
        """Tuesday alone is asked for; that it was a day off is known from Friday."""
        club = await make_club(db)
        anna = club.players[0]
        await make_assignments(db, club.assignment(anna, scheduled_on=FRIDAY, effective_from=FRIDAY))

        [tuesday] = await loads(db, anna, first=MONDAY + timedelta(days=1), days=1)

        assert tuesday.state is REST

    async def test_what_recurs_is_due_on_its_days(self, db: Database) -> None:
        club = await make_club(db)
        anna = club.players[0]
        wednesday = MONDAY + timedelta(days=2)
        weekly = Recurrence(RecurrencePattern.WEEKLY, weekdays=(0, 2), exceptions=(wednesday,))
        await make_assignments(
            db,
            club.assignment(anna, scheduled_on=MONDAY, effective_from=MONDAY, recurrence=weekly),
        )

        async with db.read() as db_session:
            due = await days_due(db_session, [anna.id], MONDAY, MONDAY + timedelta(days=13))

        assert due[anna.id] == {MONDAY, MONDAY + timedelta(days=7), MONDAY + timedelta(days=9)}
        assert (await loads(db, anna))[2].state is REST, "the exception is a day off"

    async def test_training_on_a_day_off_counts(self, db: Database) -> None:
        club = await make_club(db)
        anna = club.players[0]
        await make_assignments(db, club.assignment(anna, scheduled_on=FRIDAY, effective_from=FRIDAY))
        await store(db, of_load(anna, 90))

        assert (await totals(db, anna))[:2] == [90, 0]


class TestCountedOnce:
    async def completed(
        self, db: Database, club: Club, assignment_id: UUID, load_au: float | None, at: datetime = NOW
    ) -> TrainingEntry | None:
        done = Completion(assignment_id, MONDAY, club.players[0].id, at, load_au)
        return await committed(db, lambda one: insert_completion(one, done, NOW))

    async def an_assignment(self, db: Database, club: Club, **changes: Any) -> UUID:
        made = club.assignment(scheduled_on=MONDAY, effective_from=MONDAY, **changes)
        await make_assignments(db, made)
        return made.id

    async def test_a_completion_is_load_of_the_day_on_which_it_was_done(self, db: Database) -> None:
        """Due on Monday, done on Friday at half past midnight in Oslo."""
        club = await make_club(db)
        at = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)

        entry = await self.completed(db, club, await self.an_assignment(db, club), 400, at)

        assert entry is not None
        assert (entry.day, entry.source, entry.load_method) == (
            date(2026, 11, 20),
            TrainingSource.COMPLETION,
            LoadMethod.OWN,
        )
        assert (await totals(db, club.players[0], first=date(2026, 11, 20), days=1)) == [400]

    async def test_a_completion_without_a_load_is_no_rest(self, db: Database) -> None:
        club = await make_club(db)

        await self.completed(db, club, await self.an_assignment(db, club), None)

        [friday] = await loads(db, club.players[0], first=NOW.date(), days=1)
        assert friday.state is UNREPORTED

    async def test_what_was_logged_before_it_was_completed_counts_once(self, db: Database) -> None:
        club = await make_club(db)
        anna, assignment_id = club.players[0], await self.an_assignment(db, club)
        await store(db, of_load(anna, 380, day=NOW.date(), assignment_id=assignment_id, occurrence_on=MONDAY))

        changed = await self.completed(db, club, assignment_id, 400)

        assert changed is None
        assert await totals(db, anna, first=NOW.date(), days=1) == [380], (
            "the first load that is known stands"
        )

    @pytest.mark.parametrize("log_first", [True, False])
    async def test_a_session_that_was_assigned_and_logged_counts_once(
        self, db: Database, log_first: bool
    ) -> None:
        club = await make_club(db)
        anna, session_id = club.players[0], await self.a_plan_session(db, club)
        assignment_id = await self.an_assignment(db, club)
        log = LoggedDuration(session_id, anna.id, 60, 3000, NOW)

        if log_first:
            await committed(db, lambda one: note_session(one, log, None, NOW))
            known = await self.completed(db, club, assignment_id, 400)
        else:
            await self.completed(db, club, assignment_id, 400)
            known = await committed(db, lambda one: note_session(one, log, 9.0, NOW))

        assert await totals(db, anna, first=NOW.date(), days=1) == [400]
        assert (known is not None) is log_first, "a load that was not known is filled in, with its history"
        async with db.read() as db_session:
            page = (await entries_of_players(db_session, [anna.id], PageRequest()))[anna.id]
        [entry] = page.items
        assert (entry.session_id, entry.assignment_id) == (session_id, assignment_id)
        assert entry.version == (2 if log_first else 1)

    async def test_a_session_that_is_assigned_twice_can_be_done_twice(self, db: Database) -> None:
        club = await make_club(db)
        await self.a_plan_session(db, club)
        for load in (300, 200):
            await self.completed(db, club, await self.an_assignment(db, club), load)

        assert await totals(db, club.players[0], first=NOW.date(), days=1) == [500]

    async def test_the_same_session_on_another_day_is_another_training(self, db: Database) -> None:
        club = await make_club(db)
        anna, session_id = club.players[0], await self.a_plan_session(db, club)
        await self.completed(db, club, await self.an_assignment(db, club), 400)
        later = LoggedDuration(session_id, anna.id, 60, 3000, NOW - timedelta(days=1))

        await committed(db, lambda one: note_session(one, later, 5.0, NOW))

        assert await totals(db, anna, first=NOW.date() - timedelta(days=1), days=2) == [300, 400]

    async def test_a_withdrawn_log_leaves_room_for_the_completion(self, db: Database) -> None:
        club = await make_club(db)
        anna, assignment_id = club.players[0], await self.an_assignment(db, club)
        await store(
            db,
            of_load(
                anna,
                380,
                day=NOW.date(),
                assignment_id=assignment_id,
                occurrence_on=MONDAY,
                withdrawn_at=NOW,
            ),
        )

        await self.completed(db, club, assignment_id, 400)

        assert await totals(db, anna, first=NOW.date(), days=1) == [400]

    async def a_plan_session(self, db: Database, club: Club) -> UUID:
        """Of a plan of the first player; the club's workout is made from it."""
        plan = await make_plan(db, club.players[0])
        set_session = text(
            "UPDATE workouts SET session_id = (SELECT id FROM sessions WHERE plan_id = :plan LIMIT 1)"
            " WHERE id = :workout RETURNING session_id"
        )
        found = await committed(
            db, lambda one: one.scalar(set_session, {"plan": plan.id, "workout": club.workout.id})
        )
        assert found is not None
        return UUID(str(found))


class TestDays:
    @pytest.mark.parametrize(
        ("zone", "at", "day"),
        [
            ("Europe/Oslo", "2026-03-29T00:30:00+00:00", date(2026, 3, 29)),  # the night without 2 o'clock
            ("Europe/Oslo", "2026-03-28T23:30:00+00:00", date(2026, 3, 29)),
            ("Europe/Oslo", "2026-10-24T22:30:00+00:00", date(2026, 10, 25)),  # the day of 25 hours begins
            ("Europe/Oslo", "2026-10-25T22:59:00+00:00", date(2026, 10, 25)),  # and ends
            ("Pacific/Kiritimati", "2026-11-19T10:30:00+00:00", date(2026, 11, 20)),  # UTC+14
            ("Pacific/Pago_Pago", "2026-11-20T10:30:00+00:00", date(2026, 11, 19)),  # UTC−11
            ("Asia/Kathmandu", "2026-11-19T18:20:00+00:00", date(2026, 11, 20)),  # UTC+5:45
        ],
    )
    async def test_a_training_belongs_to_the_day_it_was_where_the_player_lives(
        self, db: Database, zone: str, at: str, day: date
    ) -> None:
        player = await make_person(db, await make_organization(db), time_zone=zone)
        plan = await make_plan(db, player)
        async with db.read() as db_session:
            session_id = await db_session.scalar(
                text("SELECT id FROM sessions WHERE plan_id = :plan LIMIT 1"), {"plan": plan.id}
            )
        log = LoggedDuration(session_id, player.id, 60, 3000, datetime.fromisoformat(at))

        entry = await committed(db, lambda one: note_session(one, log, 5.0, NOW))

        assert entry is not None
        assert entry.day == day


class TestWellness:
    async def test_the_latest_version_counts_and_the_earlier_is_kept(self, db: Database) -> None:
        anna = (await make_club(db)).players[0]
        first = a_report(anna, soreness=3.0, is_ill=True)
        await committed(db, lambda one: insert_reports(one, [first]))

        await committed(db, lambda one: replace_report(one, replace(first, version=2, soreness=None)))

        async with db.read() as db_session:
            [found] = (await wellness_of(db_session, [anna.id], MONDAY, FRIDAY))[anna.id]
        assert found.scores == {WellnessItem.SLEEP: 4}
        assert found.is_ill


class TestHistory:
    async def test_versions_and_their_authors_are_kept(self, db: Database) -> None:
        anna, ben = (await make_club(db)).players
        entry = an_entry(anna)
        await store(db, entry)
        changed = replace(entry, minutes=50, load_au=350.0, actor_id=ben.id, actor_name="Ben", reason="Clock")

        after = await committed(db, lambda one: replace_entry(one, changed))

        async with db.read() as db_session:
            stored = (await entries_by_id(db_session, [entry.id]))[entry.id]
            [before] = (await versions_of_entries(db_session, [entry.id]))[entry.id]
        assert stored == after == replace(changed, version=2)
        assert (before.version, before.minutes, before.actor_name, before.reason) == (
            1,
            60,
            anna.display_name,
            None,
        )

    async def test_bulk_and_single_rows_read_the_same(self, db: Database) -> None:
        club = await make_club(db)
        entry = an_entry(club.players[0], occurred_at=NOW, average_bpm=140, maximum_bpm=190, note="Kåre ½")
        imported = replace(entry, id=uuid4(), source=TrainingSource.CSV, team_id=club.team.id)
        await store(db, entry)
        await committed(db, lambda one: insert_entries(one, [imported], {imported.id: b"k" * 32}))

        async with db.read() as db_session:
            found = await entries_by_id(db_session, [entry.id, imported.id])
            keys = await known_keys(db_session, [entry.player_id], [b"k" * 32, b"l" * 32])
            counts = await count_on_days(db_session, [entry.player_id], [MONDAY, FRIDAY], but=entry.id)
        assert found == {entry.id: entry, imported.id: imported}
        assert keys == {b"k" * 32}
        assert counts == {(entry.player_id, MONDAY): 1}

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE training_versions SET load_au = 0, load_method = 'own'",
            "DELETE FROM training_versions",
            "UPDATE wellness_versions SET sleep = 5",
            "DELETE FROM wellness_versions",
            "UPDATE rest_days SET is_rest = false",
            "DELETE FROM rest_days",
        ],
    )
    async def test_history_is_never_rewritten(self, db: Database, statement: str) -> None:
        await self.some_history(db)

        with pytest.raises(DBAPIError, match="never rewritten"):
            await committed(db, lambda one: one.execute(text(statement)))

    async def test_history_goes_with_the_player_and_loses_who_is_gone(self, db: Database) -> None:
        anna, ben = await self.some_history(db)

        await committed(
            db, lambda one: one.execute(text("DELETE FROM people WHERE id = :id"), {"id": ben.id})
        )
        async with db.read() as db_session:
            authors = await db_session.execute(
                text(
                    "SELECT actor_id FROM training_versions UNION ALL SELECT actor_id FROM wellness_versions"
                    " UNION ALL SELECT actor_id FROM rest_days"
                )
            )
        assert [each.actor_id for each in authors] == [None] * 3

        await committed(
            db, lambda one: one.execute(text("DELETE FROM people WHERE id = :id"), {"id": anna.id})
        )
        async with db.read() as db_session:
            left = await db_session.scalar(
                text(
                    "SELECT (SELECT count(*) FROM training_versions) + (SELECT count(*) FROM rest_days)"
                    " + (SELECT count(*) FROM wellness_versions)"
                )
            )
        assert left == 0

    async def some_history(self, db: Database) -> tuple[Person, Person]:
        """Of the first player, all of it written by the second."""
        anna, ben = (await make_club(db)).players
        entry, report = an_entry(anna, actor_id=ben.id), a_report(anna, actor_id=ben.id)

        async def write(db_session: AsyncSession) -> None:
            await insert_entries(db_session, [entry])
            await replace_entry(db_session, entry)
            await insert_reports(db_session, [report])
            await replace_report(db_session, replace(report, version=2))
            await insert_rest_reports(
                db_session, anna.organization_id, [replace(rest_on(anna, FRIDAY), actor_id=ben.id)]
            )

        await committed(db, write)
        return anna, ben

    async def test_what_was_planned_may_go_and_the_load_stays(self, db: Database) -> None:
        club = await make_club(db)
        anna = club.players[0]
        assignment = club.assignment(scheduled_on=MONDAY, effective_from=MONDAY)
        await make_assignments(db, assignment)
        await store(
            db,
            of_load(anna, 300, team_id=club.team.id, assignment_id=assignment.id, occurrence_on=MONDAY),
        )

        await committed(
            db, lambda one: one.execute(text("DELETE FROM teams WHERE id = :id"), {"id": club.team.id})
        )

        assert (await totals(db, anna, days=1)) == [300]

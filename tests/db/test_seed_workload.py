from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from db.database import Database
from db.demo.cast import MIA, NORA, PLAYERS
from db.demo.workload import ILL, SILENT, SILENT_DAYS, WEEKS, demo_log
from db.seed import seed_demo
from db.wellness import wellness_of
from db.workload import day_loads
from domain import wellness
from domain.training_log import issues_of, report_of
from domain.workload.model import DayState

TODAY = date(2026, 11, 20)  # a Friday
FIRST = TODAY - timedelta(weeks=WEEKS)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
async def seeded(db: Database) -> Database:
    assert await seed_demo(db, TODAY)
    return db


@pytest.mark.parametrize("today", [TODAY + timedelta(days=n) for n in (0, 1, 2, 3, 128, 340)])
def test_whatever_the_day_every_report_is_one_that_could_have_been_made(today: date) -> None:
    log = demo_log(today)

    for entry in log.entries:
        assert entry.occurred_at is not None
        assert issues_of(report_of(entry), "Europe/Oslo", entry.occurred_at) == []
        assert entry.day < today
    for each in log.reports:
        wellness.check(each, each.day, "Europe/Oslo", each.recorded_at)
    assert {each.day for each in log.reports} >= {today}
    assert log == demo_log(today), "the same day has the same demo"


async def test_loads_are_those_of_a_team_in_its_preseason(seeded: Database) -> None:
    async with seeded.read() as read:
        found = await day_loads(
            read, [each.id for each in PLAYERS], YESTERDAY - timedelta(days=55), YESTERDAY
        )

    loads = {each: found[each.id] for each in PLAYERS if each not in (NORA, SILENT)}
    for player, days in loads.items():
        weeks = [sum(each.total_load_au or 0 for each in days[at : at + 7]) for at in range(0, len(days), 7)]
        assert min(weeks) >= 300, (player.display_name, weeks)
        assert max(weeks) <= 6500, (player.display_name, weeks)
        assert {each.state for each in days} >= {DayState.REPORTED, DayState.REST}
    assert any(each.state is DayState.UNREPORTED for days in loads.values() for each in days), "with gaps"
    assert any(each.game_load_au for each in loads[MIA])


async def test_some_say_nothing_and_one_says_that_she_is_ill(seeded: Database) -> None:
    players = [each.id for each in (NORA, SILENT, ILL)]

    async with seeded.read() as read:
        reports = await wellness_of(read, players, FIRST, TODAY)

    assert NORA.id not in reports
    assert reports[SILENT.id][-1].day == TODAY - timedelta(days=SILENT_DAYS)
    assert [each.day for each in reports[ILL.id] if each.is_ill] == [YESTERDAY, TODAY]


async def test_what_was_completed_and_logged_counts_and_once(seeded: Database) -> None:
    by_source = "SELECT source, count(*) AS entries FROM training_entries GROUP BY source"
    async with seeded.read() as read:
        counts = {row.source: row.entries for row in await read.execute(text(by_source))}
        completions = await read.scalar(text("SELECT count(*) FROM training_completions"))

    assert counts["completion"] == completions
    assert counts["manual"] == len(demo_log(TODAY).entries)
    assert counts["plan_session"] > 100
    assert not await seed_demo(seeded, TODAY + timedelta(days=400))
    async with seeded.read() as read:
        assert {row.source: row.entries for row in await read.execute(text(by_source))} == counts


async def test_a_demo_whose_log_was_filled_by_the_migration_gets_the_rest(seeded: Database) -> None:
    """As an earlier version made it: plans, season and what is known of them; nothing reported by hand."""

    async def undo(tx: object) -> None:
        db_session = tx.db_session  # type: ignore[attr-defined]
        await db_session.execute(text("DELETE FROM training_entries WHERE source = 'manual'"))
        await db_session.execute(text("DELETE FROM wellness_reports"))
        await db_session.execute(text("TRUNCATE rest_days"))

    async with seeded.read() as read:
        before = await read.scalar(text("SELECT count(*) FROM training_entries"))
    await seeded.unit_of_work(undo)

    assert await seed_demo(seeded, TODAY)

    async with seeded.read() as read:
        assert await read.scalar(text("SELECT count(*) FROM training_entries")) == before

"""Players held to their teams' limits: one alert for a breach, however often one looks, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Database, Transaction
from db.outbox import StoredEvent, events_of
from db.paging import PageRequest
from db.training_log import entries_of_players, replace_entry
from db.wellness import insert_reports
from db.workload_alerts import alerts_of_players_for_update, entries_of_alerts
from db.workload_thresholds import save_limits
from domain.events import TrainingImported, TrainingLogged, WorkloadThresholdsChanged
from domain.load_progression import LoadProgression
from domain.planning_events import (
    AdjustmentKind,
    RecommendedAdjustment,
    ThresholdType,
    WorkloadThresholdBreached,
)
from domain.wellness import WellnessReport
from domain.workload.alerts import Alert, AlertAction, AlertSource, AlertStatus
from domain.workload.breaches import Severity
from domain.workload.team_limits import TeamLimits
from domain.workload.thresholds import WorkloadThresholds
from events.handler import Received
from events.listeners.threshold_breaches import RelievePlayer
from events.listeners.workload_changes import WatchPlayer, WatchTeam, workload_handlers
from events.season.lookup import SeasonLookup
from events.season.source import SeasonSource
from events.workload.watch import watch_players
from tests.databases import Clock
from tests.domain.season_cases import weekly
from tests.events.season_world import RunningClock
from tests.events.world import World, running, until
from tests.factories import NOW, committed, make_athlete, make_team
from tests.season_factories import Club, make_assignments, make_club
from tests.statements import count_statements
from tests.workload_factories import TODAY, felt, trained, usual_days

HIGH, RISK, TIRED = ThresholdType.HIGH_LOAD, ThresholdType.INJURY_RISK, ThresholdType.RECOVERY_NEEDED
# Nothing but the load of seven days, so that a test says by itself what is past a limit.
ONLY_LOAD = WorkloadThresholds(
    acute_chronic_limit=3.6,
    monotony_limit=20,
    strain_z_limit=10,
    week_change_limit_percent=1000,
    wellness_z_floor=-10,
    acute_load_limit_au=3000,
    acute_load_critical_au=4000,
    acute_load_percentile=None,
    readiness_floor=None,
    readiness_critical=None,
    recovery_floor=None,
    recovery_critical=None,
)


async def limit(db: Database, club: Club, limits: WorkloadThresholds = ONLY_LOAD, version: int = 1) -> None:
    made = TeamLimits(club.team.id, limits, version, datetime(2026, 11, 1, tzinfo=UTC), "The coach")
    await committed(db, lambda one: save_limits(one, made, club.organization.id, club.coach.id))


async def train(db: Database, club: Club, days: Mapping[date, float], player: int = 0) -> None:
    await trained(db, club.organization.id, {club.players[player].id: days})


async def watch(db: Database, club: Club, *player_ids: UUID) -> list[Alert]:
    ids = player_ids or (club.players[0].id,)
    return await db.unit_of_work(lambda tx: watch_players(tx, ids), deadline_seconds=10)


async def alerts(db: Database, club: Club, player: int = 0) -> list[Alert]:
    async def read(tx: Transaction) -> list[Alert]:
        return await alerts_of_players_for_update(tx.db_session, [club.players[player].id], date(2000, 1, 1))

    return await db.unit_of_work(read)


async def actions(db: Database, alert: Alert) -> list[AlertAction]:
    async with db.read() as read:
        return [each.action for each in (await entries_of_alerts(read, [alert.id]))[alert.id]]


async def told(db: Database, alert: Alert) -> list[StoredEvent]:
    async with db.read() as read:
        return await events_of(read, "workload_alert", alert.id)


def hard_week(load_au: float = 500.0) -> dict[date, float]:
    return {TODAY - timedelta(days=n): load_au for n in range(7)}


class TestBreaches:
    async def test_a_week_over_the_limit_raises_one_alert_with_its_reason_and_an_event(
        self, db: Database
    ) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())

        [raised] = await watch(db, club)

        assert (raised.type, raised.severity, raised.status) == (HIGH, Severity.WARNING, AlertStatus.OPEN)
        assert (raised.current_value, raised.threshold_value) == (3500, 3000)
        assert "3500 AU, over the team's 3000 AU" in raised.reason
        assert raised.last_day == TODAY
        assert await alerts(db, club) == [raised]
        assert await actions(db, raised) == [AlertAction.RAISED]
        [event] = await told(db, raised)
        assert event.event_type == "workload.threshold_breached"
        assert event.team_id == club.team.id
        assert event.payload["current_value"] == 3500
        assert event.payload["severity"] == "warning"

    async def test_looking_many_times_finds_it_once(self, db: Database, clock: Clock) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        [raised] = await watch(db, club)

        for _ in range(5):
            clock.advance(seconds=1)
            assert await watch(db, club) == []

        assert await alerts(db, club) == [raised]
        assert len(await told(db, raised)) == 1

    async def test_more_of_the_same_is_the_same_alert_and_one_that_becomes_critical_is_told_again(
        self, db: Database, clock: Clock
    ) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        [raised] = await watch(db, club)
        clock.advance(seconds=1)
        await train(db, club, {TODAY: 100.0})

        [more] = await watch(db, club)
        clock.advance(seconds=1)
        await train(db, club, {TODAY: 500.0})
        [critical] = await watch(db, club)

        assert (more.id, more.current_value, more.version) == (raised.id, 3600, 1)
        assert (critical.id, critical.severity, critical.version) == (raised.id, Severity.CRITICAL, 2)
        assert critical.first_day == raised.first_day
        assert await actions(db, raised) == [AlertAction.RAISED, AlertAction.ESCALATED]
        assert [each.payload["severity"] for each in await told(db, raised)] == ["warning", "critical"]

    async def test_a_breach_that_is_over_is_resolved_and_the_next_one_is_another(
        self, db: Database, clock: Clock
    ) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        [first] = await watch(db, club)
        clock.advance(days=5)

        [over] = await watch(db, club)
        clock.advance(days=5)
        later = clock().date()
        await train(db, club, {later - timedelta(days=n): 600.0 for n in range(7)})
        [second] = await watch(db, club)

        assert (over.id, over.resolved_at is not None) == (first.id, True)
        assert await actions(db, first) == [AlertAction.RAISED, AlertAction.RESOLVED]
        assert second.id != first.id
        assert second.first_day > first.last_day

    async def test_a_breach_that_was_not_over_after_all_is_opened_again_and_not_told_twice(
        self, db: Database, clock: Clock
    ) -> None:
        """An entry is put down wrong, and put right again: that is one breach."""
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        [raised] = await watch(db, club)
        await _change_today(db, club, 0.0)
        clock.advance(seconds=1)
        await limit(db, club, WorkloadThresholds(**_values(acute_load_limit_au=3300.0)), version=2)
        [over] = await watch(db, club)
        clock.advance(seconds=1)
        await _change_today(db, club, 500.0)

        [again] = await watch(db, club)

        assert over.resolved_at is not None
        assert (again.id, again.resolved_at) == (raised.id, None)
        assert await actions(db, raised) == [
            AlertAction.RAISED,
            AlertAction.RESOLVED,
            AlertAction.REOPENED,
        ]
        assert len(await told(db, raised)) == 1

    async def test_what_comes_late_is_worked_in(self, db: Database, clock: Clock) -> None:
        """The days come in from the last to the first; the alert begins where the breach began."""
        club = await make_club(db)
        await limit(db, club)
        in_order = sorted(hard_week(600.0).items(), reverse=True)
        seen: list[list[Alert]] = []
        for day, load in in_order:
            await train(db, club, {day: load})
            seen.append(await watch(db, club))
            clock.advance(seconds=1)

        assert [len(each) for each in seen] == [0, 0, 0, 0, 0, 1, 1]
        [alert] = await alerts(db, club)
        assert alert.current_value == 4200
        assert alert.severity is Severity.CRITICAL

    async def test_the_first_day_is_that_of_the_breach_also_where_nobody_looked_then(
        self, db: Database
    ) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, {TODAY - timedelta(days=n): 500.0 for n in range(10)})

        [raised] = await watch(db, club)

        assert raised.first_day == TODAY - timedelta(days=3)  # six days come to 3,000, which is not over

    async def test_numbers_of_a_few_days_warn_nobody_of_risk_or_of_recovery(self, db: Database) -> None:
        club = await make_club(db)
        await train(db, club, {TODAY - timedelta(days=n): 900.0 for n in range(4)})

        assert await watch(db, club) == []

    async def test_risk_and_recovery_have_alerts_of_their_own(self, db: Database) -> None:
        club = await make_club(db)
        days = usual_days(count=70) | {TODAY - timedelta(days=n): 1500.0 for n in range(5)}
        await train(db, club, days)
        scores = {TODAY - timedelta(days=n): 4.0 if n % 2 else 3.5 for n in range(1, 40)} | {TODAY: 1.0}
        await felt(db, club.organization.id, club.players[0].id, scores)

        found = {each.type: each for each in await watch(db, club)}

        assert set(found) == {HIGH, RISK, TIRED}
        assert found[RISK].severity is Severity.CRITICAL
        assert found[RISK].metric is None
        assert found[RISK].current_value >= 2
        recovery = found[TIRED].adjustment
        assert recovery is not None
        assert recovery.type is AdjustmentKind.INCREASE_RECOVERY

    async def test_pain_recommends_to_leave_out_the_next_session(self, db: Database) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        player = club.players[0].id
        report = WellnessReport(
            id=uuid4(),
            organization_id=club.organization.id,
            player_id=player,
            day=TODAY,
            has_pain=True,
            version=1,
            recorded_at=datetime(2026, 11, 20, tzinfo=UTC),
            actor_id=player,
            actor_name="The player",
        )
        await committed(db, lambda one: insert_reports(one, [report]))

        [raised] = await watch(db, club)

        assert raised.adjustment is not None
        assert (raised.adjustment.type, raised.adjustment.value) == (AdjustmentKind.SKIP_TRAINING, 1)
        assert "pain" in raised.reason

    async def test_the_recommendation_brings_the_planned_week_under_the_limit(self, db: Database) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        await make_assignments(
            db,
            club.assignment(
                load=LoadProgression(800),
                effective_from=TODAY,
                scheduled_on=TODAY,
                recurrence=weekly(0, 1, 2, 3, 4),
            ),
        )

        [raised] = await watch(db, club)

        assert raised.adjustment is not None
        assert (raised.adjustment.type, raised.adjustment.value) == (AdjustmentKind.REDUCE_LOAD, 25)
        assert (raised.planned_week_au, raised.recommended_week_au) == (4000, 3000)
        assert "3000 AU instead of 4000" in raised.effect


class TestTeams:
    async def test_each_team_has_its_own_limits_and_alerts(self, db: Database) -> None:
        club = await make_club(db)
        other = await make_team(db, club.organization, players=[club.players[0]])
        await limit(db, club)
        strict = TeamLimits(
            other.id,
            WorkloadThresholds(**_values(acute_load_limit_au=1000.0, acute_load_critical_au=None)),
            1,
            datetime(2026, 11, 1, tzinfo=UTC),
            "Their coach",
        )
        await committed(db, lambda one: save_limits(one, strict, club.organization.id, None))
        await train(db, club, hard_week(300.0))

        raised = await watch(db, club)

        assert [(each.team_id, each.threshold_value) for each in raised] == [(other.id, 1000)]

    async def test_alerts_of_a_team_that_was_left_do_not_last(self, db: Database, clock: Clock) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        await watch(db, club)
        clock.advance(seconds=1)
        await committed(db, lambda one: one.execute(text("DELETE FROM memberships")))

        [over] = await watch(db, club)

        assert over.resolved_at is not None

    async def test_today_is_that_of_the_team(self, db: Database, clock: Clock) -> None:
        """An hour before midnight UTC it is tomorrow in Oslo: what was done there today is known already."""
        clock.now = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())

        [raised] = await watch(db, club)

        assert raised.last_day == date(2026, 11, 20)

    async def test_many_players_cost_as_many_statements_as_few(self, db: Database) -> None:
        club = await make_club(db, 3)
        await limit(db, club)
        more = [await make_athlete(db, club.organization) for _ in range(30)]
        large = await make_team(db, club.organization, players=more)
        assert large.id
        for each in (*club.players, *more):
            await trained(db, club.organization.id, {each.id: usual_days()})
        counts = []
        for people in (club.players, more):
            with count_statements(db) as sent:
                await watch(db, club, *(each.id for each in people))
            counts.append(len(sent))

        assert counts[0] == counts[1] <= 16, counts


class TestHandlers:
    async def test_every_report_and_new_limits_are_listened_to(self) -> None:
        heard = {each.event_type.type for each in workload_handlers()}

        assert heard == {
            "training.logged", "training.corrected", "training.withdrawn", "training.imported",
            "training.completed", "wellness.reported", "rest_day.reported", "workload.thresholds_changed",
        }  # fmt: skip

    async def test_numbers_are_told_for_each_team_with_what_they_are(self, db: Database) -> None:
        club = await make_club(db)
        await train(db, club, usual_days())

        await watch(db, club)

        async with db.read() as read:
            [event] = await events_of(read, "player", club.players[0].id)
        assert event.event_type == "workload.updated"
        assert event.team_id == club.team.id
        assert event.payload["day"] == str(TODAY)
        assert event.payload["week_load_au"] == sum(usual_days(count=7).values())
        assert event.payload["risk_band"] == "low"
        assert event.payload["model_version"] == "workload/1"

    async def test_new_limits_reach_every_player_some_at_a_time(self, db: Database, clock: Clock) -> None:
        club = await make_club(db, 5)
        for player in range(5):
            await train(db, club, hard_week(), player)
        await limit(db, club)
        event = WorkloadThresholdsChanged(
            aggregate_id=club.team.id, version=1, organization_id=club.organization.id
        )
        progress, rounds = None, 0

        while rounds == 0 or progress is not None:
            received = Received(uuid4(), clock(), None, 1, event, progress)
            clock.advance(seconds=1)

            async def work(tx: Transaction, received: Any = received) -> str | None:
                return await WatchTeam(at_once=2)(tx, received)

            progress = await db.unit_of_work(work)
            rounds += 1

        assert rounds == 3
        assert [len(await alerts(db, club, player)) for player in range(5)] == [1] * 5

    async def test_an_event_that_comes_twice_changes_nothing_the_second_time(
        self, db: Database, clock: Clock
    ) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        event = TrainingImported(
            aggregate_id=uuid4(),
            version=1,
            organization_id=club.organization.id,
            player_id=club.players[0].id,
            first_day=TODAY - timedelta(days=6),
            last_day=TODAY,
            entry_count=7,
        )
        for _ in range(2):
            clock.advance(seconds=1)
            received = Received(uuid4(), clock(), None, 1, event)

            async def work(tx: Transaction, received: Any = received) -> None:
                await WatchPlayer()(tx, received)

            await db.unit_of_work(work)

        [alert] = await alerts(db, club)
        assert (alert.version, len(await told(db, alert))) == (1, 1)

    async def test_reports_of_one_moment_raise_one_alert(self, fresh_db: Database, fresh_url: str) -> None:
        """Handled by workers of two processes, on real connections."""
        club = await make_club(fresh_db)
        await limit(fresh_db, club)
        await train(fresh_db, club, hard_week())
        clock = RunningClock(NOW)
        one, two = (World(fresh_url, workload_handlers(), clock=clock) for _ in range(2))

        async def all_handled() -> bool:
            return await one.scalar("SELECT count(*) FROM event_inbox") == 8  # type: ignore[no-any-return]

        async with running(one), running(two):
            await one.commit(
                *(
                    TrainingLogged(
                        aggregate_id=uuid4(),
                        version=1,
                        organization_id=club.organization.id,
                        player_id=club.players[0].id,
                        day=TODAY,
                        load_au=500.0,
                    )
                    for _ in range(8)
                )
            )
            await until(all_handled)

        [alert] = await alerts(fresh_db, club)
        assert len(await told(fresh_db, alert)) == 1
        assert await actions(fresh_db, alert) == [AlertAction.RAISED]
        async with fresh_db.read() as read:
            assert len(await events_of(read, "player", club.players[0].id)) == 8


class TestToldByOthers:
    async def test_a_breach_of_the_planning_service_is_an_alert_too_once(
        self, db: Database, clock: Clock
    ) -> None:
        club = await make_club(db)
        source = SeasonSource(db, None, clock)
        event = WorkloadThresholdBreached(
            team_id=club.team.id,
            player_id=club.players[0].id,
            threshold_type=HIGH,
            current_value=4200.0,
            threshold_value=3000.0,
            recommended_adjustment=RecommendedAdjustment(type=AdjustmentKind.REDUCE_LOAD, value=20.0),
        )
        await make_assignments(
            db,
            club.assignment(effective_from=TODAY, scheduled_on=TODAY, recurrence=weekly(0, 1, 2, 3, 4)),
        )
        for _ in range(2):
            clock.advance(seconds=1)
            received = Received(uuid4(), clock(), None, 1, event)

            async def work(tx: Transaction, received: Any = received) -> None:
                await RelievePlayer(SeasonLookup(source))(tx, received)

            await db.unit_of_work(work)

        [alert] = await alerts(db, club)
        assert (alert.source, alert.status) == (AlertSource.PLANNING_SERVICE, AlertStatus.ACCEPTED)
        assert (alert.current_value, alert.threshold_value) == (4200, 3000)
        assert alert.adjustment == event.recommended_adjustment
        assert alert.model_version is None
        assert await actions(db, alert) == [AlertAction.RAISED]
        clock.advance(seconds=1)
        assert await watch(db, club) == []


class TestRows:
    async def test_the_history_is_never_rewritten(self, db: Database) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        await watch(db, club)

        for statement in (
            "UPDATE workload_alert_entries SET actor_name = 'Somebody'",
            "DELETE FROM workload_alert_entries",
            "UPDATE workload_thresholds SET monotony_limit = 3",
            "DELETE FROM workload_thresholds",
        ):

            async def rewrite(one: AsyncSession, statement: str = statement) -> None:
                await one.execute(text(statement))

            with pytest.raises(DBAPIError, match="never rewritten"):
                await committed(db, rewrite)

    async def test_a_team_that_is_deleted_takes_its_limits_and_alerts_with_it(self, db: Database) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        await watch(db, club)

        await committed(
            db, lambda one: one.execute(text("DELETE FROM teams WHERE id = :id"), {"id": club.team.id})
        )

        async with db.read() as read:
            for table in ("workload_thresholds", "workload_alerts", "workload_alert_entries"):
                assert await read.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608

    async def test_what_a_planning_service_said_stands_for_a_week(self, db: Database, clock: Clock) -> None:
        club = await make_club(db)
        await limit(db, club)
        await train(db, club, hard_week())
        [raised] = await watch(db, club)
        told_by_others = text("UPDATE workload_alerts SET source = 'planning_service'")
        await committed(db, lambda one: one.execute(told_by_others))
        clock.advance(days=6)
        assert await watch(db, club) == []
        clock.advance(days=1)

        [over] = await watch(db, club)

        assert (over.id, over.source) == (raised.id, AlertSource.PLANNING_SERVICE)


async def _change_today(db: Database, club: Club, load_au: float) -> None:
    async def work(tx: Transaction) -> None:
        pages = await entries_of_players(tx.db_session, [club.players[0].id], PageRequest(), TODAY, TODAY)
        [entry] = pages[club.players[0].id].items

        await replace_entry(tx.db_session, replace(entry, load_au=load_au))

    await db.unit_of_work(work)


def _values(**changes: Any) -> dict[str, Any]:

    return asdict(ONLY_LOAD) | changes

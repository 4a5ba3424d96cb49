"""Each listener on real assignments: what it changes, what it says, once; and what it cannot follow."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, time, timedelta
from statistics import median
from time import monotonic as time_now
from time import process_time
from typing import Any
from uuid import uuid4

import pytest

from app.commands.event_letters import Letters
from db.athletes import save_physiology
from db.phase_templates import insert_phase_templates
from db.seasons import save_season_plan
from domain.assignments import AssignmentStatus
from domain.phase_templates import PhaseTemplate, TemplateWorkout
from domain.phases import Intensity, PhaseType
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology
from domain.seasons import SeasonStatus
from tests.domain.season_cases import MONDAY, weekly
from tests.events.season_world import (
    RunningClock,
    Season,
    SeasonWorld,
    accepted,
    following,
    make_season_of,
)
from tests.events.world import World
from tests.factories import committed, make_athlete
from tests.season_factories import make_assignments, make_club, make_season

WEEKDAYS = weekly(0, 1, 2, 3, 4)
CHANGES = "season.phase_changes"


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
async def world(fresh_url: str, clock: RunningClock) -> AsyncIterator[SeasonWorld]:
    async with following(SeasonWorld(fresh_url, clock)) as running:
        yield running


@pytest.fixture
async def season(world: SeasonWorld, clock: RunningClock) -> Season:
    return await make_season_of(world.db, clock)


class TestPhaseChanged:
    async def test_assignments_follow_the_new_phase_and_each_is_announced(
        self, world: SeasonWorld, season: Season
    ) -> None:
        mine, hers = await make_assignments(
            world.db, *(season.club.assignment(each, recurrence=WEEKDAYS) for each in season.club.players)
        )

        await accepted(world, season.phase_changed())
        await world.settled(handled=1)

        after = await world.stored(mine, hers)
        assert [each.load.base_load_au for each in after] == [480, 480]
        assert [each.recurrence.weekdays for each in after] == [(0, 2, 4), (0, 2, 4)]
        said = await world.said()
        assert [each.event_type for each in said] == [
            "assignment.phase_adjusted",
            "assignment.phase_adjusted",
            "training.phase_adjustments.applied",
        ]
        assert {each.aggregate_id for each in said[:2]} == {mine.id, hers.id}
        assert said[2].payload["adjustments_count"] == 2
        assert said[2].payload["triggered_by"] == "scheduler"
        assert {each.correlation_id for each in said} == {"c-1"}
        assert [each.adjustment.by.name for each in await world.history(mine)] == ["scheduler"] * 2

    async def test_the_old_phase_is_left(
        self, world: SeasonWorld, season: Season, clock: RunningClock
    ) -> None:
        """What is in the new one goes straight over; what is in none is as it was; what was done in the old
        one stays there.
        """
        club, [build, _] = season.club, season.plan.phases
        going_over = club.assignment(recurrence=weekly(0, 2))
        past = club.assignment(scheduled_on=build.ends_on)
        [going_over, past] = await make_assignments(world.db, going_over, past)
        await accepted(world, season.phase_changed())
        await world.settled(handled=1)

        clock.advance(weeks=4)
        await accepted(world, season.phase_changed(1, old=0))
        await world.settled(handled=2)

        after, still = await world.stored(going_over, past)
        assert after.planning.planning_phase_id == season.plan.phases[1].id
        assert after.planning.original is not None
        assert after.planning.original.base_load_au == 400
        assert still.planning.planning_phase_id == build.id
        assert (after.version, still.version) == (3, 2)

    async def test_without_auto_apply_the_old_phase_is_left_and_the_new_one_waits_for_a_coach(
        self, world: SeasonWorld, season: Season, clock: RunningClock
    ) -> None:
        [assignment] = await make_assignments(world.db, season.club.assignment(recurrence=WEEKDAYS))
        await accepted(world, season.phase_changed())
        await world.settled(handled=1)
        before = await world.numbers()

        clock.advance(weeks=4)
        await accepted(world, season.phase_changed(1, old=0, autoApplyAdjustments=False))
        await world.settled(handled=2)

        [after] = await world.stored(assignment)
        assert replace(after, version=1, updated_at=assignment.updated_at) == assignment
        assert await world.numbers() == (before[0] + 1, before[1] + 2, before[2] + 2)

    async def test_without_auto_apply_nothing_is_changed_where_nothing_was_followed(
        self, world: SeasonWorld, season: Season
    ) -> None:
        await make_assignments(world.db, season.club.assignment())

        await accepted(world, season.phase_changed(autoApplyAdjustments=False))
        await world.settled(handled=1)

        assert await world.numbers() == (1, 0, 0)

    async def test_where_the_day_has_not_come_yet_the_phase_is_followed_from_its_first_day(
        self, world: SeasonWorld, season: Season, clock: RunningClock
    ) -> None:
        """A planning system in another time zone is ahead by hours; the event does not come again."""
        [assignment] = await make_assignments(world.db, season.club.assignment(recurrence=WEEKDAYS))
        clock.advance(weeks=3, days=6)
        assert season.today == season.plan.phases[1].starts_on - timedelta(days=1)

        await accepted(world, season.phase_changed(1, old=0))
        await world.settled(handled=1)

        [after] = await world.stored(assignment)
        assert after.planning.planning_phase_id == season.plan.phases[1].id

    async def test_the_same_event_again_changes_nothing(self, world: SeasonWorld, season: Season) -> None:
        [assignment] = await make_assignments(world.db, season.club.assignment())
        event = season.phase_changed()
        await accepted(world, event)
        await world.settled(handled=1)
        before, values = await world.numbers(), await world.stored(assignment)

        outcomes = await accepted(world, event, event)
        outcomes += await accepted(world, season.phase_changed())
        await world.settled(handled=2)

        assert outcomes == ["duplicate", "duplicate", "accepted"]
        assert await world.numbers() == before
        assert await world.stored(assignment) == values

    async def test_one_that_a_later_one_has_overtaken_is_ignored(
        self, world: SeasonWorld, season: Season, clock: RunningClock
    ) -> None:
        [assignment] = await make_assignments(world.db, season.club.assignment(recurrence=WEEKDAYS))
        early = season.phase_changed(0)
        clock.advance(weeks=4)
        await accepted(world, season.phase_changed(1, old=0))
        await world.settled(handled=1)
        before = await world.numbers()

        await accepted(world, early)
        await world.settled(handled=2)

        assert await world.numbers() == before
        outcomes = await world.rows(
            "SELECT outcome FROM event_inbox WHERE consumer = :name ORDER BY handled_at", name=CHANGES
        )
        assert [each.outcome for each in outcomes] == ["handled", "out_of_order"]
        assert await world.dead() == []
        [after] = await world.stored(assignment)
        assert after.planning.planning_phase_id == season.plan.phases[1].id

    async def test_more_than_a_batch_is_done_in_several_units_of_work(
        self, fresh_url: str, clock: RunningClock
    ) -> None:
        def small(handlers: Any) -> Any:
            phases, *others = handlers
            return (replace(phases, handle=replace(phases.handle, batch=10)), *others)

        async with following(SeasonWorld(fresh_url, clock, wrap=small)) as world:
            season = await make_season_of(world.db, clock)
            made = await make_assignments(world.db, *(season.club.assignment() for _ in range(35)))

            await accepted(world, season.phase_changed())
            await world.settled(handled=1)

            assert {each.load.base_load_au for each in await world.stored(*made)} == {480}
            told = await world.said("training.phase_adjustments.applied")
            assert [each.payload["adjustments_count"] for each in told] == [10, 10, 10, 5]
            assert len(await world.said("assignment.phase_adjusted")) == 35
            labels = {"consumer": "season.phase_changes", "outcome": "continued"}
            assert world.metric("taper_event_deliveries_total", **labels) == 3

    async def test_ten_thousand_assignments_follow_within_seconds_and_nobody_else_waits(
        self, world: SeasonWorld, season: Season
    ) -> None:
        club = season.club
        made = [
            club.assignment(
                club.players[n % 2], recurrence=replace(WEEKDAYS, ends_on=MONDAY + timedelta(n % 80))
            )
            for n in range(10_000)
        ]
        for start in range(0, 10_000, 2_500):
            await make_assignments(world.db, *made[start : start + 2_500])

        began, worked = time_now(), process_time()
        await accepted(world, season.phase_changed())
        waits = []
        done = f"SELECT count(*) FROM event_inbox WHERE consumer = '{CHANGES}'"  # noqa: S608 - our own name
        while not await world.scalar(done):
            asked = time_now()
            await world.scalar("SELECT 1")
            waits.append(time_now() - asked)
            await sleep(0.01)

        took, worked = time_now() - began, process_time() - worked
        assert worked < 30, "seconds of this process's own"
        assert median(waits) < took / 20
        told = await world.said("training.phase_adjustments.applied")
        assert sum(each.payload["adjustments_count"] for each in told) == 10_000
        assert len(told) <= 3
        versions, _, _ = await world.numbers()
        assert versions == 20_000
        assert await world.scalar("SELECT count(*) FROM outbox WHERE aggregate_type = 'assignment'") == 10_000

    async def test_a_heart_rate_never_leaves_what_the_player_s_heart_does(
        self, world: SeasonWorld, season: Season
    ) -> None:
        club = season.club
        body = Physiology(club.players[0].id, 50, 170)
        await committed(
            world.db, lambda one: save_physiology(one, club.organization.id, body, season.clock())
        )
        [assignment] = await make_assignments(
            world.db, club.assignment(thresholds=PerformanceThresholds(HeartRateZone(155, 168)))
        )

        await accepted(world, season.phase_changed())
        await world.settled(handled=1)

        [after] = await world.stored(assignment)
        assert after.thresholds.heart_rate == HeartRateZone(161, 170)


class TestSeasonPlanUpdated:
    async def test_a_phase_that_was_added_is_followed(self, world: SeasonWorld, season: Season) -> None:
        [assignment] = await make_assignments(world.db, season.club.assignment())

        await accepted(world, season.plan_updated("phase_added", season.plan.phases[0].id))
        await world.settled(handled=1)

        [after] = await world.stored(assignment)
        assert after.load.base_load_au == 480
        [synced] = await world.said("training.season_plan.synced")
        assert synced.payload["update_type"] == "phase_added"
        assert synced.payload["adjustments_count"] == 1
        assert synced.payload["season_plan_id"] == str(season.plan.id)
        [entry] = await world.history(assignment)
        assert entry.adjustment.by == season.club.by

    async def test_a_phase_that_was_modified_is_followed_as_it_is_now(
        self, world: SeasonWorld, season: Season
    ) -> None:
        [assignment] = await make_assignments(world.db, season.club.assignment())
        await accepted(world, season.phase_changed())
        await world.settled(handled=1)
        build, later = season.plan.phases
        await self._store(world, season, replace(build, intensity=Intensity.RECOVERY), later)

        await accepted(world, season.plan_updated("phase_modified", build.id))
        await world.settled(handled=2)

        [after] = await world.stored(assignment)
        assert after.load.base_load_au == 240

    async def test_a_phase_that_was_removed_is_left(self, world: SeasonWorld, season: Season) -> None:
        [assignment] = await make_assignments(world.db, season.club.assignment())
        await accepted(world, season.phase_changed())
        await world.settled(handled=1)

        await accepted(world, season.plan_updated("phase_removed", season.plan.phases[0].id))
        await world.settled(handled=2)

        [after] = await world.stored(assignment)
        assert replace(after, version=1, updated_at=assignment.updated_at) == assignment
        [synced] = await world.said("training.season_plan.synced")
        assert (synced.payload["update_type"], synced.payload["adjustments_count"]) == ("phase_removed", 1)

    async def test_that_a_phase_was_removed_is_not_believed_of_a_plan_that_has_changed_since(
        self, world: SeasonWorld, season: Season
    ) -> None:
        """It was removed and added again; the first of the two events comes last."""
        [assignment] = await make_assignments(world.db, season.club.assignment())
        removed = season.plan_updated("phase_removed", season.plan.phases[0].id)
        await self._store(world, season, *season.plan.phases)
        added = season.plan_updated("phase_added", season.plan.phases[0].id)

        await accepted(world, added)
        await world.settled(handled=1)
        await accepted(world, removed)
        await world.settled(handled=2)

        [after] = await world.stored(assignment)
        assert after.planning.planning_phase_id == season.plan.phases[0].id

    async def test_a_schedule_that_was_adjusted_moves_assignments_from_phase_to_phase(
        self, world: SeasonWorld, season: Season
    ) -> None:
        build, later = season.plan.phases
        [assignment] = await make_assignments(world.db, season.club.assignment(scheduled_on=build.ends_on))
        await accepted(world, season.phase_changed())
        await world.settled(handled=1)
        earlier = build.ends_on - timedelta(weeks=1)
        await self._store(
            world,
            season,
            replace(build, ends_on=earlier),
            replace(later, starts_on=earlier + timedelta(days=1), intensity=Intensity.PEAK),
        )

        await accepted(world, season.plan_updated("schedule_adjusted"))
        await world.settled(handled=2)

        [after] = await world.stored(assignment)
        assert (after.planning.planning_phase_id, after.load.base_load_au) == (later.id, 560)

    async def test_a_season_that_is_over_is_left(self, world: SeasonWorld, season: Season) -> None:
        [assignment] = await make_assignments(world.db, season.club.assignment())
        await accepted(world, season.phase_changed())
        await world.settled(handled=1)
        await self._store(world, season, *season.plan.phases, status=SeasonStatus.COMPLETED)

        await accepted(world, season.plan_updated("schedule_adjusted"))
        await world.settled(handled=2)

        [after] = await world.stored(assignment)
        assert after.planning.planning_phase_id is None

    async def _store(self, world: SeasonWorld, season: Season, *phases: Any, **changes: Any) -> None:
        plan = replace(season.plan, phases=phases, **changes)
        await committed(
            world.db,
            lambda one: save_season_plan(one, plan, expected_version=1, now=season.clock()),
        )


class TestTemplateApplied:
    async def test_what_was_made_from_the_template_comes_in_step(
        self, world: SeasonWorld, season: Season
    ) -> None:
        template = await _make_template(world, season)
        [made, other] = await make_assignments(
            world.db, season.club.assignment(template_id=template.id), season.club.assignment()
        )

        event = season.template_applied(template.id)
        await accepted(world, event, event)
        await world.settled(handled=1)

        after, untouched = await world.stored(made, other)
        assert (after.load.base_load_au, untouched.version) == (480, 1)
        [processed] = await world.said("training.phase_template.processed")
        assert processed.payload["assignments_created"] == 3
        assert processed.payload["adjustments_count"] == 1
        assert processed.payload["applied_by"] == "planner"
        assert await world.said("training.phase_adjustments.applied") == []

    async def test_a_template_of_another_organization_is_unknown(
        self, world: SeasonWorld, season: Season
    ) -> None:
        elsewhere = Season(await make_club(world.db), season.plan, season.clock)
        template = await _make_template(world, elsewhere)
        await make_assignments(world.db, season.club.assignment())

        await accepted(world, season.template_applied(template.id))
        await world.settled(handled=0, dead=1)

        [letter] = await world.dead()
        assert letter.reason == "unknown_template"
        [failure] = await world.said()
        assert failure.event_type == "training.phase_change.error"
        assert failure.payload["code"] == "unknown_template"


class TestThresholdBreach:
    async def test_the_coming_week_s_load_is_reduced_and_no_other(
        self, world: SeasonWorld, season: Season
    ) -> None:
        club = season.club
        this_week = club.assignment(scheduled_on=MONDAY + timedelta(days=6))
        next_week = club.assignment(scheduled_on=MONDAY + timedelta(days=7))
        again_and_again = club.assignment(recurrence=weekly(0))
        hers = club.assignment(club.players[1])
        made = await make_assignments(world.db, this_week, next_week, again_and_again, hers)

        event = season.breach("reduce_load", 25)
        await accepted(world, event, event)
        await world.settled(handled=1)

        after = await world.stored(*made)
        assert [each.relief_percent for each in after] == [25, 0, 25, 0]
        assert after[0].relief_until == MONDAY + timedelta(days=6)
        [entry] = await world.history(this_week)
        assert (entry.adjustment.original, entry.adjustment.adjusted) == (400, 300)
        assert entry.adjustment.reason == "High load: 1.62 against a threshold of 1.5."
        [applied] = await world.said()
        assert applied.event_type == "training.workload_adjustment.applied"
        assert applied.payload["adjustments_count"] == 2
        assert applied.payload["adjustment_type"] == "reduce_load"
        assert applied.payload["adjustment_value"] == 25.0

    async def test_the_next_sessions_are_skipped(self, world: SeasonWorld, season: Season) -> None:
        club = season.club
        series = club.assignment(recurrence=weekly(0, 2, 4), starts_at=time(18))
        single = club.assignment(scheduled_on=MONDAY + timedelta(days=1))
        made = await make_assignments(world.db, series, single)

        event = season.breach("skip_training", 3, thresholdType="injury_risk")
        await accepted(world, event, event)
        await world.settled(handled=1)

        after = await world.stored(*made)
        assert after[0].recurrence.exceptions == (MONDAY, MONDAY + timedelta(days=2))
        assert after[1].status is AssignmentStatus.CANCELLED
        [applied] = await world.said()
        assert applied.payload["adjustments_count"] == 2

    async def test_hours_of_recovery_are_kept_free(self, world: SeasonWorld, season: Season) -> None:
        club = season.club
        tonight = club.assignment(starts_at=time(18))
        series = club.assignment(recurrence=weekly(1, 3), scheduled_on=MONDAY + timedelta(days=1))
        later = club.assignment(scheduled_on=MONDAY + timedelta(days=4))
        made = await make_assignments(world.db, tonight, series, later)

        await accepted(world, season.breach("increase_recovery", 48, thresholdType="recovery_needed"))
        await world.settled(handled=1)

        after = await world.stored(*made)
        assert after[0].scheduled_on == MONDAY + timedelta(days=2)
        assert after[1].recurrence.exceptions == (MONDAY + timedelta(days=1),)
        assert after[2] == later

    async def test_where_nothing_lies_ahead_nothing_is_said(self, world: SeasonWorld, season: Season) -> None:
        await accepted(world, season.breach("reduce_load", 25))
        await world.settled(handled=1)

        assert await world.said() == []

    async def test_a_player_of_another_team_is_unknown_and_nobody_is_relieved(
        self, world: SeasonWorld, season: Season
    ) -> None:
        stranger = await make_athlete(world.db, season.club.organization)
        await make_assignments(world.db, season.club.assignment(stranger))

        await accepted(world, season.breach("reduce_load", 25, playerId=stranger.id))
        await world.settled(handled=0, dead=1)

        [letter] = await world.dead()
        assert (letter.consumer, letter.reason) == ("workload.threshold_breaches", "unknown_player")
        [failure] = await world.said()
        assert failure.event_type == "training.workload_adjustment.error"
        assert failure.payload["player_id"] == str(stranger.id)
        assert failure.organization_id == season.club.organization.id
        assert (await world.numbers())[:2] == (1, 0)


class TestLoadManagement:
    async def test_every_player_is_eased_as_is_recommended(self, world: SeasonWorld, season: Season) -> None:
        club = season.club
        mine, hers = await make_assignments(
            world.db, *(club.assignment(each, recurrence=WEEKDAYS) for each in club.players)
        )
        anna, bea = (each.id for each in club.players)

        event = season.recommended(
            (anna, "reduce_load", 30), (anna, "skip_training", 1), (bea, "skip_training", 2)
        )
        await accepted(world, event, event)
        await world.settled(handled=1)

        after = await world.stored(mine, hers)
        assert [each.relief_percent for each in after] == [30, 0]
        assert [len(each.recurrence.exceptions) for each in after] == [1, 2]
        assert [each.version for each in after] == [2, 2]
        assert sorted(each.adjustment.type for each in await world.history(mine)) == ["frequency", "load"]
        [applied] = await world.said()
        assert applied.event_type == "training.load_management.applied"
        assert applied.payload["player_ids"] == sorted([str(anna), str(bea)])
        assert applied.payload["adjustments_count"] == 2

    async def test_one_unknown_player_and_nobody_is_eased(self, world: SeasonWorld, season: Season) -> None:
        club = season.club
        await make_assignments(world.db, club.assignment(recurrence=WEEKDAYS))
        nobody = uuid4()

        await accepted(
            world,
            season.recommended((club.players[0].id, "reduce_load", 30), (nobody, "reduce_load", 30)),
        )
        await world.settled(handled=0, dead=1)

        assert (await world.numbers())[:2] == (1, 0)
        failures = await world.said()
        assert {each.event_type for each in failures} == {"training.workload_adjustment.error"}
        assert {each.payload["player_id"] for each in failures} == {str(nobody), str(club.players[0].id)}
        assert str(nobody) in failures[0].payload["reason"]


class TestWhatCannotBeFollowed:
    @pytest.mark.parametrize(
        ("field", "reason"), [("teamId", "unknown_team"), ("newPhaseId", "unknown_phase")]
    )
    async def test_what_is_unknown_is_a_dead_letter_and_an_error_event(
        self, world: SeasonWorld, season: Season, field: str, reason: str
    ) -> None:
        await make_assignments(world.db, season.club.assignment())
        event = {**season.phase_changed(), field: str(uuid4())}

        await accepted(world, event)
        await world.settled(handled=0, dead=1)

        [letter] = await world.dead()
        assert (letter.consumer, letter.reason) == ("season.phase_changes", reason)
        assert event[field] in letter.detail
        [failure] = await world.said()
        assert failure.event_type == "training.phase_change.error"
        assert failure.payload["code"] == reason
        assert failure.payload["reason"] == letter.detail
        assert failure.payload["source_event_id"] == event["eventId"]
        known = reason == "unknown_phase"
        assert (failure.organization_id == season.club.organization.id) is known
        assert (await world.numbers())[:2] == (1, 0)

    async def test_a_phase_of_another_organization_is_as_unknown_as_none(
        self, world: SeasonWorld, season: Season
    ) -> None:
        elsewhere = await make_season_of(world.db, season.clock)
        theirs, mine = await make_assignments(world.db, elsewhere.club.assignment(), season.club.assignment())

        await accepted(
            world,
            season.phase_changed(newPhaseId=elsewhere.plan.phases[0].id),
            elsewhere.phase_changed(oldPhaseId=season.plan.phases[0].id),
        )
        await world.settled(handled=1, dead=1)

        [letter] = await world.dead()
        assert letter.reason == "unknown_phase"
        assert [each.version for each in await world.stored(theirs, mine)] == [2, 1]

    async def test_another_team_s_plan_is_unknown(self, world: SeasonWorld, season: Season) -> None:
        elsewhere = await make_season_of(world.db, season.clock)

        await accepted(world, season.plan_updated("schedule_adjusted", seasonPlanId=elsewhere.plan.id))
        await world.settled(handled=0, dead=1)

        [failure] = await world.said()
        assert failure.event_type == "training.season_plan.sync_error"
        assert failure.payload["code"] == "unknown_season_plan"
        assert failure.payload["season_plan_id"] == str(elsewhere.plan.id)

    async def test_a_phase_that_the_plan_does_not_have_cannot_have_been_added(
        self, world: SeasonWorld, season: Season
    ) -> None:
        await accepted(world, season.plan_updated("phase_added", uuid4()))
        await world.settled(handled=0, dead=1)

        assert [each.reason for each in await world.dead()] == ["unknown_phase"]

    async def test_a_season_that_is_not_active_has_no_phase_to_enter(
        self, world: SeasonWorld, clock: RunningClock
    ) -> None:
        club = await make_club(world.db)
        plan = await make_season(world.db, club.season(status=SeasonStatus.DRAFT))

        await accepted(world, Season(club, plan, clock).phase_changed())
        await world.settled(handled=0, dead=1)

        assert [each.reason for each in await world.dead()] == ["no_season"]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"autoApplyAdjustments": ...}, "malformed"),
            ({"newPhaseId": "next"}, "malformed"),
            ({"timestamp": "2026-11-17T12:00:00Z"}, "future"),
            ({"timestamp": "2026-01-01T12:00:00Z"}, "too_old"),
        ],
    )
    async def test_what_breaks_its_contract_never_reaches_a_listener(
        self, world: SeasonWorld, season: Season, changes: dict[str, Any], reason: str
    ) -> None:
        await make_assignments(world.db, season.club.assignment())

        assert await accepted(world, season.phase_changed(**changes)) == ["refused"]

        await world.settled(handled=0, dead=1)
        [letter] = await world.dead()
        assert (letter.consumer, letter.reason) == ("intake", reason)
        assert await world.numbers() == (1, 0, 0)

    async def test_a_fault_of_ours_is_tried_again_then_told_without_its_particulars(
        self, fresh_url: str, clock: RunningClock
    ) -> None:
        def broken(handlers: Any) -> Any:
            phases, *others = handlers

            async def handle(tx: Any, received: Any) -> None:
                await phases.handle(tx, received)
                raise RuntimeError("the password is hunter2")

            return (replace(phases, handle=handle), *others)

        async with following(SeasonWorld(fresh_url, clock, wrap=broken)) as world:
            season = await make_season_of(world.db, clock)
            await make_assignments(world.db, season.club.assignment())

            await accepted(world, season.phase_changed())
            await world.settled(handled=0, dead=1)

            [letter] = await world.dead()
            [failure] = await world.said()
            assert (letter.reason, "hunter2" in letter.detail) == ("failed", True)
            assert failure.payload["code"] == "internal_error"
            assert "hunter2" not in str(failure.payload)
            assert (await world.numbers())[:2] == (1, 0)

    async def test_poison_among_good_ones_stops_none_of_them(
        self, world: SeasonWorld, clock: RunningClock
    ) -> None:
        seasons = [await make_season_of(world.db, clock, player_count=1) for _ in range(5)]
        made = [
            (await make_assignments(world.db, each.club.assignment(recurrence=WEEKDAYS)))[0]
            for each in seasons
        ]
        good = [each.phase_changed() for each in seasons]
        poison = [each.phase_changed(newPhaseId=uuid4()) for each in seasons]

        await accepted(world, *(each for pair in zip(poison, good, strict=True) for each in pair))
        await world.settled(handled=5, dead=5)

        assert {each.load.base_load_au for each in await world.stored(*made)} == {480}
        assert len(await world.said("training.phase_change.error")) == 5
        assert len(await world.said("training.phase_adjustments.applied")) == 5


async def test_what_nobody_handled_before_can_be_replayed_now(fresh_url: str, clock: RunningClock) -> None:
    before = World(fresh_url, clock=clock)
    season = await make_season_of(before.db, clock)
    [assignment] = await make_assignments(before.db, season.club.assignment())
    assert (await before.bus.accept(season.phase_changed())).value == "refused"
    [letter] = await Letters(before.db).listed(include_resolved=False, at_most=10)
    assert (letter.consumer, letter.reason) == ("intake", "unhandled")

    async with following(SeasonWorld(fresh_url, clock)) as world:
        assert await Letters(world.db).replay(str(letter.id)) == [letter.id]
        await world.settled(handled=1)

        [after] = await world.stored(assignment)
        assert after.load.base_load_au == 480
    await before.db.dispose()


async def test_a_dead_letter_that_is_replayed_once_its_cause_is_gone_is_followed(
    world: SeasonWorld, clock: RunningClock
) -> None:
    club = await make_club(world.db)
    plan = club.season(created_at=clock(), updated_at=clock())
    [assignment] = await make_assignments(world.db, club.assignment())
    await accepted(world, Season(club, plan, clock).phase_changed())
    await world.settled(handled=0, dead=1)

    await make_season(world.db, plan)
    await Letters(world.db).replay(None)
    await world.settled(handled=1)

    [after] = await world.stored(assignment)
    assert after.load.base_load_au == 480


async def _make_template(world: SeasonWorld, season: Season) -> PhaseTemplate:
    club = season.club
    template = PhaseTemplate(
        id=uuid4(),
        organization_id=club.organization.id,
        name="Base",
        phase_type=PhaseType.PRESEASON,
        weeks=4,
        workouts=(TemplateWorkout(replace(club.workout, id=uuid4()), 1, 4, (0, 2)),),
        version=1,
        created_at=season.clock(),
        updated_at=season.clock(),
    )
    await committed(world.db, lambda one: insert_phase_templates(one, [template]))
    return template


def test_monday_is_the_first_day_of_the_test_s_season() -> None:
    assert date(2026, 11, 16) == MONDAY

"""Changing what was assigned, and taking it back: in step with its phase, and never over another's change."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.assignments import assignments_by_id
from db.database import Database
from db.outbox import events_of
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.recurrence import Recurrence, RecurrencePattern
from integrations.flags import Flag
from resolvers.ids import Kind, global_id, uuid_of
from tests.api import Api, make_api
from tests.databases import Clock
from tests.schema.assigning_documents import CANCEL, CREATE, UPDATE
from tests.schema.season_world import TODAY, SeasonWorld, forbid_training, have, make_season_world

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def season(db: Database) -> SeasonWorld:
    return await make_season_world(db)


@pytest.fixture
def coach(api: Api, season: SeasonWorld) -> Api:
    return api.as_(season.world.coach)


@pytest.fixture
async def followed(db: Database, coach: Api, season: SeasonWorld) -> WorkoutAssignment:
    """The athlete's, tomorrow, 400 AU that the phase makes 480 of; version 2."""
    reply = await coach.run(CREATE, input=season.input(load={"baseLoad": 400}))
    [made] = reply["createAssignment"]["outcome"]["assignments"]
    node = await coach.run("query ($id: ID!) { node(id: $id) { id } }", id=made["id"])
    assert node["node"]["id"] == made["id"]
    async with db.read() as db_session:
        key = uuid_of(Kind.WORKOUT_ASSIGNMENT, made["id"])
        return (await assignments_by_id(db_session, [key]))[key]


def naming(assignment: WorkoutAssignment, **changes: Any) -> dict[str, Any]:
    return {
        "assignmentId": global_id(Kind.WORKOUT_ASSIGNMENT, assignment.id),
        "expectedVersion": assignment.version,
    } | changes


async def update(api: Api, assignment: WorkoutAssignment, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await api.run(UPDATE, input=naming(assignment, **changes)))["updateAssignment"]
    return found


async def cancel(api: Api, assignment: WorkoutAssignment, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await api.run(CANCEL, input=naming(assignment, **changes)))["cancelAssignment"]
    return found


async def now(db: Database, assignment: WorkoutAssignment) -> WorkoutAssignment:
    async with db.read() as db_session:
        return (await assignments_by_id(db_session, [assignment.id]))[assignment.id]


async def test_a_new_day_is_followed_by_the_phase_of_that_day(
    db: Database, coach: Api, season: SeasonWorld, followed: WorkoutAssignment
) -> None:
    found = await update(coach, followed, scheduledOn=str(season.plan.phases[1].starts_on))

    assert found["__typename"] == "UpdateAssignmentSuccess"
    after = found["assignment"]
    assert (after["load"]["baseLoad"], after["originalLoad"]["baseLoad"]) == (240, 400)
    assert (after["phase"], after["version"]) == ({"name": "Rest"}, 3)
    stored = await now(db, followed)
    assert (stored.load.base_load_au, stored.version) == (240, 3)
    async with db.read() as db_session:
        events = await events_of(db_session, "assignment", followed.id)
    assert [(each.event_type, each.aggregate_version) for each in events] == [
        ("assignment.phase_adjusted", 2),
        ("assignment.phase_adjusted", 3),
    ]


async def test_moved_out_of_the_season_it_is_as_planned_again(
    coach: Api, season: SeasonWorld, followed: WorkoutAssignment
) -> None:
    day = season.plan.phases[1].ends_on + timedelta(days=1)

    found = await update(coach, followed, scheduledOn=str(day))

    assert found["assignment"]["load"]["baseLoad"] == 400
    assert found["assignment"]["phase"] is None


async def test_a_customization_is_worked_out_from_the_original_and_never_compounds(
    coach: Api, db: Database, followed: WorkoutAssignment
) -> None:
    loads = []
    for _ in range(3):
        found = await update(coach, await now(db, followed), customizations={"loadMultiplier": 0.5})
        loads.append(found["assignment"]["load"]["baseLoad"])
    gone = await update(coach, await now(db, followed), customizations=None)

    assert loads == [240, 240, 240]
    assert gone["assignment"]["load"]["baseLoad"] == 480


async def test_a_recurrence_is_given_as_before_the_phase(
    coach: Api, db: Database, followed: WorkoutAssignment
) -> None:
    """Five days a week are wanted; the phase has three."""
    weekly = {"pattern": "weekly", "daysOfWeek": [0, 1, 2, 4, 5], "endsOn": str(TODAY + timedelta(days=60))}

    found = await update(coach, followed, recurrence=weekly)
    once = await update(coach, await now(db, followed), recurrence=None)

    assert len(found["assignment"]["recurrence"]["daysOfWeek"]) == 3
    assert found["assignment"]["originalRecurrence"]["daysOfWeek"] == [0, 1, 2, 4, 5]
    assert once["assignment"]["recurrence"]["pattern"] == "none"


async def test_taken_out_of_the_phase_by_hand_it_is_as_planned(
    coach: Api, followed: WorkoutAssignment
) -> None:
    found = await update(coach, followed, startsAt="18:00:00", followPhase=False)

    assert found["assignment"]["load"]["baseLoad"] == 400
    assert found["assignment"]["phase"] is None
    assert found["assignment"]["startsAt"] == "18:00:00"


async def test_time_and_end_can_be_set_and_emptied(
    coach: Api, db: Database, followed: WorkoutAssignment
) -> None:
    await update(coach, followed, startsAt="17:30:00", expiresOn=str(TODAY + timedelta(days=9)))
    both = await now(db, followed)
    await update(coach, both, startsAt=None, expiresOn=None)
    none = await now(db, followed)

    assert (both.starts_at, both.expires_on) == (time(17, 30), TODAY + timedelta(days=9))
    assert (none.starts_at, none.expires_on) == (None, None)
    assert none.load.base_load_au == 480


async def test_a_draft_that_is_activated_follows_the_phase_and_is_seen(
    db: Database, api: Api, coach: Api, season: SeasonWorld
) -> None:
    [draft] = await have(db, season.assignment(status=AssignmentStatus.DRAFT))

    found = await update(coach, draft, status="active")

    assert (found["assignment"]["status"], found["assignment"]["load"]["baseLoad"]) == ("active", 480)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    seen = await api.as_(season.world.athlete).run(node, id=found["assignment"]["id"])
    assert seen["node"] is not None


async def test_a_day_that_is_taken_is_told_and_settled_as_for_a_new_one(
    db: Database, coach: Api, season: SeasonWorld, followed: WorkoutAssignment
) -> None:
    day = TODAY + timedelta(days=5)
    [there] = await have(db, season.assignment(scheduled_on=day))

    held = await update(coach, followed, scheduledOn=str(day))
    nothing = await now(db, followed)
    skipped = await update(
        coach, followed, scheduledOn=str(day), resolutions=[{"kind": "scheduling", "resolution": "skip"}]
    )
    moved = await update(
        coach, followed, scheduledOn=str(day), resolutions=[{"kind": "scheduling", "resolution": "replace"}]
    )

    assert held["__typename"] == "UnresolvedConflictsError"
    assert held["outcome"]["conflicts"][0]["kind"] == "scheduling"
    assert nothing == followed
    assert skipped["assignment"]["scheduledOn"] == str(TOMORROW)
    assert moved["assignment"]["scheduledOn"] == str(day)
    assert (await now(db, there)).status is AssignmentStatus.CANCELLED


async def test_it_is_not_in_its_own_way(coach: Api, followed: WorkoutAssignment) -> None:
    found = await update(coach, followed, scheduledOn=str(followed.scheduled_on), startsAt="10:00:00")

    assert found["__typename"] == "UpdateAssignmentSuccess"


async def test_nobody_is_moved_into_a_ban_on_training(db: Database, coach: Api, season: SeasonWorld) -> None:
    [assignment] = await have(db, season.assignment(scheduled_on=TODAY + timedelta(days=20)))
    await forbid_training(db, season)

    found = await update(
        coach,
        assignment,
        scheduledOn=str(TOMORROW),
        resolutions=[{"kind": "medical", "resolution": "override"}],
    )

    assert found["outcome"]["conflicts"][0]["kind"] == "medical"
    assert await now(db, assignment) == assignment


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({}, "assignmentId"),
        ({"scheduledOn": str(TODAY - timedelta(days=1))}, "scheduledOn"),
        ({"scheduledOn": None}, "scheduledOn"),
        ({"expiresOn": str(TODAY)}, "expiresOn"),
        ({"customizations": {"trainingFrequency": 8}}, "customizations.trainingFrequency"),
        ({"recurrence": {"pattern": "daily", "endsOn": "9999-12-31"}}, "recurrence.endsOn"),
        ({"status": "completed"}, "status"),
        ({"status": "draft"}, "status"),
        ({"status": "active", "resolutions": [{"resolution": "skip"}]}, "resolutions.0"),
    ],
)
async def test_a_bad_change_is_refused_and_nothing_is_changed(
    db: Database, coach: Api, followed: WorkoutAssignment, changes: dict[str, Any], path: str
) -> None:
    found = await update(coach, followed, **changes)

    assert found["code"] == "invalid_input"
    assert [".".join(each["path"]) for each in found["issues"]] == [path]
    assert await now(db, followed) == followed


async def test_what_began_in_the_past_can_be_changed_otherwise(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    begun = TODAY - timedelta(days=3)
    [assignment] = await have(
        db,
        season.assignment(
            effective_from=begun, scheduled_on=begun, recurrence=Recurrence(RecurrencePattern.DAILY)
        ),
    )

    found = await update(coach, assignment, expiresOn=str(TODAY + timedelta(days=3)))

    assert found["assignment"]["expiresOn"] == str(TODAY + timedelta(days=3))


async def test_over_another_change_nothing_is_done(
    db: Database, coach: Api, followed: WorkoutAssignment
) -> None:
    await update(coach, followed, startsAt="10:00:00")

    late = await update(coach, followed, startsAt="11:00:00")
    late_too = await cancel(coach, followed)

    assert [(each["code"], each["currentVersion"]) for each in (late, late_too)] == [("conflict", 3)] * 2
    assert (await now(db, followed)).starts_at == time(10, 0)


async def test_cancelled_it_stays_so_and_can_only_be_put_away(
    db: Database, coach: Api, followed: WorkoutAssignment
) -> None:
    first = await cancel(coach, followed)
    again = await cancel(coach, followed, expectedVersion=None)
    still = await update(coach, await now(db, followed), status="cancelled")
    changed = await update(coach, await now(db, followed), startsAt="10:00:00")
    back = await update(coach, await now(db, followed), status="active")
    away = await update(coach, await now(db, followed), status="archived")

    assert (first["assignment"]["status"], first["assignment"]["version"]) == ("cancelled", 3)
    assert again["assignment"]["version"] == 3, "there was nothing to do"
    assert still["assignment"]["version"] == 3, "nor here"
    assert (changed["code"], changed["state"]) == ("invalid_state", "cancelled")
    assert (back["code"], back["state"]) == ("invalid_state", "cancelled")
    assert away["assignment"]["status"] == "archived"
    assert (await cancel(coach, await now(db, followed)))["code"] == "invalid_state"


async def test_of_two_changes_at_once_one_is_a_conflict(fresh_db: Database, clock: Clock) -> None:
    season = await make_season_world(fresh_db)
    api = make_api(fresh_db, clock)
    [assignment] = await have(fresh_db, season.assignment())

    found = await asyncio.gather(
        *(
            update(api.as_(viewer), assignment, startsAt=f"{hour:02}:00:00")
            for hour, viewer in enumerate((season.world.coach, season.world.admin) * 3, start=8)
        )
    )

    assert sorted(each.get("code", "ok") for each in found) == ["conflict"] * 5 + ["ok"]
    assert (await now(fresh_db, assignment)).version == 2
    await api.services.solver.close()


async def test_nobody_but_who_decides_over_the_team_may(
    db: Database, api: Api, season: SeasonWorld, followed: WorkoutAssignment
) -> None:
    world = season.world
    told = {
        name: (
            (await update(api.as_(getattr(world, name)), followed, startsAt="10:00:00"))["code"],
            (await cancel(api.as_(getattr(world, name)), followed))["code"],
        )
        for name in ("other_coach", "strange_admin")
    }
    closed = {
        await api.as_(getattr(world, name)).refused(document, input=naming(followed))
        for name in ("athlete", "mate", "stranger", "service")
        for document in (UPDATE, CANCEL)
    }
    others = tuple(each for each in Flag if each is not Flag.ASSIGNMENTS)
    flag_off = await api.as_(world.coach).with_flags(*others).refused(CANCEL, input=naming(followed))
    nobodys = await cancel(
        api.as_(world.coach), followed, assignmentId=global_id(Kind.WORKOUT_ASSIGNMENT, uuid4())
    )

    assert told == {
        "other_coach": ("forbidden", "forbidden"),
        "strange_admin": ("assignment_not_found", "assignment_not_found"),
    }
    assert closed == {"forbidden"}
    assert (flag_off, nobodys["code"]) == ("feature_not_available", "assignment_not_found")
    assert await now(db, followed) == followed
    assert (await cancel(api.as_(season.service()), followed))["assignment"]["status"] == "cancelled"

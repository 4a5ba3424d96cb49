"""Seasons as callers write them, and a team whose players have something to follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from db.database import Database
from db.people import people_by_id
from domain.recurrence import Recurrence, RecurrencePattern
from domain.workouts import Workout
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.domain.season_cases import MONDAY
from tests.schema.documents import ERROR_FIELDS
from tests.season_factories import Club, make_workout
from tests.world import World

PLAN_FIELDS = """seasonPlan { id name status startsOn endsOn version team { id }
  load { baseLoad peakWeek taperWeeks recoveryWeeks }
  phases { id name type startsOn endsOn intensity trainingFrequency ownLoadMultiplier focusAreas
    gameFrequency gameDays recoveryRatio objectives { type priority targetImprovement } } document }"""
CREATE = f"""mutation ($input: CreateSeasonPlanInput!) {{ createSeasonPlan(input: $input) {{
  __typename ... on CreateSeasonPlanSuccess {{ {PLAN_FIELDS} }} {ERROR_FIELDS} }} }}"""
UPDATE = f"""mutation ($input: UpdateSeasonPlanInput!) {{ updateSeasonPlan(input: $input) {{
  __typename ... on UpdateSeasonPlanSuccess {{ changedAssignmentCount {PLAN_FIELDS} }}
  ... on InvalidStateError {{ state }} {ERROR_FIELDS} }} }}"""
STATUS = """mutation ($input: SetSeasonPlanStatusInput!) { setSeasonPlanStatus(input: $input) {
  __typename
  ... on SetSeasonPlanStatusSuccess { changedAssignmentCount seasonPlan { status version } }
  ... on Error { message code } ... on InvalidStateError { state }
  ... on ConflictError { currentVersion } } }"""
DELETE = """mutation ($input: DeleteSeasonPlanInput!) { deleteSeasonPlan(input: $input) {
  __typename ... on DeleteSeasonPlanSuccess { deletedSeasonPlanId changedAssignmentCount }
  ... on Error { message code } ... on ConflictError { currentVersion } } }"""
IMPORT = f"""mutation ($input: ImportSeasonPlanInput!) {{ importSeasonPlan(input: $input) {{
  __typename ... on ImportSeasonPlanSuccess {{ dryRun name wouldMake warnings {PLAN_FIELDS} }}
  {ERROR_FIELDS} }} }}"""

LAST = MONDAY + timedelta(weeks=30) - timedelta(days=1)


def day(weeks: int, days: int = 0) -> str:
    return str(MONDAY + timedelta(weeks=weeks, days=days))


def build(**changes: Any) -> dict[str, Any]:
    """Four weeks, hard."""
    return {
        "name": "Build",
        "type": "preseason",
        "startsOn": day(0),
        "endsOn": day(4, -1),
        "intensity": "high",
        "trainingFrequency": 3,
    } | changes


def games(**changes: Any) -> dict[str, Any]:
    """Ten weeks after that, with everything that a phase can say."""
    return {
        "name": "Games",
        "type": "in_season",
        "startsOn": day(4),
        "endsOn": day(14, -1),
        "intensity": "medium",
        "trainingFrequency": 2,
        "loadMultiplier": 0.9,
        "focusAreas": ["strength", "speed"],
        "gameFrequency": 1.5,
        "gameDays": [2, 5],
        "recoveryRatio": 0.3,
        "objectives": [{"type": "speed", "priority": "high", "targetImprovement": 2.5}],
    } | changes


def a_plan(world: World, *phases: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "teamId": global_id(Kind.TEAM, world.team.id),
        "name": "2026-27",
        "startsOn": day(0),
        "endsOn": str(LAST),
        "baseLoad": 2000,
        "peakWeek": 12,
        "taperWeeks": [28, 29],
        "recoveryWeeks": [4, 8],
        "phases": list(phases or (build(), games())),
    } | changes


async def only(api: Api, operation: str, /, **input: Any) -> dict[str, Any]:
    [answer] = (await api.run(operation, input=input)).values()
    return answer  # type: ignore[no-any-return]


async def made(api: Api, world: World, *phases: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The draft of a season of the world's team."""
    answer = await only(api.as_(world.coach), CREATE, **a_plan(world, *phases, **changes))
    plan: dict[str, Any] = answer["seasonPlan"]
    return plan


async def in_force(api: Api, world: World, *phases: dict[str, Any]) -> dict[str, Any]:
    """The same as an active plan; its version is 2."""
    plan = await made(api, world, *phases)
    await only(api.as_(world.coach), STATUS, seasonPlanId=plan["id"], expectedVersion=1, status="active")
    return plan


def kept(phase: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A phase that an answer holds, as an input that keeps it."""
    input = {name: each for name, each in phase.items() if name != "ownLoadMultiplier"}
    return input | {"loadMultiplier": phase["ownLoadMultiplier"]} | changes


async def club_of(db: Database, world: World, *workouts: Workout) -> Club:
    """The world's team with workouts, to make assignments of; two new ones unless they are given."""
    ids = [each.id for each in (world.coach, world.athlete, world.mate) if each.id is not None]
    async with db.read() as db_session:
        people = await people_by_id(db_session, ids)
    coach, *players = (people[each] for each in ids)
    if not workouts:
        titles = ("Squats", "Runs")
        workouts = tuple([await make_workout(db, world.organization.id, title) for title in titles])
    return Club(world.organization, world.team, coach, tuple(players), workouts[0], workouts[-1])


THRICE_A_WEEK = Recurrence(RecurrencePattern.WEEKLY, weekdays=(0, 2, 4), ends_on=date(2027, 4, 30))


async def assignments_as_stored(db: Database, *but: str) -> list[str]:
    """Every assignment, byte for byte, but for the columns that count and date its changes."""
    hidden = " - ".join(f"'{each}'" for each in ("version", "updated_at", *but))
    async with db.read() as db_session:
        rows = await db_session.scalars(
            text(f"SELECT (to_jsonb(t) - {hidden})::text FROM workout_assignments t ORDER BY id")  # noqa: S608
        )
        return list(rows)

"""Loading by id what the caller may see.

Missing and not visible cost the same reads and end in the same words: neither the answer nor the time it
takes tells them apart. Only inside one's own organization is the answer ``Forbidden`` instead.
"""

from __future__ import annotations

from asyncio import gather
from typing import TypeVar
from uuid import UUID

from domain import access
from domain.access import PlanFacts, Sight
from domain.errors import Forbidden, NotFound
from domain.exercises import Exercise
from domain.people import Person, Team, Viewer
from domain.plans import Microcycle, Plan
from domain.sessions import CompressionRecord, Prescription, Session
from resolvers.context import Context
from resolvers.ids import Kind, global_id

T = TypeVar("T")

NOBODY = UUID(int=0)
"""Asked for where there is nothing to ask for, so that there is always one more question."""


async def plan_in_sight(context: Context, plan_id: UUID) -> Plan:
    plan, facts = await gather(context.loaders.plan.load(plan_id), context.loaders.plan_facts.load(plan_id))
    return granted(plan, sight_of(context.caller, facts), Kind.PLAN, plan_id)


async def session_in_sight(context: Context, session_id: UUID, plan_id: UUID | None = None) -> Session:
    """With ``plan_id``, only as a session of that plan."""
    session = await context.loaders.session.load(session_id)
    if session is not None and plan_id not in (None, session.plan_id):
        session = None
    sight = await _sight_of_plan_of(context, session)
    return granted(session, sight, Kind.SESSION, session_id)


async def session_of_plan_in_sight(context: Context, plan_id: UUID, session_id: UUID) -> tuple[Plan, Session]:
    """The plan is judged first: who may not see it is told nothing of its sessions."""
    plan = await plan_in_sight(context, plan_id)
    return plan, await session_in_sight(context, session_id, plan_id)


async def microcycle_in_sight(context: Context, microcycle_id: UUID) -> Microcycle:
    microcycle = await context.loaders.microcycle.load(microcycle_id)
    sight = await _sight_of_plan_of(context, microcycle)
    return granted(microcycle, sight, Kind.MICROCYCLE, microcycle_id)


async def prescription_in_sight(context: Context, prescription_id: UUID) -> Prescription:
    found = await context.loaders.prescription.load(prescription_id)
    session = await context.loaders.session.load(NOBODY if found is None else found.session_id)
    return granted(found, await _sight_of_plan_of(context, session), Kind.PRESCRIPTION, prescription_id)


async def record_in_sight(context: Context, record_id: UUID) -> CompressionRecord:
    found = await context.loaders.compression.load(record_id)
    session = await context.loaders.session.load(NOBODY if found is None else found.session_id)
    return granted(found, await _sight_of_plan_of(context, session), Kind.COMPRESSION_RECORD, record_id)


async def team_in_sight(context: Context, team_id: UUID) -> Team:
    team = await context.loaders.team.load(team_id)
    viewer = context.caller
    sight = Sight.NONE if team is None else access.sight_of_team(viewer, team_id, team.organization_id)
    return granted(team, sight, Kind.TEAM, team_id)


async def person_in_sight(context: Context, person_id: UUID) -> Person:
    person, team_ids = await gather(
        context.loaders.person.load(person_id), context.loaders.team_ids_of_person.load(person_id)
    )
    sight = Sight.NONE
    if person is not None:
        sight = access.sight_of_person(context.caller, person_id, person.organization_id, team_ids)
    return granted(person, sight, Kind.PLAYER, person_id)


async def person_if_seen(context: Context, person_id: UUID) -> Person | None:
    """For what refers to a person: it is no way around what the caller may see of them."""
    try:
        return await person_in_sight(context, person_id)
    except (NotFound, Forbidden):
        return None


async def exercise_in_sight(context: Context, exercise_id: UUID) -> Exercise:
    """The loader asks for the caller's catalogue only, so another organization's exercise is just missing."""
    exercise = await context.loaders.exercise.load(exercise_id)
    sight = Sight.NONE if exercise is None else Sight.FULL
    return granted(exercise, sight, Kind.EXERCISE, exercise_id)


def sight_of(viewer: Viewer, facts: PlanFacts | None) -> Sight:
    return Sight.NONE if facts is None else access.sight_of_plan(viewer, facts)


def refuse_unless_seen(sight: Sight, kind: Kind, key: UUID) -> None:
    if sight is Sight.NONE:
        raise NotFound(kind.word, global_id(kind, key))
    if sight is Sight.EXISTS:
        raise Forbidden(f"This {kind.word} is not yours to see.")


async def _sight_of_plan_of(context: Context, part: Session | Microcycle | None) -> Sight:
    facts = await context.loaders.plan_facts.load(NOBODY if part is None else part.plan_id)
    return sight_of(context.caller, facts)


def granted(found: T | None, sight: Sight, kind: Kind, key: UUID) -> T:
    if found is None:
        sight = Sight.NONE
    refuse_unless_seen(sight, kind, key)
    assert found is not None  # noqa: S101 - without it, sight is none
    return found

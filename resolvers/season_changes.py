"""Laying out a season: making, changing and deleting season plans. Assignments move with the phases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import strawberry
from pydantic import TypeAdapter

from db import seasons as stored
from db.database import Transaction
from db.teams import teams_by_id
from domain import access
from domain.access import Sight
from domain.errors import Forbidden, NotFound
from domain.events import SeasonPlanChanged, SeasonPlanDeleted
from domain.people import Team
from domain.season_changes import change_between, check_may_change
from domain.seasons import SeasonPlan, check_status
from events.season.following import follow_season_plan, leave_phases
from resolvers.context import Context, Info
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.running import actor_of, team_to_run
from resolvers.season_inputs import (
    CreateSeasonPlanInput,
    DeleteSeasonPlanInput,
    SetSeasonPlanStatusInput,
    UpdateSeasonPlanInput,
)
from resolvers.sight import NOBODY, granted

FOLLOWING_SECONDS = 8.0
"""Ten thousand assignments that move with their phases take a few seconds."""


@dataclass(frozen=True, slots=True)
class SeasonPlanAnswer:
    """The plan after the change, and how many assignments changed with it."""

    plan: SeasonPlan
    changed_assignment_count: int = 0


@dataclass(frozen=True, slots=True)
class SeasonPlanGone:
    deleted_season_plan_id: strawberry.ID
    changed_assignment_count: int


_ANSWER = TypeAdapter(SeasonPlanAnswer)


def plan_of_answer(parent: strawberry.Parent[SeasonPlanAnswer]) -> SeasonPlan:
    return parent.plan


async def create_season_plan(info: Info, input: CreateSeasonPlanInput) -> SeasonPlanAnswer:
    context = info.context
    team = await team_to_run(context, input.team_id)
    draft = input.plan(team, context.services.clock())

    async def work(tx: Transaction) -> SeasonPlanAnswer:
        return SeasonPlanAnswer(await new_season_plan(tx, draft))

    answer = await once(
        context,
        "createSeasonPlan",
        input.idempotency_key,
        fingerprinted(input),
        work,
        _ANSWER,
    )
    return answer.value


async def update_season_plan(info: Info, input: UpdateSeasonPlanInput) -> SeasonPlanAnswer:
    changes = input.changes()

    def changed(plan: SeasonPlan) -> SeasonPlan:
        check_may_change(plan)
        return changes(plan)

    return await _change(info.context, input.season_plan_id, input.expected_version, changed)


async def set_season_plan_status(info: Info, input: SetSeasonPlanStatusInput) -> SeasonPlanAnswer:
    def changed(plan: SeasonPlan) -> SeasonPlan:
        check_status(plan.status, input.status)
        return replace(plan, status=input.status)

    return await _change(info.context, input.season_plan_id, input.expected_version, changed)


async def delete_season_plan(info: Info, input: DeleteSeasonPlanInput) -> SeasonPlanGone:
    context = info.context
    plan_id = uuid_of(Kind.SEASON_PLAN, input.season_plan_id)

    async def work(tx: Transaction) -> SeasonPlanGone:
        plan, team = await _plan_to_change(context, tx, plan_id, input.expected_version)
        left = await _leave(context, tx, team, plan)
        await stored.delete_season_plan(tx.db_session, plan_id, expected_version=input.expected_version)
        tx.record(
            SeasonPlanDeleted(
                aggregate_id=plan.id,
                version=plan.version + 1,
                organization_id=plan.organization_id,
                team_id=plan.team_id,
            )
        )
        return SeasonPlanGone(global_id(Kind.SEASON_PLAN, plan_id), left)

    return await context.unit_of_work(work, deadline_seconds=FOLLOWING_SECONDS)


async def new_season_plan(tx: Transaction, draft: SeasonPlan) -> SeasonPlan:
    made = replace(draft, created_at=tx.now, updated_at=tx.now)
    await stored.insert_season_plan(tx.db_session, made)
    tx.record(_told(made))
    return made


async def _change(
    context: Context, id: strawberry.ID, expected_version: int, changed: Callable[[SeasonPlan], SeasonPlan]
) -> SeasonPlanAnswer:
    plan_id = uuid_of(Kind.SEASON_PLAN, id)

    async def work(tx: Transaction) -> SeasonPlanAnswer:
        before, team = await _plan_to_change(context, tx, plan_id, expected_version)
        wanted = changed(before)
        if wanted == before:
            return SeasonPlanAnswer(before)
        after = await stored.save_season_plan(
            tx.db_session, wanted, expected_version=expected_version, now=tx.now
        )
        if after is None:
            raise NotFound(Kind.SEASON_PLAN.word, id)
        tx.record(_told(after))
        return SeasonPlanAnswer(after, await _follow(context, tx, team, before, after))

    return await context.unit_of_work(work, deadline_seconds=FOLLOWING_SECONDS)


async def _plan_to_change(
    context: Context, tx: Transaction, plan_id: UUID, expected_version: int
) -> tuple[SeasonPlan, Team]:
    """The plan, locked, with its team. A stale version is told before anything else of the change."""
    plan = await stored.season_plan_for_update(tx.db_session, plan_id)
    team_id = NOBODY if plan is None else plan.team_id
    team = (await teams_by_id(tx.db_session, [team_id])).get(team_id)
    if plan is None or team is None:
        return granted(None, Sight.NONE, Kind.SEASON_PLAN, plan_id)
    sight = access.sight_to_run_team(context.caller, team.id, team.organization_id)
    if sight is Sight.EXISTS:
        raise Forbidden("Only who coaches this team decides over its season.")
    granted(plan, sight, Kind.SEASON_PLAN, plan_id)
    stored.refuse_other_version(plan.version, expected_version)
    return plan, team


async def _follow(
    context: Context, tx: Transaction, team: Team, before: SeasonPlan, after: SeasonPlan
) -> int:
    """Bring the assignments in step with what is different; how many changed."""
    change = change_between(before, after)
    if change is None:
        return 0
    count, last = 0, None
    while True:
        followed = await follow_season_plan(
            tx, team, after, change.phase_ids, change.update_type, by=actor_of(context), after=last
        )
        count += followed.changed_count
        if (last := followed.more_after) is None:
            return count


async def _leave(context: Context, tx: Transaction, team: Team, plan: SeasonPlan) -> int:
    """Restore whatever follows a phase of the plan; how many changed."""
    phase_ids, reason = [each.id for each in plan.phases], "The season plan was deleted."
    count, last = 0, None
    while True:
        left = await leave_phases(tx, team, phase_ids, by=actor_of(context), reason=reason, after=last)
        count += left.changed_count
        if (last := left.more_after) is None:
            return count


def _told(plan: SeasonPlan) -> SeasonPlanChanged:
    return SeasonPlanChanged(
        aggregate_id=plan.id,
        version=plan.version,
        organization_id=plan.organization_id,
        team_id=plan.team_id,
        status=plan.status,
    )

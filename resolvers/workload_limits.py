"""A team's limits of load: read by who sees the team, set by who runs it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Any

import strawberry

from db.database import Transaction
from db.workload_thresholds import limits_of_teams, save_limits
from domain.errors import Conflict, InvalidInput, Issue
from domain.events import WorkloadThresholdsChanged
from domain.people import Team
from domain.workload.team_limits import TeamLimits
from domain.workload.thresholds import WorkloadThresholds, check
from resolvers.context import Info
from resolvers.running import actor_of, team_to_run
from resolvers.workload_limit_inputs import LIMITS, SetWorkloadThresholdsInput

NEVER_OFF = frozenset(each.name for each in dataclasses.fields(WorkloadThresholds) if each.type == "float")


@dataclass(frozen=True, slots=True)
class LimitsAnswer:
    limits: TeamLimits


async def limits_in_force(info: Info, parent: strawberry.Parent[Team]) -> TeamLimits:
    found = await info.context.loaders.workload.limits_of_team.load(parent.id)
    return found or TeamLimits(parent.id)


async def set_workload_thresholds(info: Info, input: SetWorkloadThresholdsInput) -> LimitsAnswer:
    """With ``expectedVersion`` it is naturally idempotent: what was set already is no new version."""
    context = info.context
    team = await team_to_run(context, input.team_id)

    async def work(tx: Transaction) -> LimitsAnswer:
        before = (await limits_of_teams(tx.db_session, [team.id])).get(team.id) or TeamLimits(team.id)
        wanted = _wanted(before.thresholds, input)
        if wanted == before.thresholds and before.version in (
            input.expected_version,
            input.expected_version + 1,
        ):
            return LimitsAnswer(before)
        if before.version != input.expected_version:
            raise Conflict("Somebody changed the limits since you read them.", before.version)
        actor = actor_of(context)
        after = TeamLimits(team.id, wanted, before.version + 1, tx.now, actor.name)
        await save_limits(tx.db_session, after, team.organization_id, actor.id)
        tx.record(
            WorkloadThresholdsChanged(
                aggregate_id=team.id, version=after.version, organization_id=team.organization_id
            )
        )
        return LimitsAnswer(after)

    return await context.unit_of_work(work)


async def team_of_limits(info: Info, parent: strawberry.Parent[TeamLimits]) -> Team | None:
    return await info.context.loaders.team.load(parent.team_id)


def limit_of(name: str) -> Any:
    """The resolver of one limit."""

    def read(parent: strawberry.Parent[TeamLimits]) -> Any:
        return getattr(parent.thresholds, name)

    return read


def _wanted(before: WorkloadThresholds, input: SetWorkloadThresholdsInput) -> WorkloadThresholds:
    """``InvalidInput`` with everything that is out of bounds or contradicts itself."""
    given = {
        name: value
        for field, name in LIMITS.items()
        if (value := getattr(input, field)) is not strawberry.UNSET
    }
    fields = {name: field for field, name in LIMITS.items()}
    if off := [name for name, value in given.items() if value is None and name in NEVER_OFF]:
        raise InvalidInput(
            tuple(Issue((_camel(fields[name]),), "This limit cannot be switched off.") for name in off)
        )
    wanted = replace(before, **given)
    check(wanted)
    return wanted


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)

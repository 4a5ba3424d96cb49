"""``node`` and ``nodes``: the same keys and the same sight as the root fields, by id alone."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access import Scope
from domain.errors import Forbidden, InvalidInput, NotFound
from integrations.flags import Flag
from resolvers import alerts, athletes, season_sight, sight, training_log, wellness
from resolvers.context import Context, Info
from resolvers.ids import Kind, as_uuid, parsed
from resolvers.permissions import Behind, Closed, Has, Need, let_in

MOST_NODES = 50


@dataclass(frozen=True, slots=True)
class _Way:
    """The keys are those of the fields that lead to such a thing elsewhere."""

    scope: Scope
    load: Callable[[Context, UUID], Awaitable[object]]
    flag: Flag | None = None

    @property
    def needs(self) -> tuple[Need, ...]:
        return (Has(self.scope),) if self.flag is None else (Has(self.scope), Behind(self.flag))


_WAYS: Mapping[Kind, _Way] = {
    Kind.PLAN: _Way(Scope.PLANS_READ, sight.plan_in_sight),
    Kind.MICROCYCLE: _Way(Scope.PLANS_READ, sight.microcycle_in_sight),
    Kind.SESSION: _Way(Scope.PLANS_READ, sight.session_in_sight),
    Kind.PRESCRIPTION: _Way(Scope.PLANS_READ, sight.prescription_in_sight),
    Kind.COMPRESSION_RECORD: _Way(Scope.PLANS_READ, sight.record_in_sight),
    Kind.TEAM: _Way(Scope.TEAMS_READ, sight.team_in_sight),
    Kind.PLAYER: _Way(Scope.TEAMS_READ, sight.person_in_sight),
    Kind.EXERCISE: _Way(Scope.CATALOGUE_READ, sight.exercise_in_sight),
    Kind.SEASON_PLAN: _Way(Scope.SEASONS_READ, season_sight.season_plan_in_sight, Flag.SEASONS),
    Kind.SEASON_PHASE: _Way(Scope.SEASONS_READ, season_sight.phase_in_sight, Flag.SEASONS),
    Kind.PHASE_TEMPLATE: _Way(Scope.SEASONS_READ, season_sight.template_in_sight, Flag.PHASE_TEMPLATES),
    Kind.WORKOUT: _Way(Scope.ASSIGNMENTS_READ, season_sight.workout_in_sight, Flag.ASSIGNMENTS),
    Kind.WORKOUT_ASSIGNMENT: _Way(Scope.ASSIGNMENTS_READ, season_sight.assignment_in_sight, Flag.ASSIGNMENTS),
    Kind.PHASE_ADJUSTMENT: _Way(
        Scope.ASSIGNMENTS_READ, season_sight.adjustment_in_sight, Flag.PHASE_ADJUSTMENTS
    ),
    Kind.TRAINING_ENTRY: _Way(Scope.WORKLOAD_READ, training_log.training_in_sight, Flag.WORKLOAD),
    Kind.WELLNESS_REPORT: _Way(Scope.WORKLOAD_READ, wellness.report_in_sight, Flag.WORKLOAD),
    Kind.WORKLOAD_ALERT: _Way(Scope.WORKLOAD_READ, alerts.alert_in_sight, Flag.WORKLOAD),
    Kind.MEDICAL_RESTRICTION: _Way(Scope.ASSIGNMENTS_READ, athletes.restriction_in_sight, Flag.ASSIGNMENTS),
}

NodeId = Annotated[strawberry.ID, strawberry.argument(description="Global id of anything that has one.")]
NodeIds = Annotated[
    list[strawberry.ID], strawberry.argument(description=f"Global ids, at most {MOST_NODES}.")
]


async def node(info: Info, id: NodeId) -> object | None:
    """None for what is missing and for what the caller may not see, wherever it belongs."""
    found = parsed(id)
    if found is None:
        return None
    kind, key = found
    if kind is Kind.VIEWER:
        return info.context.caller if key == info.context.caller.key else None
    way, uuid = _WAYS[kind], as_uuid(key)
    let_in(info.context, needs_of_node(kind))
    if uuid is None:
        return None
    try:
        return await way.load(info.context, uuid)
    except (NotFound, Forbidden):
        return None


def needs_of_node(kind: Kind) -> tuple[Need, ...]:
    """The keys to what this kind of id leads to."""
    return _WAYS[kind].needs


async def nodes(info: Info, ids: NodeIds) -> list[object | None]:
    """In the order of the ids; an id for which the caller has no key fails alone."""
    if len(ids) > MOST_NODES:
        raise InvalidInput.of("ids", f"At most {MOST_NODES} ids; these are {len(ids)}.")
    return list(await gather(*(_or_error(info, each) for each in ids)))


async def _or_error(info: Info, id: strawberry.ID) -> object | None:
    try:
        return await node(info, id)
    except Closed as closed:
        return closed  # GraphQL makes an exception in a list the error of its place

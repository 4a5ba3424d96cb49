"""A whole plan compressed, for looking at: nothing is stored."""

from asyncio import gather
from dataclasses import dataclass
from typing import Annotated

import strawberry

from domain.compression.model import Options
from domain.errors import PlanMissingContent
from domain.plan_preview import PlanPreview, SessionPreview
from domain.sessions import CompressionSource, Session
from resolvers.arguments import PlanId
from resolvers.context import Context, Info
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.inputs import DeclineTimeCrunchPreviewInput, reason_of
from resolvers.sight import plan_in_sight
from resolvers.telling import PreviewTold, code_of
from resolvers.time_crunch import OptionsArgument, TargetMinutes, asked_for
from resolvers.training import SHORTEST_PREVIEW, check_target, training_of

SourceArgument = Annotated[CompressionSource, strawberry.argument(description="Where it was asked for.")]
TARGET_NOT_MET = "target_not_met"


@dataclass(frozen=True, slots=True)
class Declined:
    plan_id: strawberry.ID


async def time_crunch_preview(
    info: Info,
    plan_id: PlanId,
    target_minutes: TargetMinutes,
    options: OptionsArgument = None,
    source: SourceArgument = CompressionSource.UNKNOWN,
) -> PlanPreview:
    told = PreviewTold(info.context, plan_id, target_minutes, source)
    told.requested()
    try:
        check_target(target_minutes, SHORTEST_PREVIEW)
        preview = await _preview(info.context, plan_id, target_minutes, asked_for(options))
    except Exception as error:
        told.fell_back(code_of(error))
        raise
    if preview.meets_time_constraint:
        told.succeeded(preview.strategy)
    else:
        told.fell_back(TARGET_NOT_MET, preview.strategy)
    return preview


async def decline_time_crunch_preview(info: Info, input: DeclineTimeCrunchPreviewInput) -> Declined:
    context = info.context
    check_target(input.target_minutes, SHORTEST_PREVIEW)
    reason = reason_of(input.reason)
    plan = await plan_in_sight(context, uuid_of(Kind.PLAN, input.plan_id))
    told = PreviewTold(context, input.plan_id, input.target_minutes, input.source)
    told.declined(input.strategy, reason)
    return Declined(global_id(Kind.PLAN, plan.id))


async def _preview(context: Context, plan_id: str, target_minutes: int, options: Options) -> PlanPreview:
    plan = await plan_in_sight(context, uuid_of(Kind.PLAN, plan_id))
    weeks, sessions = await gather(
        context.loaders.microcycles_of_plan.load(plan.id), context.loaders.sessions_of_plan.load(plan.id)
    )
    ordinals = {each.id: each.ordinal for each in weeks}
    previews = await gather(
        *(_session(context, each, ordinals[each.microcycle_id], target_minutes, options) for each in sessions)
    )
    found = tuple(each for each in previews if each is not None)
    if not found:
        raise PlanMissingContent
    return PlanPreview(plan.id, target_minutes, found, _warnings(len(sessions) - len(found)))


async def _session(
    context: Context, session: Session, week: int, target_minutes: int, options: Options
) -> SessionPreview | None:
    """None where nothing is prescribed."""
    training = await training_of(context, session)
    if not training.has_content:
        return None
    compression = await context.services.solver.compress(
        training.prescriptions,
        target_minutes=target_minutes,
        planned_minutes=training.planned_minutes,
        options=options,
        logs=training.logs,
    )
    return SessionPreview(session, week, compression)


def _warnings(left_out: int) -> tuple[str, ...]:
    if left_out == 0:
        return ()
    return (f"{left_out} of the plan's sessions have no exercises yet and are left out.",)

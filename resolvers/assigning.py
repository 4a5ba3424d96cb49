"""Giving workouts to players, one at a time or many at once."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from db.database import Transaction
from domain.errors import InvalidInput
from resolvers.assignment_drafts import Path, choices_of, drafts_of
from resolvers.assignment_inputs import MOST_AT_ONCE, AssignmentInput, BulkAssignInput, CreateAssignmentInput
from resolvers.assignment_making import MAKING_SECONDS, make
from resolvers.assignment_outcomes import Held, Made, Wanted
from resolvers.assignment_workouts import refuse_unseen_workouts, workouts_for
from resolvers.context import Context, Info
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.running import actor_of, team_to_run
from resolvers.season_at_hand import NO_SEASON, plan_kept, season_at_hand

_ANSWER: TypeAdapter[Made | Held] = TypeAdapter(Made | Held)


async def create_assignment(info: Info, input: CreateAssignmentInput) -> Made | Held:
    return await _assign(info.context, "createAssignment", input, [input.assignment], [("assignment",)])


async def bulk_assign(info: Info, input: BulkAssignInput) -> Made | Held:
    count = len(input.assignments)
    if not 1 <= count <= MOST_AT_ONCE:
        raise InvalidInput.of("assignments", f"Hand in 1 to {MOST_AT_ONCE} at once, not {count}.")
    paths = [("assignments", str(place)) for place in range(count)]
    return await _assign(info.context, "bulkAssign", input, input.assignments, paths)


async def _assign(
    context: Context,
    operation: str,
    input: CreateAssignmentInput | BulkAssignInput,
    assignments: Sequence[AssignmentInput],
    paths: Sequence[Path],
) -> Made | Held:
    choices = choices_of(input.resolutions, len(assignments))
    team = await team_to_run(context, input.team_id)
    await refuse_unseen_workouts(context, assignments)
    season = await season_at_hand(context, team) if input.follow_phase else NO_SEASON

    async def work(tx: Transaction) -> Made | Held:
        workouts = await workouts_for(context.caller, tx, assignments, paths, dry_run=input.dry_run)
        drafts = await drafts_of(tx, team, assignments, workouts, paths)
        wanted = Wanted(
            drafts=drafts.assignments,
            places=drafts.places,
            workouts={each.id: each for each in workouts},
            choices=choices,
            follow_phase=input.follow_phase,
            dry_run=input.dry_run,
        )
        plan = await plan_kept(tx, team, season)
        return await make(context.caller, tx, team, wanted, season, plan, actor_of(context))

    answer = await once(
        context,
        operation,
        input.idempotency_key,
        fingerprinted(input),
        work,
        _ANSWER,
        deadline_seconds=MAKING_SECONDS,
    )
    return answer.value

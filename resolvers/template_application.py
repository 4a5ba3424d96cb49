"""Applying a phase template: from a recipe and a start to an assignment for each player it is meant for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import UUID, uuid4, uuid5

from pydantic import TypeAdapter

from db.athletes import physiology_of, target_players
from db.database import Transaction
from db.phase_templates import phase_template_kept
from db.workouts import workouts_by_id
from domain.access import Sight
from domain.assignments import (
    AS_THE_PHASE_SAYS,
    LONGEST_AHEAD_YEARS,
    Customizations,
    WorkoutAssignment,
    customization_issues,
)
from domain.days import today_in
from domain.errors import InvalidInput, Issue
from domain.events import PhaseTemplateProcessed
from domain.people import Team
from domain.phase_templates import PhaseTemplate, TargetGroup
from domain.phases import SeasonPhase
from domain.seasons import phase_on
from domain.template_expansion import Application, Expansion, TargetPlayer, expand
from events.season.announcing import next_version
from resolvers.assignment_drafts import choices_of
from resolvers.assignment_inputs import MOST_PLAYERS, ApplyPhaseTemplateInput
from resolvers.assignment_making import MAKING_SECONDS, MANY, make
from resolvers.assignment_outcomes import Held, Made, Wanted
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.running import actor_of, team_to_run
from resolvers.season_at_hand import on_behalf_of, plan_kept, season_at_hand
from resolvers.sight import granted

MOST_APPLIED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied(Made):
    """``phase`` is the one in force on the start; ``empty_groups`` are meant and nobody is in them."""

    template_id: UUID
    phase: SeasonPhase | None
    empty_groups: tuple[TargetGroup, ...]


_ANSWER: TypeAdapter[Applied | Held] = TypeAdapter(Applied | Held)


async def apply_phase_template(info: Info, input: ApplyPhaseTemplateInput) -> Applied | Held:
    context = info.context
    template_id = uuid_of(Kind.PHASE_TEMPLATE, input.template_id)
    customizations = input.customizations
    wishes = AS_THE_PHASE_SAYS if customizations is None else customizations.customizations()
    team = await team_to_run(context, input.team_id)
    _check(input, wishes, today_in(team.time_zone, context.services.clock()))
    foreign = await _from_elsewhere(context, template_id)
    season = await season_at_hand(context, team)

    async def work(tx: Transaction) -> Applied | Held:
        template = granted(
            await phase_template_kept(tx.db_session, team.organization_id, template_id) or foreign,
            Sight.FULL,
            Kind.PHASE_TEMPLATE,
            template_id,
        )
        plan = await plan_kept(tx, team, season)
        phase = None if plan is None else phase_on(plan, input.start_date)
        expansion = await _expanded(tx, team, template, input.start_date, wishes, phase)
        wanted = await _wanted(tx, template, template is foreign, expansion, input)
        answer = await make(context.caller, tx, team, wanted, season, plan, actor_of(context))
        if isinstance(answer, Held):
            return answer
        if not input.dry_run:
            tx.record(_processed(context, tx, team, template, phase, answer))
        return Applied(
            outcome=answer.outcome, template_id=template.id, phase=phase, empty_groups=expansion.empty_groups
        )

    answer = await once(
        context,
        "applyPhaseTemplate",
        input.idempotency_key,
        fingerprinted(input),
        work,
        _ANSWER,
        deadline_seconds=MAKING_SECONDS,
    )
    return answer.value


def _check(input: ApplyPhaseTemplateInput, wishes: Customizations, today: date) -> None:
    issues = customization_issues(wishes)
    if input.start_date < today:
        issues.append(Issue(("startDate",), f"{input.start_date} is past; today is {today} there."))
    if input.start_date.year - today.year > LONGEST_AHEAD_YEARS:
        issues.append(Issue(("startDate",), f"Start at most {LONGEST_AHEAD_YEARS} years ahead."))
    if issues:
        raise InvalidInput(tuple(issues))


async def _from_elsewhere(context: Context, template_id: UUID) -> PhaseTemplate | None:
    """What a planning service has under this id. Its workouts become ours, and are known again next time."""
    source = context.services.season_source
    if source.is_own:
        return None
    organization_id = context.caller.organization_id
    found = (await source.template(template_id, organization_id, on_behalf_of(context))).value
    if found is None:
        return None
    own = found.owned_by(organization_id)
    return replace(
        own,
        workouts=tuple(
            replace(each, workout=replace(each.workout, id=uuid5(each.workout.id, str(organization_id))))
            for each in own.workouts
        ),
    )


async def _expanded(
    tx: Transaction,
    team: Team,
    template: PhaseTemplate,
    starts_on: date,
    wishes: Customizations,
    phase: SeasonPhase | None,
) -> Expansion:
    players = (await target_players(tx.db_session, [team.id])).get(team.id, [])
    _refuse_wrong_size(players, template)
    work = partial(
        expand,
        template,
        players,
        Application(
            organization_id=team.organization_id,
            team_id=team.id,
            starts_on=starts_on,
            now=tx.now,
            customizations=wishes,
            game_weekdays=() if phase is None else phase.game_weekdays,
        ),
        uuid4,
        await physiology_of(tx.db_session, [each.player_id for each in players]),
    )
    expansion = await asyncio.to_thread(work) if len(players) * len(template.workouts) > MANY else work()
    if not expansion.assignments:
        groups = ", ".join(f"{each.type.replace('_', ' ')} {each.name}" for each in expansion.empty_groups)
        raise InvalidInput.of("templateId", f"It is for groups that nobody in this team is in: {groups}.")
    return expansion


def _refuse_wrong_size(players: Sequence[TargetPlayer], template: PhaseTemplate) -> None:
    if not players:
        raise InvalidInput.of("teamId", "Nobody plays in this team yet.")
    if len(players) > MOST_PLAYERS or len(players) * len(template.workouts) > MOST_APPLIED:
        raise InvalidInput.of(
            "teamId",
            f"A template is applied to {MOST_PLAYERS} players and {MOST_APPLIED:,} assignments at most.",
        )


async def _wanted(
    tx: Transaction,
    template: PhaseTemplate,
    is_foreign: bool,
    expansion: Expansion,
    input: ApplyPhaseTemplateInput,
) -> Wanted:
    place_of = {each.workout.id: place for place, each in enumerate(template.workouts)}
    workouts = {each.workout.id: each.workout for each in template.workouts}
    drafts: Sequence[WorkoutAssignment] = expansion.assignments
    missing = set(workouts)
    if is_foreign:
        # Only templates of our own have a row that an assignment can refer to.
        drafts = [replace(each, template_id=None) for each in drafts]
        missing -= set(await workouts_by_id(tx.db_session, workouts))
    return Wanted(
        drafts=tuple(drafts),
        places={each.id: place_of[each.workout_id] for each in drafts},
        workouts=workouts,
        new_workouts=tuple(workouts[each] for each in missing) if is_foreign else (),
        choices=choices_of(input.resolutions, len(template.workouts)),
        dry_run=input.dry_run,
    )


def _processed(
    context: Context,
    tx: Transaction,
    team: Team,
    template: PhaseTemplate,
    phase: SeasonPhase | None,
    made: Made,
) -> PhaseTemplateProcessed:
    return PhaseTemplateProcessed(
        aggregate_id=team.id,
        version=next_version(tx, PhaseTemplateProcessed, team.id),
        organization_id=team.organization_id,
        template_id=template.id,
        phase_id=None if phase is None else phase.id,
        assignments_created=made.outcome.created_count,
        adjustments_count=made.outcome.adjusted_count,
        applied_by=context.caller.display_name,
    )

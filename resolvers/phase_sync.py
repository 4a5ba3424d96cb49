"""Bringing a team's assignments in step: with one phase, or with all that its season says."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import strawberry
from pydantic import TypeAdapter

from db.assignments import count_by_phase
from db.athletes import target_players
from db.database import Transaction
from domain.days import today_in
from domain.errors import InvalidInput, InvalidState, NotFound, SeasonDataUnavailable
from domain.people import Team
from domain.phases import SeasonPhase
from domain.planning import ALL_TYPES, AdjustmentType
from domain.planning_events import UpdateType
from domain.seasons import SeasonPlan, phase_on
from events.season.following import Followed, follow_phase, follow_season_plan, leave_phases
from resolvers.assignment_inputs import MOST_PLAYERS, BringInStepInput, SyncPhaseAdjustmentsInput
from resolvers.context import Context, Info
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.running import actor_of, team_to_run
from resolvers.season_at_hand import SeasonAtHand, plan_kept, season_at_hand

SYNC_SECONDS = 8.0
"""Twenty thousand assignments, the most at once, take some seconds; PostgreSQL gives ten."""
NO_SEASON = "The team has no season any more."


@dataclass(frozen=True, slots=True)
class Synced:
    """``phase`` None is no single one: the season as a whole. ``more_after``: go on after that assignment."""

    team_id: UUID
    phase: SeasonPhase | None
    adjusted_count: int
    unchanged_count: int
    restored_count: int
    more_after: strawberry.ID | None
    season_is_stale: bool


_ANSWER = TypeAdapter(Synced)


async def sync_phase_adjustments(info: Info, input: SyncPhaseAdjustmentsInput) -> Synced:
    context = info.context
    types = _types(input.adjustment_types)
    player_ids = _players(input.players)
    phase_id = None if input.phase_id is None else uuid_of(Kind.SEASON_PHASE, input.phase_id)
    after = _after(input.after)
    team = await team_to_run(context, input.team_id)
    season = await _season_to_follow(context, team)

    async def work(tx: Transaction) -> Synced:
        plan = await plan_kept(tx, team, season)
        phase = _phase(plan, team, phase_id, tx)
        if player_ids is not None:
            await _refuse_strangers(tx, team, player_ids)
        followed = await follow_phase(
            tx,
            team,
            phase,
            by=actor_of(context),
            types=types,
            player_ids=player_ids,
            force=input.force_update,
            after=after,
        )
        return _synced(team, phase, followed, season)

    return await _once(context, "syncPhaseAdjustments", input, work)


async def bring_in_step(info: Info, input: BringInStepInput) -> Synced:
    """All that ``syncStatus`` reports, and what it will when a coming phase begins."""
    context = info.context
    after = _after(input.after)
    team = await team_to_run(context, input.team_id)
    season = await _season_to_follow(context, team)

    async def work(tx: Transaction) -> Synced:
        plan = await plan_kept(tx, team, season)
        counts = (await count_by_phase(tx.db_session, [team.id]))[team.id]
        followed_ids = {each for each in counts if each is not None}
        if plan is None:
            left = await leave_phases(
                tx, team, followed_ids, by=actor_of(context), reason=NO_SEASON, after=after
            )
            return _synced(team, None, left, season)
        followed = await follow_season_plan(
            tx,
            team,
            plan,
            followed_ids | {each.id for each in plan.phases},
            UpdateType.SCHEDULE_ADJUSTED,
            by=actor_of(context),
            after=after,
        )
        return _synced(team, None, followed, season)

    return await _once(context, "bringInStep", input, work)


async def _once(
    context: Context,
    operation: str,
    input: SyncPhaseAdjustmentsInput | BringInStepInput,
    work: Callable[[Transaction], Awaitable[Synced]],
) -> Synced:
    answer = await once(
        context,
        operation,
        input.idempotency_key,
        fingerprinted(input),
        work,
        _ANSWER,
        deadline_seconds=SYNC_SECONDS,
    )
    return answer.value


async def _season_to_follow(context: Context, team: Team) -> SeasonAtHand:
    """Here nothing can be done without it."""
    season = await season_at_hand(context, team)
    if season.is_missing:
        raise SeasonDataUnavailable
    return season


def _phase(plan: SeasonPlan | None, team: Team, phase_id: UUID | None, tx: Transaction) -> SeasonPhase:
    if phase_id is not None:
        phases = () if plan is None else plan.phases
        found = next((each for each in phases if each.id == phase_id), None)
        if found is None:
            raise NotFound(Kind.SEASON_PHASE.word, global_id(Kind.SEASON_PHASE, phase_id))
        return found
    current = None if plan is None else phase_on(plan, today_in(team.time_zone, tx.now))
    if current is None:
        raise InvalidState("The team is in no phase today: name one of its season.", "no_phase")
    return current


async def _refuse_strangers(tx: Transaction, team: Team, player_ids: Sequence[UUID]) -> None:
    players = (await target_players(tx.db_session, [team.id])).get(team.id, [])
    of_team = {each.player_id for each in players}
    for each in player_ids:
        if each not in of_team:
            raise NotFound(Kind.PLAYER.word, global_id(Kind.PLAYER, each))


def _types(given: Sequence[AdjustmentType] | None) -> frozenset[AdjustmentType]:
    if given is None:
        return ALL_TYPES
    if not given:
        raise InvalidInput.of("adjustmentTypes", "Name at least one, or leave it out for all four.")
    return frozenset(given)


def _players(given: Sequence[str] | None) -> list[UUID] | None:
    if given is None:
        return None
    if not 1 <= len(given) <= MOST_PLAYERS:
        raise InvalidInput.of("players", f"Name 1 to {MOST_PLAYERS} players, or leave it out for everybody.")
    return sorted({uuid_of(Kind.PLAYER, each) for each in given})


def _after(given: str | None) -> UUID | None:
    return None if given is None else uuid_of(Kind.WORKOUT_ASSIGNMENT, given)


def _synced(team: Team, phase: SeasonPhase | None, followed: Followed, season: SeasonAtHand) -> Synced:
    more = followed.more_after
    return Synced(
        team_id=team.id,
        phase=phase,
        adjusted_count=len(followed.adjusted),
        unchanged_count=followed.unchanged_count,
        restored_count=followed.restored_count,
        more_after=None if more is None else global_id(Kind.WORKOUT_ASSIGNMENT, more),
        season_is_stale=season.is_stale,
    )

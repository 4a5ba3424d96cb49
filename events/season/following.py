"""Bringing a team's assignments in step with its season, within a caller's unit of work.

However many there are: one statement locks and reads them, two read what the rules need to know, one writes
them, one their history, and one, before the commit, the events. The rules are Python's
(``domain/adjustments.py``) and run off the event loop where there are many.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from db.adjustments import MOST_AT_ONCE
from db.database import Transaction
from domain.days import today_in
from domain.events import PhaseAdjustmentsApplied, SeasonPlanSynced
from domain.people import Team
from domain.phases import SeasonPhase
from domain.planning import ALL_TYPES, Actor, AdjustmentType
from domain.planning_events import UpdateType
from domain.seasons import SeasonPlan, SeasonStatus
from events.season.announcing import next_version
from events.season.relief import relieve_player, relieve_players, undo_relief
from events.season.settling import Followed, Manner, Scope, settle

__all__ = [
    "Followed",
    "change_phase",
    "follow_phase",
    "follow_season_plan",
    "follow_template",
    "leave_phases",
    "relieve_player",
    "relieve_players",
    "undo_relief",
]

NOT_IN_IT = "The assignment is not in this phase any more."
PHASE_OVER = "The team is in another phase."
NO_PHASE = "The season has no phase for this day any more."


async def follow_phase(
    tx: Transaction,
    team: Team,
    phase: SeasonPhase,
    *,
    by: Actor,
    types: frozenset[AdjustmentType] = ALL_TYPES,
    player_ids: Collection[UUID] | None = None,
    force: bool = False,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> Followed:
    """Bring what is in the phase in step with it, and restore what follows it and is not in it any more.

    Whether an assignment is in it is judged by today in the team's zone. Announced if anything changed.
    """
    today = today_in(team.time_zone, tx.now)
    scope = Scope(today, (phase,), (phase,), frozenset({phase.id}), player_ids, None, after, limit)
    followed = await settle(tx, team, scope, Manner(by, NOT_IN_IT, types, force))
    _announce_phase(tx, team, phase.id, followed, by)
    return followed


async def change_phase(
    tx: Transaction,
    team: Team,
    plan: SeasonPlan,
    old_phase_id: UUID | None,
    new_phase: SeasonPhase,
    *,
    by: Actor,
    is_followed: bool,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> Followed:
    """The team is in ``new_phase`` from now on: what followed the old one and is not in it any more is
    restored, and what is in the new one follows that, if ``is_followed``. Announced if anything changed.

    Where the plan's day has not come yet in the team's zone, the new phase's first day counts as today.
    """
    today = max(today_in(team.time_zone, tx.now), new_phase.starts_on)
    new = (new_phase,) if is_followed else ()
    old = tuple(each for each in plan.phases if each.id == old_phase_id and each not in new)
    concerned = frozenset(each.id for each in new)
    if old_phase_id is not None:
        concerned |= {old_phase_id}
    scope = Scope(today, new, (*old, *new), concerned, None, None, after, limit)
    followed = await settle(tx, team, scope, Manner(by, PHASE_OVER))
    _announce_phase(tx, team, new_phase.id, followed, by)
    return followed


async def follow_template(
    tx: Transaction,
    team: Team,
    phase: SeasonPhase,
    template_id: UUID,
    *,
    by: Actor,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> Followed:
    """As ``follow_phase``, of what was made from this template. Whoever calls announces it."""
    today = today_in(team.time_zone, tx.now)
    scope = Scope(today, (phase,), (phase,), frozenset({phase.id}), None, template_id, after, limit)
    return await settle(tx, team, scope, Manner(by, NOT_IN_IT))


async def leave_phases(
    tx: Transaction,
    team: Team,
    phase_ids: Collection[UUID],
    *,
    by: Actor,
    reason: str,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> Followed:
    """Restore what follows these phases in the team, each announced by itself."""
    today = today_in(team.time_zone, tx.now)
    scope = Scope(today, (), (), frozenset(phase_ids), None, None, after, limit)
    return await settle(tx, team, scope, Manner(by, reason))


async def follow_season_plan(
    tx: Transaction,
    team: Team,
    plan: SeasonPlan,
    changed_phase_ids: Collection[UUID],
    update_type: UpdateType,
    *,
    by: Actor,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> Followed:
    """Bring what these phases concern in step with the plan as it is now: what is in one of them, and what
    follows one of them and may be in another by now, or in none.

    Phases that are not in the plan are left, and so are all phases of a plan that is not active. A schedule
    that was adjusted without naming phases concerns all of them. Announced if anything changed.
    """
    today = today_in(team.time_zone, tx.now)
    changed = frozenset(changed_phase_ids)
    if update_type is UpdateType.SCHEDULE_ADJUSTED and not changed:
        changed = frozenset(each.id for each in plan.phases)
    in_force = plan.phases if plan.status is SeasonStatus.ACTIVE else ()
    entered = tuple(each for each in in_force if each.id in changed)
    scope = Scope(today, entered, in_force, changed, None, None, after, limit)
    followed = await settle(tx, team, scope, Manner(by, NO_PHASE))
    if followed.changed_count:
        tx.record(
            SeasonPlanSynced(
                aggregate_id=team.id,
                version=next_version(tx, SeasonPlanSynced, team.id),
                organization_id=team.organization_id,
                season_plan_id=plan.id,
                update_type=update_type,
                updated_phases=tuple(sorted(changed)),
                adjustments_count=followed.changed_count,
                triggered_by=by.name,
            )
        )
    return followed


def _announce_phase(tx: Transaction, team: Team, phase_id: UUID, followed: Followed, by: Actor) -> None:
    if followed.changed_count:
        tx.record(
            PhaseAdjustmentsApplied(
                aggregate_id=team.id,
                version=next_version(tx, PhaseAdjustmentsApplied, team.id),
                organization_id=team.organization_id,
                phase_id=phase_id,
                adjustments_count=followed.changed_count,
                triggered_by=by.name,
            )
        )

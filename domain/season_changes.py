"""What a change of a season plan means for those who follow its phases."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.errors import InvalidState
from domain.planning_events import UpdateType
from domain.seasons import SeasonPlan, SeasonStatus


@dataclass(frozen=True, slots=True)
class SeasonChange:
    """The phases that are not as they were, those that are gone included, by what happened to them in all."""

    phase_ids: frozenset[UUID]
    update_type: UpdateType


def change_between(before: SeasonPlan, after: SeasonPlan) -> SeasonChange | None:
    """None if nobody who follows a phase has to be looked at."""
    is_in_force = after.status is SeasonStatus.ACTIVE
    if is_in_force != (before.status is SeasonStatus.ACTIVE):
        every = frozenset(each.id for each in (*before.phases, *after.phases))
        return SeasonChange(every, UpdateType.SCHEDULE_ADJUSTED) if every else None
    was, is_now = ({each.id: each for each in plan.phases} for plan in (before, after))
    added, removed = is_now.keys() - was.keys(), was.keys() - is_now.keys()
    modified = {each for each in was.keys() & is_now.keys() if was[each] != is_now[each]}
    changed = frozenset(added | removed | modified)
    if not is_in_force or not changed:
        return None
    moved = any(
        (was[each].starts_on, was[each].ends_on) != (is_now[each].starts_on, is_now[each].ends_on)
        for each in modified
    )
    kinds = {
        UpdateType.PHASE_ADDED: added,
        UpdateType.PHASE_REMOVED: removed,
        UpdateType.PHASE_MODIFIED: modified,
    }
    happened = [type_ for type_, ids in kinds.items() if ids]
    only = happened[0] if len(happened) == 1 and not moved else UpdateType.SCHEDULE_ADJUSTED
    return SeasonChange(changed, only)


def check_may_change(plan: SeasonPlan) -> None:
    if plan.status is SeasonStatus.ARCHIVED:
        raise InvalidState(
            "An archived season plan stays as it is; make it a draft again to change it.", plan.status
        )

"""Which listener hears which event, under which name. Names are kept in the inbox: never reuse one."""

from __future__ import annotations

from typing import Any

from domain.events import PhaseEntered
from domain.planning_events import (
    LoadManagementRecommended,
    PhaseChanged,
    SeasonPlanUpdated,
    TemplateApplied,
    WorkloadThresholdBreached,
)
from events.handler import Handler
from events.listeners import (
    load_management,
    phase_changes,
    phase_entries,
    season_plan_updates,
    templates,
    threshold_breaches,
)
from events.season.lookup import SeasonLookup


def season_handlers(seasons: SeasonLookup) -> tuple[Handler[Any], ...]:
    """Each under a name of its own: that a newer event of another type was handled makes none too late.

    ``PlanGenerationRequested`` has no listener yet; it becomes a dead letter that can be replayed.
    """
    return (
        Handler(
            "season.phase_changes",
            PhaseChanged,
            phase_changes.FollowPhaseChange(seasons),
            on_dead=phase_changes.tell_phase_change_failed,
        ),
        Handler(
            "season.phase_entries",
            PhaseEntered,
            phase_entries.FollowCalendar(seasons),
            on_dead=phase_entries.tell_phase_entry_failed,
        ),
        Handler(
            "season.plan_updates",
            SeasonPlanUpdated,
            season_plan_updates.FollowSeasonPlan(seasons),
            on_dead=season_plan_updates.tell_season_sync_failed,
        ),
        Handler(
            "season.templates",
            TemplateApplied,
            templates.FollowTemplate(seasons),
            on_dead=templates.tell_template_failed,
        ),
        Handler(
            "workload.threshold_breaches",
            WorkloadThresholdBreached,
            threshold_breaches.RelievePlayer(seasons),
            on_dead=threshold_breaches.tell_relief_failed,
        ),
        Handler(
            "workload.load_management",
            LoadManagementRecommended,
            load_management.FollowRecommendations(seasons),
            on_dead=load_management.tell_recommendation_failed,
        ),
    )

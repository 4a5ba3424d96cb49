"""What players did, how they felt and what was said of it, in SQL. See ``db/shapes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import Date, literal

from db import training_log, wellness, workload_alerts
from db.models.workload import TrainingEntryRow, TrainingVersionRow, WellnessReportRow, WellnessVersionRow
from db.models.workload_alerts import WorkloadAlertEntryRow, WorkloadAlertRow, WorkloadThresholdsRow
from db.narrowing import Narrowed, Narrowing, Switch, from_day, up_to_day
from db.shape_links import Many, Newest, One, Paged, Same, Shape, Worked
from db.visibility import alerts_visible_to, athletes_visible_to, reports_visible_to
from domain.workload.model import RISK_NOTE
from domain.workload.thresholds import DEFAULT_THRESHOLDS

_DAYS: Mapping[str, Narrowing] = {
    "first_day": Narrowed(from_day, (Date(),)),
    "last_day": Narrowed(up_to_day, (Date(),)),
}
TRAINING_LOG = Paged(
    "TrainingEntry",
    training_log.NEWEST_FIRST,
    by=TrainingEntryRow.player_id,
    narrowed=_DAYS,
    only_if=athletes_visible_to,
)
WELLNESS_REPORTS = Paged(
    "WellnessReport",
    wellness.NEWEST_FIRST,
    by=WellnessReportRow.player_id,
    narrowed=_DAYS,
    only_if=athletes_visible_to,
)
ALERTS = Paged(
    "WorkloadAlert",
    workload_alerts.NEWEST_FIRST,
    by=WorkloadAlertRow.team_id,
    if_seen=True,
    narrowed={"open_only": Switch(on=True, rule=workload_alerts.is_open)},
)
THRESHOLDS = Newest(
    "WorkloadThresholds",
    WorkloadThresholdsRow.team_id,
    WorkloadThresholdsRow.version,
    otherwise={"version": 0, **asdict(DEFAULT_THRESHOLDS)},
)

WORKLOAD_SHAPES: Mapping[str, Shape] = {
    "TrainingEntry": Shape(
        TrainingEntryRow,
        {
            "player": One("Player", TrainingEntryRow.player_id),
            "team": One("Team", TrainingEntryRow.team_id),
            "earlier_versions": Many(
                "TrainingVersion",
                TrainingVersionRow.entry_id,
                (TrainingVersionRow.version,),
                is_descending=True,
            ),
        },
        seen=reports_visible_to,
    ),
    "TrainingVersion": Shape(TrainingVersionRow),
    "WellnessReport": Shape(
        WellnessReportRow,
        {
            "player": One("Player", WellnessReportRow.player_id),
            "earlier_versions": Many(
                "WellnessVersion",
                WellnessVersionRow.report_id,
                (WellnessVersionRow.version,),
                is_descending=True,
            ),
        },
        seen=reports_visible_to,
    ),
    "WellnessVersion": Shape(WellnessVersionRow),
    "WorkloadAlert": Shape(
        WorkloadAlertRow,
        {
            "player": One("Player", WorkloadAlertRow.player_id),
            "team": One("Team", WorkloadAlertRow.team_id, if_seen=True),
            "note": Worked(lambda _: literal(RISK_NOTE)),
            "adjustment": Same(
                "RecommendedAdjustment",
                {"type": WorkloadAlertRow.adjustment_type, "value": WorkloadAlertRow.adjustment_value},
                only_if=lambda _, rows: rows.adjustment_type.is_not(None),
            ),
            "history": Many("AlertEntry", WorkloadAlertEntryRow.alert_id, (WorkloadAlertEntryRow.version,)),
        },
        seen=alerts_visible_to,
    ),
    "AlertEntry": Shape(
        WorkloadAlertEntryRow, {"actor": One("Player", WorkloadAlertEntryRow.actor_id, if_seen=True)}
    ),
    "WorkloadThresholds": Shape(
        WorkloadThresholdsRow,
        {
            "team": One("Team", WorkloadThresholdsRow.team_id),
            "changed_at": Worked(lambda rows: rows.changed_at),  # null of the usual
            "actor_name": Worked(lambda rows: rows.actor_name),
            "acute_chronic_limit": WorkloadThresholdsRow.acute_chronic_limit,
            "monotony_limit": WorkloadThresholdsRow.monotony_limit,
            "strain_z_limit": WorkloadThresholdsRow.strain_z_limit,
            "week_change_limit": WorkloadThresholdsRow.week_change_limit_percent,
            "wellness_z_floor": WorkloadThresholdsRow.wellness_z_floor,
            "acute_load_limit": WorkloadThresholdsRow.acute_load_limit_au,
            "acute_load_critical": WorkloadThresholdsRow.acute_load_critical_au,
            "acute_load_percentile": WorkloadThresholdsRow.acute_load_percentile,
            "readiness_floor": WorkloadThresholdsRow.readiness_floor,
            "readiness_critical": WorkloadThresholdsRow.readiness_critical,
            "recovery_floor": WorkloadThresholdsRow.recovery_floor,
            "recovery_critical": WorkloadThresholdsRow.recovery_critical,
        },
    ),
}

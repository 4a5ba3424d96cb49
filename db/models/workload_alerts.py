"""A team's limits of load, and what was said and done where a player was past them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models.exercises import one_of
from db.models.people import NEW_ID
from domain.planning_events import AdjustmentKind, ThresholdType
from domain.workload.alerts import AlertAction, AlertSource, AlertStatus
from domain.workload.breaches import Severity
from domain.workload.model import Metric


class WorkloadThresholdsRow(Base):
    """Every version that a team's limits have had: the highest counts. A team without one has the usual."""

    __tablename__ = "workload_thresholds"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "team_id"], ["teams.organization_id", "teams.id"], ondelete="CASCADE"
        ),
        Index("ix_workload_thresholds_team", "organization_id", "team_id"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "acute_chronic_limit > 1 AND acute_chronic_limit < 3.625", name="acute_chronic_limit"
        ),
        CheckConstraint("monotony_limit > 0 AND monotony_limit <= 20", name="monotony_limit"),
        CheckConstraint("strain_z_limit > 0 AND strain_z_limit <= 10", name="strain_z_limit"),
        CheckConstraint(
            "week_change_limit_percent > 0 AND week_change_limit_percent <= 1000", name="week_change_limit"
        ),
        CheckConstraint("wellness_z_floor >= -10 AND wellness_z_floor < 0", name="wellness_z_floor"),
        CheckConstraint(
            "acute_load_limit_au BETWEEN 1 AND 100000 AND acute_load_critical_au <= 100000", name="acute_load"
        ),
        CheckConstraint(
            "acute_load_critical_au IS NULL OR coalesce(acute_load_critical_au > acute_load_limit_au, false)",
            name="acute_load_order",
        ),
        CheckConstraint(
            "acute_load_percentile >= 50 AND acute_load_percentile < 100", name="acute_load_percentile"
        ),
        CheckConstraint("readiness_floor > 0 AND readiness_floor <= 50", name="readiness_floor"),
        CheckConstraint(
            "readiness_critical > 0 AND readiness_critical < readiness_floor", name="readiness_critical"
        ),
        CheckConstraint("recovery_floor > 0 AND recovery_floor <= 50", name="recovery_floor"),
        CheckConstraint(
            "recovery_critical > 0 AND recovery_critical < recovery_floor", name="recovery_critical"
        ),
        CheckConstraint("char_length(actor_name) BETWEEN 1 AND 200", name="actor_name_length"),
    )

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    organization_id: Mapped[UUID]
    acute_chronic_limit: Mapped[float] = mapped_column(Double)
    monotony_limit: Mapped[float] = mapped_column(Double)
    strain_z_limit: Mapped[float] = mapped_column(Double)
    week_change_limit_percent: Mapped[float] = mapped_column(Double)
    wellness_z_floor: Mapped[float] = mapped_column(Double)
    acute_load_limit_au: Mapped[float | None] = mapped_column(Double)
    acute_load_critical_au: Mapped[float | None] = mapped_column(Double)
    acute_load_percentile: Mapped[float | None] = mapped_column(Double)
    readiness_floor: Mapped[float | None] = mapped_column(Double)
    readiness_critical: Mapped[float | None] = mapped_column(Double)
    recovery_floor: Mapped[float | None] = mapped_column(Double)
    recovery_critical: Mapped[float | None] = mapped_column(Double)
    changed_at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str]


class WorkloadAlertRow(Base):
    """One for each breach, however often it is found again: its first day tells it from others."""

    __tablename__ = "workload_alerts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "team_id"], ["teams.organization_id", "teams.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organization_id", "player_id"], ["people.organization_id", "people.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("team_id", "player_id", "type", "first_day"),
        Index("ix_workload_alerts_organization", "organization_id", "team_id"),
        Index("ix_workload_alerts_player", "organization_id", "player_id"),
        Index("ix_workload_alerts_latest", "team_id", "raised_at", "id"),
        Index(
            "uq_workload_alerts_lasting",
            *("player_id", "team_id", "type"),
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        CheckConstraint(one_of("type", ThresholdType), name="type"),
        CheckConstraint(one_of("severity", Severity), name="severity"),
        CheckConstraint(one_of("metric", Metric), name="metric"),
        CheckConstraint(one_of("adjustment_type", AdjustmentKind), name="adjustment_type"),
        CheckConstraint("(adjustment_type IS NULL) = (adjustment_value IS NULL)", name="adjustment_whole"),
        CheckConstraint("adjustment_value > 0 AND adjustment_value <= 1000", name="adjustment_value"),
        CheckConstraint(one_of("source", AlertSource), name="source"),
        CheckConstraint(one_of("status", AlertStatus), name="status"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 2000", name="reason_length"),
        CheckConstraint("char_length(effect) BETWEEN 1 AND 2000", name="effect_length"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID]
    team_id: Mapped[UUID]
    player_id: Mapped[UUID]
    type: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    severity: Mapped[str]
    metric: Mapped[str | None]
    current_value: Mapped[float] = mapped_column(Double)
    threshold_value: Mapped[float] = mapped_column(Double)
    reason: Mapped[str]
    adjustment_type: Mapped[str | None]
    adjustment_value: Mapped[float | None] = mapped_column(Double)
    effect: Mapped[str]
    planned_week_au: Mapped[float | None] = mapped_column(Double)
    recommended_week_au: Mapped[float | None] = mapped_column(Double)
    source: Mapped[str]
    status: Mapped[str]
    model_version: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    raised_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class WorkloadAlertEntryRow(Base):
    """The history of an alert: who did what with it, when and why."""

    __tablename__ = "workload_alert_entries"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(one_of("action", AlertAction), name="action"),
        CheckConstraint(one_of("severity", Severity), name="severity"),
        CheckConstraint("char_length(actor_name) BETWEEN 1 AND 200", name="actor_name_length"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 240", name="reason_length"),
        CheckConstraint("action <> 'overridden' OR reason IS NOT NULL", name="override_has_reason"),
    )

    alert_id: Mapped[UUID] = mapped_column(
        ForeignKey("workload_alerts.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    action: Mapped[str]
    severity: Mapped[str]
    current_value: Mapped[float] = mapped_column(Double)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str]
    reason: Mapped[str | None]
    at: Mapped[datetime]


# The function is that of the other histories (``db.models.workload``).
for _row, _parent, _key in (
    (WorkloadThresholdsRow, "teams", "team_id"),
    (WorkloadAlertEntryRow, "workload_alerts", "alert_id"),
):
    event.listen(
        Base.metadata,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"""
            CREATE TRIGGER {_row.__tablename__}_are_append_only
            BEFORE UPDATE OR DELETE ON {_row.__tablename__}
            FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_reports('{_parent}', '{_key}')
            """
        ),
    )

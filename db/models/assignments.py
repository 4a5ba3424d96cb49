"""Workout assignments, the history of what changed them, and what became of them.

What a phase has done is in ``metadata``, as other systems read it; what was done before is in the history.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DDL,
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Time,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models.exercises import one_of
from db.models.people import NEW_ID
from db.models.seasons import WEEKDAYS
from domain.assignments import AssignmentStatus, AssignmentType
from domain.load_progression import ProgressionKind
from domain.planning import AdjustmentType
from domain.recurrence import RecurrencePattern

ID_PATTERN = "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"
MOMENT_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$"
METADATA_KEYS = (
    "ARRAY['planningPhaseId', 'seasonPlanId', 'lastPhaseAdjustment', 'phaseAdjustments',"
    " 'originalPlanningData']"
)
PHASE_ID = "metadata ->> 'planningPhaseId'"
IN_A_PHASE = f"({PHASE_ID}) IS NOT NULL"
LAST_DAY = "CASE WHEN recurrence = 'none' THEN scheduled_on ELSE LEAST(recurrence_ends_on, expires_on) END"


class WorkoutAssignmentRow(Base):
    """One workout for one player. ``last_day`` is null for what recurs without an end."""

    __tablename__ = "workout_assignments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "team_id"], ["teams.organization_id", "teams.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organization_id", "player_id"], ["people.organization_id", "people.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("id", "player_id"),
        # Two for the phases and seasons of any team: whoever asks by them has no team at hand.
        Index(
            "ix_workout_assignments_phase", text("(metadata -> 'planningPhaseId')"), postgresql_using="gin"
        ),
        Index("ix_workout_assignments_season", text("(metadata -> 'seasonPlanId')"), postgresql_using="gin"),
        Index("ix_workout_assignments_adjusted", text("(metadata ->> 'lastPhaseAdjustment')")),
        Index(
            "ix_workout_assignments_planned",
            *("team_id", "scheduled_on", "id"),
            postgresql_where=text(f"{IN_A_PHASE} AND status = 'active'"),
        ),
        Index("ix_workout_assignments_team_phase_status", "team_id", text(f"({PHASE_ID})"), "status"),
        Index("ix_workout_assignments_team", "team_id", "scheduled_on", "id"),
        Index("ix_workout_assignments_player", "player_id", "scheduled_on", "id"),
        CheckConstraint(one_of("type", AssignmentType), name="type"),
        CheckConstraint(one_of("status", AssignmentStatus), name="status"),
        CheckConstraint("char_length(group_name) BETWEEN 1 AND 100", name="group_name_length"),
        CheckConstraint("(type IN ('individual', 'team')) = (group_name IS NULL)", name="group_name"),
        CheckConstraint("scheduled_on <= expires_on", name="expires_on"),
        CheckConstraint("effective_from <= scheduled_on", name="effective_from"),
        CheckConstraint(one_of("recurrence", RecurrencePattern), name="recurrence"),
        CheckConstraint("recurrence_interval BETWEEN 1 AND 365", name="recurrence_interval"),
        CheckConstraint(f"weekdays <@ {WEEKDAYS} AND cardinality(weekdays) <= 7", name="weekdays"),
        CheckConstraint(
            "cardinality(weekdays) = 0 OR recurrence IN ('weekly', 'biweekly', 'custom')",
            name="weekdays_when",
        ),
        CheckConstraint("recurrence_ends_on >= scheduled_on", name="recurrence_ends_on"),
        CheckConstraint("recurrence <> 'none' OR recurrence_ends_on IS NULL", name="recurrence_ends_when"),
        CheckConstraint(
            "cardinality(exceptions) <= 400 AND array_position(exceptions, NULL) IS NULL", name="exceptions"
        ),
        CheckConstraint(
            "0 <= minimum_load_au AND minimum_load_au <= base_load_au AND base_load_au <= maximum_load_au"
            " AND maximum_load_au <= 10000",
            name="load",
        ),
        CheckConstraint(one_of("progression", ProgressionKind), name="progression"),
        CheckConstraint("rate_percent BETWEEN -50 AND 50", name="rate_percent"),
        CheckConstraint(
            "(progression = 'custom') = (cardinality(custom_percents) > 0)"
            " AND cardinality(custom_percents) <= 60",
            name="custom_percents",
        ),
        CheckConstraint("0 <= ALL (custom_percents) AND 500 >= ALL (custom_percents)", name="custom_percent"),
        CheckConstraint("relief_percent BETWEEN 0 AND 100", name="relief_percent"),
        CheckConstraint("relief_percent > 0 OR relief_until IS NULL", name="relief_until"),
        CheckConstraint("custom_load_multiplier BETWEEN 0 AND 5", name="custom_load_multiplier"),
        CheckConstraint("custom_frequency BETWEEN 1 AND 7", name="custom_frequency"),
        CheckConstraint("custom_intensity_steps BETWEEN -2 AND 2", name="custom_intensity_steps"),
        CheckConstraint(
            "25 <= heart_rate_low AND heart_rate_low <= heart_rate_high AND heart_rate_high <= 230",
            name="heart_rate",
        ),
        CheckConstraint("(heart_rate_low IS NULL) = (heart_rate_high IS NULL)", name="heart_rate_both"),
        CheckConstraint(
            "0 <= power_low_watts AND power_low_watts <= power_high_watts AND power_high_watts <= 5000",
            name="power",
        ),
        CheckConstraint("(power_low_watts IS NULL) = (power_high_watts IS NULL)", name="power_both"),
        CheckConstraint(
            "0 <= velocity_low_mps AND velocity_low_mps <= velocity_high_mps AND velocity_high_mps <= 20",
            name="velocity",
        ),
        CheckConstraint("(velocity_low_mps IS NULL) = (velocity_high_mps IS NULL)", name="velocity_both"),
        CheckConstraint("jsonb_typeof(exercise_selection) = 'array'", name="exercise_selection"),
        CheckConstraint("(status = 'completed') <= (completed_at IS NOT NULL)", name="completed_at"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            f"metadata ?& {METADATA_KEYS} AND metadata - {METADATA_KEYS} = '{{}}'::jsonb",
            name="metadata_keys",
        ),
        CheckConstraint(
            "num_nonnulls(metadata ->> 'planningPhaseId', metadata ->> 'seasonPlanId',"
            " metadata ->> 'lastPhaseAdjustment', metadata ->> 'originalPlanningData')"
            " = CASE WHEN metadata ->> 'planningPhaseId' IS NULL THEN 0 ELSE 4 END",
            name="metadata_all_or_none",
        ),
        CheckConstraint(
            f"metadata ->> 'planningPhaseId' ~ '{ID_PATTERN}'"
            f" AND metadata ->> 'seasonPlanId' ~ '{ID_PATTERN}'",
            name="metadata_ids",
        ),
        CheckConstraint(
            f"metadata ->> 'lastPhaseAdjustment' ~ '{MOMENT_PATTERN}'", name="metadata_last_adjustment"
        ),
        CheckConstraint(
            "jsonb_typeof(metadata -> 'phaseAdjustments') = 'array' AND jsonb_array_length("
            "metadata -> 'phaseAdjustments') <= CASE WHEN metadata ->> 'planningPhaseId' IS NULL THEN 0"
            " ELSE 4 END",
            name="metadata_adjustments",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID]
    team_id: Mapped[UUID]
    player_id: Mapped[UUID]
    workout_id: Mapped[UUID] = mapped_column(ForeignKey("workouts.id", ondelete="RESTRICT"), index=True)
    template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("phase_templates.id", ondelete="SET NULL"), index=True
    )
    type: Mapped[str]
    group_name: Mapped[str | None]
    status: Mapped[str]
    effective_from: Mapped[date]
    scheduled_on: Mapped[date]
    expires_on: Mapped[date | None]
    starts_at: Mapped[time | None] = mapped_column(Time)
    recurrence: Mapped[str]
    recurrence_interval: Mapped[int] = mapped_column(BigInteger)
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    recurrence_ends_on: Mapped[date | None]
    exceptions: Mapped[list[date]] = mapped_column(ARRAY(Date))
    last_day: Mapped[date | None] = mapped_column(Date, Computed(LAST_DAY, persisted=True))
    base_load_au: Mapped[int] = mapped_column(BigInteger)
    progression: Mapped[str]
    rate_percent: Mapped[float] = mapped_column(Double)
    minimum_load_au: Mapped[int] = mapped_column(BigInteger)
    maximum_load_au: Mapped[int] = mapped_column(BigInteger)
    custom_percents: Mapped[list[float]] = mapped_column(ARRAY(Double))
    relief_percent: Mapped[float] = mapped_column(Double)
    relief_until: Mapped[date | None]
    custom_load_multiplier: Mapped[float] = mapped_column(Double)
    custom_frequency: Mapped[int | None] = mapped_column(BigInteger)
    custom_intensity_steps: Mapped[int] = mapped_column(BigInteger)
    heart_rate_low: Mapped[int | None] = mapped_column(BigInteger)
    heart_rate_high: Mapped[int | None] = mapped_column(BigInteger)
    power_low_watts: Mapped[int | None] = mapped_column(BigInteger)
    power_high_watts: Mapped[int | None] = mapped_column(BigInteger)
    velocity_low_mps: Mapped[float | None] = mapped_column(Double)
    velocity_high_mps: Mapped[float | None] = mapped_column(Double)
    exercise_selection: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata")
    completed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AssignmentAdjustmentRow(Base):
    """The history of an assignment: what was changed, by whom and why. Added to, never rewritten."""

    __tablename__ = "assignment_adjustments"
    __table_args__ = (
        UniqueConstraint("assignment_id", "assignment_version", "type"),
        Index("ix_assignment_adjustments_phase", "phase_id", "id"),
        CheckConstraint("assignment_version >= 2", name="assignment_version"),
        CheckConstraint(one_of("type", AdjustmentType), name="type"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 1000", name="reason_length"),
        CheckConstraint("char_length(actor_name) BETWEEN 1 AND 200", name="actor_name_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("workout_assignments.id", ondelete="CASCADE"))
    assignment_version: Mapped[int] = mapped_column(BigInteger)
    phase_id: Mapped[UUID | None]
    type: Mapped[str]
    original: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    adjusted: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str]
    created_at: Mapped[datetime]


class TrainingCompletionRow(Base):
    """That the player of the assignment did it, once for each day it was due. No load: not reported."""

    __tablename__ = "training_completions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assignment_id", "player_id"],
            ["workout_assignments.id", "workout_assignments.player_id"],
            ondelete="CASCADE",
        ),
        Index("ix_training_completions_player", "player_id", "occurrence_on", "assignment_id"),
        CheckConstraint("actual_load_au BETWEEN 0 AND 10000", name="actual_load_au"),
        CheckConstraint("completion_rate BETWEEN 0 AND 100", name="completion_rate"),
        CheckConstraint("jsonb_typeof(performance) = 'object'", name="performance"),
    )

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    occurrence_on: Mapped[date] = mapped_column(primary_key=True)
    player_id: Mapped[UUID]
    completed_at: Mapped[datetime]
    actual_load_au: Mapped[float | None] = mapped_column(Double)
    completion_rate: Mapped[float] = mapped_column(Double)
    performance: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    recorded_at: Mapped[datetime]


# As for compressions: an entry goes with its assignment, loses its actor with the person, and nothing else.
HISTORY_GUARD = (
    """
    CREATE FUNCTION refuse_to_rewrite_adjustments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (
            SELECT FROM workout_assignments WHERE id = OLD.assignment_id
        ) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
            AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id'
            AND NOT EXISTS (SELECT FROM people WHERE id = OLD.actor_id)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the history of adjustments is never rewritten' USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER assignment_adjustments_are_append_only BEFORE UPDATE OR DELETE ON assignment_adjustments
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_adjustments()
    """,
)
for _statement in HISTORY_GUARD:
    event.listen(AssignmentAdjustmentRow.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]

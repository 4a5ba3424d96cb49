"""Plans, microcycles, sessions, prescriptions with their sets; and what becomes of them: logs, compressions.

Everything below a plan goes with it (CASCADE). The composite foreign keys hold what two single ones cannot: a
plan's owner is of the plan's organization, a session's microcycle is of the session's plan.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models.exercises import one_of
from db.models.people import NEW_ID
from domain.exercises import Intent
from domain.sessions import CompressionAction, CompressionSource, ExerciseRole, SetKind

TEMPO_PATTERN = "^([0-9]{1,2}|X)(-([0-9]{1,2}|X)){3}$"


class PlanRow(Base):
    __tablename__ = "plans"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "owner_id"], ["people.organization_id", "people.id"], ondelete="CASCADE"
        ),
        Index("ix_plans_owner", "owner_id", "starts_on", "id"),
        Index("ix_plans_organization", "organization_id", "starts_on", "id"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("char_length(goal) BETWEEN 1 AND 500", name="goal_length"),
        CheckConstraint("char_length(notes) BETWEEN 1 AND 100000", name="notes_length"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID]
    owner_id: Mapped[UUID]
    title: Mapped[str]
    goal: Mapped[str | None]
    notes: Mapped[str | None]
    starts_on: Mapped[date]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MicrocycleRow(Base):
    __tablename__ = "microcycles"
    __table_args__ = (
        UniqueConstraint("plan_id", "ordinal"),
        UniqueConstraint("plan_id", "id"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    ordinal: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date]
    title: Mapped[str | None]


class SessionRow(Base):
    """A day's training. The six time-crunch columns speak together: all of them, or none."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "microcycle_id"], ["microcycles.plan_id", "microcycles.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("microcycle_id", "ordinal"),
        Index("ix_sessions_plan", "plan_id", "scheduled_on"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("planned_minutes BETWEEN 1 AND 600", name="planned_minutes"),
        CheckConstraint("actual_minutes BETWEEN 1 AND 600", name="actual_minutes"),
        CheckConstraint("actual_minutes IS NULL OR completed_at IS NOT NULL", name="actual_when_completed"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("time_crunch_minutes BETWEEN 10 AND 180", name="time_crunch_minutes"),
        CheckConstraint(
            "num_nonnulls(time_crunch_minutes, time_crunch_applied_at, compressed_plan, compression_diff,"
            " compression_summary) = CASE WHEN is_time_crunch_active THEN 5 ELSE 0 END",
            name="time_crunch_all_or_none",
        ),
        CheckConstraint(
            "jsonb_typeof(compressed_plan) = 'object' AND jsonb_typeof(compression_diff) = 'object'"
            " AND jsonb_typeof(compression_summary) = 'object'",
            name="time_crunch_objects",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    plan_id: Mapped[UUID]
    microcycle_id: Mapped[UUID]
    ordinal: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str]
    scheduled_on: Mapped[date | None]
    planned_minutes: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    completed_at: Mapped[datetime | None]
    actual_minutes: Mapped[int | None] = mapped_column(BigInteger)
    is_time_crunch_active: Mapped[bool] = mapped_column(server_default=text("false"))
    time_crunch_minutes: Mapped[int | None] = mapped_column(BigInteger)
    time_crunch_applied_at: Mapped[datetime | None]
    compressed_plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    compression_diff: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    compression_summary: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class PrescriptionRow(Base):
    """One exercise in a session. Order is checked at the end of a transaction, so two may change places."""

    __tablename__ = "prescriptions"
    __table_args__ = (
        UniqueConstraint("session_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint(one_of("role", ExerciseRole), name="role"),
        CheckConstraint(one_of("intent", Intent), name="intent"),
        CheckConstraint(f"tempo ~ '{TEMPO_PATTERN}'", name="tempo"),
        CheckConstraint("rest_seconds_min BETWEEN 0 AND 3600", name="rest_seconds_min"),
        CheckConstraint("rest_seconds_max BETWEEN 0 AND 3600", name="rest_seconds_max"),
        CheckConstraint("rest_seconds_min <= rest_seconds_max", name="rest_range"),
        CheckConstraint("char_length(group_key) BETWEEN 1 AND 50", name="group_key_length"),
        CheckConstraint("weight BETWEEN 0.1 AND 10", name="weight"),
        CheckConstraint("char_length(notes) BETWEEN 1 AND 5000", name="notes_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(BigInteger)
    exercise_id: Mapped[UUID] = mapped_column(ForeignKey("exercises.id", ondelete="RESTRICT"), index=True)
    role: Mapped[str]
    intent: Mapped[str]
    unilateral: Mapped[bool]
    tempo: Mapped[str | None]
    rest_seconds_min: Mapped[int | None] = mapped_column(BigInteger)
    rest_seconds_max: Mapped[int | None] = mapped_column(BigInteger)
    group_key: Mapped[str | None]
    weight: Mapped[float] = mapped_column(Double, server_default=text("1"))
    notes: Mapped[str | None]


class SetPrescriptionRow(Base):
    """One set: repetitions (one number or a range) or a hold, never both."""

    __tablename__ = "set_prescriptions"
    __table_args__ = (
        CheckConstraint("ordinal >= 1", name="ordinal"),
        CheckConstraint(one_of("kind", SetKind), name="kind"),
        CheckConstraint("num_nonnulls(reps_min, hold_seconds) = 1", name="reps_or_hold"),
        CheckConstraint("(reps_min IS NULL) = (reps_max IS NULL)", name="reps_both"),
        CheckConstraint("reps_min BETWEEN 1 AND reps_max AND reps_max <= 1000", name="reps_range"),
        CheckConstraint("hold_seconds BETWEEN 1 AND 7200", name="hold_seconds"),
        CheckConstraint("load_kg BETWEEN 0 AND 1000", name="load_kg"),
        CheckConstraint("percent_one_rep_max > 0 AND percent_one_rep_max <= 150", name="percent_one_rep_max"),
        CheckConstraint("rpe BETWEEN 0 AND 10", name="rpe"),
        CheckConstraint("reps_in_reserve BETWEEN 0 AND 20", name="reps_in_reserve"),
    )

    prescription_id: Mapped[UUID] = mapped_column(
        ForeignKey("prescriptions.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    reps_min: Mapped[int | None] = mapped_column(BigInteger)
    reps_max: Mapped[int | None] = mapped_column(BigInteger)
    hold_seconds: Mapped[int | None] = mapped_column(BigInteger)
    load_kg: Mapped[float | None] = mapped_column(Numeric(asdecimal=False))
    percent_one_rep_max: Mapped[float | None] = mapped_column(Numeric(asdecimal=False))
    rpe: Mapped[float | None] = mapped_column(Numeric(asdecimal=False))
    reps_in_reserve: Mapped[int | None] = mapped_column(BigInteger)


class SessionLogRow(Base):
    """How long a session really took. The athlete's pace is learned from these; a session counts once."""

    __tablename__ = "session_logs"
    __table_args__ = (
        Index("ix_session_logs_athlete", "athlete_id", "logged_at", "session_id"),
        CheckConstraint("actual_minutes BETWEEN 1 AND 600", name="actual_minutes"),
        CheckConstraint("session_rpe BETWEEN 0 AND 10", name="session_rpe"),
        CheckConstraint("modelled_seconds > 0 AND modelled_seconds <= 360000", name="modelled_seconds"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    athlete_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    actual_minutes: Mapped[int] = mapped_column(BigInteger)
    session_rpe: Mapped[float | None] = mapped_column(Numeric(asdecimal=False))
    modelled_seconds: Mapped[float] = mapped_column(Double)
    logged_at: Mapped[datetime]


class CompressionRow(Base):
    """The history of a session's compressions and resets: entries are added, never changed or taken out."""

    __tablename__ = "compressions"
    __table_args__ = (
        UniqueConstraint("session_id", "session_version"),
        Index("ix_compressions_organization", "organization_id", "created_at", "id"),
        CheckConstraint("session_version >= 2", name="session_version"),
        CheckConstraint(one_of("action", CompressionAction), name="action"),
        CheckConstraint(one_of("source", CompressionSource), name="source"),
        CheckConstraint("char_length(reason) <= 240", name="reason_length"),
        CheckConstraint("target_minutes BETWEEN 10 AND 180", name="target_minutes"),
        CheckConstraint("achieved_minutes >= 1", name="achieved_minutes"),
        CheckConstraint("char_length(model_version) BETWEEN 1 AND 50", name="model_version_length"),
        CheckConstraint(
            "action <> 'compressed' OR num_nulls(target_minutes, achieved_minutes, model_version, plan, diff,"
            " summary) = 0",
            name="compressed_is_whole",
        ),
        CheckConstraint(
            "jsonb_typeof(plan) = 'object' AND jsonb_typeof(diff) = 'object'"
            " AND jsonb_typeof(summary) = 'object'",
            name="objects",
        ),
        CheckConstraint("char_length(actor_name) BETWEEN 1 AND 200", name="actor_name_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="RESTRICT"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    session_version: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    source: Mapped[str]
    reason: Mapped[str | None]
    target_minutes: Mapped[int | None] = mapped_column(BigInteger)
    achieved_minutes: Mapped[int | None] = mapped_column(BigInteger)
    model_version: Mapped[str | None]
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    diff: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str]
    created_at: Mapped[datetime]


# A cascade deletes the parent first, so inside it the parent is already gone from sight. That, and nothing
# else, lets an entry go (with its session) or lose its actor (with the person). Any other change is refused.
HISTORY_GUARD = (
    """
    CREATE FUNCTION refuse_to_rewrite_compressions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM sessions WHERE id = OLD.session_id) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
            AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id'
            AND NOT EXISTS (SELECT FROM people WHERE id = OLD.actor_id)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the history of compressions is never rewritten' USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER compressions_are_append_only BEFORE UPDATE OR DELETE ON compressions
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_compressions()
    """,
)
for _statement in HISTORY_GUARD:
    event.listen(CompressionRow.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]

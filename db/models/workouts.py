"""Workouts with their exercises, and the phase templates that put them into weeks."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models.exercises import one_of
from db.models.people import NEW_ID
from db.models.plans import TEMPO_PATTERN
from db.models.seasons import WEEKDAYS
from domain.assignments import NAMED_GROUPS, AssignmentType
from domain.exercises import Intent
from domain.load_progression import ProgressionKind
from domain.phases import PhaseType
from domain.sessions import ExerciseRole, SetKind, SetPrescription

TARGETS = ", ".join(f"'{each.value}'" for each in (AssignmentType.TEAM, *sorted(NAMED_GROUPS)))

_KIND = SetPrescription.__slots__.index("kind")
_KINDS = " || ".join(f'@ == "{each.value}"' for each in SetKind)
SET_OF_UNKNOWN_KIND = f"$[*][{_KIND}] ? (!({_KINDS}))"


class WorkoutRow(Base):
    """``organization_id`` null is everyone's. A session of a plan is made a workout once."""

    __tablename__ = "workouts"
    __table_args__ = (
        UniqueConstraint("session_id"),
        Index("ix_workouts_organization", "organization_id", "title", "id"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        CheckConstraint("planned_minutes BETWEEN 1 AND 600", name="planned_minutes"),
        CheckConstraint("session_rpe BETWEEN 0 AND 10", name="session_rpe"),
        CheckConstraint("char_length(notes) BETWEEN 1 AND 5000", name="notes_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id", ondelete="RESTRICT"))
    title: Mapped[str]
    planned_minutes: Mapped[int] = mapped_column(BigInteger)
    session_rpe: Mapped[float] = mapped_column(Double)
    notes: Mapped[str | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="SET NULL"))


class WorkoutExerciseRow(Base):
    """One exercise of a workout; ``sets`` are arrays in the order of the domain object's fields."""

    __tablename__ = "workout_exercises"
    __table_args__ = (
        CheckConstraint("position BETWEEN 1 AND 60", name="position"),
        CheckConstraint(one_of("role", ExerciseRole), name="role"),
        CheckConstraint(one_of("intent", Intent), name="intent"),
        CheckConstraint(f"tempo ~ '{TEMPO_PATTERN}'", name="tempo"),
        CheckConstraint(
            "0 <= rest_seconds_min AND rest_seconds_min <= rest_seconds_max AND rest_seconds_max <= 3600",
            name="rest",
        ),
        CheckConstraint("char_length(group_key) BETWEEN 1 AND 50", name="group_key_length"),
        CheckConstraint("weight BETWEEN 0.1 AND 10", name="weight"),
        CheckConstraint("char_length(notes) BETWEEN 1 AND 5000", name="notes_length"),
        CheckConstraint(
            "jsonb_typeof(sets) = 'array' AND jsonb_array_length(sets) BETWEEN 1 AND 60", name="sets"
        ),
        CheckConstraint(f"NOT jsonb_path_exists(sets, '{SET_OF_UNKNOWN_KIND}')", name="set_kinds"),
    )

    workout_id: Mapped[UUID] = mapped_column(ForeignKey("workouts.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    exercise_id: Mapped[UUID] = mapped_column(ForeignKey("exercises.id", ondelete="RESTRICT"), index=True)
    role: Mapped[str]
    intent: Mapped[str]
    unilateral: Mapped[bool]
    tempo: Mapped[str | None]
    rest_seconds_min: Mapped[int | None] = mapped_column(BigInteger)
    rest_seconds_max: Mapped[int | None] = mapped_column(BigInteger)
    group_key: Mapped[str | None]
    weight: Mapped[float] = mapped_column(Double)
    notes: Mapped[str | None]
    sets: Mapped[list[Any]] = mapped_column(JSONB)


class PhaseTemplateRow(Base):
    """``organization_id`` null is everyone's; a name is one template's of each owner."""

    __tablename__ = "phase_templates"
    __table_args__ = (
        UniqueConstraint("organization_id", "name", postgresql_nulls_not_distinct=True),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint(one_of("phase_type", PhaseType), name="phase_type"),
        CheckConstraint("weeks BETWEEN 1 AND 26", name="weeks"),
        CheckConstraint("char_length(description) BETWEEN 1 AND 5000", name="description_length"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id", ondelete="RESTRICT"))
    name: Mapped[str]
    phase_type: Mapped[str]
    weeks: Mapped[int] = mapped_column(BigInteger)
    description: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TemplateWorkoutRow(Base):
    """When in the template a workout is done, and by whom. The workout outlives it, for its assignments."""

    __tablename__ = "template_workouts"
    __table_args__ = (
        CheckConstraint("ordinal BETWEEN 1 AND 60", name="ordinal"),
        CheckConstraint("1 <= first_week AND first_week <= last_week AND last_week <= 26", name="weeks"),
        CheckConstraint(f"weekdays <@ {WEEKDAYS} AND cardinality(weekdays) BETWEEN 1 AND 7", name="weekdays"),
        CheckConstraint(f"target_type IN ({TARGETS})", name="target_type"),
        CheckConstraint("char_length(target_name) BETWEEN 1 AND 100", name="target_name_length"),
        CheckConstraint("(target_type = 'team') = (target_name IS NULL)", name="target_name"),
        CheckConstraint(
            "30 <= heart_rate_low_percent AND heart_rate_low_percent <= heart_rate_high_percent"
            " AND heart_rate_high_percent <= 100",
            name="heart_rate",
        ),
        CheckConstraint(
            "(heart_rate_low_percent IS NULL) = (heart_rate_high_percent IS NULL)", name="heart_rate_both"
        ),
        CheckConstraint(
            f"{one_of('progression', ProgressionKind)} AND progression <> 'custom'", name="progression"
        ),
        CheckConstraint("rate_percent BETWEEN -50 AND 50", name="rate_percent"),
    )

    template_id: Mapped[UUID] = mapped_column(
        ForeignKey("phase_templates.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    workout_id: Mapped[UUID] = mapped_column(ForeignKey("workouts.id", ondelete="RESTRICT"), index=True)
    first_week: Mapped[int] = mapped_column(BigInteger)
    last_week: Mapped[int] = mapped_column(BigInteger)
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    target_type: Mapped[str]
    target_name: Mapped[str | None]
    starts_at: Mapped[time | None] = mapped_column(Time)
    heart_rate_low_percent: Mapped[int | None] = mapped_column(BigInteger)
    heart_rate_high_percent: Mapped[int | None] = mapped_column(BigInteger)
    progression: Mapped[str]
    rate_percent: Mapped[float] = mapped_column(Double)

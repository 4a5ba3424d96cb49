"""What players did and how they felt: the rows that every number of load and readiness is worked out from.

All that counts as load is a row of ``training_entries``: what is logged or imported, and also sessions of
plans and assignments that were done, so that a day's load is one sum and nothing is in it twice. What a
correction replaced goes to the ``…_versions``; a report of rest is a row for each time that it changed.
"""

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
from domain.training_log import LoadMethod, TrainingKind, TrainingSource

OF_A_PLAYER = (["organization_id", "player_id"], ["people.organization_id", "people.id"])
STANDING = text("withdrawn_at IS NULL")


def training_rules() -> tuple[CheckConstraint, ...]:
    """The same for an entry and for what it was before."""
    return (
        CheckConstraint("day >= '2000-01-01'", name="day"),
        CheckConstraint(one_of("kind", TrainingKind), name="kind"),
        CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes"),
        CheckConstraint("session_rpe BETWEEN 0 AND 10", name="session_rpe"),
        CheckConstraint("load_au BETWEEN 0 AND 10000", name="load_au"),
        CheckConstraint(one_of("load_method", LoadMethod), name="load_method"),
        CheckConstraint("(load_au IS NULL) = (load_method IS NULL)", name="load_has_method"),
        CheckConstraint(
            "load_method <> 'session_rpe' OR (num_nulls(session_rpe, minutes) = 0"
            " AND abs(load_au - session_rpe * minutes) < 0.01)",
            name="load_is_rpe_times_minutes",
        ),
        CheckConstraint("average_bpm BETWEEN 25 AND 250", name="average_bpm"),
        CheckConstraint("maximum_bpm BETWEEN 25 AND 250", name="maximum_bpm"),
        CheckConstraint("average_bpm <= maximum_bpm", name="bpm_order"),
        CheckConstraint("char_length(note) BETWEEN 1 AND 1000", name="note_length"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("char_length(actor_name) BETWEEN 1 AND 200", name="actor_name_length"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 240", name="reason_length"),
    )


def wellness_rules() -> tuple[CheckConstraint, ...]:
    items = ("sleep", "fatigue", "soreness", "stress", "mood")
    return (
        *(
            CheckConstraint(f"{each} BETWEEN 1 AND 5 AND {each} * 2 = floor({each} * 2)", name=each)
            for each in items
        ),
        CheckConstraint("hours_of_sleep BETWEEN 0 AND 24", name="hours_of_sleep"),
        CheckConstraint(
            f"num_nonnulls({', '.join(items)}, hours_of_sleep, has_pain, is_ill) > 0", name="says_something"
        ),
        CheckConstraint("char_length(note) BETWEEN 1 AND 1000", name="note_length"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("char_length(actor_name) BETWEEN 1 AND 200", name="actor_name_length"),
    )


class TrainingColumns:
    """What a training was, who said so, and when."""

    day: Mapped[date]
    kind: Mapped[str]
    occurred_at: Mapped[datetime | None]
    minutes: Mapped[int | None] = mapped_column(BigInteger)
    session_rpe: Mapped[float | None] = mapped_column(Double)
    load_au: Mapped[float | None] = mapped_column(Double)
    load_method: Mapped[str | None]
    average_bpm: Mapped[int | None] = mapped_column(BigInteger)
    maximum_bpm: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str | None]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str]
    reason: Mapped[str | None]


class WellnessColumns:
    sleep: Mapped[float | None] = mapped_column(Double)
    fatigue: Mapped[float | None] = mapped_column(Double)
    soreness: Mapped[float | None] = mapped_column(Double)
    stress: Mapped[float | None] = mapped_column(Double)
    mood: Mapped[float | None] = mapped_column(Double)
    has_pain: Mapped[bool | None]
    is_ill: Mapped[bool | None]
    hours_of_sleep: Mapped[float | None] = mapped_column(Double)
    note: Mapped[str | None]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str]


class TrainingEntryRow(TrainingColumns, Base):
    """An assigned training stands in the log once, whichever way it was reported; so does an imported one.

    ``session_id`` is the session of a plan that it was, also where that session was assigned.
    ``content_key`` tells an imported training from every other; it outlives corrections and a withdrawal, so
    that the same file brings back nothing.
    """

    __tablename__ = "training_entries"
    __table_args__ = (
        ForeignKeyConstraint(*OF_A_PLAYER, ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["teams.organization_id", "teams.id"],
            ondelete="SET NULL (team_id)",
        ),
        ForeignKeyConstraint(
            ["assignment_id", "player_id"],
            ["workout_assignments.id", "workout_assignments.player_id"],
            ondelete="SET NULL (assignment_id)",
        ),
        Index("ix_training_entries_player", "player_id", "day", "id"),
        # For what deletes a team, a session or an assignment: most entries have none of them.
        *(
            Index(
                f"ix_training_entries_{name}", *columns, postgresql_where=text(f"{columns[-1]} IS NOT NULL")
            )
            for name, columns in (
                ("team", ("organization_id", "team_id")),
                ("session", ("session_id",)),
                ("assignment", ("player_id", "assignment_id")),
            )
        ),
        Index(
            "uq_training_entries_assignment",
            *("assignment_id", "player_id", "occurrence_on"),
            unique=True,
            postgresql_where=STANDING,
        ),
        UniqueConstraint("player_id", "content_key"),
        CheckConstraint(one_of("source", TrainingSource), name="source"),
        CheckConstraint("assignment_id IS NULL OR occurrence_on IS NOT NULL", name="assignment_day"),
        CheckConstraint("octet_length(content_key) = 32", name="content_key"),
        CheckConstraint(
            "load_au IS NOT NULL OR source IN ('plan_session', 'completion', 'fit')", name="load_known"
        ),
        *training_rules(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID]
    player_id: Mapped[UUID]
    team_id: Mapped[UUID | None]
    source: Mapped[str]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="SET NULL"))
    assignment_id: Mapped[UUID | None]
    occurrence_on: Mapped[date | None]
    content_key: Mapped[bytes | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class TrainingVersionRow(TrainingColumns, Base):
    """What an entry was before it was corrected or withdrawn."""

    __tablename__ = "training_versions"
    __table_args__ = training_rules()

    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey("training_entries.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class WellnessReportRow(WellnessColumns, Base):
    """How a player felt on a day: 5 is the most of sleep and mood, and of fatigue, soreness and stress."""

    __tablename__ = "wellness_reports"
    __table_args__ = (
        ForeignKeyConstraint(*OF_A_PLAYER, ondelete="CASCADE"),
        UniqueConstraint("player_id", "day"),
        CheckConstraint("day >= '2000-01-01'", name="day"),
        *wellness_rules(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID]
    player_id: Mapped[UUID]
    day: Mapped[date]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class WellnessVersionRow(WellnessColumns, Base):
    """What a report said before it was corrected."""

    __tablename__ = "wellness_versions"
    __table_args__ = wellness_rules()

    report_id: Mapped[UUID] = mapped_column(
        ForeignKey("wellness_reports.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class RestDayRow(Base):
    """That a player said a day was for rest, or took that back: the highest version counts."""

    __tablename__ = "rest_days"
    __table_args__ = (
        ForeignKeyConstraint(*OF_A_PLAYER, ondelete="CASCADE"),
        CheckConstraint("day >= '2000-01-01'", name="day"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("char_length(actor_name) BETWEEN 1 AND 200", name="actor_name_length"),
    )

    player_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    organization_id: Mapped[UUID]
    is_rest: Mapped[bool]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str]


# As for compressions: an entry goes with what it is the history of, loses its actor with the person, and
# nothing else. The three tables name their parent differently; the trigger is told.
HISTORY_FUNCTION = """
    CREATE FUNCTION refuse_to_rewrite_reports() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        is_orphan boolean;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I WHERE id = ($1).%I)', TG_ARGV[0], TG_ARGV[1])
            INTO is_orphan USING OLD;
            IF is_orphan THEN
                RETURN OLD;
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
            AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id'
            AND NOT EXISTS (SELECT FROM people WHERE id = OLD.actor_id)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the history of reports is never rewritten' USING ERRCODE = 'restrict_violation';
    END
    $$
    """
HISTORIES = (
    (TrainingVersionRow, "training_entries", "entry_id"),
    (WellnessVersionRow, "wellness_reports", "report_id"),
    (RestDayRow, "people", "player_id"),
)
_guards = [HISTORY_FUNCTION.replace("%", "%%")] + [
    f"""
    CREATE TRIGGER {row.__tablename__}_are_append_only BEFORE UPDATE OR DELETE ON {row.__tablename__}
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_reports('{parent}', '{key}')
    """
    for row, parent, key in HISTORIES
]
for _statement in _guards:  # after all tables: one function serves three of them
    event.listen(Base.metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]

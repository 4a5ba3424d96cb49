"""Season plans and their phases. That phases do not overlap and lie in their season, the database sees to.

No extension is needed for it. An exclusion constraint wants one value that two overlapping phases of one
season share and phases of two seasons cannot: the season's number puts its days on a stretch of the number
line that no other season has. And a phase carries its season's dates, kept the same by the foreign key, so
that a CHECK can hold the phase to them. Both are free of races, as a trigger that looks around is not.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DDL,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models.exercises import one_of
from db.models.people import NEW_ID
from domain.phases import Intensity, ObjectiveType, PhaseType, Priority
from domain.seasons import FOCUS_AREA_PATTERN, SeasonStatus

DAYS_ON_THE_LINE = 10_000_000  # more than there are days to the year 9999
WEEKDAYS = "ARRAY[0, 1, 2, 3, 4, 5, 6]::bigint[]"


def _as_stretch(first: str, last: str) -> str:
    start = f"season_number * {DAYS_ON_THE_LINE}"
    return f"int8range({start} + ({first} - DATE '0001-01-01'), {start} + ({last} - DATE '0001-01-01'), '[]')"


def _no_objective_where(condition: str) -> str:
    return f"NOT jsonb_path_exists(objectives, '$[*] ? ({condition})')"


def _none_of(key: str, values: type[ObjectiveType] | type[Priority]) -> str:
    known = " || ".join(f'@.{key} == "{each.value}"' for each in values)
    return f"!({known})"


class SeasonPlanRow(Base):
    """A team has one active season at most; drafts and archives as many as it likes."""

    __tablename__ = "season_plans"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "team_id"], ["teams.organization_id", "teams.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("number"),
        UniqueConstraint("id", "number", "starts_on", "ends_on"),
        Index("ix_season_plans_team", "team_id", "starts_on", "id"),
        Index("ix_season_plans_active", "team_id", unique=True, postgresql_where=text("status = 'active'")),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("starts_on >= DATE '2000-01-01' AND ends_on <= DATE '2100-12-31'", name="dates"),
        CheckConstraint("ends_on BETWEEN starts_on AND starts_on + 549", name="length"),
        CheckConstraint(one_of("status", SeasonStatus), name="status"),
        CheckConstraint("base_load_au BETWEEN 0 AND 100000", name="base_load_au"),
        CheckConstraint("peak_week BETWEEN 1 AND 79", name="peak_week"),
        CheckConstraint("1 <= ALL (taper_weeks) AND 79 >= ALL (taper_weeks)", name="taper_weeks"),
        CheckConstraint("1 <= ALL (recovery_weeks) AND 79 >= ALL (recovery_weeks)", name="recovery_weeks"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    organization_id: Mapped[UUID]
    team_id: Mapped[UUID]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[str]
    base_load_au: Mapped[int] = mapped_column(BigInteger)
    peak_week: Mapped[int | None] = mapped_column(BigInteger)
    taper_weeks: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    recovery_weeks: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SeasonPhaseRow(Base):
    """The overlap is looked at when the transaction ends, so phases may move past each other in it."""

    __tablename__ = "season_phases"
    __table_args__ = (
        ForeignKeyConstraint(
            ["season_plan_id", "season_number", "season_starts_on", "season_ends_on"],
            ["season_plans.id", "season_plans.number", "season_plans.starts_on", "season_plans.ends_on"],
            name="fk_season_phases_season",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        ExcludeConstraint(
            (text(_as_stretch("starts_on", "ends_on")), "&&"),
            name="ex_season_phases_overlap",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_season_phases_season", "season_plan_id", "starts_on", "id"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint(
            "season_starts_on <= starts_on AND ends_on <= season_ends_on", name="inside_the_season"
        ),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint(one_of("type", PhaseType), name="type"),
        CheckConstraint(one_of("intensity", Intensity), name="intensity"),
        CheckConstraint("load_multiplier BETWEEN 0 AND 5", name="load_multiplier"),
        CheckConstraint("training_frequency BETWEEN 1 AND 14", name="training_frequency"),
        CheckConstraint("game_frequency BETWEEN 0 AND 7", name="game_frequency"),
        CheckConstraint(
            f"game_weekdays <@ {WEEKDAYS} AND cardinality(game_weekdays) <= 7", name="game_weekdays"
        ),
        CheckConstraint("recovery_ratio BETWEEN 0 AND 1", name="recovery_ratio"),
        CheckConstraint(
            "cardinality(focus_areas) <= 20 AND array_position(focus_areas, NULL) IS NULL"
            f" AND array_to_string(focus_areas, ',') ~ '^({FOCUS_AREA_PATTERN}(,|$))*$'",
            name="focus_areas",
        ),
        CheckConstraint(
            "jsonb_typeof(objectives) = 'array' AND jsonb_array_length(objectives) <= 20", name="objectives"
        ),
        CheckConstraint(
            " AND ".join(
                _no_objective_where(each)
                for each in (
                    _none_of("type", ObjectiveType),
                    _none_of("priority", Priority),
                    "!(@.targetImprovement >= 0 && @.targetImprovement <= 100)",
                )
            ),
            name="objectives_known",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    season_plan_id: Mapped[UUID]
    season_number: Mapped[int] = mapped_column(BigInteger)
    season_starts_on: Mapped[date]
    season_ends_on: Mapped[date]
    name: Mapped[str]
    type: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    intensity: Mapped[str]
    load_multiplier: Mapped[float | None] = mapped_column(Double)
    training_frequency: Mapped[int] = mapped_column(BigInteger)
    game_frequency: Mapped[float] = mapped_column(Double)
    game_weekdays: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    recovery_ratio: Mapped[float] = mapped_column(Double)
    focus_areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    objectives: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


# Phases may come from a planning service and then have no row here, so there is no foreign key to hold. But a
# phase that does have one does not go while assignments follow it: they would keep its adjustments for ever.
# Looked at when the transaction ends, when a team that goes has taken its assignments with it.
PHASE_GUARD = (
    """
    CREATE FUNCTION refuse_to_lose_a_phase() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM season_phases WHERE id = OLD.id) AND EXISTS (
            SELECT FROM workout_assignments
            WHERE (metadata -> 'planningPhaseId') ? OLD.id::text AND status IN ('draft', 'active')
        ) THEN
            RAISE EXCEPTION USING
                MESSAGE = 'assignments still follow season phase ' || OLD.id,
                ERRCODE = 'foreign_key_violation', CONSTRAINT = 'season_phases_are_left_first';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE CONSTRAINT TRIGGER season_phases_are_left_first AFTER DELETE ON season_phases
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_to_lose_a_phase()
    """,
)
for _statement in PHASE_GUARD:
    event.listen(SeasonPhaseRow.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]

"""The exercise catalogue: everyone's, and what an organization adds for itself."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.models.people import NEW_ID
from domain.exercises import Intent, MovementPattern, Muscle


def one_of(column: str, values: type[StrEnum]) -> str:
    """SQL: the column holds one of the words of the enum."""
    return f"{column} IN ({_quoted(values)})"


def all_of(column: str, values: type[StrEnum]) -> str:
    """SQL: every element of the array is one of the words of the enum, and none is null."""
    return f"{column} <@ ARRAY[{_quoted(values)}]::text[]"


def _quoted(values: type[StrEnum]) -> str:
    return ", ".join(f"'{each.value}'" for each in values)


class ExerciseRow(Base):
    """``organization_id`` null is everyone's. ``name_key`` is the name as it is compared, one for each owner.

    Reads of the catalogue scan it: it holds hundreds of rows, and no index on muscles would pay.
    """

    __tablename__ = "exercises"
    __table_args__ = (
        UniqueConstraint("organization_id", "name_key", postgresql_nulls_not_distinct=True),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("char_length(name_key) BETWEEN 1 AND 200", name="name_key_length"),
        CheckConstraint(all_of("primary_muscles", Muscle), name="primary_muscles"),
        CheckConstraint(all_of("secondary_muscles", Muscle), name="secondary_muscles"),
        CheckConstraint("NOT primary_muscles && secondary_muscles", name="muscles_once"),
        CheckConstraint(one_of("pattern", MovementPattern), name="pattern"),
        CheckConstraint("station ~ '^[a-z][a-z0-9_ -]{0,59}$'", name="station"),
        CheckConstraint(
            "cardinality(equipment) <= 20 AND array_position(equipment, NULL) IS NULL", name="equipment"
        ),
        CheckConstraint(one_of("intent", Intent), name="intent"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=NEW_ID)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id", ondelete="RESTRICT"))
    name: Mapped[str]
    name_key: Mapped[str]
    primary_muscles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secondary_muscles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pattern: Mapped[str]
    station: Mapped[str]
    equipment: Mapped[list[str]] = mapped_column(ARRAY(Text))
    intent: Mapped[str]
    unilateral: Mapped[bool]


class ExerciseAliasRow(Base):
    """Another usual name of an exercise; ``ordinal`` keeps the catalogue's own order."""

    __tablename__ = "exercise_aliases"
    __table_args__ = (
        UniqueConstraint("exercise_id", "alias"),
        CheckConstraint("char_length(alias) BETWEEN 1 AND 200", name="alias_length"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
    )

    exercise_id: Mapped[UUID] = mapped_column(
        ForeignKey("exercises.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    alias: Mapped[str]

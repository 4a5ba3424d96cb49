"""The phase that each team was last said to be in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class PhaseInForceRow(Base):
    """Phases are no foreign keys: one that was deleted is still the one that was left."""

    __tablename__ = "phases_in_force"
    __table_args__ = (CheckConstraint("version >= 0", name="version"),)

    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    phase_id: Mapped[UUID | None]
    scheduled_phase_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))

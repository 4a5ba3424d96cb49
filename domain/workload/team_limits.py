"""A team's limits of load, and who set them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds


@dataclass(frozen=True, slots=True)
class TeamLimits:
    """``version`` 0: nobody has set any, and the usual ones are in force."""

    team_id: UUID
    thresholds: WorkloadThresholds = DEFAULT_THRESHOLDS
    version: int = 0
    changed_at: datetime | None = None
    actor_name: str | None = None

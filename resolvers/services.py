"""The long-lived objects that operations are given; ``app/bootstrap.py`` makes one of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from db.database import Database
from events.season.source import SeasonSource
from integrations.analytics import Analytics
from integrations.flags import Flags
from integrations.metrics import Metrics
from resolvers.solver import Solver
from resolvers.turns import Turns


@dataclass(frozen=True, slots=True)
class Services:
    """``clock`` gives aware UTC; nothing below reads another clock."""

    db: Database
    flags: Flags
    metrics: Metrics
    analytics: Analytics
    clock: Callable[[], datetime]
    solver: Solver
    season_source: SeasonSource
    turns: Turns = field(default_factory=Turns)

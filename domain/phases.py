"""Season phases: the types, as far as the training model needs them."""

from __future__ import annotations

from enum import StrEnum


class PhaseType(StrEnum):
    PRESEASON = "preseason"
    IN_SEASON = "in_season"
    PLAYOFFS = "playoffs"
    OFFSEASON = "offseason"
    RECOVERY = "recovery"

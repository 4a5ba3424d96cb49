"""The advisory locks of the database, side by side, so that no two of them are one."""

from __future__ import annotations

ONE_SEED_AT_A_TIME = 7_402_021_119
"""Held by the transaction that writes the catalogue or the demo."""

RELAY_LEADER = 7_402_021_120
"""Held by the process that publishes events, for as long as it leads."""

PHASE_WATCH = 7_402_021_121
"""Held by the transaction that looks at the calendar of all teams."""

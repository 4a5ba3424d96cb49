"""Checks of the project itself, for the command line and continuous integration."""

from __future__ import annotations

from db import migration_check


async def migrations_in_step() -> list[str]:
    """What is wrong with the migrations, in words; empty if they make what the models want, safely."""
    return await migration_check.problems()

"""Groups of a team: a line, a position, an age group, or one of the team's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from domain.assignments import LONGEST_GROUP_NAME, NAMED_GROUPS
from domain.errors import Issue
from domain.import_fields import flaw_in_text
from domain.phase_templates import TargetGroup

MOST_MEMBERS = 200


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """``player_ids`` by their order as ids."""

    team_id: UUID
    group: TargetGroup
    player_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PlayerGroup:
    """A group that a player is in."""

    team_id: UUID
    group: TargetGroup


def group_issues(group: TargetGroup) -> list[Issue]:
    return [Issue((name,), message) for name, message in _flaws(group)]


def _flaws(group: TargetGroup) -> Iterator[tuple[str, str]]:
    if group.type not in NAMED_GROUPS:
        yield "type", "A group is a line, a position, an age_group or a custom_group."
    name = group.name or ""
    if not 1 <= len(name) <= LONGEST_GROUP_NAME or name != name.strip():
        yield "name", f"A group's name has 1 to {LONGEST_GROUP_NAME} characters, no blanks around them."
    elif flaw := flaw_in_text(name):
        yield "name", flaw

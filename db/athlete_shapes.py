"""What is known of players beside their names, in SQL: bodies, groups, restrictions. See ``db/shapes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, collate, select

from db.athletes import is_not_over
from db.models.athletes import MedicalRestrictionRow, PlayerGroupRow, PlayerPhysiologyRow
from db.models.people import PersonRow
from db.narrowing import Switch
from db.shape_links import Column, Found, Link, Many, Of, One, Same, Shape
from db.visibility import athletes_visible_to, reports_visible_to, teams_run_by

PROFILE = Same("PlayerProfile", only_if=athletes_visible_to)


def _groups(rows: Any) -> Select[*tuple[Any, ...]]:
    """A row for each, not for each who is in it."""
    row = PlayerGroupRow
    return select(row.team_id, row.type, row.name).distinct().where(row.team_id == rows.id)


def _players(rows: Any) -> Select[*tuple[Any, ...]]:
    """Of a group, by name as Python orders texts."""
    row = PlayerGroupRow
    return (
        select(PersonRow, collate(PersonRow.display_name, "C").label("by_name"))
        .join(row, row.person_id == PersonRow.id)
        .where(row.team_id == rows.team_id, row.type == rows.type, row.name == rows.name)
    )


GROUPS = Found("TeamGroup", _groups, order=("type", "name"), only_if=teams_run_by)


def _measured(value: Column) -> Of:
    return Of(value, PersonRow.id, key=PlayerPhysiologyRow.person_id)


_GROUP: Mapping[str, Link] = {
    "team": One("Team", PlayerGroupRow.team_id),
    "type": PlayerGroupRow.type,
    "name": PlayerGroupRow.name,
}

ATHLETE_SHAPES: Mapping[str, Shape] = {
    "PlayerProfile": Shape(
        PersonRow,
        {
            "resting_bpm": _measured(PlayerPhysiologyRow.resting_bpm),
            "maximum_bpm": _measured(PlayerPhysiologyRow.maximum_bpm),
            "weekly_load_limit": _measured(PlayerPhysiologyRow.weekly_load_limit_au),
            "groups": Many(
                "PlayerGroup",
                PlayerGroupRow.person_id,
                (PlayerGroupRow.team_id, PlayerGroupRow.type, PlayerGroupRow.name),
                if_seen=True,
            ),
            "restrictions": Many(
                "MedicalRestriction",
                MedicalRestrictionRow.player_id,
                (MedicalRestrictionRow.starts_on, MedicalRestrictionRow.id),
                narrowed={"include_ended": Switch(on=False, rule=is_not_over)},
            ),
        },
    ),
    "PlayerGroup": Shape(PlayerGroupRow, _GROUP, part_of=One("Team", PlayerGroupRow.team_id)),
    "TeamGroup": Shape(
        PlayerGroupRow, {**_GROUP, "players": Found("Player", _players, order=("by_name", "id"))}
    ),
    "MedicalRestriction": Shape(
        MedicalRestrictionRow,
        {"player": One("Player", MedicalRestrictionRow.player_id)},
        seen=reports_visible_to,
    ),
}

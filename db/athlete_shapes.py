"""What is known of players beside their names, in SQL: bodies, groups, restrictions. See ``db/shapes.py``."""

from __future__ import annotations

from collections.abc import Mapping

from db.athletes import is_not_over
from db.models.athletes import MedicalRestrictionRow, PlayerGroupRow, PlayerPhysiologyRow
from db.models.people import PersonRow
from db.narrowing import Switch
from db.shape_links import Column, Many, Of, One, Same, Shape
from db.visibility import athletes_visible_to, reports_visible_to

PROFILE = Same("PlayerProfile", only_if=athletes_visible_to)


def _measured(value: Column) -> Of:
    return Of(value, PersonRow.id, key=PlayerPhysiologyRow.person_id)


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
    "PlayerGroup": Shape(
        PlayerGroupRow,
        {
            "team": One("Team", PlayerGroupRow.team_id),
            "type": PlayerGroupRow.type,
            "name": PlayerGroupRow.name,
        },
        part_of=One("Team", PlayerGroupRow.team_id),
    ),
    "MedicalRestriction": Shape(
        MedicalRestrictionRow,
        {"player": One("Player", MedicalRestrictionRow.player_id)},
        seen=reports_visible_to,
    ),
}

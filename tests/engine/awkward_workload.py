"""What the awkward club's players did and how they felt, and what is known and was said of them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import insert

from db.base import Base
from db.database import Database
from db.models.assignments import TrainingCompletionRow
from db.models.athletes import MedicalRestrictionRow, PlayerGroupRow, PlayerPhysiologyRow
from db.models.people import MembershipRow
from db.models.workload import TrainingEntryRow, TrainingVersionRow, WellnessReportRow, WellnessVersionRow
from db.models.workload_alerts import WorkloadAlertEntryRow, WorkloadAlertRow, WorkloadThresholdsRow
from domain.people import Viewer
from resolvers.ids import Kind
from tests.factories import NOW, committed, make_person
from tests.schema.season_world import TODAY
from tests.world import World

Record: TypeAlias = dict[str, Any]
Records: TypeAlias = dict[type[Base], list[Record]]
NAMES = ("z", "Z", "\u00c4a", "\u00e4", "A b", "AB", "\uffee", "\U0001f3cb")
NUMBERS = (0.0, 0.1, 10.0, 2.5, 1 / 3, 99.99999999999999)


async def make_awkward_workload(
    db: Database, world: World, chance: random.Random, texts: Sequence[str], assignment_ids: Sequence[UUID]
) -> Mapping[str, tuple[Kind, Sequence[UUID]]]:
    """What was made, by a name for it."""
    records: Records = defaultdict(list)
    for viewer in (world.athlete, world.mate, world.stranger):
        _reports(records, viewer, chance, texts)
        _body(records, viewer, chance)
    _alerts(records, world, chance, texts)
    _limits(records, world, chance, texts)
    _groups(records, world, await _newcomers(db, world))
    _completions(records, world, chance, assignment_ids)

    async def store(one: object) -> None:
        for row, found in records.items():
            for each in found:
                await one.execute(insert(row).values(each))  # type: ignore[attr-defined]

    await committed(db, store)
    kinds = {
        "training": (Kind.TRAINING_ENTRY, TrainingEntryRow),
        "report": (Kind.WELLNESS_REPORT, WellnessReportRow),
        "alert": (Kind.WORKLOAD_ALERT, WorkloadAlertRow),
        "restriction": (Kind.MEDICAL_RESTRICTION, MedicalRestrictionRow),
    }
    return {name: (kind, [each["id"] for each in records[row]][:6]) for name, (kind, row) in kinds.items()}


def _reports(records: Records, viewer: Viewer, chance: random.Random, texts: Sequence[str]) -> None:
    """More than a page of them, some corrected, some withdrawn, several on one day."""
    for n in range(25):
        id_, day = uuid4(), TODAY - timedelta(days=n // 2)
        said = {"recorded_at": NOW, "actor_id": chance.choice((viewer.id, None)), "actor_name": "\u00c5"}
        training = said | {
            "day": day,
            "kind": chance.choice(("training", "game")),
            "occurred_at": (NOW, None)[n % 2],
            "minutes": chance.choice((60, None)),
            "load_au": chance.choice((*NUMBERS, 9999.5)),
            "load_method": "own",
            "session_rpe": chance.choice((*NUMBERS[:4], None)),
            "average_bpm": chance.choice((140, None)),
            "maximum_bpm": chance.choice((190, None)),
            "note": chance.choice((*texts, None)),
            "reason": chance.choice((*texts, None)),
        }
        records[TrainingEntryRow].append(
            training
            | {"id": id_, "organization_id": viewer.organization_id, "player_id": viewer.id, "version": 3}
            | {
                "team_id": next(iter(viewer.played_team_ids), None),
                "source": chance.choice(("csv", "manual")),
            }
            | {"withdrawn_at": chance.choice((NOW, None))}
        )
        records[TrainingVersionRow] += [
            {**training, "entry_id": id_, "version": each} for each in range(n % 3)[1:]
        ]
        report_id = uuid4()
        wellness = said | {
            **{
                each: chance.choice((1.0, 2.5, None))
                for each in ("sleep", "fatigue", "soreness", "stress", "mood")
            },
            "hours_of_sleep": chance.choice((7.1, 8.0)),
            "has_pain": chance.choice((True, None)),
            "is_ill": chance.choice((False, None)),
            "note": chance.choice((*texts, None)),
        }
        records[WellnessReportRow].append(
            wellness
            | {"id": report_id, "organization_id": viewer.organization_id, "player_id": viewer.id}
            | {"day": TODAY - timedelta(days=n), "version": 3}
        )
        records[WellnessVersionRow] += [
            {**wellness, "report_id": report_id, "version": each} for each in range(1, 1 + n % 3)
        ]


def _body(records: Records, viewer: Viewer, chance: random.Random) -> None:
    records[PlayerPhysiologyRow].append(
        {"person_id": viewer.id, "organization_id": viewer.organization_id, "updated_at": NOW}
        | {"resting_bpm": 50, "maximum_bpm": 190, "weekly_load_limit_au": 4000}
    )
    for kind, ends_on in (("limited", None), ("no_training", TODAY), ("limited", date(2020, 1, 1))):
        records[MedicalRestrictionRow].append(
            {"id": uuid4(), "organization_id": viewer.organization_id, "player_id": viewer.id}
            | {"kind": kind, "starts_on": date(2019, 1, 1), "ends_on": ends_on, "created_at": NOW}
            | {"avoided_patterns": ["squat", "hinge"] if kind == "limited" else []}
        )


def _alerts(records: Records, world: World, chance: random.Random, texts: Sequence[str]) -> None:
    for n in range(30):
        id_, is_plain = uuid4(), n % 3 == 0
        lasts = n < 2  # one of each type and player
        records[WorkloadAlertRow].append(
            {"id": id_, "organization_id": world.organization.id, "team_id": world.team.id}
            | {"player_id": (world.athlete, world.mate)[n % 2].id, "type": "high_load", "version": 2}
            | {"first_day": TODAY - timedelta(days=n), "last_day": TODAY, "severity": "warning"}
            | {"metric": chance.choice(("strain_z", "acute_chronic_ewma", None))}
            | {"current_value": chance.choice(NUMBERS), "threshold_value": chance.choice(NUMBERS)}
            | {"reason": chance.choice(texts), "effect": chance.choice(texts), "source": "own"}
            | {"adjustment_type": None if is_plain else "reduce_load"}
            | {"adjustment_value": None if is_plain else chance.choice(NUMBERS[1:])}
            | {
                "planned_week_au": chance.choice((*NUMBERS, None)),
                "recommended_week_au": chance.choice(NUMBERS),
            }
            | {"status": chance.choice(("open", "overridden", "acknowledged", "accepted"))}
            | {"model_version": chance.choice(("1", None)), "resolved_at": None if lasts else NOW}
            | {"raised_at": NOW - timedelta(minutes=n // 2), "updated_at": NOW}
        )
        for version in range(1, 1 + n % 4):
            records[WorkloadAlertEntryRow].append(
                {"alert_id": id_, "version": version, "action": "overridden", "severity": "critical"}
                | {"current_value": chance.choice(NUMBERS), "at": NOW, "actor_name": chance.choice(texts)}
                | {"actor_id": (None, world.coach.id, world.stranger.id)[version % 3]}
                | {"reason": chance.choice(texts)}
            )


def _limits(records: Records, world: World, chance: random.Random, texts: Sequence[str]) -> None:
    """Of one team twice, of the other never."""
    for version in (1, 2):
        records[WorkloadThresholdsRow].append(
            {"team_id": world.team.id, "version": version, "organization_id": world.organization.id}
            | {"acute_chronic_limit": 1.5, "monotony_limit": 2.0, "strain_z_limit": 1 / 3}
            | {"week_change_limit_percent": 30.0, "wellness_z_floor": -1.25, "acute_load_percentile": None}
            | {"acute_load_limit_au": 900.5, "acute_load_critical_au": 1000.0}
            | {"readiness_floor": 20.0, "readiness_critical": chance.choice((5.0, None))}
            | {"changed_at": NOW, "actor_id": world.coach.id, "actor_name": chance.choice(texts)}
        )


async def _newcomers(db: Database, world: World) -> Sequence[UUID]:
    """Players whose names Python and dictionaries order differently."""
    made = [await make_person(db, world.organization, display_name=name) for name in NAMES]
    return [each.id for each in made]


def _groups(records: Records, world: World, newcomers: Sequence[UUID]) -> None:
    athlete, mate = world.athlete.id, world.mate.id
    assert athlete is not None
    assert mate is not None
    records[MembershipRow] += [
        {"organization_id": world.organization.id, "team_id": world.team.id, "person_id": each}
        | {"role": "player"}
        for each in newcomers
    ]
    for type_, name, players in (
        ("line", "First \u201cline\u201d", (athlete, mate, *newcomers)),
        ("position", "Goal", (mate,)),
        ("line", "A second", (athlete,)),
        ("line", "a third", newcomers[:2]),
        ("custom_group", "\u00c5 'fourth'", newcomers[1:]),
    ):
        records[PlayerGroupRow] += [
            {"team_id": world.team.id, "type": type_, "name": name, "person_id": each} for each in players
        ]


def _completions(
    records: Records, world: World, chance: random.Random, assignment_ids: Sequence[UUID]
) -> None:
    """Of an assignment of the athlete's: the last that were made are."""
    for n in range(5):
        records[TrainingCompletionRow].append(
            {"assignment_id": assignment_ids[-1], "player_id": world.athlete.id, "completed_at": NOW}
            | {"occurrence_on": TODAY - timedelta(days=n), "actual_load_au": chance.choice((*NUMBERS, None))}
            | {"completion_rate": chance.choice(NUMBERS), "recorded_at": NOW}
        )

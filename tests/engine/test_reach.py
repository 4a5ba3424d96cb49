"""Everything that can be compiled is: each field and argument, with a value in it, alike in both lanes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from strawberry.utils.str_converters import to_camel_case

from db.database import Database
from db.narrowing import Narrowing
from db.season_shapes import SEASON_SHAPES
from db.shape_links import Many, Paged
from db.shapes import SHAPES
from engine.declined import Declined
from engine.roots import LISTS
from resolvers.ids import Kind, global_id
from tests.engine.awkward import Awkward, make_awkward
from tests.engine.lanes import Lanes
from tests.engine.reach import KEY, Way, reached, whole_types

ALL_SHAPES = {**SHAPES, **SEASON_SHAPES}
NO_VALUE = {  # of what stands in our own tables there is none
    *("DataFreshness.ageSeconds", "DataFreshness.isStale", "SeasonPlan.freshness", "SeasonPhase.freshness"),
    "PhaseTemplate.freshness",
}
RANGE = 'range: {from: "2026-01-01", to: "2026-12-31"}'
FILTERS = {
    "Query.exercises": ['search: "b"', "pattern: squat", "muscle: quadriceps"],
    "Query.phaseTemplates": ["phaseType: preseason", "phaseType: null"],
    "Team.assignments": [
        "",
        "range: null, statuses: active",
        RANGE,
        f"{RANGE}, statuses: [active, draft]",
        f"{RANGE}, statuses: []",
    ],
    "Player.assignments": ["", RANGE, f"{RANGE}, statuses: cancelled"],
    "Player.trainingLog": ['firstDay: "2026-09-01", lastDay: "2026-09-10"', "firstDay: null"],
    "Player.wellnessReports": ['firstDay: "2026-09-01"', 'lastDay: "2026-09-10"'],
    "Team.alerts": ["openOnly: true", "openOnly: false"],
    "WorkoutAssignment.completions": ["", RANGE],
    "PlayerProfile.restrictions": ["", "includeEnded: true", "includeEnded: false"],
}

TRIED = [(field, each) for field, tries in FILTERS.items() for each in tries]


def test_every_declared_link_is_one_that_can_be_compiled() -> None:
    """A link of a type that nothing leads to, or that the schema says may be null and it may not, is none."""
    compiled, declined = reached()
    declared = {f"{name}.{to_camel_case(each)}" for name, shape in ALL_SHAPES.items() for each in shape.links}

    assert declared - compiled.keys() == set(), declined


def test_every_argument_that_narrows_is_tried() -> None:
    tried = {
        f"{field}({name}:)"
        for field, all in FILTERS.items()
        for each in all
        for name in re.findall(r"(\w+):", each)
    }

    assert {f"{field}({name}:)" for field, name in _narrowing()} <= tried


async def test_all_of_each_type_is_alike_in_both_lanes(lanes: Lanes, fresh_db: Database) -> None:
    """And of each field there is a value somewhere that is not null, but for those that are named."""
    awkward = await make_awkward(fresh_db, seed=3)
    met: set[str] = set()
    for way, document in whole_types().items():
        for each in _with_ids(document, awkward):
            for viewer in (awkward.world.coach, awkward.world.athlete, awkward.world.admin):
                found = await lanes.compiled(viewer, each)
                if isinstance(found, Declined):
                    assert found.reason.value == "nothing_found", (found.__cause__, each)
                    continue
                assert found == await lanes.reference(viewer, each), each
                met |= _met(way, orjson.loads(found))

    own = {each for each in reached()[0] if not each.startswith("Query.")}  # roots are of other tests
    assert own - met == NO_VALUE, sorted(own - met ^ NO_VALUE)


@pytest.mark.parametrize(
    ("field", "arguments"), [(field, each) for field, tries in FILTERS.items() for each in tries]
)
async def test_a_list_is_narrowed_alike_in_both_lanes(
    lanes: Lanes, fresh_db: Database, field: str, arguments: str
) -> None:
    awkward = await make_awkward(fresh_db, seed=4)
    way, _ = reached()[0][field]
    inner = "{ __typename }" if field.startswith(("Workout", "PlayerP")) else "{ edges { cursor } }"
    given = f"({arguments})" if arguments else ""
    document = f"{way.before} {field.partition('.')[2]}{given} {inner} {way.after}"
    compiled = 0
    for each in _with_ids(document, awkward):
        for viewer in (awkward.world.athlete, awkward.world.coach, awkward.world.admin):
            found = await lanes.compiled(viewer, each)
            if not isinstance(found, Declined):
                compiled += 1
                assert found == await lanes.reference(viewer, each), each

    assert compiled


def _narrowing() -> Iterator[tuple[str, str]]:
    links: Mapping[str, Any] = {
        **{f"Query.{name}": each for name, each in LISTS.items()},
        **{
            f"{type_}.{to_camel_case(name)}": each
            for type_, shape in ALL_SHAPES.items()
            for name, each in shape.links.items()
        },
    }
    for field, link in links.items():
        narrowed: Mapping[str, Narrowing] = link.narrowed if isinstance(link, Paged | Many) else {}
        yield from ((field, to_camel_case(name)) for name in narrowed)


def _with_ids(document: str, awkward: Awkward) -> Iterator[str]:
    """With a few of the club's own in place of each id that stands for one."""
    for kind in Kind:
        if f'"{global_id(kind, KEY)}"' in document:  # one id may be the end of another
            root = NAMES.get(kind)
            own = global_id(kind, awkward.world.athlete.key)
            for id_ in awkward.ids[root] if root else (own,):
                yield from _with_ids(document.replace(f'"{global_id(kind, KEY)}"', f'"{id_}"'), awkward)
            return
    yield document


NAMES = {
    Kind.PLAN: "plan",
    Kind.SESSION: "session",
    Kind.TEAM: "team",
    Kind.PLAYER: "player",
    Kind.MICROCYCLE: "microcycle",
    Kind.PRESCRIPTION: "prescription",
    Kind.EXERCISE: "exercise",
    Kind.SEASON_PLAN: "season_plan",
    Kind.SEASON_PHASE: "season_phase",
    Kind.PHASE_TEMPLATE: "phase_template",
    Kind.WORKOUT: "workout",
    Kind.WORKOUT_ASSIGNMENT: "assignment",
    Kind.PHASE_ADJUSTMENT: "adjustment",
    Kind.MEDICAL_RESTRICTION: "restriction",
    Kind.TRAINING_ENTRY: "training",
    Kind.WELLNESS_REPORT: "report",
    Kind.WORKLOAD_ALERT: "alert",
    Kind.COMPRESSION_RECORD: "record",
}


def _met(way: Way, data: Any) -> set[str]:
    """The fields of the way's type that have a value."""
    fields = {key.partition(".")[2] for key, (of, _) in reached()[0].items() if of == way}
    found: set[str] = set()
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            if fields <= each.keys():
                found |= {name for name in fields if each[name] not in (None, [])}
            waiting += each.values()
    return {f"{way.type}.{name}" for name in found}

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from sqlalchemy import select

from db.assignments import assignments_by_id
from db.database import Database
from db.models.assignments import WorkoutAssignmentRow
from db.models.seasons import SeasonPlanRow
from db.seasons import season_plans_by_id
from db.visibility import assignments_visible_to, season_plans_visible_to
from domain.access import Sight
from domain.people import Role, Viewer
from resolvers.season_sight import sight_of_assignment, sight_of_season_plan
from tests.season_world import make_stage
from tests.world import World, a_plan_of, make_world


def every_viewer(world: World, elsewhere: World) -> Iterator[Viewer]:
    """Each role with each combination of teams, as the athlete, as somebody else, and as a program."""
    teams = (world.team.id, world.other_team.id)
    some = [frozenset(each for each, taken in zip(teams, bits, strict=True) if taken) for bits in
            product((False, True), repeat=2)]  # fmt: skip
    for role, coached, played, id in product(Role, some, some, (world.owner.id, world.coach.id, None)):
        for organization in (world.organization, elsewhere.organization):
            yield replace(
                world.athlete,
                id=id,
                role=role,
                organization_id=organization.id,
                coached_team_ids=coached,
                played_team_ids=played,
            )


async def test_lists_of_a_season_show_exactly_what_the_domain_gives_full_sight_of(db: Database) -> None:
    world, elsewhere = await make_world(db), await make_world(db, a_plan_of())
    await make_stage(db, world)
    await make_stage(db, elsewhere)
    seen = set()
    async with db.read() as read:
        assignments = await assignments_by_id(
            read, (await read.scalars(select(WorkoutAssignmentRow.id))).all()
        )
        plans = await season_plans_by_id(read, (await read.scalars(select(SeasonPlanRow.id))).all())

        for viewer in every_viewer(world, elsewhere):
            shown = set(
                await read.scalars(select(WorkoutAssignmentRow.id).where(assignments_visible_to(viewer)))
            )
            shown_plans = set(
                await read.scalars(select(SeasonPlanRow.id).where(season_plans_visible_to(viewer)))
            )

            assert shown == {
                id for id, each in assignments.items() if sight_of_assignment(viewer, each) is Sight.FULL
            }
            assert shown_plans == {
                id for id, each in plans.items() if sight_of_season_plan(viewer, each) is Sight.FULL
            }
            seen.add((len(shown), len(shown_plans)))

    assert len(seen) > 6  # they really differ

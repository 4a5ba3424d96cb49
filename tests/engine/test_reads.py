from __future__ import annotations

import dataclasses
import random

from db.database import Database
from engine.declined import Declined, Reason
from engine.lane import Lane
from resolvers.ids import Kind, global_id
from tests.api import the_schema
from tests.engine.awkward import TEXTS
from tests.engine.awkward_season import make_awkward_season
from tests.engine.lanes import Lanes
from tests.schema.season_world import make_season_world, make_template
from tests.world import make_world

TEMPLATE = "query ($id: ID!) { node(id: $id) { ... on PhaseTemplate { id name } } }"
SEASON = """
query ($id: ID!) {
  seasonPlan(teamId: $id) {
    id name status startsOn endsOn version createdAt
    load { baseLoad peakWeek taperWeeks recoveryWeeks }
    team { name }
    phases {
      id name type startsOn endsOn intensity ownLoadMultiplier trainingFrequency gameFrequency gameDays
      recoveryRatio focusAreas seasonPlan { id }
      adjustments(first: 5) {
        edges {
          cursor
          node {
            id type reason adjustedAt assignmentVersion adjustedBy { name player { displayName } }
            assignment {
              id type status scheduledOn startsAt expiresOn workout { title plannedMinutes sessionRpe notes }
              customizations { loadMultiplier trainingFrequency intensityAdjustment }
              template { name workouts { firstWeek lastWeek daysOfWeek target { type name } } }
              player { displayName } adjustments { pageInfo { hasNextPage } }
            }
          }
        }
      }
    }
  }
  phaseTemplates(first: 2) {
    edges { cursor node { name phaseType weeks description } }
    pageInfo { endCursor }
  }
}
"""

PLAN = """
query Plan($id: ID!, $first: Int) {
  plan(id: $id) {
    __typename id title goal notes startsOn version createdAt updatedAt
    owner { id displayName role teams { id name sport timeZone } }
    weeks: microcycles {
      id ordinal title startsOn
      plan { title }
      sessions {
        id title ordinal scheduledOn plannedMinutes version completedAt isTimeCrunchActive
        timeCrunch {
          targetMinutes appliedAt
          history(first: $first) {
            edges { cursor node { action actor { displayName } } }
            pageInfo { hasNextPage endCursor }
          }
        }
        prescriptions {
          id position role intent unilateral tempo restSecondsMin restSecondsMax groupKey weight notes
          exercise {
            id name aliases pattern primaryMuscles secondaryMuscles station equipment intent unilateral
          }
          sets { ordinal kind repsMin repsMax holdSeconds loadKg percentOneRepMax rpe repsInReserve }
        }
      }
    }
  }
}
"""


async def test_a_whole_plan_is_the_same_in_both_lanes(lanes: Lanes, fresh_db: Database) -> None:
    world = await make_world(fresh_db)
    for viewer in (world.athlete, world.coach, world.admin, world.service):
        found = await lanes.alike(viewer, PLAN, {"id": global_id(Kind.PLAN, world.plan.id)})
        assert len(found) > 5_000


async def test_a_rule_with_an_or_in_it_shows_nothing_else(lanes: Lanes, fresh_db: Database) -> None:
    """Everyone's or the own organization's: of those, and only of those, the one that was asked for."""
    season = await make_season_world(fresh_db)
    world = season.world
    everyones, own, theirs = [
        global_id(Kind.PHASE_TEMPLATE, (await make_template(fresh_db, organization_id, name=name)).id)
        for organization_id, name in (
            (None, "Everyone's"),
            (world.organization.id, "Own"),
            (world.stranger.organization_id, "Theirs"),
        )
    ]

    assert b"Everyone" in await lanes.alike(world.coach, TEMPLATE, {"id": everyones})
    assert b"Own" in await lanes.alike(world.coach, TEMPLATE, {"id": own})
    hidden = await lanes.compiled(world.coach, TEMPLATE, {"id": theirs})
    assert isinstance(hidden, Declined)
    assert hidden.reason is Reason.NOTHING_FOUND


async def test_the_season_of_a_team_is_the_same_in_both_lanes(lanes: Lanes, fresh_db: Database) -> None:
    season = await make_season_world(fresh_db)
    await make_awkward_season(fresh_db, season, random.Random(1), TEXTS)
    for viewer in (season.world.athlete, season.world.coach, season.world.admin):
        found = await lanes.alike(viewer, SEASON, {"id": season.team_id})
        assert found.count(b'"startsOn"') == 3  # the season's and those of its two phases


async def test_with_a_planning_service_seasons_are_no_matter_of_the_lane(
    lanes: Lanes, fresh_db: Database
) -> None:
    season = await make_season_world(fresh_db)
    assert isinstance(await lanes.compiled(season.world.coach, SEASON, {"id": season.team_id}), bytes)
    apart = dataclasses.replace(
        lanes, lane=Lane(the_schema()._schema, lanes.reads, has_planning_service=True)
    )

    for document in (SEASON, "query ($id: ID!) { team(id: $id) { seasonPlans { edges { cursor } } } }"):
        declined = await apart.compiled(season.world.coach, document, {"id": season.team_id})
        assert isinstance(declined, Declined)
        assert declined.reason is Reason.FIELD_WITH_CODE

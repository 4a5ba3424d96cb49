from __future__ import annotations

from db.database import Database
from resolvers.ids import Kind, global_id
from tests.engine.lanes import Lanes
from tests.world import make_world

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

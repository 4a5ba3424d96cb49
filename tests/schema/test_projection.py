"""The coming week as it would be, as planned and under what is tried; and nothing of it is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.database import Database
from domain.load_progression import LoadProgression
from domain.people import Viewer
from domain.recurrence import Recurrence, RecurrencePattern
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.domain.season_cases import weekly
from tests.schema.season_world import (
    TODAY,
    SeasonWorld,
    have,
    make_big_team,
    make_season_world,
    make_template,
)
from tests.season_factories import make_assignments
from tests.season_world import assignment_of
from tests.statements import count_statements
from tests.workload_factories import trained, usual_days

PROJECTION = """{ firstDay lastDay days { day loadAu } weekLoad { value } monotony { value }
  strain { value } form { value } acuteChronic { value method } risk { band note } }"""
PLAYER = f"""query ($id: ID!, $scenario: WorkloadScenarioInput) {{ player(id: $id) {{
  projectWorkload(scenario: $scenario) {{ player {{ id }}
    asPlanned {PROJECTION} projected {PROJECTION} }} }} }}"""
TEAM = f"""query ($id: ID!, $scenario: WorkloadScenarioInput) {{ team(id: $id) {{
  projectWorkload(scenario: $scenario) {{ player {{ id }}
    asPlanned {PROJECTION} projected {PROJECTION} }} }} }}"""
COMPRESS = """mutation ($input: CompressSessionInput!) { compressSession(input: $input) {
  __typename ... on CompressSessionSuccess { status } } }"""
ASSIGN = """mutation ($input: CreateAssignmentInput!) { createAssignment(input: $input) {
  __typename ... on CreateAssignmentSuccess { outcome { createdCount } } } }"""


@pytest.fixture
async def season(db: Database) -> SeasonWorld:
    """The athlete trains on weekdays with 400 AU each, and has trained as usual for two months."""
    made = await make_season_world(db)
    await trained(db, made.world.organization.id, {made.players[0]: usual_days()})
    await have(
        db, made.assignment(workout_id=made.workout.id, scheduled_on=TODAY, recurrence=weekly(0, 1, 2, 3, 4))
    )
    return made


async def projected(api: Api, viewer: Viewer, season: SeasonWorld, **scenario: Any) -> Any:
    found = await api.as_(viewer).run(PLAYER, id=season.player_ids[0], scenario=scenario or None)
    return found["player"]["projectWorkload"]


def week_load(projection: dict[str, Any]) -> float:
    return projection["weekLoad"]["value"]  # type: ignore[no-any-return]


async def everything(db: Database) -> Any:
    """What a projection could have touched: how many rows there are, and who wrote last."""
    counts = ", ".join(
        f"(SELECT (count(*), max(xmin::text))::text FROM {table}) AS {table}"  # noqa: S608
        for table in ("workout_assignments", "assignment_adjustments", "outbox", "training_entries")
    )
    async with db.read() as read:
        return (await read.execute(text(f"SELECT {counts}"))).one()


class TestScenarios:
    async def test_the_week_from_tomorrow_is_what_is_assigned(self, api: Api, season: SeasonWorld) -> None:
        found = await projected(api, season.world.coach, season)

        plan = found["asPlanned"]
        days = [TODAY + timedelta(days=n) for n in range(1, 8)]
        assert [each["day"] for each in plan["days"]] == [str(day) for day in days]
        assert [each["loadAu"] for each in plan["days"]] == [400 if day.weekday() < 5 else 0 for day in days]
        assert week_load(plan) == 2000
        assert plan["monotony"]["value"] == pytest.approx(2000 / 7 / 195.1800, rel=1e-4)
        assert plan["form"]["value"] is not None
        assert "not a prediction" in plan["risk"]["note"]
        assert found["projected"] is None

    async def test_a_phase_is_tried_with_its_load_and_its_days(self, api: Api, season: SeasonWorld) -> None:
        hard, easy = (global_id(Kind.SEASON_PHASE, each.id) for each in season.plan.phases)

        under_hard = await projected(api, season.world.coach, season, phaseId=hard)
        under_easy = await projected(api, season.world.coach, season, phaseId=easy)

        assert week_load(under_hard["projected"]) == 480 * season.plan.phases[0].training_frequency
        assert week_load(under_easy["projected"]) == 240 * 2
        assert under_easy["asPlanned"] == under_hard["asPlanned"]
        tried = [under_hard["projected"], under_hard["asPlanned"], under_easy["projected"]]
        by_form = sorted(tried, key=lambda each: each["form"]["value"])
        assert by_form == sorted(tried, key=week_load, reverse=True)

    async def test_a_template_comes_on_top_in_step_with_the_phase_of_its_start(
        self, api: Api, db: Database, season: SeasonWorld
    ) -> None:
        template = await make_template(db, season.world.organization.id, weekdays=(0, 3))
        id = global_id(Kind.PHASE_TEMPLATE, template.id)
        load = template.workouts[0].load.base_load_au

        found = await projected(api, season.world.coach, season, template={"templateId": id})

        assert week_load(found["asPlanned"]) == 2000
        assert week_load(found["projected"]) == pytest.approx(2000 + 2 * 1.2 * load, abs=2)

    async def test_a_workout_in_half_the_minutes_is_half_the_load(
        self, api: Api, season: SeasonWorld
    ) -> None:
        monday = TODAY + timedelta(days=3)

        every = await projected(
            api, season.world.coach, season, shorterWorkout={"workoutId": season.workout_id, "minutes": 30}
        )
        once = await projected(
            api,
            season.world.coach,
            season,
            shorterWorkout={"workoutId": season.workout_id, "minutes": 30, "day": str(monday)},
        )
        longer = await projected(
            api, season.world.coach, season, shorterWorkout={"workoutId": season.workout_id, "minutes": 180}
        )

        assert season.workout.planned_minutes == 60
        assert week_load(every["projected"]) == 1000
        assert week_load(once["projected"]) == 1800
        assert next(each for each in once["projected"]["days"] if each["day"] == str(monday))["loadAu"] == 200
        assert week_load(longer["projected"]) == 2000

    async def test_a_session_that_is_compressed_already_has_less_planned(
        self, api: Api, db: Database, season: SeasonWorld
    ) -> None:
        world = season.world
        input = season.input(sessionId=world.session_id, workoutId=None, load=None)
        assignment = {key: value for key, value in input["assignment"].items() if value is not None}
        made = await api.as_(world.coach).run(
            ASSIGN, input={"teamId": input["teamId"], "assignment": assignment}
        )
        assert made["createAssignment"]["__typename"] == "CreateAssignmentSuccess", made
        before = week_load((await projected(api, world.coach, season))["asPlanned"])
        target = {**world.ids, "targetMinutes": 45, "source": "cta"}
        await api.as_(world.athlete).run(COMPRESS, input=target)

        after = week_load((await projected(api, world.coach, season))["asPlanned"])

        added = before - 2000
        assert added > 0
        assert after - 2000 == pytest.approx(added * 45 / 90)


class TestBadInput:
    @pytest.mark.parametrize(
        ("scenario", "code"),
        [
            ({}, "graphql_validation_failed"),
            ({"phaseId": "nonsense"}, "phase_not_found"),
            ({"shorterWorkout": {"workoutId": "nonsense", "minutes": 30}}, "workout_not_found"),
            ({"shorterWorkout": {"workoutId": "WORKOUT", "minutes": 9}}, "invalid_input"),
            ({"shorterWorkout": {"workoutId": "FOREIGN", "minutes": 30}}, "workout_not_found"),
            ({"template": {"templateId": "nonsense"}}, "template_not_found"),
            ({"template": {"templateId": "nonsense", "startDate": "2027-06-01"}}, "invalid_input"),
        ],
    )
    async def test_a_scenario_that_is_none_is_refused(
        self, api: Api, season: SeasonWorld, scenario: dict[str, Any], code: str
    ) -> None:
        ids = {
            "WORKOUT": season.workout_id,
            "FOREIGN": global_id(Kind.WORKOUT, season.foreign_workout.id),
        }
        for each in scenario.values():
            if isinstance(each, dict) and each.get("workoutId") in ids:
                each["workoutId"] = ids[each["workoutId"]]

        refused = await api.as_(season.world.coach).send(PLAYER, id=season.player_ids[0], scenario=scenario)

        assert [each.code for each in refused.errors] == [code]

    async def test_two_scenarios_at_once_are_none(self, api: Api, season: SeasonWorld) -> None:
        both = {"phaseId": "x", "template": {"templateId": "y"}}

        reply = await api.as_(season.world.coach).send(PLAYER, id=season.player_ids[0], scenario=both)

        assert reply.codes == ["graphql_validation_failed"]


class TestWho:
    async def test_an_athlete_projects_their_own_week_and_no_team_mates(
        self, api: Api, season: SeasonWorld
    ) -> None:
        own = await projected(api, season.world.athlete, season)

        mates = await projected(api, season.world.mate, season)
        of_team = await api.as_(season.world.mate).run(TEAM, id=season.team_id)

        assert week_load(own["asPlanned"]) == 2000
        assert mates is None
        assert [each["player"]["id"] for each in of_team["team"]["projectWorkload"]] == [season.player_ids[1]]

    async def test_nothing_is_stored(self, api: Api, db: Database, season: SeasonWorld) -> None:
        template = await make_template(db, season.world.organization.id)
        before = await everything(db)

        for scenario in (
            {"phaseId": global_id(Kind.SEASON_PHASE, season.plan.phases[0].id)},
            {"template": {"templateId": global_id(Kind.PHASE_TEMPLATE, template.id)}},
            {"shorterWorkout": {"workoutId": season.workout_id, "minutes": 20}},
        ):
            await api.as_(season.world.coach).run(TEAM, id=season.team_id, scenario=scenario)

        assert await everything(db) == before

    async def test_a_team_costs_as_many_statements_as_a_few_players(
        self, api: Api, db: Database, season: SeasonWorld
    ) -> None:
        counts = []
        for size in (3, 40):
            team_id, coach = await make_big_team(db, season, size)
            with count_statements(db) as sent:
                found = await api.as_(coach).run(TEAM, id=team_id)
            assert len(found["team"]["projectWorkload"]) == size
            counts.append(len(sent))

        assert counts[0] == counts[1] <= 10, counts


async def test_what_is_done_or_in_another_team_is_counted_as_it_stands(
    api: Api, db: Database, season: SeasonWorld
) -> None:
    """A phase of this team changes nothing of what another team has assigned."""
    other = await make_assignments(
        db,
        assignment_of(
            season.world.other_team,
            season.players[0],
            season.other_workout,
            effective_from=TODAY,
            scheduled_on=TODAY + timedelta(days=1),
            load=LoadProgression(100),
            recurrence=Recurrence(RecurrencePattern.NONE),
        ),
    )
    easy = global_id(Kind.SEASON_PHASE, season.plan.phases[1].id)

    found = await projected(api, season.world.coach, season, phaseId=easy)

    assert len(other) == 1
    assert week_load(found["asPlanned"]) == 2100
    assert week_load(found["projected"]) == 240 * 2 + 100

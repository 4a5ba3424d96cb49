"""Workload and readiness as they are read: by whom, over which days, and in how many statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.completions import insert_completion
from db.database import Database
from db.workload import day_loads
from domain.access import Scope
from domain.assignments import Completion
from domain.people import Person, Viewer
from domain.workload.analysis import HISTORY_DAYS, analyse
from domain.workload.model import MODEL_VERSION, RISK_NOTE
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.databases import Clock
from tests.factories import committed, make_athlete, make_coach, make_team, make_viewer
from tests.season_factories import make_assignments, make_workout
from tests.season_world import assignment_of, move_team
from tests.statements import count_statements
from tests.workload_factories import TODAY, felt, trained, usual_days
from tests.world import World

VALUE = "{ value method windowDays completeness isProvisional modelVersion }"
ANALYTICS = f"""query ($id: ID!, $from: Date!, $to: Date!) {{
  workloadAnalytics(teamId: $id, startDate: $from, endDate: $to) {{
    startDate endDate freshness {{ isStale }}
    players {{ player {{ id }} summary {{ totalLoadAu monotony riskBand }}
      days {{ day state totalLoad {VALUE} weekLoad {VALUE} acuteChronicEwma {VALUE}
        readiness {{ score {VALUE} contributors {{ kind z weight }} }}
        risk {{ band flags {{ kind value limit reason }} completeness note }} }}
      weeks {{ isoYear isoWeek monday totalLoad {VALUE} days {{ day }} }} }}
    days {{ day playerCount reportedCount mean(metric: total_load) {VALUE}
      riskBands {{ band count }} }}
    weeks {{ isoWeek reportedCount mean(metric: week_load) {VALUE} }} }} }}"""
WHO = """query ($id: ID!, $from: Date!, $to: Date!) {
  workloadAnalytics(teamId: $id, startDate: $from, endDate: $to) {
    players { player { id } } days { day } weeks { isoWeek } } }"""
PLAYER = """query ($id: ID!, $range: DateRangeInput) { player(id: $id) {
  workload(range: $range) { summary { totalLoadAu }
    days(last: 3) { day state totalLoad { value } }
    trends { metric direction slopePerWeek completeness method }
    compliance { assignedCount completedCount plannedLoadAu actualLoadAu
      sessions { value } load { value completeness } }
    series(metrics: [total_load, monotony]) { metric unit method windowDays modelVersion firstDay values
      completeness isProvisional } }
  readiness { score { value completeness } contributors { kind z } } } }"""
SEEN = """query ($id: ID!) { player(id: $id) {
  workload { summary { totalLoadAu } } readiness { score { value } } } }"""


def team_id(world: World) -> str:
    return global_id(Kind.TEAM, world.team.id)


def player_id(id: UUID | None) -> str:
    assert id is not None
    return global_id(Kind.PLAYER, id)


def span(days: int = 28, last: date = TODAY) -> dict[str, str]:
    return {"from": str(last - timedelta(days=days - 1)), "to": str(last)}


def reader(world: World) -> Viewer:
    return replace(world.service, scopes=frozenset({Scope.WORKLOAD_READ, Scope.TEAMS_READ}))


async def train(db: Database, world: World, **loads: Mapping[date, float]) -> None:
    """By the name in the world: ``athlete``, ``mate``."""
    by_id = {getattr(world, name).id: days for name, days in loads.items()}
    await trained(db, world.organization.id, by_id)


async def analysed(api: Api, world: World, days: int = 28) -> dict[str, Any]:
    found = await api.run(ANALYTICS, id=team_id(world), **span(days))
    return found["workloadAnalytics"]  # type: ignore[no-any-return]


class TestNumbers:
    async def test_every_day_is_what_the_model_says_of_the_log(
        self, api: Api, db: Database, world: World
    ) -> None:
        await train(db, world, athlete=usual_days(count=90), mate={TODAY: 300})
        async with db.read() as read:
            since = TODAY - timedelta(days=27 + HISTORY_DAYS)
            loads = (await day_loads(read, [world.owner.id], since, TODAY))[world.owner.id]
        wanted = analyse(loads, (), TODAY - timedelta(days=27), TODAY)

        found = await analysed(api.as_(world.coach), world)

        athlete = next(
            each for each in found["players"] if each["player"]["id"] == player_id(world.athlete.id)
        )
        for day, model in zip(athlete["days"], wanted.days, strict=True):
            assert day["day"] == str(model.day)
            assert day["totalLoad"]["value"] == model.total_load.value
            ratio = model.acute_chronic_ewma
            assert day["acuteChronicEwma"] == {
                "value": ratio.value,
                "method": ratio.method,
                "windowDays": 28,
                "completeness": ratio.completeness,
                "isProvisional": ratio.is_provisional,
                "modelVersion": MODEL_VERSION,
            }
            assert day["risk"]["band"] == model.risk.band
            assert day["risk"]["note"] == RISK_NOTE
        assert [each["isoWeek"] for each in athlete["weeks"]] == [each.iso_week for each in wanted.weeks]
        assert athlete["summary"]["totalLoadAu"] == sum(each.total_load.value or 0 for each in wanted.days)

    async def test_a_day_that_nobody_reported_is_null_and_is_no_zero(
        self, api: Api, db: Database, world: World
    ) -> None:
        await train(db, world, athlete={TODAY - timedelta(days=1): 400.0})

        found = await analysed(api.as_(world.athlete), world, days=2)

        yesterday, today = found["players"][0]["days"]
        assert (yesterday["state"], yesterday["totalLoad"]["value"]) == ("reported", 400)
        assert (today["state"], today["totalLoad"]["value"]) == ("unreported", None)
        assert today["weekLoad"]["value"] == 400
        assert today["weekLoad"]["completeness"] == pytest.approx(1 / 7)
        assert today["weekLoad"]["isProvisional"] is True

    async def test_the_teams_means_leave_out_whom_nothing_is_known_of(
        self, api: Api, db: Database, world: World
    ) -> None:
        await train(db, world, athlete={TODAY: 500.0})

        found = await analysed(api.as_(world.coach), world, days=2)

        assert [each["reportedCount"] for each in found["days"]] == [0, 1]
        assert [each["playerCount"] for each in found["days"]] == [2, 2]
        assert found["days"][1]["mean"]["value"] == 500
        assert found["days"][1]["mean"]["completeness"] == 0.5
        assert found["days"][1]["riskBands"] == [
            {"band": "high", "count": 0},
            {"band": "medium", "count": 0},
            {"band": "low", "count": 0},
            {"band": None, "count": 2},
        ]
        assert found["weeks"][0]["mean"]["value"] == 500

    async def test_a_jump_raises_flags_by_name_with_their_limits(
        self, api: Api, db: Database, world: World
    ) -> None:
        days = usual_days(count=60) | {TODAY - timedelta(days=n): 1500.0 for n in range(5)}
        await train(db, world, athlete=days)

        found = await analysed(api.as_(world.coach), world, days=1)

        [athlete] = [each for each in found["players"] if each["days"][0]["totalLoad"]["value"] is not None]
        risk = athlete["days"][0]["risk"]
        assert risk["band"] == "high"
        flags = {each["kind"]: each for each in risk["flags"]}
        assert set(flags) >= {"acute_chronic", "week_change"}
        assert flags["acute_chronic"]["limit"] == 1.5
        assert flags["acute_chronic"]["value"] > 1.5

    async def test_readiness_names_what_it_is_made_of_the_worst_first(
        self, api: Api, db: Database, world: World
    ) -> None:
        await train(db, world, athlete=usual_days())
        scores = {TODAY - timedelta(days=n): 4.0 if n % 2 else 3.5 for n in range(1, 40)} | {TODAY: 1.0}
        await felt(db, world.organization.id, world.owner.id, scores)

        found = (await api.as_(world.coach).run(PLAYER, id=player_id(world.athlete.id)))["player"]

        readiness = found["readiness"]
        assert readiness["score"]["value"] < 10
        assert readiness["contributors"][0]["kind"] in ("sleep", "mood")
        assert readiness["contributors"][0]["z"] < -3
        assert [each["z"] for each in readiness["contributors"][-3:]] == [None] * 3
        assert readiness["score"]["completeness"] == pytest.approx(0.6 * 2 / 5 + 0.4)

    async def test_series_are_the_days_in_one_list(self, api: Api, db: Database, world: World) -> None:
        await train(db, world, athlete=usual_days(count=20))
        range = {"from": str(TODAY - timedelta(days=29)), "to": str(TODAY + timedelta(days=3))}

        found = await api.as_(world.athlete).run(PLAYER, id=player_id(world.athlete.id), range=range)

        loads, monotony = found["player"]["workload"]["series"]
        assert (loads["metric"], loads["unit"], loads["windowDays"]) == ("total_load", "AU", 1)
        assert loads["firstDay"] == str(TODAY - timedelta(days=29))
        assert loads["values"] == [None] * 10 + [
            usual_days(count=20)[day] for day in sorted(usual_days(count=20))
        ]
        assert loads["completeness"] == [0.0] * 10 + [1.0] * 20
        assert len(monotony["values"]) == 30
        assert monotony["modelVersion"] == MODEL_VERSION

    async def test_trends_look_at_four_weeks_also_of_a_shorter_range(
        self, api: Api, db: Database, world: World
    ) -> None:
        rising = {TODAY - timedelta(days=n): 100.0 + 20 * (40 - n) for n in range(40)}
        await train(db, world, athlete=rising)
        span_of_one = {"from": str(TODAY), "to": str(TODAY)}

        found = await api.as_(world.athlete).run(PLAYER, id=player_id(world.athlete.id), range=span_of_one)

        load = next(each for each in found["player"]["workload"]["trends"] if each["metric"] == "total_load")
        assert (load["direction"], load["completeness"]) == ("rising", 1.0)
        assert load["slopePerWeek"] == pytest.approx(140)


class TestCompliance:
    async def test_what_was_assigned_is_held_against_what_was_done(
        self, api: Api, db: Database, world: World
    ) -> None:
        """Four days were due before today; one was completed, one stands in the log, two were missed."""
        workout = await make_workout(db, world.organization.id)
        monday = date(2026, 11, 16)
        [own] = await make_assignments(
            db, assignment_of(world.team, world.owner.id, workout, effective_from=monday, scheduled_on=monday)
        )
        done = Completion(own.id, monday, world.owner.id, datetime(2026, 11, 16, 18, tzinfo=UTC), 350.0, 90.0)
        await committed(db, lambda one: insert_completion(one, done, done.completed_at))
        tuesday = monday + timedelta(days=1)
        await trained(
            db,
            world.organization.id,
            {world.owner.id: {tuesday: 450.0}},
            assignment_id=own.id,
            occurrence_on=tuesday,
        )

        found = await api.as_(world.coach).run(PLAYER, id=player_id(world.athlete.id))

        compliance = found["player"]["workload"]["compliance"]
        assert (compliance["assignedCount"], compliance["completedCount"]) == (4, 2)
        assert (compliance["plannedLoadAu"], compliance["actualLoadAu"]) == (1600, 800)
        assert compliance["sessions"]["value"] == 50
        assert compliance["load"] == {"value": 50, "completeness": 1}

    async def test_where_nothing_was_due_there_is_no_percentage(
        self, api: Api, db: Database, world: World
    ) -> None:
        found = await api.as_(world.coach).run(PLAYER, id=player_id(world.athlete.id))

        compliance = found["player"]["workload"]["compliance"]
        assert compliance["assignedCount"] == 0
        assert compliance["sessions"]["value"] is None


class TestRange:
    @pytest.mark.parametrize(
        ("first", "last", "words"),
        [
            ("2000-01-01", "2027-05-18", "at most 400"),
            ("2026-11-20", "2026-11-19", "before it starts"),
            ("2025-10-16", "2026-11-20", "has 401 days"),
            ("1999-12-31", "2000-01-02", "Days are from"),
            ("0001-01-01", "0001-01-02", "Days are from"),
        ],
    )
    async def test_a_range_that_is_none_is_refused_with_its_reason(
        self, api: Api, world: World, first: str, last: str, words: str
    ) -> None:
        variables = {"id": team_id(world), "from": first, "to": last}

        reply = await api.as_(world.coach).send(WHO, **variables)

        assert reply.codes == ["invalid_input"]
        assert words in str(reply.errors[0].formatted)

    async def test_ten_thousand_days_are_refused(self, api: Api, world: World) -> None:
        first, last = date(2026, 11, 20), date(2026, 11, 20) + timedelta(days=9_999)

        code = await api.as_(world.coach).refused(
            WHO, id=team_id(world), **{"from": str(first), "to": str(last)}
        )

        assert code == "invalid_input"

    @pytest.mark.parametrize("document", [ANALYTICS, WHO])
    async def test_four_hundred_days_are_not_too_many(self, api: Api, world: World, document: str) -> None:
        assert await api.as_(world.coach).run(document, id=team_id(world), **span(400))

    async def test_days_to_come_have_no_numbers_yet(self, api: Api, db: Database, world: World) -> None:
        await train(db, world, athlete=usual_days())

        ahead = await api.as_(world.coach).run(
            ANALYTICS, id=team_id(world), **span(7, TODAY + timedelta(days=5))
        )
        beyond = await api.as_(world.coach).run(
            ANALYTICS, id=team_id(world), **span(3, TODAY + timedelta(days=9))
        )

        found, empty = ahead["workloadAnalytics"], beyond["workloadAnalytics"]
        assert [each["day"] for each in found["days"]] == [str(TODAY - timedelta(days=1)), str(TODAY)]
        assert (empty["days"], empty["weeks"], empty["players"][0]["days"]) == ([], [], [])
        assert empty["players"][0]["summary"] == {"totalLoadAu": None, "monotony": None, "riskBand": None}

    @pytest.mark.parametrize("last", [0, 401, -1])
    async def test_a_number_of_days_is_from_1_to_400(self, api: Api, world: World, last: int) -> None:
        document = WHO.replace("days { day }", f"days(last: {last}) {{ day }}")

        assert await api.as_(world.coach).refused(document, id=team_id(world), **span()) == "invalid_input"

    async def test_today_is_the_teams_today(self, api: Api, db: Database, world: World, clock: Clock) -> None:
        """At noon UTC it is the next day already in Kiritimati, fourteen hours ahead."""
        await move_team(db, world.team, "Pacific/Kiritimati")

        found = await api.as_(world.coach).run(WHO, id=team_id(world), **span(3, TODAY + timedelta(days=2)))

        assert [each["day"] for each in found["workloadAnalytics"]["days"]] == [
            str(TODAY),
            str(TODAY + timedelta(days=1)),
        ]

    async def test_a_night_in_which_the_clocks_change_is_a_day_like_others(
        self, api: Api, db: Database, world: World, clock: Clock
    ) -> None:
        """In Oslo 25 October 2026 has twenty-five hours."""
        clock.now = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)  # 23:30 there
        sunday = date(2026, 10, 25)
        await train(db, world, athlete=usual_days(sunday, 30))

        found = await api.as_(world.athlete).run(
            PLAYER, id=player_id(world.athlete.id), range={"from": "2026-10-20", "to": "2026-10-30"}
        )

        days = found["player"]["workload"]["days"]
        assert [each["day"] for each in days] == [str(sunday - timedelta(days=n)) for n in (2, 1, 0)]
        assert [each["totalLoad"]["value"] for each in days] == [450, 600, 0]


class TestWhoSees:
    async def test_a_coach_sees_the_team_and_an_athlete_only_themselves(self, api: Api, world: World) -> None:
        ids = {"id": team_id(world), **span()}
        both = {player_id(world.athlete.id), player_id(world.mate.id)}

        for viewer, seen, whole in (
            (world.coach, both, True),
            (world.admin, both, True),
            (reader(world), both, True),
            (world.athlete, {player_id(world.athlete.id)}, False),
            (world.mate, {player_id(world.mate.id)}, False),
        ):
            found = (await api.as_(viewer).run(WHO, **ids))["workloadAnalytics"]

            assert {each["player"]["id"] for each in found["players"]} == seen
            assert (found["days"] is not None, found["weeks"] is not None) == (whole, whole)

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("other_coach", "forbidden"),
            ("other_athlete", "forbidden"),
            ("stranger", "team_not_found"),
            ("strange_admin", "team_not_found"),
        ],
    )
    async def test_another_team_is_not_for_them(self, api: Api, world: World, name: str, code: str) -> None:
        caller = api.as_(getattr(world, name))

        assert await caller.refused(WHO, id=team_id(world), **span()) == code

    async def test_nobody_without_the_scope_the_flag_or_a_token(self, api: Api, world: World) -> None:
        ids = {"id": team_id(world), **span()}
        without = replace(world.coach, scopes=world.coach.scopes - {Scope.WORKLOAD_READ})
        flags = [each for each in Flag if each is not Flag.WORKLOAD]

        assert await api.as_(without).refused(WHO, **ids) == "forbidden"
        assert await api.as_(None).refused(WHO, **ids) == "unauthorized"
        assert await api.as_(world.service).refused(WHO, **ids) == "forbidden"
        closed = api.with_flags(*flags).as_(world.coach)
        assert await closed.refused(WHO, **ids) == "feature_not_available"
        reply = await closed.send(SEEN, id=player_id(world.athlete.id))
        assert reply.codes == ["feature_not_available"] * 2

    async def test_a_team_mates_load_and_readiness_are_not_told_by_any_way(
        self, api: Api, db: Database, world: World
    ) -> None:
        await train(db, world, athlete=usual_days())
        id = player_id(world.athlete.id)
        document = """query ($id: ID!, $team: ID!) {
          node(id: $id) { ... on Player {
            workload { summary { totalLoadAu } } readiness { score { value } } } }
          team(id: $team) { workload { players { player { id } } }
            players { edges { node { id workload { summary { totalLoadAu } } } } } } }"""

        for viewer, sees in ((world.mate, False), (world.athlete, True), (world.coach, True)):
            found = await api.as_(viewer).run(document, id=id, team=team_id(world))

            assert (found["node"]["workload"] is not None) is sees
            assert (found["node"]["readiness"] is not None) is sees
            edges = [each["node"] for each in found["team"]["players"]["edges"]]
            assert next(each for each in edges if each["id"] == id)["workload"] is not None or not sees
            assert (next(each for each in edges if each["id"] == id)["workload"] is None) is not sees
            listed = {each["player"]["id"] for each in found["team"]["workload"]["players"]}
            assert (id in listed) is sees


class TestStatements:
    @pytest.mark.parametrize("document", [ANALYTICS, WHO])
    async def test_a_team_of_sixty_over_a_season_costs_as_many_as_one_of_five_over_a_month(
        self, api: Api, db: Database, world: World, document: str
    ) -> None:
        counts = {}
        for size, days in ((5, 30), (60, 300)):
            team, coach = await _team_of(db, world, size, days)
            with count_statements(db) as sent:
                found = await api.as_(coach).run(document, id=global_id(Kind.TEAM, team), **span(days))
            assert len(found["workloadAnalytics"]["players"]) == size
            counts[size] = len(sent)

        assert counts[5] == counts[60] <= 9, counts

    async def test_the_players_of_a_list_are_analysed_together_and_once(
        self, api: Api, db: Database, world: World
    ) -> None:
        document = """query ($id: ID!) { team(id: $id) {
          players(first: 50) { edges { node { readiness { score { value } }
            workload { summary { totalLoadAu } compliance { assignedCount }
              trends { direction } days { readiness { score { value } } } }
            again: workload { weeks { totalLoad { value } } } } } }
          workload { players { summary { riskBand } } days { reportedCount } } } }"""
        counts = []
        for size in (3, 30):
            team, coach = await _team_of(db, world, size, 20)
            with count_statements(db) as sent:
                await api.as_(coach).run(document, id=global_id(Kind.TEAM, team))
            counts.append(len(sent))

        assert counts[0] == counts[1], counts


async def _team_of(db: Database, world: World, size: int, days: int) -> tuple[UUID, Viewer]:
    players: list[Person] = [await make_athlete(db, world.organization) for _ in range(size)]
    coach = await make_coach(db, world.organization)
    team = await make_team(db, world.organization, players=players, coaches=[coach])
    loads = usual_days(count=days)
    await trained(db, world.organization.id, {each.id: loads for each in players})
    return team.id, make_viewer(coach, coached=[team])

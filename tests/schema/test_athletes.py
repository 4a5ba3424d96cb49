"""Players' bodies, groups and restrictions: entered by those who coach them, and seen by nobody beside."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.athletes import every_restriction_of, physiology_of, target_players
from db.database import Database
from domain.assignments import AssignmentType
from domain.people import Viewer
from domain.phase_templates import TargetGroup
from domain.physiology import Physiology
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api, make_api
from tests.databases import Clock
from tests.factories import NOW, make_athlete, make_team
from tests.statements import count_statements
from tests.world import World, make_world

TODAY = NOW.date()
ERROR_FIELDS = """... on Error { message code } ... on NotFoundError { id }
  ... on InvalidInputError { issues { path message } }"""
PROFILE = """query ($id: ID!) { player(id: $id) { profile {
  restingBpm maximumBpm weeklyLoadLimit groups { team { name } type name }
  restrictions { id kind startsOn endsOn avoidedPatterns player { id } } } } }"""
UPDATE = f"""mutation ($input: UpdatePlayerProfileInput!) {{ updatePlayerProfile(input: $input) {{
  __typename ... on UpdatePlayerProfileSuccess {{ player {{ id }}
    profile {{ restingBpm maximumBpm weeklyLoadLimit }} }} {ERROR_FIELDS} }} }}"""
GROUP = f"""mutation ($input: UpdateTeamGroupInput!) {{ updateTeamGroup(input: $input) {{
  __typename ... on UpdateTeamGroupSuccess {{ group {{ type name players {{ id }} team {{ id }} }} }}
  {ERROR_FIELDS} }} }}"""
ADD = f"""mutation ($input: AddMedicalRestrictionInput!) {{ addMedicalRestriction(input: $input) {{
  __typename ... on AddMedicalRestrictionSuccess {{
    restriction {{ id kind startsOn endsOn avoidedPatterns }} }} {ERROR_FIELDS} }} }}"""
END = f"""mutation ($input: EndMedicalRestrictionInput!) {{ endMedicalRestriction(input: $input) {{
  __typename ... on EndMedicalRestrictionSuccess {{ restriction {{ id endsOn }} }} {ERROR_FIELDS} }} }}"""
NODE = "query ($id: ID!) { node(id: $id) { __typename } }"

MAY_CHANGE = {
    "coach": None,
    "admin": None,
    "other_coach": "forbidden",
    "strange_admin": "player_not_found",
}
NO_KEY = ("athlete", "mate", "other_athlete", "stranger", "service")


def player_id(world: World, viewer: Viewer | None = None) -> str:
    key = world.owner.id if viewer is None else viewer.id
    assert key is not None
    return global_id(Kind.PLAYER, key)


async def only(api: Api, operation: str, /, **input: Any) -> dict[str, Any]:
    [answer] = (await api.run(operation, input=input)).values()
    return answer  # type: ignore[no-any-return]


async def profile(api: Api, world: World) -> dict[str, Any] | None:
    data = await api.run(PROFILE, id=player_id(world))
    found: dict[str, Any] | None = data["player"]["profile"]
    return found


async def stored_body(db: Database, key: UUID) -> Physiology | None:
    async with db.read() as db_session:
        return (await physiology_of(db_session, [key])).get(key)


def ill(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "playerId": player_id(world),
        "kind": "no_training",
        "startsOn": str(TODAY),
        "endsOn": str(TODAY + timedelta(days=2)),
    } | changes


class TestBodies:
    async def test_what_is_left_out_stays_and_null_empties(
        self, db: Database, api: Api, world: World
    ) -> None:
        coach = api.as_(world.coach)

        await only(coach, UPDATE, playerId=player_id(world), restingBpm=52, maximumBpm=196)
        answer = await only(coach, UPDATE, playerId=player_id(world), restingBpm=None, weeklyLoadLimit=2600)

        assert answer["profile"] == {"restingBpm": None, "maximumBpm": 196, "weeklyLoadLimit": 2600}
        assert await stored_body(db, world.owner.id) == Physiology(world.owner.id, None, 196, 2600)

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"restingBpm": 24}, ["restingBpm"]),
            ({"restingBpm": 111}, ["restingBpm"]),
            ({"maximumBpm": 231}, ["maximumBpm"]),
            ({"restingBpm": 100, "maximumBpm": 125}, ["maximumBpm"]),
            ({"weeklyLoadLimit": 0}, ["weeklyLoadLimit"]),
            ({"weeklyLoadLimit": 100_001}, ["weeklyLoadLimit"]),
            ({}, []),
        ],
    )
    async def test_no_heart_is_like_that(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: list[str]
    ) -> None:
        answer = await only(api.as_(world.coach), UPDATE, playerId=player_id(world), **wrong)

        assert answer["code"] == "invalid_input"
        assert [each["path"] for each in answer["issues"]] == [path]
        assert await stored_body(db, world.owner.id) is None

    async def test_the_reserve_is_judged_with_what_was_known_before(self, api: Api, world: World) -> None:
        coach = api.as_(world.coach)
        await only(coach, UPDATE, playerId=player_id(world), maximumBpm=130)

        answer = await only(coach, UPDATE, playerId=player_id(world), restingBpm=101)

        assert [each["path"] for each in answer["issues"]] == [["maximumBpm"]]

    async def test_two_coaches_who_each_enter_one_thing_both_have_their_way(
        self, fresh_db: Database, clock: Clock
    ) -> None:
        world = await make_world(fresh_db)
        api = make_api(fresh_db, clock).as_(world.coach)
        things = [{"restingBpm": 50}, {"maximumBpm": 190}, {"weeklyLoadLimit": 2400}]

        for _ in range(5):
            await only(
                api, UPDATE, playerId=player_id(world), restingBpm=None, maximumBpm=None, weeklyLoadLimit=None
            )
            await asyncio.gather(*(only(api, UPDATE, playerId=player_id(world), **each) for each in things))

            assert await stored_body(fresh_db, world.owner.id) == Physiology(world.owner.id, 50, 190, 2400)
        await api.services.solver.close()


class TestWho:
    @pytest.mark.parametrize(("name", "code"), MAY_CHANGE.items())
    async def test_coaches_of_the_player_and_admins_change_what_is_known(
        self, api: Api, world: World, name: str, code: str | None
    ) -> None:
        viewer = api.as_(getattr(world, name))

        body = await only(viewer, UPDATE, playerId=player_id(world), restingBpm=50)
        added = await only(viewer, ADD, **ill(world))
        group = await only(
            viewer,
            GROUP,
            teamId=global_id(Kind.TEAM, world.team.id),
            type="line",
            name="First",
            addPlayerIds=[player_id(world)],
        )

        team_code = code and code.replace("player", "team")
        assert [body.get("code"), added.get("code"), group.get("code")] == [code, code, team_code]

    @pytest.mark.parametrize("name", NO_KEY)
    async def test_players_and_readers_have_no_key(self, api: Api, world: World, name: str) -> None:
        viewer = api.as_(getattr(world, name))

        assert await viewer.refused(UPDATE, input={"playerId": player_id(world), "restingBpm": 50}) == (
            "forbidden"
        )
        assert await viewer.refused(ADD, input=ill(world)) == "forbidden"

    @pytest.mark.parametrize("name", ["athlete", "coach", "admin"])
    async def test_the_player_their_coach_and_an_admin_see_it(
        self, api: Api, world: World, name: str
    ) -> None:
        await only(api.as_(world.coach), UPDATE, playerId=player_id(world), restingBpm=50)
        restriction = (await only(api.as_(world.coach), ADD, **ill(world)))["restriction"]

        seen = await profile(api.as_(getattr(world, name)), world)

        assert seen is not None
        assert seen["restingBpm"] == 50
        assert seen["restrictions"] == [restriction | {"player": {"id": player_id(world)}}]
        node = await api.as_(getattr(world, name)).run(NODE, id=restriction["id"])
        assert node == {"node": {"__typename": "MedicalRestriction"}}

    async def test_a_team_mate_sees_the_player_and_nothing_of_their_body(
        self, api: Api, world: World
    ) -> None:
        await only(api.as_(world.coach), UPDATE, playerId=player_id(world), restingBpm=50)
        restriction = (await only(api.as_(world.coach), ADD, **ill(world)))["restriction"]
        mate = api.as_(world.mate)

        assert await profile(mate, world) is None
        teams = await mate.run("{ viewer { teams { edges { node { groups { name } } } } } }")
        assert [each["node"] for each in teams["viewer"]["teams"]["edges"]] == [{"groups": None}]
        assert await mate.run(NODE, id=restriction["id"]) == {"node": None}

    @pytest.mark.parametrize("name", ["other_athlete", "other_coach", "stranger", "strange_admin"])
    async def test_no_id_is_a_way_around(self, api: Api, world: World, name: str) -> None:
        restriction = (await only(api.as_(world.coach), ADD, **ill(world)))["restriction"]

        viewer = api.as_(getattr(world, name))

        assert await viewer.run(NODE, id=restriction["id"]) == {"node": None}

    @pytest.mark.parametrize(
        ("name", "code"), [("other_coach", "forbidden"), ("strange_admin", "restriction_not_found")]
    )
    async def test_another_teams_restriction_cannot_be_ended(
        self, api: Api, world: World, name: str, code: str
    ) -> None:
        restriction = (await only(api.as_(world.coach), ADD, **ill(world)))["restriction"]

        answer = await only(
            api.as_(getattr(world, name)), END, restrictionId=restriction["id"], endsOn=str(TODAY)
        )

        assert answer["code"] == code

    async def test_with_the_flag_off_none_of_it_is_there(self, api: Api, world: World) -> None:
        closed = api.with_flags(*set(Flag) - {Flag.ASSIGNMENTS}).as_(world.coach)

        assert await closed.refused(PROFILE, id=player_id(world)) == "feature_not_available"
        assert await closed.refused(UPDATE, input={"playerId": player_id(world), "restingBpm": 50}) == (
            "feature_not_available"
        )


class TestRestrictions:
    async def test_one_is_entered_ended_and_then_only_seen_when_asked_for(
        self, api: Api, world: World, clock: Clock
    ) -> None:
        coach = api.as_(world.coach)
        limited = ill(world, kind="limited", endsOn=None, avoidedPatterns=["jump", "sprint"])
        added = (await only(coach, ADD, **limited))["restriction"]

        ended = await only(coach, END, restrictionId=added["id"], endsOn=str(TODAY))

        assert added["avoidedPatterns"] == ["jump", "sprint"]
        assert ended["restriction"] == {"id": added["id"], "endsOn": str(TODAY)}
        seen = await profile(coach, world)
        assert seen is not None
        assert [each["id"] for each in seen["restrictions"]] == [added["id"]]
        clock.now += timedelta(days=1)
        seen = await profile(coach, world)
        assert seen is not None
        assert seen["restrictions"] == []
        every = await coach.run(
            PROFILE.replace("restrictions {", "restrictions(includeEnded: true) {"), id=player_id(world)
        )
        assert [each["id"] for each in every["player"]["profile"]["restrictions"]] == [added["id"]]

    async def test_what_ends_before_it_began_was_never_there(
        self, db: Database, api: Api, world: World
    ) -> None:
        coach = api.as_(world.coach)
        added = (await only(coach, ADD, **ill(world)))["restriction"]

        ended = await only(coach, END, restrictionId=added["id"], endsOn=str(TODAY - timedelta(days=1)))

        assert ended == {"__typename": "EndMedicalRestrictionSuccess", "restriction": None}
        async with db.read() as db_session:
            assert await every_restriction_of(db_session, [world.owner.id]) == {}
        again = await only(coach, END, restrictionId=added["id"], endsOn=None)
        assert (again["code"], again["id"]) == ("restriction_not_found", added["id"])

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"endsOn": str(TODAY - timedelta(days=1))}, "endsOn"),
            ({"startsOn": "1999-12-31"}, "startsOn"),
            ({"endsOn": "2101-01-01"}, "endsOn"),
            ({"kind": "limited"}, "avoidedPatterns"),
            ({"avoidedPatterns": ["jump"]}, "avoidedPatterns"),
            ({"kind": "limited", "avoidedPatterns": ["jump", "jump"]}, "avoidedPatterns"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: str
    ) -> None:
        answer = await only(api.as_(world.coach), ADD, **ill(world, **wrong))

        assert [each["path"] for each in answer["issues"]] == [[path]]
        async with db.read() as db_session:
            assert await every_restriction_of(db_session, [world.owner.id]) == {}

    async def test_sent_twice_it_is_entered_once(self, db: Database, api: Api, world: World) -> None:
        coach = api.as_(world.coach)

        first = await only(coach, ADD, **ill(world, idempotencyKey="k"))
        second = await only(coach, ADD, **ill(world, idempotencyKey="k"))
        other = await only(coach, ADD, **ill(world, idempotencyKey="k", endsOn=None))

        assert first == second
        assert other["code"] == "conflict"
        async with db.read() as db_session:
            assert len((await every_restriction_of(db_session, [world.owner.id]))[world.owner.id]) == 1


class TestGroups:
    async def test_players_join_and_leave_and_the_rest_stay(
        self, db: Database, api: Api, world: World
    ) -> None:
        coach, team_id = api.as_(world.coach), global_id(Kind.TEAM, world.team.id)
        owner, mate = player_id(world), player_id(world, world.mate)
        line = {"teamId": team_id, "type": "line", "name": " First line "}

        both = await only(coach, GROUP, **line, addPlayerIds=[owner, mate])
        again = await only(coach, GROUP, **line, addPlayerIds=[owner], removePlayerIds=[mate])

        assert {each["id"] for each in both["group"]["players"]} == {owner, mate}
        assert again["group"] == {
            "type": "line", "name": "First line", "players": [{"id": owner}], "team": {"id": team_id},
        }  # fmt: skip
        async with db.read() as db_session:
            players = (await target_players(db_session, [world.team.id]))[world.team.id]
        assert {each.player_id: each.groups for each in players}[world.owner.id] == {
            TargetGroup(AssignmentType.LINE, "First line")
        }
        seen = await profile(coach, world)
        assert seen is not None
        assert seen["groups"] == [{"team": {"name": world.team.name}, "type": "line", "name": "First line"}]

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"type": "team"}, ["type"]),
            ({"type": "individual"}, ["type"]),
            ({"name": "  "}, ["name"]),
            ({"name": "x" * 101}, ["name"]),
            ({"name": "half \ud800"}, ["name"]),
            ({"name": "a\x00b"}, ["name"]),
            ({"addPlayerIds": ["nonsense"]}, ["addPlayerIds", "0"]),
            ({"addPlayerIds": [global_id(Kind.PLAYER, uuid4())]}, ["addPlayerIds", "0"]),
            ({"addPlayerIds": []}, []),
        ],
    )
    async def test_what_is_no_group_or_no_player_of_the_team(
        self, api: Api, world: World, wrong: dict[str, Any], path: list[str]
    ) -> None:
        good = {
            "teamId": global_id(Kind.TEAM, world.team.id),
            "type": "position",
            "name": "Goaltenders",
            "addPlayerIds": [player_id(world)],
        }

        answer = await only(api.as_(world.coach), GROUP, **good | wrong)

        assert [each["path"] for each in answer["issues"]] == [path]

    async def test_a_player_of_another_team_does_not_join(self, api: Api, world: World) -> None:
        answer = await only(
            api.as_(world.admin),
            GROUP,
            teamId=global_id(Kind.TEAM, world.team.id),
            type="line",
            name="First",
            addPlayerIds=[player_id(world), player_id(world, world.other_athlete)],
        )

        assert [each["path"] for each in answer["issues"]] == [["addPlayerIds", "1"]]

    async def test_a_coach_of_one_team_learns_nothing_of_the_groups_of_another(
        self, db: Database, api: Api, world: World
    ) -> None:
        second = await make_team(db, world.organization, players=[world.owner])
        for team in (world.team, second):
            await only(
                api.as_(world.admin),
                GROUP,
                teamId=global_id(Kind.TEAM, team.id),
                type="line",
                name="First",
                addPlayerIds=[player_id(world)],
            )

        seen, all_of_them = [await profile(api.as_(each), world) for each in (world.coach, world.admin)]

        assert seen is not None
        assert all_of_them is not None
        assert [each["team"]["name"] for each in seen["groups"]] == [world.team.name]
        assert len(all_of_them["groups"]) == 2


async def test_what_is_known_of_a_team_costs_the_same_however_many_play_in_it(
    db: Database, api: Api, world: World
) -> None:
    everything = """query ($id: ID!) { team(id: $id) { groups { name players { id } }
      players(first: 50) { edges { node { profile {
        restingBpm groups { name } restrictions { kind } } } } } } }"""

    async def cost_with(count: int) -> int:
        players = [await make_athlete(db, world.organization) for _ in range(count)]
        team = await make_team(db, world.organization, players=players)
        for each in players:
            await only(api.as_(world.admin), UPDATE, playerId=global_id(Kind.PLAYER, each.id), restingBpm=50)
        await only(
            api.as_(world.admin),
            GROUP,
            teamId=global_id(Kind.TEAM, team.id),
            type="line",
            name="All",
            addPlayerIds=[global_id(Kind.PLAYER, each.id) for each in players],
        )
        with count_statements(db) as sent:
            data = await api.as_(world.admin).run(everything, id=global_id(Kind.TEAM, team.id))
        assert len(data["team"]["players"]["edges"]) == count
        assert len(data["team"]["groups"][0]["players"]) == count
        return len(sent)

    assert await cost_with(2) == await cost_with(12) <= 8

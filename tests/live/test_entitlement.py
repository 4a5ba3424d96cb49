"""Who may see what is judged when a subscription begins, and again for every event."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from db.database import Database
from domain.access import SCOPES_OF_ROLE, Scope
from domain.people import Role
from integrations.flags import Flag, FlagValue
from resolvers.ids import Kind, global_id
from tests.factories import make_coach, make_viewer
from tests.live.running import Client, Running
from tests.live.stage import NUMBERS, SESSION_EVENTS, Stage, team_of
from tests.statements import count_statements


class TestAtTheBeginning:
    async def test_another_organizations_team_is_as_missing_as_one_that_never_was(
        self, server: Running, stage: Stage
    ) -> None:
        async with server.client(stage.world.stranger) as client:
            said = []
            for team in (team_of(stage), global_id(Kind.TEAM, stage.world.session.id), "nonsense"):
                await client.subscribe("s", NUMBERS, teamId=team)
                message = await client.receive()
                [error] = message["payload"]
                assert error["extensions"].pop("id") == team
                error["extensions"].pop("correlationId", None)
                said.append((message["type"], error["message"], error["extensions"]))

        assert said[0] == said[1] == said[2]
        assert said[0][2]["code"] == "team_not_found"

    async def test_another_team_of_ones_own_organization_is_forbidden(
        self, server: Running, stage: Stage
    ) -> None:
        async with server.client(stage.world.other_coach) as client:
            await client.subscribe("t", NUMBERS, teamId=team_of(stage))
            assert await client.refused("t") == "forbidden"
            await client.subscribe("s", SESSION_EVENTS, sessionId=stage.world.session_id)
            assert await client.refused("s") == "forbidden"

    async def test_without_the_scope_it_is_forbidden(self, server: Running, stage: Stage) -> None:
        coach = stage.world.coach
        token = server.token(coach, scopes=SCOPES_OF_ROLE[Role.COACH] - {Scope.PLANS_READ})
        async with server.raw(token=token) as socket:
            client = Client(socket)
            await client.begin(None)
            await client.subscribe("s", NUMBERS, teamId=team_of(stage))

            assert await client.refused("s") == "forbidden"


class TestAtEveryEvent:
    async def test_who_left_the_team_is_told_that_it_is_over(self, server: Running, stage: Stage) -> None:
        async with server.client(stage.world.coach) as client, server.client(stage.world.admin) as admin:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            await admin.following("s", NUMBERS, teamId=team_of(stage))
            await stage.compressed(1)
            await client.next("s")
            await _sql(stage.db, "DELETE FROM memberships WHERE person_id = :id", id=stage.world.coach.id)

            await stage.compressed(2)

            assert await client.refused("s") == "forbidden"
            await client.silent()
            seen = [(await admin.next("s"))["sessionCompressed"]["targetMinutes"] for _ in range(2)]
        assert seen == [1, 2]

    async def test_who_joins_the_team_meanwhile_sees_it(self, server: Running, stage: Stage) -> None:
        """A coach of two teams follows one; a player who joins it is theirs from that moment."""
        world = stage.world
        async with server.client(world.other_coach) as client:
            await client.following("s", NUMBERS, teamId=global_id(Kind.TEAM, world.other_team.id))
            await stage.compressed(1)
            await client.silent()
            await _sql(
                stage.db,
                "INSERT INTO memberships (organization_id, team_id, person_id, role)"
                " VALUES (:organization_id, :team_id, :person_id, 'player')",
                organization_id=world.organization.id,
                team_id=world.other_team.id,
                person_id=world.owner.id,
            )

            await stage.compressed(2)

            assert (await client.next("s"))["sessionCompressed"]["targetMinutes"] == 2

    async def test_a_flag_that_goes_off_ends_it(
        self, server: Running, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flags = server.application.services.flags
        evaluate = flags.evaluate
        async with server.client(stage.world.coach) as client:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            monkeypatch.setattr(
                flags,
                "evaluate",
                lambda flag, audience: (
                    FlagValue(flag, False, "default") if flag is Flag.LIVE else evaluate(flag, audience)
                ),
            )
            flags._tell(Flag.LIVE)

            await stage.compressed()

            assert await client.refused("s") == "feature_not_available"

    async def test_a_session_that_changes_hands_is_no_longer_shown(
        self, server: Running, stage: Stage
    ) -> None:
        world = stage.world
        async with server.client(world.athlete) as client:
            await client.following("s", SESSION_EVENTS, sessionId=world.session_id)
            await _sql(
                stage.db,
                "UPDATE plans SET owner_id = :owner_id WHERE id = :id",
                owner_id=world.mate.id,
                id=world.plan.id,
            )

            await stage.compressed()

            assert await client.refused("s") == "forbidden"

    async def test_somebody_who_is_deleted_is_signed_out(self, server: Running, stage: Stage) -> None:
        coach = await make_coach(stage.db, stage.world.organization)
        viewer = make_viewer(coach)
        await _sql(
            stage.db,
            "INSERT INTO memberships (organization_id, team_id, person_id, role)"
            " VALUES (:organization_id, :team_id, :person_id, 'coach')",
            organization_id=stage.world.organization.id,
            team_id=stage.world.team.id,
            person_id=coach.id,
        )
        async with server.client(viewer) as client:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            await _sql(stage.db, "DELETE FROM memberships WHERE person_id = :id", id=coach.id)
            await _sql(stage.db, "DELETE FROM people WHERE id = :id", id=coach.id)

            await stage.compressed()

            assert await client.refused("s") == "unauthorized"


class TestOneAnswerForAll:
    async def test_a_mate_hears_nothing_of_others_sessions_in_the_same_team(
        self, server: Running, stage: Stage
    ) -> None:
        """Same document, same variables, same role, same team: and yet not the same to see."""
        async with server.client(stage.world.athlete) as athlete, server.client(stage.world.mate) as mate:
            for client in (athlete, mate):
                await client.following("s", NUMBERS, teamId=team_of(stage))

            await stage.compressed()

            await athlete.next("s")
            await mate.silent()

    async def test_equals_share_one_execution(self, server: Running, stage: Stage) -> None:
        query = "subscription ($t: ID) { sessionCompressed(teamId: $t) { targetMinutes session { title } } }"
        assert await _executions(server, stage, query) == 1

    async def test_whoever_is_asked_for_does_not(self, server: Running, stage: Stage) -> None:
        """``plans`` gives what the viewer sees, so that the answer is each one's own."""
        query = """subscription ($t: ID) { sessionCompressed(teamId: $t) {
            athlete { plans(first: 1) { edges { node { title } } } } } }"""
        assert await _executions(server, stage, query) == 2

    async def test_it_costs_few_statements_however_many_follow(self, server: Running, stage: Stage) -> None:
        query = "subscription ($t: ID) { sessionCompressed(teamId: $t) { session { title } } }"
        async with server.client(stage.world.coach) as a, server.client(stage.world.admin) as b:
            for number in range(10):
                await a.following(f"{number}", query, t=team_of(stage))
            await b.following("s", query, t=team_of(stage))

            await stage.compressed()  # the first event of these followers reads each of them, too
            for client, count in ((a, 10), (b, 1)):
                for _ in range(count):
                    await client.receive()
            with count_statements(server.application.services.db) as statements:
                await stage.compressed()
                for _ in range(10):
                    await a.receive()
                await b.receive()

            mine = [each for each in statements if re.search(r"FROM (plans|people|sessions)", each)]
        # What the event is about; whether those who follow are as they were; and for each of the two
        # entitlements the session.
        assert len(mine) == 4, mine


async def _executions(server: Running, stage: Stage, query: str) -> float:
    """How many answers two coaches of one team cost, for one event."""
    second = await make_coach(stage.db, stage.world.organization)
    await _sql(
        stage.db,
        "INSERT INTO memberships (organization_id, team_id, person_id, role)"
        " VALUES (:organization_id, :team_id, :person_id, 'coach')",
        organization_id=stage.world.organization.id,
        team_id=stage.world.team.id,
        person_id=second.id,
    )
    async with server.client(stage.world.coach) as a, server.client(make_viewer(second)) as b:
        for client in (a, b):
            await client.following("s", query, t=team_of(stage))
        await stage.compressed()
        assert await a.next("s") == await b.next("s")
    return server.metric("taper_live_executed_total", field="sessionCompressed")


async def _sql(db: Database, statement: str, **values: object) -> None:
    await db.unit_of_work(lambda tx: tx.db_session.execute(text(statement), values))

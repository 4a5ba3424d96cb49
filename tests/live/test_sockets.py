"""graphql-transport-ws, frame by frame, against a real server."""

from __future__ import annotations

from resolvers.ids import Kind, global_id
from tests.live.running import Running
from tests.live.stage import SESSION_EVENTS, Stage

COMPRESS = """
    mutation ($input: CompressSessionInput!) {
      compressSession(input: $input) { ... on CompressSessionSuccess { status } }
    }
"""


async def test_a_compression_is_told_to_who_follows_the_session(server: Running, stage: Stage) -> None:
    world = stage.world
    async with server.client(world.athlete) as athlete, server.client(world.coach) as coach:
        await athlete.subscribe("a", SESSION_EVENTS, sessionId=world.session_id)
        await coach.subscribe("c", SESSION_EVENTS, teamId=global_id(Kind.TEAM, world.team.id))
        await athlete.subscribe("q", "{ viewer { displayName } }")
        assert (await athlete.next("q"))["viewer"]["displayName"] == world.owner.display_name
        assert await athlete.receive() == {"type": "complete", "id": "q"}
        await coach.subscribe("q", "{ viewer { displayName } }")
        await coach.next("q")
        assert await coach.receive() == {"type": "complete", "id": "q"}

        await athlete.subscribe("m", COMPRESS, input={**world.ids, "targetMinutes": 45, "source": "cta"})

        found = [await athlete.receive() for _ in range(3)]
        told = next(each for each in found if each["id"] == "a")["payload"]["data"]["sessionCompressed"]
        seen = (await coach.next("c"))["sessionCompressed"]

    assert told == seen
    assert told["action"] == "compressed"
    assert (told["targetMinutes"], told["source"]) == (45, "cta")
    assert told["sessionId"] == world.session_id
    assert [each["type"] for each in found if each["id"] == "m"] == ["next", "complete"]

"""Python's gql: operations checked against the committed schema, refusals, a mutation, a subscription."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLError

from app.settings import ROOT
from tests.clients.running import PLAN_ID, SESSION_ID, titles_of
from tests.end_to_end.running import Server

PLANS = "query ($first: Int!) { viewer { plans(first: $first) { edges { node { id title } } } } }"
PLAN = "query ($id: ID!) { plan(id: $id) { title } }"
COMPRESS = """mutation ($input: CompressSessionInput!) { compressSession(input: $input) {
  __typename ... on CompressSessionSuccess { status achievedMinutes } ... on Error { code } } }"""
FOLLOW = """subscription ($sessionId: ID!) { sessionCompressed(sessionId: $sessionId) {
  targetMinutes session { id } } }"""
TO_35_MINUTES = {"planId": PLAN_ID, "sessionId": SESSION_ID, "targetMinutes": 35, "source": "cta"}


@pytest.fixture(scope="module")
def client(served: Server) -> Client:
    """With the schema of the repository, by which it refuses what the server would refuse."""
    transport = RequestsHTTPTransport(
        f"{served.url}/graphql", headers={"authorization": f"Bearer {served.token}"}, timeout=10
    )
    return Client(transport=transport, schema=(ROOT / "schema.graphql").read_text("utf-8"))


def test_it_reads_what_is_there(served: Server, client: Client) -> None:
    found = client.execute(asked(PLANS, first=3))

    titles = [edge["node"]["title"] for edge in found["viewer"]["plans"]["edges"]]
    assert titles == titles_of(served)[:3]


def test_the_schema_that_the_server_tells_it_is_the_committed_one(served: Server, client: Client) -> None:
    told = Client(transport=client.transport, fetch_schema_from_transport=True)
    told.execute(asked(PLANS, first=1))

    assert told.schema is not None
    assert client.schema is not None
    assert set(told.schema.type_map) == set(client.schema.type_map)


def test_what_the_schema_does_not_have_never_leaves_the_client(client: Client) -> None:
    with pytest.raises(GraphQLError, match="Cannot query field 'nothing'"):
        client.execute(asked("{ viewer { nothing } }"))


def test_a_refusal_is_an_error_with_its_code_and_what_there_was(client: Client) -> None:
    with pytest.raises(TransportQueryError) as refused:
        client.execute(asked(PLAN, id="nothing"))

    [error] = refused.value.errors or []
    assert error["extensions"]["code"] == "plan_not_found"
    assert refused.value.data == {"plan": None}


async def test_a_subscription_brings_what_a_mutation_did(served: Server) -> None:
    transport = WebsocketsTransport(
        f"{served.url.replace('http', 'ws')}/graphql",
        init_payload={"Authorization": f"Bearer {served.token}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Client(transport=transport) as session:
        events = session.subscribe(asked(FOLLOW, sessionId=SESSION_ID))
        first = asyncio.create_task(anext(events))
        # Answered on the same socket after the subscription was taken, so it has begun.
        await asyncio.sleep(0.3)
        done = await session.execute(asked(COMPRESS, input=TO_35_MINUTES))
        event = await asyncio.wait_for(first, 10)
        await events.aclose()

    assert done["compressSession"]["status"] == "compressed"
    assert event["sessionCompressed"] == {"targetMinutes": 35, "session": {"id": SESSION_ID}}


def asked(document: str, **variables: Any) -> GraphQLRequest:
    return GraphQLRequest(document, variable_values=variables)

"""Errors as they leave the house: each with a code, a fault without its insides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from db.database import CommitUnknownError, Database
from resolvers import plans
from tests.api import Api
from tests.schema.documents import COMPRESS
from tests.world import World


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ viewer { id }", "graphql_syntax_error"),
        ("# nothing", "graphql_syntax_error"),
        ("{ nothing }", "graphql_validation_failed"),
        ("{ viewer }", "graphql_validation_failed"),
        ("query ($x: Int) { viewer { id } }", "graphql_validation_failed"),
        ("query ($id: Nope!) { node(id: $id) { id } }", "graphql_validation_failed"),
        ("{ exercises(pattern: walk) { edges { cursor } } }", "graphql_validation_failed"),
        ('{ exercises(pattern: "İ") { edges { cursor } } }', "graphql_validation_failed"),
        ("query ($id: ID!) { node(id: $id) { id } }", "bad_user_input"),
        ("query ($n: Int! = 3) { viewer { plans(first: $n) { edges { cursor } } } }", ""),
    ],
)
async def test_what_is_wrong_with_a_request_has_a_code(
    api: Api, world: World, document: str, code: str
) -> None:
    reply = await api.as_(world.athlete).send(document)

    assert set(reply.codes) == ({code} if code else set())
    assert not any(each.is_fault for each in reply.errors)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"input": None},
        {"input": 1},
        {"input": {"planId": "x"}},
        {"input": {"planId": "x", "sessionId": "y", "targetMinutes": "30"}},
        {"input": {"planId": "x", "sessionId": "y", "targetMinutes": 2**31}},
        {"input": {"planId": "x", "sessionId": "y", "targetMinutes": 30, "source": "telepathy"}},
        {"input": {"planId": "x", "sessionId": "y", "targetMinutes": 30, "extra": 1}},
        {"input": {"planId": "x", "sessionId": "y", "targetMinutes": 30, "İ": 1}},
    ],
)
async def test_variables_that_do_not_fit_are_bad_input(
    api: Api, world: World, variables: dict[str, object]
) -> None:
    reply = await api.as_(world.athlete).send(COMPRESS, **variables)

    assert set(reply.codes) == {"bad_user_input"}
    assert reply.data is None


@pytest.mark.parametrize(
    ("raised", "code", "outcome"),
    [
        (ValueError("the password is 123"), "internal_error", "not_applied"),
        (PoolTimeoutError("the password is 123"), "unavailable", "not_applied"),
        (ConnectionRefusedError("the password is 123"), "unavailable", "not_applied"),
        (CommitUnknownError("the password is 123"), "outcome_unknown", "unknown"),
    ],
)
async def test_a_fault_is_masked_and_says_whether_it_was_applied(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch, raised: Exception, code: str, outcome: str
) -> None:
    async def fails(*_: object) -> None:
        raise raised

    monkeypatch.setattr(plans, "plan_in_sight", fails)

    reply = await api.as_(world.athlete).send(
        "query ($id: ID!) { plan(id: $id) { id } viewer { id } }", id=world.plan_id
    )

    [error] = reply.errors
    assert (error.is_fault, error.code, error.original) == (True, code, raised)
    assert "password" not in str(error.formatted)
    assert error.formatted["path"] == ["plan"]
    assert error.formatted["extensions"]["outcome"] == outcome
    assert error.formatted["extensions"]["correlationId"] == "test-correlation"
    assert reply.data is not None
    assert reply.data["viewer"], "the rest of the answer stands"


async def test_a_fault_further_down_claims_nothing_about_what_was_stored(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("resolvers.plans.person_if_seen", fails)

    reply = await api.as_(world.athlete).send(
        "query ($id: ID!) { plan(id: $id) { title owner { id } } }", id=world.plan_id
    )

    assert reply.codes == ["internal_error"]
    assert "outcome" not in reply.errors[0].formatted["extensions"]


async def test_a_refusal_brings_what_one_can_act_on(api: Api, world: World) -> None:
    reply = (
        await api.with_flags()
        .as_(world.athlete)
        .send(
            "query ($id: ID!) { timeCrunchPreview(planId: $id, targetMinutes: 60) { planId } }",
            id=world.plan_id,
        )
    )

    [error] = reply.errors
    assert error.formatted["extensions"] == {
        "code": "feature_not_available",
        "outcome": "refused",
        "flagKey": "feature.stream5_time_crunch_mode",
    }
    assert error.formatted["path"] == ["timeCrunchPreview"]
    assert not error.is_fault


async def test_a_database_that_is_away_is_retriable(api: Api, world: World) -> None:
    nobody = Database(
        "postgresql+asyncpg://nobody@127.0.0.1:1/nothing", clock=api.services.clock, pool_size=1
    )
    away = replace(api, services=replace(api.services, db=nobody))

    reply = await away.as_(world.athlete).send("{ viewer { id plans { edges { cursor } } } }")

    assert reply.codes == ["unavailable"]
    assert reply.errors[0].formatted["extensions"]["retriable"] is True
    await nobody.dispose()

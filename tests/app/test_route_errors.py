"""The earlier routes tell what is wrong in their own words: nothing of the GraphQL behind them."""

from __future__ import annotations

from typing import Any

import pytest

from app.route_errors import plain_message
from tests.app.api import Api

PLAN = "7d9f3c34-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"targetMinutes": 30}, "planId is missing."),
        ({"planId": PLAN}, "targetMinutes is missing."),
        ({"planId": PLAN, "targetMinutes": "thirty"}, "targetMinutes is not a value that it can have."),
        ({"planId": PLAN, "targetMinutes": 10**30}, "targetMinutes is not a value that it can have."),
        ({"planId": [PLAN], "targetMinutes": 30}, "planId is not a value that it can have."),
    ],
)
async def test_a_wrong_input_is_named_as_the_route_names_it(
    api: Api, body: dict[str, Any], message: str
) -> None:
    answer = await api.client.post(
        "/api/v1/time-crunch/preview", json=body, headers={"authorization": f"Bearer {api.token('mia')}"}
    )

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["outcome"]) == (400, "bad_user_input", "refused")
    assert error["message"] == message


async def test_what_is_within_an_input_is_named_too(api: Api) -> None:
    answer = await api.client.post(
        f"/api/v1/plans/{PLAN}/compress",
        json={"sessionId": PLAN},
        headers={"authorization": f"Bearer {api.token('mia')}"},
    )

    assert answer.json()["error"]["message"] == "targetMinutes is missing."


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        (
            "Variable '$input' has invalid value: Expected value of type 'A' not to include unknown field "
            "'b', found: {}.",
            "b is not known here.",
        ),
        ("Variable '$input' has invalid value at .a.b: Value 'zz' does not exist in 'C' enum.", "a.b is not"),
        ("Anything else stays as it is.", "Anything else stays as it is."),
    ],
)
def test_graphql_is_not_spoken_of(message: str, plain: str) -> None:
    found = plain_message(message)

    assert found.startswith(plain)
    assert "$" not in found
    assert "enum" not in found


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("POST", "/api/v1/nowhere", 404, "not_found"),
        ("GET", "/api/v1/time-crunch/preview", 405, "method_not_allowed"),
        ("DELETE", f"/api/v1/plans/{PLAN}/compress", 405, "method_not_allowed"),
    ],
)
async def test_an_address_or_a_method_that_is_none_is_told_in_json_with_a_code(
    api: Api, method: str, path: str, status: int, code: str
) -> None:
    answer = await api.client.request(method, path)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["correlationId"] == answer.headers["x-request-id"]
    assert ("allow" in answer.headers) is (status == 405)

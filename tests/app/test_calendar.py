"""A calendar opens for who may see the plans in it, or by an address that can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from icalendar import Calendar

from db.seed import DEMO
from tests.app.api import Api
from tests.app.conftest import MakeApi

MIAS = f"/calendar/{DEMO.athlete}.ics"


async def read(api: Api, path: str = MIAS, who: str | None = None) -> Any:
    headers = {} if who is None else {"authorization": f"Bearer {api.token(who)}"}
    return await api.client.get(path, headers=headers)


async def address_of(api: Api, who: str = "mia") -> str:
    headers = {"authorization": f"Bearer {api.token(who)}"}
    answer = await api.client.post("/calendar/address", headers=headers)
    assert answer.status_code == 201
    address: str = answer.json()["address"]
    return address


async def test_an_address_opens_the_calendar_without_signing_in(api: Api) -> None:
    answer = await read(api, await address_of(api))

    titles = [str(each["summary"]) for each in Calendar.from_ical(answer.content).walk("VEVENT")]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["cache-control"]
    assert any(title.startswith("PHUL, Upper Power") for title in titles)


async def test_a_new_address_puts_the_former_one_out_of_use(api: Api) -> None:
    first = await address_of(api)
    second = await address_of(api)

    assert (await read(api, first)).status_code == 404
    assert (await read(api, second)).status_code == 200


async def test_an_address_can_be_given_up(api: Api) -> None:
    address = await address_of(api)
    headers = {"authorization": f"Bearer {api.token('mia')}"}

    gone = await api.client.delete("/calendar/address", headers=headers)

    assert gone.status_code == 204
    assert (await read(api, address)).status_code == 404
    assert (await api.client.delete("/calendar/address", headers=headers)).status_code == 204


async def test_an_address_opens_its_own_calendar_only_and_nothing_else(api: Api) -> None:
    token = (await address_of(api, "ingrid")).split("token=")[1]

    others = await read(api, f"{MIAS}?token={token}")
    graphql = await api.post("{ viewer { id } }", token=token)

    assert (others.status_code, others.json()["error"]["code"]) == (404, "calendar_not_found")
    assert graphql.status_code == 401


@pytest.mark.parametrize("token", ["", "x", "%00", "%ED%A0%80", "y" * 5_000])
async def test_a_token_that_is_none_opens_nothing(make_api: MakeApi, token: str) -> None:
    api: Api = await make_api()

    assert (await read(api, f"{MIAS}?token={token}")).status_code == 404


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("mia", 200, None),
        ("coach", 200, None),
        ("admin", 200, None),
        ("ingrid", 403, "forbidden"),  # a team-mate sees a player, not what the player trains
        ("leo", 404, "player_not_found"),
        (None, 401, "unauthorized"),
    ],
)
async def test_signed_in_it_opens_for_who_sees_the_plans(
    make_api: MakeApi, who: str | None, status: int, code: str | None
) -> None:
    api: Api = await make_api()

    answer = await read(api, who=who)

    assert answer.status_code == status
    if code is not None:
        assert answer.json()["error"]["code"] == code


async def test_a_token_that_may_not_read_plans_opens_no_calendar(make_api: MakeApi) -> None:
    api: Api = await make_api()
    token = api.token("mia", scopes=frozenset({"flags:read"}))

    answer = await api.client.get(MIAS, headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


async def test_a_program_has_no_calendar_of_its_own(make_api: MakeApi) -> None:
    api: Api = await make_api()
    token = api.token("service:reports", organization_id=DEMO.organization)

    answer = await api.client.post("/calendar/address", headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == 403

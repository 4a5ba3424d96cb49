"""The judge of fuzzed answers notices what it is there for, and blames no caller's own words on us."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fuzz.judging import Answered, Judge, outcome_of
from tests.fuzz.requests import Sent

JUDGE = Judge(("/srv/taper", "db-host-7"))
HEADERS = {"content-type": "application/json; charset=utf-8"}


def sent(query: str = "{ viewer { id } }") -> Sent:
    return Sent("query", "POST", "/graphql", (), json.dumps({"query": query}).encode(), "mia")


def answered(payload: Any, status: int = 200) -> Answered:
    return Answered(status, HEADERS, json.dumps(payload).encode())


def error(message: str = "No.", code: str | None = "forbidden") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code} if code else {}}]}


@pytest.mark.parametrize(
    "good",
    [
        answered({"data": {"viewer": {"id": "x"}}}),
        answered(error()),
        answered(error(), 400),
        answered({"error": {"code": "not_found", "message": "Nothing."}}, 404),
        Answered(204, {}, b""),
        Answered(200, {"content-type": "text/calendar; charset=utf-8"}, b"BEGIN:VCALENDAR"),
    ],
)
def test_a_proper_answer_is_let_pass(good: Answered) -> None:
    target = "/calendar/x.ics" if not good.body.startswith((b'{"data"', b'{"errors"')) else "/graphql"

    assert JUDGE.wrongs(Sent("x", "POST", target, (), b"{}", None), good) == []


@pytest.mark.parametrize(
    "bad",
    [
        answered(error(), 500),
        answered(error(), 503),
        answered(error(code=None)),
        answered(error(code="internal_error")),
        answered(error(code="timeout")),
        answered(error(message="")),
        answered(error(message="x" * 2_000)),
        answered({"errors": []}),
        answered({}),
        answered([]),
        answered({"data": None}, 400),
        Answered(200, HEADERS, b'{"data": {"load": NaN}}'),
        Answered(200, HEADERS, b'{"data"'),
        Answered(200, HEADERS, b'{"data": "\xff"}'),
        Answered(404, {"content-type": "text/plain"}, b"Not Found"),
        Answered(400, {}, b""),
        Answered(0, {}, b"", "ValueError: x"),
    ],
)
def test_what_breaks_a_rule_is_found(bad: Answered) -> None:
    assert JUDGE.wrongs(sent(), bad)


@pytest.mark.parametrize(
    "leak",
    [
        'Traceback (most recent call last): File "/x/app.py", line 3',
        "asyncpg.exceptions.UniqueViolationError",
        "SELECT plans.id FROM plans WHERE 1 = 1",
        "INSERT INTO plans",
        'duplicate key value violates unique constraint "uq_plans_title"',
        "Plan(id=3, title='x')",
        "<domain.plans.Plan object at 0x7f01>",
        "'NoneType' object is not subscriptable",
        "ValueError: bad",
        "f() missing 1 required positional argument",
        "see /srv/taper/app",
        "could not connect to db-host-7",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjb2FjaCJ9.c2lnbmF0dXJl",
    ],
)
def test_a_word_of_the_insides_is_found_unless_the_caller_sent_it(leak: str) -> None:
    assert JUDGE.wrongs(sent(), answered(error(message=leak)))
    echo = f"{{ viewer {leak} }}"

    assert JUDGE.wrongs(sent(echo), answered(error(message=leak))) == []


def test_an_outcome_is_the_status_and_the_first_code_or_what_a_mutation_answered() -> None:
    refused = {"data": {"r": {"__typename": "NotFoundError", "code": "plan_not_found"}}}

    assert outcome_of(sent(), answered({"data": {"viewer": None}})) == "200 ok"
    assert outcome_of(sent(), answered(error(), 400)) == "400 forbidden"
    assert outcome_of(sent(), answered(refused)) == "200 answered plan_not_found"

"""What breaks a client of the last release is found, and what was announced in time may go."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

from app.commands import schema_changes
from app.commands.schema_changes import NAME, notes, problems
from app.settings import ROOT

TODAY = date(2026, 11, 20)
NEEDS = "directive @needs(scope: String, flag: String) on FIELD_DEFINITION\n"
RELEASED = """
    type Query { plan(id: ID!, deep: Boolean): Plan  plans: [Plan!]!  old: Old }
    type Plan { title: String!  state: State }
    type Old { a: Int }
    enum State { open closed }
    input Filter { state: State }
    type Mutation { find(input: Filter): Int }
"""


def schema(text: str) -> GraphQLSchema:
    return build_schema(NEEDS + text)


def found(before: str, after: str, today: date = TODAY) -> list[str]:
    return problems(schema(before), schema(after), today)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: String!  ", "", "Plan.title was removed"),
        ("title: String!", "title: String", "Plan.title"),
        ("plans: [Plan!]!  ", "", "Query.plans was removed"),
        (", deep: Boolean", "", "Query.plan(deep:) was removed"),
        (", deep: Boolean", ", deep: Boolean!", "Query.plan(deep:)"),
        ("open closed", "open", "State.closed was removed"),
        ("input Filter { state: State }", "input Filter { state: State!  }", "Filter.state"),
        ("input Filter { state: State }", "input Filter { state: State day: Int! }", "Filter.day"),
        (
            "plans: [Plan!]!",
            'plans: [Plan!]! @needs(scope: "plans:read")',
            'Query.plans needs scope: "plans:read"',
        ),
    ],
)
def test_what_breaks_a_client_is_said(old: str, new: str, said: str) -> None:
    assert old in RELEASED

    [problem] = found(RELEASED, RELEASED.replace(old, new))

    assert said in problem


@pytest.mark.parametrize(
    ("old", "new", "noted"),
    [
        ("title: String!", "title: String! goal: String", 0),
        ("deep: Boolean", "deep: Boolean, wide: Boolean", 1),
        ("open closed", "open closed gone", 1),
        ("state: State }\n    type M", "state: State day: Int }\n    type M", 1),
    ],
)
def test_what_adds_to_it_breaks_nobody_but_may_be_looked_at(old: str, new: str, noted: int) -> None:
    assert old in RELEASED
    after = RELEASED.replace(old, new)

    assert found(RELEASED, after) == []
    assert len(notes(schema(RELEASED), schema(after))) == noted


def test_a_key_that_is_asked_for_no_more_breaks_nobody() -> None:
    guarded = RELEASED.replace("plans: [Plan!]!", 'plans: [Plan!]! @needs(scope: "plans:read", flag: "f")')

    assert found(guarded, guarded.replace(', flag: "f"', "")) == []
    assert found(guarded, guarded.replace('flag: "f"', 'flag: "g"')) == ['Query.plans needs flag: "g" now.']


@pytest.mark.parametrize(
    ("today", "holds"), [(date(2026, 3, 1), False), (date(2026, 3, 31), False), (date(2026, 4, 1), True)]
)
def test_what_was_announced_may_go_once_its_day_has_passed(today: date, holds: bool) -> None:
    reason = '@deprecated(reason: "Use `Query.plans`. Gone after 2026-03-31.")'
    before = RELEASED.replace("old: Old", f"old: Old {reason}").replace("closed", f"closed {reason}")
    before = before.replace("deep: Boolean", f"deep: Boolean {reason}")
    after = (
        before.replace(f"old: Old {reason}", "")
        .replace("type Old { a: Int }", "")
        .replace(f"closed {reason}", "")
        .replace(f", deep: Boolean {reason}", "")
    )

    assert (found(before, after, today) == []) is holds


def test_a_type_does_not_go_with_only_some_of_what_led_to_it() -> None:
    reason = '@deprecated(reason: "Use `Query.plans`. Gone after 2026-03-31.")'
    before = RELEASED.replace("old: Old", f"old: Old {reason} older: Old")
    after = before.replace(f"old: Old {reason} older: Old", "").replace("type Old { a: Int }", "")

    assert [each for each in found(before, after) if "Old was removed" in each or "older" in each] == [
        "Old was removed.",
        "Field Query.older was removed.",
    ]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Use `Query.plans`. Gone after 2027-02-18.", None),
        ("Use `Query.plans` with a filter. Gone after 2027-02-18.", None),
        ("Use `Query.plans`. Gone after 2027-02-17.", "less than 90 days"),
        ("Use `Query.nothing`. Gone after 2027-06-01.", "which is not there"),
        ("Use `Query.plans`.", "without a replacement and a day"),
        ("No longer supported", "without a replacement and a day"),
    ],
)
def test_a_deprecation_names_what_is_there_instead_and_a_day(reason: str, said: str | None) -> None:
    after = RELEASED.replace("old: Old", f'old: Old @deprecated(reason: "{reason}")')

    complaints = found(RELEASED, after)

    assert len(complaints) == (said is not None)
    assert said is None or said in complaints[0]


def test_the_notice_was_given_at_the_release_that_first_had_it() -> None:
    deprecated = RELEASED.replace(
        "old: Old", 'old: Old @deprecated(reason: "Use `Query.plans`. Gone after 2026-12-01.")'
    )

    assert found(deprecated, deprecated) == []


def test_the_schema_of_now_breaks_no_client_and_the_check_notices_one_that_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schema_changes.run(release=False, root=ROOT) == 0
    assert schema_changes.run(release=False, root=tmp_path) == 1  # nothing to hold it against
    assert schema_changes.run(release=True, root=tmp_path) == 0
    assert schema_changes.run(release=False, root=tmp_path) == 0
    path = tmp_path / NAME
    path.write_text(path.read_text("utf-8") + "\nextend type Query { gone: Int }\n", "utf-8")
    assert schema_changes.run(release=False, root=tmp_path) == 1
    assert "Query.gone was removed" in capsys.readouterr().err

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from db.database import Database
from db.models.operations import OutboxRow
from db.models.people import PersonRow
from db.models.plans import PlanRow
from db.paging import LARGEST_SIZE, Order, Page, PageRequest, fetch_page, fetch_pages
from domain.errors import InvalidInput
from domain.people import Person
from tests.factories import MONDAY, NOW, committed, make_athlete, make_organization
from tests.statements import count_statements

Key = tuple[date, UUID]
NEWEST_FIRST = Order((PlanRow.starts_on, PlanRow.id), descending=True)
OLDEST_FIRST = Order((PlanRow.starts_on, PlanRow.id))

# A small world has many ties: five dates for up to forty plans.
dates = st.integers(0, 4).map(lambda weeks: MONDAY + timedelta(weeks=weeks))
steps = st.one_of(
    st.tuples(st.just("forward"), st.integers(1, 7)),
    st.tuples(st.just("backward"), st.integers(1, 7)),
    st.tuples(st.just("insert"), dates),
    st.tuples(st.just("delete"), st.integers(0, 100)),
)


@given(
    first=st.lists(dates, max_size=25),
    walk=st.lists(steps, min_size=1, max_size=15),
    order=st.sampled_from([NEWEST_FIRST, OLDEST_FIRST]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_pages_are_what_a_sorted_list_would_give_while_it_changes(
    db: Database, first: list[date], walk: list[tuple[str, Any]], order: Order
) -> None:
    owner = await make_athlete(db, await make_organization(db))
    model = [await _insert(db, owner, day) for day in first]
    cursor, cursor_key = None, None

    for step, argument in walk:
        if step == "insert":
            model.append(await _insert(db, owner, argument))
        elif step == "delete" and model:
            await _delete(db, model.pop(argument % len(model)))
        elif step in ("forward", "backward"):
            forward = step == "forward"
            request = (
                PageRequest(first=argument, after=cursor)
                if forward
                else PageRequest(last=argument, before=cursor)
            )
            page = await _page(db, owner, order, request)

            in_order = sorted(model, reverse=order.descending)
            beyond = [
                key for key in in_order if cursor_key is None or _is_beyond(key, cursor_key, order, forward)
            ]
            passed = [key for key in in_order if key not in beyond]
            expected = beyond[:argument] if forward else beyond[-argument:]
            assert list(page.items) == expected
            assert len(page.cursors) == len(expected)
            more = len(beyond) > argument
            assert (page.has_next, page.has_previous) == (
                (more, bool(passed)) if forward else (bool(passed), more)
            )
            if expected:
                at = -1 if forward else 0
                cursor, cursor_key = page.cursors[at], page.items[at]


async def test_a_walk_sees_everything_that_was_there_throughout_exactly_once(db: Database) -> None:
    owner = await make_athlete(db, await make_organization(db))
    stayed = {await _insert(db, owner, MONDAY + timedelta(days=n // 3)) for n in range(30)}
    seen: list[Key] = []
    request = PageRequest(first=4)

    while True:
        page = await _page(db, owner, NEWEST_FIRST, request)
        seen.extend(page.items)
        await _insert(db, owner, page.items[0][0])  # comes and may be seen or not
        if not page.has_next:
            break
        request = PageRequest(first=4, after=page.cursors[-1])

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


async def test_a_cursor_of_something_deleted_still_marks_its_place(db: Database) -> None:
    owner = await make_athlete(db, await make_organization(db))
    keys = sorted([await _insert(db, owner, MONDAY) for _ in range(5)])
    page = await _page(db, owner, OLDEST_FIRST, PageRequest(first=2))

    await _delete(db, keys[1])
    following = await _page(db, owner, OLDEST_FIRST, PageRequest(first=2, after=page.cursors[1]))

    assert list(following.items) == keys[2:4]
    assert following.has_previous


async def test_has_previous_is_looked_up_and_not_guessed(db: Database) -> None:
    owner = await make_athlete(db, await make_organization(db))
    keys = sorted([await _insert(db, owner, MONDAY) for _ in range(3)])
    page = await _page(db, owner, OLDEST_FIRST, PageRequest(first=1))

    await _delete(db, keys[0])
    following = await _page(db, owner, OLDEST_FIRST, PageRequest(first=1, after=page.cursors[0]))

    assert list(following.items) == [keys[1]]
    assert not following.has_previous


async def test_pages_of_many_parents_are_one_statement_and_a_parent_without_items_has_an_empty_page(
    db: Database,
) -> None:
    organization = await make_organization(db)
    rich, poor = await make_athlete(db, organization), await make_athlete(db, organization)
    keys = sorted([await _insert(db, rich, MONDAY) for _ in range(3)])

    with count_statements(db) as sent:
        async with db.read() as read:
            pages = await fetch_pages(
                read,
                [rich.id, poor.id, rich.id],
                lambda owner_id: select(PlanRow.starts_on, PlanRow.id).where(PlanRow.owner_id == owner_id),
                OLDEST_FIRST,
                PageRequest(first=2),
                lambda row: (row.starts_on, row.id),
            )

    assert len(sent) == 1
    assert pages == {
        rich.id: Page(tuple(keys[:2]), pages[rich.id].cursors, has_next=True, has_previous=False),
        poor.id: Page((), (), has_next=False, has_previous=False),
    }


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"first": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": LARGEST_SIZE + 1}, "first"),
        ({"last": 0}, "last"),
        ({"last": LARGEST_SIZE + 1}, "last"),
        ({"first": 2, "last": 2}, "last"),
        ({"first": 2, "before": "x"}, "last"),
        ({"after": "x", "before": "x"}, "last"),
    ],
)
def test_a_page_has_one_direction_and_from_1_to_100_items(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        PageRequest(**asked)

    assert refusal.value.issues[0].path == (field,)


def test_a_page_has_20_items_unless_said() -> None:
    assert [PageRequest().size, PageRequest(before="x").size, PageRequest(last=3).size] == [20, 20, 3]


def _cursor(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


WRONG = [
    "",
    "not base64!",
    "ümlaut",
    "=" * 10,
    "A" * 5000,
    _cursor("text"),
    _cursor({}),
    _cursor([]),
    _cursor(["2026-11-16"]),
    _cursor(["2026-11-16", str(UUID(int=1)), 1]),
    _cursor(["2026-13-16", str(UUID(int=1))]),
    _cursor(["2026-11-16", "no id"]),
    _cursor([None, str(UUID(int=1))]),
    _cursor([20261116, str(UUID(int=1))]),
    _cursor([True, str(UUID(int=1))]),
    base64.urlsafe_b64encode(b"[" * 1200).decode(),
    base64.urlsafe_b64encode(b'["\\ud800", "x"]').decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]


@pytest.mark.parametrize("cursor", WRONG)
@pytest.mark.parametrize("field", ["after", "before"])
async def test_what_is_no_cursor_is_refused_and_never_reaches_the_database(
    db: Database, cursor: str, field: str
) -> None:
    owner = await make_athlete(db, await make_organization(db))

    with count_statements(db) as sent, pytest.raises(InvalidInput) as refusal:
        await _page(db, owner, NEWEST_FIRST, PageRequest(**{field: cursor}))  # type: ignore[arg-type]

    assert refusal.value.issues[0].path == (field,)
    assert sent == []


TEXT_KEY = Order((PersonRow.display_name, PersonRow.id))
NUMBER_KEY = Order((OutboxRow.aggregate_version, OutboxRow.occurred_at))


@pytest.mark.parametrize(
    ("order", "key"),
    [
        (TEXT_KEY, ["a\0b", str(UUID(int=1))]),
        (TEXT_KEY, [7, str(UUID(int=1))]),
        (NUMBER_KEY, [2**63, "2026-11-16T10:00:00+00:00"]),
        (NUMBER_KEY, [-(2**63) - 1, "2026-11-16T10:00:00+00:00"]),
        (NUMBER_KEY, [1.5, "2026-11-16T10:00:00+00:00"]),
        (NUMBER_KEY, [True, "2026-11-16T10:00:00+00:00"]),
        (NUMBER_KEY, [1, "2026-11-16T10:00:00"]),
        (NUMBER_KEY, [1, "0001-01-01T00:00:00+23:59"]),
    ],
)
async def test_a_key_that_the_database_could_not_take_is_refused(
    db: Database, order: Order, key: list[object]
) -> None:
    async with db.read() as read:
        with pytest.raises(InvalidInput):
            await fetch_page(
                read, select(*order.columns), order, PageRequest(after=_cursor(key)), lambda row: row
            )


@given(
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_name_can_be_a_place_in_a_list(db: Database, name: str) -> None:
    organization = await make_organization(db)
    rows = [
        {
            "id": uuid4(),
            "organization_id": organization.id,
            "display_name": name,
            "role": "athlete",
            "time_zone": "UTC",
        }
        for _ in range(2)
    ]
    await committed(db, lambda one: one.execute(insert(PersonRow).values(rows)))
    query = select(PersonRow.id, PersonRow.display_name).where(PersonRow.organization_id == organization.id)

    async with db.read() as read:
        page = await fetch_page(read, query, TEXT_KEY, PageRequest(first=1), lambda row: row.id)
        following = await fetch_page(
            read, query, TEXT_KEY, PageRequest(first=1, after=page.cursors[0]), lambda row: row.id
        )

    assert [*page.items, *following.items] == sorted(row["id"] for row in rows)  # type: ignore[type-var]


def _is_beyond(key: Key, cursor: Key, order: Order, forward: bool) -> bool:
    return key < cursor if order.descending == forward else key > cursor


async def _insert(db: Database, owner: Person, day: date) -> Key:
    made = uuid4()
    row = {
        "id": made,
        "organization_id": owner.organization_id,
        "owner_id": owner.id,
        "title": "Plan",
        "starts_on": day,
        "created_at": NOW,
        "updated_at": NOW,
    }
    await committed(db, lambda one: one.execute(insert(PlanRow).values(row)))
    return day, made


async def _delete(db: Database, key: Key) -> None:
    await committed(db, lambda one: one.execute(delete(PlanRow).where(PlanRow.id == key[1])))


async def _page(db: Database, owner: Person, order: Order, request: PageRequest) -> Page[Key]:
    query = select(PlanRow.starts_on, PlanRow.id).where(PlanRow.owner_id == owner.id)
    async with db.read() as read:
        return await fetch_page(read, query, order, request, lambda row: (row.starts_on, row.id))

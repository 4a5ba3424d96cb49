from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from db.catalogue import catalogue
from db.database import Database
from db.exercises import LONGEST_SEARCH, all_exercises, exercises_by_id, exercises_page, save_exercises
from db.paging import PageRequest
from domain.errors import InvalidInput
from domain.exercises import Exercise, MovementPattern, Muscle
from tests.factories import an_exercise, committed, make_organization
from tests.statements import count_statements


@pytest.fixture
async def organization_id(db: Database) -> UUID:
    return (await make_organization(db)).id


@pytest.fixture
async def shipped(db: Database) -> tuple[Exercise, ...]:
    await committed(db, lambda one: save_exercises(one, catalogue()))
    return catalogue()


async def test_the_catalogue_is_read_as_it_was_written_in_one_statement(
    db: Database, organization_id: UUID, shipped: tuple[Exercise, ...]
) -> None:
    with count_statements(db) as sent:
        async with db.read() as read:
            found = await all_exercises(read, organization_id)

    assert len(sent) == 1
    assert {each.id: each for each in found} == {each.id: each for each in shipped}


async def test_saving_again_brings_up_to_date_and_adds_nothing(
    db: Database, organization_id: UUID, shipped: tuple[Exercise, ...]
) -> None:
    changed = replace(shipped[0], station="garden", aliases=("new", "newer"))

    await committed(db, lambda one: save_exercises(one, [changed, *shipped[1:]]))

    async with db.read() as read:
        found = await all_exercises(read, organization_id)
    assert len(found) == len(shipped)
    assert changed in found


async def test_an_exercise_of_one_organization_is_not_another_ones(
    db: Database, organization_id: UUID
) -> None:
    owner = await make_organization(db)
    own, everyones = an_exercise("Club special"), an_exercise("Common")
    await committed(db, lambda one: save_exercises(one, [own], owner.id))
    await committed(db, lambda one: save_exercises(one, [everyones]))

    async with db.read() as read:
        for mine, expected in ((owner.id, {own.id, everyones.id}), (organization_id, {everyones.id})):
            assert set(await exercises_by_id(read, mine, [own.id, everyones.id, uuid4()])) == expected
            page = await exercises_page(read, mine, PageRequest(), search="c")
            assert {each.id for each in page.items} == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("back squat", "Back Squat"),
        ("SQUAT back", "Back Squat"),
        ("high bar back", "Back Squat"),  # by an alias
        ("  romanian  ", "Romanian Deadlift"),
    ],
)
async def test_every_word_of_a_search_is_in_the_name_or_an_alias(
    db: Database, organization_id: UUID, shipped: tuple[Exercise, ...], search: str, expected: str
) -> None:
    async with db.read() as read:
        page = await exercises_page(read, organization_id, PageRequest(first=100), search=search)

    words = search.casefold().split()
    assert expected in [each.name for each in page.items]
    for each in page.items:
        assert all(any(word in text.casefold() for text in (each.name, *each.aliases)) for word in words)


@pytest.mark.parametrize("search", ["%", "_", "\\", "100% sure"])
async def test_signs_of_the_pattern_language_are_only_letters(
    db: Database, organization_id: UUID, shipped: tuple[Exercise, ...], search: str
) -> None:
    async with db.read() as read:
        page = await exercises_page(read, organization_id, PageRequest(), search=search)

    assert page.items == ()


async def test_a_search_that_is_too_long_is_refused(db: Database, organization_id: UUID) -> None:
    async with db.read() as read:
        with pytest.raises(InvalidInput):
            await exercises_page(read, organization_id, PageRequest(), search="x" * (LONGEST_SEARCH + 1))


async def test_pattern_and_primary_muscle_narrow_the_catalogue_page_by_page(
    db: Database, organization_id: UUID, shipped: tuple[Exercise, ...]
) -> None:
    wanted = {
        each.id
        for each in shipped
        if each.pattern is MovementPattern.HORIZONTAL_PUSH and Muscle.CHEST in each.primary_muscles
    }
    seen: list[Exercise] = []
    request = PageRequest(first=3)

    with count_statements(db) as sent:
        async with db.read() as read:
            while True:
                page = await exercises_page(
                    read,
                    organization_id,
                    request,
                    pattern=MovementPattern.HORIZONTAL_PUSH,
                    muscle=Muscle.CHEST,
                )
                seen.extend(page.items)
                if not page.has_next:
                    break
                request = PageRequest(first=3, after=page.cursors[-1])

    assert [each.id for each in seen] == [
        each.id for each in sorted(seen, key=lambda each: each.name.casefold())
    ]
    assert {each.id for each in seen} == wanted
    assert len(seen) == len(wanted) > 3
    assert len(sent) == -(-len(wanted) // 3)

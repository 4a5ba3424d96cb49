"""What is asked together is answered each for itself: what one is refused, nobody beside it goes without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Database
from db.paging import Page, PageRequest
from domain.errors import InvalidInput
from domain.people import Viewer
from resolvers.batching import PageKey, paged
from resolvers.context import Context
from resolvers.ids import Kind, global_id
from resolvers.loaders import Loaders
from resolvers.season_loaders import SeasonLoaders, Wanted
from resolvers.training_loaders import TrainingLoaders
from resolvers.workload_loaders import WorkloadLoaders
from tests.api import Api
from tests.world import World

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 28)
Pages = DataLoader[Any, Page[Any]]
EMPTY: Page[Any] = Page((), (), has_next=False, has_previous=False)


def _of_pages(group: type[Any]) -> list[str]:
    return [
        name
        for name, each in vars(group).items()
        if isinstance(each, cached_property)
        and any(word in each.func.__annotations__["return"] for word in ("PageOf[", "Page["))
    ]


GROUPS = {"": Loaders, "season.": SeasonLoaders, "training.": TrainingLoaders, "workload.": WorkloadLoaders}
LOADERS: dict[str, Callable[[Loaders], Pages]] = {
    **{f"{at}{name}": attrgetter(f"{at}{name}") for at, group in GROUPS.items() for name in _of_pages(group)},
    "assignments_of_team": lambda found: found.season.assignments_of_team(Wanted(FIRST, LAST)),
    "assignments_of_player": lambda found: found.season.assignments_of_player(Wanted(FIRST, LAST)),
}
"""Every loader of pages there is; those that take arguments by hand."""


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("is_refused_first", [True, False])
async def test_a_bad_cursor_is_refused_to_who_sent_it_and_the_page_beside_it_is_read(
    api: Api, world: World, name: str, is_refused_first: bool
) -> None:
    loader = LOADERS[name](Context.of(api.services, world.coach).loaders)
    span = (FIRST, LAST) if name.startswith("training.") else ()
    parent_id = uuid4()
    bad = loader.load((parent_id, PageRequest(after="nonsense"), *span))
    keys = [(parent_id, PageRequest(first=1), *span), (uuid4(), PageRequest(), *span)]
    asked = [*map(loader.load, keys)]
    together = [bad, *asked] if is_refused_first else [*asked, bad]

    await asyncio.wait(together)

    assert isinstance(bad.exception(), InvalidInput)
    assert [each.result() for each in asked] == [EMPTY, EMPTY]


def test_every_group_of_loaders_has_some_of_pages() -> None:
    assert all(_of_pages(group) for group in GROUPS.values())


async def test_each_is_told_of_their_own_refusal(api: Api, world: World) -> None:
    loader = Context.of(api.services, world.coach).loaders.players_of_team
    team_id = world.team.id
    after, before = PageRequest(after="nonsense"), PageRequest(before="nonsense")

    refusals = await asyncio.gather(
        loader.load((team_id, after)), loader.load((team_id, before)), return_exceptions=True
    )

    assert [str(each) for each in refusals] == [
        "after is no cursor of this list; take one from a page of it.",
        "before is no cursor of this list; take one from a page of it.",
    ]


async def test_a_fault_is_no_refusal_and_fails_the_whole_batch(db: Database) -> None:
    """The connection may be what is broken, so nothing more is asked of it."""
    asked: list[PageRequest] = []

    async def query(_: AsyncSession, ids: Any, request: PageRequest) -> dict[UUID, Page[Any]]:
        asked.append(request)
        if request.first == 2:
            raise ConnectionError("gone")
        return dict.fromkeys(ids, EMPTY)

    loader: DataLoader[PageKey, Page[Any]] = paged(db, query)
    found = await asyncio.gather(
        *(loader.load((uuid4(), PageRequest(first=size))) for size in (1, 2, 3)), return_exceptions=True
    )

    assert [str(each) for each in found] == ["gone"] * 3
    assert [each.first for each in asked] == [1, 2]


async def test_an_alias_with_a_bad_cursor_leaves_the_others_their_pages(api: Api, world: World) -> None:
    page = "{ edges { node { id } } }"
    reply = await api.as_(world.admin).send(
        f"""query ($here: ID!, $there: ID!) {{
          here: node(id: $here) {{ ... on Team {{
            good: coaches(first: 1) {page}
            bad: coaches(after: "nonsense") {page}
            seasonPlans(after: "nonsense") {page}
          }} }}
          there: node(id: $there) {{ ... on Team {{ coaches(first: 1) {page} seasonPlans {page} }} }}
        }}""",
        here=global_id(Kind.TEAM, world.team.id),
        there=global_id(Kind.TEAM, world.other_team.id),
    )

    def of(viewer: Viewer) -> dict[str, Any]:
        assert viewer.id is not None
        return {"edges": [{"node": {"id": global_id(Kind.PLAYER, viewer.id)}}]}

    assert reply.codes == ["invalid_input", "invalid_input"]
    paths = [each.formatted["path"] for each in reply.errors]
    assert sorted(paths) == [["here", "bad"], ["here", "seasonPlans"]]
    assert reply.data == {
        "here": {"good": of(world.coach), "bad": None, "seasonPlans": None},
        "there": {"coaches": of(world.other_coach), "seasonPlans": {"edges": []}},
    }

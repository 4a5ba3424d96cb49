"""A schema that can do what the product's must not: fail, hang, and say who asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import strawberry

from db.failures import CommitUnknownError
from domain.errors import TargetMinutesOutOfRange
from resolvers.context import Info

SECRET = "the password is swordfish"


@dataclass
class Happenings:
    """What went on inside, for tests to look at."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


def small_schema(happenings: Happenings) -> strawberry.Schema:
    async def wait() -> str:
        happenings.begun.set()
        try:
            await happenings.may_end.wait()
        except asyncio.CancelledError:
            happenings.cancelled.set()
            raise
        happenings.ended.set()
        return "at last"

    @strawberry.type
    class Thing:
        name: str = "thing"

        @strawberry.field
        def inner(self) -> Thing:
            return Thing()

    @strawberry.type
    class Query:
        @strawberry.field
        def hello(self) -> str:
            return "world"

        @strawberry.field
        def echo(self, text: str) -> str:
            return text

        @strawberry.field
        def number(self, value: int) -> int:
            return value

        @strawberry.field
        def who(self, info: Info) -> str:
            return "nobody" if info.context.viewer is None else info.context.viewer.display_name

        @strawberry.field
        def fail(self) -> str | None:
            raise RuntimeError(SECRET)

        @strawberry.field
        def fail_whole(self) -> str:
            raise RuntimeError(SECRET)

        @strawberry.field
        def refuse(self) -> str | None:
            raise TargetMinutesOutOfRange(500, 10, 180)

        @strawberry.field
        def database_away(self) -> str | None:
            raise ConnectionRefusedError(SECRET)

        @strawberry.field
        def thing(self) -> Thing:
            return Thing()

        @strawberry.field
        async def wait(self) -> str:
            return await wait()

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        async def change(self) -> str:
            return await wait()

        @strawberry.mutation
        def lose_commit(self) -> str | None:
            raise CommitUnknownError(SECRET)

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def ticks(self) -> AsyncIterator[int]:
            yield 1

    # Types that are named in a function's annotations are looked up among the module's names.
    globals()["Thing"] = Thing
    return strawberry.Schema(Query, Mutation, Subscription)

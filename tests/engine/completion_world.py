"""A schema with something of everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from integrations.flags import Flag
from resolvers.permissions import Behind
from schema.fields import field
from tests.engine.completion_sources import Source, Step, Word

strawberry.enum(Word)
strawberry.enum(Step)


def is_of(name: str) -> Callable[[object, object], bool]:
    return lambda found, _info: isinstance(found, Source) and found.of == name


def twice(parent: strawberry.Parent[Source]) -> int:
    return parent.double * 2


async def slow(parent: strawberry.Parent[Source]) -> int:
    return parent.double


def told(info: strawberry.Info[Any, Any], parent: strawberry.Parent[Source]) -> str:
    return f"{info.field_name} {parent.of}"


def times(parent: strawberry.Parent[Source], by: int = 3) -> int:
    return parent.double * by


class Tripled(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: Any, **given: Any) -> Any:
        return next_(source, info, **given) * 3


def described(resolver: Any = None) -> Any:
    return field(resolver, description="As it is named.")


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Part(Named):
    """Without a say in what is one; its attributes are read off whatever is given."""

    number: int
    share: float | None

    @classmethod
    def is_type_of(cls, found: object, info: object) -> bool:
        return is_of("Part")(found, info)


@strawberry.type
class Plain:
    number: int | None
    word: Word


@strawberry.type
class Thing(Named):
    id: UUID
    key: strawberry.ID
    number: int
    ratio: float
    is_open: bool
    day: date
    at: datetime
    hour: time
    amount: Decimal
    word: Word
    step: Step | None
    extra: JSON | None
    note: str | None = strawberry.field(name="remark")
    numbers: list[int]
    ratios: list[float | None] | None
    grid: list[list[int | None] | None]
    words: list[Word]
    thing: Annotated[Thing, strawberry.lazy("tests.engine.completion_world")] | None
    things: list[Annotated[Thing, strawberry.lazy("tests.engine.completion_world")]]
    plain: Plain
    plains: list[Plain | None] | None
    parts: list[Part]
    named: Named | None
    either: Part | Annotated[Thing, strawberry.lazy("tests.engine.completion_world")] | None
    doubled: int = described(twice)
    slow: int | None = described(slow)
    told: str = described(told)
    times: int = described(times)
    tripled: int = strawberry.field(resolver=twice, extensions=[Tripled()])
    guarded: int | None = field(twice, description="Closed.", needs=[Behind(Flag.WORKLOAD)])

    @classmethod
    def is_type_of(cls, found: object, info: object) -> bool:
        return is_of("Thing")(found, info)


@strawberry.type
class Query:
    thing: Thing | None
    things: list[Thing]
    plains: list[Plain | None]


def make_schema() -> strawberry.Schema:
    config = StrawberryConfig(enable_experimental_incremental_execution=True)
    return strawberry.Schema(query=Query, config=config)

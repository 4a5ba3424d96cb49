"""Objects as resolvers might give them, of which some are not what they should be."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
from graphql import Undefined

DAY = date(2026, 2, 28)
AT = datetime(2026, 2, 28, 6, 30, tzinfo=UTC)


class Word(StrEnum):
    ONE = "one"
    OTHER = "other"


class Step(Enum):
    LOW = 1
    HIGH = 2


class Number(IntEnum):
    THREE = 3


class Text(str):
    __slots__ = ()


class Source:
    """What a resolver might give: attributes, and which type they are meant for."""

    of: str
    double: int

    def __init__(self, of: str, values: dict[str, Any]) -> None:
        self.__dict__.update(values, of=of)

    def __repr__(self) -> str:
        return f"<{self.of}>"


class Later:
    """Awaitable, and never missed if nobody awaits it."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Any:
        yield from ()
        return self.value

    def __repr__(self) -> str:
        return "<later>"


class SourceLater(Source):
    """Has all that is asked of it, but is to be awaited first."""

    def __await__(self) -> Any:
        yield from ()
        return Source(self.of, {**self.__dict__, "number": 5, "word": Word.OTHER})


class SourceError(Source, Exception):
    """Has all that is asked of it, but is an error."""


class Evasive(Source):
    """Whether it is awaitable is not for its class to say."""

    def __getattr__(self, name: str) -> Any:
        if name == "__await__" and "later" in self.__dict__:
            return Later(None).__await__
        raise AttributeError(name)


class Once:
    """Can be read once: whoever looks at it without need takes it from who needs it."""

    def __init__(self, value: object) -> None:
        self.left = [value]

    def __iter__(self) -> Once:
        return self

    def __next__(self) -> object:
        if not self.left:
            raise StopIteration
        return self.left.pop()

    def __repr__(self) -> str:
        return "<once>"


def _itself(value: object) -> object:
    return value


GOOD: dict[str, Callable[[random.Random], object]] = {
    "id": lambda chance: UUID(int=chance.getrandbits(100)),
    "key": lambda chance: chance.choice(["k", Text("own"), 7]),
    "number": lambda chance: chance.choice([0, -(2**31), 2**31 - 1]),
    "ratio": lambda chance: chance.choice([0.0, -1.5, 3, 1e300]),
    "share": lambda chance: chance.choice([0.25, None]),
    "is_open": lambda chance: chance.choice([True, False]),
    "day": lambda chance: chance.choice([DAY, date.min]),
    "at": lambda _: AT,
    "hour": lambda _: time(6, 30),
    "amount": lambda _: Decimal("1.50"),
    "word": lambda chance: chance.choice(list(Word)),
    "step": lambda chance: chance.choice([*Step, None]),
    "extra": lambda chance: chance.choice([{"a": [1, None]}, "text", None]),
    "note": lambda chance: chance.choice(["it's", "😀\u2028", None]),
    "name": lambda _: "named",
    "numbers": lambda chance: chance.choice([[], [1, 2], (3,)]),
    "ratios": lambda chance: chance.choice([None, [], [1.5, None]]),
    "grid": lambda chance: chance.choice([[], [None, [1, None], (2,)]]),
    "words": lambda chance: list(Word)[: chance.randrange(3)],
    "double": lambda chance: chance.choice([0, 4]),
}
_SAME: tuple[object, ...] = (
    *(None, float("nan"), float("inf"), 2**31, -(2**31) - 1, 10**400, True, "7", "text", b"bytes", 1.0),
    *(Decimal("2"), DAY, AT, Word.ONE, Number.THREE, Text("own"), np.float64(1.5), np.int64(3), np.nan),
    *({}, {"of": "Thing"}, set(), [], (), [None], Undefined, ValueError("x")),
)
SPOILT: tuple[Callable[[], object], ...] = (
    *(partial(_itself, each) for each in _SAME),
    *(lambda: Later(1), lambda: Later(None), lambda: Later(ValueError("later")), lambda: Once(1)),
    *(lambda: [Later(2), 3], lambda: [1, float("nan"), ValueError("one of them")]),
    *(lambda: Source("Plain", {"number": 1, "word": Word.ONE}), lambda: Source("Nobody", {})),
)


def make_source(of: str, chance: random.Random, spoilt: float, depth: int = 0) -> Source:
    """``spoilt`` is the share of attributes that are missing, or not what they should be, or fail."""

    def another(name: str) -> Source:
        return make_source(name, chance, spoilt, depth + 1)

    if of != "Thing":
        depth = 3
    few = range(chance.choice(((1, 2, 2), (0, 1, 2), (0, 0, 1), (0,))[min(depth, 3)]))
    values: dict[str, object] = {name: good(chance) for name, good in GOOD.items()}
    values["thing"] = another("Thing") if few and chance.random() < 0.5 else None
    values["things"] = [another("Thing") for _ in few]
    values["plain"] = another("Plain") if of == "Thing" else None
    values["plains"] = tuple(another("Plain") if chance.random() < 0.8 else None for _ in few)
    values["parts"] = [another("Part") for _ in few]
    values["named"] = another(chance.choice(("Part", "Part", "Thing"))) if few else None
    values["either"] = another(chance.choice(("Part", "Part", "Thing"))) if few else None
    failing = {}
    for name in list(values):
        if chance.random() < spoilt:
            values[name] = chance.choice(SPOILT)()
            if chance.random() < 0.1:
                del values[name]
            elif chance.random() < 0.1:
                failing[name] = property(_fail)
    cls: type[Source] = type("Source", (Source,), failing) if failing else Source
    return cls(of, {name: value for name, value in values.items() if name not in failing})


def _fail(_self: object) -> object:
    raise ValueError("It cannot be read.")

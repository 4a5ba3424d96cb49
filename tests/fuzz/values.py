"""Values at random: any JSON, and what the schema's inputs take, mostly as they take it."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    is_required_input_field,
)
from graphql.type import GraphQLInputType

DEEPEST = 6
# Characters that other programs have stumbled over: quotes, escapes, markup, bidirectional marks, zero width,
# a combining pile, beyond the basic plane, and those that a database or a log takes for its own.
AWKWARD = "\"'\\/<>&%_`$;:{}[]()#@!?*\u202e\u200b\u0301\u0489\ufeff\ufffd𝔘🏒İß\u2028\t\r\n\x01\x7f"
PROVERBIAL = (
    "", " ", "null", "undefined", "true", "0", "-0", "1e309", "NaN", "' OR 1=1 --", "{{7*7}}", "${jndi:x}",
    "../../etc/passwd", "%00", "%s%n", "<script>", "a" * 300, "🏒" * 80, "Back Squat", "UTC",
    "Europe/Berlin", "00000000-0000-0000-0000-000000000000", "=1+1", "title,day\n1,2", "{}", "[]",
)  # fmt: skip
INTEGERS = (0, 1, -1, 2, 3, 5, 7, 10, 45, 60, 90, 100, 101, 200, 1_000, 2**31 - 1, -(2**31))
BEYOND = (2**31, -(2**31) - 1, 2**53, 2**63, 10**30)
NUMBERS = (0.0, -0.0, 0.5, 1.0, 0.1, 99.99, 1e-300, 1e300, -1e300, 5e-324, 1.7976931348623157e308)


@dataclass(frozen=True, slots=True)
class Known:
    """Global ids of what is there, by kind, and the day on which it plays."""

    ids: Mapping[str, Sequence[str]]
    today: date


@dataclass(frozen=True, slots=True)
class Values:
    """``astray`` is how likely a single value is of no use to its type."""

    random: random.Random
    known: Known
    astray: float = 0.03

    def of(self, type_: GraphQLInputType, name: str = "", depth: int = 0) -> Any:
        """A value as it is written in JSON. ``name`` is that of the argument or field, and says a lot."""
        if isinstance(type_, GraphQLNonNull):
            return self.of(type_.of_type, name, depth)
        if self.random.random() < self.astray:
            return self.anything(4)
        if isinstance(type_, GraphQLList):
            return self._list(type_.of_type, name, depth)
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_, depth)
        if isinstance(type_, GraphQLEnumType):
            return self.random.choice(list(type_.values))
        return self._scalar(type_.name, name)

    def anything(self, depth: int = 3) -> Any:
        """Any JSON."""
        kind = self.random.randrange(9 if depth > 0 else 7)
        match kind:
            case 0:
                return None
            case 1:
                return self.random.random() < 0.5
            case 2:
                return self.random.choice((*INTEGERS, *BEYOND))
            case 3:
                return self.random.choice(NUMBERS)
            case 4 | 5:
                return self.text()
            case 6:
                return self.id()
            case 7:
                return [self.anything(depth - 1) for _ in range(self.random.randrange(4))]
        return {self.text()[:40]: self.anything(depth - 1) for _ in range(self.random.randrange(4))}

    def anything_named(self) -> dict[str, Any]:
        """Variables that nobody declared."""
        return {self.text()[:20]: self.anything() for _ in range(self.random.choice((0, 0, 1, 3)))}

    def text(self) -> str:
        kind = self.random.random()
        if kind < 0.4:
            return self.random.choice(PROVERBIAL)
        letters = AWKWARD if kind < 0.6 else string.ascii_letters + " -"
        return "".join(self.random.choices(letters, k=self.random.choice((1, 3, 12, 60))))

    def id(self, name: str = "") -> str:
        """Mostly of something that is there, and mostly of the kind that the name speaks of."""
        known = self.known.ids
        chance = self.random.random()
        fitting = [kind for kind in known if known[kind] and _speaks_of(name, kind)]
        if chance < 0.85 and fitting:
            return self.random.choice(known[self.random.choice(fitting)])
        if chance < 0.95:
            return self.random.choice(known[self.random.choice([each for each in known if known[each]])])
        if chance < 0.98:
            kind = self.random.choice(list(known))
            key = self.random.choice((f"{self.random.getrandbits(128):032x}", "", "1", "a" * 36))
            return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")
        return self.text()

    def day(self) -> str:
        if self.random.random() < 0.05:
            return self.random.choice(("0001-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "2026-13-01"))
        return (self.known.today + timedelta(days=self.random.randrange(-60, 120))).isoformat()

    def _list(self, of: GraphQLInputType, name: str, depth: int) -> Any:
        count = self.random.choice((0, 1, 1, 1, 2, 3)) if depth < DEEPEST else 0
        if self.random.random() < 0.02:
            count = 60
        return [self.of(of, name, depth + 1) for _ in range(count)]

    def _object(self, type_: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        likely = 0.5 if depth < 3 else 0.15
        given = {}
        for name, field in type_.fields.items():
            if is_required_input_field(field):
                if self.random.random() > self.astray / 3:
                    given[name] = self.of(field.type, name, depth + 1)
            elif self.random.random() < likely:
                null = self.random.random() < 0.15
                given[name] = None if null else self.of(field.type, name, depth + 1)
        if self.random.random() < self.astray / 3:
            given[self.text()[:20]] = self.anything(1)
        return given

    def _scalar(self, type_name: str, name: str) -> Any:
        match type_name:
            case "ID":
                return self.id(name)
            case "Int":
                few = self.random.random() < 0.7
                return self.random.randrange(1, 60) if few else self.random.choice(INTEGERS)
            case "Float":
                few = self.random.random() < 0.7
                return round(self.random.uniform(0, 200), 2) if few else self.random.choice(NUMBERS)
            case "Boolean":
                return self.random.random() < 0.5
            case "Date":
                return self.day()
            case "DateTime":
                zone = self.random.choice(("Z", "+00:00", "-11:00", "+14:00", ""))
                return f"{self.day()}T{self._time()}{zone}"
            case "Time":
                return self._time()
            case "JSON":
                return self.anything(5)
        return self.day() if name.endswith("On") else self.text()

    def _time(self) -> str:
        return self.random.choice(("00:00:00", "06:30:00", "18:00", "23:59:59.999999", "12:00:00"))


def _speaks_of(name: str, kind: str) -> bool:
    """As ``seasonPlanId`` and ``planIds`` do of ``SeasonPlan``; a bare ``id`` of anything."""
    word = name.removesuffix("s").removesuffix("Id").lower()
    return bool(word) and word != "id" and (word in kind.lower() or kind.lower() in word)

"""Reading single fields of an import: text, numbers, ranges, choices and days, as people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from typing import TypeVar

from domain.import_problems import Findings, Place, shown

Choice = TypeVar("Choice", bound=Enum)
LARGEST_NUMBER = 1e9
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
YES = frozenset({"yes", "y", "true", "x", "1", "ja", "✓", "✔"})
NO = frozenset({"no", "n", "false", "0", "-", "nein"})
DATE_BY_SPREADSHEET = (
    "the spreadsheet has turned it into a date or a time; format the column as text and write it again, "
    "such as 8-12"
)


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a document (plan, week, session, exercise or set), with its place.

    ``values`` go by canonical field name; ``written`` has each field's name as the author wrote it.
    A field left empty is not there.
    """

    place: Place
    values: Mapping[str, object]
    findings: Findings
    written: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()

    def has(self, name: str) -> bool:
        return name in self.values

    def at(self, name: str) -> Place:
        return (*self.place, self.written.get(name, name))

    def problem(self, name: str, message: str) -> None:
        self.findings.problem(self.at(name), message)

    def text(self, name: str, longest: int) -> str | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.problem(name, f"{shown(value)} should be text or a number.")
            return None
        text = plain_text(value)
        if flaw := flaw_in_text(text):
            self.problem(name, flaw)
            return None
        if len(text) > longest:
            self.problem(name, f"This is {len(text)} characters long; {longest} is the most.")
            return None
        return text or None

    def words(self, name: str) -> str | None:
        """A short notation ("8-12", "2 min"): spaces collapsed, no flaw. Numbers come as they are written."""
        value = self.values.get(name)
        if isinstance(value, date | time):
            self.problem(name, f"This reads {shown(value)}: {DATE_BY_SPREADSHEET}.")
            return None
        text = self.text(name, longest=120)
        return None if text is None else " ".join(text.split())

    def number(self, name: str, lowest: float, highest: float, unit: str = "") -> float | None:
        """Decimal point or decimal comma; the unit may stand behind it. A JSON number is what it is."""
        text = self.words(name)
        if text is None:
            return None
        given = self.values[name]
        value = given if isinstance(given, float) and math.isfinite(given) else number_in(text, unit)
        if value is None:
            self.problem(name, f"{shown(text)} is not a number; write one, such as {_plain(lowest)}.")
            return None
        if not lowest <= value <= highest:
            self.problem(
                name, f"{shown(text)} is out of range; it is from {_plain(lowest)} to {_plain(highest)}."
            )
            return None
        return value

    def whole_number(self, name: str, lowest: int, highest: int, unit: str = "") -> int | None:
        value = self.number(name, lowest, highest, unit)
        if value is None:
            return None
        if value != int(value):
            self.problem(name, f"{shown(_plain(value))} is not a whole number.")
            return None
        return int(value)

    def truth(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        text = plain_text(value).casefold()
        if text in YES:
            return True
        if text in NO:
            return False
        self.problem(name, f"{shown(value)} should be yes or no.")
        return None

    def choice(self, name: str, kind: type[Choice], synonyms: Mapping[str, Choice]) -> Choice | None:
        text = self.words(name)
        if text is None:
            return None
        key = text.casefold().replace("-", "_").replace(" ", "_")
        found = next((each for each in kind if each.value == key), None) or synonyms.get(key)
        if found is None:
            self.problem(name, f"{shown(text)} is not one of: {', '.join(str(each.value) for each in kind)}.")
        return found

    def day(self, name: str) -> date | None:
        """A date written as 2026-11-23, or a date cell."""
        value = self.values.get(name)
        if isinstance(value, datetime):
            found = value.date()
        elif isinstance(value, date):
            found = value
        else:
            text = self.words(name)
            if text is None:
                return None
            try:
                found = date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "")
            except ValueError:
                self.problem(name, f"{shown(text)} is not a date; write year-month-day, such as 2026-11-23.")
                return None
        if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            self.problem(
                name, f"The year {found.year} is out of range; it is from {EARLIEST_YEAR} to {LATEST_YEAR}."
            )
            return None
        return found


def plain_text(value: object) -> str:
    """A cell as text: 3.0 is "3"."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_NUMBER:
        return str(int(value))
    return str(value).strip()


def number_in(text: str, unit: str = "") -> float | None:
    """The number that the text is, if it is one: ASCII digits, point or comma, no exponent, not endless."""
    found = re.fullmatch(
        rf"([+-]?\d{{1,9}}(?:[.,]\d{{1,9}})?)\s*(?:{unit or '(?!)'})?", text, re.ASCII | re.I
    )
    return float(found.group(1).replace(",", ".")) if found else None


def flaw_in_text(text: str) -> str | None:
    """What keeps a text from being stored as it is and read again; None for nearly every text."""
    if text.startswith("="):
        return "This is a formula; put its value here instead."
    for each in text:
        if "\ud800" <= each <= "\udfff":
            return "This holds half a character (a lone surrogate); type it again."
        if each < " " and each not in "\t\r\n":
            return f"This holds a control character (number {ord(each)}); remove it."
    return None


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)

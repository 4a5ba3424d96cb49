"""Fields of a document that hold several things: words, weekdays, whole numbers."""

from __future__ import annotations

import re

from domain.import_fields import Node
from domain.import_problems import shown
from domain.session_import import DAY_NAMES

LONGEST_LIST = 100


def words_in(node: Node, name: str) -> tuple[str, ...]:
    """A list of words, or one text with commas between them."""
    value = node.values.get(name)
    if isinstance(value, list):
        if len(value) > LONGEST_LIST or not all(isinstance(each, str | int) for each in value):
            node.problem(name, f"This should be a list of {LONGEST_LIST} words at most.")
            return ()
        parts = [Node(node.place, {name: each}, node.findings, node.written).words(name) for each in value]
        return tuple(each for each in parts if each)
    return tuple(each.strip() for each in (node.words(name) or "").split(",") if each.strip())


def weekdays_in(node: Node, name: str) -> tuple[int, ...]:
    """Mon to Sun, in whatever order, as numbers from 0."""
    found: set[int] = set()
    for word in words_in(node, name):
        text = word.casefold().rstrip(".")
        meant = [at for at, day in enumerate(DAY_NAMES) if len(text) > 1 and day.startswith(text)]
        if len(meant) == 1:
            found.add(meant[0])
        else:
            node.problem(name, f"{shown(word)} is not a day; write Mon to Sun.")
    return tuple(sorted(found))


def whole_numbers_in(node: Node, name: str, least: int, most: int) -> tuple[int, ...]:
    found: set[int] = set()
    for word in words_in(node, name):
        one = Node(node.place, {name: word}, node.findings, node.written).whole_number(name, least, most)
        if one is not None:
            found.add(one)
    return tuple(sorted(found))


def span_in(node: Node, name: str, least: int, most: int, unit: str = "") -> tuple[int, int] | None:
    """ "3-6", or one number for both ends."""
    text = node.words(name)
    if text is None:
        return None
    found = re.fullmatch(rf"(\d{{1,4}})(?:\s*(?:-|–|to)\s*(\d{{1,4}}))?\s*(?:{unit or '(?!)'})?", text, re.I)
    low, high = (int(found.group(1)), int(found.group(2) or found.group(1))) if found else (0, -1)
    if not least <= low <= high <= most:
        node.problem(
            name, f"{shown(text)} is no span within {least} and {most}; write it such as {least}-{most}."
        )
        return None
    return low, high

"""Collecting what is wrong with a document: everything, with its place and how to mend it, up to a bound."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.errors import Issue

MOST_PROBLEMS = 200
MOST_WARNINGS = 50

Place = tuple[str, ...]


@dataclass(slots=True)
class Findings:
    """Grows while a document is read."""

    problems: list[Issue] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_full: bool = False

    def problem(self, place: Place, message: str) -> None:
        issue = Issue(place, message)
        if issue in self.problems:
            return
        if len(self.problems) < MOST_PROBLEMS - 1:
            self.problems.append(issue)
        else:
            self.is_full = True

    def warn(self, message: str) -> None:
        if len(self.warnings) < MOST_WARNINGS and message not in self.warnings:
            self.warnings.append(message)

    def all_problems(self) -> tuple[Issue, ...]:
        if not self.is_full:
            return tuple(self.problems)
        return (*self.problems, Issue((), "There are more problems than are listed; mend these first."))


@dataclass(frozen=True, slots=True)
class Unreadable(Exception):
    """The document cannot be read at all; there is one thing to mend first."""

    message: str
    place: Place = ()


def shown(value: object, longest: int = 60) -> str:
    """A value in a message: quoted, short, and safe to print whatever it holds."""
    return f"“{printable(str(value), longest)}”"


def printable(text: str, longest: int = 60) -> str:
    safe = "".join(each if each.isprintable() else "�" for each in text[:longest])
    return f"{safe}…" if len(text) > longest else safe

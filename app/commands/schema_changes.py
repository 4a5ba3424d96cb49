"""Whether clients of the last release can go on with the schema as it is now.

What they built on is ``docs/released-schema.graphql``, which a release writes anew; docs/decisions has why.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from graphql import (
    BreakingChange,
    BreakingChangeType,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    get_named_type,
    print_ast,
)

from app.settings import ROOT
from schema.build import sdl

NAME = "docs/released-schema.graphql"
SHORTEST_NOTICE = timedelta(days=90)
AS_IT_IS_SAID = "Use `<what is there instead>`. Gone after <year-month-day>."

_REMOVALS = (
    BreakingChangeType.FIELD_REMOVED,
    BreakingChangeType.ARG_REMOVED,
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
)
_SAID = re.compile(r"Use `(?P<instead>@?\w+(?:\.\w+)?)`.*\. Gone after (?P<day>\d{4}-\d{2}-\d{2})\.")
_HEAD = (
    "# The schema that clients of the last release build on. Written by ./dev schema-changes --release.\n\n"
)


def run(*, release: bool, root: Path = ROOT, today: date | None = None) -> int:
    """Print what breaks clients and fail; with ``release``, make the schema of now what clients build on."""
    path, text, today = root / NAME, sdl(), today or datetime.now(UTC).date()
    if release:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEAD + text, "utf-8")
        print(f"wrote {NAME}")
        return 0
    if not path.is_file():
        print(f"{NAME} is missing: a release writes it, by ./dev schema-changes --release", file=sys.stderr)
        return 1
    released, current = build_schema(path.read_text("utf-8")), build_schema(text)
    for note in notes(released, current):
        print(f"look at it: {note}")
    found = problems(released, current, today)
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        print(
            f"Clients of the last release would break. Deprecate first, in these words: {AS_IT_IS_SAID}",
            file=sys.stderr,
        )
    return 1 if found else 0


def problems(released: GraphQLSchema, current: GraphQLSchema, today: date) -> list[str]:
    """What breaks a client that was built on ``released``, and deprecations that leave clients no way on.

    What was deprecated may go once its day has passed.
    """
    due = {path for path, reason in deprecations(released) if _day_of(reason) < today}
    breaking = find_breaking_changes(released, current)
    return [
        *(each.description for each in breaking if not _is_due(each, due, released, current)),
        *_needs_more(released, current),
        *_unsaid(released, current, today),
    ]


def notes(released: GraphQLSchema, current: GraphQLSchema) -> list[str]:
    """What a careful client stands, and a careless one may not: a new member of a union, a new enum value."""
    return [each.description for each in find_dangerous_changes(released, current)]


def deprecations(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """By their path: ``Type.field``, ``Type.field.argument``, ``Enum.VALUE``."""
    for path, element in _elements(schema):
        reason = getattr(element, "deprecation_reason", None)
        if reason is not None:
            yield path, reason


def _unsaid(released: GraphQLSchema, current: GraphQLSchema, today: date) -> Iterator[str]:
    already = {path for path, _ in deprecations(released)}
    there = {*current.type_map, *(path for path, _ in _elements(current))}
    there.update(f"@{each.name}" for each in current.directives)
    for path, reason in deprecations(current):
        said = _SAID.fullmatch(reason)
        if said is None:
            yield f"{path} is deprecated without a replacement and a day: {reason!r}"
        elif said["instead"] not in there:
            yield f"{path} is deprecated for {said['instead']}, which is not there."
        elif path not in already and _day_of(reason) < today + SHORTEST_NOTICE:
            yield f"{path} is gone after {said['day']}: less than {SHORTEST_NOTICE.days} days' notice."


def _needs_more(released: GraphQLSchema, current: GraphQLSchema) -> Iterator[str]:
    """A key that was not asked for at the release: who had none is refused now."""
    now = dict(_elements(current))
    for path, before in _elements(released):
        if path in now:
            for need in sorted(_needs_of(now[path]) - _needs_of(before)):
                yield f"{path} needs {need} now."


def _needs_of(element: Any) -> set[str]:
    node = getattr(element, "ast_node", None)
    return {
        print_ast(argument)
        for directive in getattr(node, "directives", None) or ()
        if directive.name.value == "needs"
        for argument in directive.arguments
    }


def _elements(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(type_, GraphQLEnumType):
            for value_name, value in type_.values.items():
                yield f"{name}.{value_name}", value
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", field
                for argument_name, argument in field.args.items():
                    yield f"{name}.{field_name}.{argument_name}", argument
        elif isinstance(type_, GraphQLInputObjectType):
            for field_name, input_field in type_.fields.items():
                yield f"{name}.{field_name}", input_field


def _is_due(change: BreakingChange, due: set[str], released: GraphQLSchema, current: GraphQLSchema) -> bool:
    """Whether it was announced: the thing itself, or everything that led to a type."""
    path = _path_in(change.description)
    if change.type is BreakingChangeType.TYPE_REMOVED:
        return all(
            user in due or user.partition(".")[0] not in current.type_map
            for user, element in _elements(released)
            if getattr(element, "type", None) is not None and get_named_type(element.type).name == path
        )
    return change.type in _REMOVALS and path in due


def _path_in(description: str) -> str:
    """Of what graphql-core speaks: ``Type``, ``Type.field``, ``Type.field.argument``."""
    found = re.search(r"(\w+(?:\.\w+)?)(?:\((\w+):\))? was removed", description)
    return ".".join(each for each in found.groups() if each) if found else ""


def _day_of(reason: str) -> date:
    """The last one that it is sure to be there; never, where none is said."""
    said = _SAID.fullmatch(reason)
    return date.fromisoformat(said["day"]) if said else date.max

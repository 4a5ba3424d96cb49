"""Who may do what: the tables in ``docs/security.md``, written from the guards of the schema."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, StringValueNode, build_schema

from app.settings import ROOT
from domain.access import SCOPES_OF_ROLE, Scope, effective_scopes
from domain.people import Role
from schema.build import sdl

NAME = "docs/security.md"
BEGIN = "<!-- From here to the end of the tables: written by ./dev security-doc. -->"
END = "<!-- End of what is written. -->"

_ROOTS = {"Query": "Reading", "Mutation": "Changing", "Subscription": "Following"}
_COLUMNS = {
    "scope": "scope",
    "flag": "only with the flag",
    "answersToFlag": "answers differently with the flag",
}
_YES, _NO, _NAMED = "yes", "–", "if its token names it"


def run(*, check: bool, root: Path = ROOT) -> int:
    """Write the tables into the page, or with ``check`` fail if they are not what would be written."""
    path = root / NAME
    before = path.read_text("utf-8")
    found = re.search(f"{re.escape(BEGIN)}.*?{re.escape(END)}", before, re.DOTALL)
    if found is None:
        print(f"{NAME} has no place for the tables: {BEGIN} … {END}", file=sys.stderr)
        return 1
    after = before[: found.start()] + f"{BEGIN}\n\n{tables()}\n{END}" + before[found.end() :]
    if check and before != after:
        print(f"{NAME} is not in step with the guards: run ./dev security-doc", file=sys.stderr)
        return 1
    if not check:
        path.write_text(after, "utf-8")
        print(f"wrote {NAME}")
    return 0


def tables() -> str:
    schema = build_schema(sdl())
    parts = [_roles()]
    for name, title in _ROOTS.items():
        parts.append(f"\n### {title}\n\n{_table(_guarded(schema, name), with_roles=True)}")
    nested = [
        (f"{type_}.{field}", needs)
        for type_ in sorted(schema.type_map)
        if type_ not in _ROOTS
        for field, needs in _guarded(schema, type_)
        if needs
    ]
    parts.append(f"\n### Fields within\n\nOn every path to them.\n\n{_table(nested, with_roles=False)}")
    return "".join(parts)


def _roles() -> str:
    head = ["scope", *(each.value for each in Role)]
    lines = [_row(head), _row(["---"] * len(head))]
    lines.extend(_row([f"`{scope.value}`", *(_may(role, scope) for role in Role)]) for scope in Scope)
    return "### Roles\n\nA token may narrow what a role has, never widen it.\n\n" + "".join(lines)


def _may(role: Role, scope: Scope) -> str:
    if scope in effective_scopes(role, None):
        return _YES
    return _NAMED if scope in SCOPES_OF_ROLE[role] else _NO


def _table(fields: list[tuple[str, dict[str, str]]], *, with_roles: bool) -> str:
    used = [each for each in _COLUMNS if any(each in needs for _, needs in fields)]
    head = [
        "operation" if with_roles else "field",
        *(["roles"] if with_roles else []),
        *map(_COLUMNS.get, used),
    ]
    lines = [_row([each or "" for each in head]), _row(["---"] * len(head))]
    for name, needs in fields:
        roles = [_roles_with(needs)] if with_roles else []
        lines.append(_row([f"`{name}`", *roles, *(_code(needs.get(each)) for each in used)]))
    return "".join(lines)


def _roles_with(needs: dict[str, str]) -> str:
    if "scope" not in needs:
        return "whoever is signed in" if "signedIn" in needs else "**everybody**"
    having = [role.value for role in Role if needs["scope"] in SCOPES_OF_ROLE[role]]
    return "all" if len(having) == len(Role) else ", ".join(having)


def _guarded(schema: GraphQLSchema, type_name: str) -> list[tuple[str, dict[str, str]]]:
    type_ = schema.type_map[type_name]
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        return []
    return [(name, dict(_needs_of(field))) for name, field in type_.fields.items()]


def _needs_of(field: object) -> Iterator[tuple[str, str]]:
    node = getattr(field, "ast_node", None)
    for directive in getattr(node, "directives", None) or ():
        if directive.name.value == "needs":
            for argument in directive.arguments:
                value = argument.value
                yield argument.name.value, value.value if isinstance(value, StringValueNode) else "yes"


def _code(value: str | None) -> str:
    return "" if value is None else f"`{value}`"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"

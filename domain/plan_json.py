"""A plan in our JSON: from text to checked nodes. What the format is stands in docs/import.md."""

from __future__ import annotations

import json
import re
from typing import Any

from domain.import_fields import Node
from domain.import_problems import Findings, Place, Unreadable, printable, shown
from domain.import_vocabulary import EXERCISE, PLAN, SESSION, WEEK, Vocabulary, nearest_name, squashed

DEEPEST_JSON = 32
LONGEST_INTEGER_DIGITS = 18
# A document of one session says of it what else a plan says of itself.
ONLY_SESSION = {key: name for key, name in PLAN.items() if name in ("goal", "starts_on")} | dict(SESSION)


def plan_node_of_json(text: str, findings: Findings) -> Node:
    """The plan that the text holds: with weeks, with sessions, a single session, or a list of sessions.

    Raises Unreadable where it is none of these.
    """
    document = parsed(text, findings)
    if isinstance(document, list):
        return Node(
            (), {}, findings, children=(_loose_week(children_of(document, SESSION, (), findings), findings),)
        )
    if not isinstance(document, dict):
        raise Unreadable(
            "The document should be a JSON object with a title and weeks, sessions or exercises."
        )
    names = {PLAN.get(squashed(key)) or SESSION.get(squashed(key)) for key in document}
    if "weeks" in names:
        return _plan_of_weeks(document, findings)
    if "sessions" in names:
        plan = _node(document, PLAN, (), findings)
        sessions = children_of(plan.values.get("sessions", []), SESSION, plan.at("sessions"), findings)
        return _with_children(plan, (_loose_week(sessions, findings),))
    if "exercises" in names:
        return _plan_of_one_session(document, findings)
    raise Unreadable("There are no weeks, no sessions and no exercises in the document; see docs/import.md.")


def node_of(value: object, vocabulary: Vocabulary, place: Place, findings: Findings) -> Node | None:
    """The object with its keys by canonical name; unknown keys are remarked on, null and blanks left out."""
    return _node(value, vocabulary, place, findings) if isinstance(value, dict) else None


def parsed(text: str, findings: Findings) -> Any:
    """The JSON that the text is. Raises Unreadable where it is none, or none that anybody means."""
    if _depth(text) > DEEPEST_JSON:
        raise Unreadable(f"The JSON is nested more than {DEEPEST_JSON} deep.")

    def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                findings.problem((), f"The key {shown(key)} stands twice in one object; keep one of them.")
            found[key] = value
        return found

    def no_constant(name: str) -> Any:
        raise Unreadable(f"{name} is not a number in JSON; write a number, or leave the field out.")

    try:
        return json.loads(
            text, object_pairs_hook=no_key_twice, parse_constant=no_constant, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"Line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})."
        ) from None


def _depth(text: str) -> int:
    """How deep the brackets go; measured first, because the parser recurses."""
    depth = deepest = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        mark = found.group()
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _integer(digits: str) -> int | float:
    """An integer too long to be meant becomes a float that every range refuses."""
    return int(digits) if len(digits) <= LONGEST_INTEGER_DIGITS else float("inf")


def _plan_of_weeks(document: dict[str, Any], findings: Findings) -> Node:
    plan = _node(document, PLAN, (), findings)
    weeks = []
    for at, week in enumerate(
        children_of(plan.values.get("weeks", []), WEEK, plan.at("weeks"), findings), start=1
    ):
        sessions = children_of(week.values.get("sessions", []), SESSION, week.at("sessions"), findings)
        numbered = Node(week.place, {"week": at, **week.values}, findings, week.written)
        weeks.append(_with_children(numbered, tuple(map(with_exercises, sessions))))
    return _with_children(plan, tuple(weeks))


def _plan_of_one_session(document: dict[str, Any], findings: Findings) -> Node:
    session = _node(document, ONLY_SESSION, (), findings)
    of_plan = {key: session.values[key] for key in ("title", "goal", "starts_on") if key in session.values}
    return Node((), of_plan, findings, session.written, (_loose_week((session,), findings),))


def _loose_week(sessions: tuple[Node, ...], findings: Findings) -> Node:
    """Sessions that stand in no week; their dates will say which."""
    return Node((), {}, findings, children=tuple(map(with_exercises, sessions)))


def with_exercises(session: Node) -> Node:
    listed = session.values.get("exercises", [])
    return _with_children(session, children_of(listed, EXERCISE, session.at("exercises"), session.findings))


def children_of(value: object, vocabulary: Vocabulary, place: Place, findings: Findings) -> tuple[Node, ...]:
    if not isinstance(value, list):
        findings.problem(place, "This should be a list, in square brackets.")
        return ()
    nodes = []
    for at, each in enumerate(value):
        node = node_of(each, vocabulary, (*place, str(at)), findings)
        if node is None:
            findings.problem(
                (*place, str(at)), f"This should be an object, in curly brackets, not {shown(each)}."
            )
        else:
            nodes.append(node)
    return tuple(nodes)


def _node(value: dict[str, Any], vocabulary: Vocabulary, place: Place, findings: Findings) -> Node:
    values: dict[str, object] = {}
    written: dict[str, str] = {}
    for key, each in value.items():
        name = vocabulary.get(squashed(key))
        if name is None:
            _remark_on_unknown(key, vocabulary, place, findings)
        elif name in written:
            findings.problem(
                (*place, printable(key)), f"This says the same as {shown(written[name])}; keep one of them."
            )
        elif each is not None and not (isinstance(each, str) and not each.strip()):
            values[name] = each
            written[name] = printable(key)
    return Node(place, values, findings, written)


def _remark_on_unknown(key: str, vocabulary: Vocabulary, place: Place, findings: Findings) -> None:
    meant = nearest_name(key, vocabulary)
    hint = f" Did you mean {meant}?" if meant else ""
    findings.warn(f"{'.'.join((*place, shown(key)))} is not a field that is read.{hint}")


def _with_children(node: Node, children: tuple[Node, ...]) -> Node:
    return Node(node.place, node.values, node.findings, node.written, children)

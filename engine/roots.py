"""The fields of ``Query`` that the compiled lane knows, each as the SQL of its value."""

from __future__ import annotations

from collections.abc import Mapping

from db.season_shapes import TEMPLATES
from db.shape_links import One, Only, Paged
from db.shapes import CATALOGUE
from engine.arguments import Value, arguments_of, id_binder
from engine.declined import Declined, Reason
from engine.json_text import Json, Sql, text_of
from engine.nodes import by_id, node, nodes, object_named, viewer
from engine.selection import Chosen
from engine.statement import Writer
from resolvers.ids import Kind
from schema.fields import needs_of

BY_ID: Mapping[str, Kind] = {
    "plan": Kind.PLAN,
    "session": Kind.SESSION,
    "team": Kind.TEAM,
    "player": Kind.PLAYER,
}
OF_A_TEAM: Mapping[str, str] = {"seasonPlan": "season_plan", "currentPhase": "current_phase"}
LISTS: Mapping[str, Paged] = {"phaseTemplates": TEMPLATES, "exercises": CATALOGUE}


def root(writer: Writer, chosen: Chosen) -> Json:
    """Null is for the reference lane: it knows why, and in which words."""
    assert chosen.definition is not None  # noqa: S101 - seen to by who calls
    for need in needs_of(chosen.declared):
        writer.needs[need] = None
    given = arguments_of(chosen.nodes[0], chosen.definition)
    name = chosen.name
    if name == "viewer":
        return viewer(writer, chosen)
    if name in BY_ID:
        return by_id(writer, chosen, BY_ID[name], given["id"])
    if name == "node":
        return node(writer, chosen, given["id"])
    if name == "nodes":
        return nodes(writer, chosen, given["ids"])
    if name in OF_A_TEAM:
        return _of_team(writer, chosen, OF_A_TEAM[name], given["teamId"])
    if name == "timeCrunchStatus":
        return _time_crunch(writer, chosen, given["planId"], given["sessionId"])
    if name in LISTS:
        return writer.page(chosen, LISTS[name], None)
    raise Declined(Reason.FIELD_WITH_CODE, f"Query.{name}")


def _of_team(writer: Writer, chosen: Chosen, name: str, team_id: Value) -> Json:
    """What a team that the caller sees has under that name: null if it has none, and for nobody else's."""
    team, alias, id = writer.shape("Team"), writer.new_name("t"), writer.new_name("id")
    link = team.links[name]
    if not isinstance(link, One | Only):
        raise Declined(Reason.FIELD_WITH_CODE, f"Team.{name}")
    writer.binders.append(id_binder(id, Kind.TEAM, team_id))
    found = text_of(writer.objects(chosen, link, team, alias))
    shown = f"CASE WHEN {writer.seen('Team', alias)} THEN {found} END"
    return [Sql(f"(SELECT {shown} FROM teams {alias} WHERE {alias}.id = {writer.parameter(id, 'uuid')})")]


def _time_crunch(writer: Writer, chosen: Chosen, plan_id: Value, session_id: Value) -> Json:
    """Of a session of that plan."""
    type_, alias = object_named(writer, "TimeCrunch"), writer.new_name("t")
    is_it = []
    for column, kind, value in (("id", Kind.SESSION, session_id), ("plan_id", Kind.PLAN, plan_id)):
        name = writer.new_name("id")
        writer.binders.append(id_binder(name, kind, value))
        is_it.append(f"{alias}.{column} = {writer.parameter(name, 'uuid')}")
    inner = writer.selections.of(type_, chosen.selections)
    return writer.object(type_, inner, alias, " AND ".join(is_it), writer.seen("TimeCrunch", alias))

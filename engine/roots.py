"""The fields of ``Query`` that the compiled lane knows, each as the SQL of its value."""

from __future__ import annotations

from collections.abc import Mapping

from db.season_shapes import TEMPLATES
from db.shape_links import Paged
from db.shapes import CATALOGUE, SEASON_IN_FORCE
from engine.arguments import Value, arguments_of, id_binder
from engine.declined import Declined, Reason
from engine.json_text import Json
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
    if name == "seasonPlan":
        return _season(writer, chosen, given["teamId"])
    if name in LISTS:
        return writer.page(chosen, LISTS[name], None)
    raise Declined(Reason.FIELD_WITH_CODE, f"Query.{name}")


def _season(writer: Writer, chosen: Chosen, team_id: Value) -> Json:
    """That of a team which the caller sees. Without one, the reference lane says which of the two it is."""
    link, alias, team = SEASON_IN_FORCE, writer.new_name("t"), writer.new_name("t")
    writer.shape(link.type)
    type_, name = object_named(writer, link.type), writer.new_name("id")
    writer.binders.append(id_binder(name, Kind.TEAM, team_id))
    id = writer.parameter(name, "uuid")
    is_seen = f"(SELECT {writer.seen('Team', team)} FROM teams {team} WHERE {team}.id = {id})"
    inner = writer.selections.of(type_, chosen.selections)
    return writer.object(type_, inner, alias, writer.only(link, alias, id), is_seen)

"""What frontends read: the documents of GraphiQL's page, of the docs, routes and clients, and five screens.

Those of the product are taken from where they stand, so that what is measured is what is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from app import route_operations, training_operations
from app.graphiql import examples_in
from app.settings import ROOT
from benchmarks.reads_documents import ByHand, Places, Read
from benchmarks.screens import screens
from resolvers.ids import Kind, global_id

TARGET_MINUTES = 30
WORKLOAD_DAYS = 28


def frontend_reads(places: Places) -> tuple[Read, ...]:
    ids = {
        "planId": global_id(Kind.PLAN, places.plan),
        "sessionId": global_id(Kind.SESSION, places.session),
        "teamId": global_id(Kind.TEAM, places.team),
    }
    here: dict[str, str | int] = {**ids, "targetMinutes": TARGET_MINUTES}
    return (
        *screens(places),
        *(_read(document, "GraphiQL's page", here, places.athlete) for document in _examples()),
        _read(_codegen(), "a client's list of plans", {"first": 10}, places.coach),
        _read(_week(places.monday), "docs/seasons.md: a team's week", ids, places.coach),
        replace(
            _read(training_operations.CURRENT_PHASE, "a route's", ids, places.coach),
            by_hand=ByHand(str(places.team), CURRENT_PHASE_SQL),
        ),
        _read(training_operations.SEASON_PLAN, "a route's", ids, places.coach),
        _read(training_operations.SYNC_STATUS, "a route's", ids, places.coach),
        _read(
            training_operations.WORKLOAD_ANALYTICS,
            "a route's: the workload dashboard",
            {
                **ids,
                "startDate": str(places.monday - timedelta(days=WORKLOAD_DAYS)),
                "endDate": str(places.monday - timedelta(days=1)),
            },
            places.coach,
        ),
        _read(route_operations.STATUS, "a route's", ids, places.athlete),
    )


def _read(document: str, about: str, values: Mapping[str, str | int], caller: UUID) -> Read:
    """With those of the values that the document names."""
    found = re.search(r"query (\w+)", document)
    assert found, document
    variables = {name: value for name, value in values.items() if f"${name}:" in document}
    return Read(found[1], about, document, variables, caller)


CURRENT_PHASE_SQL = """SELECT json_build_object('data', json_build_object('currentPhase', (
  SELECT json_build_object('id', f.id, 'name', f.name, 'type', f.type, 'startsOn', f.starts_on,
    'endsOn', f.ends_on, 'intensity', f.intensity, 'loadMultiplier', coalesce(f.load_multiplier,
      CASE f.intensity WHEN 'recovery' THEN 0.6 WHEN 'low' THEN 0.8 WHEN 'medium' THEN 1.0
        WHEN 'high' THEN 1.2 ELSE 1.4 END),
    'trainingFrequency', f.training_frequency, 'gameFrequency', f.game_frequency,
    'gameDays', f.game_weekdays, 'recoveryRatio', f.recovery_ratio, 'focusAreas', f.focus_areas,
    'objectives', f.objectives, 'freshness', null)
  FROM season_phases f JOIN season_plans s ON s.id = f.season_plan_id
  WHERE s.team_id = t.id AND s.status = 'active'
    AND (now() AT TIME ZONE t.time_zone)::date BETWEEN f.starts_on AND f.ends_on
  ))) FROM teams t WHERE t.id = $1"""


def _examples() -> list[str]:
    return [each.query for each in examples_in() if "\nmutation" not in each.query]


def _codegen() -> str:
    text = (ROOT / "tests" / "npm" / "codegen_documents.graphql").read_text("utf-8")
    return text.partition("\nmutation")[0]


def _week(monday: date) -> str:
    """The example of the docs, with the days that there are data for."""
    page = (ROOT / "docs" / "seasons.md").read_text("utf-8")
    example = page.partition("```graphql\n")[2].partition("```")[0]
    first, last = json.dumps(str(monday)), json.dumps(str(monday + timedelta(days=6)))
    return re.sub(r'from: "[^"]+", to: "[^"]+"', f"from: {first}, to: {last}", example)

"""What frontends read: the documents of GraphiQL's page, of the docs, routes and clients, and five screens.

Those of the product are taken from where they stand, so that what is measured is what is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from app import route_operations, training_operations
from app.graphiql import examples_in
from app.settings import ROOT
from benchmarks.reads_documents import Places, Read
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
        _read(training_operations.CURRENT_PHASE, "a route's", ids, places.coach),
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

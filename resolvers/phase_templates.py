"""Phase templates, as they are read. How they are changed is in ``resolvers/template_changes.py``."""

from __future__ import annotations

from typing import Annotated

import strawberry

from db import phase_templates as stored
from domain.phase_templates import PhaseTemplate, TemplateWorkout
from domain.phases import PhaseType
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Info


async def phase_templates(
    info: Info,
    phase_type: Annotated[
        PhaseType | None, strawberry.argument(description="Only those for phases of this type.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[PhaseTemplate]:
    request = page(first, after, last, before)
    organization_id = info.context.caller.organization_id
    async with info.context.services.db.read() as db_session:
        found = await stored.phase_templates_page(db_session, organization_id, request, phase_type=phase_type)
    return connection_of(found)


def is_own_template(parent: strawberry.Parent[PhaseTemplate]) -> bool:
    return parent.organization_id is not None


def days_of_template_workout(parent: strawberry.Parent[TemplateWorkout]) -> list[int]:
    return list(parent.weekdays)


def lowest_reserve_percent(parent: strawberry.Parent[TemplateWorkout]) -> int | None:
    return None if parent.heart_rate_reserve_percent is None else parent.heart_rate_reserve_percent[0]


def highest_reserve_percent(parent: strawberry.Parent[TemplateWorkout]) -> int | None:
    return None if parent.heart_rate_reserve_percent is None else parent.heart_rate_reserve_percent[1]

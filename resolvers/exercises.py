"""The exercise catalogue, as the caller's organization sees it."""

from typing import Annotated

import strawberry

from db import exercises as stored
from domain.exercises import Exercise, MovementPattern, Muscle
from domain.sessions import Prescription
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Info


async def exercises(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(description="Words that are all in a name or another usual name of it."),
    ] = None,
    pattern: Annotated[
        MovementPattern | None, strawberry.argument(description="Only this movement pattern.")
    ] = None,
    muscle: Annotated[
        Muscle | None, strawberry.argument(description="Only what trains this muscle first of all.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[Exercise]:
    request = page(first, after, last, before)
    organization_id = info.context.caller.organization_id
    async with info.context.services.db.read() as db_session:
        found = await stored.exercises_page(
            db_session, organization_id, request, search=search, pattern=pattern, muscle=muscle
        )
    return connection_of(found)


async def exercise_of_prescription(parent: strawberry.Parent[Prescription]) -> Exercise:
    """What a plan prescribes is a part of the plan, and needs no key to the catalogue."""
    return parent.exercise

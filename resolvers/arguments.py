"""Arguments that many fields take, each described once."""

from typing import Annotated, TypeAlias

import strawberry

from db.paging import PageRequest
from resolvers import enums as _enums  # registers them  # noqa: F401

PlanId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="Global id of a plan.")]
SessionId: TypeAlias = Annotated[
    strawberry.ID, strawberry.argument(description="Global id of a session of that plan.")
]
First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description="Page size counted from the start, 1 to 100; 20 unless given."),
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Cursor: the page begins after the item it stands beside.")
]
Last: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description="Page size counted from the end, 1 to 100. Not with first or after."),
]
Before: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Cursor: the page ends before the item it stands beside.")
]


def page(first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """``InvalidInput`` for a page that cannot be."""
    return PageRequest(first=first, after=after, last=last, before=before)

"""A page as GraphQL shows it: edges beside their cursors, and what lies on either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from db.paging import Page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EdgeOf(Generic[T]):
    cursor: str
    node: T


@dataclass(frozen=True, slots=True)
class PageFacts:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class ConnectionOf(Generic[T]):
    edges: Sequence[EdgeOf[T]]
    page_info: PageFacts


def connection_of(page: Page[T]) -> ConnectionOf[T]:
    cursors = page.cursors
    return ConnectionOf(
        edges=tuple(EdgeOf(cursor, item) for cursor, item in zip(cursors, page.items, strict=True)),
        page_info=PageFacts(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
    )

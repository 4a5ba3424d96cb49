"""Pages of lists that grow."""

from typing import Generic, TypeVar

import strawberry

from schema.fields import field

T = TypeVar("T")


@strawberry.type(description="What lies on either side of a page.")
class PageInfo:
    has_next_page: bool = field(description="Whether items follow the page.")
    has_previous_page: bool = field(description="Whether items precede the page.")
    start_cursor: str | None = field(description="Cursor of the first item; null on an empty page.")
    end_cursor: str | None = field(description="Cursor of the last item; null on an empty page.")


@strawberry.type(description="An item of a page, beside its cursor.")
class Edge(Generic[T]):
    cursor: str = field(description="Where the item stands: stable, whatever is added or deleted around it.")
    node: T = field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = field(weight=0, description="The items of the page, in the order of the list.")
    page_info: PageInfo = field(weight=0, description="What lies on either side of the page.")

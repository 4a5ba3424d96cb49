"""What has a global id."""

from collections.abc import Callable
from typing import Any

import strawberry

from resolvers.ids import Kind, global_id
from schema.fields import field

ID_DESCRIPTION = "Global id: stable, opaque, never to be taken apart."


@strawberry.interface(description="An object with a globally unique id.")
class Node:
    id: strawberry.ID = field(description=ID_DESCRIPTION)


def id_field(kind: Kind, key: Callable[[Any], Any] = lambda parent: parent.id) -> Any:
    def id_of(parent: strawberry.Parent[Any]) -> strawberry.ID:
        return global_id(kind, key(parent))

    return field(id_of, description=ID_DESCRIPTION)

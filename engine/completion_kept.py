"""What completion knows of a document's operations: it goes when the document goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, NonNullTypeNode, OperationDefinitionNode, TypeNode
from graphql.execution.collect_fields import CollectedFields, DeferUsage, FieldDetailsList

from engine.completion_source import Complete, Generated

MOST_STEERINGS = 16  # of one operation: ways in which its booleans include and skip
FIELDS_PER_TOKEN = 6  # that a document may have in memory, over all ways; a hundred to two hundred bytes each
ENOUGH_OBJECTS = 12  # to write a function takes about as long as graphql-core takes for so many
_FIELDS_OF_KEPT = 20


@dataclass(slots=True)
class Room:
    fields: int

    def take(self, fields: int) -> bool:
        if fields > self.fields:
            return False
        self.fields -= fields
        return True


@dataclass(slots=True)
class Level:
    """The selection set of one object type at one place: asked for so often, and then generated."""

    type: GraphQLObjectType
    collected: CollectedFields
    asked: int = 0
    is_tried: bool = False
    generated: Generated | None = None

    @property
    def defer_usage(self) -> DeferUsage | None:
        """That of all of its fields, where they have the same."""
        return next((each.defer_usage for some in self._details for each in some), None)

    @property
    def comes_as_one(self) -> bool:
        """Nothing of it is deferred but together with all of it."""
        usage = self.defer_usage
        return not self.collected.new_defer_usages and all(
            each.defer_usage is usage for some in self._details for each in some
        )

    @property
    def _details(self) -> Iterable[FieldDetailsList]:
        return self.collected.grouped_field_set.values()


@dataclass(slots=True)
class Kept:
    """One operation with one steering: what is collected and generated is the same in each execution."""

    room: Room
    root: CollectedFields | None = None
    sub_fields: dict[tuple[GraphQLObjectType, int], tuple[FieldDetailsList, Level]] = field(
        default_factory=dict
    )
    levels: dict[int, Level] = field(default_factory=dict)
    functions: dict[object, Complete] = field(default_factory=dict)

    def collected_root(self, collected: CollectedFields) -> CollectedFields:
        """The same as the first time, so that what is below can be told by identity."""
        if self.root is None:
            self.root = collected
        return self.root

    def level(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Level | None:
        found = self.sub_fields.get((type_, id(details)))
        return None if found is None else found[1]

    def keep(self, type_: GraphQLObjectType, details: FieldDetailsList, collected: CollectedFields) -> None:
        """Keeps ``details``, too: nothing else gets their identity while they are there."""
        if self.room.take(len(collected.grouped_field_set) + 1):
            level = Level(type_, collected)
            self.sub_fields[type_, id(details)] = (details, level)
            self.levels[id(collected.grouped_field_set)] = level


class Completions:
    """``weight`` of the document, in tokens, bounds what is kept of it."""

    def __init__(self, weight: int) -> None:
        self._room = Room(weight * FIELDS_PER_TOKEN)
        self._steering: dict[int, tuple[str, ...]] = {}
        self._kept: dict[tuple[object, ...], Kept] = {}

    def of(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Kept | None:
        """For an operation of the document, whose nodes live as long as this. None: there is no more room."""
        names = self._steering.get(id(operation))
        if names is None:
            names = self._steering[id(operation)] = _booleans_of(operation)
        key = (id(operation), *(variables.get(each) for each in names))
        kept = self._kept.get(key)
        if kept is None:
            ways = sum(each[0] == id(operation) for each in self._kept)
            if ways >= MOST_STEERINGS or not self._room.take(_FIELDS_OF_KEPT):
                return None
            kept = self._kept[key] = Kept(self._room)
        return kept


def _booleans_of(operation: OperationDefinitionNode) -> tuple[str, ...]:
    """The variables that decide what is collected: nothing else can stand in @skip, @include and @defer."""
    definitions = operation.variable_definitions or ()
    return tuple(each.variable.name.value for each in definitions if _name_of(each.type) == "Boolean")


def _name_of(type_: TypeNode) -> str | None:
    named = type_.type if isinstance(type_, NonNullTypeNode) else type_
    name = getattr(named, "name", None)
    return None if name is None else str(name.value)

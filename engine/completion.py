"""Generated completion: plain fields of the reference lane are answered without graphql-core's steps."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Iterable, Sequence
from typing import Any

from graphql import GraphQLError, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.collect_fields import CollectedFields, DeferUsage, FieldDetailsList, GroupedFieldSet
from graphql.execution.incremental.incremental_executor import DeliveryGroupMap
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from engine.completion_kept import ENOUGH_OBJECTS, Completions, Kept, Level
from engine.completion_source import Complete, Generated, generate


class CompletingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, in which a selection of plain fields is one call of a function made for it.

    The function answers what is certain. Whatever else it meets (a wrong type, a null where none may be, an
    error, something awaitable) leaves the whole object to graphql-core, which reads it once more: fields
    without code, and those whose code is a function of their object, say the same twice.
    """

    def __init__(self, *args: Any, completions: Completions | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: Kept | None = None
        if completions is not None and self.middleware_manager is None and self.abort_signal is None:
            self._kept = completions.of(self.operation, self.variable_values.coerced)

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        new_defer_usages: Sequence[DeferUsage],
    ) -> AwaitableOrValue[dict[str, Any]]:
        if self._kept is not None:
            collected = CollectedFields(grouped_field_set, list(new_defer_usages), [])
            grouped_field_set, new_defer_usages, _ = self._kept.collected_root(collected)
        return super().execute_collected_root_fields(
            root_type, root_value, grouped_field_set, serially, new_defer_usages
        )

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields:
        """Once for all executions, not once for each."""
        if self._kept is None:
            return super().collect_subfields(return_type, field_details_list)
        level = self._kept.level(return_type, field_details_list)
        if level is not None:
            return level.collected
        collected = super().collect_subfields(return_type, field_details_list)
        self._kept.keep(return_type, field_details_list, collected)
        return collected

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: DeliveryGroupMap | None,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """One object: its plain fields at once, the others one by one into the places left for them."""
        level = None if self._kept is None else self._kept.levels.get(id(grouped_field_set))
        found = None
        if level is not None and position_context is None:
            level.asked += 1
            found = self._generated(level)
        if found is None:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        try:
            completed = found.complete(source_value)
        except Exception:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        if not found.rest:
            return completed
        rest = super().execute_fields(parent_type, source_value, path, found.rest, position_context)
        if not isinstance(rest, dict):
            return _joined(completed, rest)
        completed.update(rest)
        return completed

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: AsyncIterable[Any] | Iterable[Any],
        position_context: DeliveryGroupMap | None,
    ) -> AwaitableOrValue[list[Any]]:
        """A list of plain objects: without a path and an info for each of them."""
        if type(result) is list or type(result) is tuple:
            item_type = return_type.of_type
            may_be_null = not isinstance(item_type, GraphQLNonNull)
            object_type = item_type if may_be_null else item_type.of_type
            complete = self._for_items(object_type, field_details_list, len(result), position_context)
            if complete is not None:
                try:
                    if may_be_null:
                        return [None if each is None else complete(each) for each in result]
                    return [complete(each) for each in result]
                except Exception:  # noqa: S110 - graphql-core finds it again, and says it
                    pass
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _for_items(
        self,
        type_: object,
        details: FieldDetailsList,
        items: int,
        position_context: DeliveryGroupMap | None,
    ) -> Complete | None:
        if self._kept is None or not isinstance(type_, GraphQLObjectType):
            return None
        level = self._level(type_, details)
        if level is None or (position_context is not None and not self._is_due(level)):
            return None
        found = self._generated(level, coming=items)
        return None if found is None or found.rest or level.collected.new_defer_usages else found.complete

    def _is_due(self, level: Level) -> bool:
        """Whether all of it belongs to what is answered now, where parts of the operation come later."""
        now, usage = self.defer_usage_set or (), level.defer_usage
        return level.comes_as_one and (len(now) == 1 and usage in now if usage else not now)

    def _level(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Level | None:
        """None where a directive's variable is null, too: that is an error of each object's own."""
        if self._kept is None:
            return None
        try:
            self.collect_subfields(type_, details)
        except GraphQLError:
            return None
        return self._kept.level(type_, details)

    def _generated(self, level: Level, *, coming: int = 0) -> Generated | None:
        """Written once there are enough objects for it to pay."""
        if not level.is_tried:
            if level.asked + coming < ENOUGH_OBJECTS:
                return None
            level.is_tried = True
            self._generate(level)
        return level.generated

    def _generate(self, level: Level) -> None:
        assert self._kept is not None  # noqa: S101 - levels are what is kept

        def below(type_: GraphQLObjectType, details: FieldDetailsList) -> Complete | None:
            found = self._level(type_, details)
            if found is None or not found.comes_as_one:
                return None
            if not found.is_tried:
                found.is_tried = True
                self._generate(found)
            return None if found.generated is None or found.generated.rest else found.generated.complete

        grouped = level.collected.grouped_field_set
        level.generated = generate(level.type, grouped, below, self._kept.functions)


async def _joined(completed: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    completed.update(await rest)
    return completed

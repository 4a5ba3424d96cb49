"""Compiled parts: roots that one statement answers, beside roots that have to be resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLObjectType, OperationType
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.execution.incremental.incremental_executor import DeliveryGroupMap
from graphql.pyutils import AwaitableOrValue, Path, UndefinedType

from engine.completion import CompletingExecutor
from engine.declined import Declined, Reason
from engine.lane import Compiled, Lane, Statement
from resolvers.context import Context

# What one field may have that others beside it have not.
OF_A_FIELD = frozenset(
    {
        Reason.FIELD_WITH_CODE,
        Reason.ARGUMENT,
        Reason.ABSTRACT_TYPE,
        Reason.MAY_BE_NULL,
        Reason.VALUE,
    }
)


@dataclass(frozen=True, slots=True)
class Roots:
    """Those of one operation, which the compiled lane declined as a whole, for one caller."""

    lane: Lane
    compiled: Compiled
    context: Context

    def statement(self, key: str, variables: Mapping[str, Any]) -> Statement | None:
        """``variables`` are coerced. None: the root is the resolvers'."""
        try:
            return self.lane.statement_of_root(self.compiled, key, variables, self.context)
        except Declined:
            return None


class EmbeddingExecutor(CompletingExecutor):
    """Its ``data`` may hold JSON as a database made it: for answers that nobody looks into."""

    def __init__(self, *args: Any, roots: Roots, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._roots = roots
        self._has_several = False

    def execute_root_grouped_field_set(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        position_context: DeliveryGroupMap | None,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """A lone root is what the lane has declined."""
        is_query = self.operation.operation is OperationType.QUERY
        self._has_several = is_query and len(grouped_field_set) > 1
        return super().execute_root_grouped_field_set(
            root_type, root_value, grouped_field_set, serially, position_context
        )

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: DeliveryGroupMap | None,
    ) -> AwaitableOrValue[Any] | UndefinedType:
        if self._has_several and path.prev is None:
            statement = self._roots.statement(str(path.key), self.variable_values.coerced)
            if statement is not None:
                return self._embedded(
                    statement, parent_type, source, field_details_list, path, position_context
                )
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    async def _embedded(self, statement: Statement, *field: Any) -> Any:
        """What is not found is resolved after all: the resolvers know the words for it."""
        try:
            return orjson.Fragment(await self._roots.lane.answer(statement))
        except Declined:
            found = super().execute_field(*field)
            return await found if self.is_awaitable(found) else found

"""Which numbers of workload an operation reads: they are worked out before it does, off the event loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import EnumValueNode, FieldNode, ListValueNode, SelectionSetNode, ValueNode
from strawberry.utils.str_converters import to_camel_case

from domain.workload import risk, summary, trends
from domain.workload.model import Metric
from resolvers.context import Info

OF_RISK = frozenset(risk.METRICS)
BY_FIELD: Mapping[str, frozenset[Metric]] = {
    **{to_camel_case(each.value): frozenset({each}) for each in Metric},
    "totalLoad": frozenset({Metric.TOTAL_LOAD, Metric.WEEK_LOAD}),  # of a day, and of a week
    "trainingLoad": frozenset({Metric.TRAINING_LOAD, Metric.WEEK_TRAINING_LOAD}),
    "gameLoad": frozenset({Metric.GAME_LOAD, Metric.WEEK_GAME_LOAD}),
    "change": frozenset({Metric.WEEK_CHANGE}),
    "meanReadiness": frozenset({Metric.READINESS}),
    "meanRecovery": frozenset({Metric.RECOVERY}),
    "risk": OF_RISK,
    "highestRisk": OF_RISK,
    "summary": summary.METRICS,
    "trends": frozenset(trends.TRENDED),
}
BY_NAME = {each.value: each for each in Metric}


def wanted_metrics(info: Info) -> frozenset[Metric]:
    """Rather one too many than one too few: what is missing here is worked out all the same, but later.

    By the names alone that the operation and its document's fragments have, wherever they stand.
    """
    found = set(_in_fields(info.operation.selection_set))
    for fragment in info._raw_info.fragments.values():  # of Strawberry's own there are only converted copies
        found.update(_in_fields(fragment.selection_set))
    for value in info.variable_values.values():
        several = value if isinstance(value, list) else [value]
        found.update(each for each in several if isinstance(each, Metric))
    return frozenset(found)


def _in_fields(selections: SelectionSetNode) -> Iterator[Metric]:
    for each in selections.selections:
        if isinstance(each, FieldNode):
            yield from BY_FIELD.get(each.name.value, ())
            for argument in each.arguments or ():
                yield from _in_value(argument.value)
        inner = getattr(each, "selection_set", None)  # a fragment's name has none
        if inner is not None:
            yield from _in_fields(inner)


def _in_value(value: ValueNode) -> Iterator[Metric]:
    if isinstance(value, ListValueNode):
        for each in value.values:
            yield from _in_value(each)
    elif isinstance(value, EnumValueNode) and value.value in BY_NAME:
        yield BY_NAME[value.value]

"""How ready an athlete is, from the morning's wellness and the load of late, against his or her own usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from domain.workload.columns import Column, percent_of_normal, z_column
from domain.workload.model import (
    Contributor,
    ContributorKind,
    Metric,
    Readiness,
    WellnessDay,
    WellnessItem,
)
from domain.workload.windows import Flags, Numbers

# [prior] The five items share this equally; the rest is the load's.
WELLNESS_WEIGHT, ACUTE_LOAD_WEIGHT = 0.6, 0.4
WEIGHTS: Mapping[ContributorKind, float] = {
    **{ContributorKind(item.value): WELLNESS_WEIGHT / len(WellnessItem) for item in WellnessItem},
    ContributorKind.ACUTE_LOAD: ACUTE_LOAD_WEIGHT,
}
LEAST_WEIGHT_KNOWN = 0.5

Contributions = Mapping[ContributorKind, Column]


def contributions(
    wellness: Sequence[WellnessDay | None], acute_load: Column, loads_known: Flags
) -> Contributions:
    """The z of each part on each day, positive is better. Days are consecutive, None where nobody scored."""
    scores = np.array(
        [
            [np.nan if day is None else day.scores.get(item, np.nan) for day in wellness]
            for item in WellnessItem
        ]
    )
    signs = np.array([[1.0 if item.more_is_better else -1.0] for item in WellnessItem])
    scored = ~np.isnan(scores)
    items = z_column(scored, signs * scores, ~scored)
    found = {ContributorKind(item.value): items.of(at) for at, item in enumerate(WellnessItem)}
    found[ContributorKind.ACUTE_LOAD] = z_column(loads_known, -acute_load.values, acute_load.provisional)
    return found


def readiness_columns(parts: Contributions) -> Mapping[Metric, Column]:
    """Readiness over what is known of the parts, and the mean z of wellness alone."""
    weights, z, provisional = _stacked(parts, list(ContributorKind))
    known = ~np.isnan(z)
    weight_known = (weights * known).sum(axis=0)
    score = percent_of_normal(_weighted(weights, z, weight_known))
    unsure = (provisional & known).any(axis=0) | (weight_known < LEAST_WEIGHT_KNOWN)

    items = [ContributorKind(item.value) for item in WellnessItem]
    weights, z, provisional = _stacked(parts, items)
    known = ~np.isnan(z)
    item_weight = (weights * known).sum(axis=0)
    return {
        Metric.READINESS: Column(score, weight_known, unsure),
        Metric.WELLNESS_Z: Column(
            _weighted(weights, z, item_weight),
            item_weight / WELLNESS_WEIGHT,
            (provisional & known).any(axis=0) | (item_weight < LEAST_WEIGHT_KNOWN * WELLNESS_WEIGHT),
        ),
    }


def readiness_on(row: int, score: Column, parts: Contributions) -> Readiness:
    found = [
        Contributor(kind, None if np.isnan(z := column.values[row]) else float(z), WEIGHTS[kind])
        for kind, column in parts.items()
    ]
    order = list(ContributorKind)
    found.sort(key=lambda each: (each.z is None, (each.z or 0.0) * each.weight, order.index(each.kind)))
    return Readiness(score.value(Metric.READINESS, row), tuple(found))


def _stacked(parts: Contributions, kinds: Sequence[ContributorKind]) -> tuple[Numbers, Numbers, Flags]:
    """A row for each kind: its weight, its z, and whether that is provisional."""
    weights = np.array([[WEIGHTS[kind]] for kind in kinds])
    return (
        weights,
        np.stack([parts[kind].values for kind in kinds]),
        np.stack([parts[kind].provisional for kind in kinds]),
    )


def _weighted(weights: Numbers, z: Numbers, weight_known: Numbers) -> Numbers:
    total = np.nansum(weights * z, axis=0)
    found: Numbers = np.divide(
        total, weight_known, out=np.full(len(weight_known), np.nan), where=weight_known > 0
    )
    return found

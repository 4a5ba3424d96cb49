"""All numbers of one player over the days that are shown. What nobody reads is not worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.workload.columns import MONTH, Column, LoadColumns, Loads
from domain.workload.history import LoadHistory
from domain.workload.model import Metric, WellnessDay
from domain.workload.readiness import Contributions, contributions, readiness_columns
from domain.workload.risk import flag_counts
from domain.workload.thresholds import WorkloadThresholds

OF_READINESS = frozenset({Metric.READINESS, Metric.WELLNESS_Z})


class Table:
    """Consecutive days from ``first_day``; every column has a number for each of them.

    A column is worked out when it is first read, and kept; two threads that read it at once work it out
    twice, and alike.
    """

    def __init__(
        self,
        history: LoadHistory,
        wellness: Mapping[date, WellnessDay],
        first_day: date,
        thresholds: WorkloadThresholds,
    ) -> None:
        """``history`` is all that is known of loads, up to the last day that is shown."""
        last_day = history.first + timedelta(days=len(history) - 1)
        self.first_day, self.thresholds = first_day, thresholds
        self.loads = history.between(first_day, last_day)
        # A day's z is against the 28 days before it, so that these are worked out, too.
        rows = min(len(history), len(self.loads) + MONTH)
        self._wellness = [wellness.get(last_day - timedelta(days=back)) for back in reversed(range(rows))]
        self._of_loads = LoadColumns(
            Loads.of(history.training_au, history.game_au, rows), thresholds.acute_load_percentile
        )
        self._shown: dict[Metric, Column] = {}

    def row_of(self, day: date) -> int:
        return (day - self.first_day).days

    def column(self, metric: Metric) -> Column:
        found = self._shown.get(metric)
        if found is None:
            found = self._shown[metric] = self._worked_out(metric)
        return found

    @property
    def wellness(self) -> Sequence[WellnessDay | None]:
        return self._wellness[-len(self.loads) :]

    @cached_property
    def readiness_parts(self) -> Contributions:
        acute = self._of_loads[Metric.ACUTE_LOAD]
        parts = contributions(self._wellness, acute, self._of_loads.known)
        return {kind: part.last(len(self.loads)) for kind, part in parts.items()}

    @cached_property
    def flag_counts(self) -> NDArray[np.int64]:
        """How many signs of risk each day has; see ``risk``."""
        return flag_counts(self.column, self.thresholds)

    def _worked_out(self, metric: Metric) -> Column:
        if metric in OF_READINESS:
            return self._readiness[metric]
        return self._of_loads[metric].last(len(self.loads))

    @cached_property
    def _readiness(self) -> Mapping[Metric, Column]:
        return readiness_columns(self.readiness_parts)

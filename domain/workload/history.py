"""One player's loads day by day, as columns: an object for each day is too much for a team's year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import nan
from typing import overload

import numpy as np

from domain.workload.model import LARGEST_DAY_LOAD_AU, DayLoad, DayState
from domain.workload.windows import Flags, Numbers

_NO_DAY = date.max


@dataclass(frozen=True, slots=True, eq=False)
class LoadHistory(Sequence[DayLoad]):
    """Consecutive days from ``first``. Whoever reads one is given a ``DayLoad``, made for them.

    In AU, NaN where unreported; what is known and not ``reported`` is rest. Raises ValueError for a load
    below zero or beyond what a day can hold.
    """

    first: date
    training_au: Numbers
    game_au: Numbers
    reported: Flags

    def __post_init__(self) -> None:
        for loads in (self.training_au, self.game_au):
            if ((loads < 0) | (loads > LARGEST_DAY_LOAD_AU)).any():
                raise ValueError(f"a load from {self.first} is not from 0 to {LARGEST_DAY_LOAD_AU:g} AU")

    @classmethod
    def of(cls, days: Iterable[DayLoad]) -> LoadHistory:
        """In any order, and with holes, which are unreported. ValueError for a day that comes twice."""
        if isinstance(days, LoadHistory):
            return days
        by_day: dict[date, DayLoad] = {}
        for each in days:
            if each.day in by_day:
                raise ValueError(f"{each.day} comes twice; a day's sessions are summed first")
            by_day[each.day] = each
        reported = [each for each in by_day.values() if each.state is DayState.REPORTED]
        return cls.laid_out(
            min(by_day, default=_NO_DAY),
            max(by_day, default=_NO_DAY - timedelta(days=1)),
            [(each.day, each.training_load_au, each.game_load_au) for each in reported],
            [each.day for each in by_day.values() if each.state is DayState.REST],
        )

    @classmethod
    def laid_out(
        cls,
        first: date,
        last: date,
        reported: Iterable[tuple[date, float, float]],
        rest_days: Iterable[date],
    ) -> LoadHistory:
        """Every day from ``first`` to ``last``; those that are named nowhere are unreported.

        ``reported`` is of days in between, each with its load of training and of games.
        """
        start, count = first.toordinal(), (last - first).days + 1
        training, game, is_reported = [nan] * count, [nan] * count, [False] * count
        for day in rest_days:
            at = day.toordinal() - start
            if 0 <= at < count:
                training[at] = game[at] = 0.0
        for day, training_au, game_au in reported:
            at = day.toordinal() - start
            training[at], game[at], is_reported[at] = training_au, game_au, True
        return cls(first, np.array(training), np.array(game), np.array(is_reported, dtype=np.bool_))

    def between(self, first: date, last: date) -> LoadHistory:
        """Every day from ``first`` to ``last``, those unreported that are not in it."""
        count = (last - first).days + 1
        training, game = np.full(count, np.nan), np.full(count, np.nan)
        reported = np.zeros(count, dtype=np.bool_)
        ahead = (self.first - first).days
        begin, end = max(0, ahead), min(count, ahead + len(self))
        if begin < end:
            mine = slice(begin - ahead, end - ahead)
            training[begin:end], game[begin:end] = self.training_au[mine], self.game_au[mine]
            reported[begin:end] = self.reported[mine]
        return LoadHistory(first, training, game, reported)

    def followed_by(self, others: LoadHistory) -> LoadHistory:
        """With the days of ``others`` instead of its own from then on."""
        if not len(others):
            return self
        if not len(self) or self.first >= others.first:
            return others
        past = self.between(self.first, others.first - timedelta(days=1))
        return LoadHistory(
            past.first,
            np.concatenate([past.training_au, others.training_au]),
            np.concatenate([past.game_au, others.game_au]),
            np.concatenate([past.reported, others.reported]),
        )

    def __len__(self) -> int:
        return len(self.reported)

    @overload
    def __getitem__(self, at: int) -> DayLoad: ...
    @overload
    def __getitem__(self, at: slice) -> list[DayLoad]: ...
    def __getitem__(self, at: int | slice) -> DayLoad | list[DayLoad]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        training, game = float(self.training_au[at]), float(self.game_au[at])
        day = self.first + timedelta(days=at if at >= 0 else at + len(self))
        if self.reported[at]:
            return DayLoad(day, DayState.REPORTED, training, game)
        return DayLoad(day, DayState.UNREPORTED if training != training else DayState.REST)

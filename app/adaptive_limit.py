"""How many requests can be served at a time, learned from how long they take."""

from __future__ import annotations

from collections.abc import Callable

WINDOW_SECONDS = 0.1
FEWEST_ANSWERS = 8
"""Of a window that says something."""
GROWTH, MOST_SHRINKAGE = 1.05, 0.5
WELL_BELOW = 0.8
"""The share of the target under which there is room for more."""


Leave = Callable[[float | None], None]


class AdaptiveLimit:
    """Between ``least`` and ``most``: fewer while answers take longer than ``target_seconds`` on average,
    more while all places are taken and they do not.

    In a server that is full, answers take as much longer as there are more of them at a time (Little's law),
    so the share by which they are late is the share by which there are too many. What is slow while places
    are free is slow by itself, and serving fewer would not help it.
    """

    def __init__(self, *, least: int, most: int, target_seconds: float) -> None:
        self._least = min(least, most)
        self._most = most
        self._target_seconds = target_seconds
        self._limit = float(min(2 * self._least, most))  # what it can do is learned; a surge teaches harshly
        self._inside = 0
        self._window_began = 0.0
        self._answers = 0
        self._seconds = 0.0
        self._most_inside = 0

    @property
    def limit(self) -> int:
        return int(self._limit)

    @property
    def inside(self) -> int:
        return self._inside

    @property
    def has_room(self) -> bool:
        return self._inside < int(self._limit)

    def has_room_beyond(self, reserve: int) -> bool:
        return self._inside < int(self._limit) + reserve

    def enter(self, began: float) -> Leave:
        """To be called when it is over, with the time; with None for what says nothing. Once is enough."""
        self._inside += 1
        self._most_inside = max(self._most_inside, self._inside)
        is_inside = True

        def leave(ended: float | None) -> None:
            nonlocal is_inside
            if not is_inside:
                return
            is_inside = False
            self._inside -= 1
            if ended is not None:
                self._learn(ended - began, ended)

        return leave

    def _learn(self, seconds: float, now: float) -> None:
        self._answers += 1
        self._seconds += seconds
        if now - self._window_began < WINDOW_SECONDS or self._answers < FEWEST_ANSWERS:
            return
        was_full = self._most_inside >= int(self._limit)
        mean = self._seconds / self._answers
        if mean > self._target_seconds and self._most_inside * 2 > self._limit:
            share = max(MOST_SHRINKAGE, self._target_seconds / mean)
            self._limit = max(self._least, self._limit * share)
        elif was_full and mean < self._target_seconds * WELL_BELOW:
            self._limit = min(self._most, self._limit * GROWTH + 1)
        self._window_began, self._answers, self._seconds, self._most_inside = now, 0, 0.0, self._inside

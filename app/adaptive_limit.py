"""How many requests can be served at a time, learned from how long they take."""

from __future__ import annotations

from collections.abc import Callable

WINDOW_SECONDS = 0.1
FEWEST_ANSWERS = 8
"""Of a window that says something."""
SLOW_SHARE = 0.1
GROWTH, SHRINKAGE = 1.1, 0.85


class AdaptiveLimit:
    """Between ``least`` and ``most``: fewer while answers take longer than ``target_seconds``, more while all
    places are taken and they do not (additive increase would be too slow after a surge).

    What is slow while places are free is slow by itself, and serving fewer would not help it.
    """

    def __init__(self, *, least: int, most: int, target_seconds: float) -> None:
        self._least = min(least, most)
        self._most = most
        self._target_seconds = target_seconds
        self._limit = float(most)
        self._inside = 0
        self._window_began = 0.0
        self._answers = 0
        self._slow = 0
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

    def enter(self, began: float) -> Callable[[float | None], None]:
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
        self._slow += seconds > self._target_seconds
        if now - self._window_began < WINDOW_SECONDS or self._answers < FEWEST_ANSWERS:
            return
        was_full = self._most_inside >= int(self._limit)
        if self._slow > self._answers * SLOW_SHARE and self._most_inside * 2 > self._limit:
            self._limit = max(self._least, self._limit * SHRINKAGE)
        elif was_full and not self._slow:
            self._limit = min(self._most, self._limit * GROWTH + 1)
        self._window_began, self._answers, self._slow, self._most_inside = now, 0, 0, self._inside

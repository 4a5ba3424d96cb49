"""What was worked out of an object, kept for as long as that object is asked about again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

MOST_KEPT = 5_000

K = TypeVar("K")
V = TypeVar("V")


class ByIdentity(Generic[K, V]):
    """For frozen objects that are handed on and never copied, and take longer to hash than to look up here.

    The object is held, so no other can have its identity meanwhile.
    """

    def __init__(self, make: Callable[[K], V], most_kept: int = MOST_KEPT) -> None:
        self._make = make
        self._most_kept = most_kept
        self._kept: dict[int, tuple[K, V]] = {}

    def of(self, key: K) -> V:
        found = self._kept.get(id(key))
        if found is None:
            found = self._kept[id(key)] = key, self._make(key)
            if len(self._kept) > self._most_kept:
                del self._kept[next(iter(self._kept))]  # the oldest
        return found[1]

    def __len__(self) -> int:
        return len(self._kept)

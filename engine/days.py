"""Which day it is in the time zones that statements ask about: ``db/today.py``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from db.today import DAYS, ZONES, unknown_zone_in
from domain.days import today_in, zone_of
from domain.errors import InvalidInput

MOST_ZONES = 128


class Days:
    """Knows of a time zone from the first statement that failed for not knowing it: not many are in use, and
    each is worked out anew for every request that asks for a day."""

    def __init__(self) -> None:
        self._zones: dict[str, None] = {}

    def terms(self, now: datetime) -> Mapping[str, Any]:
        """What a statement asks for. ``now`` knows its own zone."""
        zones = list(self._zones)
        return {ZONES: zones, DAYS: [today_in(each, now) for each in zones]}

    def learn(self, failure: str) -> bool:
        """Whether a statement failed for want of a time zone, of which the next one will know the day."""
        zone = unknown_zone_in(failure)
        if zone is None:
            return False
        try:
            zone_of(zone)
        except InvalidInput:  # a name that Python does not know: the resolvers' business for good
            return False
        self._zones[zone] = None
        if len(self._zones) > MOST_ZONES:
            del self._zones[next(iter(self._zones))]  # the oldest
        return True

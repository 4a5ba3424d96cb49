"""The day that it is somewhere, in statements that are written once and run at any time.

Which day it is there, Python says (``domain/days.py``), and not the database: the two have their own copies
of the time zones' rules, and do not even know the same names. So a statement is handed the day of each time
zone that was met before, and looks it up. One that was not makes the statement fail, and its failure names
it: ``engine/days.py``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Date, Text, bindparam, cast, func, literal

ZONES, DAYS = "today_zones", "today_days"
"""The parameters that such a statement leaves open: names of time zones, and the day in each."""
_UNKNOWN = "no day is known of "


def today_in(time_zone: ColumnElement[str]) -> ColumnElement[date]:
    zones = bindparam(ZONES, type_=ARRAY(Text), required=False)
    days: ColumnElement[Any] = bindparam(DAYS, type_=ARRAY(Date), required=False)
    known = days[func.array_position(zones, time_zone)]
    return func.coalesce(known, cast(literal(_UNKNOWN).concat(time_zone), Date), type_=Date)


def unknown_zone_in(failure: str) -> str | None:
    """The time zone that a statement has failed for, from the words of its failure."""
    found = re.search(rf"{_UNKNOWN}([^\"]+)", failure)
    return None if found is None else found[1]

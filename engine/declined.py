"""Why the compiled lane leaves an operation to the reference lane. Never shown to a caller; counted."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Few and fixed, because they are a metric's label."""

    NOT_A_QUERY = "not_a_query"
    FIELD_WITH_CODE = "field_with_code"
    ARGUMENT = "argument"
    ABSTRACT_TYPE = "abstract_type"
    MAY_BE_NULL = "may_be_null"
    VALUE = "value"
    TOO_MANY_PLANS = "too_many_plans"
    NOT_PERMITTED = "not_permitted"
    NOTHING_FOUND = "nothing_found"
    NEW_TIME_ZONE = "new_time_zone"
    DATABASE = "database"


class Declined(Exception):
    """``detail`` is for whoever wonders why; it names fields of the schema, never a caller's values."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail

"""What a statement that is run for many callers asks of each of them, beside what they see.

Values of a caller are in ``db.visibility.parameters_of``; flags are looked up anew for each request.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, any_, bindparam, literal

from domain.access import Scope
from integrations.flags import Flag


def may_use(scope: Scope) -> ColumnElement[bool]:
    """As ``domain.access.may_use``."""
    return literal(scope.value) == any_(bindparam("viewer_scopes", type_=ARRAY(Text), required=False))


def has_flag(flag: Flag) -> ColumnElement[bool]:
    return bindparam(flag_parameter(flag), type_=Boolean, required=False)


def flag_parameter(flag: Flag) -> str:
    return f"viewer_flag_{flag.name.lower()}"

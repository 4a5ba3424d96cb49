"""For statements that are written once and run with values of their own each time.

To put a statement together costs a mutation more than to run it: SQLAlchemy checks and copies every part, and
then makes the key by which it knows the SQL. A statement that is a constant has both behind it; and one array
for any number of values is one SQL, where ``in_`` makes one for each number of them.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam
from sqlalchemy.orm import InstrumentedAttribute

T = TypeVar("T")


def one_of(column: InstrumentedAttribute[T], name: str) -> ColumnElement[bool]:
    """The column has one of the values of the list that is given as ``name``."""
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def given(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """The column has the value that is given as ``name``."""
    return column == bindparam(name, type_=column.type)

"""When two callers may be given the very same answer.

A field without a resolver, or with one that is not given ``info``, cannot know who asks. A resolver that is
given it can, unless it says that callers with the same organization, role, teams, scopes and flags get the
same from it. Whoever writes ``@same_for_equals`` answers for that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from resolvers import sessions

F = TypeVar("F", bound=Callable[..., Any])

_SAME: set[Callable[..., Any]] = {
    sessions.prescriptions_of_session,  # by the session's id alone
    sessions.session_of_record,
}


def same_for_equals(resolver: F) -> F:
    """The resolver loads by ids of its parent, and looks at nothing in which equals may differ."""
    _SAME.add(resolver)
    return resolver


def is_same_for_equals(resolver: object) -> bool:
    return resolver in _SAME

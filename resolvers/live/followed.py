"""Every event that somebody can follow: the others do not come as far as subscriptions."""

from resolvers.live import session_events

FOLLOWED: frozenset[str] = frozenset(each.type for each in session_events.TYPES)

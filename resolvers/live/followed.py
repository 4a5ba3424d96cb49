"""Every event that somebody can follow: the others do not come as far as subscriptions."""

from domain.events import Event, PhaseEntered
from resolvers.live import season_events, session_events, workload_events

FOLLOWED_EVENTS: tuple[type[Event], ...] = (
    *session_events.TYPES,
    *season_events.ADJUSTED,
    PhaseEntered,
    *workload_events.TYPES,
)
FOLLOWED: frozenset[str] = frozenset(each.type for each in FOLLOWED_EVENTS)

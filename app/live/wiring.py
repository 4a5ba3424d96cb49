"""How the parts of following are put together."""

from __future__ import annotations

from strawberry import Schema

from app.admission import Admission
from app.live.hub import Hub
from app.live.places import LiveLimits
from app.live.service import Live
from app.operations import Operations
from app.settings import Settings
from events.log import Log
from integrations.tokens import Tokens
from resolvers.live.followed import FOLLOWED
from resolvers.services import Services


def live_of(
    settings: Settings,
    services: Services,
    tokens: Tokens,
    operations: Operations,
    admission: Admission,
    schema: Schema,
    log: Log,
) -> Live:
    """Nothing runs yet: the log is read from the moment that somebody follows something."""
    hub = Hub(services, operations, log, services.metrics.live, FOLLOWED)
    limits = LiveLimits(
        connections=settings.live_connections,
        connections_per_caller=settings.live_connections_per_caller,
        operations=settings.live_operations,
    )
    return Live(
        services, tokens, operations, admission, schema._schema, hub, limits, frozenset(settings.cors_origins)
    )

"""The list of what can be followed, and by whom: every way in, and every key."""

import strawberry

from domain.access import Scope
from integrations.flags import Flag
from resolvers.live import session_events
from resolvers.permissions import Behind, Has
from schema.fields import subscription
from schema.types.live import SessionCompressedEvent

IS_LIVE = Behind(Flag.LIVE)


@strawberry.type(
    description="What happens, as it happens. Every event is judged anew for whoever follows: a subscription "
    "ends with an error when they may no longer see what it is about."
)
class Subscription:
    session_compressed: SessionCompressedEvent = subscription(
        session_events.session_compressed,
        needs=[Has(Scope.PLANS_READ), IS_LIVE],
        description="Sessions compressed or put back: of one session, or of the players of a team.",
    )

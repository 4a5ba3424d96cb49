"""What a coach may do with an alert."""

import strawberry

from resolvers import enums as _enums  # registers them  # noqa: F401
from resolvers.inputs import KEY, REASON, VERSION

ALERT = "Global id of the alert."
WHY = f"{REASON} May be left out."


@strawberry.input(description="That an alert was seen.")
class AcknowledgeAlertInput:
    alert_id: strawberry.ID = strawberry.field(description=ALERT)


@strawberry.input(description="That the plan stays as it is in spite of an alert.")
class OverrideAlertInput:
    alert_id: strawberry.ID = strawberry.field(description=ALERT)
    reason: str = strawberry.field(description=REASON)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="That what an alert recommends is to be done.")
class AcceptRecommendationInput:
    alert_id: strawberry.ID = strawberry.field(description=ALERT)
    reason: str | None = strawberry.field(default=None, description=WHY)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="That what was done because of an alert is to be taken back.")
class UndoRecommendationInput:
    alert_id: strawberry.ID = strawberry.field(description=ALERT)
    reason: str | None = strawberry.field(default=None, description=WHY)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

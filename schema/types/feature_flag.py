from datetime import datetime

import strawberry

from schema.fields import field


@strawberry.type(description="A feature flag, evaluated for the caller.")
class FeatureFlag:
    key: str = field(description="Its key.")
    enabled: bool = field(description="Whether it is on for you.")
    source: str = field(description="Who decided: launchdarkly, environment, or default.")
    description: str = field(description="What it switches.")
    evaluated_at: datetime = field(description="When it was evaluated, UTC.")

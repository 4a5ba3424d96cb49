"""Flags as frontends see them: evaluated for the caller, from memory."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import strawberry

from integrations.flags import CARDS, Flag
from resolvers.context import Info

Keys = Annotated[
    list[str] | None,
    strawberry.argument(description="Only these keys; one that is not known is left out of the answer."),
]


@dataclass(frozen=True, slots=True)
class FlagState:
    """``source`` says who decided: launchdarkly, environment, or default."""

    key: str
    enabled: bool
    source: str
    description: str
    evaluated_at: datetime


def feature_flags(info: Info, keys: Keys = None) -> list[FlagState]:
    context = info.context
    now = context.services.clock()
    wanted = [each for each in Flag if keys is None or each.value in keys]
    states = []
    for flag in wanted:
        value = context.flag(flag)
        states.append(FlagState(flag.value, value.enabled, value.source, CARDS[flag].description, now))
    return states

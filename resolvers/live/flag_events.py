"""Feature flags that change for whoever follows them.

Flags are no events of ours: what is known of them is how they are. So a cursor holds how they were, and who
comes back with one is told the difference.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import strawberry

from domain.errors import CursorUnknown
from integrations.flags import CARDS, Flag, FlagValue
from resolvers.context import Context, Info
from resolvers.feature_flags import FlagState
from resolvers.live.feed import LiveEvent, Unshared

FlagsAfter = Annotated[
    str | None,
    strawberry.argument(
        description="Cursor of the last event you got: if a flag is not as it was then, that comes first."
    ),
]
Seen = Mapping[Flag, bool]

_LONGEST = 1_000
_STATE = re.compile(r"flags(?:;[a-z0-9_.]{1,100}=[01])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureFlagsChangedEvent(LiveEvent):
    flags: tuple[FlagState, ...]


@dataclass(frozen=True, slots=True)
class FlagsFeed(Unshared[LiveEvent]):
    """``seen`` is how the flags were for the caller when they last looked."""

    seen: Seen


def feature_flags_changed(info: Info, after: FlagsAfter = None) -> FlagsFeed:
    return FlagsFeed(flags_now(info.context) if after is None else seen_in(after))


def flags_now(context: Context) -> dict[Flag, bool]:
    return {flag: context.flag_on(flag) for flag in Flag}


def change_since(seen: Seen, context: Context) -> FeatureFlagsChangedEvent | None:
    """What is not as it was; None if nothing is. A flag that is new since counts as having been off."""
    changed = [flag for flag in Flag if context.flag_on(flag) != seen.get(flag, False)]
    if not changed:
        return None
    now = context.services.clock()
    return FeatureFlagsChangedEvent(
        id=str(uuid4()),
        occurred_at=now,
        cursor=_cursor_of(flags_now(context)),
        flags=tuple(_state(context.flag(flag), now) for flag in changed),
    )


def _state(value: FlagValue, now: datetime) -> FlagState:
    return FlagState(value.key.value, value.enabled, value.source, CARDS[value.key].description, now)


def _cursor_of(seen: Seen) -> str:
    text = ";".join(["flags", *(f"{flag.value}={int(is_on)}" for flag, is_on in seen.items())])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def seen_in(cursor: str) -> dict[Flag, bool]:
    if len(cursor) > _LONGEST:
        raise CursorUnknown
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        raise CursorUnknown from None
    if not _STATE.fullmatch(text):
        raise CursorUnknown
    pairs = dict(each.split("=") for each in text.split(";")[1:])
    known = {flag.value for flag in Flag}  # one that is gone from the code changes no more
    return {Flag(name): is_on == "1" for name, is_on in pairs.items() if name in known}

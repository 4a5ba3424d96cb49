"""Whether a client asks for its answers as a stream, and in which form."""

from __future__ import annotations

from functools import lru_cache

from app.negotiation import LONGEST_ACCEPT, media_type_of
from integrations.live_metrics import Transport

EVENT_STREAM, MULTIPART = "text/event-stream", "multipart/mixed"


@lru_cache(maxsize=256)
def asked_for(accept: str) -> Transport | None:
    """None: one answer is wanted. Only a type that is named counts: ``*/*`` asks for no stream."""
    for part in accept[:LONGEST_ACCEPT].split(","):
        name, parameters = media_type_of(part)
        if parameters.get("q") in ("0", "0.0"):
            continue
        if name == EVENT_STREAM:
            return Transport.SSE
        if name == MULTIPART and "subscriptionspec" in parameters:
            return Transport.MULTIPART
    return None

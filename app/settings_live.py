"""The settings of connections that stay open."""

from typing import Any

from pydantic_settings import BaseSettings

from app.settings_fields import count


def _most(default: int, description: str, *, at_most: int) -> Any:
    return count("Live", default, description, at_most=at_most)


class LiveSettings(BaseSettings):
    live_connections: int = _most(
        12_000, "WebSockets and streams that this process keeps open.", at_most=1_000_000
    )
    live_connections_per_caller: int = _most(
        20,
        "Of these, those of one caller; of callers who are not signed in, those of one address.",
        at_most=100_000,
    )
    live_operations: int = _most(
        50, "Operations of one WebSocket at a time, subscriptions included.", at_most=10_000
    )

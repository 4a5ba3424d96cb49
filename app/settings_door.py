"""The settings of the door: how much is served at a time, and how long a client may take."""

from typing import Any

from pydantic_settings import BaseSettings

from app.settings_fields import count, seconds, setting

_GROUP = "Door"


def _number(default: int, description: str, *, at_least: int = 1, at_most: int) -> Any:
    return count(_GROUP, default, description, at_least=at_least, at_most=at_most)


class DoorSettings(BaseSettings):
    door_most_requests: int = _number(
        128,
        "Requests that are served at a time at most. Fewer are while answers take longer than "
        "DOOR_TARGET_SECONDS; the others get 503 and Retry-After.",
        at_most=10_000,
    )
    door_least_requests: int = _number(8, "Requests that are served at a time at least.", at_most=10_000)
    door_target_seconds: float = seconds(
        _GROUP, 0.1, "How long an answer may take before fewer requests are let in, in seconds."
    )
    door_reserve: int = _number(16, "Places beyond those, for mutations only.", at_least=0, at_most=10_000)
    most_connections: int = _number(
        20_000, "Connections that are open at a time, WebSockets among them.", at_most=1_000_000
    )
    header_bytes: int = _number(32 * 1024, "Bytes of a request's address and headers.", at_most=1024 * 1024)
    header_seconds: float = seconds(_GROUP, 10.0, "How long a client may take to send them, in seconds.")
    body_seconds: float = seconds(_GROUP, 10.0, "How long a client may take to send a body, in seconds.")
    keep_alive_seconds: float = seconds(
        _GROUP,
        65.0,
        "How long a connection is kept for the next request; longer than a balancer in front keeps its own, "
        "or it sends requests into connections that are being closed.",
    )
    trusted_proxies: str = setting(
        _GROUP,
        "127.0.0.1",
        "Whose X-Forwarded-For is believed; callers who are not signed in are known by it.",
        "IP addresses or networks, separated by commas, or * for anybody",
        "10.0.0.0/8",
    )

"""Errors that tell of the connection and not of an operation."""

from __future__ import annotations

from typing import Any

from resolvers.failures import Failure

Notice = dict[str, Any]


def notice(code: str, message: str, **facts: Any) -> Notice:
    """As it stands in ``errors``."""
    return {"message": message, "extensions": {"outcome": "refused", **facts, "code": code}}


def error_of(failure: Failure) -> Notice:
    return notice(failure.code, failure.message, **{**failure.facts, "outcome": failure.outcome})


SLOW_CONSUMER = notice(
    "slow_consumer",
    "You read too slowly: subscribe again after the last cursor you got, and nothing is lost.",
    retriable=True,
)
TOKEN_EXPIRED = notice("unauthorized", "The token has expired: get a new one.", reason="expired")
RESTARTING = notice(
    "unavailable", "The server restarts: subscribe again after the last cursor you got.", retriable=True
)


def too_many_operations(most: int) -> Notice:
    return notice(
        "too_many_operations", f"At most {most} operations at a time on one connection.", limit=most
    )

"""Who calls: from the Authorization header to a viewer, or to a refusal that says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import HTTPConnection, Request

from app.callers import Callers
from app.logs import correlation_id
from app.refusals import HttpRefusal
from domain.errors import Unauthorized
from domain.people import Viewer
from integrations.tokens import Claims, Reason, TokenRefused, Tokens
from resolvers.context import Context
from resolvers.services import Services
from resolvers.viewers import viewer_of

_SAID = {
    Reason.EXPIRED: "The token has expired: get a new one.",
    Reason.NOT_YET_VALID: "The token is not valid yet.",
    Reason.WRONG_AUDIENCE: "The token is for another service.",
    Reason.WRONG_ISSUER: "The token is from another issuer.",
    Reason.BAD_SIGNATURE: "The token's signature is not right.",
    Reason.MALFORMED: "This is not a token: send 'Authorization: Bearer …' once.",
    Reason.ALGORITHM: "The token is signed in a way that is not accepted.",
    Reason.MISSING_CLAIM: "The token lacks a claim that it must have.",
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A caller with what their token says: what lasts longer than a request has to end with it."""

    viewer: Viewer
    claims: Claims


async def viewer_from(request: HTTPConnection, services: Services, tokens: Tokens) -> Viewer | None:
    """The caller; None where no token was sent, and then the operations' guards say what needs one.

    ``HttpRefusal`` with 401 for a token that is not good, and with 503 while that cannot be said.
    """
    found = await signed_in(bearer(request), services, tokens)
    return None if found is None else found.viewer


async def signed_in(token: str | None, services: Services, tokens: Tokens) -> SignedIn | None:
    """As ``viewer_from``, from wherever the token came."""
    if token is None:
        return None
    with refusing():
        claims = await tokens.verify(token, services.clock())
        return SignedIn(await viewer_of(services, claims), claims)


@contextmanager
def refusing() -> Iterator[None]:
    """What is wrong with a token or with whom it is for, as an ``HttpRefusal``."""
    try:
        yield
    except (TokenRefused, Unauthorized) as error:
        raise refusal_of(error) from None


def refusal_of(error: TokenRefused | Unauthorized) -> HttpRefusal:
    if isinstance(error, Unauthorized):
        return _unauthorized(error.message, error.reason)
    if error.is_our_fault:
        return HttpRefusal(
            503,
            "unavailable",
            "Tokens cannot be verified just now: try again in a moment.",
            headers={"Retry-After": "5"},
            reason=error.reason.value,
            retriable=True,
        )
    return _unauthorized(_SAID[error.reason], error.reason.value)


async def context_from(request: Request, services: Services, tokens: Tokens) -> Context:
    """What one operation of this caller knows."""
    viewer = await viewer_from(request, services, tokens)
    return Context.of(services, viewer, correlation_id() or uuid4().hex)


async def remembered_context_from(request: Request, callers: Callers) -> Context:
    """As ``context_from``, of a caller who may be remembered and so has to be proven. What is wrong with them
    is raised as it is: see ``refusal_of``."""
    return await callers.context(bearer(request), correlation_id() or uuid4().hex)


def bearer(request: HTTPConnection) -> str | None:
    """The token in the header; ``HttpRefusal`` for a header that holds none."""
    sent = request.headers.getlist("authorization")
    return bearer_in(sent[0] if len(sent) == 1 else "") if sent else None


def bearer_in(header: str) -> str:
    """The token in such a header's value."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorized(_SAID[Reason.MALFORMED], Reason.MALFORMED.value)
    return token.strip()


def _unauthorized(message: str, reason: str) -> HttpRefusal:
    challenge = f'Bearer realm="taper", error="invalid_token", error_description="{reason}"'
    return HttpRefusal(401, "unauthorized", message, headers={"WWW-Authenticate": challenge}, reason=reason)

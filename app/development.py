"""What ``./dev serve`` adds outside production: tokens for the people of the demo, and flags that are on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.dev_secret import signing_secret
from app.settings import Settings
from db.demo.cast import DANA, LEO, MIA, PLAYERS, ROBIN
from domain.people import Person
from integrations.flag_overrides import overrides_from, variable_names
from integrations.flags import Flag
from integrations.tokens import issue_development_token

DEFAULT = "mia"
LIFETIME = timedelta(hours=12)
WHO = "mia (an athlete), coach, admin, leo (of another club), any other player's first name, or a person's id"

_BY_NAME: Mapping[str, Person] = {
    **{each.display_name.split()[0].lower(): each for each in (*PLAYERS, DANA, ROBIN, LEO)},
    "athlete": MIA,
    "coach": DANA,
    "admin": ROBIN,
}


class NoSuchPerson(Exception):
    """The message says whom there is."""


class NoDevelopmentTokens(Exception):
    """The message says who issues them."""


def token_for(settings: Settings, name: str, now: datetime) -> str:
    """A token of the person with this name in the demo, or this id in the database."""
    if settings.is_production:
        raise NoDevelopmentTokens("There are no development tokens in production; ask the token issuer.")
    secret = None if settings.jwt_jwks_url else signing_secret(settings)
    if secret is None:
        raise NoDevelopmentTokens("JWT_JWKS_URL is set, so tokens come from that issuer and not from here.")
    return issue_development_token(
        secret.get_secret_value(),
        str(person_id(name)),
        None,
        now,
        LIFETIME,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )


def token_or_none(settings: Settings, now: datetime) -> str | None:
    """The token that GraphiQL opens with; only in development."""
    if settings.taper_env != "development":
        return None
    try:
        return token_for(settings, DEFAULT, now)
    except NoDevelopmentTokens:
        return None


def person_id(name: str) -> UUID:
    person = _BY_NAME.get(name.strip().lower())
    if person is not None:
        return person.id
    try:
        return UUID(name)
    except ValueError:
        raise NoSuchPerson(f"There is no {name!r} in the demo. There are: {WHO}.") from None


def described(name: str) -> str:
    """As in "Dana Reyes, coach"; an id stands for itself."""
    person = _BY_NAME.get(name.strip().lower())
    return name if person is None else f"{person.display_name}, {person.role.value}"


def with_flags_on(settings: Settings, environ: Mapping[str, str]) -> tuple[dict[str, str], list[Flag]]:
    """``environ`` with every flag on that it does not mention, and which those are.

    Only in development and without LaunchDarkly, where they would all be off and there is nobody to ask.
    """
    if settings.taper_env != "development" or settings.launchdarkly_sdk_key is not None:
        return dict(environ), []
    given = overrides_from(environ, [each.value for each in Flag])
    turned_on = [each for each in Flag if each.value not in given]
    return {**environ, **{variable_names(each.value)[0]: "true" for each in turned_on}}, turned_on

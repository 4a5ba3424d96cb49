"""``./dev token``: a token to try the API with, for local work only."""

import sys

from app import development
from app.bootstrap import utc_now
from app.settings import Settings


def run(settings: Settings, name: str | None) -> int:
    """The token alone goes to stdout, so that it can be put into a variable; what it is, to stderr."""
    name = name or development.DEFAULT
    try:
        token = development.token_for(settings, name, utc_now())
    except (development.NoSuchPerson, development.NoDevelopmentTokens) as error:
        print(error, file=sys.stderr)
        return 2
    hours = development.LIFETIME.total_seconds() / 3600
    print(f"For {development.described(name)}; good for {hours:.0f} hours. Send it as", file=sys.stderr)
    print("  Authorization: Bearer …", file=sys.stderr)
    print(token)
    return 0

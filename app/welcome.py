"""What a person sees who starts the server."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app import development
from app.bootstrap import utc_now
from app.settings import Settings
from integrations.flags import Flag


def welcome(settings: Settings, address: str, *, turned_on: Sequence[Flag], has_demo: bool) -> None:
    """The address, and in development all that is needed for a first query."""
    lines = ["", f"Taper is ready at {address}/graphql"]
    token = development.token_or_none(settings, utc_now()) if has_demo else None
    if settings.graphiql_on:
        lines.append(
            "Open it in a browser: GraphiQL has examples to run"
            + (", and the token below is filled in." if token else ".")
        )
    if token is not None:
        lines += [
            "",
            f"A token for {development.described(development.DEFAULT)} of the demo, for 12 hours "
            "(./dev token --as coach for another):",
            token,
        ]
    if turned_on:
        lines += [
            "",
            "Without LaunchDarkly every flag would be off; for this process they are on:",
            *(f"  {flag.value}" for flag in turned_on),
            "To turn one off: FEATURE_STREAM5_TIME_CRUNCH_MODE=false ./dev serve",
        ]
    lines += ["", "Ctrl-C stops it.", ""]
    # The block is for people; where nobody reads along, the log has the address, too.
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()

"""The server as it is started and asked to stop, on a test's database, with what is in it."""

from __future__ import annotations

import os
import sys
from unittest.mock import patch

from app import server
from app.bootstrap import Application
from app.settings import Settings
from tests import patience
from tests.live.running import ALL_ON, SECRET

# The product's own, and longer on a busy machine.
GRACE_SECONDS: float = Settings.model_fields["shutdown_grace_seconds"].default


async def _as_it_is(_application: Application) -> bool:
    """In place of the catalogue, whose exercises the test has made under ids of its own."""
    return False


def main(url: str, most_connections: str) -> None:
    os.environ.update(ALL_ON)
    settings = Settings(
        _env_file=None,
        taper_env="test",
        jwt_secret=SECRET,
        port=0,
        database_url=url,
        **patience.SETTINGS | {"shutdown_grace_seconds": GRACE_SECONDS * patience.busyness()},
        live_connections_per_caller=int(most_connections),
    )
    with patience.patience(), patch.object(server, "fill", _as_it_is):
        server.serve(settings)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""LaunchDarkly's SDK: how a client is made, and whom it is asked about.

Imported inside the functions: the SDK takes a fifth of a second, which a server without a key need not spend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ldclient import LDClient
    from ldclient.context import Context

    from integrations.flags import Audience


def connect(
    sdk_key: str, *, stream_url: str | None, base_url: str | None, events_url: str | None
) -> LDClient:
    """A client that connects in the background, with its public addresses where none is given."""
    from ldclient import LDClient
    from ldclient.config import (
        DEFAULT_BASE_URI,
        DEFAULT_EVENTS_URI,
        DEFAULT_STREAM_URI,
        Config,
        HTTPConfig,
    )

    config = Config(
        sdk_key,
        stream_uri=stream_url or DEFAULT_STREAM_URI,
        base_uri=base_url or DEFAULT_BASE_URI,
        events_uri=events_url or DEFAULT_EVENTS_URI,
        http=HTTPConfig(connect_timeout=2, read_timeout=5),
        diagnostic_opt_out=True,
    )
    return LDClient(config, start_wait=0)


def close(client: LDClient) -> None:
    client.close()  # type: ignore[no-untyped-call]  # the SDK left out "-> None"


def context_of(audience: Audience) -> Context:
    """LaunchDarkly's view of the caller: user, organization and team.

    It knows one context of each kind. For somebody of several teams the team context is the first by id, so
    that a roll-out by team does not move; to target any of one's teams, use the user's ``teams`` attribute.
    """
    from ldclient.context import Context

    teams = sorted(audience.team_ids)
    user = Context.builder(audience.user_key).anonymous(audience.anonymous).set("teams", teams)
    if audience.role is not None:
        user.set("role", audience.role)
    contexts = [user.build()]
    if audience.organization_id is not None:
        contexts.append(Context.create(audience.organization_id, "organization"))
    if teams:
        contexts.append(Context.create(teams[0], "team"))
    return Context.create_multi(*contexts)

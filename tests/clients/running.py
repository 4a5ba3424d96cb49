"""Runs a client's script with Node, in a process of its own."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.end_to_end.running import Server
from tests.npm.packages import node, node_packages, script

SECONDS = 120
# Mia's plans as they are sorted: by their start, the latest first.
PROGRAMME = "phul-upper-power"
PLAN_ID = global_id(Kind.PLAN, DEMO.plans[PROGRAMME])
SESSION_ID = global_id(Kind.SESSION, DEMO.sessions[PROGRAMME])
ALL_PLANS = "{ viewer { plans(first: 50) { edges { node { title } } } } }"


def ran(name: str, **asked: Any) -> Any:
    """What the script printed, which gets ``asked`` as JSON in its first argument."""
    done = subprocess.run(
        [node(), str(script(name)), json.dumps(asked)],
        cwd=node_packages(),  # graphql-codegen looks for its plugins from here
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def known_to(server: Server) -> dict[str, str]:
    """What every script needs to know of the server and the demo."""
    return {
        "url": f"{server.url}/graphql",
        "token": server.token,
        "planId": PLAN_ID,
        "sessionId": SESSION_ID,
    }


def titles_of(server: Server) -> list[str]:
    """Mia's plans, asked for without any client."""
    with server.client() as client:
        answer = client.post(
            "/graphql",
            json={"query": ALL_PLANS},
            headers={"authorization": f"Bearer {server.token}"},
        ).json()
    return [edge["node"]["title"] for edge in answer["data"]["viewer"]["plans"]["edges"]]

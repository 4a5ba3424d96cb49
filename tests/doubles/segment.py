"""Segment's batch endpoint."""

from __future__ import annotations

import json
from typing import Any

from tests.doubles.server import LocalServer, Request


class Segment(LocalServer):
    """Keeps every event. ``status`` is what it answers; ``silent`` takes a batch and answers nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200
        self.silent = False
        self.requests = 0
        self.events: list[dict[str, Any]] = []

    def post(self, request: Request) -> None:
        batch = json.loads(request.body())
        self.requests += 1
        if self.silent:
            self.stopping.wait()
            return
        if self.status == 200 and request.path == "/v1/batch":
            self.events.extend(batch["batch"])
        request.reply(self.status, b"{}")

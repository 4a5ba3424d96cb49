"""LaunchDarkly's streaming endpoint, as far as the server SDK speaks to it."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.doubles.server import LocalServer, Request


class LaunchDarkly(LocalServer):
    """``/all`` is the stream of flags, ``/bulk`` takes evaluation events.

    >>> with LaunchDarkly(sdk_key="sdk-test") as launchdarkly:
    ...     launchdarkly.flag("feature.x", percent_on=25)
    """

    def __init__(self, sdk_key: str = "sdk-test") -> None:
        super().__init__()
        self.sdk_key = sdk_key
        self.silent = False  # takes connections and never says a word
        self.abruptly = False
        self.events: list[dict[str, Any]] = []
        self._flags: dict[str, dict[str, Any]] = {}
        self._streams: list[queue.Queue[bytes]] = []

    def flag(
        self,
        key: str,
        *,
        on: bool = True,
        default: bool = True,
        percent_on: float | None = None,
        rules: Iterable[Mapping[str, Any]] = (),
        variations: tuple[Any, Any] = (True, False),
        broken: bool = False,
    ) -> None:
        """Make or change a flag; connected clients hear of it at once.

        ``on`` False serves False to all. Otherwise ``rules`` come first (see ``when``), then ``percent_on``
        of the users, or ``default`` for everybody. ``broken`` points at a variation that does not exist.
        """
        fallthrough: dict[str, Any] = {"variation": 9 if broken else 0 if default else 1}
        if percent_on is not None:
            weights = (round(percent_on * 1_000), 100_000 - round(percent_on * 1_000))
            rollout = [{"variation": i, "weight": weight} for i, weight in enumerate(weights)]
            fallthrough = {"rollout": {"kind": "rollout", "contextKind": "user", "variations": rollout}}
        data = {
            "key": key,
            "version": self._flags.get(key, {}).get("version", 0) + 1,
            "on": on,
            "prerequisites": [],
            "targets": [],
            "contextTargets": [],
            "rules": list(rules),
            "fallthrough": fallthrough,
            "offVariation": 1,
            "variations": list(variations),
            "salt": f"salt of {key}",
        }
        self._flags[key] = data
        self._publish("patch", {"path": f"/flags/{key}", "data": data})

    def delete(self, key: str) -> None:
        version = self._flags.pop(key)["version"] + 1
        self._publish("delete", {"path": f"/flags/{key}", "version": version})

    def stop(self, abruptly: bool = False) -> None:
        """An outage: as when the service is shut down, or ``abruptly`` as when a cable is pulled."""
        self.abruptly = abruptly
        self.stopping.set()
        deadline = time.monotonic() + 1
        while self._streams and time.monotonic() < deadline:
            time.sleep(0.005)
        super().stop()

    def get(self, request: Request) -> None:
        if request.headers.get("Authorization") != self.sdk_key:
            request.reply(401)
            return
        if self.silent:
            self.stopping.wait()
            return
        stream: queue.Queue[bytes] = queue.Queue()
        stream.put(_frame("put", {"path": "/", "data": {"flags": self._flags, "segments": {}}}))
        self._streams.append(stream)
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        try:
            self._pump(stream, request)
        finally:
            self._streams.remove(stream)
            request.close_connection = True

    def post(self, request: Request) -> None:
        body = request.body()
        if request.path == "/bulk":
            self.events.extend(json.loads(body))
        request.reply(202)

    def _pump(self, stream: queue.Queue[bytes], request: Request) -> None:
        while not self.stopping.is_set():
            try:
                frame = stream.get(timeout=0.02)
            except queue.Empty:
                continue
            request.wfile.write(b"%x\r\n%s\r\n" % (len(frame), frame))
            request.wfile.flush()
        if not self.abruptly:
            request.wfile.write(b"0\r\n\r\n")

    def _publish(self, event: str, data: dict[str, Any]) -> None:
        for stream in tuple(self._streams):
            stream.put(_frame(event, data))


def when(kind: str, attribute: str, *values: str, serve: bool) -> dict[str, Any]:
    """A targeting rule: contexts of ``kind`` whose ``attribute`` is (or holds) one of ``values``."""
    clause = {"contextKind": kind, "attribute": attribute, "op": "in", "values": values, "negate": False}
    return {"id": f"{kind}-{attribute}-{values}", "variation": 0 if serve else 1, "clauses": [clause]}


def _frame(event: str, data: dict[str, Any]) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()

"""The planning service, as far as we speak to it: it checks who calls, and has every fault one can order."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from tests.doubles.server import LocalServer, Request

AUDIENCE = "planning-service"
CLOCKS_DIFFER_SECONDS = 5


@dataclass(frozen=True)
class Seen:
    """A request as it came in; ``claims`` of its token, empty if that was not good."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    claims: Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """``body`` bytes are sent as they are, anything else as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] | None = None
    content_type: str = "application/json"


class PlanningDouble(LocalServer):
    """``answers`` by path; a path that has none is a JSON 404. ``public_jwk`` is the only key it trusts.

    ``script`` are replies for the next requests, one each, before it answers as usual again; ``always`` is
    the reply to all of them. ``forbidden_users`` get a 403. ``silent`` takes requests and answers none.
    """

    def __init__(self, public_jwk: Mapping[str, Any]) -> None:
        super().__init__()
        self.clock: Callable[[], float] = time.time
        self._key = jwt.PyJWK(dict(public_jwk), "EdDSA")
        self.answers: dict[str, Any] = {}
        self.script: deque[Reply | None] = deque()
        self.always: Reply | None = None
        self.forbidden_users: set[str] = set()
        self.delay_seconds = 0.0
        self.silent = False
        self.seen: list[Seen] = []
        self.completions: dict[str, Any] = {}  # by idempotency key
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        return len(self.seen)

    def get(self, request: Request) -> None:
        self._serve(request, None)

    def post(self, request: Request) -> None:
        self._serve(request, json.loads(request.body()))

    def _serve(self, request: Request, body: Any) -> None:
        claims = self._claims(request.headers.get("Authorization", ""))
        seen = Seen(
            request.command,
            request.path,
            {name.lower(): value for name, value in request.headers.items()},
            body,
            claims,
        )
        with self._lock:
            self.seen.append(seen)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            scripted = self.script.popleft() if self.script else None
        try:
            if self.silent:
                self.stopping.wait()
                return
            time.sleep(self.delay_seconds)
            _send(request, self.always or scripted or self._usual(seen))
        finally:
            with self._lock:
                self._at_once -= 1

    def _usual(self, seen: Seen) -> Reply:
        if not seen.claims:
            return Reply(401, {"error": "unauthorized"})
        if seen.headers.get("x-user-id") in self.forbidden_users:
            return Reply(403, {"error": "forbidden"})
        if seen.path.endswith("/training/completion"):
            self.completions.setdefault(seen.headers["idempotency-key"], seen.body)
            return Reply(202, b"")
        if seen.path not in self.answers:
            return Reply(404, {"error": "not_found"})
        return Reply(200, self.answers[seen.path])

    def _claims(self, authorization: str) -> Mapping[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                authorization.removeprefix("Bearer "),
                self._key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer="taper",
                options={"require": ["exp", "iat", "sub", "jti"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return {}
        return claims if claims["iat"] - CLOCKS_DIFFER_SECONDS <= self.clock() < claims["exp"] else {}


def _send(request: Request, reply: Reply) -> None:
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    request.send_response(reply.status)
    for name, value in (reply.headers or {}).items():
        request.send_header(name, value)
    request.send_header("Content-Type", reply.content_type)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)

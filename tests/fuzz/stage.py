"""The real application with the demo in its database, and a way to send it anything without a socket."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLSchema
from sqlalchemy import text
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from app.bootstrap import Application, wire
from app.development import person_id
from app.graphiql import examples_in
from app.server import build_app
from app.settings import Settings
from db.demo.cast import DEMO
from domain.access import Scope
from integrations.flag_overrides import variable_names
from integrations.flags import Flag
from integrations.tokens import issue_development_token
from resolvers.ids import Kind, global_id
from tests import patience
from tests.fuzz.documents import Operation
from tests.fuzz.judging import Answered, Judge
from tests.fuzz.requests import GRAPHQL, Sent, World
from tests.fuzz.values import Known

SECRET = "a secret that only the fuzzer knows, and nobody else"
CALLERS = ("mia", "mia", "coach", "coach", "coach", "admin", "leo", "service", "narrow")
MOST_IDS = 30
LONGEST_ANSWER_SECONDS = 60.0
TABLES = {
    Kind.VIEWER: "people",
    Kind.PLAN: "plans",
    Kind.MICROCYCLE: "microcycles",
    Kind.SESSION: "sessions",
    Kind.PRESCRIPTION: "prescriptions",
    Kind.EXERCISE: "exercises",
    Kind.COMPRESSION_RECORD: "compressions",
    Kind.TEAM: "teams",
    Kind.PLAYER: "people",
    Kind.SEASON_PLAN: "season_plans",
    Kind.SEASON_PHASE: "season_phases",
    Kind.PHASE_TEMPLATE: "phase_templates",
    Kind.WORKOUT: "workouts",
    Kind.WORKOUT_ASSIGNMENT: "workout_assignments",
    Kind.PHASE_ADJUSTMENT: "assignment_adjustments",
    Kind.MEDICAL_RESTRICTION: "medical_restrictions",
    Kind.TRAINING_ENTRY: "training_entries",
    Kind.WELLNESS_REPORT: "wellness_reports",
}
# Nobody is kept waiting or turned away here: that is for the tests of limits.
UNLIMITED: dict[str, Any] = {
    "taper_env": "test",
    "jwt_secret": SECRET,
    "graphiql": "off",
    "rate_burst": 1_000_000_000,
    "rate_per_second": 1_000_000_000,
    "rate_anonymous_burst": 1_000_000_000,
    "rate_anonymous_per_second": 1_000_000_000,
    "rate_refusals_per_minute": 1_000_000_000,
    **patience.SETTINGS,
}


@dataclass
class Stage:
    application: Application
    app: ASGIApp
    judge: Judge
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> GraphQLSchema:
        return self.application.schema._schema

    async def world(self, round_: int = 0) -> World:
        """What is there now: some of it, other things in each round."""
        ids = {}
        async with self.application.services.db.read() as db_session:
            for kind, table in TABLES.items():
                some = text(
                    f"SELECT id FROM {table} ORDER BY md5(id::text || :round), id LIMIT :most"  # noqa: S608
                )
                rows = await db_session.scalars(some, {"round": str(round_), "most": MOST_IDS})
                ids[kind.value] = [str(global_id(kind, each)) for each in rows]
        known = Known(ids, self.application.services.clock().date())
        return World(self.schema, known, _examples(), CALLERS, _routes(self.app))

    async def send(self, sent: Sent) -> Answered:
        try:
            async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
                return await _asked(self.app, self._with_token(sent))
        except Exception as error:
            return Answered(0, {}, b"", f"{type(error).__name__}: {error}")

    def _with_token(self, sent: Sent) -> tuple[Sent, str | None]:
        if sent.who is None:
            return sent, None
        if sent.who not in self._tokens:
            self._tokens[sent.who] = self._token(sent.who)
        return sent, self._tokens[sent.who]

    def _token(self, who: str) -> str:
        settings = self.application.settings
        now = self.application.services.clock()
        scopes: frozenset[str] | None = None
        subject, organization = who, None
        match who:
            case "garbage":
                return "eyJhbGciOiJub25lIn0.e30."
            case "service":
                subject, organization, scopes = "service:fuzz", DEMO.organization, frozenset(Scope)
            case "narrow":
                subject, scopes = str(person_id("coach")), frozenset({Scope.PLANS_READ})
            case _:
                subject = str(person_id(who))
        return issue_development_token(
            SECRET,
            subject,
            organization,
            now,
            timedelta(hours=24),
            scopes,
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
        )


@asynccontextmanager
async def stage(url: str, clock: Callable[[], datetime], **changes: Any) -> AsyncIterator[Stage]:
    """``url`` is of a database with the demo in it, which is not the same afterwards."""
    flags = {variable_names(each.value)[0]: "true" for each in Flag}
    settings = Settings(_env_file=None, **{**UNLIMITED, **changes})
    application = wire(settings, url, environ=flags, clock=clock)
    await application.start()
    judge = Judge()
    try:
        yield Stage(application, build_app(application), Judge((*judge.secrets, SECRET, url)))
    finally:
        await application.close()


async def _asked(app: ASGIApp, asked: tuple[Sent, str | None]) -> Answered:
    sent, token = asked
    path, _, query = sent.target.partition("?")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    if token is not None and not any(name == b"authorization" for name, _ in headers):
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost:8000"), *headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("localhost", 8000),
    }
    told: list[Message] = []
    done = asyncio.Event()
    halves = [sent.body[: len(sent.body) // 2], sent.body[len(sent.body) // 2 :]]

    async def receive() -> Message:
        if halves:
            return {"type": "http.request", "body": halves.pop(0), "more_body": bool(halves)}
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message)

    try:
        await app(scope, receive, send)
    finally:
        done.set()
    return _answered(told)


def _answered(told: list[Message]) -> Answered:
    start = next(each for each in told if each["type"] == "http.response.start")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    body = b"".join(each.get("body", b"") for each in told if each["type"] == "http.response.body")
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return Answered(start["status"], headers, body)


def _examples() -> list[Operation]:
    return [
        Operation("query", each.query, json.loads(each.variables) if each.variables else {})
        for each in examples_in()
    ]


def _routes(app: Any) -> list[tuple[str, str]]:
    """The addresses beside GraphQL's that callers have; those of operators say things of the machine."""
    return [
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith(("/api/", "/calendar"))
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ] + [("GET", "/nowhere"), ("POST", f"{GRAPHQL}/")]

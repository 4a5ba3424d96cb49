"""The schema as a caller meets it, without HTTP: real services, and errors as they are shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import strawberry

from db.database import Database
from domain.people import Viewer
from events.season.source import SeasonSource
from integrations.analytics import Analytics
from integrations.flag_overrides import variable_names
from integrations.flags import Flag, Flags
from integrations.metrics import Metrics
from resolvers.context import Context
from resolvers.services import Services
from resolvers.solver import Solver
from schema.build import build_schema
from schema.errors import PublicError, public_error
from tests.databases import Clock
from tests.integrations.helpers import Log

ALL = tuple(Flag)


@dataclass(frozen=True, slots=True)
class Reply:
    """``data`` as graphql-core gives it; ``errors`` as they leave the house."""

    data: dict[str, Any] | None
    errors: tuple[PublicError, ...]

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.errors]


@dataclass(frozen=True, slots=True)
class Api:
    """Whose calls these are. ``events`` holds what analytics was told, ``metrics`` what was counted."""

    services: Services
    viewer: Viewer | None
    log: Log

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        return [(each["name"], each["properties"]) for each in self.log.named("analytics event")]

    @property
    def event_names(self) -> list[str]:
        return [name for name, _ in self.events]

    def count(self, metric: str, **labels: str) -> float:
        return self.services.metrics.registry.get_sample_value(metric, labels) or 0.0

    def as_(self, viewer: Viewer | None) -> Api:
        return dataclasses.replace(self, viewer=viewer)

    def with_flags(self, *on: Flag) -> Api:
        """The same world, in which exactly these flags are on."""
        services = dataclasses.replace(self.services, flags=make_flags(on, self.log))
        return dataclasses.replace(self, services=services)

    async def run(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that goes well."""
        reply = await self.send(document, **variables)
        assert not reply.errors, [each.formatted for each in reply.errors]
        assert reply.data is not None
        return reply.data

    async def refused(self, document: str, **variables: Any) -> str:
        """The code of the one error of an operation that does not."""
        reply = await self.send(document, **variables)
        assert len(reply.errors) == 1, reply
        return reply.errors[0].code

    async def send(self, document: str, **variables: Any) -> Reply:
        context = Context.of(self.services, self.viewer, "test-correlation")
        result = await the_schema().execute(document, variable_values=variables, context_value=context)
        errors = tuple(public_error(each, correlation_id="test-correlation") for each in result.errors or ())
        return Reply(result.data, errors)


@cache
def the_schema() -> strawberry.Schema:
    return build_schema(introspection=True, suggestions=True)


def make_api(db: Database, clock: Clock, flags: Iterable[Flag] = ALL) -> Api:
    log, metrics = Log(), Metrics()
    services = Services(
        db=db,
        flags=make_flags(flags, log),
        metrics=metrics,
        analytics=Analytics(write_key=None, log=log.logger, on_drop=metrics.analytics_dropped),
        clock=clock,
        solver=Solver(metrics),
        season_source=SeasonSource(db, None, clock),
    )
    return Api(services, None, log)


def make_flags(on: Iterable[Flag], log: Log) -> Flags:
    """The real seam, told by the environment."""
    environ: Mapping[str, str] = {variable_names(each.value)[0]: "true" for each in on}
    return Flags(sdk_key=None, environ=environ, log=log.logger, on_error=lambda _: None)

"""How the pieces are put together: every long-lived object, made once and handed on. The place to start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from pydantic import SecretStr
from strawberry import Schema

from app import development
from app.adaptive_limit import AdaptiveLimit
from app.admission import Admission
from app.callers import Callers
from app.dev_secret import signing_secret
from app.health import Health
from app.known_documents import KnownDocuments
from app.limits import Limits
from app.live.service import Live
from app.live.wiring import live_of
from app.manifest import read_manifest
from app.operations import Operations
from app.places import Places
from app.rates import Rates
from app.settings import Settings
from app.settings_problems import SettingsError
from db.database import Database
from db.engine import Waits
from db.json_reads import JsonReads
from engine.lane import Lane
from events.bus import EventBus
from events.listeners.completions import completion_handlers
from events.listeners.wiring import season_handlers
from events.listeners.workload_changes import workload_handlers
from events.lookout import Lookout
from events.phase_watch import look_at_calendar
from events.relay import Nudge
from events.season.lookup import SeasonLookup
from events.season.source import SeasonSource
from events.workload.daily import look_at_alerts
from integrations.analytics import Analytics
from integrations.flag_overrides import overrides_from
from integrations.flags import Flag, Flags
from integrations.jwks import Jwks
from integrations.metrics import Metrics
from integrations.planning_metrics import PlanningMetrics
from integrations.planning_service import PlanningOptions, PlanningService
from integrations.redis_clients import RedisAddress
from integrations.token_buckets import SharedTokenBuckets, TokenBuckets
from integrations.tokens import Tokens
from resolvers.services import Services
from resolvers.solver import Solver
from schema.build import build_schema


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Application:
    """All that one process has. ``wire`` makes it, ``start`` and ``close`` frame its use."""

    settings: Settings
    services: Services
    tokens: Tokens
    callers: Callers
    schema: Schema
    operations: Operations
    limits: Limits
    rates: Rates
    admission: Admission
    known_documents: KnownDocuments
    places: Places
    health: Health
    event_bus: EventBus
    live: Live
    lookouts: Sequence[Lookout]
    planning: PlanningService | None
    reads: JsonReads | None

    async def start(self) -> None:
        """Within two seconds, whatever other systems do."""
        await asyncio.gather(
            self.services.flags.start(), self.services.analytics.start(), self.event_bus.start()
        )
        for each in self.lookouts:
            await each.start()

    async def drain(self, grace_seconds: float) -> int:
        """Wait for the units of work that are under way; how many remain after the grace."""
        return await self.services.db.drain(grace_seconds)

    async def close(self) -> None:
        """Tell the other systems what they have not heard, then let go of the database."""
        await self.live.close()
        await asyncio.gather(*(each.close() for each in self.lookouts))
        if self.planning is not None:
            await self.planning.close()
        await asyncio.gather(
            self.event_bus.close(),
            self.services.analytics.close(),
            self.services.flags.close(),
            self.tokens.close(),
            self.services.solver.close(),
            self.rates.close(),
        )
        if self.reads is not None:
            await self.reads.close()
        await self.services.db.dispose(grace_seconds=0)

    def token_for_graphiql(self) -> str | None:
        """A fresh one each time the page is opened; None where there are no development tokens."""
        return development.token_or_none(self.settings, self.services.clock())


def wire(
    settings: Settings,
    database_url: str,
    *,
    environ: Mapping[str, str],
    clock: Callable[[], datetime] = utc_now,
    schema: Schema | None = None,
) -> Application:
    """Nothing is connected to yet. ``SettingsError`` and ``FlagOverrideError`` for what cannot work.

    ``environ`` is read for overrides of flags only. A ``schema`` other than the product's is for tests.
    """
    manifest = read_manifest(settings.trusted_documents_file)
    metrics = Metrics()
    nudge = Nudge()
    database = Database(
        database_url,
        clock=clock,
        pool_size=settings.db_pool_size,
        waits=_waits(settings),
        after_commit=[nudge],
    )
    redis = _redis(settings)
    planning = _planning(settings, redis, metrics)
    season_source = SeasonSource(database, planning, clock)
    event_bus = EventBus(
        database,
        (
            *season_handlers(SeasonLookup(season_source, planning)),
            *workload_handlers(),
            *completion_handlers(planning),
        ),
        nudge=nudge,
        redis=redis,
        clock=clock,
        log=structlog.get_logger("events"),
        metrics=metrics.events,
    )
    flags = Flags(
        sdk_key=_secret(settings.launchdarkly_sdk_key),
        environ=environ,
        log=structlog.get_logger("integrations.flags"),
        on_error=metrics.flag_error,
        stream_url=settings.launchdarkly_stream_url,
        base_url=settings.launchdarkly_base_url,
        events_url=settings.launchdarkly_events_url,
    )
    analytics = Analytics(
        write_key=_secret(settings.segment_write_key),
        log=structlog.get_logger("integrations.analytics"),
        on_drop=metrics.analytics_dropped,
        host=settings.segment_host,
    )
    solver = Solver(metrics, threads=settings.solver_workers)
    limits = Limits.of(settings, body_seconds=settings.body_seconds)
    schema = schema or build_schema(
        introspection=settings.introspection_on, suggestions=settings.introspection_on
    )
    services = Services(database, flags, metrics, analytics, clock, solver, season_source)
    reads = _reads(settings, database_url)
    operations = Operations(
        schema,
        metrics,
        seconds=settings.operation_seconds,
        introspection=settings.introspection_on,
        suggestions=settings.introspection_on,
        limits=limits,
        lane=(
            None if reads is None else Lane(schema._schema, reads, has_planning_service=planning is not None)
        ),
    )
    tokens = _tokens(settings)
    rates = _rates(settings, redis, metrics)
    door_limit = AdaptiveLimit(
        least=settings.door_least_requests,
        most=settings.door_most_requests,
        target_seconds=settings.door_target_seconds,
    )
    metrics.edge.watch(door_limit)
    known_documents = KnownDocuments(manifest, settings.trusted_documents, metrics.edge)
    admission = Admission(operations, rates, known_documents)
    return Application(
        settings=settings,
        services=services,
        tokens=tokens,
        callers=Callers(services, tokens),
        schema=schema,
        operations=operations,
        limits=limits,
        rates=rates,
        admission=admission,
        known_documents=known_documents,
        places=Places(door_limit),
        health=Health(database, database_url, flags, event_bus, planning),
        event_bus=event_bus,
        live=live_of(settings, services, tokens, operations, admission, schema, event_bus.log),
        lookouts=_lookouts(database, planning, clock),
        planning=planning,
        reads=reads,
    )


def refuse_contradictions(settings: Settings, environ: Mapping[str, str]) -> None:
    """What ``wire`` would refuse, found before anything is started."""
    overrides_from(environ, [each.value for each in Flag])
    _tokens(settings)
    read_manifest(settings.trusted_documents_file)


def _reads(settings: Settings, database_url: str) -> JsonReads | None:
    if settings.db_read_pool_size == 0:
        return None
    return JsonReads(database_url, pool_size=settings.db_read_pool_size, waits=_waits(settings))


def _lookouts(
    database: Database, planning: PlanningService | None, clock: Callable[[], datetime]
) -> Sequence[Lookout]:
    """Where seasons come from a planning service, that one says when a phase begins."""
    log = structlog.get_logger("events.lookout")
    calendar = Lookout("calendar", partial(look_at_calendar, database), clock=clock, log=log)
    alerts = Lookout("alerts", partial(look_at_alerts, database, log=log), clock=clock, log=log)
    return (calendar, alerts) if planning is None else (alerts,)


def _redis(settings: Settings) -> RedisAddress | None:
    if settings.redis_host is None:
        return None
    return RedisAddress(
        settings.redis_host, settings.redis_port, settings.redis_db, _secret(settings.redis_password)
    )


def _rates(settings: Settings, redis: RedisAddress | None, metrics: Metrics) -> Rates:
    shared = None if redis is None else SharedTokenBuckets(redis, on_error=metrics.edge.redis_error)
    return Rates(settings, shared, TokenBuckets(), metrics.edge)


def _planning(settings: Settings, redis: RedisAddress | None, metrics: Metrics) -> PlanningService | None:
    if settings.planning_service_url is None or settings.planning_service_key is None:
        return None
    return PlanningService(
        PlanningOptions(
            str(settings.planning_service_url),
            settings.planning_service_key.get_secret_value(),
            settings.planning_service_audience,
            settings.planning_service_rate,
            redis,
        ),
        log=structlog.get_logger("integrations.planning_service"),
        metrics=PlanningMetrics(metrics.registry),
    )


def _waits(settings: Settings) -> Waits:
    return Waits(
        pool=settings.db_pool_seconds,
        connect=settings.db_connect_seconds,
        lock=settings.db_lock_seconds,
        statement=settings.db_statement_seconds,
        idle=settings.db_idle_seconds,
        transaction=settings.db_transaction_seconds,
    )


def _tokens(settings: Settings) -> Tokens:
    """By a secret, or by published keys: not by both, or a token could choose its own key."""
    log = structlog.get_logger("integrations.tokens")
    url = settings.jwt_jwks_url
    if url is not None and settings.jwt_secret is not None:
        raise SettingsError(["  JWT_SECRET and JWT_JWKS_URL are both set: keep one of them"])
    try:
        return Tokens(
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            algorithms=frozenset(settings.jwt_algorithms),
            log=log,
            secret=None if url is not None else _secret(signing_secret(settings)),
            jwks=None if url is None else Jwks(url, log=log),
        )
    except ValueError as error:
        raise SettingsError([f"  JWT_ALGORITHMS: {error}"]) from None


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()

"""The server as one process: what it serves, and how it starts and stops."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app.bootstrap import Application, refuse_contradictions, wire
from app.calendar import calendar_routes
from app.compression import Compression
from app.cross_origin import cors_options
from app.database_access import bring_up_to_date, database_url
from app.demo import fill
from app.development import with_flags_on
from app.door import Door
from app.express import Express
from app.graphiql import examples_in, graphiql_routes
from app.graphql_http import GraphQLEndpoint
from app.http_protocol import BoundedHttp, bounded_http
from app.listening import cannot_listen, listening_socket, web_address
from app.live.endpoint import LiveEndpoint
from app.live.wire import Wire
from app.logs import CorrelationId, configure_logging
from app.operator_routes import operator_routes
from app.progress import CannotStart, say, step
from app.route_errors import no_such_route
from app.routes import earlier_routes
from app.settings import Settings, environment
from app.settings_problems import SettingsError
from app.shortcut.protocol import shortcut_http
from app.shortcut.shortcut import Shortcut
from app.stopping import Stop, stop_by_signals
from app.training_routes import training_routes
from app.welcome import welcome
from integrations.flag_overrides import FlagOverrideError
from integrations.flags import Flag

_log = structlog.get_logger(__name__)

ENDPOINT = "/graphql"
# Of the grace: for what the other systems are still told after the last unit of work, and for PostgreSQL.
CLOSE_SECONDS, POSTGRES_SECONDS = 2.5, 0.5


def build_app(application: Application) -> Starlette:
    """Every address of the server. It needs no start of its own: ``Application.start`` is that."""
    settings = application.settings
    graphql = GraphQLEndpoint(application, ENDPOINT, examples_in() if settings.graphiql_on else ())
    return Starlette(
        routes=[
            *operator_routes(application, graphql),
            *earlier_routes(application),
            *training_routes(application),
            *calendar_routes(application),
            *graphiql_routes(settings),
        ],
        middleware=_middleware(application, graphql),
        exception_handlers={404: no_such_route, 405: no_such_route},
    )


def _middleware(application: Application, graphql: GraphQLEndpoint) -> list[Middleware]:
    """From the outside in. Whoever is turned away at the door costs nothing further in, but a page of another
    origin is to read even that."""
    settings = application.settings
    cors = Middleware(CORSMiddleware, **cors_options(settings))
    return [
        *([cors] if settings.cors_origins else []),
        Middleware(
            Door,
            places=application.places,
            reserve=settings.door_reserve,
            graphql_path=ENDPOINT,
            metrics=application.services.metrics.edge,
        ),
        Middleware(CorrelationId),
        Middleware(Compression),
        Middleware(Express, path=ENDPOINT, endpoint=graphql, live=LiveEndpoint(application.live)),
    ]


def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM, then stop in order. What is in the way of a start is said in a line."""
    configure_logging(level=settings.log_level, as_json=settings.logs_as_json)
    for chatty in ("alembic", "uvicorn.error"):  # what they say of a start and a stop, we say ourselves
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(settings))
    except (SettingsError, FlagOverrideError) as error:
        say(str(error))
        sys.exit(2)
    except CannotStart as error:
        say(str(error))
        sys.exit(error.exit_code)


async def _run(settings: Settings) -> None:
    environ, turned_on = with_flags_on(settings, environment())
    refuse_contradictions(settings, environ)
    with stop_by_signals() as stop:
        try:
            with listening_socket(settings.host, settings.port) as listener:
                async with database_url(settings) as url:
                    application = wire(settings, url, environ=environ)
                    await _serve(application, url, listener, stop, turned_on)
        except asyncio.CancelledError:
            if stop.signal is None:
                raise
            say("Stopped before it was ready.")
            sys.exit(128 + stop.signal)


async def _serve(
    application: Application,
    url: str,
    listener: socket.socket,
    stop: Stop,
    turned_on: Sequence[Flag],
) -> None:
    settings = application.settings
    try:
        await bring_up_to_date(url)
        async with step("Connecting to the other systems"):
            await application.start()
        has_demo = await fill(application)
        server = Server(build_app(application), application)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await _begun(server, serving, settings)
        stop.interrupts = False
        gc.collect()
        gc.freeze()
        # What is made by the ten thousand goes by itself: looking it through again and again for rings took a
        # quarter of bringing a large team in step, and held the loop for a fifth of a second at a time.
        gc.set_threshold(50_000, 10, 10)
        address = web_address(listener)
        _log.info("serving", address=address, environment=settings.taper_env)
        welcome(settings, address, turned_on=turned_on, has_demo=has_demo)
        await _until_asked(stop, serving)
        await _leave(application, server, serving, stop)
    finally:
        await _close(application)
    _log.info("stopped")


class Server(uvicorn.Server):
    """Uvicorn, told by us when to stop: its own handling of signals would end the process too early."""

    def __init__(self, app: Starlette, application: Application) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_http(application),
                forwarded_allow_ips=application.settings.trusted_proxies,
                timeout_keep_alive=int(application.settings.keep_alive_seconds),
                ws=Wire,
                ws_max_size=application.limits.body_bytes,
                ws_per_message_deflate=False,
                ws_ping_interval=20.0,  # finds peers that are gone, and those who do not read
                ws_ping_timeout=10.0,
                lifespan="off",
                log_config=None,
                access_log=False,  # operations are logged, with what they were
                server_header=False,
                timeout_graceful_shutdown=max(1, int(_work_seconds(application.settings))),
            )
        )
        self.is_listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _http(application: Application) -> type[BoundedHttp]:
    bounded = bounded_http(application.settings)
    has_shortcut = application.reads is not None and application.rates.are_at_hand
    return shortcut_http(bounded, Shortcut(application, ENDPOINT)) if has_shortcut else bounded


async def _begun(server: Server, serving: asyncio.Task[None], settings: Settings) -> None:
    listening = asyncio.create_task(server.is_listening.wait())
    await asyncio.wait({listening, serving}, return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    if serving.done() and (error := serving.exception()) is not None:
        if isinstance(error, OSError):
            raise cannot_listen(error, settings.host, settings.port)
        raise error


async def _until_asked(stop: Stop, serving: asyncio.Task[None]) -> None:
    asked = asyncio.create_task(stop.asked.wait())
    await asyncio.wait({asked, serving}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()


async def _leave(application: Application, server: Server, serving: asyncio.Task[None], stop: Stop) -> None:
    """Not ready, but still serving while balancers look elsewhere; then no more requests, no more work."""
    settings = application.settings
    application.health.is_draining = True
    _log.info("draining", signal=signal.Signals(stop.signal).name if stop.signal else None)
    await _pause(stop, settings.shutdown_delay_seconds)
    until = asyncio.get_running_loop().time() + _work_seconds(settings)
    server.should_exit = True
    stopping = asyncio.create_task(application.live.stop(_work_seconds(settings)))
    hurry = asyncio.create_task(_hurry(stop, server))
    try:
        await serving
    finally:
        hurry.cancel()
        await stopping
    remaining_seconds = max(0.1, until - asyncio.get_running_loop().time())
    if unfinished := await application.drain(remaining_seconds):
        _log.error("units_of_work_abandoned", count=unfinished)


def _work_seconds(settings: Settings) -> float:
    """How long requests and units of work may still take, of the whole grace."""
    return max(0.5, settings.shutdown_grace_seconds - CLOSE_SECONDS - POSTGRES_SECONDS)


async def _hurry(stop: Stop, server: Server) -> None:
    await stop.hurried.wait()
    server.force_exit = True


async def _pause(stop: Stop, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.hurried.wait()
    except TimeoutError:
        return


async def _close(application: Application) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await application.close()
    except TimeoutError:
        _log.error("closed_without_goodbye", seconds=CLOSE_SECONDS)

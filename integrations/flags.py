"""Feature flags: one seam between Taper and LaunchDarkly, answered from memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Literal

from structlog.typing import FilteringBoundLogger

from integrations import launchdarkly
from integrations.flag_overrides import overrides_from
from integrations.threads import call_in_thread

if TYPE_CHECKING:
    from ldclient import LDClient
    from ldclient.evaluation import EvaluationDetail
    from ldclient.interfaces import FlagChange

Source = Literal["launchdarkly", "environment", "default"]
State = Literal["off", "starting", "ready", "unreachable"]

START_DEADLINE_SECONDS = 1.5
CLOSE_DEADLINE_SECONDS = 3.0
STARTING_FOR_AT_MOST_SECONDS = 10.0
"""A stream that connects but never speaks reports no error for five minutes; health shall say so sooner."""


class Flag(StrEnum):
    TIME_CRUNCH = "feature.v1_planning_time_crunch_ai"
    TIME_CRUNCH_UI = "feature.v1_planning_time_crunch_ui"
    TIME_CRUNCH_PREVIEW = "feature.stream5_time_crunch_mode"
    SEASONS = "feature.v1_season_planning"
    PHASE_TEMPLATES = "feature.v1_phase_templates"
    PHASE_ADJUSTMENTS = "feature.v1_phase_adjustments"
    ASSIGNMENTS = "feature.v1_workout_assignments"
    WORKLOAD = "feature.v1_workload_analytics"
    LIVE = "feature.v1_live_updates"


@dataclass(frozen=True, slots=True)
class FlagCard:
    """Who answers for a flag, and the day by which it should be gone from the code."""

    description: str
    owner: str
    gone_by: date


CARDS: Mapping[Flag, FlagCard] = {
    Flag.TIME_CRUNCH: FlagCard(
        "Compress a session to the minutes at hand, and store the result.", "planning", date(2027, 6, 30)
    ),
    Flag.TIME_CRUNCH_UI: FlagCard(
        "Whether a frontend shows the call to action 'Short on time?'.", "web", date(2027, 6, 30)
    ),
    Flag.TIME_CRUNCH_PREVIEW: FlagCard(
        "Preview a whole plan compressed; target minutes in plan generation.", "planning", date(2027, 3, 31)
    ),
    Flag.SEASONS: FlagCard(
        "Lay out a team's season in phases: read, make, change, import and export it.",
        "season",
        date(2027, 9, 30),
    ),
    Flag.PHASE_TEMPLATES: FlagCard(
        "Keep phase templates, and apply one to a team.", "season", date(2027, 9, 30)
    ),
    Flag.PHASE_ADJUSTMENTS: FlagCard(
        "Bring a team's assignments in step with its phase.", "season", date(2027, 9, 30)
    ),
    Flag.ASSIGNMENTS: FlagCard(
        "Give workouts to players, and report that they were done.", "season", date(2027, 9, 30)
    ),
    Flag.WORKLOAD: FlagCard(
        "Workload, readiness, thresholds and alerts, and what feeds them.", "workload", date(2027, 9, 30)
    ),
    Flag.LIVE: FlagCard("Subscriptions: what happens, as it happens.", "live", date(2027, 9, 30)),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom a flag is evaluated. ``user_key`` is stable, so a percentage roll-out is too."""

    user_key: str
    organization_id: str | None = None
    team_ids: tuple[str, ...] = ()
    role: str | None = None
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class FlagValue:
    """``source`` says who decided: LaunchDarkly, an environment variable, or nobody (then it is off)."""

    key: Flag
    enabled: bool
    source: Source


class Flags:
    """Every flag is off until LaunchDarkly or the environment says otherwise; the environment wins."""

    def __init__(
        self,
        *,
        sdk_key: str | None,
        environ: Mapping[str, str],
        log: FilteringBoundLogger,
        on_error: Callable[[Flag], None],
        stream_url: str | None = None,
        base_url: str | None = None,
        events_url: str | None = None,
        make_client: Callable[[], LDClient] | None = None,
    ) -> None:
        """``FlagOverrideError`` where an environment variable of a flag makes no sense."""
        self._overrides = {Flag(k): on for k, on in overrides_from(environ, [f.value for f in Flag]).items()}
        self._sdk_key = sdk_key or None
        self._log = log
        self._on_error = on_error
        self._make_client = make_client or (
            lambda: launchdarkly.connect(
                sdk_key or "", stream_url=stream_url, base_url=base_url, events_url=events_url
            )
        )
        self._client: LDClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started_at = 0.0
        self._closed = False
        self._failing: set[Flag] = set()
        self._callbacks: list[Callable[[Flag], None]] = []

    def is_on(self, flag: Flag, audience: Audience) -> bool:
        """From memory, in tens of microseconds; never raises."""
        return self.evaluate(flag, audience).enabled

    def evaluate_all(self, audience: Audience) -> list[FlagValue]:
        return [self.evaluate(flag, audience) for flag in Flag]

    def evaluate(self, flag: Flag, audience: Audience) -> FlagValue:
        if flag in self._overrides:
            return FlagValue(flag, self._overrides[flag], "environment")
        client = self._client
        try:
            # Asked first, because the SDK logs a warning for every evaluation that comes too early.
            if client is None or not client.is_initialized():
                return FlagValue(flag, False, "default")
            detail = client.variation_detail(flag.value, launchdarkly.context_of(audience), False)
        except Exception as error:
            self._failed(flag, error)
            return FlagValue(flag, False, "default")
        return self._judged(flag, detail)

    def state(self) -> State:
        """For health: ``unreachable`` still serves, the last values known or the defaults."""
        if self._sdk_key is None or self._closed:
            return "off"
        patient = time.monotonic() - self._started_at < STARTING_FOR_AT_MOST_SECONDS
        if self._client is None:
            return "starting" if patient else "unreachable"
        status = self._client.data_source_status_provider.status
        if status.state.value == "valid":
            return "ready"
        if status.state.value == "initializing" and status.error is None and patient:
            return "starting"
        return "unreachable"

    def on_change(self, callback: Callable[[Flag], None]) -> Callable[[], None]:
        """Have ``callback`` called in the event loop when a flag's rules change; the answer undoes it.

        It tells that a flag may have changed for somebody, not for whom: evaluate again. It may tell twice.
        """
        self._callbacks.append(callback)

        def undo() -> None:
            with suppress(ValueError):
                self._callbacks.remove(callback)

        return undo

    async def start(self) -> None:
        """Connect in the background. Returns within the deadline whatever LaunchDarkly does; never raises."""
        if self._overrides:
            self._log.info("flags overridden", flags={f.value: on for f, on in self._overrides.items()})
        if self._sdk_key is None:
            self._log.info("flags without LaunchDarkly", reason="no SDK key; every flag has its default")
            return
        self._loop = asyncio.get_running_loop()
        self._started_at = time.monotonic()
        try:
            await call_in_thread(
                self._connect, name="taper-flags-start", deadline_seconds=START_DEADLINE_SECONDS
            )
        except Exception as error:
            self._log.warning("flags start with their defaults", error=repr(error))

    async def close(self) -> None:
        """Sends what evaluations are still to be reported, within a deadline. Evaluating stays possible."""
        self._closed = True
        if self._client is None:
            return
        try:
            await call_in_thread(
                partial(launchdarkly.close, self._client),
                name="taper-flags-close",
                deadline_seconds=CLOSE_DEADLINE_SECONDS,
            )
        except Exception as error:
            self._log.warning("flags closed without goodbye", error=repr(error))

    def _connect(self) -> None:
        """In a thread: the SDK blocks while it is loaded and while it starts."""
        client = self._make_client()
        client.flag_tracker.add_listener(self._changed)
        self._client = client
        if self._closed:  # close() came while the client was being made and saw none
            launchdarkly.close(client)
        elif client.is_initialized():  # the first values came before anybody listened
            self._tell_soon(*Flag)

    def _changed(self, change: FlagChange) -> None:
        """In a thread of the SDK."""
        with suppress(ValueError):  # a flag of somebody else's
            self._tell_soon(Flag(change.key))

    def _tell_soon(self, *flags: Flag) -> None:
        if self._loop is None:
            return
        for flag in flags:
            if flag not in self._overrides:
                with suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._tell, flag)

    def _tell(self, flag: Flag) -> None:
        for callback in tuple(self._callbacks):
            try:
                callback(flag)
            except Exception:
                self._log.exception("a listener to flags failed", flag=flag.value)

    def _judged(self, flag: Flag, detail: EvaluationDetail) -> FlagValue:
        reason = detail.reason or {}
        if reason.get("errorKind") == "FLAG_NOT_FOUND":  # not made there yet: no fault
            return FlagValue(flag, False, "default")
        if reason.get("kind") == "ERROR" or not isinstance(detail.value, bool):
            self._failed(flag, reason.get("errorKind") or f"the value is no boolean: {detail.value!r}")
            return FlagValue(flag, False, "default")
        self._failing.discard(flag)
        return FlagValue(flag, detail.value, "launchdarkly")

    def _failed(self, flag: Flag, error: object) -> None:
        """Counted every time, logged once until the flag works again: it may be asked many times a second."""
        self._on_error(flag)
        if flag not in self._failing:
            self._failing.add(flag)
            self._log.error("a flag cannot be evaluated", flag=flag.value, error=str(error), serving=False)

"""Product analytics: events to Segment, or to the log where no write key is given.

An event is told and forgotten. Telling never waits, never raises, and loses the event when it cannot be kept.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from structlog.typing import FilteringBoundLogger

from domain.compression.model import Strategy
from domain.sessions import CompressionSource
from integrations.threads import call_in_thread

if TYPE_CHECKING:
    from segment.analytics import Client

START_DEADLINE_SECONDS = 2.0
CLOSE_DEADLINE_SECONDS = 3.0
QUEUE_SIZE = 10_000

Properties = Mapping[str, str | int | float | None]


class AbandonReason(StrEnum):
    """Why a compression that was asked for came to nothing."""

    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    FLAG_DISABLED = "flag_disabled"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class TimeCrunch:
    """A compression as analytics sees it; ``achieved`` and ``saved`` stay empty until they are known."""

    plan_id: UUID
    session_id: UUID
    user_id: str
    source: CompressionSource
    target_minutes: int
    achieved_minutes: float | None = None
    total_minutes_saved: float | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview as analytics sees it; ``reason`` says why it fell back or was declined."""

    plan_id: UUID
    user_id: str
    source: CompressionSource
    target_minutes: int
    strategy: Strategy | None = None
    reason: str | None = None


class Analytics:
    """One Segment client; ``on_drop`` is told, from any thread, how many events were just lost."""

    def __init__(
        self,
        *,
        write_key: str | None,
        log: FilteringBoundLogger,
        on_drop: Callable[[int], None],
        host: str | None = None,
        queue_size: int = QUEUE_SIZE,
    ) -> None:
        self._write_key = write_key or None
        self._log = log.bind(module="time-crunch", service="planning-engine")
        self._on_drop = on_drop
        self._host = host
        self._queue_size = queue_size
        self._client: Client | None = None

    def time_crunch_requested(self, crunch: TimeCrunch) -> None:
        self._tell("time_crunch_requested", crunch.user_id, _of_crunch(crunch))

    def time_crunch_success(self, crunch: TimeCrunch) -> None:
        """The engine found a compression."""
        self._tell("time_crunch_success", crunch.user_id, _of_crunch(crunch))

    def time_crunch_completed(self, crunch: TimeCrunch) -> None:
        """The compression is stored."""
        self._tell("time_crunch_completed", crunch.user_id, _of_crunch(crunch))

    def time_crunch_abandoned(self, crunch: TimeCrunch, reason: AbandonReason) -> None:
        properties = {**_of_crunch(crunch), "reason": AbandonReason(reason).value}
        self._tell("time_crunch_abandoned", crunch.user_id, properties)

    def preview_requested(self, preview: Preview) -> None:
        self._tell("stream5.time_crunch_preview_requested", preview.user_id, _of_preview(preview))

    def preview_succeeded(self, preview: Preview) -> None:
        self._tell("stream5.time_crunch_preview_succeeded", preview.user_id, _of_preview(preview))

    def preview_fallback(self, preview: Preview) -> None:
        """The caller got something less than the preview that was asked for."""
        self._tell("stream5.time_crunch_preview_fallback", preview.user_id, _of_preview(preview))

    def preview_declined(self, preview: Preview) -> None:
        """The user saw the preview and did not want it; a frontend reports it."""
        self._tell("stream5.time_crunch_preview_declined", preview.user_id, _of_preview(preview))

    async def start(self) -> None:
        """Events told before this, or without a write key, go to the log. Never raises."""
        if self._write_key is None:
            self._log.info("analytics to the log", reason="no write key")
            return
        try:
            await call_in_thread(
                self._connect, name="taper-analytics-start", deadline_seconds=START_DEADLINE_SECONDS
            )
        except Exception as error:
            self._log.warning("analytics start late or not at all", error=repr(error))

    async def close(self) -> None:
        """Sends what waits, within a deadline; what cannot be sent by then is lost and counted."""
        client, self._client = self._client, None
        if client is None:
            return
        # The library would wait for its thread at exit, for as long as a dead host takes to be given up.
        atexit.unregister(client.join)
        try:
            lost = await call_in_thread(
                partial(_flush, client, CLOSE_DEADLINE_SECONDS),
                name="taper-analytics-close",
                deadline_seconds=CLOSE_DEADLINE_SECONDS + 0.5,
            )
        except Exception as error:
            self._log.warning("analytics closed without goodbye", error=repr(error))
            return
        if lost:
            self._dropped(lost, "closed before they could be sent")

    def _connect(self) -> None:
        """In a thread: the library takes a quarter of a second to load."""
        from segment.analytics import Client

        self._client = Client(
            self._write_key,
            host=self._host,
            max_queue_size=self._queue_size,
            max_retries=2,
            timeout=1,
            on_error=self._failed,
        )

    def _tell(self, name: str, user_id: str, properties: Properties) -> None:
        client = self._client
        if client is None:
            self._log.info("analytics event", name=name, properties=dict(properties))
            return
        try:
            kept, _ = client.track(user_id=user_id, event=name, properties=dict(properties))
        except Exception as error:
            self._dropped(1, repr(error))
            return
        if not kept:
            self._on_drop(1)  # the library has logged that its queue is full

    def _failed(self, error: Exception, batch: list[Any]) -> None:
        """In the library's thread, after its last retry."""
        if self._client is not None:  # afterwards they are counted by close()
            self._dropped(len(batch), repr(error))

    def _dropped(self, events: int, reason: str) -> None:
        self._on_drop(events)
        self._log.warning("analytics events lost", events=events, reason=reason)


def _of_crunch(crunch: TimeCrunch) -> Properties:
    return {
        "planId": str(crunch.plan_id),
        "sessionId": str(crunch.session_id),
        "userId": crunch.user_id,
        "source": CompressionSource.of(crunch.source).value,
        "targetMinutes": crunch.target_minutes,
        "achievedMinutes": crunch.achieved_minutes,
        "totalMinutesSaved": crunch.total_minutes_saved,
    }


def _of_preview(preview: Preview) -> Properties:
    return {
        "planId": str(preview.plan_id),
        "targetMinutes": preview.target_minutes,
        "compressionStrategy": preview.strategy.value if preview.strategy is not None else None,
        "reason": preview.reason,
        "userId": preview.user_id,
        "source": CompressionSource.of(preview.source).value,
    }


def _flush(client: Client, deadline_seconds: float) -> int:
    """Wait until the queue is empty; how many events are still in it at the deadline.

    Not the library's ``shutdown``: it waits without an end, and after a refusal with Retry-After for minutes.
    """
    until = time.monotonic() + deadline_seconds
    while client.queue.unfinished_tasks and time.monotonic() < until:
        time.sleep(0.02)
    lost: int = client.queue.unfinished_tasks
    for consumer in client.consumers:
        consumer.pause()
        consumer.join(timeout=max(0.0, until - time.monotonic()))
    return lost

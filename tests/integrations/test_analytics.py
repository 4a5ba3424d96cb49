"""Analytics through the real Segment client, against a local double of its endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest

from domain.compression.model import Strategy
from domain.sessions import CompressionSource
from integrations import analytics as module
from integrations.analytics import AbandonReason, Analytics, Preview, TimeCrunch
from tests.doubles.segment import Segment
from tests.integrations.helpers import Log, eventually

PLAN = UUID("018f0000-0000-7000-8000-000000000001")
SESSION = UUID("018f0000-0000-7000-8000-000000000002")
ASKED = TimeCrunch(PLAN, SESSION, "anna", CompressionSource.CTA, target_minutes=40)
DONE = replace(ASKED, achieved_minutes=38.5, total_minutes_saved=36.5)
PREVIEW = Preview(PLAN, "anna", CompressionSource.MANUAL, target_minutes=30)

DONE_PROPERTIES = {
    "planId": str(PLAN),
    "sessionId": str(SESSION),
    "userId": "anna",
    "source": "cta",
    "targetMinutes": 40,
    "achievedMinutes": 38.5,
    "totalMinutesSaved": 36.5,
}
ASKED_PROPERTIES = {**DONE_PROPERTIES, "achievedMinutes": None, "totalMinutesSaved": None}
PREVIEW_PROPERTIES = {
    "planId": str(PLAN),
    "targetMinutes": 30,
    "compressionStrategy": None,
    "reason": None,
    "userId": "anna",
    "source": "manual",
}

EVENTS: list[tuple[Callable[[Analytics], None], str, dict[str, object]]] = [
    (lambda a: a.time_crunch_requested(ASKED), "time_crunch_requested", ASKED_PROPERTIES),
    (lambda a: a.time_crunch_success(DONE), "time_crunch_success", DONE_PROPERTIES),
    (lambda a: a.time_crunch_completed(DONE), "time_crunch_completed", DONE_PROPERTIES),
    *(
        (
            lambda a, reason=reason: a.time_crunch_abandoned(ASKED, reason),
            "time_crunch_abandoned",
            {**ASKED_PROPERTIES, "reason": word},
        )
        for reason, word in zip(
            AbandonReason, ("not_found", "forbidden", "flag_disabled", "error"), strict=True
        )
    ),
    (
        lambda a: a.preview_requested(PREVIEW),
        "stream5.time_crunch_preview_requested",
        PREVIEW_PROPERTIES,
    ),
    (
        lambda a: a.preview_succeeded(replace(PREVIEW, strategy=Strategy.CORE_PLUS_BLOCK)),
        "stream5.time_crunch_preview_succeeded",
        {**PREVIEW_PROPERTIES, "compressionStrategy": "core_plus_block"},
    ),
    (
        lambda a: a.preview_fallback(replace(PREVIEW, reason="shortest possible")),
        "stream5.time_crunch_preview_fallback",
        {**PREVIEW_PROPERTIES, "reason": "shortest possible"},
    ),
    (
        lambda a: a.preview_declined(replace(PREVIEW, reason="too hard")),
        "stream5.time_crunch_preview_declined",
        {**PREVIEW_PROPERTIES, "reason": "too hard"},
    ),
]


class Bench:
    def __init__(self, host: str | None, write_key: str | None = "key", queue_size: int = 100) -> None:
        self.log = Log()
        self.dropped = 0
        self.analytics = Analytics(
            write_key=write_key, log=self.log.logger, on_drop=self._drop, host=host, queue_size=queue_size
        )

    def _drop(self, events: int) -> None:
        self.dropped += events


@asynccontextmanager
async def analytics_at(host: str, queue_size: int = 100) -> AsyncIterator[Bench]:
    bench = Bench(host, queue_size=queue_size)
    await bench.analytics.start()
    try:
        yield bench
    finally:
        await bench.analytics.close()


@pytest.fixture
def segment() -> Iterator[Segment]:
    with Segment() as double:
        yield double


async def test_events_arrive_with_exactly_the_names_and_properties_that_were_agreed(segment: Segment) -> None:
    async with analytics_at(segment.url) as bench:
        for tell, _, _ in EVENTS:
            tell(bench.analytics)

    assert [(e["event"], e["properties"]) for e in segment.events] == [(n, p) for _, n, p in EVENTS]
    assert {(e["type"], e["userId"]) for e in segment.events} == {("track", "anna")}
    assert bench.dropped == 0


async def test_without_a_write_key_the_same_events_go_to_the_log() -> None:
    bench = Bench(None, write_key="")
    await bench.analytics.start()

    for tell, _, _ in EVENTS:
        tell(bench.analytics)

    logged = bench.log.named("analytics event")
    assert [(e["name"], e["properties"]) for e in logged] == [(n, p) for _, n, p in EVENTS]
    assert all((e["module"], e["service"]) == ("time-crunch", "planning-engine") for e in logged)
    await bench.analytics.close()


async def test_a_full_queue_loses_events_counts_them_and_holds_nobody_up(segment: Segment) -> None:
    segment.silent = True
    async with analytics_at(segment.url, queue_size=5) as bench:
        bench.analytics.time_crunch_requested(ASKED)
        await eventually(lambda: segment.requests == 1)  # the first is on its way, the queue is empty

        for _ in range(25):
            bench.analytics.time_crunch_requested(ASKED)

        assert bench.dropped == 20, "each at once: the double keeps silent until it stops"
        segment.silent = False
        segment.stop()
        segment.start()
        await eventually(lambda: len(segment.events) >= 5)


async def test_a_refused_batch_is_counted_when_it_is_given_up(segment: Segment) -> None:
    segment.status = 400

    async with analytics_at(segment.url) as bench:
        bench.analytics.time_crunch_requested(ASKED)
        bench.analytics.time_crunch_completed(DONE)
        await eventually(lambda: bench.dropped == 2)

    assert segment.requests == 1, "what Segment calls wrong is not sent again"
    assert bench.log.named("analytics events lost")


async def test_with_segment_down_events_are_given_up_after_two_retries_and_counted() -> None:
    with Segment() as gone:
        pass

    async with analytics_at(gone.url) as bench:
        bench.analytics.time_crunch_requested(ASKED)
        await eventually(lambda: bench.dropped == 1)


async def test_closing_keeps_to_its_deadline_when_segment_hangs(
    segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CLOSE_DEADLINE_SECONDS", 0.3)
    segment.silent = True
    async with analytics_at(segment.url) as bench:
        for _ in range(3):
            bench.analytics.time_crunch_requested(ASKED)
        await eventually(lambda: segment.requests == 1)

        closing = asyncio.create_task(bench.analytics.close())
        turns = 0
        while not closing.done():
            turns += 1
            await asyncio.sleep(0.005)
        await closing

        assert bench.dropped == 3
    assert turns > 5, "the loop went on meanwhile"


async def test_an_event_that_cannot_be_sent_is_counted_and_does_not_raise(segment: Segment) -> None:
    async with analytics_at(segment.url) as bench:
        bench.analytics.preview_declined(replace(PREVIEW, reason="x" * 40_000))
        bench.analytics.preview_declined(replace(PREVIEW, user_id=""))

        assert bench.dropped == 2


async def test_events_told_after_closing_go_to_the_log(segment: Segment) -> None:
    async with analytics_at(segment.url) as bench:
        pass

    bench.analytics.time_crunch_requested(ASKED)

    assert len(bench.log.named("analytics event")) == 1

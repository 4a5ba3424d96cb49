"""Who is told of a compression: the metrics, the analytics and the log, each in its own words."""

from __future__ import annotations

import time
from dataclasses import replace

import structlog

from domain.compression.model import Compression, Strategy
from domain.errors import DomainError, Forbidden, NotFound
from domain.sessions import CompressionSource
from integrations.analytics import AbandonReason, Preview, TimeCrunch
from integrations.metrics import CompressResult, EngineStatus
from resolvers.context import Context
from resolvers.ids import Kind, uuid_or_none
from resolvers.sight import NOBODY

_log = structlog.get_logger(__name__, module="time-crunch", service="planning-engine")


class CompressTold:
    """One request to compress. An id that is none of ours is told as the UUID of nobody."""

    def __init__(
        self, context: Context, plan_id: str, session_id: str, source: CompressionSource, target_minutes: int
    ) -> None:
        self._services = context.services
        self._correlation_id = context.correlation_id
        self._began = time.perf_counter()
        self._crunch = TimeCrunch(
            plan_id=uuid_or_none(Kind.PLAN, plan_id) or NOBODY,
            session_id=uuid_or_none(Kind.SESSION, session_id) or NOBODY,
            user_id=context.caller.key,
            source=source,
            target_minutes=target_minutes,
        )

    def requested(self) -> None:
        self._services.analytics.time_crunch_requested(self._crunch)

    def stored(self, compression: Compression) -> None:
        """The compression, or that there is nothing to change, is the answer, and it is committed."""
        crunch = replace(
            self._crunch,
            achieved_minutes=compression.achieved_minutes,
            total_minutes_saved=compression.minutes_saved,
        )
        self._services.analytics.time_crunch_success(crunch)
        self._services.analytics.time_crunch_completed(crunch)

    def switched_off(self) -> None:
        self._services.metrics.engine_request(EngineStatus.DISABLED, None)
        self._services.analytics.time_crunch_abandoned(self._crunch, AbandonReason.FLAG_DISABLED)

    def answered(self, result: CompressResult) -> None:
        self._ended(result)

    def failed(self, error: Exception) -> None:
        result, reason = _verdict(error)
        self._services.analytics.time_crunch_abandoned(self._crunch, reason)
        self._ended(result, error)

    def _ended(self, result: CompressResult, error: Exception | None = None) -> None:
        seconds = time.perf_counter() - self._began
        self._services.metrics.time_crunch_request(result, self._crunch.source)
        if result is not CompressResult.DISABLED:  # at 10 % these would be nine of ten, and hide a slow tenth
            self._services.metrics.time_crunch_duration(seconds)
        _log.info(
            "compression requested",
            result=result.value,
            plan_id=str(self._crunch.plan_id),
            session_id=str(self._crunch.session_id),
            source=self._crunch.source.value,
            target_minutes=self._crunch.target_minutes,
            seconds=round(seconds, 4),
            code=error.code if isinstance(error, DomainError) else None,
            correlation_id=self._correlation_id,
        )


class PreviewTold:
    """One request for a preview of a plan."""

    def __init__(
        self,
        context: Context,
        plan_id: str,
        target_minutes: int,
        source: CompressionSource = CompressionSource.UNKNOWN,
    ) -> None:
        self._services = context.services
        self._correlation_id = context.correlation_id
        self._began = time.perf_counter()
        self._preview = Preview(
            plan_id=uuid_or_none(Kind.PLAN, plan_id) or NOBODY,
            user_id=context.caller.key,
            source=source,
            target_minutes=target_minutes,
        )

    def requested(self) -> None:
        self._services.analytics.preview_requested(self._preview)

    def succeeded(self, strategy: Strategy) -> None:
        self._services.analytics.preview_succeeded(replace(self._preview, strategy=strategy))
        self._ended("succeeded")

    def fell_back(self, reason: str, strategy: Strategy | None = None) -> None:
        """``reason`` is an error's code, or ``target_not_met``: then it shows the shortest there is."""
        self._services.analytics.preview_fallback(replace(self._preview, strategy=strategy, reason=reason))
        self._ended(reason)

    def declined(self, strategy: Strategy | None, reason: str | None) -> None:
        self._services.analytics.preview_declined(replace(self._preview, strategy=strategy, reason=reason))

    def _ended(self, result: str) -> None:
        seconds = time.perf_counter() - self._began
        self._services.metrics.time_crunch_duration(seconds)
        _log.info(
            "preview requested",
            result=result,
            plan_id=str(self._preview.plan_id),
            target_minutes=self._preview.target_minutes,
            seconds=round(seconds, 4),
            correlation_id=self._correlation_id,
        )


def _verdict(error: Exception) -> tuple[CompressResult, AbandonReason]:
    match error:
        case NotFound():
            return CompressResult.NOT_FOUND, AbandonReason.NOT_FOUND
        case Forbidden():
            return CompressResult.FORBIDDEN, AbandonReason.FORBIDDEN
        case DomainError():
            return CompressResult.INVALID, AbandonReason.ERROR
    return CompressResult.FAILED, AbandonReason.ERROR


def code_of(error: Exception) -> str:
    return error.code if isinstance(error, DomainError) else "internal_error"

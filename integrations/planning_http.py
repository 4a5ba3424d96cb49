"""One call to the planning service: who asks, for how long at most, how often, and what comes back."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx2
import orjson
import stamina
from aiolimiter import AsyncLimiter
from structlog.typing import FilteringBoundLogger

from integrations.breaker import Breaker, BreakerOpen, BreakerState
from integrations.planning_errors import (
    AnswerMalformed,
    PlanningDown,
    PlanningError,
    PlanningUnavailable,
    Reason,
)
from integrations.planning_metrics import Operation, PlanningMetrics
from integrations.planning_replies import json_of
from integrations.service_tokens import ServiceTokens

BUDGET_SECONDS = 1.0
"""Of one call with its retries and all its waiting."""

TURN_SECONDS = 0.3
ATTEMPTS = 3
LONGEST_PAUSE_SECONDS = 300.0
PAUSE_SECONDS = 1.0
_MOST_CONNECTIONS = 20
_HEADER_SAFE = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class OnBehalfOf:
    """Whose wish it is. The service hears of them, and so can say no or write it down."""

    user_id: UUID | None
    role: str
    organization_id: UUID | None
    correlation_id: str = ""

    def headers(self) -> dict[str, str]:
        """What is not known, or is no text for a header, is left out."""
        found = {
            "X-Correlation-ID": self.correlation_id,
            "X-User-Id": str(self.user_id or ""),
            "X-User-Role": self.role,
            "X-Organization-Id": str(self.organization_id or ""),
        }
        return {name: value for name, value in found.items() if _HEADER_SAFE.fullmatch(value)}


class PlanningHttp:
    """Keeps to the rate, to what Retry-After asks for, and away from a service that is not well."""

    def __init__(
        self,
        url: str,
        *,
        tokens: ServiceTokens,
        log: FilteringBoundLogger,
        metrics: PlanningMetrics,
        rate_per_second: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/")
        self._tokens = tokens
        self._log = log
        self._metrics = metrics
        self._clock = clock
        self._limiter = AsyncLimiter(rate_per_second, 1.0)
        self._breaker = Breaker(clock=clock, on_change=self._tell_change)
        self._not_before = 0.0
        self._client = httpx2.AsyncClient(
            timeout=BUDGET_SECONDS, limits=httpx2.Limits(max_connections=_MOST_CONNECTIONS)
        )

    @property
    def is_well(self) -> bool:
        return self._breaker.state is BreakerState.CLOSED and self._pause_seconds() == 0

    async def call(
        self,
        operation: Operation,
        method: str,
        path: str,
        caller: OnBehalfOf,
        *,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        is_read: bool = True,
    ) -> bytes:
        """The JSON of the answer, ``null`` where there is no such thing. Only a read is tried again.

        PlanningUnavailable or PlanningRefused, after the budget at the latest.
        """
        request = self._client.build_request(
            method,
            self._url + path,
            content=None if body is None else orjson.dumps(body),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # or a small answer could unfold into a large one
                **({} if body is None else {"Content-Type": "application/json"}),
                **caller.headers(),
                **(headers or {}),
            },
        )
        began = time.perf_counter()
        try:
            answer = await self._within_limits(request, is_read)
        except PlanningError as error:
            self._metrics.call(operation, error.reason, time.perf_counter() - began)
            if isinstance(error, AnswerMalformed):
                self._metrics.rejected(operation)
            self._take_note(error, operation, caller)
            raise
        self._metrics.call(operation, None, time.perf_counter() - began)
        return answer

    def reject(self, operation: Operation, malformed: AnswerMalformed, caller: OnBehalfOf) -> None:
        """A good answer, as far as HTTP goes, turned out not to be what was agreed: log it and count it."""
        self._metrics.rejected(operation)
        self._take_note(malformed, operation, caller)

    async def close(self) -> None:
        await self._client.aclose()

    async def _within_limits(self, request: httpx2.Request, is_read: bool) -> bytes:
        if pause := self._pause_seconds():
            raise PlanningUnavailable(Reason.LEFT_ALONE, "it asked us to wait", pause)
        deadline = asyncio.get_running_loop().time() + BUDGET_SECONDS
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._limiter.acquire()
        except TimeoutError:
            raise PlanningUnavailable(Reason.TOO_MANY, "our own limit of calls is used up") from None
        try:
            with self._breaker.guard((PlanningDown,)) as is_trial:
                try:
                    async with asyncio.timeout_at(deadline):
                        return await self._tries(
                            request, deadline, ATTEMPTS if is_read and not is_trial else 1
                        )
                except TimeoutError:
                    raise PlanningDown(Reason.TIMEOUT, f"no answer within {BUDGET_SECONDS:g} s") from None
        except BreakerOpen as is_open:
            raise PlanningUnavailable(
                Reason.LEFT_ALONE, "it was not well", is_open.retry_after_seconds
            ) from None

    async def _tries(self, request: httpx2.Request, deadline: float, attempts: int) -> bytes:
        def worth_another(error: Exception) -> bool | float:
            if not isinstance(error, PlanningUnavailable) or error.reason not in _PASSING:
                return False
            if not self._limiter.has_capacity():
                return False
            if error.retry_after_seconds is None:
                return error.reason is not Reason.RATE_LIMITED
            left = deadline - asyncio.get_running_loop().time()
            return error.retry_after_seconds if error.retry_after_seconds < left else False

        retrying = stamina.retry_context(
            worth_another, attempts=attempts, timeout=None, wait_initial=0.05, wait_max=0.2, wait_jitter=0.05
        )
        async for attempt in retrying:
            with attempt:
                if attempt.num > 1:
                    await self._limiter.acquire()
                return await self._once(request)
        raise AssertionError("stamina gives an attempt or raises")

    async def _once(self, request: httpx2.Request) -> bytes:
        request.headers["Authorization"] = f"Bearer {self._tokens.token()}"
        try:
            response = await self._client.send(request, stream=True)
            try:
                return await json_of(response)
            finally:
                await response.aclose()
        except httpx2.TimeoutException as error:
            raise PlanningDown(Reason.TIMEOUT, type(error).__name__) from error
        except httpx2.TransportError as error:
            raise PlanningDown(Reason.UNREACHABLE, type(error).__name__) from error

    def _pause_seconds(self) -> float:
        return max(0.0, self._not_before - self._clock())

    def _take_note(self, error: PlanningError, operation: Operation, caller: OnBehalfOf) -> None:
        if error.reason is Reason.LEFT_ALONE:
            return
        if isinstance(error, PlanningUnavailable) and error.reason in (
            Reason.RATE_LIMITED,
            Reason.SERVER_ERROR,
        ):
            default = PAUSE_SECONDS if error.reason is Reason.RATE_LIMITED else 0.0
            asked_for = default if error.retry_after_seconds is None else error.retry_after_seconds
            pause = min(asked_for, LONGEST_PAUSE_SECONDS)
            self._not_before = max(self._not_before, self._clock() + pause)
        self._log.warning(
            "the planning service gave no good answer",
            operation=operation.value,
            reason=error.reason.value,
            error=str(error),
            correlation_id=caller.correlation_id,
        )

    def _tell_change(self, state: BreakerState) -> None:
        self._metrics.breaker(state)
        if state is BreakerState.OPEN:
            self._log.warning("the planning service is left alone", seconds=self._breaker.open_for_seconds)
        elif state is BreakerState.CLOSED:
            self._log.info("the planning service is well again")


_PASSING = frozenset({Reason.UNREACHABLE, Reason.SERVER_ERROR, Reason.RATE_LIMITED})

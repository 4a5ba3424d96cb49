"""The planning service as the rest of the product sees it: its answers, how old they are, and how it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from structlog.typing import FilteringBoundLogger

from domain.assignments import Completion
from domain.exercise_matching import CatalogueIndex
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.seasons import SeasonPlan
from integrations.planning_answers import (
    TeamWorkload,
    read_current_phase,
    read_season_plan,
    read_template,
    read_workload,
)
from integrations.planning_errors import AnswerMalformed, PlanningError, PlanningRefused, PlanningUnavailable
from integrations.planning_http import OnBehalfOf, PlanningHttp
from integrations.planning_metrics import Operation, PlanningMetrics
from integrations.planning_replies import NULL
from integrations.redis_clients import RedisAddress
from integrations.redis_store import RedisStore
from integrations.service_tokens import ServiceTokens, read_signing_key
from integrations.stale_cache import KEEP_SECONDS, Cached, Fetched, Key, StaleCache

CURRENT_PHASE_SECONDS = 3600.0
SEASON_PLAN_SECONDS = 2 * 3600.0
TEMPLATE_SECONDS = 2 * 3600.0
WORKLOAD_SECONDS = 15 * 60.0
NOTHING_THERE_SECONDS = 60.0
"""That there is none is kept for a minute only: who has just made one wants to see it."""

_PATH = "/api/v1/planning"

T = TypeVar("T")


class PlanningState(StrEnum):
    OFF = "off"
    OK = "ok"
    DEGRADED = "degraded"


@dataclass(frozen=True, slots=True)
class PlanningOptions:
    """``key_pem``: the Ed25519 key that our calls are signed with; ``audience``: whom they are for."""

    url: str
    key_pem: str
    audience: str = "planning-service"
    rate_per_second: int = 20
    redis: RedisAddress | None = None


def state_of(planning: PlanningService | None) -> PlanningState:
    """None is how a product without the service has it."""
    return PlanningState.OFF if planning is None else planning.state


class PlanningService:
    """Everything is answered within about a second, and within 0.3 s where an older answer can stand in.

    Answers are shared by an organization: who may see which team is decided before they are asked for. They
    raise PlanningUnavailable when there is not even an old one, PlanningRefused when the service says no.
    """

    def __init__(
        self,
        options: PlanningOptions,
        *,
        log: FilteringBoundLogger,
        metrics: PlanningMetrics,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """ValueError for a key that cannot be used. ``wall_clock`` is for ages and tokens, in seconds."""
        self._metrics = metrics
        self._http = PlanningHttp(
            options.url,
            tokens=ServiceTokens(
                read_signing_key(options.key_pem), audience=options.audience, clock=wall_clock
            ),
            log=log,
            metrics=metrics,
            rate_per_second=options.rate_per_second,
            clock=clock,
        )
        store = None
        if options.redis is not None:
            store = RedisStore(
                options.redis, log=log, keep_seconds=KEEP_SECONDS, on_error=metrics.redis_error
            )
        self._cache = StaleCache(store, log=log, stale_if=(PlanningUnavailable,), clock=wall_clock)

    @property
    def state(self) -> PlanningState:
        return PlanningState.OK if self._http.is_well else PlanningState.DEGRADED

    async def current_phase(self, team_id: UUID, caller: OnBehalfOf) -> Cached[SeasonPhase | None]:
        """The phase that was in force when it was asked for: whether it still is, its days say."""
        return await self._read(
            Operation.CURRENT_PHASE,
            _key(f"phase/{team_id}", caller, f"team/{team_id}"),
            _Request("GET", f"{_PATH}/teams/{team_id}/current-phase"),
            CURRENT_PHASE_SECONDS,
            lambda body: read_current_phase(body, team_id),
            caller,
        )

    async def season_plan(self, team_id: UUID, caller: OnBehalfOf) -> Cached[SeasonPlan | None]:
        return await self._read(
            Operation.SEASON_PLAN,
            _key(f"plan/{team_id}", caller, f"team/{team_id}"),
            _Request("GET", f"{_PATH}/teams/{team_id}/season-plan"),
            SEASON_PLAN_SECONDS,
            lambda body: read_season_plan(body, team_id, caller.organization_id),
            caller,
        )

    async def template(
        self, template_id: UUID, index: CatalogueIndex, caller: OnBehalfOf
    ) -> Cached[PhaseTemplate | None]:
        """None too if it is another organization's. Its exercises are those of ``index``."""
        return await self._read(
            Operation.TEMPLATE,
            _key(f"template/{template_id}", caller, f"template/{template_id}"),
            _Request("GET", f"{_PATH}/templates/{template_id}"),
            TEMPLATE_SECONDS,
            lambda body: read_template(body, template_id, caller.organization_id, index),
            caller,
        )

    async def workload(
        self, team_id: UUID, starts_on: date, ends_on: date, caller: OnBehalfOf
    ) -> Cached[TeamWorkload]:
        """Days inclusive."""
        body = {"teamId": str(team_id), "startDate": str(starts_on), "endDate": str(ends_on)}
        return await self._read(
            Operation.WORKLOAD,
            _key(
                f"workload/{team_id}/{starts_on}/{ends_on}", caller, f"team/{team_id}", _workload_of(team_id)
            ),
            _Request("POST", f"{_PATH}/workload/analyze", body),
            WORKLOAD_SECONDS,
            lambda body: read_workload(body, team_id, starts_on, ends_on),
            caller,
        )

    async def notify_completion(
        self, completion: Completion, team_id: UUID, caller: OnBehalfOf, *, idempotency_key: str
    ) -> None:
        """Tried once. After PlanningUnavailable it may have arrived or not: repeat it with the same key."""
        body = {
            "assignmentId": str(completion.assignment_id),
            "playerId": str(completion.player_id),
            "completedAt": completion.completed_at.isoformat(),
            "actualLoad": completion.actual_load_au,
            "completionRate": completion.completion_rate,
            "performance": None if completion.performance is None else dict(completion.performance),
        }
        await self._http.call(
            Operation.COMPLETION,
            "POST",
            f"{_PATH}/training/completion",
            caller,
            body=body,
            headers={"Idempotency-Key": idempotency_key},
            is_read=False,
        )
        await self._cache.invalidate(_workload_of(team_id))

    async def invalidate_team(self, team_id: UUID) -> None:
        """Its phase, plan or players changed: what is kept of it is no longer fresh, here and elsewhere."""
        await self._cache.invalidate(f"team/{team_id}")

    async def invalidate_template(self, template_id: UUID) -> None:
        await self._cache.invalidate(f"template/{template_id}")

    async def close(self) -> None:
        await self._cache.close()
        await self._http.close()

    async def _read(
        self,
        operation: Operation,
        key: Key,
        request: _Request,
        fresh_seconds: float,
        parse: Callable[[bytes], T],
        caller: OnBehalfOf,
    ) -> Cached[T]:
        was_ours = False

        async def fetch() -> Fetched:
            nonlocal was_ours
            was_ours = True
            body = await self._http.call(operation, request.method, request.path, caller, body=request.body)
            return Fetched(body, min(fresh_seconds, NOTHING_THERE_SECONDS) if body == NULL else fresh_seconds)

        def checked(body: bytes) -> T:
            try:
                return parse(body)
            except AnswerMalformed as malformed:
                self._http.reject(operation, malformed, caller)
                raise

        try:
            try:
                answer = await self._cache.get(key, fetch, checked)
            except PlanningRefused:
                if was_ours:
                    raise
                # It was somebody else who was refused, while we waited for the same answer.
                answer = Cached(checked((await fetch()).body), 0.0, is_stale=False)
        except PlanningError:
            self._metrics.answer(operation, is_stale=None)
            raise
        self._metrics.answer(operation, is_stale=answer.is_stale)
        return answer


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    body: Mapping[str, Any] | None = None


def _key(name: str, caller: OnBehalfOf, *groups: str) -> Key:
    return Key(f"planning/{name}/{caller.organization_id}", groups)


def _workload_of(team_id: UUID) -> str:
    return f"team/{team_id}/workload"

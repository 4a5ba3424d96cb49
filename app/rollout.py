"""One step of a rollout: read the flag and the metrics, judge, act if told to, and log every decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from structlog.typing import FilteringBoundLogger

from domain.rollout import Evidence, Judgement, Observation, Verdict, judge
from integrations.flags import Flag
from integrations.launchdarkly_api import (
    Instruction,
    LaunchDarklyApi,
    Targeting,
    rolling_out,
    turning_off,
)
from integrations.operator_http import OperatorApiError
from integrations.prometheus_api import PrometheusApi
from integrations.promql import SIGNALS


@dataclass(frozen=True, slots=True)
class Decision:
    """``instructions`` are what LaunchDarkly was told, or would be; ``after`` is the flag read again."""

    before: Targeting
    seen: Observation | None
    judgement: Judgement
    instructions: list[Instruction]
    after: Targeting | None = None


class Rollout:
    """Of one flag in one LaunchDarkly environment, judged by the last minutes of one Prometheus."""

    def __init__(
        self,
        flag: Flag,
        launchdarkly: LaunchDarklyApi,
        prometheus: PrometheusApi,
        *,
        window_minutes: int,
        evidence: Evidence,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
    ) -> None:
        self._flag = flag
        self._launchdarkly = launchdarkly
        self._prometheus = prometheus
        self._window_minutes = window_minutes
        self._evidence = evidence
        self._clock = clock
        self._log = log.bind(flag=flag.value)

    def step(self, *, act: bool, may_begin: bool = False) -> Decision:
        """To the next phase, nowhere or off, as the judgement says; without ``act`` it only says so."""
        before = self._launchdarkly.targeting(self._flag.value)
        seen = self._observed()
        judgement = judge(
            before.exposure, seen, now=self._clock(), evidence=self._evidence, may_begin=may_begin
        )
        return self._carried_out(Decision(before, seen, judgement, _instructions(before, judgement)), act=act)

    def back(self, why: str, *, act: bool) -> Decision:
        """Off, whatever the metrics say: somebody decided it. Prometheus is not asked."""
        before = self._launchdarkly.targeting(self._flag.value)
        judgement = Judgement(Verdict.ROLL_BACK, 0, (why,))
        return self._carried_out(Decision(before, None, judgement, turning_off(before)), act=act)

    def close(self) -> None:
        self._launchdarkly.close()
        self._prometheus.close()

    def _observed(self) -> Observation:
        """What cannot be had is None, and the judgement holds for it."""
        signals, window = SIGNALS[self._flag], f"{self._window_minutes}m"
        return Observation(
            window_minutes=self._window_minutes,
            requests=self._value(signals.requests(window)),
            success_share=self._value(signals.success_share(window)),
            error_share=self._value(signals.error_share(window)),
            p95_seconds=self._value(signals.quantile_seconds(0.95, window)),
        )

    def _value(self, query: str) -> float | None:
        try:
            return self._prometheus.value(query)
        except OperatorApiError as error:
            self._log.warning("metrics cannot be had", query=query, error=str(error))
            return None

    def _carried_out(self, decision: Decision, *, act: bool) -> Decision:
        act = act and bool(decision.instructions)
        facts = _facts(decision)
        self._log.info("rollout decided", acting=act, **facts)
        if not act:
            return decision
        before, judgement = decision.before, decision.judgement
        comment = f"taper rollout: {judgement.verdict}; {'; '.join(judgement.reasons)}"
        try:
            after = self._launchdarkly.change(before, decision.instructions, comment)
            if after.exposure.percent != judgement.next_percent:
                wanted, found = judgement.next_percent, after.exposure.percent
                raise OperatorApiError(
                    f"{before.key} was to be at {wanted} % and is at {found:g} %: somebody else "
                    "changed it at the same moment, or the change awaits approval"
                )
        except OperatorApiError as error:
            self._log.error("rollout not carried out", error=str(error), **facts)
            raise
        self._log.info("rollout carried out", percent=after.exposure.percent)
        return Decision(before, decision.seen, judgement, decision.instructions, after)


def _instructions(before: Targeting, judgement: Judgement) -> list[Instruction]:
    if judgement.verdict is Verdict.ROLL_BACK:
        return turning_off(before)
    if judgement.next_percent is not None:
        return rolling_out(before, judgement.next_percent)
    return []


def _facts(decision: Decision) -> dict[str, object]:
    seen, judgement = decision.seen, decision.judgement
    facts: dict[str, object] = {
        "verdict": judgement.verdict.value,
        "reasons": list(judgement.reasons),
        "percent_before": decision.before.exposure.percent,
        "percent_next": judgement.next_percent,
    }
    if seen is not None:
        facts |= {
            "window_minutes": seen.window_minutes,
            "requests": seen.requests,
            "success_share": seen.success_share,
            "error_share": seen.error_share,
            "p95_seconds": seen.p95_seconds,
        }
    return facts

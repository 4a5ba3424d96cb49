"""The questions to Prometheus that rollout, dashboard and alerts share, so that all three mean the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.flags import Flag
from integrations.metrics import CompressResult, EngineStatus, ErrorCode, Outcome

OUR_FAULTS = (
    ErrorCode.INTERNAL_ERROR,
    ErrorCode.UNAVAILABLE,
    ErrorCode.TIMEOUT,
    ErrorCode.OVERLOADED,
    ErrorCode.OTHER,
)
"""Codes that no caller can mend. The rest say what is wrong with the request or with the plan."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Selectors of counters, and the name of a histogram.

    An attempt is a request that the feature was on for: with a flag at 10 %, nine answers of ten are
    ``disabled`` and say nothing about it. A refusal is an attempt that is neither success nor error, so the
    success rate falls when callers are turned away, the error rate only when we fail.
    """

    attempts: str
    successes: str
    errors: str
    seconds: str

    def requests(self, window: str) -> str:
        """How many attempts; no value at all unless somebody is being scraped at this moment."""
        return f"sum(increase({self.attempts}[{window}])) and sum({self.attempts})"

    def success_share(self, window: str) -> str:
        return f"{self._rate(self.successes, window)} / {self._rate(self.attempts, window)}"

    def error_share(self, window: str) -> str:
        return f"{self._rate(self.errors, window)} / {self._rate(self.attempts, window)}"

    def quantile_seconds(self, quantile: float, window: str) -> str:
        return f"histogram_quantile({quantile}, sum by (le) (rate({self.seconds}_bucket[{window}])))"

    @staticmethod
    def _rate(selector: str, window: str) -> str:
        return f"sum(rate({selector}[{window}]))"


def _any_of(*values: str) -> str:
    return "|".join(values)


_REQUESTS = "planning_time_crunch_requests_total"
_ENGINE = "planning_engine_time_crunch"

TIME_CRUNCH = Signals(
    attempts=f'{_REQUESTS}{{result!="{CompressResult.DISABLED}"}}',
    successes=f'{_REQUESTS}{{result=~"{_any_of(CompressResult.COMPRESSED, CompressResult.UNCHANGED)}"}}',
    errors=f'{_REQUESTS}{{result="{CompressResult.FAILED}"}}',
    seconds="planning_time_crunch_duration_seconds",
)

ENGINE = Signals(
    attempts=f'{_ENGINE}_requests_total{{status!="{EngineStatus.DISABLED}"}}',
    successes=f'{_ENGINE}_requests_total{{status="{EngineStatus.SUCCESS}"}}',
    errors=f'{_ENGINE}_errors_total{{code=~"{_any_of(*OUR_FAULTS)}"}}',
    seconds=f"{_ENGINE}_duration_seconds",
)

_OPERATIONS = "taper_graphql_operations_total"
_ANSWERED = _any_of(Outcome.OK, Outcome.REFUSED)

API = Signals(
    attempts=f'{_OPERATIONS}{{outcome=~"{_any_of(_ANSWERED, Outcome.FAULT)}"}}',
    successes=f'{_OPERATIONS}{{outcome=~"{_ANSWERED}"}}',  # a refusal is an answer
    errors=f'{_OPERATIONS}{{outcome="{Outcome.FAULT}"}}',
    seconds="taper_graphql_duration_seconds",
)
"""How the whole API does: what a feature goes by that is many operations, none counted by itself."""

SIGNALS: Mapping[Flag, Signals] = {
    Flag.TIME_CRUNCH: TIME_CRUNCH,
    Flag.TIME_CRUNCH_UI: TIME_CRUNCH,  # the button is worth what pressing it gives
    Flag.TIME_CRUNCH_PREVIEW: ENGINE,  # a preview stores nothing: it is the engine's work alone
    Flag.SEASONS: API,
    Flag.PHASE_TEMPLATES: API,
    Flag.PHASE_ADJUSTMENTS: API,
    Flag.ASSIGNMENTS: API,
    Flag.WORKLOAD: API,
    Flag.LIVE: API,
}

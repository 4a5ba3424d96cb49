"""When a feature is given to more people, left as it is, or taken back: the guard rails of a rollout."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PHASES_PERCENT = (10, 25, 50, 100)


class Verdict(StrEnum):
    ADVANCE = "advance"
    HOLD = "hold"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many get the feature: 0 when its flag is off. ``changed_at`` None: nobody knows since when."""

    percent: float
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Observation:
    """What the last ``window_minutes`` showed. None or NaN: it could not be measured. Shares are 0 to 1."""

    window_minutes: int
    requests: float | None
    success_share: float | None
    error_share: float | None
    p95_seconds: float | None


@dataclass(frozen=True, slots=True)
class GuardRail:
    """Better than ``healthy`` may advance, worse than ``unbearable`` is rolled back; from one to the other,
    both bounds included, a phase is held."""

    name: str
    healthy: float
    unbearable: float
    measured: Callable[[Observation], float | None]
    show: Callable[[float], str]

    def is_healthy(self, value: float) -> bool:
        return value > self.healthy if self._more_is_better else value < self.healthy

    def is_unbearable(self, value: float) -> bool:
        return value < self.unbearable if self._more_is_better else value > self.unbearable

    @property
    def promise(self) -> str:
        good, bad = ("over", "under") if self._more_is_better else ("under", "over")
        return f"advance {good} {self.show(self.healthy)}, roll back {bad} {self.show(self.unbearable)}"

    @property
    def _more_is_better(self) -> bool:
        return self.healthy > self.unbearable


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _seconds(value: float) -> str:
    return f"{value:.3g} s"


GUARD_RAILS = (
    GuardRail("success rate", 0.95, 0.90, lambda seen: seen.success_share, _percent),
    GuardRail("error rate", 0.01, 0.05, lambda seen: seen.error_share, _percent),
    GuardRail("p95", 5.0, 10.0, lambda seen: seen.p95_seconds, _seconds),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Requests within the window that a verdict needs.

    Taking back is cheap and staying broken is not, so fewer are enough for it: 50 tell 90 % from less far
    better than chance, and 200 show an error rate of 1 % at all.
    """

    to_advance: int = 200
    to_roll_back: int = 50


ENOUGH = Evidence()


@dataclass(frozen=True, slots=True)
class Judgement:
    """``next_percent`` is where to go: the next phase, 0 for back, None for nowhere."""

    verdict: Verdict
    next_percent: int | None
    reasons: tuple[str, ...]
    is_complete: bool = False


def judge(
    exposure: Exposure,
    seen: Observation,
    *,
    now: datetime,
    evidence: Evidence = ENOUGH,
    may_begin: bool = False,
) -> Judgement:
    """Doubt holds: without data, with too few requests, or with a window that began before the phase did.

    The first phase has nothing to be measured by, so there only what is known to be bad holds it back. It
    needs ``may_begin``, a person's word: else what was rolled back would go out again by itself.
    """
    broken = list(_broken(seen)) if _at_least(seen.requests, evidence.to_roll_back) else []
    if broken and exposure.percent > 0:
        return Judgement(Verdict.ROLL_BACK, 0, tuple(broken))
    doubts = list(_doubts(exposure, seen, now, evidence))
    if exposure.percent == 0 and not may_begin:
        doubts.append("nobody has it, and it is for a person to begin a rollout, or to begin it again")
    if doubts:
        return Judgement(Verdict.HOLD, None, tuple(doubts))
    phase = next_phase(exposure.percent)
    if phase is None:
        return Judgement(Verdict.HOLD, None, ("everybody has it: the rollout is complete",), is_complete=True)
    reason = (
        "every guard rail holds" if exposure.percent > 0 else "nobody has it yet, and nothing speaks against"
    )
    return Judgement(Verdict.ADVANCE, phase, (reason,))


def next_phase(percent: float) -> int | None:
    """The first phase beyond ``percent``, which need not be a phase itself; None from 100 on."""
    return next((phase for phase in PHASES_PERCENT if phase > percent), None)


def _broken(seen: Observation) -> Iterator[str]:
    for rail in GUARD_RAILS:
        value = _known(rail.measured(seen))
        if value is not None and rail.is_unbearable(value):
            side = "under" if value < rail.unbearable else "over"
            yield f"{rail.name} {rail.show(value)} is {side} {rail.show(rail.unbearable)}"


def _doubts(exposure: Exposure, seen: Observation, now: datetime, evidence: Evidence) -> Iterator[str]:
    requests = _known(seen.requests)
    if requests is None:
        yield "requests could not be measured"
        return
    begins = exposure.percent == 0
    if not begins:
        yield from _unsettled(exposure, now, seen.window_minutes)
        if requests < evidence.to_advance:
            yield f"{requests:.0f} requests are too few to judge by: {evidence.to_advance} are needed"
    counts = not begins or requests >= evidence.to_roll_back
    for rail in GUARD_RAILS if counts else ():
        value = _known(rail.measured(seen))
        if value is None:
            yield f"{rail.name} could not be measured"
        elif not rail.is_healthy(value):
            side = "over" if rail.healthy > rail.unbearable else "under"
            yield f"{rail.name} {rail.show(value)} is not {side} {rail.show(rail.healthy)}"


def _unsettled(exposure: Exposure, now: datetime, window_minutes: int) -> Iterator[str]:
    if exposure.changed_at is None:
        yield "it is not known since when the flag is as it is"
    elif now - exposure.changed_at < timedelta(minutes=window_minutes):
        minutes = (now - exposure.changed_at) / timedelta(minutes=1)
        yield (
            f"the flag was changed {max(minutes, 0):.0f} min ago: the {window_minutes} min that are measured "
            "began before"
        )


def _at_least(requests: float | None, least: int) -> bool:
    known = _known(requests)
    return known is not None and known >= least


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value

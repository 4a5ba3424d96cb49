"""What goes into the numbers of workload and what comes out: the vocabulary of ``workload/1``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

MODEL_VERSION = "workload/1"

# Nobody trains more in a day: a whole day at CR-10's maximum is 14,400 AU.
LARGEST_DAY_LOAD_AU = 100_000.0


class DayState(StrEnum):
    """Whether a day's load is known: from sessions, as 0 because the athlete was off, or not at all."""

    REPORTED = "reported"
    REST = "rest"
    UNREPORTED = "unreported"


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What one athlete did on one calendar day of the team's zone, in AU (session RPE times minutes, summed).

    Rest is a load of 0; a day that nobody reported has no load at all. Raises ValueError for a load below
    zero, one that is no number, and one on a day that has none.
    """

    day: date
    state: DayState
    training_load_au: float = 0.0
    game_load_au: float = 0.0

    def __post_init__(self) -> None:
        for load in (self.training_load_au, self.game_load_au):
            if not 0 <= load <= LARGEST_DAY_LOAD_AU:  # NaN is not, either
                raise ValueError(f"{load} AU on {self.day} is not from 0 to {LARGEST_DAY_LOAD_AU:g}")
        if self.state is not DayState.REPORTED and (self.training_load_au or self.game_load_au):
            raise ValueError(f"{self.day} is {self.state} and has no load")

    @property
    def is_known(self) -> bool:
        return self.state is not DayState.UNREPORTED

    @property
    def total_load_au(self) -> float | None:
        return self.training_load_au + self.game_load_au if self.is_known else None


class WellnessItem(StrEnum):
    """What an athlete scores in the morning. More of the first two is better, of the others worse."""

    SLEEP = "sleep"
    MOOD = "mood"
    FATIGUE = "fatigue"
    SORENESS = "soreness"
    STRESS = "stress"

    @property
    def more_is_better(self) -> bool:
        return self in (WellnessItem.SLEEP, WellnessItem.MOOD)


@dataclass(frozen=True, slots=True)
class WellnessDay:
    """One morning's scores. The scale is free as long as an athlete keeps to one; an item may be missing."""

    day: date
    scores: Mapping[WellnessItem, float] = field(default_factory=dict)
    has_pain: bool = False
    is_ill: bool = False

    def __post_init__(self) -> None:
        for item, score in self.scores.items():
            if not math.isfinite(score):
                raise ValueError(f"{item} on {self.day} is {score}")


@dataclass(frozen=True, slots=True)
class Value:
    """One number with what it takes to trust it.

    ``completeness`` is from 0 to 1: of the window's days (or of what goes into it), how many were known.
    ``is_provisional``: the history is shorter than the window, or too much of it is missing.
    """

    value: float | None
    method: str
    window_days: int
    completeness: float
    is_provisional: bool
    model_version: str = MODEL_VERSION


class Metric(StrEnum):
    """Every number of a player's day; ``METHODS`` has the unit, the window and how it is made."""

    TOTAL_LOAD = "total_load"
    TRAINING_LOAD = "training_load"
    GAME_LOAD = "game_load"
    WEEK_LOAD = "week_load"
    WEEK_TRAINING_LOAD = "week_training_load"
    WEEK_GAME_LOAD = "week_game_load"
    WEEK_CHANGE = "week_change"
    MONOTONY = "monotony"
    STRAIN = "strain"
    STRAIN_Z = "strain_z"
    ACUTE_LOAD = "acute_load"
    CHRONIC_LOAD = "chronic_load"
    ACUTE_CHRONIC_EWMA = "acute_chronic_ewma"
    ACUTE_CHRONIC_COUPLED = "acute_chronic_coupled"
    ACUTE_CHRONIC_UNCOUPLED = "acute_chronic_uncoupled"
    FITNESS = "fitness"
    FATIGUE = "fatigue"
    FORM = "form"
    RECOVERY = "recovery"
    WELLNESS_Z = "wellness_z"
    READINESS = "readiness"
    OWN_LOAD_LIMIT = "own_load_limit"


@dataclass(frozen=True, slots=True)
class Method:
    """How a number is made, in what unit, over how many days; more in docs/formulas.md."""

    text: str
    unit: str
    window_days: int


_SUM = "sum over the reported days of the last seven"
METHODS: Mapping[Metric, Method] = {
    Metric.TOTAL_LOAD: Method("sum of the day's session RPE × minutes", "AU", 1),
    Metric.TRAINING_LOAD: Method("sum of the day's training sessions' RPE × minutes", "AU", 1),
    Metric.GAME_LOAD: Method("sum of the day's games' RPE × minutes", "AU", 1),
    Metric.WEEK_LOAD: Method(_SUM, "AU", 7),
    Metric.WEEK_TRAINING_LOAD: Method(f"{_SUM}, training only", "AU", 7),
    Metric.WEEK_GAME_LOAD: Method(f"{_SUM}, games only", "AU", 7),
    Metric.WEEK_CHANGE: Method("last seven days against the seven before, both complete", "%", 14),
    Metric.MONOTONY: Method("mean / sample SD of the reported days of the last seven", "ratio", 7),
    Metric.STRAIN: Method("week's load × monotony", "AU", 7),
    Metric.STRAIN_Z: Method("z of strain against the own previous 28 days", "SD", 28),
    Metric.ACUTE_LOAD: Method("EWMA, weight 2/(7+1), unreported days left out", "AU a day", 7),
    Metric.CHRONIC_LOAD: Method("EWMA, weight 2/(28+1), unreported days left out", "AU a day", 28),
    Metric.ACUTE_CHRONIC_EWMA: Method("EWMA of 7 days / EWMA of 28 days, coupled", "ratio", 28),
    Metric.ACUTE_CHRONIC_COUPLED: Method("rolling mean of 7 days / of 28 days, coupled", "ratio", 28),
    Metric.ACUTE_CHRONIC_UNCOUPLED: Method(
        "rolling mean of 7 days / of the 21 days before them, uncoupled", "ratio", 28
    ),
    Metric.FITNESS: Method("exponential, time constant 42 days, from 0", "AU a day", 42),
    Metric.FATIGUE: Method("exponential, time constant 7 days, from 0", "AU a day", 7),
    Metric.FORM: Method("yesterday's fitness less yesterday's fatigue", "AU a day", 42),
    Metric.RECOVERY: Method("100·Φ(z of form against the own previous 28 days)", "of 100", 28),
    Metric.WELLNESS_Z: Method("mean z of the items, positive is better, own previous 28 days", "SD", 28),
    Metric.READINESS: Method(
        "100·Φ(Σw·z/Σw), wellness 0.6 and acute load 0.4, of what is known", "of 100", 28
    ),
    Metric.OWN_LOAD_LIMIT: Method("own percentile of complete weeks' loads, today left out", "AU", 365),
}


class ContributorKind(StrEnum):
    SLEEP = "sleep"
    MOOD = "mood"
    FATIGUE = "fatigue"
    SORENESS = "soreness"
    STRESS = "stress"
    ACUTE_LOAD = "acute_load"


@dataclass(frozen=True, slots=True)
class Contributor:
    """One part of readiness. ``z`` is signed so that positive is better; None: unknown, not counted."""

    kind: ContributorKind
    z: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """``score.completeness`` is the known share of the weights; the worst contributor comes first."""

    score: Value
    contributors: tuple[Contributor, ...]


class RiskBand(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class RiskFlagKind(StrEnum):
    ACUTE_CHRONIC = "acute_chronic"
    MONOTONY = "monotony"
    STRAIN = "strain"
    WEEK_CHANGE = "week_change"
    WELLNESS = "wellness"


@dataclass(frozen=True, slots=True)
class RiskFlag:
    kind: RiskFlagKind
    value: float
    limit: float
    reason: str


RISK_NOTE = (
    "A load-management flag, not a prediction of injury: acute:chronic ratios hardly tell who will be "
    "injured (c-statistic 0.57, where 0.50 is chance; Impellizzeri 2020, 2021), and managing load by them "
    "did not lower health problems in a cluster trial (relative risk 1.01; Dalen-Lorentsen 2021)."
)


@dataclass(frozen=True, slots=True)
class Risk:
    """``band`` is None where none of the five could be told; ``completeness`` is the share that could."""

    band: RiskBand | None
    flags: tuple[RiskFlag, ...]
    completeness: float
    note: str = RISK_NOTE
    model_version: str = MODEL_VERSION

"""Numbers of workload, each with what it takes to trust it."""

from datetime import date

import strawberry

from domain.workload.model import ContributorKind, Metric, RiskBand, RiskFlagKind
from domain.workload.trends import Direction
from resolvers import workload_fields as fields
from schema.fields import field

MODEL = "The version of the model that made it."
METHOD = "How it is made, in words; the formulas' page has more."
WINDOW = "Number of days that it looks at."
COMPLETENESS = "Share of what goes into it that is known, 0 to 1."
PROVISIONAL = "Whether the history is too short, or too much of it is missing, to lean on it."


@strawberry.type(description="A number with what it takes to trust it.")
class WorkloadValue:
    value: float | None = field(description="The number; null is not known, which is not 0.")
    method: str = field(description=METHOD)
    window_days: int = field(description=WINDOW)
    completeness: float = field(description=COMPLETENESS)
    is_provisional: bool = field(description=PROVISIONAL)
    model_version: str = field(description=MODEL)


@strawberry.type(description="A part of readiness.")
class ReadinessContributor:
    kind: ContributorKind = field(description="What it is.")
    z: float | None = field(
        description="Against the athlete's own previous 28 days, in standard deviations, more is better; "
        "null is not known and not counted."
    )
    weight: float = field(description="Its share where all parts are known, 0 to 1.")


@strawberry.type(description="How ready an athlete is, against their own usual.")
class Readiness:
    score: WorkloadValue = field(description="0 to 100, where 50 is their usual day.")
    contributors: list[ReadinessContributor] = field(
        size=6, description="What it is made of, the worst first."
    )


@strawberry.type(description="A sign of load that is past the team's limit.")
class RiskFlag:
    kind: RiskFlagKind = field(description="Which one.")
    value: float = field(description="How much it is, in the sign's own unit.")
    limit: float = field(description="The limit, in the same unit.")
    reason: str = field(description="It in a sentence.")


@strawberry.type(description="Which signs of load are past the team's limits. No prediction of injury.")
class LoadRisk:
    band: RiskBand | None = field(description="How many; null where none of the signs could be told.")
    flags: list[RiskFlag] = field(size=5, description="Those that are past their limits, by name.")
    completeness: float = field(description="Share of the five signs that could be told, 0 to 1.")
    note: str = field(description="What it is not, with the evidence.")
    model_version: str = field(description=MODEL)


@strawberry.type(description="What was assigned against what was done.")
class Compliance:
    assigned_count: int = field(description="Number of sessions that were due before today, or are done.")
    completed_count: int = field(description="Number of these that were done.")
    planned_load_au: float = field(
        description="Load planned of those whose outcome is known, in arbitrary units (AU)."
    )
    actual_load_au: float = field(description="Load done of the same, AU.")
    sessions: WorkloadValue = field(description="Sessions done of those due, %.")
    load: WorkloadValue = field(description="Load done of that planned, %; over 100 is not better.")
    rate: WorkloadValue = field(description="Mean share of the prescribed that was done, %.")
    model_version: str = field(description=MODEL)


@strawberry.type(description="Which way a number went in the four weeks that end with the range.")
class WorkloadTrend:
    metric: Metric = field(description="Which number.")
    direction: Direction | None = field(description="Which way; null under 14 known days.")
    slope_per_week: float | None = field(description="Change a week in the number's unit; null as above.")
    completeness: float = field(description=COMPLETENESS)
    method: str = field(description=METHOD)
    window_days: int = field(description=WINDOW)
    model_version: str = field(description=MODEL)


@strawberry.type(description="A range of days in a few numbers: loads are summed, the rest is of its end.")
class WorkloadSummary:
    total_load_au: float | None = field(description="Load in all, in arbitrary units (AU).")
    training_load_au: float | None = field(description="Load of training, AU.")
    game_load_au: float | None = field(description="Load of games, AU.")
    monotony: float | None = field(
        description="Mean over standard deviation of the last seven days, a ratio."
    )
    strain_au: float | None = field(description="Load of the last seven days times monotony, AU.")
    acute_chronic_ratio: float | None = field(description="Acute over chronic load, a ratio.")
    recovery_score: float | None = field(description="0 to 100, where 50 is the athlete's usual.")
    readiness_score: float | None = field(description="0 to 100, where 50 is the athlete's usual.")
    risk_band: RiskBand | None = field(
        description="How many signs of load are past their limits; no prediction of injury."
    )


@strawberry.type(description="One number over the range, a value for each day: made for charts.")
class WorkloadSeries:
    metric: Metric = field(description="Which number.")
    unit: str = field(fields.unit_of_series, description="Its unit.")
    method: str = field(fields.method_of_series, description=METHOD)
    window_days: int = field(fields.window_of_series, description=WINDOW)
    model_version: str = field(description=MODEL)
    first_day: date | None = field(description="Day of the first value; null without any.")
    values: list[float | None] = field(size=28, description="Day by day; null is not known.")
    completeness: list[float] = field(
        size=28, description="Share that is known of what goes into each, 0 to 1."
    )
    is_provisional: list[bool] = field(
        size=28, description="Whether each is of too short or too sparse a history to lean on."
    )

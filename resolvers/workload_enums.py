"""The words of workload and readiness as GraphQL enums; ``resolvers/enums.py`` imports them."""

from domain.planning_events import AdjustmentKind, ThresholdType
from domain.workload.alerts import AlertAction, AlertSource, AlertStatus
from domain.workload.breaches import Severity
from domain.workload.model import ContributorKind, DayState, Metric, RiskBand, RiskFlagKind
from domain.workload.trends import Direction
from resolvers.enum_descriptions import described

described(
    DayState,
    "DayState",
    "Whether a day's load is known.",
    {
        "reported": "From what was trained.",
        "rest": "A load of 0: the athlete said so, or was scheduled off.",
        "unreported": "Not known, which is not 0.",
    },
)
described(
    Metric,
    "WorkloadMetric",
    "The numbers of a player's day. AU are arbitrary units: session RPE times minutes.",
    {
        "total_load": "The day's load, AU.",
        "training_load": "The day's load of training, AU.",
        "game_load": "The day's load of games, AU.",
        "week_load": "The load of the seven days that end on this one, AU.",
        "week_training_load": "The same of training, AU.",
        "week_game_load": "The same of games, AU.",
        "week_change": "The last seven days' load against the seven before, %.",
        "monotony": "Mean over standard deviation of seven days, a ratio.",
        "strain": "The week's load times monotony, AU.",
        "strain_z": "Strain against the athlete's own usual, standard deviations.",
        "acute_load": "Exponentially weighted average over 7 days, AU a day.",
        "chronic_load": "Exponentially weighted average over 28 days, AU a day.",
        "acute_chronic_ewma": "Acute over chronic load, exponentially weighted, coupled, a ratio.",
        "acute_chronic_coupled": "Rolling mean of 7 days over that of 28, coupled, a ratio.",
        "acute_chronic_uncoupled": "Rolling mean of 7 days over that of the 21 before, a ratio.",
        "fitness": "Exponential average, time constant 42 days, AU a day.",
        "fatigue": "Exponential average, time constant 7 days, AU a day.",
        "form": "Yesterday's fitness less yesterday's fatigue, AU a day.",
        "recovery": "Form against the athlete's own usual, 0 to 100; 50 is usual.",
        "wellness_z": "How the athlete feels against their own usual, standard deviations; more is better.",
        "readiness": "Wellness and acute load against the athlete's own usual, 0 to 100; 50 is usual.",
        "own_load_limit": "The athlete's own high percentile of a week's load, AU.",
    },
)
described(
    ContributorKind,
    "ReadinessPart",
    "What readiness is made of.",
    {
        "sleep": "How well they slept.",
        "mood": "Their mood.",
        "fatigue": "How tired they are.",
        "soreness": "How sore they are.",
        "stress": "How stressed they are.",
        "acute_load": "The load of late.",
    },
)
described(
    RiskBand,
    "RiskBand",
    "How many of five signs of load are past the team's limits. No prediction of injury.",
    {"low": "None.", "medium": "One.", "high": "Two or more."},
)
described(
    RiskFlagKind,
    "RiskFlagKind",
    "A sign that is past its limit.",
    {
        "acute_chronic": "The load of late is much above what they are used to.",
        "monotony": "The days are too much alike.",
        "strain": "The week is heavy and monotonous, for them.",
        "week_change": "The week's load jumped.",
        "wellness": "They feel worse than usual.",
    },
)
described(
    Direction,
    "TrendDirection",
    "Which way a number went.",
    {"rising": "Up.", "falling": "Down.", "steady": "Neither, as far as can be told."},
)
described(
    ThresholdType,
    "WorkloadThresholdType",
    "What an alert is about.",
    {
        "high_load": "The week's load is over the team's limit, or high for the athlete.",
        "recovery_needed": "Readiness or recovery is under the team's floor.",
        "injury_risk": "Two or more signs of load are past their limits; no prediction of injury.",
    },
)
described(
    Severity,
    "AlertSeverity",
    "How far past a limit it is.",
    {"warning": "Past the limit.", "critical": "Past the critical one, too."},
)
described(
    AdjustmentKind,
    "WorkloadAdjustmentType",
    "What is recommended; its value says how much.",
    {
        "reduce_load": "Take so many percent off the coming week's load.",
        "increase_recovery": "Keep so many hours free of training.",
        "skip_training": "Leave out the next so many sessions.",
    },
)
described(
    AlertStatus,
    "AlertStatus",
    "What coaches have made of an alert; whether the breach is over, resolvedAt says.",
    {
        "open": "Nothing yet.",
        "acknowledged": "Seen.",
        "overridden": "The plan stays as it is, for a reason.",
        "accepted": "What was recommended was done.",
    },
)
described(
    AlertAction,
    "AlertAction",
    "What happened to an alert.",
    {
        "raised": "The breach was found.",
        "escalated": "It became critical.",
        "changed": "It is less severe, or something else is recommended.",
        "acknowledged": "A coach has seen it.",
        "overridden": "A coach left the plan as it is, for a reason.",
        "accepted": "A coach had the recommendation done.",
        "undone": "A coach took that back.",
        "resolved": "The breach is over.",
        "reopened": "The breach was not over after all.",
    },
)
described(
    AlertSource,
    "AlertSource",
    "Who found the breach.",
    {"own": "It was worked out here.", "planning_service": "The planning service said so."},
)

"""The words of seasons, templates and assignments as GraphQL enums; ``resolvers/enums.py`` imports them."""

from domain.assignment_conflicts import ConflictKind, Resolution
from domain.assignments import AssignmentStatus, AssignmentType
from domain.load_progression import ProgressionKind
from domain.phases import Intensity, ObjectiveType, Priority
from domain.physiology import RestrictionKind
from domain.planning import AdjustmentType
from domain.recurrence import RecurrencePattern
from domain.seasons import SeasonStatus
from domain.steps import StepState
from resolvers.enum_descriptions import described

described(
    Intensity,
    "PhaseIntensity",
    "How hard a phase is. The numbers are the coach's policy: a phase may state its own load multiplier.",
    {
        "recovery": "Load × 0.6; heart rate 20 points of reserve lower; power × 0.80.",
        "low": "Load × 0.8; heart rate 10 points of reserve lower; power × 0.90.",
        "medium": "Everything as it was planned.",
        "high": "Load × 1.2; heart rate 5 points of reserve higher; power × 1.05.",
        "peak": "Load × 1.4; heart rate 10 points of reserve higher; power × 1.10.",
    },
)
described(
    ObjectiveType,
    "ObjectiveType",
    "What a phase is to improve.",
    {
        "strength": "Strength.",
        "endurance": "Endurance.",
        "speed": "Speed.",
        "skill": "Technique of the sport.",
        "tactical": "Playing together.",
    },
)
described(
    Priority,
    "ObjectivePriority",
    "How much an objective matters among the others.",
    {"high": "First.", "medium": "In between.", "low": "If there is room for it."},
)
described(
    SeasonStatus,
    "SeasonPlanStatus",
    "Where a season plan stands. A team has one active plan at most.",
    {
        "draft": "Being made; assignments do not follow it, and players do not see it.",
        "active": "In force: assignments follow its phases.",
        "completed": "Over.",
        "archived": "Put away.",
    },
)
described(
    AssignmentType,
    "AssignmentType",
    "Whom a workout was given to; each player then has an assignment of their own.",
    {
        "individual": "One player.",
        "team": "The whole team.",
        "line": "A line of the team, by its name.",
        "position": "Those who play a position, by its name.",
        "age_group": "An age group, by its name.",
        "custom_group": "A group of the team's own, by its name.",
    },
)
described(
    AssignmentStatus,
    "AssignmentStatus",
    "Where an assignment stands.",
    {
        "draft": "Being made; its player does not see it.",
        "active": "To be done.",
        "completed": "Done, every day of it.",
        "cancelled": "Taken back.",
        "archived": "Put away.",
    },
)
described(
    AdjustmentType,
    "AdjustmentType",
    "What a phase changes of an assignment.",
    {
        "load": "The load of a session.",
        "frequency": "How often it comes back.",
        "intensity": "Targets of heart rate, power and velocity.",
        "exercise_selection": "Which exercises of the workout are done, in which order, with how many sets.",
    },
)
described(
    RecurrencePattern,
    "RecurrencePattern",
    "How an assignment comes back.",
    {
        "none": "Once.",
        "daily": "Every so many days.",
        "weekly": "On weekdays of every so many weeks.",
        "biweekly": "On weekdays of every so many fortnights.",
        "monthly": "On the first one's day of every so many months; a shorter month has it on its last day.",
        "custom": "Like weekly where it names weekdays, else every so many days.",
    },
)
described(
    ProgressionKind,
    "LoadProgressionKind",
    "How a load goes on from week to week.",
    {
        "linear": "By the rate each week.",
        "stepped": "By two weeks' rate every second week.",
        "wave": "Up for two weeks, one rate under the base in the fourth, and so on.",
        "custom": "By a percentage of the base for each week; the last one stays.",
    },
)
described(
    RestrictionKind,
    "MedicalRestrictionKind",
    "How far a medical restriction goes.",
    {
        "no_training": "The player does not train.",
        "limited": "The player trains without the movement patterns that are named.",
    },
)
described(
    ConflictKind,
    "ConflictKind",
    "What stands in the way of an assignment.",
    {
        "scheduling": "The player has something else at that time.",
        "medical": "Medical staff have ruled it out.",
        "load_limit": "The week would come to more than the player's limit.",
        "duplicate": "The player has this workout on that day already.",
    },
)
described(
    Resolution,
    "ConflictResolution",
    "A way out of a conflict.",
    {
        "skip": "This player is not given it.",
        "replace": "What is in the way is cancelled.",
        "override": "It is given all the same.",
        "reschedule": "It is given on the day that is proposed.",
    },
)
described(
    StepState,
    "SyncState",
    "Whether a team's assignments are as its phase wants them.",
    {
        "in_step": "All of them are.",
        "out_of_step": "Some are not; the counts say in what.",
        "no_phase": "The team is in no phase today, and nothing follows one that is over.",
    },
)

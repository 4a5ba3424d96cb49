"""The domain's words as GraphQL enums. Values are spelled as the contracts spell them.

They are registered by importing this module, before anything speaks of them in an argument: an enum that is
met unregistered is registered on the spot, without a description.
"""

from domain.compression.model import (
    BlockRationale,
    ChangeKind,
    CoreProtection,
    PaceSource,
    PairPriority,
    SegmentKind,
    Strategy,
)
from domain.exercises import Intent, MovementPattern, Muscle
from domain.people import Role
from domain.phases import PhaseType
from domain.sessions import CompressionAction, CompressionSource, ExerciseRole, SetKind
from integrations.plan_files import DocumentFormat
from resolvers import season_enums as _season_enums  # registers them  # noqa: F401
from resolvers import training_enums as _training_enums  # noqa: F401
from resolvers import workload_enums as _workload_enums  # noqa: F401
from resolvers.enum_descriptions import described as _described
from resolvers.statuses import CompressStatus, CrunchStatus, ErrorCode, UnavailableReason

_described(
    ErrorCode,
    "ErrorCode",
    "Why something was refused; stable, for programs.",
    {
        "unauthorized": "Nobody is signed in, or the token is no longer good.",
        "forbidden": "You may know of it, but you may not do this.",
        "plan_not_found": "There is no such plan that you may see.",
        "session_not_found": "There is no such session in this plan that you may see.",
        "player_not_found": "There is no such player that you may see.",
        "team_not_found": "There is no such team that you may see.",
        "season_plan_not_found": "There is no such season plan that you may see.",
        "phase_not_found": "There is no such season phase that you may see.",
        "template_not_found": "There is no such phase template that you may see.",
        "workout_not_found": "There is no such workout that you may see.",
        "assignment_not_found": "There is no such workout assignment that you may see.",
        "adjustment_not_found": "There is no such phase adjustment that you may see.",
        "restriction_not_found": "There is no such medical restriction that you may see.",
        "training_not_found": "There is no such training in a log that you may see.",
        "wellness_report_not_found": "There is no such wellness report that you may see.",
        "alert_not_found": "There is no such alert that you may see.",
        "season_data_unavailable": "The planning system gives no season data just now; try again later.",
        "plan_missing_content": "Nothing is prescribed yet, so there is nothing to compress.",
        "plan_not_compressible": "Under what was asked for, nothing would be left.",
        "target_minutes_out_of_range": "The minutes are outside what this operation takes.",
        "feature_not_available": "A feature flag hides this from you.",
        "invalid_input": "The input breaks a rule; the issues say which and how to mend it.",
        "invalid_state": "The state that it is in does not permit this.",
        "conflict": "It changed since you read it, it is there already, or the idempotencyKey was used.",
        "internal_error": "A fault of ours.",
    },
)
_described(
    Role,
    "Role",
    "What somebody is in their organization.",
    {
        "athlete": "Trains: own plans and sessions.",
        "coach": "Coaches teams: the plans of their players.",
        "admin": "Runs the organization: everything in it.",
        "service": "A program of the organization; does what its token names.",
    },
)
_described(
    Strategy,
    "TimeCrunchStrategy",
    "What a compressed session consists of, derived from its segments.",
    {
        "core_only": "Core lifts alone.",
        "core_plus_accessory": "Core lifts, and accessories one by one.",
        "core_plus_superset": "Core lifts, and at least one superset of accessories.",
        "core_plus_block": "Core lifts, and at least one block of accessories.",
        "core_plus_block_and_superset": "Core lifts, at least one superset and at least one block.",
    },
)
_described(
    CoreProtection,
    "CoreProtection",
    "How many working sets a core lift keeps; fewer where the plan has fewer.",
    {
        "full": "Exactly three: the Coach's Amendment as it stands.",
        "reduced": "At least two; the answer says so.",
        "minimal": "At least one; the answer says so.",
    },
)
_described(
    SegmentKind,
    "SegmentKind",
    "What a part of a session is.",
    {
        "core_lift": "A core lift, alone.",
        "accessory_superset": "Exactly two accessories, in turns.",
        "accessory_block": "Two or three exercises in rounds.",
        "accessory_single": "One accessory, alone.",
    },
)
_described(
    PairPriority,
    "PairPriority",
    "Why two accessories make a superset; earlier is better.",
    {
        "antagonist": "Their movements oppose each other.",
        "equipment": "They are done at the same station.",
        "non_competing": "They share no muscle.",
    },
)
_described(
    BlockRationale,
    "BlockRationale",
    "Why exercises make a block.",
    {
        "metabolic_stress": "Little rest between exercises of different stations.",
        "equipment_cluster": "All at one station.",
        "coach_defined": "The coach grouped them.",
    },
)
_described(
    ChangeKind,
    "ChangeKind",
    "What was done to an exercise, or to several at once.",
    {
        "removed": "It is left out.",
        "sets_reduced": "It keeps fewer working sets; before and after are sets.",
        "rest_reduced": "It rests less between sets; before and after are seconds.",
        "paired": "It is done in a superset.",
        "blocked": "It is done in a block.",
        "ungrouped": "It comes out of the coach's group.",
        "moved_first": "It runs before what the plan put first.",
    },
)
_described(
    PaceSource,
    "PaceSource",
    "Where the pace factor comes from.",
    {
        "logged": "From the athlete's logged sessions, at least five.",
        "planned": "From the coach's planned duration of this session.",
        "default": "From nothing better: 1.25.",
    },
)
_described(
    CompressionSource,
    "TimeCrunchSource",
    "Where a compression was asked for.",
    {
        "cta": "The call to action, 'Short on time?'.",
        "auto": "A program, unasked.",
        "manual": "A person, from a menu or a tool.",
        "unknown": "Not said.",
    },
)
_described(
    CompressionAction,
    "CompressionAction",
    "What an entry of a session's history did.",
    {
        "compressed": "A compression was put on the session.",
        "reverted": "A person put the session back as planned.",
        "reset": "The system put it back, because the feature was switched off.",
    },
)
_described(
    CompressStatus,
    "CompressStatus",
    "How a request to compress ended.",
    {
        "compressed": "A compression is in force; whether it really fits says meetsTimeConstraint.",
        "unchanged": "The session is as planned: it fits as it stands, or nothing may be taken from it.",
        "disabled": "The feature is off for you; a compression stored earlier was taken off.",
    },
)
_described(
    CrunchStatus,
    "TimeCrunchStatus",
    "Where a session stands.",
    {
        "none": "Never compressed.",
        "compressed": "A compression is in force.",
        "reverted": "It was compressed and is as planned again.",
    },
)
_described(
    UnavailableReason,
    "TimeCrunchUnavailableReason",
    "Why a session offers no compression.",
    {
        "feature_not_available": "A feature flag is off for you.",
        "forbidden": "Your role or token does not permit it.",
        "plan_missing_content": "The session has no working set.",
        "session_completed": "The session is done.",
    },
)
_described(
    PhaseType,
    "SeasonPhaseType",
    "Phases of a season.",
    {
        "preseason": "Base building.",
        "in_season": "Maintenance and performance.",
        "playoffs": "Peak and recovery in balance.",
        "offseason": "Recovery and development.",
        "recovery": "Regeneration.",
    },
)
_described(
    ExerciseRole,
    "ExerciseRole",
    "What an exercise is in its session.",
    {
        "core": "A core lift: the coach protects it.",
        "accessory": "Everything else: what gives when time is short.",
    },
)
_described(
    SetKind,
    "SetKind",
    "What a set is for.",
    {
        "warm_up": "Getting ready; no volume.",
        "ramp": "Working up; counts as volume and stands for a warm-up set.",
        "working": "Training.",
    },
)
_described(
    Intent,
    "TrainingQuality",
    "What an exercise is there for.",
    {
        "strength": "Strength.",
        "power": "Power.",
        "hypertrophy": "Muscle mass.",
        "trunk": "Stability of the trunk.",
        "conditioning": "Endurance.",
    },
)
_described(
    Muscle,
    "Muscle",
    "Muscles and muscle groups.",
    {each.value: f"{each.value.replace('_', ' ').capitalize()}." for each in Muscle},
)
_described(
    MovementPattern,
    "MovementPattern",
    "How a movement goes.",
    {each.value: f"{each.value.replace('_', ' ').capitalize()}." for each in MovementPattern},
)
_described(
    DocumentFormat,
    "PlanImportFormat",
    "What a document is.",
    {
        "json": "Taper's own JSON; see docs/import.md.",
        "csv": "A table with the column names first.",
        "xlsx": "A workbook whose first sheet is such a table, in base64.",
    },
)

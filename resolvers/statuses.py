"""How things ended and where they stand: words of the API that the domain has no need of."""

from enum import StrEnum


class CompressStatus(StrEnum):
    """How a request to compress ended."""

    COMPRESSED = "compressed"
    UNCHANGED = "unchanged"
    DISABLED = "disabled"


class CrunchStatus(StrEnum):
    """Where a session stands."""

    NONE = "none"
    COMPRESSED = "compressed"
    REVERTED = "reverted"


class UnavailableReason(StrEnum):
    """Why a frontend shows no call to action."""

    FEATURE_NOT_AVAILABLE = "feature_not_available"
    FORBIDDEN = "forbidden"
    PLAN_MISSING_CONTENT = "plan_missing_content"
    SESSION_COMPLETED = "session_completed"


class ErrorCode(StrEnum):
    """``extensions.code`` of an error, and ``code`` of a typed one."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    PLAN_NOT_FOUND = "plan_not_found"
    SESSION_NOT_FOUND = "session_not_found"
    PLAYER_NOT_FOUND = "player_not_found"
    TEAM_NOT_FOUND = "team_not_found"
    SEASON_PLAN_NOT_FOUND = "season_plan_not_found"
    PHASE_NOT_FOUND = "phase_not_found"
    TEMPLATE_NOT_FOUND = "template_not_found"
    WORKOUT_NOT_FOUND = "workout_not_found"
    ASSIGNMENT_NOT_FOUND = "assignment_not_found"
    ADJUSTMENT_NOT_FOUND = "adjustment_not_found"
    RESTRICTION_NOT_FOUND = "restriction_not_found"
    TRAINING_NOT_FOUND = "training_not_found"
    WELLNESS_REPORT_NOT_FOUND = "wellness_report_not_found"
    ALERT_NOT_FOUND = "alert_not_found"
    SEASON_DATA_UNAVAILABLE = "season_data_unavailable"
    PLAN_MISSING_CONTENT = "plan_missing_content"
    PLAN_NOT_COMPRESSIBLE = "plan_not_compressible"
    TARGET_MINUTES_OUT_OF_RANGE = "target_minutes_out_of_range"
    FEATURE_NOT_AVAILABLE = "feature_not_available"
    INVALID_INPUT = "invalid_input"
    INVALID_STATE = "invalid_state"
    CONFLICT = "conflict"
    INTERNAL_ERROR = "internal_error"

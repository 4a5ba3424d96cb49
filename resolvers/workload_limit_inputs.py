"""What a coach may set of a team's limits of load."""

import strawberry

from resolvers import enums as _enums  # registers them  # noqa: F401

# By the name of the field; the domain's have their unit in the name.
LIMITS = {
    "acute_chronic_limit": "acute_chronic_limit",
    "monotony_limit": "monotony_limit",
    "strain_z_limit": "strain_z_limit",
    "week_change_limit": "week_change_limit_percent",
    "wellness_z_floor": "wellness_z_floor",
    "acute_load_limit": "acute_load_limit_au",
    "acute_load_critical": "acute_load_critical_au",
    "acute_load_percentile": "acute_load_percentile",
    "readiness_floor": "readiness_floor",
    "readiness_critical": "readiness_critical",
    "recovery_floor": "recovery_floor",
    "recovery_critical": "recovery_critical",
}
DESCRIPTIONS = {
    "acute_chronic_limit": "Acute over chronic load, exponentially weighted, a ratio over 1: above it is a "
    "sign of risk.",
    "monotony_limit": "Monotony of seven days, a ratio, up to 20: above it is a sign of risk.",
    "strain_z_limit": "Strain against the athlete's usual, standard deviations, up to 10: above it is a sign "
    "of risk.",
    "week_change_limit": "The week's load against the week before, percent: above it is a sign of risk.",
    "wellness_z_floor": "How they feel against their usual, standard deviations, below 0: under it is a sign "
    "of risk.",
    "acute_load_limit": "Load of seven days in arbitrary units (AU) that is high; null for none.",
    "acute_load_critical": "Load of seven days that is critical, AU, above acuteLoadLimit; null for none.",
    "acute_load_percentile": "Percentile of the athlete's own weeks, 50 to below 100 percent, over which a "
    "week's load is high; null for none.",
    "readiness_floor": "Readiness, up to 50 points of 100, under which recovery is needed; null for none.",
    "readiness_critical": "Readiness that is critical, points of 100, under the floor; null for none.",
    "recovery_floor": "Recovery, up to 50 points of 100, under which recovery is needed; null for none.",
    "recovery_critical": "Recovery that is critical, points of 100, under the floor; null for none.",
}


def _limit(name: str) -> float | None:
    found: float | None = strawberry.field(default=strawberry.UNSET, description=DESCRIPTIONS[name])
    return found


@strawberry.input(description="A team's limits of load; what is left out stays as it is.")
class SetWorkloadThresholdsInput:
    team_id: strawberry.ID = strawberry.field(description="Global id of the team.")
    expected_version: int = strawberry.field(
        description="The version that you read; 0 if none were ever set. Another one stored is a conflict."
    )
    acute_chronic_limit: float | None = _limit("acute_chronic_limit")
    monotony_limit: float | None = _limit("monotony_limit")
    strain_z_limit: float | None = _limit("strain_z_limit")
    week_change_limit: float | None = _limit("week_change_limit")
    wellness_z_floor: float | None = _limit("wellness_z_floor")
    acute_load_limit: float | None = _limit("acute_load_limit")
    acute_load_critical: float | None = _limit("acute_load_critical")
    acute_load_percentile: float | None = _limit("acute_load_percentile")
    readiness_floor: float | None = _limit("readiness_floor")
    readiness_critical: float | None = _limit("readiness_critical")
    recovery_floor: float | None = _limit("recovery_floor")
    recovery_critical: float | None = _limit("recovery_critical")

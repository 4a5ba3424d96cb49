"""Sound answers of the planning service, for a test to serve as they are or to break in one place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from integrations.planning_http import OnBehalfOf

TEAM, ORGANIZATION = UUID(int=2), UUID(int=1)
PLAN, PHASE, TEMPLATE = UUID(int=10), UUID(int=11), UUID(int=12)
ANNA, BEA = UUID(int=21), UUID(int=22)
COACH = OnBehalfOf(UUID(int=7), "coach", ORGANIZATION, "request-1")
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)

PHASE_JSON: dict[str, Any] = {
    "id": str(PHASE),
    "seasonPlanId": str(PLAN),
    "name": "Build",
    "type": "preseason",
    "startDate": "2026-09-07",
    "endDate": "2026-10-04",
    "intensity": "high",
    "loadMultiplier": 1.15,
    "focusAreas": ["strength", "speed"],
    "trainingFrequency": 4,
    "gameFrequency": 0.5,
    "gameDays": [5],
    "recoveryRatio": 0.25,
    "objectives": [{"type": "strength", "priority": "high", "targetImprovement": 5}],
    "colour": "green",
}
NEXT_PHASE_JSON: dict[str, Any] = {
    "id": str(UUID(int=13)),
    "name": "League",
    "type": "in_season",
    "startDate": "2026-10-05",
    "endDate": "2027-03-28",
    "intensity": "medium",
    "trainingFrequency": 3,
}
PLAN_JSON: dict[str, Any] = {
    "id": str(PLAN),
    "organizationId": str(ORGANIZATION),
    "teamId": str(TEAM),
    "name": "2026-27",
    "startDate": "2026-09-07",
    "endDate": "2027-04-25",
    "status": "active",
    "loadProgression": {"baseLoad": 2000, "peakWeek": 28, "taperWeeks": [30, 31], "recoveryWeeks": [4]},
    "phases": [NEXT_PHASE_JSON, PHASE_JSON],
    "version": 3,
    "createdAt": "2026-06-01T10:00:00Z",
    "updatedAt": "2026-08-01T10:00:00+02:00",
}
TEMPLATE_JSON: dict[str, Any] = {
    "id": str(TEMPLATE),
    "organizationId": str(ORGANIZATION),
    "version": 2,
    "createdAt": "2026-06-01T10:00:00Z",
    "updatedAt": "2026-08-01T10:00:00Z",
    "name": "Two weeks",
    "phaseType": "preseason",
    "weeks": 2,
    "workouts": [
        {
            "title": "Squats",
            "days": ["Mon", "Thu"],
            "minutes": 60,
            "sessionRpe": 7,
            "exercises": [{"exercise": "Back Squat", "role": "core", "sets": "3x5", "rest": "180"}],
        }
    ],
}
WORKLOAD_JSON: dict[str, Any] = {
    "teamId": str(TEAM),
    "startDate": str(JUNE),
    "endDate": str(JULY),
    "players": [
        {"playerId": str(BEA), "totalLoad": 900, "trainingLoad": 600, "gameLoad": 300},
        {
            "playerId": str(ANNA),
            "totalLoad": 2100.5,
            "trainingLoad": 1800.5,
            "gameLoad": 300,
            "monotony": 1.4,
            "strain": 2940,
            "acuteChronicRatio": 1.1,
            "recoveryScore": 71,
            "readinessScore": 64.5,
            "injuryRisk": "low",
        },
    ],
}

CURRENT_PHASE_PATH = f"/api/v1/planning/teams/{TEAM}/current-phase"
SEASON_PLAN_PATH = f"/api/v1/planning/teams/{TEAM}/season-plan"
TEMPLATE_PATH = f"/api/v1/planning/templates/{TEMPLATE}"
WORKLOAD_PATH = "/api/v1/planning/workload/analyze"
COMPLETION_PATH = "/api/v1/planning/training/completion"
ANSWERS: Mapping[str, Any] = {
    CURRENT_PHASE_PATH: PHASE_JSON,
    SEASON_PLAN_PATH: PLAN_JSON,
    TEMPLATE_PATH: TEMPLATE_JSON,
    WORKLOAD_PATH: WORKLOAD_JSON,
}


def body_of(answer: Mapping[str, Any], without: str | None = None, **changes: Any) -> bytes:
    fields = {name: value for name, value in answer.items() if name != without}
    return json.dumps(fields | changes).encode()

"""Every table: importing this package fills ``Base.metadata``."""

from db.models import (
    assignments,
    athletes,
    events,
    exercises,
    operations,
    people,
    phases_in_force,
    plans,
    seasons,
    workload,
    workload_alerts,
    workouts,
)

__all__ = [
    "assignments",
    "athletes",
    "events",
    "exercises",
    "operations",
    "people",
    "phases_in_force",
    "plans",
    "seasons",
    "workload",
    "workload_alerts",
    "workouts",
]

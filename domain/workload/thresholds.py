"""Where a team's coaches want to be warned, and what of that cannot be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

from domain.errors import InvalidInput, Issue

# The EWMA over 7 days gives a day at most 29/8 times the weight that the one over 28 days does.
HIGHEST_ACUTE_CHRONIC = 29 / 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadThresholds:
    """A team's limits; a value of None switches one off.

    The five of the risk band are [prior] of docs/formulas.md. ``acute_load`` is the load of the last seven
    days in AU; ``acute_load_percentile`` is the athlete's own (one day in ten is over the 90th). Readiness
    and recovery are of 100, where 50 is the athlete's usual day. What is past a critical limit is critical.
    """

    acute_chronic_limit: float = 1.5
    monotony_limit: float = 2.0
    strain_z_limit: float = 1.5
    week_change_limit_percent: float = 30.0
    wellness_z_floor: float = -1.5
    acute_load_limit_au: float | None = None
    acute_load_critical_au: float | None = None
    acute_load_percentile: float | None = 90.0
    readiness_floor: float | None = 20.0
    readiness_critical: float | None = 5.0
    recovery_floor: float | None = 10.0
    recovery_critical: float | None = 2.0


DEFAULT_THRESHOLDS = WorkloadThresholds()


def check(thresholds: WorkloadThresholds) -> None:
    """Raises InvalidInput with everything that is wrong with them."""
    if issues := issues_of(thresholds):
        raise InvalidInput(tuple(issues))


def issues_of(thresholds: WorkloadThresholds, path: tuple[str, ...] = ()) -> list[Issue]:
    """What is out of bounds, and which of them contradict each other or what a ratio can be."""
    no_numbers = [
        Issue((*path, _NAMES[each.name]), f"{_NAMES[each.name]} has to be a number.")
        for each in fields(thresholds)
        if (value := getattr(thresholds, each.name)) is not None and not math.isfinite(value)
    ]
    if no_numbers:
        return no_numbers
    return [Issue((*path, name), message) for name, message in _flaws(thresholds)]


def _flaws(limits: WorkloadThresholds) -> Iterator[tuple[str, str]]:
    if limits.acute_chronic_limit <= 1:
        yield "acuteChronicLimit", "A steady load has a ratio of 1: the limit is above that."
    elif limits.acute_chronic_limit >= HIGHEST_ACUTE_CHRONIC:
        yield "acuteChronicLimit", f"The ratio never passes {HIGHEST_ACUTE_CHRONIC}: the limit is below that."
    if not 0 < limits.monotony_limit <= 20:
        yield "monotonyLimit", "The limit of monotony is above 0 and at most 20."
    if not 0 < limits.strain_z_limit <= 10:
        yield "strainZLimit", "The limit of strain is above 0 and at most 10 SD; 0 is the athlete's usual."
    if not 0 < limits.week_change_limit_percent <= 1000:
        yield "weekChangeLimit", "The limit of a week's change is above 0 and at most 1000 %."
    if not -10 <= limits.wellness_z_floor < 0:
        yield "wellnessZFloor", "The floor of wellness is from -10 to below 0 SD; 0 is the athlete's usual."
    yield from _load_flaws(limits)
    yield from _floor_flaws("readiness", limits.readiness_floor, limits.readiness_critical)
    yield from _floor_flaws("recovery", limits.recovery_floor, limits.recovery_critical)


def _load_flaws(limits: WorkloadThresholds) -> Iterator[tuple[str, str]]:
    limit, critical, percentile = (
        limits.acute_load_limit_au,
        limits.acute_load_critical_au,
        limits.acute_load_percentile,
    )
    for name, load in (("acuteLoadLimit", limit), ("acuteLoadCritical", critical)):
        if load is not None and not 1 <= load <= 100_000:
            yield name, f"{name} is a week's load from 1 to 100000 AU."
    if critical is not None and limit is None:
        yield "acuteLoadCritical", "A critical load goes with a limit below it: give acuteLoadLimit too."
    elif critical is not None and limit is not None and critical <= limit:
        yield "acuteLoadCritical", f"The critical load, {critical:g} AU, is above the limit, {limit:g} AU."
    if percentile is not None and not 50 <= percentile < 100:
        yield "acuteLoadPercentile", "The percentile is from 50 to below 100; nothing is over the hundredth."


def _floor_flaws(name: str, floor: float | None, critical: float | None) -> Iterator[tuple[str, str]]:
    if floor is not None and not 0 < floor <= 50:
        yield f"{name}Floor", f"The floor of {name} is above 0 and at most 50, the athlete's usual day."
    if critical is None:
        return
    if floor is None:
        yield f"{name}Critical", f"A critical {name} goes with a floor above it: give {name}Floor too."
    elif not 0 < critical < floor:
        yield f"{name}Critical", f"Critical {name}, {critical:g}, is above 0 and below the floor, {floor:g}."


_NAMES = {
    "acute_chronic_limit": "acuteChronicLimit",
    "monotony_limit": "monotonyLimit",
    "strain_z_limit": "strainZLimit",
    "week_change_limit_percent": "weekChangeLimit",
    "wellness_z_floor": "wellnessZFloor",
    "acute_load_limit_au": "acuteLoadLimit",
    "acute_load_critical_au": "acuteLoadCritical",
    "acute_load_percentile": "acuteLoadPercentile",
    "readiness_floor": "readinessFloor",
    "readiness_critical": "readinessCritical",
    "recovery_floor": "recoveryFloor",
    "recovery_critical": "recoveryCritical",
}

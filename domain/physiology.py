"""What is known of a player's body, and the targets that a workout sets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.errors import Issue
from domain.exercises import MovementPattern

# The widest that is seen in healthy people; narrower is for the player's own measurements.
LOWEST_RESTING_BPM, HIGHEST_RESTING_BPM = 25, 110
LOWEST_MAXIMUM_BPM, HIGHEST_MAXIMUM_BPM = 120, 230
LEAST_RESERVE_BPM = 30
MOST_WATTS, MOST_METRES_A_SECOND = 3000, 15.0
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Physiology:
    """A player's own numbers, each as far as it was measured; ``weekly_load_limit_au`` is the coach's."""

    player_id: UUID
    resting_bpm: int | None = None
    maximum_bpm: int | None = None
    weekly_load_limit_au: int | None = None


@dataclass(frozen=True, slots=True)
class HeartRateZone:
    low_bpm: int
    high_bpm: int


@dataclass(frozen=True, slots=True)
class PowerRange:
    low_watts: int
    high_watts: int


@dataclass(frozen=True, slots=True)
class VelocityRange:
    """Of the bar or of the player, in metres a second."""

    low_mps: float
    high_mps: float


@dataclass(frozen=True, slots=True)
class PerformanceThresholds:
    """What the player should keep within; what is None is not set."""

    heart_rate: HeartRateZone | None = None
    power: PowerRange | None = None
    velocity: VelocityRange | None = None


NO_THRESHOLDS = PerformanceThresholds()


class RestrictionKind(StrEnum):
    NO_TRAINING = "no_training"
    LIMITED = "limited"  # trains, but without the movement patterns that are named


@dataclass(frozen=True, slots=True)
class MedicalRestriction:
    """What medical staff rule out, from ``starts_on`` to ``ends_on`` inclusive; open-ended without an end."""

    id: UUID
    player_id: UUID
    kind: RestrictionKind
    starts_on: date
    ends_on: date | None = None
    avoided_patterns: tuple[MovementPattern, ...] = ()

    def is_in_force(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def physiology_issues(player: Physiology) -> list[Issue]:
    return [Issue((name,), message) for name, message in _physiology_flaws(player)]


def restriction_issues(restriction: MedicalRestriction) -> list[Issue]:
    return [Issue((name,), message) for name, message in _restriction_flaws(restriction)]


def threshold_issues(
    thresholds: PerformanceThresholds, path: tuple[str, ...] = ("thresholds",)
) -> list[Issue]:
    """Each range runs upwards, and none is beyond what people do."""
    found: list[Issue] = []
    for name, bounds, least, most in (
        ("heartRate", thresholds.heart_rate, LOWEST_RESTING_BPM, HIGHEST_MAXIMUM_BPM),
        ("power", thresholds.power, 0, MOST_WATTS),
        ("velocity", thresholds.velocity, 0, MOST_METRES_A_SECOND),
    ):
        if bounds is None:
            continue
        low, high = (getattr(bounds, each.name) for each in fields(bounds))
        if not least <= low <= high <= most:
            found.append(
                Issue((*path, name), f"{low} to {high} is no range within {least} and {most}, low end first.")
            )
    return found


def _physiology_flaws(player: Physiology) -> Iterator[tuple[str, str]]:
    resting, maximum = player.resting_bpm, player.maximum_bpm
    if resting is not None and not LOWEST_RESTING_BPM <= resting <= HIGHEST_RESTING_BPM:
        yield "restingBpm", f"{resting} is no resting heart rate; it is from {LOWEST_RESTING_BPM} to 110."
    if maximum is not None and not LOWEST_MAXIMUM_BPM <= maximum <= HIGHEST_MAXIMUM_BPM:
        yield "maximumBpm", f"{maximum} is no maximum heart rate; it is from {LOWEST_MAXIMUM_BPM} to 230."
    if resting is not None and maximum is not None and maximum - resting < LEAST_RESERVE_BPM:
        yield "maximumBpm", f"The maximum is at least {LEAST_RESERVE_BPM} above the resting heart rate."
    if player.weekly_load_limit_au is not None and not 1 <= player.weekly_load_limit_au <= 100_000:
        yield "weeklyLoadLimit", "A weekly load limit is from 1 to 100000 AU."


def _restriction_flaws(restriction: MedicalRestriction) -> Iterator[tuple[str, str]]:
    starts_on, ends_on = restriction.starts_on, restriction.ends_on
    for name, day in (("startsOn", starts_on), ("endsOn", ends_on)):
        if day is not None and not EARLIEST <= day <= LATEST:
            yield name, f"{day} is out of range; dates are from {EARLIEST} to {LATEST}."
    if ends_on is not None and ends_on < starts_on:
        yield "endsOn", f"It ends on {ends_on}, before it starts on {starts_on}."
    patterns = restriction.avoided_patterns
    if len(set(patterns)) < len(patterns):
        yield "avoidedPatterns", "Name each movement pattern once."
    if restriction.kind is RestrictionKind.LIMITED and not patterns:
        yield "avoidedPatterns", "Whoever is limited is limited in something: name the movement patterns."
    if restriction.kind is RestrictionKind.NO_TRAINING and patterns:
        yield "avoidedPatterns", "Who does not train at all avoids every pattern: name none."

"""How an assignment's load grows from week to week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from domain.errors import Issue

LARGEST_LOAD_AU = 10_000
LARGEST_RATE_PERCENT = 50.0
MOST_CUSTOM_WEEKS = 60
STEP_WEEKS, WAVE_WEEKS = 2, 4


class ProgressionKind(StrEnum):
    LINEAR = "linear"
    STEPPED = "stepped"
    WAVE = "wave"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class LoadProgression:
    """One session's load in AU. ``rate_percent`` is of the base, a week; 0 stays as it is.

    Linear adds the rate each week; stepped adds two weeks' worth every second week; a wave rises for two
    weeks and falls one rate under the base in the fourth. Custom has a percentage of the base for each week;
    the last one stays. Whatever it comes to is kept from ``minimum_au`` to ``maximum_au``.
    """

    base_load_au: int
    kind: ProgressionKind = ProgressionKind.LINEAR
    rate_percent: float = 0.0
    minimum_au: int = 0
    maximum_au: int = LARGEST_LOAD_AU
    custom_percents: tuple[float, ...] = ()


def load_in_week(progression: LoadProgression, week: int, relief_percent: float = 0.0) -> int:
    """The load of a session ``week`` weeks after the first, less the relief."""
    percent = exact(_PERCENT[progression.kind](progression, max(0, week)))
    return scaled(progression, percent * (100 - exact(relief_percent)) / 10_000)


def scaled(progression: LoadProgression, factor: Decimal) -> int:
    """The base load times ``factor``: whole AU, half away from zero, within the assignment's bounds."""
    load = (progression.base_load_au * factor).to_integral_value(ROUND_HALF_UP)
    return max(progression.minimum_au, min(progression.maximum_au, int(load)))


def exact(number: float) -> Decimal:
    """The number as it is written: 65 × 0.7 is 45.5 and rounds to 46, which binary fractions would miss."""
    return Decimal(repr(number))


def issues_of(progression: LoadProgression, path: tuple[str, ...] = ("load",)) -> list[Issue]:
    return [Issue((*path, name), message) for name, message in _flaws(progression)]


def _flaws(progression: LoadProgression) -> Iterator[tuple[str, str]]:
    low, base, high = progression.minimum_au, progression.base_load_au, progression.maximum_au
    if not 0 <= low <= high <= LARGEST_LOAD_AU:
        yield "bounds", f"Bounds are from 0 to {LARGEST_LOAD_AU} AU, the lower one first."
    elif not low <= base <= high:
        yield "baseLoad", f"baseLoad is {base} AU; its bounds are {low} to {high}."
    if not -LARGEST_RATE_PERCENT <= progression.rate_percent <= LARGEST_RATE_PERCENT:
        yield "rate", f"rate is {progression.rate_percent}; it is from -50 to 50 % a week."
    is_custom = progression.kind is ProgressionKind.CUSTOM
    if is_custom and not 1 <= len(progression.custom_percents) <= MOST_CUSTOM_WEEKS:
        yield "customPercents", f"Give a percentage for each week, {MOST_CUSTOM_WEEKS} at most."
    if not is_custom and progression.custom_percents:
        yield "customPercents", "Only a custom progression has percentages week by week."
    if any(not 0 <= each <= 500 for each in progression.custom_percents):
        yield "customPercents", "A percentage is from 0 to 500."


def _linear(progression: LoadProgression, week: int) -> float:
    return 100 + progression.rate_percent * week


def _stepped(progression: LoadProgression, week: int) -> float:
    return 100 + progression.rate_percent * (week - week % STEP_WEEKS)


def _wave(progression: LoadProgression, week: int) -> float:
    return 100 + progression.rate_percent * (0, 1, 2, -1)[week % WAVE_WEEKS]


def _custom(progression: LoadProgression, week: int) -> float:
    percents = progression.custom_percents
    return percents[min(week, len(percents) - 1)]


_PERCENT = {
    ProgressionKind.LINEAR: _linear,
    ProgressionKind.STEPPED: _stepped,
    ProgressionKind.WAVE: _wave,
    ProgressionKind.CUSTOM: _custom,
}

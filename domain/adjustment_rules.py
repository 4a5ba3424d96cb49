"""What a phase makes of one thing that was planned: a load, a frequency, targets and more (docs/seasons.md).

Every function takes the original and gives what it becomes: none knows what an earlier phase made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

from domain.assignments import Customizations
from domain.days import DAYS_A_WEEK
from domain.exercises import MovementPattern
from domain.load_progression import exact
from domain.phases import SeasonPhase, serves
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology, PowerRange, VelocityRange
from domain.plan_document import PrescriptionDraft
from domain.planning import Cadence
from domain.recurrence import Recurrence
from domain.sessions import ExerciseRole
from domain.workouts import SelectedExercise

POINTS_A_STEP = 5
LOWEST_RESERVE_PERCENT = 30
FEWEST_SETS = 2
PREPARING = frozenset({MovementPattern.MOBILITY, MovementPattern.STRETCH})


def load_factor(phase: SeasonPhase, customizations: Customizations) -> Decimal:
    return exact(phase.effective_load_multiplier) * exact(customizations.load_multiplier)


def adjusted_cadence(original: Recurrence, phase: SeasonPhase, frequency: int) -> Cadence:
    """A week keeps as many of its days as the phase has sessions, and never gets more than it had.

    Daily and custom recurrences come back every 7 / ``frequency`` days, half a day up. What happens once or
    once a month is not the week's affair. ``original`` recurs as it did before any phase.
    """
    if original.goes_by_days:
        return Cadence(max(1, (2 * DAYS_A_WEEK + frequency) // (2 * frequency)), ())
    if original.goes_by_weekdays and len(original.weekdays) > frequency:
        return Cadence(original.interval, spread(original.weekdays, frequency, phase.game_weekdays))
    return Cadence(original.interval, original.weekdays)


def spread(weekdays: Sequence[int], count: int, game_weekdays: Sequence[int]) -> tuple[int, ...]:
    """``count`` of the days: none on a game day if that can be, then as far apart as can be, then away from
    games (the day before one first of all), then the earlier days.
    """

    def worth(days: tuple[int, ...]) -> tuple[object, ...]:
        on_game_days = sum(day in game_weekdays for day in days)
        gaps = sorted((later - earlier - 1) % DAYS_A_WEEK + 1 for earlier, later in _around(days))
        before_games = sum((day + 1) % DAYS_A_WEEK in game_weekdays for day in days)
        after_games = sum((day - 1) % DAYS_A_WEEK in game_weekdays for day in days)
        return (-on_game_days, gaps, -before_games, -after_games, [-day for day in days])

    return max(combinations(sorted(weekdays), count), key=worth)


def adjusted_thresholds(
    original: PerformanceThresholds,
    phase: SeasonPhase,
    customizations: Customizations,
    player: Physiology | None,
) -> PerformanceThresholds:
    steps = customizations.intensity_steps
    percent = phase.intensity.power_percent + POINTS_A_STEP * steps
    power, velocity = original.power, original.velocity
    return PerformanceThresholds(
        heart_rate=shifted_zone(
            original.heart_rate, phase.intensity.heart_rate_shift_points + POINTS_A_STEP * steps, player
        ),
        power=None if power is None else _power(power, percent),
        velocity=None if velocity is None else _velocity(velocity, percent),
    )


def shifted_zone(zone: HeartRateZone | None, points: int, player: Physiology | None) -> HeartRateZone | None:
    """The zone moved by percentage points of the player's heart-rate reserve, kept to what the heart does:
    from 30 % of the reserve to the maximum. Without a resting rate the points are of the maximum.

    Without a maximum nothing can be said of this heart, and the zone stays as the coach set it.
    """
    if zone is None or player is None or player.maximum_bpm is None:
        return zone
    resting = player.resting_bpm or 0
    reserve = player.maximum_bpm - resting
    lowest = resting + -(-reserve * LOWEST_RESERVE_PERCENT // 100)

    def moved(bpm: int) -> int:
        shifted = (bpm + Decimal(points * reserve) / 100).to_integral_value(ROUND_HALF_UP)
        return max(lowest, min(player.maximum_bpm or 0, int(shifted)))

    return HeartRateZone(moved(zone.low_bpm), moved(zone.high_bpm))


def zone_of_reserve(percent: tuple[int, int], player: Physiology) -> HeartRateZone | None:
    """The player's own zone for percentages of the reserve (of the maximum, without a resting rate)."""
    if player.maximum_bpm is None:
        return None
    resting = player.resting_bpm or 0
    reserve = player.maximum_bpm - resting
    low, high = (
        int((resting + Decimal(each * reserve) / 100).to_integral_value(ROUND_HALF_UP)) for each in percent
    )
    return HeartRateZone(low, high)


def selected_exercises(
    prescriptions: Sequence[PrescriptionDraft], phase: SeasonPhase, factor: Decimal
) -> tuple[SelectedExercise, ...] | None:
    """The workout's exercises as the phase wants them; None if that is as they stand.

    What serves the phase's focus areas comes first with the core lifts, in the order of the workout, and
    keeps its sets; the others come after. Where the phase lowers the load the others give way, the last one
    first: down to two sets each, and if that is not enough, altogether. Mobility and stretching keep their
    place: what prepares for a lift is of no use after it.
    """
    if not phase.focus_areas:
        return None
    serving = {n for n, each in enumerate(prescriptions, start=1) if serves_focus(each, phase)}
    core = {n for n, each in enumerate(prescriptions, start=1) if each.role is ExerciseRole.CORE}
    sets = {n: each.working_set_count for n, each in enumerate(prescriptions, start=1)}
    as_it_stands = tuple(SelectedExercise(n, count) for n, count in sets.items())
    if serving:  # a focus that nothing here serves cannot say what should go
        surplus = int((sum(sets.values()) * (1 - factor)).to_integral_value(ROUND_HALF_UP))
        _give_way(sets, [n for n in sets if n not in serving | core][::-1], surplus)
    prepares = {n for n, each in enumerate(prescriptions, start=1) if each.exercise.pattern in PREPARING}
    in_order = iter(sorted(sets.keys() - prepares, key=lambda n: (n not in serving | core, n)))
    order = [n if n in prepares else next(in_order) for n in sets]
    selected = tuple(SelectedExercise(n, sets[n]) for n in order if sets[n])
    return None if selected == as_it_stands else selected


def serves_focus(prescription: PrescriptionDraft, phase: SeasonPhase) -> bool:
    return serves(prescription.intent, prescription.exercise.pattern, phase.focus_areas)


def _give_way(sets: dict[int, int], others: Sequence[int], surplus: int) -> None:
    for fewest in (FEWEST_SETS, 0):
        for number in others:
            if surplus <= 0:
                return
            going = max(0, sets[number] - fewest)
            # To take an exercise out is all or nothing: a single set of it is worth no set-up.
            taken = going if fewest == 0 else min(going, surplus)
            sets[number] -= taken
            surplus -= taken


def _around(days: tuple[int, ...]) -> zip[tuple[int, int]]:
    return zip(days, (*days[1:], days[0]), strict=True)


def _power(power: PowerRange, percent: int) -> PowerRange:
    low, high = (
        int((Decimal(each * percent) / 100).to_integral_value(ROUND_HALF_UP))
        for each in (power.low_watts, power.high_watts)
    )
    return PowerRange(low, high)


def _velocity(velocity: VelocityRange, percent: int) -> VelocityRange:
    """To a hundredth of a metre a second; untouched at 100 %, whatever was written."""
    if percent == 100:
        return velocity
    low, high = (
        float((exact(each) * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP))
        for each in (velocity.low_mps, velocity.high_mps)
    )
    return VelocityRange(low, high)

"""Why a phase changed what it changed, in words a coach accepts."""

from __future__ import annotations

from domain.adjustment_rules import POINTS_A_STEP
from domain.assignments import Customizations
from domain.phases import SeasonPhase
from domain.planning import AdjustmentType


def reasons_of(phase: SeasonPhase, customizations: Customizations) -> dict[AdjustmentType, str]:
    """One for each type, whether it changes anything or not."""
    multiplier, frequency = f"{phase.effective_load_multiplier:g}", phase.training_frequency
    load = f"{phase.intensity} intensity, load times {multiplier}"
    if customizations.load_multiplier != 1:
        load += f", times {customizations.load_multiplier:g} for this assignment"
    sessions = f"{_sessions(frequency)} a week"
    if customizations.training_frequency is not None:
        sessions = f"{_sessions(customizations.training_frequency)} a week for this assignment"
    points = f"{phase.intensity} intensity, {phase.intensity.heart_rate_shift_points:+} points"
    if customizations.intensity_steps:
        points += f", {POINTS_A_STEP * customizations.intensity_steps:+} for this assignment"
    focus = ", ".join(each.replace("_", " ") for each in phase.focus_areas) or "nothing in particular"
    words = {
        AdjustmentType.LOAD: load,
        AdjustmentType.FREQUENCY: sessions,
        AdjustmentType.INTENSITY: points,
        AdjustmentType.EXERCISE_SELECTION: f"focus on {focus}",
    }
    return {type_: f"{phase.name}: {text}." for type_, text in words.items()}


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"

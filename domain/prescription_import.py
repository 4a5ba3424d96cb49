"""One exercise of an import: who it is, what it is for, its rest and its tempo."""

from __future__ import annotations

import re

from domain.exercise_matching import CatalogueIndex, Match, match_exercise
from domain.exercises import Exercise, Intent
from domain.import_fields import Node, number_in
from domain.import_problems import shown
from domain.plan_document import PrescriptionDraft
from domain.sessions import ExerciseRole
from domain.sets_import import sets_of

LONGEST_NAME = 120
LONGEST_NOTES = 2000
LONGEST_REST_SECONDS = 1800
SHORTEST_LIKELY_REST_SECONDS = 10
LONGEST_TEMPO_PHASE_SECONDS = 30
IMPORTANCE = (0.1, 10.0)
EXPLOSIVE_SECONDS = 1

ROLES = {
    **dict.fromkeys(("main", "main_lift", "primary", "core_lift", "c"), ExerciseRole.CORE),
    **dict.fromkeys(("assistance", "supplemental", "secondary", "acc", "a"), ExerciseRole.ACCESSORY),
}
INTENTS = {
    **dict.fromkeys(("core", "core_stability", "stability", "mobility"), Intent.TRUNK),
    **dict.fromkeys(("size", "muscle", "muscle_building"), Intent.HYPERTROPHY),
    **dict.fromkeys(("endurance", "cardio"), Intent.CONDITIONING),
    **dict.fromkeys(("speed", "explosive"), Intent.POWER),
}


def read_prescription(node: Node, index: CatalogueIndex) -> PrescriptionDraft | None:
    """None if something is wrong with it; the node's findings then say what."""
    if node.findings.is_full:
        return None  # nothing more is listed; a hostile document shall not cost more
    exercise = _exercise(node, index)
    read = sets_of(node)
    role = node.choice("role", ExerciseRole, ROLES)
    intent = node.choice("intent", Intent, INTENTS)
    unilateral = node.truth("unilateral")
    rest = _rest(node)
    tempo, tempo_note = _tempo(node)
    importance = node.number("importance", *IMPORTANCE)
    group = node.text("group", longest=20)
    notes = [node.text("notes", LONGEST_NOTES), tempo_note]
    if exercise is None or read is None:
        return None
    notes += [
        f"Set {each}: as many repetitions as possible, {read.sets[each - 1].reps_min} at least."
        for each in read.open_ended
    ]
    return PrescriptionDraft(
        exercise=exercise,
        role=role or ExerciseRole.ACCESSORY,
        intent=intent or exercise.intent,
        sets=read.sets,
        unilateral=unilateral if unilateral is not None else exercise.unilateral or read.each_side,
        tempo=tempo,
        rest_seconds_min=rest[0],
        rest_seconds_max=rest[1],
        group_key=group,
        weight=1.0 if importance is None else importance,
        notes="\n".join(each for each in notes if each) or None,
    )


def _exercise(node: Node, index: CatalogueIndex) -> Exercise | None:
    name = node.text("exercise", LONGEST_NAME)
    if name is None:
        if not node.has("exercise"):
            node.problem("exercise", "The exercise has no name; write one of the catalogue's.")
        return None
    match = match_exercise(name, index)
    if match.exercise is None:
        node.problem("exercise", f"The catalogue has no exercise {shown(name)}. {_advice(match)}")
    return match.exercise


def _advice(match: Match) -> str:
    names = [f"“{each.name}”" for each in match.candidates]
    if not names:
        return "Look it up in the catalogue and write its name there."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"Did you mean {listed}?"


def _rest(node: Node) -> tuple[int | None, int | None]:
    """Seconds from and to: "120", "180-300", "2-3 min", "1:30"."""
    text = node.words("rest_s")
    if text is None:
        return None, None
    found = re.fullmatch(
        r"([\d:.,]+)\s*(?:(?:s|sec|m|min)?\s*(?:-|–|—|to|/)\s*([\d:.,]+))?\s*(s|secs?|seconds?|m|mins?|minutes?|\"|')?",
        text.casefold(),
    )
    unit = 60 if found and (found.group(3) or "s")[0] in "m'" else 1
    ends = (
        [_seconds(each, unit) for each in (found.group(1), found.group(2) or found.group(1))]
        if found
        else [None]
    )
    if found is None or None in ends:
        node.problem(
            "rest_s", f"{shown(text)} is not a rest; write seconds, such as 120 or 180-300, or 2 min."
        )
        return None, None
    lowest, highest = (round(each) for each in ends if each is not None)
    if not 0 <= lowest <= highest <= LONGEST_REST_SECONDS:
        node.problem(
            "rest_s",
            f"{shown(text)} is out of range; rest is from 0 to {LONGEST_REST_SECONDS} s, short to long.",
        )
        return None, None
    if 0 < highest < SHORTEST_LIKELY_REST_SECONDS and not found.group(3):
        node.findings.warn(
            f"{', '.join(node.at('rest_s'))}: {text} was read as seconds; write {text} min for minutes."
        )
    return lowest, highest


def _seconds(text: str, unit: int) -> float | None:
    if clock := re.fullmatch(r"(\d{1,2}):([0-5]\d)", text):
        return int(clock.group(1)) * 60 + int(clock.group(2))
    number = number_in(text)
    return None if number is None else number * unit


def _tempo(node: Node) -> tuple[str | None, str | None]:
    """The tempo as "3-1-1-0", and a note where it was written with an X for "as fast as possible"."""
    text = node.words("tempo")
    if text is None:
        return None, None
    folded = text.casefold()
    phases = list(folded) if re.fullmatch(r"[0-9x]{3,4}", folded) else re.split(r"\s*[-/.:,]\s*|\s+", folded)
    if len(phases) == 3:
        phases.append("0")
    seconds = [_tempo_seconds(each) for each in phases]
    if len(phases) != 4 or min(seconds) < 0 or not sum(seconds):
        node.problem(
            "tempo", f"{shown(text)} is not a tempo; write the seconds down-pause-up-pause, such as 3-1-1-0."
        )
        return None, None
    note = f"Tempo {text.upper()}: X is as fast as possible." if "x" in phases else None
    return "-".join(str(each) for each in seconds), note


def _tempo_seconds(phase: str) -> int:
    """Seconds; -1 for what is no sensible number of seconds."""
    if phase == "x":
        return EXPLOSIVE_SECONDS
    seconds = int(phase) if re.fullmatch(r"[0-9]{1,2}", phase) else -1
    return seconds if seconds <= LONGEST_TEMPO_PHASE_SECONDS else -1

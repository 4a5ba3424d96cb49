"""Sets as coaches write them: ``3x5``, ``5/5/5+ @ 58/67/76%``, ``3x8-12 each side``, ``w:2x5, 3x5 @ RPE 8``.

Grammar, spaces and case free::

    sets      := part {("," | "+") part}
    part      := [("w" | "r") ":"] [count "x"] amounts ["@" intensity]     w: warm-up, r: ramp
    amounts   := amount {"/" amount}                                       one for all sets, or one each
    amount    := reps | reps "-" reps | reps "+" | seconds "s" | minutes "min"
    intensity := values "%" | values "kg" | "RPE" values | values "RIR"    values are parted by "/"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from domain.import_fields import number_in
from domain.import_problems import shown
from domain.sessions import SetKind, SetPrescription

LONGEST_NOTATION = 120
MOST_SETS = 20
MOST_REPS = 500
LONGEST_HOLD_SECONDS = 7200
HEAVIEST_LOAD_KG = 1000.0
HIGHEST_PERCENT = 150.0
KG_PER_LB = 0.45359237

EACH_SIDE = re.compile(
    r"\s*(?:/|per|each|on each)?\s*\b(?:side|sides|leg|legs|arm|arms|each|es|e/s|ea)\b\.?\s*$"
)
PREFIX = re.compile(r"^(w|wu|warm-?up|r|ramp)\s*:\s*")
COUNT = re.compile(r"^(\d{1,9})\s*(?:x|×|\*|sets? of)\s*")
HOLD = re.compile(r"^(\d{1,9})\s*(s|sec|secs|seconds?|\"|″|min|mins|minutes?|'|′)$")
DISTANCE = re.compile(r"^\d+(?:[.,]\d+)?\s*(m|metres?|meters?|km|yd|yds|yards?|ft)$")
REPS = re.compile(r"^(\d{1,9})\s*(?:(?:-|–|—|to)\s*(\d{1,9})|(\+|amrap))?(?:\s*reps?)?$")
INTENSITIES = (
    (r"rpe\s*(.+)|(.+?)\s*rpe", "rpe"),
    (r"rir\s*(.+)|(.+?)\s*rir", "rir"),
    (r"(.+?)\s*%(?:\s*1?rm)?", "percent_1rm"),
    (r"(.+?)\s*(?:kg|kgs|kilos?)", "load_kg"),
)
POUNDS = "lbs?|pounds?"


class CannotRead(Exception):
    """The notation is not understood, or says something impossible; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class ReadSets:
    """``open_ended`` are the ordinals of the sets to be taken as far as they go ("5+")."""

    sets: tuple[SetPrescription, ...]
    each_side: bool = False
    open_ended: tuple[int, ...] = ()


def read_sets(text: str, kind: SetKind = SetKind.WORKING) -> ReadSets:
    """Every set that the text prescribes, in order and counted from 1. Raises CannotRead."""
    if len(text) > LONGEST_NOTATION:
        raise CannotRead(f"This is {len(text)} characters long; {LONGEST_NOTATION} is the most.")
    sets: list[SetPrescription] = []
    open_ended: list[int] = []
    each_side = False
    for part in _parts(text.strip().casefold()):
        core, sided = EACH_SIDE.subn("", part)
        each_side = each_side or bool(sided)
        for prescription, is_open in _read_part(core, kind):
            if len(sets) == MOST_SETS:
                raise CannotRead(f"An exercise has at most {MOST_SETS} sets.")
            sets.append(replace(prescription, ordinal=len(sets) + 1))
            if is_open:
                open_ended.append(len(sets))
    if not sets:
        raise CannotRead("There are no sets; write them such as 3x5.")
    return ReadSets(tuple(sets), each_side, tuple(open_ended))


def with_intensity(
    sets: tuple[SetPrescription, ...], quantity: str, text: str
) -> tuple[SetPrescription, ...]:
    """The sets with a load on them: one for all, or one each ("60/70/80"). Raises CannotRead.

    ``quantity`` is ``load_kg``, ``percent_1rm``, ``rpe`` or ``rir``.
    """
    values = [_intensity(quantity, each) for each in re.split(r"[/;]", text)]
    if len(values) not in (1, len(sets)):
        raise CannotRead(
            f"{shown(text)} has {len(values)} values for {len(sets)} sets; write one, or one for each."
        )
    spread = values * len(sets) if len(values) == 1 else values
    return tuple(_loaded(each, quantity, value) for each, value in zip(sets, spread, strict=True))


def _parts(text: str) -> Iterator[str]:
    """Splits at commas and plusses, but not in a decimal comma ("@ 62,5 kg") nor behind open reps ("5+")."""
    pointed = re.sub(r"(@[^,@]*\d),(?=\d)", r"\1.", text)
    for part in re.split(r",|(?<=[\d%gr])\s*\+\s*(?=\d|[wr]\s*:)|\n", pointed):
        if part.strip():
            yield part.strip()


def _read_part(text: str, kind: SetKind) -> list[tuple[SetPrescription, bool]]:
    if found := PREFIX.match(text):
        kind = SetKind.WARM_UP if found.group(1).startswith("w") else SetKind.RAMP
        text = text[found.end() :]
    amounts, _, intensity = (each.strip() for each in text.partition("@"))
    count = None
    if found := COUNT.match(amounts):
        count = int(found.group(1))
        amounts = amounts[found.end() :]
    listed = [_read_amount(each.strip(), kind) for each in amounts.split("/")]
    if count is None:
        count = len(listed)
    if not 1 <= count <= MOST_SETS:
        raise CannotRead(f"There are {count} sets in {shown(text)}; an exercise has from 1 to {MOST_SETS}.")
    if len(listed) not in (1, count):
        raise CannotRead(f"{shown(text)} lists {len(listed)} amounts for {count} sets.")
    sets = listed * count if len(listed) == 1 else listed
    if len(listed) == 1 and listed[0][1]:  # "3x5+" is three fives, the last of them open
        sets = [(each, at == count - 1) for at, (each, _) in enumerate(sets)]
    return _with_intensity_of_part(sets, intensity) if intensity else sets


def _read_amount(text: str, kind: SetKind) -> tuple[SetPrescription, bool]:
    if found := HOLD.match(text):
        seconds = int(found.group(1)) * (60 if found.group(2)[0] in "m'′" else 1)
        if not 1 <= seconds <= LONGEST_HOLD_SECONDS:
            raise CannotRead(
                f"A hold of {shown(text)} is out of range; it is from 1 to {LONGEST_HOLD_SECONDS} s."
            )
        return SetPrescription(ordinal=1, kind=kind, hold_seconds=seconds), False
    found = REPS.match(text)
    if found is None:
        if text in ("amrap", "max", "failure", "to failure"):
            raise CannotRead(
                f"{shown(text)} needs a number to plan with; write the least you expect, such as 8+."
            )
        if DISTANCE.match(text):
            raise CannotRead(
                f"{shown(text)} is a distance, which is not kept; write the repetitions, or the seconds "
                "it takes (3x10s; minutes are 5min), and the distance in the notes."
            )
        raise CannotRead(
            f"{shown(text)} is not understood; write sets and repetitions such as 3x5, 3x8-12 or 3x30s."
        )
    lowest, highest = int(found.group(1)), int(found.group(2) or found.group(1))
    if not 1 <= lowest <= highest <= MOST_REPS:
        raise CannotRead(
            f"{shown(text)} repetitions is out of range; they go from 1 to {MOST_REPS}, low to high."
        )
    return SetPrescription(ordinal=1, kind=kind, reps_min=lowest, reps_max=highest), found.group(
        3
    ) is not None


def _with_intensity_of_part(
    sets: list[tuple[SetPrescription, bool]], text: str
) -> list[tuple[SetPrescription, bool]]:
    for pattern, quantity in INTENSITIES:
        if found := re.fullmatch(pattern, text):
            loaded = with_intensity(
                tuple(each for each, _ in sets), quantity, next(filter(None, found.groups()))
            )
            return [(each, is_open) for each, (_, is_open) in zip(loaded, sets, strict=True)]
    if pounds := number_in(text, POUNDS) if text[-1].isalpha() else None:
        raise CannotRead(_in_kilograms(text, pounds))
    raise CannotRead(
        f"{shown('@ ' + text)} does not say what it is; write @ 80%, @ 60 kg, @ RPE 8 or @ 2 RIR."
    )


def _intensity(quantity: str, text: str) -> float:
    text = text.strip().casefold()
    unit, lowest, highest, name = {
        "load_kg": ("kg|kgs|kilos?", 0.0, HEAVIEST_LOAD_KG, "load in kg"),
        "percent_1rm": ("%", 1.0, HIGHEST_PERCENT, "percentage of the one-repetition maximum"),
        "rpe": ("rpe", 0.0, 10.0, "RPE"),
        "rir": ("rir", 0.0, 10.0, "number of repetitions in reserve"),
    }[quantity]
    value = number_in(text, unit)
    if value is None:
        if quantity == "load_kg" and (pounds := number_in(text, POUNDS)) is not None:
            raise CannotRead(_in_kilograms(text, pounds))
        raise CannotRead(
            f"{shown(text)} is not a {name}; write one number, or one for each set such as 60/70/80."
        )
    if not lowest <= value <= highest:
        raise CannotRead(f"{shown(text)} is out of range; a {name} is from {lowest:g} to {highest:g}.")
    if quantity == "rir" and value != int(value):
        raise CannotRead(f"{shown(text)} is not a whole number of repetitions in reserve.")
    return value


def _in_kilograms(text: str, pounds: float) -> str:
    return f"Loads are in kilograms: {shown(text)} is {pounds * KG_PER_LB:.1f} kg."


def _loaded(one: SetPrescription, quantity: str, value: float) -> SetPrescription:
    match quantity:
        case "load_kg":
            return replace(one, load_kg=value)
        case "percent_1rm":
            return replace(one, percent_one_rep_max=value)
        case "rpe":
            return replace(one, rpe=value)
        case _:
            return replace(one, reps_in_reserve=int(value))

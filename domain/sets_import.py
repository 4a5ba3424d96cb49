"""The sets of one exercise of an import: from the fields that prescribe them to every single set."""

from __future__ import annotations

import re
from dataclasses import replace

from domain.import_fields import Node, number_in
from domain.import_problems import shown
from domain.import_vocabulary import SET
from domain.plan_json import node_of
from domain.sessions import SetKind, SetPrescription
from domain.set_notation import MOST_SETS, CannotRead, ReadSets, read_sets, with_intensity

INTENSITIES = ("load_kg", "percent_1rm", "rpe", "rir")
KINDS = dict.fromkeys(("warmup", "w", "wu"), SetKind.WARM_UP) | dict.fromkeys(
    ("work", "normal"), SetKind.WORKING
)


def sets_of(node: Node) -> ReadSets | None:
    """None if something is wrong with them; the node's findings then say what."""
    value = node.values.get("sets")
    try:
        working = _listed_sets(node, value) if isinstance(value, list) else _written_sets(node)
        if working is None:
            return None
        warm_ups = _warm_up_sets(node, working.sets)
    except CannotRead as refusal:
        node.problem("reps" if node.has("reps") else "hold_s" if node.has("hold_s") else "sets", str(refusal))
        return None
    everything = (*warm_ups, *working.sets)
    if len(everything) > MOST_SETS:
        node.problem("sets", f"These are {len(everything)} sets with the warm-up; {MOST_SETS} is the most.")
        return None
    if not any(each.counts_as_volume for each in everything):
        node.problem("sets", "There are only warm-up sets; add the working sets.")
        return None
    sets = tuple(replace(each, ordinal=at) for at, each in enumerate(everything, start=1))
    sets = _with_columns(node, sets)
    return ReadSets(sets, working.each_side, tuple(each + len(warm_ups) for each in working.open_ended))


def _written_sets(node: Node) -> ReadSets | None:
    """From ``sets`` alone ("3x8-12"), or from a count with ``reps`` or ``hold_s`` beside it."""
    sets, reps, hold = node.words("sets"), node.words("reps"), node.words("hold_s")
    if any(
        node.has(name) and text is None for name, text in (("sets", sets), ("reps", reps), ("hold_s", hold))
    ):
        return None  # already reported
    if reps and hold:
        node.problem("hold_s", "A set has repetitions or a hold, not both; leave one of them empty.")
        return None
    if sets is None and not re.search(r"[x×*/,;]", reps or ""):
        node.problem(
            "sets", "There are no sets; write how many, such as 3, with the repetitions beside it, or 3x5."
        )
        return None
    if sets is not None and not sets.isdecimal():
        if reps or hold:
            try:
                read_sets(sets)
            except CannotRead:
                node.problem("sets", f"{shown(sets)} is not a number of sets; write one, such as 3.")
                return None
            beside = "reps" if reps else "hold_s"
            node.problem(
                beside,
                f"The sets already say {shown(sets)}; leave this empty, or write only their number there.",
            )
            return None
        return read_sets(sets)
    if sets is not None and not 1 <= int(sets) <= MOST_SETS:
        node.problem("sets", f"There are {shown(sets)} sets; an exercise has from 1 to {MOST_SETS}.")
        return None
    amount = _amount(reps, hold)
    if amount is None:
        node.problem("reps", "There are no repetitions; write them, such as 5 or 8-12, or a hold in seconds.")
        return None
    return read_sets(amount if sets is None else f"{sets}x{amount}")


def _amount(reps: str | None, hold: str | None) -> str | None:
    if reps:
        return re.sub(r"\s*[,;]\s*", "/", reps)
    if hold:
        return f"{hold}s" if hold.isdecimal() else hold
    return None


def _warm_up_sets(node: Node, working: tuple[SetPrescription, ...]) -> tuple[SetPrescription, ...]:
    text = node.words("warm_up_sets")
    if text in (None, "0"):
        return ()
    try:
        if not text.isdecimal():
            return read_sets(text, SetKind.WARM_UP).sets
        first = working[0]
        amount = f"{first.hold_seconds}s" if first.hold_seconds else f"{first.reps_min}-{first.reps_max}"
        return read_sets(f"{text}x{amount}", SetKind.WARM_UP).sets
    except CannotRead as refusal:
        node.problem("warm_up_sets", str(refusal))
        return ()


def _listed_sets(node: Node, listed: list[object]) -> ReadSets | None:
    """JSON's list of sets: each is an object, or a notation such as "3x5"."""
    sets: list[SetPrescription] = []
    open_ended: list[int] = []
    each_side = False
    if len(listed) > MOST_SETS:
        raise CannotRead(f"There are {len(listed)} entries; an exercise has at most {MOST_SETS} sets.")
    for at, value in enumerate(listed):
        place = (*node.at("sets"), str(at))
        try:
            read = _one_entry(node, value, place)
        except CannotRead as refusal:
            node.findings.problem(place, str(refusal))
            continue
        open_ended += [len(sets) + each for each in read.open_ended]
        sets += read.sets
        each_side = each_side or read.each_side
    if not sets:
        if not listed:
            raise CannotRead("There are no sets; write them such as 3x5.")
        return None
    return ReadSets(tuple(sets), each_side, tuple(open_ended))


def _one_entry(node: Node, value: object, place: tuple[str, ...]) -> ReadSets:
    if isinstance(value, str):
        return read_sets(value)
    entry = node_of(value, SET, place, node.findings)
    if entry is None:
        raise CannotRead('A set is an object such as {"reps": 5, "loadKg": 60}, or text such as "3x5".')
    amount = _amount(entry.words("reps"), entry.words("hold_s"))
    if amount is None or (entry.has("reps") and entry.has("hold_s")):
        raise CannotRead("A set has repetitions or a hold in seconds: one of the two.")
    count = entry.whole_number("count", 1, MOST_SETS) or 1
    read = read_sets(f"{count}x{amount}", entry.choice("kind", SetKind, KINDS) or SetKind.WORKING)
    return replace(read, sets=_with_columns(entry, read.sets, all_kinds=True))


def _with_columns(
    node: Node, sets: tuple[SetPrescription, ...], all_kinds: bool = False
) -> tuple[SetPrescription, ...]:
    """The sets with the load, percentage, RPE or RIR that stands beside them. Warm-up sets keep their own."""
    for quantity in INTENSITIES:
        text = node.words(quantity)
        if text is None:
            continue
        if quantity == "percent_1rm":
            text = _percent(node, text)
        chosen = [at for at, each in enumerate(sets) if all_kinds or each.counts_as_volume]
        if any(_has_intensity(sets[at], quantity) for at in chosen):
            node.problem(quantity, "The sets say this already, behind the @; leave one of the two out.")
            continue
        try:
            loaded = with_intensity(tuple(sets[at] for at in chosen), quantity, text)
        except CannotRead as refusal:
            node.problem(quantity, str(refusal))
            continue
        placed = dict(zip(chosen, loaded, strict=True))
        sets = tuple(placed.get(at, each) for at, each in enumerate(sets))
    return sets


def _has_intensity(one: SetPrescription, quantity: str) -> bool:
    return {
        "load_kg": one.load_kg,
        "percent_1rm": one.percent_one_rep_max,
        "rpe": one.rpe,
        "rir": one.reps_in_reserve,
    }[quantity] is not None


def _percent(node: Node, text: str) -> str:
    """A cell that shows 80 % holds 0.8: nobody prescribes less than 1.5 % of a maximum."""
    share = number_in(text)
    if share is None or not 0 < share <= 1.5:
        return text
    node.findings.warn(f"{', '.join(node.at('percent_1rm'))}: {text} was read as {share * 100:g} %.")
    return f"{share * 100:g}"

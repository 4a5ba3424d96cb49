"""What five more minutes would bring back (docs/formulas.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.compression import wording
from domain.compression.case import Case
from domain.compression.choices import Choice
from domain.compression.model import BuyBack, SegmentKind, minutes_needed
from domain.compression.optimum import Optimum

EXTRA_MINUTES = 5


def buy_back_of(case: Case, now: Optimum, seconds_now: int, target_minutes: int) -> BuyBack | None:
    """Counted from the target, or from what the shortest session needs where that is more.

    None for a session of many dozens of exercises, where the question costs more than it is worth.
    """
    minutes = max(target_minutes, minutes_needed(seconds_now)) + EXTRA_MINUTES
    percent = 100 / case.valuation.full_value
    if case.fits_as_it_stands(minutes):
        gains = (case.valuation.full_value - now.value) * percent
        return BuyBack(EXTRA_MINUTES, gains, (wording.WHOLE_SESSION,))
    if case.problem.is_very_large:
        return None  # a remark beside the answer: it may not double the wait
    then = case.best(minutes)
    if then is None:
        return None
    gains = max((then.value - now.value) * percent, 0.0)
    return BuyBack(EXTRA_MINUTES, gains, tuple(_differences(case, now.choices, then.choices)))


def _differences(case: Case, now: Sequence[Choice], then: Sequence[Choice]) -> Iterator[str]:
    before, after = _by_member(now), _by_member(then)
    for index in range(len(case.menu.prescriptions)):
        name = case.menu.name(index)
        (sets_now, choice_now), (sets_then, choice_then) = before[index], after[index]
        if sets_now == 0 and sets_then > 0:
            yield wording.comes_back(name, sets_then)
        elif sets_then > sets_now:
            yield wording.more_sets(name, sets_now, sets_then)
        rest_now, rest_then = choice_now.duration.round_rest, choice_then.duration.round_rest
        if choice_then.kind is SegmentKind.CORE_LIFT and rest_then > rest_now:
            yield wording.fuller_rest(name, rest_now, rest_then)
        if len(choice_now.members) > 1 and len(choice_then.members) == 1 and sets_then > 0:
            yield wording.stands_alone(name)


def _by_member(choices: Sequence[Choice]) -> dict[int, tuple[int, Choice]]:
    return {i: (n, each) for each in choices for i, n in zip(each.members, each.sets, strict=True)}

"""More minutes, more freedom, less protection: none of them ever keeps less (docs/formulas.md)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from domain.compression.compress import compress, curve
from domain.compression.model import Compression, CoreProtection, Options, Strategy
from domain.errors import NotCompressible
from tests.domain.compression.cases import Case, answers, case_of, how_many
from tests.domain.compression.sessions import programmes

SAME_PERCENT = 1e-7
FREER = [
    (Strategy.CORE_ONLY, Strategy.CORE_PLUS_ACCESSORY),
    (Strategy.CORE_PLUS_ACCESSORY, Strategy.CORE_PLUS_SUPERSET),
    (Strategy.CORE_PLUS_ACCESSORY, Strategy.CORE_PLUS_BLOCK),
    (Strategy.CORE_PLUS_SUPERSET, Strategy.CORE_PLUS_BLOCK_AND_SUPERSET),
    (Strategy.CORE_PLUS_BLOCK, Strategy.CORE_PLUS_BLOCK_AND_SUPERSET),
    (Strategy.CORE_PLUS_BLOCK_AND_SUPERSET, None),
]


def test_more_minutes_never_keep_less() -> None:
    for case, answer in answers(how_many(40, 2000), compressed=True):
        first, last = answer.shortest_minutes - 1, max(answer.original_minutes, answer.shortest_minutes)
        step = max(1, (last - first) // 9)
        kept = [_kept(case.asked(each)) for each in range(max(first, 1), last + step + 1, step)]
        assert all(more >= less - SAME_PERCENT for less, more in pairwise(kept)), case.name


def test_more_freedom_never_keeps_less_and_the_default_is_the_best_of_the_five() -> None:
    seen = 0
    for seed in range(how_many(100, 3000)):
        case = case_of(seed)
        kept = {each: _kept_if_it_fits(case, strategy=each) for each in (*Strategy, None)}
        for bound, freer in FREER:
            less, more = kept[bound], kept[freer]
            if less is not None:
                assert more is not None, f"case_of({seed}): {freer} does not fit, and {bound} does"
                assert more >= less - SAME_PERCENT, f"case_of({seed}): {freer} keeps less than {bound}"
                seen += more > less + SAME_PERCENT
        best = max((each for asked, each in kept.items() if asked and each is not None), default=None)
        assert (kept[None] is None) == (best is None), f"case_of({seed})"
        assert abs((kept[None] or 0.0) - (best or 0.0)) < SAME_PERCENT, f"case_of({seed})"
    assert seen > 20


def test_less_protection_never_keeps_less() -> None:
    seen = 0
    for seed in range(how_many(100, 3000)):
        case = case_of(seed)
        kept = [_kept_if_it_fits(case, core_protection=each) for each in CoreProtection]
        for less, more in pairwise(kept):
            if less is not None:
                assert more is not None, f"case_of({seed})"
                assert more >= less - SAME_PERCENT, f"case_of({seed})"
                seen += more > less + SAME_PERCENT
    assert seen > 5


def test_less_equipment_never_keeps_more() -> None:
    for seed in range(how_many(100, 3000)):
        case = case_of(seed)
        everything = _kept_if_it_fits(case, unavailable=frozenset())
        less = _kept_if_it_fits(case)
        if less is not None:
            assert everything is not None, f"case_of({seed})"
            assert everything >= less - SAME_PERCENT, f"case_of({seed})"


def test_the_curve_is_what_each_of_its_minutes_gives() -> None:
    for name, (session, planned_minutes) in programmes().items():
        found = curve(session, planned_minutes=planned_minutes)
        assert found.points[-1].value_percent == 100, name
        for point in found.points[:: how_many(6, 1)]:
            answer = compress(session, target_minutes=point.target_minutes, planned_minutes=planned_minutes)
            assert answer.meets_time_constraint, name
            assert point.achieved_minutes == answer.achieved_minutes, name
            assert abs(point.value_percent - answer.value.overall_percent) < SAME_PERCENT, name
            assert point.strategy is answer.strategy, name


def test_the_curve_never_falls_and_begins_at_the_shortest() -> None:
    for name, (session, planned_minutes) in programmes().items():
        for protection, strategy in zip(CoreProtection, (None, Strategy.CORE_PLUS_BLOCK, None), strict=True):
            options = Options(core_protection=protection, strategy=strategy)
            found = curve(session, planned_minutes=planned_minutes, options=options)
            kept = [each.value_percent for each in found.points]
            minutes = [each.target_minutes for each in found.points]
            answer = compress(session, target_minutes=1, planned_minutes=planned_minutes, options=options)
            assert minutes[0] == answer.shortest_minutes, name
            assert minutes == sorted(set(minutes)), name
            assert len(minutes) <= 60, name
            assert all(more >= less - SAME_PERCENT for less, more in pairwise(kept)), name
            assert found.knee_minutes is None or found.knee_minutes in minutes, name


def _kept(answer: Compression) -> float:
    assert answer.proven_optimal
    return answer.value.overall_percent


def _kept_if_it_fits(case: Case, **changed: object) -> float | None:
    """None where nothing fits: the shortest session of a stricter rule is longer, and may keep more."""
    try:
        answer = case.asked(options=replace(case.options, **changed))  # type: ignore[arg-type]
    except NotCompressible:
        return None
    return _kept(answer) if answer.meets_time_constraint else None

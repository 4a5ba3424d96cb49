"""The answer is the best there is: held against every session one by one, and against another solver."""

from __future__ import annotations

from random import Random

import pytest

from domain.compression.compress import compress
from domain.compression.model import Compression
from tests.domain.compression.cases import Answered, answered, how_many
from tests.domain.compression.independent import Model
from tests.domain.compression.independent_solvers import IntegerProgram, exhaustive, shortest_seconds
from tests.domain.compression.judging import judge, whole
from tests.domain.compression.sessions import (
    Session,
    full_session,
    generated_session,
    realistic_session,
)

SAME_VALUE = 1e-6
CASES = how_many(2000, 20_000)  # the same as the Coach's Amendment is held against
MOST_ACCESSORIES = 6  # of a session whose every compression is tried
LARGE = how_many(40, 1000)


def test_no_session_of_all_that_there_are_is_better() -> None:
    for case in _small_cases(CASES):
        if case.answer is None:
            assert not case.model.columns, f"{case.name}: something could have been left"
        else:
            assert _what_is_wrong(case, case.answer) is None, case.name


def _small_cases(count: int) -> list[Answered]:
    found = [answered(seed) for seed in range(count)]
    small = [each for each in found if len(each.session) - len(each.model.cores) <= MOST_ACCESSORIES]
    assert len(small) > count / 2
    return small


def _what_is_wrong(case: Answered, answer: Compression) -> str | None:
    """Value and length of the answer against the best of all sessions, or against the shortest."""
    model = case.model
    value = judge(model, answer)
    best = exhaustive(model, case.budget_seconds)
    if not answer.changed:
        return _what_is_wrong_with_unchanged(case, answer, fits=best is not None)
    if answer.meets_time_constraint:
        if best is None:
            return "it claims to fit, and nothing does"
        if not answer.proven_optimal or answer.optimality_gap_percent != 0:
            return "a small session, and no proof"
    else:
        if best is not None:
            return "it does not fit, and something does"
        shortest = shortest_seconds(model)
        assert shortest is not None
        best = exhaustive(model, shortest)
        assert best is not None
    if abs(best.value - value) > SAME_VALUE:
        return f"worth {value}, and the best is {best}"
    if answer.compressed_seconds != whole(best.seconds * model.pace):
        return f"{answer.compressed_seconds} s, and another as good takes {best.seconds * model.pace} s"
    return None


def _what_is_wrong_with_unchanged(case: Answered, answer: Compression, *, fits: bool) -> str | None:
    model = case.model
    seconds = model.original_seconds * model.pace
    if answer.meets_time_constraint != (seconds <= 60 * case.target_minutes + 1e-6):
        return f"{seconds} s for {case.target_minutes} min: {answer.meets_time_constraint}"
    free, groups = model.free_and_groups()
    if len(free) + sum(map(len, groups)) + len(model.cores) < len(model.all):
        return "it needs what is not available"
    if not answer.meets_time_constraint and fits:
        return "it does not fit, and something does"
    return None


@pytest.mark.parametrize("seed", range(LARGE))
def test_another_solver_finds_nothing_better_in_a_large_session(seed: int) -> None:
    session, target_minutes = large_case(seed)
    answer = compress(session, target_minutes=target_minutes, planned_minutes=None)
    model = Model(session)
    value = judge(model, answer)
    assert answer.proven_optimal
    assert answer.meets_time_constraint
    better = IntegerProgram(model, target_minutes * 60 / model.pace).better_than(value + SAME_VALUE)
    assert better is None, f"{better} is better than {value}"


@pytest.mark.parametrize("seed", range(4))
def test_the_other_solver_does_find_what_is_better(seed: int) -> None:
    """The proof above is worth something only if it can fail."""
    session, target_minutes = large_case(seed)
    answer = compress(session, target_minutes=target_minutes, planned_minutes=None)
    model = Model(session)
    value = judge(model, answer)
    program = IntegerProgram(model, target_minutes * 60 / model.pace)
    better = program.better_than(value - SAME_VALUE)
    assert better is not None
    assert better[0] == pytest.approx(value, abs=SAME_VALUE)


def test_both_independent_solvers_agree() -> None:
    for case in _small_cases(how_many(40, 2000)):
        best = exhaustive(case.model, case.budget_seconds)
        found = IntegerProgram(case.model, case.budget_seconds).best()
        assert (found is None) == (best is None), case.name
        if found is not None and best is not None:
            assert found[0] == pytest.approx(best.value, abs=SAME_VALUE), case.name


@pytest.mark.parametrize("seed", range(how_many(1, 12)))
def test_a_gap_that_is_claimed_is_true(seed: int) -> None:
    """Past the size that is solved exactly the answer says how far from the best it may be."""
    session = full_session(Random(seed), cores=3, accessories=24)
    answer = compress(session, target_minutes=150, planned_minutes=None)
    model = Model(session)
    value = judge(model, answer)
    at_most = value + answer.optimality_gap_percent / 100 * model.whole
    assert answer.proven_optimal == (answer.optimality_gap_percent == 0)
    assert IntegerProgram(model, 150 * 60 / model.pace).better_than(at_most + SAME_VALUE) is None


def large_case(seed: int) -> tuple[Session, int]:
    """10 to 15 accessories with 1 to 4 core lifts: six sets of each, a real programme's mix, or anything."""
    random = Random(seed)
    cores, accessories = random.randint(1, 4), random.randint(10, 15)
    if seed % 4 == 0:
        session = generated_session(random, cores=cores, accessories=accessories)
    elif seed % 4 == 1:
        session = realistic_session(random, cores=cores, accessories=accessories)
    else:
        session = full_session(random, cores=cores, accessories=accessories)
    model = Model(session)
    shortest = shortest_seconds(model)
    assert shortest is not None
    seconds = shortest + (model.original_seconds - shortest) * random.uniform(0.05, 0.95)
    return session, int(seconds * model.pace / 60) + 1

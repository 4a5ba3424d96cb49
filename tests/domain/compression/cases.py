"""A numbered case: a generated session, what is asked of it, and the product's answer, made once a process.

``TAPER_LONG_TESTS=1`` takes many times more of them than an everyday run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from random import Random

from domain.compression.compress import compress
from domain.compression.model import Compression, CoreProtection, Options, Strategy
from domain.errors import NotCompressible
from domain.phases import PhaseType
from tests.domain.compression.independent import Model
from tests.domain.compression.sessions import Session, generated_session

LONG = os.environ.get("TAPER_LONG_TESTS") == "1"


def how_many(everyday: int, long: int) -> int:
    return long if LONG else everyday


@dataclass(frozen=True)
class Case:
    seed: int
    session: Session
    options: Options
    planned_minutes: int | None
    target_minutes: int

    @cached_property
    def model(self) -> Model:
        return Model(self.session, self.options, planned_minutes=self.planned_minutes)

    def asked(self, target_minutes: int | None = None, options: Options | None = None) -> Compression:
        return compress(
            self.session,
            target_minutes=target_minutes or self.target_minutes,
            planned_minutes=self.planned_minutes,
            options=options or self.options,
        )

    @property
    def budget_seconds(self) -> float:
        """The target in modelled seconds."""
        return self.target_minutes * 60 / self.model.pace


@dataclass(frozen=True)
class Answered(Case):
    answer: Compression | None  # None: nothing would be left

    @property
    def name(self) -> str:
        """What an assertion says when it fails, and how to have the case again."""
        return f"answered({self.seed})"


@cache
def answered(seed: int) -> Answered:
    case = case_of(seed)
    try:
        answer = case.asked()
    except NotCompressible:
        answer = None
    return Answered(case.seed, case.session, case.options, case.planned_minutes, case.target_minutes, answer)


def answers(count: int, *, compressed: bool = False) -> Iterator[tuple[Answered, Compression]]:
    """The first of the cases that have an answer; ``compressed``: only those where something changed."""
    for seed in range(count):
        case = answered(seed)
        if case.answer is not None and (case.answer.changed or not compressed):
            yield case, case.answer


def case_of(seed: int) -> Case:
    """Every third asks for nothing but the minutes; the others for anything that a caller may ask for."""
    random = Random(seed)
    accessories = random.choice((0, 1, 2, 3, 3, 4, 4, 5, 5, 6, 8, 12))
    session = generated_session(
        random,
        cores=random.randint(0 if accessories else 1, 4),
        accessories=accessories,
        most_sets=random.choice((3, 4, 6)),
    )
    options = Options() if seed % 3 == 0 else _options(random, session)
    planned_minutes = random.choice((None, 20, 60, 90))
    model = Model(session, options, planned_minutes=planned_minutes)
    original_minutes = model.original_seconds * model.pace / 60
    target = max(1, int(original_minutes * random.uniform(0.15, 1.05)))
    return Case(seed, session, options, planned_minutes, target)


def _options(random: Random, session: Session) -> Options:
    gear = sorted({each for one in session for each in (one.exercise.station, *one.exercise.equipment)})
    return Options(
        core_protection=random.choice(list(CoreProtection)),
        strategy=random.choice((None, None, None, *Strategy)),
        unavailable=frozenset(random.sample(gear, min(len(gear), random.choice((0, 0, 1, 2))))),
        weights={each.id: random.choice((0.1, 0.5, 10.0)) for each in session if random.random() < 0.2},
        phase=random.choice((None, None, *PhaseType)),
    )

"""The same question has the same answer: in another process, under other names, asked in another way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from domain.compression.compress import compress
from domain.compression.model import Compression, Options
from domain.compression.record import diff_of, plan_of, summary_of
from tests.domain.compression.cases import answers, case_of, how_many
from tests.domain.compression.sessions import Session

PRINTS = "from tests.domain.compression.test_sameness import digest; print(digest())"


def digest() -> str:
    """Of everything that is said about some dozens of sessions."""
    said = sha256()
    for _, answer in answers(how_many(60, 600)):
        said.update(_as_text(answer).encode())
    return said.hexdigest()


def test_another_process_with_another_hash_seed_gives_the_same() -> None:
    other = subprocess.run(
        [sys.executable, "-c", PRINTS],
        env={**os.environ, "PYTHONHASHSEED": str(1 + hash("own seed") % 1000)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert other.stdout.strip() == digest()


def test_asked_again_it_says_the_same() -> None:
    for case, answer in answers(how_many(100, 1000)):
        assert case.asked() == answer, case.name


def test_ids_decide_nothing() -> None:
    for case, answer in answers(how_many(120, 4000)):
        other_ids = {each.id: UUID(int=(each.id.int * 7919 + 1) % 2**128) for each in case.session}
        renamed = tuple(replace(each, id=other_ids[each.id]) for each in case.session)
        weights = {other_ids[each]: weight for each, weight in case.options.weights.items()}
        said = _as_text(answer)
        for old, new in other_ids.items():
            said = said.replace(str(old), str(new))
        again = _asked(renamed, case.seed, replace(case.options, weights=weights))
        assert _as_text(again) == said, case.name


def test_the_names_of_groups_and_equipment_decide_nothing() -> None:
    for case, answer in answers(how_many(120, 4000)):
        stations = {each.exercise.station for each in case.session}
        other = {each: f"{sha256(each.encode()).hexdigest()}" for each in stations}
        renamed = tuple(
            replace(
                each,
                group_key=each.group_key and other.get(each.group_key, each.group_key)[::-1],
                exercise=replace(each.exercise, station=other[each.exercise.station]),
            )
            for each in case.session
        )
        if case.options.unavailable & stations:
            continue
        again = _asked(renamed, case.seed, case.options)
        assert [each.exercises for each in again.segments] == [e.exercises for e in answer.segments], (
            case.name
        )
        assert again.value == answer.value, case.name


def test_a_weight_is_the_same_from_the_coach_and_from_the_caller() -> None:
    for case, answer in answers(how_many(120, 4000)):
        weighted = tuple(
            replace(each, weight=each.weight * case.options.weights.get(each.id, 1.0))
            for each in case.session
        )
        assert _asked(weighted, case.seed, replace(case.options, weights={})) == answer, case.name


def _asked(session: Session, seed: int, options: Options) -> Compression:
    case = case_of(seed)
    return compress(
        session,
        target_minutes=case.target_minutes,
        planned_minutes=case.planned_minutes,
        options=options,
    )


def _as_text(answer: Compression) -> str:
    return json.dumps([plan_of(answer), diff_of(answer), summary_of(answer)])

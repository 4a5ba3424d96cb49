"""The engine off the loop: one answer for equal questions, with everybody's own ids in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.compression import compress as engine
from domain.compression.compress import compress
from domain.compression.model import Options, Strategy
from domain.errors import PlanMissingContent
from domain.sessions import LoggedDuration, Prescription
from integrations.metrics import Metrics
from resolvers.solver import THREADS, Solver
from tests import patience
from tests.factories import NOW
from tests.world import a_long_session

SECONDS = "planning_engine_time_crunch_duration_seconds_count"


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def solver(metrics: Metrics) -> AsyncIterator[Solver]:
    made = Solver(metrics, answers_kept=4)
    yield made
    await made.close()


def a_copy(of: tuple[Prescription, ...] | None = None) -> tuple[Prescription, ...]:
    """The same session under new ids."""
    session_id = uuid4()
    if of is not None:
        return tuple(replace(each, id=uuid4(), session_id=session_id) for each in of)
    return tuple(
        Prescription(
            id=uuid4(),
            session_id=session_id,
            position=position,
            exercise=each.exercise,
            role=each.role,
            intent=each.intent,
            sets=each.sets,
            rest_seconds_min=each.rest_seconds_min,
            rest_seconds_max=each.rest_seconds_max,
        )
        for position, each in enumerate(a_long_session().prescriptions, start=1)
    )


def asked(minutes: int = 45, **more: Any) -> dict[str, Any]:
    return {"target_minutes": minutes, "planned_minutes": 90, "options": Options(), **more}


def worked_out(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value(SECONDS) or 0.0


async def test_the_answer_is_the_engines(solver: Solver) -> None:
    session = a_copy()
    options = Options(weights={session[2].id: 5.0}, strategy=Strategy.CORE_PLUS_ACCESSORY)

    answer = await solver.compress(session, **asked(options=options))

    assert answer == compress(session, target_minutes=45, planned_minutes=90, options=options)


async def test_a_copy_is_not_worked_out_again_and_keeps_its_ids(solver: Solver, metrics: Metrics) -> None:
    first = a_copy()
    second = a_copy(first)
    await solver.compress(first, **asked())

    answer = await solver.compress(second, **asked())

    assert worked_out(metrics) == 1
    assert answer == compress(second, target_minutes=45, planned_minutes=90)


async def test_weights_go_by_the_exercise_they_are_for(solver: Solver, metrics: Metrics) -> None:
    first = a_copy()
    second = a_copy(first)
    elsewhere = {uuid4(): 9.0}
    await solver.compress(first, **asked(options=Options(weights={first[2].id: 5.0} | elsewhere)))

    await solver.compress(second, **asked(options=Options(weights={second[2].id: 5.0})))
    await solver.compress(second, **asked(options=Options(weights={second[3].id: 5.0})))

    assert worked_out(metrics) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"minutes": 46},
        {"planned_minutes": 80},
        {"options": Options(unavailable=frozenset({"cable"}))},
        {"logs": tuple(LoggedDuration(uuid4(), uuid4(), 80, 3000.0, NOW) for _ in range(5))},
    ],
)
async def test_another_question_is_another_answer(
    solver: Solver, metrics: Metrics, more: dict[str, Any]
) -> None:
    session = a_copy()
    await solver.compress(session, **asked())

    await solver.compress(session, **asked(**more))

    assert worked_out(metrics) == 2


async def test_equal_questions_at_once_are_worked_out_once(solver: Solver, metrics: Metrics) -> None:
    session = a_copy()

    await asyncio.gather(*(solver.compress(a_copy(session), **asked()) for _ in range(20)))

    assert worked_out(metrics) == 1


async def test_answers_are_forgotten_in_the_end(solver: Solver, metrics: Metrics) -> None:
    session = a_copy()
    for minutes in range(40, 46):
        await solver.compress(session, **asked(minutes))

    await solver.compress(session, **asked(45))
    await solver.compress(session, **asked(40))

    assert worked_out(metrics) == 7
    assert len(solver._answers) == 4


async def test_a_caller_who_leaves_takes_the_answer_from_nobody(
    solver: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, may_end = threading.Event(), threading.Event()

    def slow(*arguments: Any, **named: Any) -> Any:
        began.set()
        may_end.wait(patience.SECONDS)
        return compress(*arguments, **named)

    monkeypatch.setattr(engine, "compress", slow)
    session = a_copy()
    leaving = asyncio.create_task(solver.compress(session, **asked()))
    staying = asyncio.create_task(solver.compress(session, **asked()))
    await asyncio.to_thread(began.wait, patience.SECONDS)

    leaving.cancel()
    may_end.set()

    assert (await staying).target_minutes == 45
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_what_nobody_waits_for_any_more_is_not_begun(
    solver: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    busy, may_end = threading.Barrier(THREADS + 1), threading.Event()

    def slow(*arguments: Any, target_minutes: int, **named: Any) -> Any:
        begun.append(target_minutes)
        if target_minutes < 20:
            busy.wait(patience.SECONDS)
            may_end.wait(patience.SECONDS)
        return compress(*arguments, target_minutes=target_minutes, **named)

    monkeypatch.setattr(engine, "compress", slow)
    session = a_copy()

    def ask(minutes: int) -> asyncio.Task[Any]:
        return asyncio.create_task(solver.compress(session, **asked(minutes)))

    holding = [ask(10 + number) for number in range(THREADS)]
    await asyncio.to_thread(busy.wait, patience.SECONDS)
    given_up, wanted = [ask(minutes) for minutes in range(20, 40)], ask(40)
    await asyncio.sleep(0.05)

    for each in given_up:
        each.cancel()
    await asyncio.wait(given_up[:1])
    again = ask(20)  # in the moment when the first is on its way out
    await asyncio.wait(given_up)
    may_end.set()

    assert (await wanted).target_minutes == 40
    assert (await again).target_minutes == 20
    await asyncio.gather(*holding)
    assert sorted(begun) == [*range(10, 10 + THREADS), 20, 40]


async def test_the_loop_is_free_while_it_computes(solver: Solver, monkeypatch: pytest.MonkeyPatch) -> None:
    began, may_end = threading.Event(), threading.Event()

    def waiting(*arguments: Any, **named: Any) -> Any:
        began.set()
        assert may_end.wait(patience.SECONDS), "the loop was held up"
        return compress(*arguments, **named)

    monkeypatch.setattr(engine, "compress", waiting)

    computing = asyncio.create_task(solver.compress(a_copy(), **asked()))
    while not began.is_set():  # noqa: ASYNC110  # of another thread
        await asyncio.sleep(0.001)
    may_end.set()

    assert (await computing).target_minutes == 45


async def test_a_refusal_is_raised_and_not_kept(solver: Solver, metrics: Metrics) -> None:
    for _ in range(2):
        with pytest.raises(PlanMissingContent):
            await solver.compress((), **asked())

    count = metrics.registry.get_sample_value(
        "planning_engine_time_crunch_errors_total", {"code": "plan_missing_content"}
    )
    assert count == 2
    assert not solver._answers


async def test_preparing_makes_the_answer_ready_and_is_not_counted(solver: Solver, metrics: Metrics) -> None:
    session = a_copy()

    await solver.prepare(session, **asked())
    await solver.prepare((), **asked())

    assert worked_out(metrics) == 1
    answer = await solver.compress(session, **asked())
    assert worked_out(metrics) == 1
    assert (
        metrics.registry.get_sample_value(
            "planning_engine_time_crunch_requests_total",
            {"status": "success", "strategy": answer.strategy.value},
        )
        == 1
    )

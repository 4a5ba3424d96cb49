"""Handlers: each event takes effect once and in order; what cannot be handled stays in sight."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from structlog.contextvars import bound_contextvars, get_contextvars

from app.commands.event_letters import Letters, NoSuchLetter
from db import dead_letters
from db.database import Transaction
from domain.events import PhaseChangeFailed, PlanChanged, PlanDeleted, version_at
from domain.planning_events import PhaseChanged
from events.consumer import Consumers, Handler, Received
from events.pace import KEPT, Pace
from events.wire import Undeliverable
from integrations.event_metrics import ArrivalOutcome
from tests.databases import Clock
from tests.events.world import (
    HURRIED,
    ORGANIZATION,
    World,
    leave_effect,
    phase_changed,
    plan_changed,
    running,
    until,
    utc_now,
)

PLAN = Handler("plans", PlanChanged, leave_effect)
PHASE = Handler("phases", PhaseChanged, leave_effect)


async def effects(world: World) -> int:
    return int(await world.scalar("SELECT count(*) FROM effects"))


async def settled(world: World) -> bool:
    left = await world.scalar(
        "SELECT (SELECT count(*) FROM event_deliveries) + (SELECT count(*) FROM outbox WHERE seq IS NULL)"
        " + (SELECT count(*) FROM event_consumers c, event_log l WHERE c.last_seq < l.last_seq)"
    )
    return bool(left == 0)


class Failing:
    """A handler that fails as often as it is told, and does something each time before it fails."""

    def __init__(self, times: int, error: Exception | None = None) -> None:
        self.times = times
        self.error = error or RuntimeError("the sky is falling")
        self.attempts: list[int] = []

    async def __call__(self, tx: Transaction, received: Received[Any]) -> None:
        self.attempts.append(received.attempt)
        await leave_effect(tx, received)
        if len(self.attempts) <= self.times:
            raise self.error


async def test_each_committed_event_takes_effect_once_for_each_consumer(effects_url: str) -> None:
    other = Handler("others", PlanChanged, leave_effect)
    async with running(World(effects_url, [PLAN, other])) as world:
        await until(lambda: registered(world, 2))
        await asyncio.gather(*(world.commit(plan_changed(version=n)) for n in range(10)))
        await world.commit(
            PlanDeleted(aggregate_id=uuid4(), version=1, organization_id=ORGANIZATION, owner_id=UUID(int=1))
        )
        await until(lambda: reached(world, 20))
        await until(lambda: settled(world))

        per_event = await world.rows("SELECT count(*) FROM effects GROUP BY event_id")
        assert sorted(row[0] for row in per_event) == [2] * 10
        assert await world.scalar("SELECT count(*) FROM event_inbox WHERE outcome = 'handled'") == 20
        assert world.metric("taper_event_deliveries_total", consumer="plans", outcome="handled") == 10


async def test_a_new_handler_misses_nothing_that_was_committed_before_it_came(effects_url: str) -> None:
    world, slow = World(effects_url, [PLAN]), World(effects_url)
    await world.commit(plan_changed(version=1))

    async with slow.db.engine.begin() as connection:  # it comes late to its register
        await connection.execute(text("LOCK TABLE event_consumers IN ACCESS EXCLUSIVE MODE"))
        await world.bus.start()
        await asyncio.sleep(0.5)

    try:
        await until(lambda: reached(world, 1))
    finally:
        await world.bus.close()
        await world.db.dispose()
        await slow.db.dispose()


async def registered(world: World, count: int) -> bool:
    return bool(await world.scalar("SELECT count(*) FROM event_consumers") == count)


async def reached(world: World, count: int) -> bool:
    return await effects(world) >= count


async def test_several_processes_share_the_work_and_double_none_of_it(effects_url: str) -> None:
    plans = [uuid4() for _ in range(15)]
    async with (
        running(World(effects_url, [PLAN])) as one,
        running(World(effects_url, [PLAN])) as two,
        running(World(effects_url, [PLAN])) as three,
    ):
        await until(lambda: registered(one, 1))

        async def life(world: World, plan_id: UUID) -> None:
            for version in range(1, 11):
                await world.commit(plan_changed(plan_id, version))

        worlds = [one, two, three]
        await asyncio.gather(*(life(worlds[n % 3], plan_id) for n, plan_id in enumerate(plans)))
        await until(lambda: reached(one, 150))
        await until(lambda: settled(one))

        rows = await one.rows("SELECT aggregate, version FROM effects ORDER BY id")
        handled = [
            each.metric("taper_event_deliveries_total", consumer="plans", outcome="handled")
            for each in worlds
        ]
    assert len(rows) == 150
    for plan_id in plans:
        assert [row.version for row in rows if row.aggregate == str(plan_id)] == list(range(1, 11))
    assert sum(handled) == 150
    assert all(handled), "one process did it all, so this test shows nothing"


async def test_a_handler_that_fails_leaves_nothing_and_is_tried_again(effects_url: str) -> None:
    failing = Failing(2)
    async with running(World(effects_url, [Handler("plans", PlanChanged, failing)])) as world:
        await until(lambda: registered(world, 1))
        await world.commit(plan_changed())
        await until(lambda: reached(world, 1))
        await until(lambda: settled(world))

        assert failing.attempts == [1, 2, 3]
        assert await effects(world) == 1
        assert world.metric("taper_event_deliveries_total", consumer="plans", outcome="failed") == 2


async def test_while_one_event_fails_its_successors_wait_and_others_do_not(effects_url: str) -> None:
    stuck, other = uuid4(), uuid4()
    gate = {"open": False}

    async def handle(tx: Transaction, received: Received[PlanChanged]) -> None:
        if received.event.aggregate_id == stuck and received.event.version == 1 and not gate["open"]:
            raise RuntimeError("not yet")
        await leave_effect(tx, received)

    patient = Pace(**{**pace_values(), "attempts": 1_000})
    async with running(World(effects_url, [Handler("plans", PlanChanged, handle)], pace=patient)) as world:
        await until(lambda: registered(world, 1))
        for version in (1, 2, 3):
            await world.commit(plan_changed(stuck, version), plan_changed(other, version))
        await until(lambda: reached(world, 3))
        await asyncio.sleep(0.3)
        before = await world.rows("SELECT aggregate FROM effects")
        gate["open"] = True
        await until(lambda: reached(world, 6))
        after = await world.rows(
            "SELECT version FROM effects WHERE aggregate = :it ORDER BY id", it=str(stuck)
        )

    assert [row.aggregate for row in before] == [str(other)] * 3
    assert [row.version for row in after] == [1, 2, 3]


def pace_values() -> dict[str, Any]:
    return {name: getattr(HURRIED, name) for name in HURRIED.__slots__}


async def test_a_poison_event_becomes_a_dead_letter_that_can_be_read_replayed_and_discarded(
    effects_url: str,
) -> None:
    failing = Failing(3)
    plan_id = uuid4()
    async with running(World(effects_url, [Handler("plans", PlanChanged, failing)])) as world:
        letters = Letters(world.db)
        await until(lambda: registered(world, 1))
        await world.commit(plan_changed(plan_id, 1), plan_changed(plan_id, 2))
        await until(lambda: dead(world, 1))
        await until(lambda: reached(world, 1))  # the next one of the plan goes on

        [letter] = await letters.listed(include_resolved=False, at_most=10)
        assert (letter.consumer, letter.reason, letter.attempts) == ("plans", "failed", 3)
        assert letter.detail == "RuntimeError: the sky is falling"
        assert letter.body["aggregate_id"] == str(plan_id)
        await world.bus._measure()
        assert world.metric("taper_dead_letters") == 1

        assert await letters.replay(str(letter.id)[:18]) == [letter.id]
        await until(lambda: reached(world, 2))
        await until(lambda: settled(world))
        versions = [row.version for row in await world.rows("SELECT version FROM effects ORDER BY id")]
        assert versions == [2, 1]
        assert await letters.listed(include_resolved=False, at_most=10) == []
        assert (await letters.one(str(letter.id))).status == "replayed"
        with pytest.raises(NoSuchLetter, match="not open any more: replayed"):
            await letters.replay(str(letter.id))
        with pytest.raises(NoSuchLetter, match="not open any more: replayed"):
            await letters.discard(str(letter.id))
        with pytest.raises(NoSuchLetter, match="no dead letter"):
            await letters.one("ffffffff-ffff")


async def dead(world: World, count: int) -> bool:
    async with world.db.read() as db_session:
        return await dead_letters.count_open(db_session) == count


async def test_a_replayed_event_that_dies_again_is_one_open_letter_and_a_discarded_one_stays_away(
    effects_url: str,
) -> None:
    failing = Failing(1_000)
    async with running(World(effects_url, [Handler("phases", PhaseChanged, failing)])) as world:
        letters = Letters(world.db)
        event = phase_changed()
        await world.bus.accept(event)
        await until(lambda: dead(world, 1))
        [first] = await letters.listed(include_resolved=False, at_most=10)
        assert await letters.replay(None) == [first.id]
        await until(lambda: attempted(failing, 6))
        await until(lambda: dead(world, 1))
        assert await letters.discard(str(first.id)) == first.id

        assert await world.bus.accept(event) is ArrivalOutcome.DUPLICATE
        await asyncio.sleep(0.3)
        assert len(failing.attempts) == 6
        assert await effects(world) == 0
        [kept] = await letters.listed(include_resolved=True, at_most=10)
        assert (kept.id, kept.status) == (first.id, "discarded")


async def attempted(failing: Failing, times: int) -> bool:
    return len(failing.attempts) >= times


async def test_an_error_event_is_published_when_an_event_is_given_up_and_not_before(effects_url: str) -> None:
    async def tell(tx: Transaction, received: Received[PhaseChanged], why: Undeliverable) -> None:
        tx.record(
            PhaseChangeFailed(
                aggregate_id=received.event.team_id,
                version=version_at(tx.now),
                organization_id=ORGANIZATION,
                code="internal_error",
                reason=str(why),
                source_event_id=received.event_id,
                phase_id=received.event.new_phase_id,
            )
        )

    failing = Failing(1_000)
    handler = Handler("phases", PhaseChanged, failing, on_dead=tell)
    async with running(World(effects_url, [handler])) as world:
        event = phase_changed()
        await world.bus.accept(event)
        await until(lambda: dead(world, 1))

        rows = await world.rows("SELECT event_type, payload, correlation_id FROM outbox")
        assert failing.attempts == [1, 2, 3]
        [row] = rows
        assert row.event_type == "training.phase_change.error"
        assert row.payload["source_event_id"] == event["eventId"]
        assert row.correlation_id == "c-1"


async def test_a_failure_to_tell_of_a_dead_event_does_not_keep_it_alive(effects_url: str) -> None:
    async def tell(tx: Transaction, received: Received[Any], why: Undeliverable) -> None:
        raise RuntimeError("cannot tell")

    handler = Handler("phases", PhaseChanged, Failing(1_000), on_dead=tell)
    async with running(World(effects_url, [handler])) as world:
        await world.bus.accept(phase_changed())
        await until(lambda: dead(world, 1))
        await until(lambda: settled(world))


async def test_what_is_no_use_trying_again_is_tried_once(effects_url: str) -> None:
    failing = Failing(1_000, Undeliverable("unknown_team", "There is no such team."))
    async with running(World(effects_url, [Handler("phases", PhaseChanged, failing)])) as world:
        await world.bus.accept(phase_changed())
        await until(lambda: dead(world, 1))
        [letter] = await Letters(world.db).listed(include_resolved=False, at_most=10)

    assert failing.attempts == [1]
    assert (letter.reason, letter.detail) == ("unknown_team", "There is no such team.")


async def test_a_handler_that_takes_too_long_fails_and_leaves_nothing(effects_url: str) -> None:
    async def dawdle(tx: Transaction, received: Received[Any]) -> None:
        await leave_effect(tx, received)
        await asyncio.sleep(60)

    handler = Handler("phases", PhaseChanged, dawdle, deadline_seconds=0.05)
    async with running(World(effects_url, [handler])) as world:
        await world.bus.accept(phase_changed())
        await until(lambda: dead(world, 1))
        assert await effects(world) == 0


async def test_a_consumer_that_is_new_begins_with_what_is_published_from_then_on(effects_url: str) -> None:
    async with running(World(effects_url)) as world:
        await world.commit(plan_changed(version=1))
        await until(lambda: settled(world))
    async with running(World(effects_url, [PLAN])) as world:
        await until(lambda: registered(world, 1))
        await world.commit(plan_changed(version=2))
        await until(lambda: reached(world, 1))
        await until(lambda: settled(world))
        assert [row.version for row in await world.rows("SELECT version FROM effects")] == [2]


async def test_a_consumer_that_was_away_gets_what_it_missed(effects_url: str) -> None:
    async with running(World(effects_url, [PLAN])) as world:
        await until(lambda: registered(world, 1))
    async with running(World(effects_url)) as world:
        for version in range(30):
            await world.commit(plan_changed(version=version))
        await until(lambda: all_published(world))
    async with running(World(effects_url, [PLAN])) as world:
        await until(lambda: reached(world, 30))
        await until(lambda: settled(world))
        assert await effects(world) == 30


async def all_published(world: World) -> bool:
    return bool(await world.scalar("SELECT count(*) FROM outbox WHERE seq IS NULL") == 0)


async def test_an_event_sent_again_and_again_takes_effect_once(effects_url: str) -> None:
    event = phase_changed()
    async with running(World(effects_url, [PHASE])) as one, running(World(effects_url, [PHASE])) as two:
        outcomes = await asyncio.gather(
            *((one if n % 2 else two).bus.accept(event) for n in range(20)), return_exceptions=True
        )
        await until(lambda: reached(one, 1))
        outcomes += [await one.bus.accept(event) for _ in range(5)]
        await until(lambda: settled(one))

        assert outcomes.count(ArrivalOutcome.ACCEPTED) == 1, outcomes
        assert outcomes.count(ArrivalOutcome.DUPLICATE) == 24, outcomes
        assert await effects(one) == 1


async def test_of_one_aggregate_the_older_is_handled_first_and_a_latecomer_is_ignored(
    effects_url: str,
) -> None:
    now = utc_now()
    at = [(now - timedelta(minutes=minutes)).isoformat() for minutes in (30, 20, 10)]
    world = World(effects_url, [PHASE])
    await world.bus.accept(phase_changed(timestamp=at[2]))  # arrives first, and is the later one
    await world.bus.accept(phase_changed(timestamp=at[1]))
    async with running(world):
        await until(lambda: settled(world))
        handled = [row.version for row in await world.rows("SELECT version FROM effects ORDER BY id")]
        assert handled == sorted(handled)
        assert len(handled) == 2

        late = phase_changed(timestamp=at[0])
        other_team = phase_changed(timestamp=at[0], teamId=str(uuid4()))
        assert await world.bus.accept(late) is ArrivalOutcome.ACCEPTED
        assert await world.bus.accept(other_team) is ArrivalOutcome.ACCEPTED
        await until(lambda: settled(world))

        assert await effects(world) == 3
        outcome = "SELECT outcome FROM event_inbox WHERE event_id = :id"
        assert await world.scalar(outcome, id=late["eventId"]) == "out_of_order"
        assert await world.scalar(outcome, id=other_team["eventId"]) == "handled"


async def test_what_is_refused_at_the_door_is_kept_with_the_reason(effects_url: str) -> None:
    now = utc_now()
    cases: list[tuple[Any, str, str]] = [
        (b"not json", "malformed", "not JSON"),
        (b"[1, 2]", "malformed", "not a JSON object"),
        (b'{"eventType": "planning.phase.changed\\u0000"}', "unknown_type", "none of"),
        (phase_changed(eventType="planning.nonsense"), "unknown_type", "planning.phase.changed"),
        (phase_changed(teamId=...), "malformed", "teamId: Field required"),
        (phase_changed(eventId="1"), "malformed", "eventId"),
        (phase_changed(timestamp="2026-11-20T12:00:00"), "malformed", "timestamp"),
        (phase_changed(phaseEndDate="2026-11-01"), "malformed", "ends before it starts"),
        (phase_changed(autoApplyAdjustments="true"), "malformed", "autoApplyAdjustments"),
        (phase_changed(triggeredBy="x\x00y"), "malformed", "NUL"),
        (phase_changed(triggeredBy="x" * 300_000), "malformed", "larger than"),
        (b'{"eventType":' * 5_000, "malformed", "not JSON"),
        (phase_changed(timestamp=(now + timedelta(hours=1)).isoformat()), "future", "still to come"),
        (
            phase_changed(timestamp=(now - KEPT - timedelta(hours=1)).isoformat()),
            "too_old",
            "no longer known",
        ),
        ({"eventType": "planning.phase.changed", "x": "\ud800"}, "malformed", "not JSON"),
    ]
    world = World(effects_url, [PHASE])
    for sent, reason, words in cases:
        assert await world.bus.accept(sent) is ArrivalOutcome.REFUSED
        assert await world.bus.accept(sent) is ArrivalOutcome.REFUSED  # again: still one letter
        letter = (await Letters(world.db).listed(include_resolved=False, at_most=1))[0]
        assert letter.reason == reason, (sent, letter)
        assert words in letter.detail, letter.detail

    letters = Letters(world.db)
    kept = await letters.listed(include_resolved=True, at_most=100)
    assert len(kept) == len(cases)
    for letter in kept:
        await letters.discard(str(letter.id))
    for sent, *_ in cases:
        assert await world.bus.accept(sent) is ArrivalOutcome.REFUSED
    assert await letters.listed(include_resolved=False, at_most=100) == []  # discarded is discarded
    assert await world.scalar("SELECT count(*) FROM event_deliveries") == 0
    await world.db.dispose()


async def test_an_event_that_nobody_handles_is_kept_and_replayed_once_somebody_does(effects_url: str) -> None:
    early = World(effects_url)
    assert await early.bus.accept(phase_changed()) is ArrivalOutcome.REFUSED
    await early.db.dispose()
    async with running(World(effects_url, [PHASE])) as world:
        [letter] = await Letters(world.db).listed(include_resolved=False, at_most=10)
        assert letter.reason == "unhandled"
        await Letters(world.db).replay(str(letter.id))
        await until(lambda: reached(world, 1))
        await until(lambda: settled(world))


async def test_a_refused_event_that_is_replayed_too_early_is_refused_again(effects_url: str) -> None:
    clock = Clock(utc_now())
    sent = phase_changed(timestamp=(clock.now + timedelta(hours=1)).isoformat())
    async with running(World(effects_url, [PHASE], clock=clock)) as world:
        await world.bus.accept(sent)
        letters = Letters(world.db)
        [letter] = await letters.listed(include_resolved=False, at_most=10)
        await letters.replay(None)
        await until(lambda: settled(world))
        await until(lambda: dead(world, 1))
        clock.advance(hours=1)
        assert await letters.replay(None) == [letter.id]
        await until(lambda: reached(world, 1))


async def test_the_senders_correlation_id_follows_the_event_into_what_it_causes(effects_url: str) -> None:
    seen: list[str] = []

    async def handle(tx: Transaction, received: Received[PhaseChanged]) -> None:
        seen.append(get_contextvars()["correlation_id"])
        tx.record(plan_changed(version=version_at(tx.now)))

    async with running(World(effects_url, [Handler("phases", PhaseChanged, handle), PLAN])) as world:
        await until(lambda: registered(world, 1))
        await world.bus.accept(phase_changed(correlationId="from-afar"))
        await until(lambda: reached(world, 1))
        with bound_contextvars(correlation_id="from-here"):
            await world.commit(plan_changed())
        await until(lambda: reached(world, 2))
        rows = await world.rows("SELECT correlation_id FROM outbox ORDER BY id")

    assert seen == ["from-afar"]
    assert [row.correlation_id for row in rows] == ["from-afar", "from-here"]


async def test_close_waits_for_what_is_being_handled(effects_url: str) -> None:
    begun = asyncio.Event()

    async def handle(tx: Transaction, received: Received[Any]) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        await leave_effect(tx, received)

    world = World(effects_url, [Handler("phases", PhaseChanged, handle)])
    async with running(world):
        await world.bus.accept(phase_changed())
        await begun.wait()
        await world.bus.consumers.close()
        assert await effects(world) == 1
        assert await settled(world)


def test_two_handlers_of_one_name_and_type_are_a_mistake(effects_url: str) -> None:
    world = World(effects_url)
    with pytest.raises(ValueError, match="same name and event type"):
        Consumers(world.db, [PLAN, PLAN], log=world.bus._logger, metrics=world.metrics.events, pace=HURRIED)


def test_pauses_double_up_to_the_cap() -> None:
    assert [Pace().pause_after(attempts) for attempts in (1, 2, 3, 8, 9, 10_000)] == [
        0.5, 1.0, 2.0, 60.0, 60.0, 60.0,
    ]  # fmt: skip

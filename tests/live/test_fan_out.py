"""One event to many: written straight to those for whom nothing waits, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import orjson
import pytest

from app.auth import signed_in
from app.live import group
from app.live.outbox import Outbox
from app.live.service import Following
from app.live.told import Told
from app.live.wire import COPIED, Wire, header
from app.operations import Answer, Operations
from domain.people import Role, Viewer
from integrations.flags import Flag, FlagValue
from resolvers.context import Context
from tests.live.running import Running
from tests.live.stage import NUMBERS, Stage, team_of


@dataclass
class _Sink:
    """Remembers what it was given; ``then`` is done at once, in the middle of telling the others."""

    then: Callable[[], None] | None = None
    told: list[int] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def next(self, told: Told) -> None:
        answer = orjson.loads(told.answer)
        self.told.append(answer["data"]["sessionCompressed"]["targetMinutes"])
        if self.then is not None:
            self.then()

    def end(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self.ended += [each["extensions"]["code"] for each in errors]

    async def room(self) -> None:
        """There always is."""


class TestWhoIsTold:
    async def test_who_leaves_while_others_are_told_gets_nothing_more(
        self, server: Running, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(group, "BREATH", 2)
        live = server.application.live
        following: dict[int, Following] = {}
        sinks: list[_Sink] = []

        def the_others_leave() -> None:
            for place, each in following.items():
                if not sinks[place].told:
                    live.unfollow(each)

        sinks += [_Sink(the_others_leave) for _ in range(9)]
        for place, sink in enumerate(sinks):
            following[place] = await _followed(server, stage, stage.world.coach, sink)
        admin = _Sink()
        await _followed(server, stage, stage.world.admin, admin)

        await stage.compressed(41)
        await stage.compressed(42)
        await _until(lambda: len(admin.told) == 2)

        assert sorted(each.told for each in sinks) == [[]] * 8 + [[41, 42]]
        assert server.metric("taper_live_subscriptions", field="sessionCompressed") == 2
        assert server.metric("taper_live_delivered_total", field="sessionCompressed") == 4

    async def test_whose_flag_goes_off_while_the_answer_is_made_is_not_given_it(
        self, server: Running, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flags = server.application.services.flags
        evaluate = flags.evaluate
        coach, admin = _Sink(), _Sink()
        await _followed(server, stage, stage.world.coach, coach)
        await _followed(server, stage, stage.world.admin, admin)

        def off_for_the_coach(flag: Flag, audience: Any) -> FlagValue:
            if flag is Flag.LIVE and audience.role == Role.COACH:
                return FlagValue(flag, False, "default")
            return evaluate(flag, audience)

        def switch() -> None:
            monkeypatch.setattr(flags, "evaluate", off_for_the_coach)
            flags._tell(Flag.LIVE)

        _before_the_answer(monkeypatch, switch)

        await stage.compressed(41)
        await _until(lambda: bool(admin.told and coach.ended))

        assert (coach.told, coach.ended) == ([], ["feature_not_available"])
        assert (admin.told, admin.ended) == ([41], [])

    async def test_whose_role_changes_while_the_answer_is_made_shares_with_their_new_equals(
        self, server: Running, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The context of each answer belongs to those whom it is given to, as they stand when they get it."""
        world = stage.world
        sink = _Sink()
        following = await _followed(server, stage, world.coach, sink)
        callers = server.application.live._hub.callers
        made_for: list[str] = []

        def promoted() -> None:
            member = cast("Any", following)
            callers.changes += 1
            member.caller.become(_as_admin(member.caller.viewer))

        _before_the_answer(monkeypatch, promoted, made_for)

        await stage.compressed(41)
        await _until(lambda: bool(sink.told))

        assert sink.told == [41]
        assert made_for == ["coach", "admin"]

    async def test_one_execution_serves_all_portions(
        self, server: Running, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(group, "BREATH", 3)
        sinks = [_Sink() for _ in range(10)]
        for sink in sinks:
            await _followed(server, stage, stage.world.coach, sink)

        await stage.compressed(41)
        await _until(lambda: all(each.told for each in sinks))

        assert [each.told for each in sinks] == [[41]] * 10
        assert server.metric("taper_live_executed_total", field="sessionCompressed") == 1
        assert server.metric("taper_live_delivered_total", field="sessionCompressed") == 10


class TestTheWayOut:
    async def test_what_waits_goes_before_what_could_go_at_once(self) -> None:
        wire = _Wire(is_full=True)
        outbox = Outbox(_never, cast("Wire", wire), _never_stuck)

        assert outbox.tell(b"<1>", Told(b"first", "c"))
        wire.is_full = False  # and its task has had no turn yet
        assert outbox.tell(b"<2>", Told(b"second", "c"))
        assert outbox.put(b"third")
        assert wire.written == []
        wire.writable.set()
        await outbox.emptied()
        assert outbox.tell(b"<4>", Told(b"fourth", "c"))

        assert wire.written == [b"<1>first}", b"<2>second}", b"third", b"<4>fourth}"]

    async def test_a_slow_reader_keeps_no_more_than_its_bound_in_order_beside_a_quick_one(self) -> None:
        slow_wire, quick_wire = _Wire(is_full=True), _Wire()
        slow = Outbox(_never, cast("Wire", slow_wire), _never_stuck)
        quick = Outbox(_never, cast("Wire", quick_wire), _never_stuck)
        told = [Told(b"%d" % number, "c") for number in range(1_500)]

        kept = sum(slow.tell(b"", each) for each in told if quick.tell(b"", each))
        slow_wire.is_full = False
        slow_wire.writable.set()
        await slow.emptied()

        assert kept == 1_000
        assert quick_wire.written == [each.tail for each in told]
        assert slow_wire.written == quick_wire.written[:kept]

    async def test_what_is_told_to_a_dead_socket_is_dropped_without_a_word(self) -> None:
        wire = _Wire(is_full=True, is_dead=True)
        outbox = Outbox(_never, cast("Wire", wire), _never_stuck)

        for number in range(5):
            outbox.tell(b"", Told(b"%d" % number, "c"))
        wire.writable.set()  # as when the connection is lost
        await outbox.emptied()

        assert wire.written == []
        assert not outbox.is_full

    @pytest.mark.parametrize("length", [1, 80, 125, 126, 127, 60_000, 70_000])
    def test_a_frame_is_its_header_the_prefix_and_the_answer(self, length: int) -> None:
        told = Told(b"x" * length, "c")

        for prefix in (b"", b"<1>", b"<longer>", b"<2>"):
            assert told.frame(prefix) == header(len(prefix) + length + 1) + prefix + b"x" * length + b"}"
        assert told.is_short is (length + 1 < COPIED)


class _Wire:
    """Uvicorn's part: full or not, and what was written as texts without their headers."""

    def __init__(self, *, is_full: bool = False, is_dead: bool = False) -> None:
        self.is_full = is_full
        self.is_dead = is_dead
        self.writable = asyncio.Event()
        self.written: list[bytes] = []

    def write_frame(self, frame: bytes) -> bool:
        if self.is_full or self.is_dead:
            return False
        self.written.append(_text_in(frame))
        return True

    def write_text(self, *parts: bytes) -> bool:
        return self.write_frame(header(sum(map(len, parts))) + b"".join(parts))


async def _followed(server: Running, stage: Stage, viewer: Viewer, sink: _Sink) -> Following:
    application = server.application
    who = await signed_in(server.token(viewer), application.services, application.live.tokens)
    context = await application.live.context_of(who, "test")
    prepared = application.live.operations.prepare(NUMBERS, None, {"teamId": team_of(stage)})
    found = await application.live.follow(prepared, {"teamId": team_of(stage)}, who, context, sink)
    assert not isinstance(found, Answer)
    return found


def _before_the_answer(
    monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None], made_for: list[str] | None = None
) -> None:
    """Once, while the answer is being made."""
    made: Iterator[bool] = iter((True,))
    event = Operations.event

    async def slow(self: Operations, prepared: Any, variables: Any, context: Context, root: object) -> Answer:
        if made_for is not None:
            made_for.append(context.caller.role.value)
        if next(made, False):
            await asyncio.sleep(0)
            happens()
        return await event(self, prepared, variables, context, root)

    monkeypatch.setattr(Operations, "event", slow)


def _as_admin(viewer: Viewer) -> Viewer:
    return replace(viewer, role=Role.ADMIN)


def _text_in(frame: bytes) -> bytes:
    start = {126: 4, 127: 10}.get(frame[1], 2)
    return frame[start:]


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


async def _never(_message: Any) -> None:
    raise AssertionError("Nothing goes by ASGI where there is a wire.")


def _never_stuck() -> None:
    raise AssertionError("Nobody was stuck.")

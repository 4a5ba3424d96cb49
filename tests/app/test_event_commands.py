"""``./dev events`` as an operator meets it, on a database with dead letters in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.commands import event_letters
from domain.planning_events import PhaseChanged
from events.consumer import Handler
from tests.events.world import World, leave_effect, make_effects, phase_changed, running, until

Dev = Callable[..., Awaitable[Result]]


@pytest.fixture
def dev(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> Dev:
    """Runs the command in a thread, where it has a loop of its own as in a process."""
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    monkeypatch.setenv("TAPER_ENV", "test")
    monkeypatch.setattr(event_letters, "configure_logging", lambda **_: None)  # this process keeps its own

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(cli, ["events", *arguments]))

    return run


@pytest.fixture
async def world(fresh_url: str) -> World:
    await make_effects(fresh_url)
    return World(fresh_url, [Handler("phases", PhaseChanged, leave_effect)])


async def test_an_operator_lists_reads_replays_and_discards(world: World, fresh_url: str, dev: Dev) -> None:
    assert (await dev("list")).stdout == "There are no dead letters.\n"
    nobody = World(fresh_url)  # handles nothing, so what it takes in is dead
    event = phase_changed()
    await nobody.bus.accept(event)
    await nobody.bus.accept(phase_changed(teamId=...))

    listed = await dev("list")
    lines = listed.stdout.splitlines()
    ids = [lines[0].split()[0], lines[2].split()[0]]
    assert "intake  planning.phase.changed  malformed" in lines[0]
    assert "teamId: Field required" in lines[1]
    assert "unhandled" in lines[2]

    shown = json.loads((await dev("show", ids[1][:24])).stdout)
    assert json.loads(shown["body"]["raw"]) == event
    assert shown["status"] == "open"

    discarded = await dev("discard", ids[0])
    assert discarded.stdout == f"Discarded {ids[0]}.\n"
    async with running(world):
        replayed = await dev("replay", "--all")
        assert replayed.stdout.startswith("Replayed: 1.")

        async def handled() -> bool:
            return bool(await world.scalar("SELECT count(*) FROM effects") == 1)

        await until(handled)
    assert (await dev("list")).stdout == "There are no dead letters.\n"
    everything = (await dev("list", "--all")).stdout
    assert "(replayed)" in everything
    assert "(discarded)" in everything
    await nobody.db.dispose()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay",), "Say which dead letter, or --all."),
        (("replay", "0193", "--all"), "Say which dead letter, or --all."),
        (("show", "12"), "Give at least 4 characters"),
        (("discard", "ffffffff"), "There is no dead letter: ffffffff."),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_line(dev: Dev, arguments: tuple[str, ...], said: str) -> None:
    ended = await dev(*arguments)

    assert ended.exit_code == 2
    assert ended.stderr.startswith(said)
    assert ended.stdout == ""

"""``events/contracts``: the JSON Schema of every event, one file each, written from the code."""

from __future__ import annotations

from pathlib import Path

import orjson

from domain.events import OUTGOING, Event
from domain.planning_events import INCOMING, IncomingEvent
from events import wire

FOLDER = Path(__file__).parent / "contracts"


def files() -> dict[str, bytes]:
    """The name and content of each file."""
    kinds: list[type[Event] | type[IncomingEvent]] = [*INCOMING, *OUTGOING]
    return {
        f"{kind.type}.json": orjson.dumps(wire.schema_of(kind), option=orjson.OPT_INDENT_2) + b"\n"
        for kind in kinds
    }


def out_of_step(folder: Path = FOLDER) -> list[str]:
    """Names of files that are missing, differ from the code, or belong to no event."""
    wanted = files()
    there = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Bring the folder in step; which files changed."""
    stale = out_of_step(folder)
    wanted = files()
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (folder / name).write_bytes(wanted[name])
        else:
            (folder / name).unlink()
    return stale

"""Other GraphQL servers on the same tables, if they are installed: see ``benchmarks/peers/README.md``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from benchmarks.processes import free_port, postmaster_of, running, wait_until_it_answers
from benchmarks.reads_data import Data
from benchmarks.reads_documents import Read
from benchmarks.reads_servers import Server

LEAST_NODE = 22  # PostGraphile asks for it
FOLDER = Path(__file__).parent / "peers"
POSTGRAPHILE = "PostGraphile"
SCRIPTS = {
    "Mercurius, JIT, loaders": "mercurius.js",
    POSTGRAPHILE: "postgraphile.js",
    "Apollo Server": "apollo.js",
    "GraphQL Yoga, JIT": "yoga.js",
}


def peers(url: str, data: Data) -> Iterator[AbstractContextManager[Server]]:
    node = _node()
    if node is None or not (FOLDER / "node_modules").is_dir():
        print(f"No peers: they need Node {LEAST_NODE} or newer, and `npm ci` in benchmarks/peers.")
        return
    for name, script in SCRIPTS.items():
        yield _peer(name, [node, script], url, data)


def _node() -> str | None:
    node = shutil.which("node")
    if node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return node if int(said.strip().lstrip("v").partition(".")[0]) >= LEAST_NODE else None


@contextmanager
def _peer(name: str, command: list[str], url: str, data: Data) -> Iterator[Server]:
    port, where = free_port(), make_url(url)
    environ = {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "PORT": str(port),
        "PGHOST": str(where.query["host"]),
        "PGPORT": str(where.query["port"]),
        "PGUSER": where.username or "",
        "PGPASSWORD": where.password or "",
        "PGDATABASE": where.database or "",
        "COACH": str(data.coach.id),
    }
    asked: Callable[[Read], Mapping[str, Any] | None] = _own if name == POSTGRAPHILE else _ours
    with running(command, environ, FOLDER) as process:
        wait_until_it_answers(port, process)
        yield Server(name, port, process.pid, postmaster_of(url), asked)


def _ours(read: Read) -> dict[str, Any]:
    """Our document; the id in it is the table's."""
    assert read.by_hand
    variables = dict.fromkeys(read.variables, read.by_hand.key)
    return {"operationName": read.name, "query": read.document, "variables": variables}


def _own(read: Read) -> dict[str, Any]:
    """The same read in the schema that PostGraphile makes of the tables, named as ours is."""
    return _ours(read) | {"query": _IN_ITS_WORDS[read.name]}


_PRESCRIPTIONS = """prescriptions: prescriptionsBySessionIdList(orderBy: [POSITION_ASC]) { position role
    exercise: exerciseByExerciseId { name pattern }
    sets: setPrescriptionsByPrescriptionIdList(orderBy: [ORDINAL_ASC]) { ordinal repsMin repsMax } }"""
_MICROCYCLES = "microcycles: microcyclesByPlanIdList(orderBy: [ORDINAL_ASC])"
_SESSIONS = "sessions: sessionsByPlanIdAndMicrocycleIdList(orderBy: [ORDINAL_ASC])"
_IN_ITS_WORDS = {
    "Q4": "query Q4($id: UUID!) { plan: planByRowId(rowId: $id) { id: rowId title } }",
    "Q1": f"""query Q1($id: UUID!) {{ session: sessionByRowId(rowId: $id) {{
        id: rowId title scheduledOn plannedMinutes {_PRESCRIPTIONS} }} }}""",
    "Q2": f"""query Q2($id: UUID!) {{ plan: planByRowId(rowId: $id) {{ id: rowId title startsOn
        {_MICROCYCLES} {{ ordinal startsOn {_SESSIONS} {{
        id: rowId title scheduledOn plannedMinutes {_PRESCRIPTIONS} }} }} }} }}""",
    # All plans are the coach's here: it is not asked whose they are, and the others are.
    "Q3": f"""query Q3 {{ viewer: query {{
        plans: allPlans(first: 50, orderBy: [STARTS_ON_DESC, ROW_ID_DESC]) {{
        edges {{ node {{ id: rowId title startsOn {_MICROCYCLES} {{
        ordinal {_SESSIONS} {{ id: rowId title scheduledOn }} }} }} }} }} }} }}""",
}

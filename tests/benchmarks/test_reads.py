"""What reads are measured with: documents of our schema, and statements by hand that mean the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import islice
from uuid import UUID, uuid4
from xml.etree import ElementTree

import asyncpg
import pytest
from graphql import parse, validate

from benchmarks.frontend_reads import frontend_reads
from benchmarks.reads_data import make_data
from benchmarks.reads_documents import Places, Read, four_reads
from benchmarks.reads_measure import Ratio, meaning_of
from benchmarks.reads_memory import never_seen
from benchmarks.reads_picture import COLOURS, picture
from db.database import Database
from tests.api import make_api, the_schema
from tests.databases import Clock
from tests.factories import MONDAY

BY_HAND = {
    *("Q4", "Q1", "Q2", "Q3", "Today", "PlanPage", "History", "TeamPage", "SeasonPage"),
    "CurrentPhaseRoute",
}


def _reads(monday: date = MONDAY) -> tuple[Read, ...]:
    one, text = uuid4(), str(uuid4())
    places = Places(one, one, one, one, one, monday)
    return (*four_reads(text, text, one), *frontend_reads(places))


@pytest.mark.parametrize("read", _reads(), ids=lambda read: read.name)
def test_a_document_that_is_measured_is_of_the_schema(read: Read) -> None:
    assert validate(the_schema()._schema, parse(read.document)) == []
    assert all(f"${name}:" in read.document for name in read.variables)


def test_a_document_that_was_never_seen_is_of_the_schema_and_comes_once() -> None:
    new = list(islice(never_seen(_reads()), 9))

    assert [validate(the_schema()._schema, parse(each.document)) for each in new] == [[]] * 9
    assert len({each.document.replace(each.name, "") for each in new}) == 9
    assert all(f"query {each.name}(" in each.document for each in new)


def test_no_two_reads_have_one_name() -> None:
    """By which the bare endpoint knows them."""
    names = [each.name for each in _reads()]

    assert len(set(names)) == len(names)


async def test_what_is_written_by_hand_gives_the_data_that_we_give(fresh_url: str) -> None:
    data = await make_data(fresh_url, plans=3)
    clock = Clock(datetime.now(UTC))
    db = Database(fresh_url, clock=clock)
    api = make_api(db, clock)
    connection = await asyncpg.connect(fresh_url.replace("+asyncpg", ""))

    compared = set()
    for read in data.all_reads:
        ours = await api.as_(data.viewers[read.caller]).run(read.document, **read.variables)
        if read.by_hand is None:
            continue
        expected = meaning_of(json.dumps({"data": ours}).encode())
        plain = await connection.fetchval(read.by_hand.plain, read.by_hand.key)
        assert meaning_of(plain.encode()) == expected, read.name
        if read.by_hand.quick:
            quick = await connection.fetchval(read.by_hand.quick, read.by_hand.key)
            assert meaning_of(b'{"data":%s}' % quick.encode()) == expected, read.name
        compared.add(read.name)
    await connection.close()
    await api.services.solver.close()
    await db.dispose()

    assert compared == BY_HAND


async def test_other_callers_have_a_plan_each(fresh_url: str) -> None:
    data = await make_data(fresh_url, callers=2, plans=2)
    connection = await asyncpg.connect(fresh_url.replace("+asyncpg", ""))

    owners: list[UUID] = [
        await connection.fetchval("SELECT owner_id FROM plans WHERE id = $1", each) for each in data.plan_ids
    ]
    await connection.close()

    assert tuple(owners) == data.callers
    assert len(set(owners)) == 2


def test_the_picture_shows_every_server_at_every_number_of_connections() -> None:
    servers = {f"server {n}": Ratio(n / 2, n / 3, n + 1.0) for n in range(len(COLOURS))}
    found = {(read, connections): servers for read in ("Q1", "Q2") for connections in (32, 1)}

    drawn = ElementTree.fromstring(picture(found))  # noqa: S314

    bars = [each for each in drawn.iter() if (each.get("class") or "").startswith("s")]
    width, height = (float(each) for each in (drawn.get("viewBox") or "").split()[2:])
    assert len(bars) == 4 * len(servers)
    assert max(float(each.get("x", 0)) + float(each.get("width", 0)) for each in bars) < width
    assert max(float(each.get("y", 0)) for each in bars) < height

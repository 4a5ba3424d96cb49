"""What mutations are measured with: documents of our schema, and SQL that does the same when sent by hand."""

from __future__ import annotations

import pickle
from uuid import uuid4

import asyncpg
import pytest
from graphql import parse, validate
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.mutations_data import Sizes, make_work
from benchmarks.mutations_documents import DOCUMENTS
from benchmarks.mutations_recorded import record
from db.embedded import EmbeddedPostgres
from tests.api import the_schema

LEFT = """SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM idempotency_keys),
  (SELECT count(*) FROM wellness_reports), (SELECT count(*) FROM training_entries),
  (SELECT count(*) FROM sessions WHERE actual_minutes IS NOT NULL AND compressed_plan IS NOT NULL),
  (SELECT count(*) FROM workload_alerts WHERE status = 'acknowledged'),
  (SELECT count(*) FROM workout_assignments), (SELECT sum(version) FROM workout_assignments),
  (SELECT count(*) FROM workout_assignments WHERE status = 'cancelled')"""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_is_measured_is_of_the_schema(name: str) -> None:
    assert validate(the_schema()._schema, parse(DOCUMENTS[name])) == []
    assert f"{name}(input: $input) {{ __typename" in DOCUMENTS[name]  # refusals are seen by it


async def test_the_sql_of_mutations_does_the_same_when_it_is_sent_by_hand(
    fresh_url: str, postgres: EmbeddedPostgres, postgres_admin: AsyncEngine
) -> None:
    work = await make_work(fresh_url, Sizes(players=2, each=2, applications=1))
    by_hand = f"by_hand_{uuid4().hex}"
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {by_hand} TEMPLATE {make_url(fresh_url).database}"))
    try:
        recorded = pickle.loads(pickle.dumps(await record(fresh_url, work)))  # noqa: S301
        hand = await asyncpg.connect(postgres.url_of(by_hand).replace("+asyncpg", ""))
        ours = await asyncpg.connect(fresh_url.replace("+asyncpg", ""))
        before = tuple(await hand.fetchrow(LEFT) or ())
        for requests in recorded.values():
            for each in requests:
                async with hand.transaction():
                    for statement in each.statements:
                        await statement.send(hand)

        assert tuple(await hand.fetchrow(LEFT) or ()) == tuple(await ours.fetchrow(LEFT) or ())
        assert all(one < other for one, other in zip(before, await hand.fetchrow(LEFT) or (), strict=True))

        await hand.close()
        await ours.close()
    finally:
        async with postgres_admin.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {by_hand} WITH (FORCE)"))

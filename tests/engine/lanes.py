"""One operation, answered by both lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from graphql import OperationDefinitionNode, parse, validate

from db.database import Database
from db.json_reads import JsonReads
from domain.people import Viewer
from engine.declined import Declined, Reason
from engine.lane import Compiled, Lane
from integrations.flags import Flag
from resolvers.context import Context
from tests.api import Api, make_api, the_schema
from tests.databases import Clock


@dataclass(frozen=True, slots=True)
class Lanes:
    api: Api
    reads: JsonReads
    lane: Lane

    async def close(self) -> None:
        await self.reads.close()
        await self.api.services.solver.close()

    async def compiled(
        self, viewer: Viewer | None, document: str, variables: dict[str, Any] | None = None
    ) -> bytes | Declined:
        ast = parse(document)
        assert not validate(the_schema()._schema, ast), document
        operation = next(each for each in ast.definitions if isinstance(each, OperationDefinitionNode))
        context = Context.of(self.api.services, viewer, "test-correlation")
        while True:
            try:
                return await self.lane.data(Compiled.of(ast, operation), variables or {}, context)
            except Declined as declined:
                if declined.reason is not Reason.NEW_TIME_ZONE:  # which the lane knows from now on
                    return declined

    async def reference(
        self, viewer: Viewer | None, document: str, variables: dict[str, Any] | None = None
    ) -> bytes | None:
        """``data`` as it would be sent; None where there were errors. A busy machine gets another try."""
        for _ in range(3):
            reply = await self.api.as_(viewer).send(document, **(variables or {}))
            if "unavailable" not in reply.codes:
                break
        return None if reply.errors else orjson.dumps(reply.data)

    async def alike(
        self, viewer: Viewer | None, document: str, variables: dict[str, Any] | None = None
    ) -> bytes:
        """Both answer, and in the same bytes."""
        compiled = await self.compiled(viewer, document, variables)
        if isinstance(compiled, Declined):
            raise AssertionError(f"declined: {compiled}\n{document}") from compiled
        assert compiled == await self.reference(viewer, document, variables), document
        return compiled

    def with_flags(self, *on: Flag) -> Lanes:
        return Lanes(self.api.with_flags(*on), self.reads, self.lane)


def make_lanes(db: Database, url: str, clock: Clock) -> Lanes:
    reads = JsonReads(url, pool_size=4)
    return Lanes(make_api(db, clock), reads, Lane(the_schema()._schema, reads))

"""Whether an operation is let in: one way for everything that runs operations for others."""

from __future__ import annotations

from dataclasses import dataclass

from app.documents import RequestError
from app.graphql_request import GraphQLRequest
from app.known_documents import Known, KnownDocuments, UnknownHash
from app.operations import Operations, Prepared
from app.rates import Caller, Rates, Spending


@dataclass(frozen=True, slots=True)
class Admitted:
    """``is_named``: its document was asked for by an id or a hash."""

    prepared: Prepared
    spending: Spending
    is_named: bool


class Admission:
    def __init__(self, operations: Operations, rates: Rates, documents: KnownDocuments) -> None:
        self._operations = operations
        self._rates = rates
        self._documents = documents

    async def admit(self, caller: Caller, asked: GraphQLRequest) -> Admitted:
        """Known, within every limit, and paid for. Raises ``RequestError`` for what is no operation that may
        be run, and ``RateLimited`` (an ``HttpRefusal``) for a caller who has spent what they have."""
        self._rates.greet(caller)
        try:
            known = self._documents.resolve(asked)
            prepared = self._operations.prepare(known.text, asked.operation_name, asked.variables)
        except UnknownHash:
            raise
        except RequestError:
            self._rates.refused(caller)
            raise
        self._documents.keep(known)
        return await self._paid(caller, prepared, known)

    async def admit_ours(self, caller: Caller, asked: GraphQLRequest) -> Admitted:
        """As ``admit``, for a document of our own, which no client has to be trusted with."""
        self._rates.greet(caller)
        prepared = self._operations.prepare(asked.query, asked.operation_name, asked.variables)
        return await self._paid(caller, prepared, Known(asked.query, is_named=False))

    async def _paid(self, caller: Caller, prepared: Prepared, known: Known) -> Admitted:
        return Admitted(prepared, await self._rates.spend(caller, prepared.cost), known.is_named)

"""Callers whom this process remembers, so that most requests need not read them anew.

Nobody is let in on the strength of a memory: whoever is remembered is proven by the statement that answers
them (``engine/proof.py``), or is read anew before anything else is done for them.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from domain.people import Viewer
from integrations.tokens import Claims, Tokens
from resolvers.context import Context
from resolvers.services import Services
from resolvers.viewers import viewer_of

MOST_REMEMBERED = 10_000


class Callers:
    """By the very claims that ``Tokens`` remembers too, and not by what is in them: to hash that takes longer
    than all else here. They are held, so no others can have their identity.
    """

    def __init__(self, services: Services, tokens: Tokens) -> None:
        self._services = services
        self._tokens = tokens
        self._known: OrderedDict[int, tuple[Claims, Viewer]] = OrderedDict()

    async def context(self, token: str | None, correlation_id: str) -> Context:
        """Raises ``TokenRefused``, or ``Unauthorized`` for nobody that is known here."""
        if token is None:
            return Context.of(self._services, None, correlation_id)
        claims = await self._tokens.verify(token, self._services.clock())
        known = self._known.get(id(claims))
        if known is None:
            return Context.of(self._services, await self._read(claims), correlation_id)
        self._known.move_to_end(id(claims))
        context = Context.of(self._services, known[1], correlation_id)
        context.read_caller = lambda: self._read(claims)
        return context

    def at_hand(self, token: str, now: datetime) -> Viewer | None:
        """Whom we remember for this token, not proven yet; None for anybody else."""
        claims = self._tokens.at_hand(token, now)
        known = None if claims is None else self._known.get(id(claims))
        if known is None:
            return None
        self._known.move_to_end(id(claims))
        return known[1]

    def __len__(self) -> int:
        return len(self._known)

    async def _read(self, claims: Claims) -> Viewer:
        self._known.pop(id(claims), None)
        viewer = await viewer_of(self._services, claims)
        self._known[id(claims)] = claims, viewer
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return viewer

"""What one operation knows: who calls, with which services, and what it has read so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from uuid import uuid4

import strawberry

from db.database import Transaction
from domain.errors import Unauthorized
from domain.people import Viewer
from integrations.flags import Audience, Flag, FlagValue
from resolvers.by_identity import ByIdentity
from resolvers.loaders import Loaders
from resolvers.services import Services

T = TypeVar("T")


@dataclass(slots=True)
class Context:
    """Made once for each operation; never shared between two, because its loaders remember."""

    services: Services
    viewer: Viewer | None
    correlation_id: str
    loaders: Loaders
    read_caller: Callable[[], Awaitable[Viewer]] | None = None
    """How to read a caller who is only remembered; None for one who has been read."""
    _flags: dict[Flag, FlagValue] = field(default_factory=dict)

    @classmethod
    def of(cls, services: Services, viewer: Viewer | None, correlation_id: str | None = None) -> Context:
        correlation_id = correlation_id or str(uuid4())
        loaders = Loaders(services.db, viewer, services.season_source, correlation_id)
        return cls(services, viewer, correlation_id, loaders)

    @property
    def caller(self) -> Viewer:
        """The viewer of an operation that needs one; ``Unauthorized`` if nobody is signed in."""
        if self.viewer is None:
            raise Unauthorized
        return self.viewer

    async def prove_caller(self) -> None:
        """Read a caller who was only remembered; ``Unauthorized`` if they are nobody any more."""
        if self.read_caller is not None:
            read, self.read_caller = self.read_caller, None
            self.viewer = await read()
            self.renew()

    def flag_on(self, flag: Flag) -> bool:
        return self.flag(flag).enabled

    def flag(self, flag: Flag) -> FlagValue:
        """The flag for this caller: evaluated once, so that one operation sees one world."""
        known = self._flags.get(flag)
        if known is None:
            known = self._flags[flag] = self.services.flags.evaluate(flag, audience_of(self.viewer))
        return known

    def renew(self) -> None:
        """Forget what was read and which flags were on: for the reply to a mutation, and the next event."""
        self.loaders = self._fresh_loaders()
        self._flags.clear()

    async def unit_of_work(
        self, work: Callable[[Transaction], Awaitable[T]], *, deadline_seconds: float = 3.0
    ) -> T:
        """``Database.unit_of_work``, after which everything is read fresh."""
        try:
            return await self.services.db.unit_of_work(work, deadline_seconds=deadline_seconds)
        finally:
            self.loaders = self._fresh_loaders()

    def _fresh_loaders(self) -> Loaders:
        return Loaders(self.services.db, self.viewer, self.services.season_source, self.correlation_id)


Info: TypeAlias = strawberry.Info[Context, None]


def audience_of(viewer: Viewer | None) -> Audience:
    """For whom flags are evaluated: the user and their teams, or nobody in particular."""
    return _NOBODY if viewer is None else _audiences.of(viewer)


def _audience(viewer: Viewer) -> Audience:
    return Audience(
        user_key=viewer.key,
        organization_id=str(viewer.organization_id),
        team_ids=tuple(str(each) for each in sorted(viewer.coached_team_ids | viewer.played_team_ids)),
        role=viewer.role.value,
    )


_NOBODY = Audience(user_key="anonymous", anonymous=True)
_audiences: ByIdentity[Viewer, Audience] = ByIdentity(_audience)

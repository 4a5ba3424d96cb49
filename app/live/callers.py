"""Those who follow something, as they stand now: read again before each event, all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from weakref import WeakValueDictionary

from domain.errors import DomainError, Unauthorized
from domain.people import Viewer
from integrations.flags import Flag
from integrations.tokens import Claims
from resolvers.context import Context
from resolvers.permissions import Closed, Need, let_in
from resolvers.services import Services
from resolvers.viewers import viewers_again


class Caller:
    """One for all that a token's holder follows. Verdicts are remembered until the facts change."""

    __slots__ = ("__weakref__", "_context", "_services", "_verdicts", "claims", "is_gone", "viewer")

    def __init__(self, services: Services, viewer: Viewer, claims: Claims) -> None:
        self._services = services
        self.claims = claims
        self.is_gone = False
        self.become(viewer)

    def become(self, viewer: Viewer | None) -> None:
        """The caller as read again; None for one who is gone."""
        self.is_gone = viewer is None
        if viewer is not None:
            self.viewer = viewer
        self.forget_verdicts()

    def forget_verdicts(self) -> None:
        self._context = Context.of(self._services, self.viewer)
        self._verdicts: dict[tuple[Need, ...], DomainError | None] = {}

    def let_in(self, needs: tuple[Need, ...]) -> None:
        """Raises the refusal, if these keys open no longer."""
        if self.is_gone:
            raise Unauthorized(reason="unknown_subject")
        if needs not in self._verdicts:
            try:
                let_in(self._context, needs)
                self._verdicts[needs] = None
            except Closed as closed:
                self._verdicts[needs] = closed.refusal
        refusal = self._verdicts[needs]
        if refusal is not None:
            raise refusal

    def entitlement(self, flags: tuple[Flag, ...], *, is_personal: bool) -> Hashable:
        """Callers with the same one are given the same answer."""
        viewer = self.viewer
        shared = (
            viewer.organization_id,
            viewer.role,
            viewer.scopes,
            viewer.coached_team_ids,
            viewer.played_team_ids,
            tuple(self._context.flag_on(each) for each in flags),
        )
        return (*shared, viewer.key) if is_personal else shared


class Callers:
    """Every caller that follows something; the others are forgotten."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: WeakValueDictionary[Hashable, Caller] = WeakValueDictionary()
        services.flags.on_change(self._flag_changed)

    def one(self, viewer: Viewer, claims: Claims) -> Caller:
        """Two tokens of one person that permit the same are one caller."""
        key = (viewer.organization_id, viewer.key, claims.scopes)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Caller(self._services, viewer, claims)
        elif found.is_gone or not _same(found.viewer, viewer):
            found.become(viewer)
        return found

    async def refresh(self, callers: Collection[Caller]) -> None:
        """With one statement. Raises what the database raises."""
        listed = list(callers)
        found = await viewers_again(self._services, [(each.viewer, each.claims) for each in listed])
        for caller, viewer in zip(listed, found, strict=True):
            if viewer is None or caller.is_gone or not _same(caller.viewer, viewer):
                caller.become(viewer)

    def _flag_changed(self, _flag: Flag) -> None:
        for caller in tuple(self._known.values()):
            caller.forget_verdicts()


def _same(one: Viewer, other: Viewer) -> bool:
    """But for the token's end, which two tokens of one caller need not share."""
    return (
        one.role is other.role
        and one.scopes == other.scopes
        and one.coached_team_ids == other.coached_team_ids
        and one.played_team_ids == other.played_team_ids
        and one.display_name == other.display_name
        and one.time_zone == other.time_zone
    )

"""Those who follow something, as they stand now: read again before each event, all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from weakref import WeakValueDictionary

from db import people
from domain.errors import DomainError, Unauthorized
from domain.people import Viewer
from integrations.flags import Flag
from integrations.tokens import Claims
from resolvers.context import Context
from resolvers.permissions import Closed, Need, let_in
from resolvers.services import Services
from resolvers.viewers import viewers_again

MOST_NAMES = 100_000
_UNKNOWN = DomainError()


class Caller:
    """One for all that a token's holder follows. Verdicts are remembered until the facts change."""

    __slots__ = (
        "__weakref__",
        "_context",
        "_entitlements",
        "_names",
        "_services",
        "_verdicts",
        "claims",
        "is_gone",
        "viewer",
    )

    def __init__(
        self, services: Services, viewer: Viewer, claims: Claims, names: dict[Hashable, str]
    ) -> None:
        self._services = services
        self._names = names
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
        self._verdicts: dict[str, DomainError | None] = {}
        self._entitlements: dict[str, Hashable] = {}

    def let_in(self, field: str, needs: tuple[Need, ...]) -> None:
        """Raises the refusal, if the keys to this field open no longer."""
        refusal = self._verdicts.get(field, _UNKNOWN)
        if refusal is _UNKNOWN:
            refusal = self._verdicts[field] = self._refusal(needs)
        if refusal is not None:
            raise refusal

    def _refusal(self, needs: tuple[Need, ...]) -> DomainError | None:
        if self.is_gone:
            return Unauthorized(reason="unknown_subject")
        try:
            let_in(self._context, needs)
        except Closed as closed:
            return closed.refusal
        return None

    def entitlement(self, name: str, flags: tuple[Flag, ...], *, is_personal: bool) -> Hashable:
        """Callers with the same one are given the same answer. ``name`` stands for the two others."""
        found = self._entitlements.get(name)
        if found is None:
            found = self._entitlements[name] = self._entitled(flags, is_personal)
        return found

    def _entitled(self, flags: tuple[Flag, ...], is_personal: bool) -> Hashable:
        viewer = self.viewer
        shared = (
            viewer.organization_id,
            viewer.role,
            viewer.scopes,
            viewer.coached_team_ids,
            viewer.played_team_ids,
            tuple(self._context.flag_on(each) for each in flags),
        )
        entitled = (*shared, viewer.key) if is_personal else shared
        # A text knows its hash, a tuple works it out each time: and it is asked for by thousands.
        names = self._names
        return names.setdefault(entitled, f"{len(names)}") if len(names) < MOST_NAMES else entitled


class Marks:
    """What was found when certain callers were last looked at together."""

    __slots__ = ("found", "ids")

    def __init__(self, callers: Iterable[Caller]) -> None:
        self.ids = list({each.viewer.id for each in callers if each.viewer.id is not None})
        # Beside the mark, how many callers had changed until then: what is as it was for all of them may
        # still not be what each was last read as.
        self.found: tuple[str | None, int] | None = None


class Callers:
    """Every caller that follows something; the others are forgotten."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._names: dict[Hashable, str] = {}
        self.changes = 0
        """What an answer rests on was the same for everybody for as long as this number is."""
        self._known: WeakValueDictionary[Hashable, Caller] = WeakValueDictionary()
        services.flags.on_change(self._flag_changed)

    def one(self, viewer: Viewer, claims: Claims) -> Caller:
        """Two tokens of one person that permit the same are one caller."""
        key = (viewer.organization_id, viewer.key, claims.scopes)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Caller(self._services, viewer, claims, self._names)
        elif found.is_gone or not _same(found.viewer, viewer):
            found.become(viewer)
            self.changes += 1
        return found

    async def refresh(self, marks: Marks, callers: Callable[[], Iterable[Caller]]) -> None:
        """With one statement, or two if anything is not as it was: then ``callers`` are read, of whom the
        marks are. Raises what the database raises."""
        mark = None
        if marks.ids:
            async with self._services.db.read() as db_session:
                mark = await people.viewers_mark(db_session, marks.ids)
        if marks.found == (mark, self.changes):
            return
        await self._read_again(list(callers()))
        marks.found = mark, self.changes

    async def _read_again(self, listed: Sequence[Caller]) -> None:
        found = await viewers_again(self._services, [(each.viewer, each.claims) for each in listed])
        for caller, viewer in zip(listed, found, strict=True):
            if viewer is None or caller.is_gone or not _same(caller.viewer, viewer):
                caller.become(viewer)
                self.changes += 1

    def _flag_changed(self, _flag: Flag) -> None:
        self.changes += 1
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

"""The keys to an operation. Each gathers its facts from memory, so a guard costs no wait and no statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from domain import access
from domain.access import Scope
from domain.errors import DomainError, FeatureNotAvailable, Forbidden
from integrations.flags import Flag
from integrations.metrics import EngineStatus
from resolvers.context import Context


class Closed(Exception):
    """A door without its key: always an entry in ``errors``, never a member of a result union."""

    def __init__(self, refusal: DomainError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Need(Protocol):
    """``name`` and ``value`` are how the need is written in the SDL."""

    name: ClassVar[str]

    @property
    def value(self) -> str | bool: ...

    def check(self, context: Context) -> None:
        """Raises the refusal, if any."""
        ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Any caller with a good token."""

    name: ClassVar[str] = "signedIn"
    value: ClassVar[bool] = True

    def check(self, context: Context) -> None:
        _ = context.caller


@dataclass(frozen=True, slots=True)
class Has:
    """A caller whose role and token permit this. What they may see of it is judged object by object."""

    scope: Scope
    name: ClassVar[str] = "scope"

    @property
    def value(self) -> str:
        return self.scope.value

    def check(self, context: Context) -> None:
        if not access.may_use(context.caller, self.scope):
            raise Forbidden(f"This needs the scope {self.scope.value}, which you or your token do not have.")


@dataclass(frozen=True, slots=True)
class Behind:
    """Closed until the flag is on for this caller, as if it did not exist."""

    flag: Flag
    name: ClassVar[str] = "flag"

    @property
    def value(self) -> str:
        return self.flag.value

    def check(self, context: Context) -> None:
        _ = context.caller
        if not context.flag_on(self.flag):
            if self.flag is Flag.TIME_CRUNCH_PREVIEW:
                context.services.metrics.engine_request(EngineStatus.DISABLED, None)
                context.services.metrics.engine_error(FeatureNotAvailable.code)
            raise FeatureNotAvailable(self.flag.value)


@dataclass(frozen=True, slots=True)
class AnswersToFlag:
    """Open, but with the flag off the operation does something else: its description says what."""

    flag: Flag
    name: ClassVar[str] = "answersToFlag"

    @property
    def value(self) -> str:
        return self.flag.value

    def check(self, context: Context) -> None:
        return None


def let_in(context: Context, needs: tuple[Need, ...]) -> None:
    """Raises ``Closed`` with the first need that is not met."""
    try:
        for need in needs:
            need.check(context)
    except DomainError as refusal:
        raise Closed(refusal) from None

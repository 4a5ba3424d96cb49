"""Fields with their keys: what a caller needs is declared where a field is listed, and stands in the SDL."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from resolvers import enums as _enums  # every type of the schema comes by here  # noqa: F401
from resolvers.permissions import Need, let_in
from schema.cost import directives_of


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="The keys to a field. Without them it is an error with a code, on every path to it.",
)
class Needs:
    signed_in: bool | None = strawberry.field(
        name="signedIn", default=strawberry.UNSET, description="Any caller with a good token."
    )
    scope: str | None = strawberry.field(
        name="scope",
        default=strawberry.UNSET,
        description="The caller's role and token must permit this; what they see of it is judged apart.",
    )
    flag: str | None = strawberry.field(
        name="flag",
        default=strawberry.UNSET,
        description="The feature flag must be on for the caller; else the code is feature_not_available.",
    )
    answers_to_flag: str | None = strawberry.field(
        name="answersToFlag",
        default=strawberry.UNSET,
        description="Open with this flag off, too, but the answer is then another one.",
    )


class GuardedField(StrawberryField):
    """Checks its needs before its resolver runs; from memory, so without an extension's wrapping."""

    needs: tuple[Need, ...] = ()

    def get_result(
        self, source: Any, info: strawberry.Info[Any, Any] | None, args: list[Any], kwargs: Any
    ) -> Awaitable[Any] | Any:
        if self.needs:
            if info is None:
                raise RuntimeError(f"{self.name} has needs but no resolver, so nothing would check them.")
            let_in(info.context, self.needs)
        return super().get_result(source, info, args, kwargs)

    def __copy__(self) -> "GuardedField":
        copied = super().__copy__()
        copied.needs = self.needs
        return copied


def field(
    resolver: Callable[..., Any] | None = None,
    *,
    description: str,
    needs: Sequence[Need] = (),
    name: str | None = None,
    weight: int | None = None,
    size: int | None = None,
    sliced_by: Sequence[str] = (),
    never_null: bool = False,
) -> Any:
    """A field that reads its attribute off the domain object, or asks ``resolver`` for it.

    A field with needs has a resolver: what is read straight off an object is not guarded.

    ``weight`` and ``size`` are for the cost of an operation, where the defaults of ``schema.cost`` are far
    off: what one value costs without what is selected in it, and how many items a list has; ``sliced_by``
    are the arguments that say how many. ``never_null``: only a failure makes it null.
    """
    made = GuardedField(
        graphql_name=name,
        description=description,
        base_resolver=None if resolver is None else StrawberryResolver(resolver),
        directives=[
            *([_directive(needs)] if needs else ()),
            *directives_of(weight, size, sliced_by, never_null=never_null),
        ],
    )
    made.needs = tuple(needs)
    if needs and resolver is None:
        raise ValueError("A field with needs has to have a resolver.")
    return made


def subscription(resolver: Callable[..., Any], *, description: str, needs: Sequence[Need]) -> Any:
    """A field whose resolver gives what there is to follow; each event then is the field's value."""
    made = field(resolver, description=description, needs=needs)
    made.is_subscription = True
    return made


def needs_of(made: StrawberryField) -> tuple[Need, ...]:
    return made.needs if isinstance(made, GuardedField) else ()


def _directive(needs: Sequence[Need]) -> Needs:
    given = {_snake(each.name): each.value for each in needs}
    if len(given) < len(needs):
        raise ValueError("Two needs of one kind on one field: only one of them would be printed.")
    return Needs(**given)  # type: ignore[arg-type]


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)

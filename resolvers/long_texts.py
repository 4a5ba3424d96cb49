"""Inputs that hold a whole file, and so may be longer than other texts."""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[Location.INPUT_FIELD_DEFINITION],
    description="This text may be longer than texts are otherwise.",
)
class LongText:
    characters: int = strawberry.field(description="Most characters that it may have.")

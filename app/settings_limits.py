"""The settings of what one request may be."""

from typing import Any

from pydantic import ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from app.settings_fields import count


def _limit(default: int, description: str, *, at_most: int) -> Any:
    return count("Limits of a request", default, description, at_most=at_most)


def _rate(default: int, description: str) -> Any:
    return count("Limits of a caller", default, description, at_most=1_000_000_000)


class LimitSettings(BaseSettings):
    limit_body_bytes: int = _limit(256 * 1024, "Bytes of a request's body.", at_most=16 * 1024 * 1024)
    limit_url_bytes: int = _limit(16 * 1024, "Bytes of a GET's parameters.", at_most=60_000)
    limit_json_depth: int = _limit(32, "Levels of lists and objects in JSON.", at_most=200)
    limit_tokens: int = _limit(2_000, "Tokens of a document, comments included.", at_most=20_000)
    limit_depth: int = _limit(12, "Levels of fields in an operation, fragments in place.", at_most=50)
    limit_aliases: int = _limit(15, "Aliases in an operation, fragments in place.", at_most=1_000)
    limit_root_fields: int = _limit(10, "Fields at the top of an operation.", at_most=1_000)
    limit_directives: int = _limit(10, "Directives in an operation, fragments in place.", at_most=1_000)
    limit_variables: int = _limit(200, "Variables that come with an operation.", at_most=1_000)
    limit_text_characters: int = _limit(
        10_000,
        "Characters of one text in a document or in variables. Inputs that hold a whole file have a limit of "
        "their own, which stands at them in the schema.",
        at_most=1_000_000,
    )
    limit_comparisons: int = _limit(
        10_000,
        "Steps of finding out whether fields of one name can be merged. Documents of clients need a few "
        "hundred; only those made to hurt need tens of thousands.",
        at_most=500_000,
    )
    limit_cost: int = _limit(
        10_000, "Cost of one operation, by the weights and list sizes in the schema.", at_most=10_000_000
    )

    # The order matters: the validator sees only the fields above it.
    rate_burst: int = _rate(20_000, "Cost that a signed-in caller may spend at once; see LIMIT_COST.")
    rate_per_second: int = _rate(500, "Cost that comes back to a signed-in caller each second.")
    rate_anonymous_burst: int = _rate(2_000, "Cost that whoever is behind an address may spend at once.")
    rate_anonymous_per_second: int = _rate(50, "Cost that comes back to an address each second.")
    rate_refusals_per_minute: int = _rate(
        300, "Requests of one caller a minute that may be no valid operation; more are not looked at."
    )

    @field_validator("rate_burst")
    @classmethod
    def _dearest_can_be_paid(cls, burst: int, info: ValidationInfo) -> int:
        if burst < info.data.get("limit_cost", 0):
            raise ValueError("an operation as dear as LIMIT_COST could never be paid for")
        return burst

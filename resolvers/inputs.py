"""What callers hand in. A field that is left out of an input stays as it is, or has the default it names."""

import dataclasses
import math
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from domain.compression.model import CoreProtection, Options, Strategy
from domain.errors import InvalidInput, Issue
from domain.phases import PhaseType
from domain.sessions import CompressionSource
from integrations.plan_files import DocumentFormat
from resolvers import enums as _enums  # registers them  # noqa: F401
from resolvers.ids import Kind, uuid_or_none
from resolvers.long_texts import LongText

MOST_STATIONS, LONGEST_STATION = 50, 60
MOST_WEIGHTS, LOWEST_WEIGHT, HIGHEST_WEIGHT = 100, 0.1, 10.0
LONGEST_REASON = 240

KEY = (
    "Your own name for this request, 1 to 200 characters. Sent again within 48 hours, it gets the first "
    "answer again and changes nothing; with another input it is a conflict."
)
VERSION = "The version that you read; if it has changed since, nothing is done and you get a conflict."
REASON = f"Why, in the user's words; at most {LONGEST_REASON} characters."


@strawberry.input(description="How much one exercise is worth to the coach, against the others.")
class ExerciseWeightInput:
    prescription_id: strawberry.ID = strawberry.field(
        description="Global id of the prescription; one that is not in the session counts for nothing."
    )
    weight: float = strawberry.field(
        description=f"Factor on what it is worth, {LOWEST_WEIGHT} to {HIGHEST_WEIGHT:g}; 1 changes nothing."
    )


@strawberry.input(description="What is asked for beyond the minutes. All of it may be left out.")
class TimeCrunchOptionsInput:
    core_protection: CoreProtection = strawberry.field(
        default=CoreProtection.FULL,
        description="How many working sets core lifts keep. Anything but full is said in the answer.",
    )
    strategy: Strategy | None = strawberry.field(
        default=None,
        description="Keep within this strategy; an answer that comes to a smaller one warns of it. "
        "Without it, the best of all five is taken.",
    )
    unavailable_equipment: list[str] = strawberry.field(
        default_factory=list,
        description="Stations and equipment that cannot be had today, as the catalogue names them; at most "
        f"{MOST_STATIONS}. Accessories that need them are removed.",
    )
    weights: list[ExerciseWeightInput] = strawberry.field(
        default_factory=list, description=f"The coach's weights, at most {MOST_WEIGHTS}."
    )
    phase: PhaseType | None = strawberry.field(
        default=None, description="Season phase, which shifts what strength and the rest are worth."
    )

    def options(self) -> Options:
        """``InvalidInput`` with every issue."""
        issues: list[Issue] = []
        options = Options(
            core_protection=self.core_protection,
            strategy=self.strategy,
            unavailable=_stations(self.unavailable_equipment, issues),
            weights=_weights(self.weights, issues),
            phase=self.phase,
        )
        if issues:
            raise InvalidInput(tuple(issues))
        return options


@strawberry.input(description="A request to make a session fit, and to store that.")
class CompressSessionInput:
    plan_id: strawberry.ID = strawberry.field(description="Global id of the plan.")
    session_id: strawberry.ID = strawberry.field(description="Global id of a session of that plan.")
    target_minutes: int = strawberry.field(description="Minutes at hand, 10 to 180.")
    source: CompressionSource = strawberry.field(
        default=CompressionSource.UNKNOWN, description="Where it was asked for."
    )
    reason: str | None = strawberry.field(default=None, description=REASON)
    options: TimeCrunchOptionsInput | None = strawberry.field(
        default=None, description="What is asked for beyond the minutes."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="A request to put a session back as it was planned.")
class RevertCompressionInput:
    plan_id: strawberry.ID = strawberry.field(description="Global id of the plan.")
    session_id: strawberry.ID = strawberry.field(description="Global id of a session of that plan.")
    source: CompressionSource = strawberry.field(
        default=CompressionSource.UNKNOWN, description="Where it was asked for."
    )
    reason: str | None = strawberry.field(default=None, description=REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)


@strawberry.input(description="A report that the user saw a preview and did not want it.")
class DeclineTimeCrunchPreviewInput:
    plan_id: strawberry.ID = strawberry.field(description="Global id of the plan.")
    target_minutes: int = strawberry.field(description="Minutes that were asked for, 15 to 180.")
    strategy: Strategy | None = strawberry.field(default=None, description="Strategy of the preview.")
    source: CompressionSource = strawberry.field(
        default=CompressionSource.UNKNOWN, description="Where it was declined."
    )
    reason: str | None = strawberry.field(default=None, description=REASON)


@strawberry.input(description="A plan in a document.")
class ImportPlanInput:
    format: DocumentFormat = strawberry.field(description="What the document is.")
    document: str = strawberry.field(
        description="The text of the document; for xlsx, the file in base64. At most 200,000 bytes.",
        directives=[LongText(characters=200_000)],
    )
    dry_run: bool = strawberry.field(default=False, description="Only say what would be made; store nothing.")
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the player whose plan it is to be; yourself unless given."
    )
    title: str | None = strawberry.field(
        default=None, description="Title where the document gives none, 1 to 200 characters."
    )
    starts_on: date | None = strawberry.field(
        default=None,
        description="First day where the document gives none; unless given, the Monday to come (today, if it "
        "is one).",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A new plan, with its weeks but without sessions.")
class CreatePlanInput:
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    starts_on: date = strawberry.field(description="First day of its first week.")
    weeks: int = strawberry.field(description="Number of weeks, 1 to 52.")
    goal: str | None = strawberry.field(
        default=None, description="What it is for; at most 500 characters, nothing is no goal."
    )
    notes: str | None = strawberry.field(
        default=None, description="The coach's notes; at most 20,000 characters, nothing is none."
    )
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the player whose plan it is to be; yourself unless given."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Changes to a plan. What is left out stays; null empties goal and notes.")
class UpdatePlanInput:
    plan_id: strawberry.ID = strawberry.field(description="Global id of the plan.")
    expected_version: int = strawberry.field(description=VERSION)
    title: str | None = strawberry.field(
        default=strawberry.UNSET, description="New title, 1 to 200 characters."
    )
    goal: str | None = strawberry.field(
        default=strawberry.UNSET, description="New goal, at most 500 characters; null for none."
    )
    notes: str | None = strawberry.field(
        default=strawberry.UNSET, description="New notes, at most 20,000 characters; null for none."
    )


@strawberry.input(description="A plan to delete, with everything in it.")
class DeletePlanInput:
    plan_id: strawberry.ID = strawberry.field(description="Global id of the plan.")
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="A session that was done: how long it took is what a pace is learned from.")
class LogSessionInput:
    session_id: strawberry.ID = strawberry.field(description="Global id of the session.")
    actual_minutes: int = strawberry.field(description="Minutes that it took from start to end, 1 to 600.")
    session_rpe: float | None = strawberry.field(
        default=None, description="How hard it was as a whole, 0 to 10 (CR-10)."
    )
    completed_at: datetime | None = strawberry.field(
        default=None, description="When it was done, with a zone; not in the future. Now unless given."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


def fingerprinted(input: Any) -> dict[str, Any]:
    """The input as it is compared with that of an earlier request with the same key."""
    plain = dataclasses.asdict(input)
    del plain["idempotency_key"]
    return plain


def reason_of(reason: str | None) -> str | None:
    """``InvalidInput`` past 240 characters; blanks are no reason."""
    if reason is None:
        return None
    if len(reason) > LONGEST_REASON:
        raise InvalidInput.of("reason", f"A reason has at most {LONGEST_REASON} characters.")
    return reason.strip() or None


def _stations(given: list[str], issues: list[Issue]) -> frozenset[str]:
    if len(given) > MOST_STATIONS or any(len(each) > LONGEST_STATION for each in given):
        issues.append(
            Issue(
                ("options", "unavailableEquipment"),
                f"At most {MOST_STATIONS} names of at most {LONGEST_STATION} characters.",
            )
        )
        return frozenset()
    return frozenset(each.strip().lower() for each in given if each.strip())


def _weights(given: list[ExerciseWeightInput], issues: list[Issue]) -> dict[UUID, float]:
    found: dict[UUID, float] = {}
    if len(given) > MOST_WEIGHTS:
        issues.append(Issue(("options", "weights"), f"At most {MOST_WEIGHTS} weights."))
        return found
    for at, each in enumerate(given):
        path = ("options", "weights", str(at))
        prescription_id = uuid_or_none(Kind.PRESCRIPTION, each.prescription_id)
        if prescription_id is None:
            issues.append(Issue((*path, "prescriptionId"), "This is not the id of a prescription."))
        elif not (math.isfinite(each.weight) and LOWEST_WEIGHT <= each.weight <= HIGHEST_WEIGHT):
            issues.append(
                Issue((*path, "weight"), f"A weight is from {LOWEST_WEIGHT} to {HIGHEST_WEIGHT:g}.")
            )
        else:
            found[prescription_id] = each.weight
    return found

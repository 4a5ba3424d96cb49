"""What players did and how they felt; for the player, their coaches and admins alone."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import training_log as log
from domain import wellness as feeling
from domain.training_log import LoadMethod, TrainingKind, TrainingSource
from resolvers import training_log, wellness
from resolvers.ids import Kind
from schema.fields import field
from schema.types.node import Node, id_field

if TYPE_CHECKING:
    from schema.types.people import Player, Team

DAY = "The day it was, in the player's time zone."
KIND = "Training or game."
WHEN = "When it was, UTC; null where only the day is known."
MINUTES = "Minutes that it took; null where nobody said."
RPE = "How hard it was as a whole, 0 to 10 (CR-10); null where nobody said."
LOAD = (
    "Its load, in arbitrary units: session RPE times minutes, unless loadMethod says otherwise. Null is not "
    "known, which is not 0."
)
METHOD = "Where the load is from; null without one."
AVERAGE, MAXIMUM = (
    f"{which} heart rate, beats a minute; null if not measured." for which in ("Average", "Highest")
)
NOTE = "What was noted."
VERSION = "Rises with every correction, from 1; hand it in as expectedVersion."
RECORDED = "When this version was reported, UTC."
ACTOR = "Who reported this version, by name."
REASON = "Why it was corrected or withdrawn, in the user's words."


@strawberry.type(description="What an entry of a training log said before it was corrected or withdrawn.")
class TrainingVersion:
    version: int = field(description="Which version it was, from 1.")
    day: date = field(description=DAY)
    kind: TrainingKind = field(description=KIND)
    occurred_at: datetime | None = field(description=WHEN)
    minutes: int | None = field(description=MINUTES)
    session_rpe: float | None = field(description=RPE)
    load_au: float | None = field(description=LOAD)
    load_method: LoadMethod | None = field(description=METHOD)
    average_bpm: int | None = field(description=AVERAGE)
    maximum_bpm: int | None = field(description=MAXIMUM)
    note: str | None = field(description=NOTE)
    recorded_at: datetime = field(description=RECORDED)
    actor_name: str = field(description=ACTOR)
    reason: str | None = field(description=REASON)


@strawberry.type(description="A training or a game that a player did.")
class TrainingEntry(Node):
    id: strawberry.ID = id_field(Kind.TRAINING_ENTRY)
    player: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        training_log.player_of_report, description="Who did it."
    )
    team: Annotated["Team", strawberry.lazy("schema.types.people")] | None = field(
        training_log.team_of_training, description="The team that it was with; null if it was not with one."
    )
    source: TrainingSource = field(description="How it came in.")
    version: int = field(description=VERSION)
    day: date = field(description=DAY)
    kind: TrainingKind = field(description=KIND)
    occurred_at: datetime | None = field(description=WHEN)
    minutes: int | None = field(description=MINUTES)
    session_rpe: float | None = field(description=RPE)
    load_au: float | None = field(description=LOAD)
    load_method: LoadMethod | None = field(description=METHOD)
    average_bpm: int | None = field(description=AVERAGE)
    maximum_bpm: int | None = field(description=MAXIMUM)
    note: str | None = field(description=NOTE)
    recorded_at: datetime = field(description=RECORDED)
    actor_name: str = field(description=ACTOR)
    reason: str | None = field(description=REASON)
    withdrawn_at: datetime | None = field(
        description="When it was withdrawn, UTC: it counts no more. Null while it stands."
    )
    earlier_versions: list[TrainingVersion] = field(
        training_log.versions_of_training, description="What it said before, the latest first."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, log.TrainingEntry)


SLEEP = "How well they slept, 1 to 5, where 5 is very well; null is not answered."
FATIGUE = "How tired they are, 1 to 5, where 5 is very tired; null is not answered."
SORENESS = "How sore they are, 1 to 5, where 5 is very sore; null is not answered."
STRESS = "How stressed they are, 1 to 5, where 5 is very stressed; null is not answered."
MOOD = "How good their mood is, 1 to 5, where 5 is very good; null is not answered."
PAIN = "Whether something hurts beyond being sore; null is not answered."
ILL = "Whether they are ill; null is not answered."
HOURS = "Number of hours slept; null is not answered."


@strawberry.type(description="What a wellness report said before it was corrected.")
class WellnessVersion:
    version: int = field(description="Which version it was, from 1.")
    sleep: float | None = field(description=SLEEP)
    fatigue: float | None = field(description=FATIGUE)
    soreness: float | None = field(description=SORENESS)
    stress: float | None = field(description=STRESS)
    mood: float | None = field(description=MOOD)
    has_pain: bool | None = field(description=PAIN)
    is_ill: bool | None = field(description=ILL)
    hours_of_sleep: float | None = field(description=HOURS)
    note: str | None = field(description=NOTE)
    recorded_at: datetime = field(description=RECORDED)
    actor_name: str = field(description=ACTOR)


@strawberry.type(description="How a player felt on a day.")
class WellnessReport(Node):
    id: strawberry.ID = id_field(Kind.WELLNESS_REPORT)
    player: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        training_log.player_of_report, description="Who felt so."
    )
    day: date = field(description="The day, in the player's time zone.")
    version: int = field(description=VERSION)
    sleep: float | None = field(description=SLEEP)
    fatigue: float | None = field(description=FATIGUE)
    soreness: float | None = field(description=SORENESS)
    stress: float | None = field(description=STRESS)
    mood: float | None = field(description=MOOD)
    has_pain: bool | None = field(description=PAIN)
    is_ill: bool | None = field(description=ILL)
    hours_of_sleep: float | None = field(description=HOURS)
    note: str | None = field(description=NOTE)
    recorded_at: datetime = field(description=RECORDED)
    actor_name: str = field(description=ACTOR)
    earlier_versions: list[WellnessVersion] = field(
        wellness.versions_of_wellness, description="What it said before, the latest first."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, feeling.WellnessReport)

"""What is handed in about training that was done and about how a player felt."""

from datetime import date, datetime

import strawberry

from domain.training_log import TrainingKind
from integrations.log_files import LogFormat
from resolvers import enums as _enums  # registers them  # noqa: F401
from resolvers.inputs import KEY, REASON, VERSION

WHOSE = "Global id of the player; yourself unless given."
DAY = "The day it was, in the player's time zone; not in the future."
WHEN = "When it was, with a zone; not in the future."
MINUTES = "Minutes that it took, 1 to 600."
RPE = "How hard it was as a whole, 0 to 10 (CR-10)."
LOAD = "A load of its own in arbitrary units, 0 to 10,000; counted instead of session RPE times minutes."
AVERAGE, MAXIMUM = (f"{which} heart rate, beats a minute, 25 to 250." for which in ("Average", "Highest"))
NOTE = "A note, at most 1,000 characters."


@strawberry.input(
    description="A training or a game that was done: sessionRpe with minutes, or loadAu. With neither day "
    "nor occurredAt it was now."
)
class LogTrainingInput:
    player_id: strawberry.ID | None = strawberry.field(default=None, description=WHOSE)
    team_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the team that it was with, one that the player plays in."
    )
    assignment_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Global id of the player's assignment that it was. It counts once, however it is "
        "reported; completing the assignment is notifyTrainingCompletion.",
    )
    day: date | None = strawberry.field(default=None, description=DAY)
    occurred_at: datetime | None = strawberry.field(default=None, description=WHEN)
    kind: TrainingKind = strawberry.field(default=TrainingKind.TRAINING, description="Training or game.")
    minutes: int | None = strawberry.field(default=None, description=MINUTES)
    session_rpe: float | None = strawberry.field(default=None, description=RPE)
    load_au: float | None = strawberry.field(default=None, description=LOAD)
    average_bpm: int | None = strawberry.field(default=None, description=AVERAGE)
    maximum_bpm: int | None = strawberry.field(default=None, description=MAXIMUM)
    note: str | None = strawberry.field(default=None, description=NOTE)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(
    description="What was wrong about an entry of the log. What is left out stays; null empties it, and a "
    "loadAu of null goes back to session RPE times minutes."
)
class CorrectTrainingInput:
    training_id: strawberry.ID = strawberry.field(description="Global id of the entry.")
    expected_version: int = strawberry.field(description=VERSION)
    day: date | None = strawberry.field(default=strawberry.UNSET, description=DAY)
    occurred_at: datetime | None = strawberry.field(default=strawberry.UNSET, description=WHEN)
    kind: TrainingKind | None = strawberry.field(default=strawberry.UNSET, description="Training or game.")
    minutes: int | None = strawberry.field(default=strawberry.UNSET, description=MINUTES)
    session_rpe: float | None = strawberry.field(default=strawberry.UNSET, description=RPE)
    load_au: float | None = strawberry.field(default=strawberry.UNSET, description=LOAD)
    average_bpm: int | None = strawberry.field(default=strawberry.UNSET, description=AVERAGE)
    maximum_bpm: int | None = strawberry.field(default=strawberry.UNSET, description=MAXIMUM)
    note: str | None = strawberry.field(default=strawberry.UNSET, description=NOTE)
    reason: str | None = strawberry.field(default=None, description=REASON)


@strawberry.input(description="An entry that is to count no more.")
class WithdrawTrainingInput:
    training_id: strawberry.ID = strawberry.field(description="Global id of the entry.")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str | None = strawberry.field(default=None, description=REASON)


def _item(what: str) -> float | None:
    found: float | None = strawberry.field(
        default=None, description=f"{what}, 1 to 5 in steps of a half; null is not answered."
    )
    return found


@strawberry.input(
    description="How a player feels on a day: at least one answer. It takes the place of what was reported "
    "of that day before, whole; sent twice, it changes nothing."
)
class ReportWellnessInput:
    player_id: strawberry.ID | None = strawberry.field(default=None, description=WHOSE)
    day: date | None = strawberry.field(default=None, description=f"{DAY} Today unless given.")
    sleep: float | None = _item("How well they slept, 5 is very well")
    fatigue: float | None = _item("How tired they are, 5 is very tired")
    soreness: float | None = _item("How sore they are, 5 is very sore")
    stress: float | None = _item("How stressed they are, 5 is very stressed")
    mood: float | None = _item("How good their mood is, 5 is very good")
    has_pain: bool | None = strawberry.field(
        default=None, description="Whether something hurts beyond being sore."
    )
    is_ill: bool | None = strawberry.field(default=None, description="Whether they are ill.")
    hours_of_sleep: float | None = strawberry.field(default=None, description="Hours slept, 0 to 24.")
    note: str | None = strawberry.field(default=None, description=NOTE)
    expected_version: int | None = strawberry.field(
        default=None, description=f"{VERSION} 0 for a day that has no report."
    )


@strawberry.input(
    description="That a day was for rest, which counts as a load of 0; sent twice, once counts."
)
class ReportRestDayInput:
    player_id: strawberry.ID | None = strawberry.field(default=None, description=WHOSE)
    day: date | None = strawberry.field(default=None, description=f"{DAY} Today unless given.")
    is_rest: bool = strawberry.field(
        default=True, description="False takes back that it was: the day is unreported then."
    )


@strawberry.input(description="Training in a file.")
class ImportTrainingInput:
    format: LogFormat = strawberry.field(description="What the file is.")
    document: str = strawberry.field(
        description="The text of a CSV file; an XLSX or FIT file in base64. At most 180,000 bytes."
    )
    dry_run: bool = strawberry.field(default=False, description="Only say what would be stored.")
    player_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Global id of the player whose training it is where the file names none; yourself unless "
        "given.",
    )
    team_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Global id of a team: names in the file are names of its players, and the training was "
        "with it.",
    )
    kind: TrainingKind = strawberry.field(
        default=TrainingKind.TRAINING, description="Training or game, where the file does not say."
    )
    session_rpe: float | None = strawberry.field(
        default=None, description=f"{RPE} Where the file does not say."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

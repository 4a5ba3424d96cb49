"""What callers hand in to give workouts to players, to change that, and to report that they were done."""

from datetime import date, datetime, time

import strawberry
from strawberry.scalars import JSON

from domain.adjustment_rules import POINTS_A_STEP
from domain.assignment_conflicts import ConflictKind, Resolution
from domain.assignments import AS_THE_PHASE_SAYS, AssignmentStatus, AssignmentType, Customizations
from domain.load_progression import LARGEST_LOAD_AU, LoadProgression, ProgressionKind
from domain.physiology import HeartRateZone, PerformanceThresholds, PowerRange, VelocityRange
from domain.planning import AdjustmentType
from domain.recurrence import LONGEST_INTERVAL, LONGEST_YEARS, MOST_EXCEPTIONS, Recurrence, RecurrencePattern
from resolvers import enums as _enums  # registers them  # noqa: F401
from resolvers.inputs import KEY, VERSION

MOST_PLAYERS = 200
MOST_AT_ONCE = 50
MOST_MADE = 2_000

TEAM = "Global id of the team."
DRY_RUN = "Only say what would be done, with every conflict; nothing is stored."
RESOLUTIONS = (
    f"How conflicts are resolved, at most {MOST_PLAYERS}. A way that a conflict does not offer settles "
    "nothing, and while one is open nothing is stored."
)
FOLLOW_PHASE = (
    "Whether they are in step with the phase of their day from the beginning. If not, they are as given here "
    "until the team is next brought in step."
)


@strawberry.input(description="How an assignment comes back.")
class RecurrenceInput:
    pattern: RecurrencePattern = strawberry.field(description="In what way.")
    interval: int = strawberry.field(
        default=1, description=f"Every how many days, weeks, fortnights or months, 1 to {LONGEST_INTERVAL}."
    )
    days_of_week: list[int] = strawberry.field(
        default_factory=list,
        description="Weekdays in their order, 0 is Monday, for weekly, biweekly and custom ones; the first "
        "day's unless given.",
    )
    ends_on: date | None = strawberry.field(
        default=None,
        description=f"Last possible day, at most {LONGEST_YEARS} years ahead; without an end unless given.",
    )
    exceptions: list[date] = strawberry.field(
        default_factory=list, description=f"Days left out, in their order, at most {MOST_EXCEPTIONS}."
    )

    def recurrence(self) -> Recurrence:
        return Recurrence(
            self.pattern, self.interval, tuple(self.days_of_week), self.ends_on, tuple(self.exceptions)
        )


@strawberry.input(description="One session's load in arbitrary units (AU), and how it goes on week by week.")
class LoadProgressionInput:
    base_load: int | None = strawberry.field(
        default=None,
        description=f"AU of the first week, 0 to {LARGEST_LOAD_AU}; unless given, the workout's session RPE "
        "times its minutes.",
    )
    kind: ProgressionKind = strawberry.field(
        default=ProgressionKind.LINEAR, description="How it goes on from week to week."
    )
    rate: float = strawberry.field(
        default=0.0, description="Percent of the base a week, -50 to 50; 0 stays as it is."
    )
    minimum_load: int = strawberry.field(default=0, description="AU that it never goes under.")
    maximum_load: int = strawberry.field(
        default=LARGEST_LOAD_AU, description=f"AU that it never goes over, at most {LARGEST_LOAD_AU}."
    )
    custom_percents: list[float] = strawberry.field(
        default_factory=list,
        description="For a custom progression: percent of the base, 0 to 500, for each week, at most 60.",
    )

    def progression(self, usual_load_au: int) -> LoadProgression:
        return LoadProgression(
            usual_load_au if self.base_load is None else self.base_load,
            self.kind,
            self.rate,
            self.minimum_load,
            self.maximum_load,
            tuple(self.custom_percents),
        )


@strawberry.input(description="From how many beats a minute to how many.")
class HeartRateZoneInput:
    low_bpm: int = strawberry.field(description="Number of beats a minute at the low end.")
    high_bpm: int = strawberry.field(description="Number of beats a minute at the high end.")


@strawberry.input(description="From how many watts to how many.")
class PowerRangeInput:
    low_watts: int = strawberry.field(description="Low end, a number of watts.")
    high_watts: int = strawberry.field(description="High end, a number of watts.")


@strawberry.input(description="How fast the bar or the player moves.")
class VelocityRangeInput:
    low_mps: float = strawberry.field(description="Low end, metres a second.")
    high_mps: float = strawberry.field(description="High end, metres a second.")


@strawberry.input(description="What the player should keep within; what is left out is not set.")
class PerformanceThresholdsInput:
    heart_rate: HeartRateZoneInput | None = strawberry.field(
        default=None, description="Heart rate, beats a minute."
    )
    power: PowerRangeInput | None = strawberry.field(default=None, description="Power, watts.")
    velocity: VelocityRangeInput | None = strawberry.field(
        default=None, description="Velocity, metres a second."
    )

    def thresholds(self) -> PerformanceThresholds:
        heart_rate, power, velocity = self.heart_rate, self.power, self.velocity
        return PerformanceThresholds(
            None if heart_rate is None else HeartRateZone(heart_rate.low_bpm, heart_rate.high_bpm),
            None if power is None else PowerRange(power.low_watts, power.high_watts),
            None if velocity is None else VelocityRange(velocity.low_mps, velocity.high_mps),
        )


@strawberry.input(description="A coach's standing correction, on top of whichever phase is in force.")
class CustomizationsInput:
    load_multiplier: float = strawberry.field(
        default=1.0, description="Factor on the load of the phase, 0 to 5."
    )
    training_frequency: int | None = strawberry.field(
        default=None, description="Sessions a week in place of the phase's, 1 to 7."
    )
    intensity_adjustment: int = strawberry.field(
        default=0,
        description=f"Steps of {POINTS_A_STEP} points (of heart-rate reserve, and of power and velocity in "
        "percent), -2 to 2.",
    )

    def customizations(self) -> Customizations:
        found = Customizations(self.load_multiplier, self.training_frequency, self.intensity_adjustment)
        return AS_THE_PHASE_SAYS if found == AS_THE_PHASE_SAYS else found


@strawberry.input(description="A workout for some players of a team. Each gets an assignment of their own.")
class AssignmentInput:
    workout_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the workout: everyone's or your organization's."
    )
    session_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="In place of a workout, the global id of a session of a plan that you see: it becomes a "
        "workout, once, with what it prescribes now.",
    )
    type: AssignmentType = strawberry.field(description="Whom it is for.")
    player_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"Global ids of players of the team, 1 to {MOST_PLAYERS}: for individual, and for a "
        "custom group that is made up here.",
    )
    group_name: str | None = strawberry.field(
        default=None,
        description="Name of the line, position, age group or custom group, as the team has it; 1 to 100 "
        "characters.",
    )
    scheduled_on: date = strawberry.field(
        description="First day, in the team's calendar; today or later, at most three years ahead."
    )
    starts_at: time | None = strawberry.field(
        default=None, description="Time of day in the team's zone; at any time unless given."
    )
    effective_from: date | None = strawberry.field(
        default=None, description="Day it takes effect, not after the first day; that day unless given."
    )
    expires_on: date | None = strawberry.field(
        default=None, description="Last day that it counts; it does not expire unless given."
    )
    recurrence: RecurrenceInput | None = strawberry.field(
        default=None, description="How it comes back; once unless given."
    )
    load: LoadProgressionInput | None = strawberry.field(
        default=None, description="Its load; the workout's, every week, unless given."
    )
    thresholds: PerformanceThresholdsInput | None = strawberry.field(
        default=None, description="What the players should keep within, before any phase."
    )
    customizations: CustomizationsInput | None = strawberry.field(
        default=None, description="Your correction of what the phases make of it."
    )
    is_draft: bool = strawberry.field(
        default=False, description="Whether players do not see it yet: activate it with updateAssignment."
    )


@strawberry.input(description="How conflicts are resolved: all of a kind, or those of a player.")
class ConflictResolutionInput:
    resolution: Resolution = strawberry.field(description="The way out.")
    kind: ConflictKind | None = strawberry.field(
        default=None, description="For every conflict of this kind. Either this or playerId."
    )
    player_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Global id of a player: for every conflict of theirs, whatever was chosen for its kind.",
    )
    index: int | None = strawberry.field(
        default=None,
        description="With playerId: only for the assignment at this place of the list handed in, from 0.",
    )


@strawberry.input(description="A workout to give to players.")
class CreateAssignmentInput:
    team_id: strawberry.ID = strawberry.field(description=TEAM)
    assignment: AssignmentInput = strawberry.field(description="What, for whom and when.")
    follow_phase: bool = strawberry.field(default=True, description=FOLLOW_PHASE)
    resolutions: list[ConflictResolutionInput] = strawberry.field(
        default_factory=list, description=RESOLUTIONS
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Workouts to give to players of one team, all of them or none.")
class BulkAssignInput:
    team_id: strawberry.ID = strawberry.field(description=TEAM)
    assignments: list[AssignmentInput] = strawberry.field(
        description=f"What, for whom and when; 1 to {MOST_AT_ONCE}, for {MOST_MADE:,} assignments of players "
        "in all."
    )
    follow_phase: bool = strawberry.field(default=True, description=FOLLOW_PHASE)
    resolutions: list[ConflictResolutionInput] = strawberry.field(
        default_factory=list, description=RESOLUTIONS
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A phase template to make assignments of.")
class ApplyPhaseTemplateInput:
    team_id: strawberry.ID = strawberry.field(description=TEAM)
    template_id: strawberry.ID = strawberry.field(
        description="Global id of the template: everyone's or your organization's."
    )
    start_date: date = strawberry.field(
        description="First day of its first week, whatever weekday that is; today or later, in the team's "
        "calendar."
    )
    customizations: CustomizationsInput | None = strawberry.field(
        default=None, description="Your correction of the template and of what the phases make of it."
    )
    resolutions: list[ConflictResolutionInput] = strawberry.field(
        default_factory=list,
        description=f"{RESOLUTIONS} An index is the place of a workout in the template, from 0.",
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A phase to bring a team's active assignments in step with.")
class SyncPhaseAdjustmentsInput:
    team_id: strawberry.ID = strawberry.field(description=TEAM)
    phase_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of a phase of its season; the one in force today unless given."
    )
    force_update: bool = strawberry.field(
        default=False, description="Record the adjustments anew even where nothing changes."
    )
    players: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Global ids of players, at most {MOST_PLAYERS}; everybody unless given."
    )
    adjustment_types: list[AdjustmentType] | None = strawberry.field(
        default=None, description="What of it is brought in step, at least one; all four unless given."
    )
    after: strawberry.ID | None = strawberry.field(
        default=None, description="Go on after this assignment: what an earlier answer gave as moreAfter."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A team whose assignments are to be as its season wants them.")
class BringInStepInput:
    team_id: strawberry.ID = strawberry.field(description=TEAM)
    after: strawberry.ID | None = strawberry.field(
        default=None, description="Go on after this assignment: what an earlier answer gave as moreAfter."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A report that a player did what was assigned.")
class NotifyTrainingCompletionInput:
    assignment_id: strawberry.ID = strawberry.field(description="Global id of the assignment.")
    player_id: strawberry.ID = strawberry.field(description="Global id of its player.")
    completed_at: datetime = strawberry.field(description="When it was done, with a zone; not in the future.")
    actual_load: float | None = strawberry.field(
        default=None,
        description="What it came to, 0 to 10,000 AU. Left out, it was not reported, which is no load of 0.",
    )
    completion_rate: float = strawberry.field(
        default=100.0, description="How much of it was done, 0 to 100 percent."
    )
    performance: JSON | None = strawberry.field(
        default=None,
        description="Whatever else was measured: a JSON object of at most 5,000 characters and 8 levels.",
    )
    occurrence_on: date | None = strawberry.field(
        default=None,
        description="The day of the assignment that it counts for. Unless given: the day it was done on, "
        "else the latest day before that is open, else the next if that is at most a week ahead.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Changes to an assignment. What is left out stays; null empties it.")
class UpdateAssignmentInput:
    assignment_id: strawberry.ID = strawberry.field(description="Global id of the assignment.")
    expected_version: int = strawberry.field(description=VERSION)
    status: AssignmentStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="active, cancelled or archived. It is completed by notifyTrainingCompletion.",
    )
    scheduled_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="New first day; today or later, in the team's calendar."
    )
    starts_at: time | None = strawberry.field(
        default=strawberry.UNSET, description="New time of day in the team's zone; null for any."
    )
    expires_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="New last day that it counts; null for none."
    )
    recurrence: RecurrenceInput | None = strawberry.field(
        default=strawberry.UNSET, description="New recurrence, before any phase; null for once."
    )
    customizations: CustomizationsInput | None = strawberry.field(
        default=strawberry.UNSET, description="New correction of what the phases make of it; null for none."
    )
    follow_phase: bool = strawberry.field(
        default=True, description="Whether it is in step with the phase of its day then, or in none."
    )
    resolutions: list[ConflictResolutionInput] = strawberry.field(
        default_factory=list,
        description=f"How conflicts with the new day are resolved, at most {MOST_PLAYERS}; skip leaves the "
        "assignment as it was.",
    )


@strawberry.input(description="An assignment to take back.")
class CancelAssignmentInput:
    assignment_id: strawberry.ID = strawberry.field(description="Global id of the assignment.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

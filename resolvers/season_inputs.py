"""What coaches hand in to lay out a season: plans with their phases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import strawberry

from domain import seasons
from domain.errors import InvalidInput, Issue
from domain.import_fields import flaw_in_text
from domain.import_problems import MOST_PROBLEMS
from domain.people import Team
from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority, SeasonPhase
from domain.seasons import SeasonLoad, SeasonPlan, SeasonStatus
from integrations.plan_files import MOST_BYTES
from resolvers import enums as _enums  # registers them  # noqa: F401
from resolvers.ids import Kind, uuid_or_none
from resolvers.inputs import KEY, VERSION
from resolvers.long_texts import LongText

PLAN = "Global id of the season plan."
NAME = "Name, 1 to 200 characters."
FIRST_DAY, LAST_DAY = "First day, in the team's time zone.", "Last day, inclusive."
BASE_LOAD = "A player's load in a usual week, in arbitrary units (session RPE times minutes): 0 to 100,000."
PEAK_WEEK = "The hardest week of the season, counted from 1; null for none."
TAPER_WEEKS = "Weeks in which the load comes down in equal steps to half, counted from 1, in their order."
RECOVERY_WEEKS = "Weeks at 0.6 of their load, counted from 1, in their order."
PHASES = "The phases, at most 60: inside the season, without overlaps. Gaps between them are in no phase."


@strawberry.input(description="What a phase should bring.")
class SeasonObjectiveInput:
    type: ObjectiveType = strawberry.field(description="What is to improve.")
    priority: Priority = strawberry.field(description="How much it matters.")
    target_improvement: float = strawberry.field(
        default=0.0, description="Percent of the team's own measure of it, 0 to 100."
    )


@strawberry.input(description="A phase of a season.")
class SeasonPhaseInput:
    id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Global id of the phase that this is from now on; a new phase without it.",
    )
    name: str = strawberry.field(description=NAME)
    type: PhaseType = strawberry.field(description="What kind of phase.")
    starts_on: date = strawberry.field(description=FIRST_DAY)
    ends_on: date = strawberry.field(description=LAST_DAY)
    intensity: Intensity = strawberry.field(description="How hard it is.")
    training_frequency: int = strawberry.field(description="Sessions a week, 1 to 14.")
    load_multiplier: float | None = strawberry.field(
        default=None, description="Factor on the load, 0 to 5; that of the intensity unless given."
    )
    focus_areas: list[str] = strawberry.field(
        default_factory=list,
        description="What the phase is about, such as strength or injury_prevention: words in lower case, at "
        "most 20. The exercises that serve it come first.",
    )
    game_frequency: float = strawberry.field(default=0.0, description="Games a week, 0 to 7.")
    game_days: list[int] = strawberry.field(
        default_factory=list,
        description="Weekdays of games as far as they are known, in their order; 0 is Monday.",
    )
    recovery_ratio: float = strawberry.field(
        default=0.0, description="Share of the days that are kept free of training, 0 to 1."
    )
    objectives: list[SeasonObjectiveInput] = strawberry.field(
        default_factory=list, description="What it should bring, at most 20."
    )


@strawberry.input(description="A new season plan; it is a draft until it is made active.")
class CreateSeasonPlanInput:
    team_id: strawberry.ID = strawberry.field(description="Global id of the team.")
    name: str = strawberry.field(description=NAME)
    starts_on: date = strawberry.field(description=FIRST_DAY)
    ends_on: date = strawberry.field(description=f"{LAST_DAY} At most 550 days from the first.")
    base_load: int = strawberry.field(default=0, description=BASE_LOAD)
    peak_week: int | None = strawberry.field(default=None, description=PEAK_WEEK)
    taper_weeks: list[int] = strawberry.field(default_factory=list, description=TAPER_WEEKS)
    recovery_weeks: list[int] = strawberry.field(default_factory=list, description=RECOVERY_WEEKS)
    phases: list[SeasonPhaseInput] = strawberry.field(default_factory=list, description=PHASES)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def plan(self, team: Team, now: datetime) -> SeasonPlan:
        """``InvalidInput`` with everything that is wrong with it."""
        plan_id = uuid4()
        issues: list[Issue] = []
        plan = SeasonPlan(
            id=plan_id,
            organization_id=team.organization_id,
            team_id=team.id,
            name=self.name.strip(),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            status=SeasonStatus.DRAFT,
            load=SeasonLoad(
                self.base_load, self.peak_week, tuple(self.taper_weeks), tuple(self.recovery_weeks)
            ),
            phases=_phases(self.phases, plan_id, frozenset(), issues),
            version=1,
            created_at=now,
            updated_at=now,
        )
        return _sound(plan, issues)


@strawberry.input(
    description="Changes to a season plan. What is left out stays; phases are given all or not at all."
)
class UpdateSeasonPlanInput:
    season_plan_id: strawberry.ID = strawberry.field(description=PLAN)
    expected_version: int = strawberry.field(description=VERSION)
    name: str | None = strawberry.field(default=strawberry.UNSET, description=NAME)
    starts_on: date | None = strawberry.field(default=strawberry.UNSET, description=FIRST_DAY)
    ends_on: date | None = strawberry.field(default=strawberry.UNSET, description=LAST_DAY)
    base_load: int | None = strawberry.field(default=strawberry.UNSET, description=BASE_LOAD)
    peak_week: int | None = strawberry.field(default=strawberry.UNSET, description=PEAK_WEEK)
    taper_weeks: list[int] | None = strawberry.field(default=strawberry.UNSET, description=TAPER_WEEKS)
    recovery_weeks: list[int] | None = strawberry.field(default=strawberry.UNSET, description=RECOVERY_WEEKS)
    phases: list[SeasonPhaseInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"{PHASES} Those that stay come with their ids; one that is not named goes.",
    )

    def changes(self) -> Callable[[SeasonPlan], SeasonPlan]:
        """What the input does to a plan. ``InvalidInput``, here or there, with everything that is wrong."""
        given = {name: getattr(self, name) for name in _CHANGEABLE}
        if all(each is strawberry.UNSET for each in given.values()):
            raise InvalidInput((Issue((), "Nothing is to be changed; give what is."),))
        if empty := [name for name, each in given.items() if each is None and name != "peak_week"]:
            raise InvalidInput(
                tuple(Issue((_CHANGEABLE[name],), "This cannot be empty; leave it out.") for name in empty)
            )
        return self._changed

    def _changed(self, plan: SeasonPlan) -> SeasonPlan:
        issues: list[Issue] = []
        phases = plan.phases
        if self.phases is not None and self.phases is not strawberry.UNSET:
            known = frozenset(each.id for each in plan.phases)
            phases = _phases(self.phases, plan.id, known, issues)
        load = plan.load
        after = replace(
            plan,
            name=_or(self.name, plan.name).strip(),
            starts_on=_or(self.starts_on, plan.starts_on),
            ends_on=_or(self.ends_on, plan.ends_on),
            load=SeasonLoad(
                _or(self.base_load, load.base_load_au),
                load.peak_week if self.peak_week is strawberry.UNSET else self.peak_week,
                tuple(_or(self.taper_weeks, load.taper_weeks)),
                tuple(_or(self.recovery_weeks, load.recovery_weeks)),
            ),
            phases=phases,
        )
        return _sound(after, issues)


@strawberry.input(description="A new status of a season plan.")
class SetSeasonPlanStatusInput:
    season_plan_id: strawberry.ID = strawberry.field(description=PLAN)
    expected_version: int = strawberry.field(description=VERSION)
    status: SeasonStatus = strawberry.field(
        description="A draft becomes active or archived; an active plan draft, completed or archived; a "
        "completed one active or archived; an archived one a draft."
    )


@strawberry.input(description="A season plan to delete, with its phases.")
class DeleteSeasonPlanInput:
    season_plan_id: strawberry.ID = strawberry.field(description=PLAN)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="A season plan in a document.")
class ImportSeasonPlanInput:
    team_id: strawberry.ID = strawberry.field(description="Global id of the team that it is to be for.")
    document: str = strawberry.field(
        description=f"The plan as JSON, as SeasonPlan.document gives it; at most {MOST_BYTES:,} bytes.",
        directives=[LongText(characters=MOST_BYTES)],
    )
    dry_run: bool = strawberry.field(default=False, description="Only say what would be made; store nothing.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


_CHANGEABLE = {
    "name": "name",
    "starts_on": "startsOn",
    "ends_on": "endsOn",
    "base_load": "baseLoad",
    "peak_week": "peakWeek",
    "taper_weeks": "taperWeeks",
    "recovery_weeks": "recoveryWeeks",
    "phases": "phases",
}


def _or(given: Any, before: Any) -> Any:
    return before if given is strawberry.UNSET or given is None else given


def _phases(
    given: Sequence[SeasonPhaseInput], plan_id: UUID, known: frozenset[UUID], issues: list[Issue]
) -> tuple[SeasonPhase, ...]:
    """In the order of the input, so that an issue's path is the input's."""
    taken: set[UUID] = set()
    phases = []
    for at, each in enumerate(given):
        phase_id = uuid4() if each.id is None else uuid_or_none(Kind.SEASON_PHASE, each.id)
        if each.id is not None and phase_id not in known:
            issues.append(Issue(("phases", str(at), "id"), "This is not a phase of this season plan."))
            phase_id = None
        elif phase_id in taken:
            issues.append(Issue(("phases", str(at), "id"), "This phase is named twice."))
        phase_id = phase_id or uuid4()
        taken.add(phase_id)
        phases.append(_phase(each, phase_id, plan_id))
    return tuple(phases)


def _phase(given: SeasonPhaseInput, phase_id: UUID, plan_id: UUID) -> SeasonPhase:
    return SeasonPhase(
        id=phase_id,
        season_plan_id=plan_id,
        name=given.name.strip(),
        type=given.type,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        intensity=given.intensity,
        training_frequency=given.training_frequency,
        load_multiplier=given.load_multiplier,
        focus_areas=tuple(given.focus_areas),
        game_frequency=given.game_frequency,
        game_weekdays=tuple(given.game_days),
        recovery_ratio=given.recovery_ratio,
        objectives=tuple(
            Objective(each.type, each.priority, each.target_improvement) for each in given.objectives
        ),
    )


def _sound(plan: SeasonPlan, issues: list[Issue]) -> SeasonPlan:
    """The plan with its phases by their start, if nothing is wrong with it."""
    issues += seasons.issues_of(plan)
    named: list[tuple[tuple[str, ...], str]] = [(("name",), plan.name)]
    named += [(("phases", str(at), "name"), each.name) for at, each in enumerate(plan.phases)]
    issues += [Issue(path, flaw) for path, name in named if (flaw := flaw_in_text(name))]
    if issues:
        raise InvalidInput(tuple(issues[:MOST_PROBLEMS]))
    return replace(plan, phases=tuple(sorted(plan.phases, key=lambda each: each.starts_on)))

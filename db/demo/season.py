"""The demo's plans: six published sessions, alone and laid out over a season around ``today``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from db.demo.cast import DEMO, LEO, MIA, OTHERS, PROGRAMMES, REGULARS
from domain.people import Person
from domain.plan_document import PlanDraft, SessionDraft, TrainingDay, WeekDraft

Programmes = Mapping[str, PlanDraft]

WEEKDAYS_OF = {1: (2,), 2: (1, 4), 3: (0, 2, 4)}  # sessions a week, to days: 0 is Monday
SEASON_WEEKS_BEFORE, SEASON_WEEKS = 16, 36
SEASON_PHASES = (("Off-season", 12), ("Preseason", 8), ("In season", 14), ("Playoffs", 2))
REGULAR_WEEKS = (24, 20, 16, 12, 12)
TITLES = ("Strength block", "Base block", "Power block", "Return to play", "Conditioning block")


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """``path`` makes the ids. ``is_logged``: sessions before today were done and their minutes kept."""

    path: str
    owner: Person
    draft: PlanDraft
    starts_on: date
    is_logged: bool


def demo_plans(programmes: Programmes, today: date) -> Iterator[DemoPlan]:
    """Every plan of the demo, dated. ``programmes`` are the published sessions by their short names."""
    this_monday = today - timedelta(days=today.weekday())
    for days_ahead, name in enumerate(PROGRAMMES):
        yield _single(programmes[name], name, today + timedelta(days=days_ahead))
    yield _season(programmes, this_monday)
    for at, (person, weeks) in enumerate(zip(REGULARS, REGULAR_WEEKS, strict=True)):
        start = this_monday - timedelta(weeks=weeks // 2)
        draft = _block(programmes, TITLES[at], weeks, sessions_a_week=3, offset=at)
        yield _dated(f"{_path_of(person)}/block", person, draft, start, is_logged=True)
    for at, person in enumerate(OTHERS):
        draft = _block(programmes, TITLES[at % len(TITLES)], 4, sessions_a_week=2, offset=at)
        # The first of them, Nora, never logs; of the rest, every third has just begun.
        weeks_ago = 0 if at % 3 == 2 else 3
        start = this_monday - timedelta(weeks=weeks_ago)
        yield _dated(f"{_path_of(person)}/block", person, draft, start, is_logged=at > 0)
    draft = _block(
        dict.fromkeys(PROGRAMMES, programmes["starting-strength-1a"]), "Starting strength", 4, 3, 0
    )
    yield _dated("northside/leo/strength", LEO, draft, this_monday - timedelta(weeks=1), is_logged=True)


def _single(programme: PlanDraft, name: str, day: date) -> DemoPlan:
    """The published session as it is imported, on one day."""
    week = programme.weeks[0]
    session = replace(week.sessions[0], scheduled_on=day)
    draft = replace(programme, weeks=(replace(week, sessions=(session,)),))
    return _dated(f"harbour-city/mia/{name}", MIA, draft, day, is_logged=False)


def _season(programmes: Programmes, this_monday: date) -> DemoPlan:
    """Three sessions a week, every fourth week two; none while Mia tries the six programmes out."""
    titles = [f"{phase}, week {n}" for phase, weeks in SEASON_PHASES for n in range(1, weeks + 1)]
    full = _block(programmes, "Season plan", SEASON_WEEKS, sessions_a_week=3, offset=0)
    weeks = []
    for week, title in zip(full.weeks, titles, strict=True):
        if week.ordinal - SEASON_WEEKS_BEFORE in (1, 2):
            week, title = replace(week, sessions=()), "Programme trials"
        elif week.ordinal % 4 == 0:
            week = replace(week, sessions=week.sessions[:2])
        weeks.append(replace(week, title=title))
    draft = replace(
        full, title="Season plan", goal="Stronger and faster through the whole season", weeks=tuple(weeks)
    )
    start = this_monday - timedelta(weeks=SEASON_WEEKS_BEFORE)
    return _dated("harbour-city/mia/season", MIA, draft, start, is_logged=True)


def _block(
    programmes: Programmes, title: str, week_count: int, sessions_a_week: int, offset: int
) -> PlanDraft:
    """The programmes' sessions in turn, beginning with the one at ``offset``."""
    turn = [_session_of(programmes[name]) for name in PROGRAMMES]
    weeks = []
    for week in range(week_count):
        first = offset + week * sessions_a_week
        sessions = tuple(
            replace(turn[(first + n) % len(turn)], day=TrainingDay(weekday=weekday))
            for n, weekday in enumerate(WEEKDAYS_OF[sessions_a_week])
        )
        weeks.append(WeekDraft(week + 1, sessions, title=f"Week {week + 1}"))
    return PlanDraft(title, tuple(weeks), goal=programmes[PROGRAMMES[offset % len(PROGRAMMES)]].goal)


def _session_of(programme: PlanDraft) -> SessionDraft:
    """Without its notes: a plan keeps its sessions' notes in one place, and would have each of them often."""
    return replace(programme.weeks[0].sessions[0], notes=None)


def _dated(path: str, owner: Person, draft: PlanDraft, starts_on: date, *, is_logged: bool) -> DemoPlan:
    return DemoPlan(path, owner, draft.starting(starts_on), starts_on, is_logged)


def _path_of(person: Person) -> str:
    club = "harbour-city" if person.organization_id == DEMO.organization else "northside"
    return f"{club}/{person.display_name.split()[0].lower()}"

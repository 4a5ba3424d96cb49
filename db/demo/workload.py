"""What the demo team did on the ice in the ten weeks before a day, and how its players felt: with gaps.

Five practices a week, two short ones since the template of the preseason fills the rest, and a game on every
other Saturday, each player with her own effort; Sundays are for rest. Nora reports nothing, some forget a day
now and then, one fell silent a week ago, and who is ill says so. Training in the gym is not made up here:
plans and assignments that were done are counted with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from db.demo.cast import NORA, OTHERS, PLAYERS, TIME_ZONE, demo_id
from db.demo.team_season import TEMPLATE_WEEKS_AGO
from domain.days import instant_of, monday_of
from domain.people import Person
from domain.training_log import LoadMethod, TrainingEntry, TrainingKind, TrainingSource
from domain.wellness import RestReport, WellnessReport

WEEKS = 10
# From the weekday, Monday as 0, to minutes.
PRACTICES, PRACTICES_BESIDE_THE_TEMPLATE = {0: 70, 1: 80, 2: 75, 3: 85, 4: 60}, {1: 45, 3: 40}
PRACTICE_ENDS_AT, GAME_ENDS_AT, BREAKFAST = time(20, 15), time(18, 0), time(7, 40)
GAME_DAY, GAME_MINUTES, SUNDAY = 5, 80, 6
ILL, SILENT = OTHERS[3], OTHERS[5]
SILENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class DemoLog:
    entries: tuple[TrainingEntry, ...]
    reports: tuple[WellnessReport, ...]
    rest: tuple[RestReport, ...]


def demo_log(today: date) -> DemoLog:
    entries: list[TrainingEntry] = []
    reports: list[WellnessReport] = []
    rest: list[RestReport] = []
    for player in PLAYERS:
        for day in _days_reported(player, today):
            entries += _trainings(player, day, today)
            reports += _reports(player, day, today)
            if day.weekday() == SUNDAY and day < today:
                rest.append(_rest(player, day))
    return DemoLog(tuple(entries), tuple(reports), tuple(rest))


def _days_reported(player: Person, today: date) -> Iterator[date]:
    """Today's morning is the last; its training is still to come."""
    if player == NORA:
        return
    last = today - timedelta(days=SILENT_DAYS) if player == SILENT else today
    first = monday_of(today) - timedelta(weeks=WEEKS)
    forgets = player.id.int % 4 == 0
    for each in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(each)
        if not (forgets and _chance(player, day, 9) == 0):
            yield day


def _trainings(player: Person, day: date, today: date) -> Iterator[TrainingEntry]:
    """Nothing on the first day of an illness; every fourth week is an easier one."""
    if day >= today or (player == ILL and day >= today - timedelta(days=1)):
        return
    week = (monday_of(today) - monday_of(day)).days // 7
    effort = 4.5 + _chance(player, day, 6) / 2 - (1.5 if week % 4 == 3 else 0)
    practices = PRACTICES if week > TEMPLATE_WEEKS_AGO else PRACTICES_BESIDE_THE_TEMPLATE
    if day.weekday() in practices:
        minutes = practices[day.weekday()] + 5 * (_chance(player, day, 3) - 1)
        yield _entry(player, day, TrainingKind.TRAINING, minutes, effort, PRACTICE_ENDS_AT)
    elif day.weekday() == GAME_DAY and week % 2 == 0:
        yield _entry(player, day, TrainingKind.GAME, GAME_MINUTES, min(10.0, effort + 2.5), GAME_ENDS_AT)


def _entry(
    player: Person, day: date, kind: TrainingKind, minutes: int, rpe: float, ended_at: time
) -> TrainingEntry:
    at = instant_of(day, ended_at, TIME_ZONE)
    return TrainingEntry(
        id=demo_id(f"{_path(player, day)}/{kind}"),
        organization_id=player.organization_id,
        player_id=player.id,
        source=TrainingSource.MANUAL,
        day=day,
        kind=kind,
        occurred_at=at,
        minutes=minutes,
        session_rpe=rpe,
        load_au=round(rpe * minutes, 2),
        load_method=LoadMethod.SESSION_RPE,
        version=1,
        recorded_at=at,
        actor_id=player.id,
        actor_name=player.display_name,
    )


def _reports(player: Person, day: date, today: date) -> Iterator[WellnessReport]:
    """A day after hard work is felt; one morning in ten nobody gets round to it."""
    if _chance(player, day, 10) == 7 and day < today:
        return
    is_ill = player == ILL and day >= today - timedelta(days=1)
    yesterday = day - timedelta(days=1)
    work = sum(each.load_au or 0 for each in _trainings(player, yesterday, today)) / 300
    own = player.id.int % 3 / 2 - 0.5
    yield WellnessReport(
        id=demo_id(f"{_path(player, day)}/wellness"),
        organization_id=player.organization_id,
        player_id=player.id,
        day=day,
        sleep=_on_the_scale(3.5 - own + _chance(player, day, 4) / 2 - (1.5 if is_ill else 0.5)),
        fatigue=_on_the_scale(1.5 + own + work + _chance(player, day, 3) / 2 + (2 if is_ill else 0)),
        soreness=_on_the_scale(1.5 + work + _chance(player, yesterday, 3) / 2),
        stress=_on_the_scale(2 + own + _chance(player, monday_of(day), 4) / 2),
        mood=_on_the_scale(4 - own / 2 - (1.5 if is_ill else 0) + _chance(player, yesterday, 3) / 2 - 0.5),
        has_pain=_chance(player, day, 60) == 0,
        is_ill=is_ill,
        hours_of_sleep=6.5 + _chance(player, day, 5) / 2,
        version=1,
        recorded_at=_morning(day),
        actor_id=player.id,
        actor_name=player.display_name,
    )


def _rest(player: Person, day: date) -> RestReport:
    return RestReport(
        player_id=player.id,
        day=day,
        version=1,
        is_rest=True,
        recorded_at=_morning(day),
        actor_id=player.id,
        actor_name=player.display_name,
    )


def _morning(day: date) -> datetime:
    return instant_of(day, BREAKFAST, TIME_ZONE)


def _on_the_scale(value: float) -> float:
    return min(5.0, max(1.0, round(value * 2) / 2))


def _chance(player: Person, day: date, sides: int) -> int:
    """A die that falls the same way in every demo of that day."""
    return demo_id(f"{player.id}/{day}/{sides}").int % sides


def _path(player: Person, day: date) -> str:
    return f"harbour-city/hockey/log/{player.id}/{day}"

"""Holding players to their teams' limits, within a caller's unit of work.

Whatever is reported of a player, late or out of order, their numbers of today are worked out anew from all
that is known; what is past a limit has one alert, and what is not any more has none that lasts. Doing it
again finds what it found before and changes nothing. A constant number of statements, however many players.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from db.coming_loads import coming_of_players
from db.database import Transaction
from db.people import lock_people
from db.played_teams import played_teams_of_people
from db.wellness import wellness_of
from db.workload import day_loads
from db.workload_alerts import alerts_of_players_for_update, insert_entries, save_alerts
from db.workload_thresholds import limits_of_teams
from domain.days import today_in
from domain.events import WorkloadThresholdPassed, WorkloadUpdated
from domain.people import Team
from domain.planning import Actor
from domain.planning_events import ThresholdType
from domain.workload import alerts as rules
from domain.workload.alerts import EPISODE_DAYS, TOLD_HOLDS_DAYS, Alert, AlertAction, AlertEntry, AlertSource
from domain.workload.analysis import HISTORY_DAYS, analyse
from domain.workload.breaches import Breach, breaches_of
from domain.workload.coming import Coming, planned_loads
from domain.workload.model import MODEL_VERSION, DayLoad, WellnessDay
from domain.workload.player import PlayerDay
from domain.workload.recommendations import Recommendation, recommend
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds
from events.season.announcing import next_version

SYSTEM = Actor(None, "workload watch")
TELLS = frozenset({AlertAction.RAISED, AlertAction.ESCALATED})


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known of one player, up to today and for the week after."""

    loads: Sequence[DayLoad]
    wellness: Sequence[WellnessDay]
    coming: Coming


@dataclass(frozen=True, slots=True)
class _Found:
    """One player in one team: today's numbers, and today's breaches with what to do about them."""

    team: Team
    player_id: UUID
    today: PlayerDay
    breaches: Mapping[ThresholdType, tuple[Breach, Recommendation, date]]


@dataclass(slots=True)
class Written:
    """Alerts that are new or were changed, each with what happened to it; by the order in which they did."""

    alerts: dict[UUID, Alert] = field(default_factory=dict)
    entries: list[AlertEntry] = field(default_factory=list)

    def add(
        self, alert: Alert, action: AlertAction | None, by: Actor = SYSTEM, reason: str | None = None
    ) -> None:
        self.alerts[alert.id] = alert
        if action is not None:
            self.entries.append(entry_of(alert, action, by, reason))


async def watch_players(tx: Transaction, player_ids: Collection[UUID]) -> list[Alert]:
    """Work out today's numbers of these players for each team they play in; the alerts that changed.

    The players are locked: two who watch one player at once would both raise the alert.
    """
    ids = sorted(player_ids)
    await lock_people(tx.db_session, ids)
    teams = await played_teams_of_people(tx.db_session, ids)
    every_team = {team.id: team for its in teams.values() for team in its}
    limits = await limits_of_teams(tx.db_session, every_team)
    todays = {team.id: today_in(team.time_zone, tx.now) for team in every_team.values()}
    first_today = min(todays.values(), default=tx.now.date())
    known = await _known(tx, ids, set(todays.values()))
    standing = await alerts_of_players_for_update(
        tx.db_session, ids, first_today - timedelta(days=EPISODE_DAYS)
    )

    def work() -> list[_Found]:
        return [
            _found(
                team,
                player_id,
                known[todays[team.id]][player_id],
                todays[team.id],
                DEFAULT_THRESHOLDS if team.id not in limits else limits[team.id].thresholds,
            )
            for player_id, its in sorted(teams.items())
            for team in its
        ]

    found = await asyncio.to_thread(work)
    written = _settled(tx, found, standing)
    await store(tx, written)
    for each in found:
        tx.record(_updated(tx, each))
    return list(written.alerts.values())


async def store(tx: Transaction, written: Written) -> None:
    """With the event of each that is new, or has become critical."""
    await save_alerts(tx.db_session, list(written.alerts.values()))
    await insert_entries(tx.db_session, written.entries)
    for entry in written.entries:
        if entry.action in TELLS:
            tx.record(_passed(written.alerts[entry.alert_id]))


def entry_of(alert: Alert, action: AlertAction, by: Actor, reason: str | None = None) -> AlertEntry:
    return AlertEntry(
        alert.id,
        alert.version,
        action,
        alert.severity,
        alert.current_value,
        by.id,
        by.name,
        reason,
        alert.updated_at,
    )


async def _known(
    tx: Transaction, player_ids: Sequence[UUID], todays: Collection[date]
) -> dict[date, dict[UUID, _Known]]:
    """Eight statements for each different today; teams around the world have two at most."""
    found: dict[date, dict[UUID, _Known]] = {}
    for today in sorted(todays):
        since = today - timedelta(days=HISTORY_DAYS + EPISODE_DAYS)
        loads = await day_loads(tx.db_session, player_ids, since, today)
        wellness = await wellness_of(tx.db_session, player_ids, since, today)
        first = today + timedelta(days=1)
        coming = await coming_of_players(tx.db_session, player_ids, first, first + timedelta(days=6))
        found[today] = {
            each: _Known(loads[each], wellness.get(each, ()), coming[each]) for each in player_ids
        }
    return found


def _found(team: Team, player_id: UUID, known: _Known, today: date, limits: WorkloadThresholds) -> _Found:
    first = today - timedelta(days=EPISODE_DAYS - 1)
    days = analyse(known.loads, known.wellness, first, today, thresholds=limits).days
    now_there = breaches_of(days[-1], limits)
    if not now_there:
        return _Found(team, player_id, days[-1], {})
    breached: dict[ThresholdType, set[date]] = defaultdict(set)
    for day in days:
        for each in breaches_of(day, limits):
            breached[each.type].add(day.day)
    tomorrow = today + timedelta(days=1)
    planned = planned_loads(known.coming, tomorrow, tomorrow + timedelta(days=6))
    wellness = next((each for each in known.wellness if each.day == today), None)
    return _Found(
        team,
        player_id,
        days[-1],
        {
            each.type: (
                each,
                recommend(each, known.loads, planned, tomorrow, wellness=wellness, thresholds=limits),
                rules.first_day_of(breached[each.type], today),
            )
            for each in now_there
        },
    )


def _settled(tx: Transaction, found: Sequence[_Found], standing: Sequence[Alert]) -> Written:
    """What is past a limit has an alert that lasts, and only that."""
    written = Written()
    lasting = {each.key: each for each in standing if not each.is_over}
    over = {(*each.key, each.first_day): each for each in standing if each.is_over}
    for each in found:
        for type_ in ThresholdType:
            alert = lasting.pop((each.team.id, each.player_id, type_), None)
            breach = each.breaches.get(type_)
            if breach is None:
                if alert is not None and not _still_holds(alert, each.today.day):
                    written.add(rules.resolved(alert, tx.now), AlertAction.RESOLVED)
                continue
            known = alert or over.get((each.team.id, each.player_id, type_, breach[2]))
            if known is None:
                written.add(_raised(tx, each, *breach), AlertAction.RAISED)
                continue
            after, action = rules.found_again(known, breach[0], breach[1], tx.now)
            if after is not known:
                written.add(after, action)
    for alert in lasting.values():  # of teams that they have left
        written.add(rules.resolved(alert, tx.now), AlertAction.RESOLVED)
    return written


def _still_holds(alert: Alert, today: date) -> bool:
    """What a planning service says is not ours to take back: it stands for a week."""
    is_told = alert.source is AlertSource.PLANNING_SERVICE
    return is_told and today < alert.last_day + timedelta(days=TOLD_HOLDS_DAYS)


def _raised(
    tx: Transaction, found: _Found, breach: Breach, recommendation: Recommendation, first_day: date
) -> Alert:
    return rules.raised(
        breach,
        recommendation,
        id=uuid4(),
        organization_id=found.team.organization_id,
        team_id=found.team.id,
        player_id=found.player_id,
        first_day=first_day,
        now=tx.now,
    )


def _updated(tx: Transaction, found: _Found) -> WorkloadUpdated:
    today = found.today
    return WorkloadUpdated(
        aggregate_id=found.player_id,
        version=next_version(tx, WorkloadUpdated, found.player_id),
        organization_id=found.team.organization_id,
        team_id=found.team.id,
        day=today.day,
        week_load_au=today.week_load.value,
        acute_chronic_ratio=today.acute_chronic_ewma.value,
        readiness_score=today.readiness.score.value,
        recovery_score=today.recovery.value,
        risk_band=today.risk.band,
        model_version=MODEL_VERSION,
    )


def _passed(alert: Alert) -> WorkloadThresholdPassed:
    adjustment = alert.adjustment
    return WorkloadThresholdPassed(
        aggregate_id=alert.id,
        version=alert.version,
        organization_id=alert.organization_id,
        team_id=alert.team_id,
        player_id=alert.player_id,
        threshold_type=alert.type,
        severity=alert.severity,
        day=alert.last_day,
        current_value=alert.current_value,
        threshold_value=alert.threshold_value,
        reason=alert.reason,
        adjustment_type=None if adjustment is None else adjustment.type,
        adjustment_value=None if adjustment is None else adjustment.value,
        model_version=alert.model_version,
    )

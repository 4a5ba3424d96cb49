"""Whether the assignments of teams are in step with their phases: many teams in one reading."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.adjustments import facts_for
from db.assignments import assignments_around_phases
from db.database import Database
from domain.days import today_in
from domain.people import Team, Viewer
from domain.phases import SeasonPhase
from domain.steps import StepReport, report

FEW = 200
"""So many assignments are looked at in less time than a thread takes to begin."""


@dataclass(frozen=True, slots=True)
class SeasonNow:
    """The phase that a team is in, and all phases of the season in force."""

    phase: SeasonPhase | None
    phases: Sequence[SeasonPhase]


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """``is_complete``: every active assignment was looked at, and not only the first of very many."""

    team: Team
    report: StepReport
    is_complete: bool


async def sync_statuses(
    db: Database, viewer: Viewer, seasons: Mapping[Team, SeasonNow], now: datetime
) -> dict[Team, SyncStatus]:
    """By team, of the assignments that the viewer sees.

    Three statements, however many teams and assignments there are.
    """
    async with db.read() as db_session:
        phase_of_team = {team.id: season.phase for team, season in seasons.items()}
        found, is_complete = await assignments_around_phases(db_session, phase_of_team, viewer)
        everything = [each for of_team in found.values() for each in of_team]
        facts = await facts_for(db_session, everything)

    def reports() -> dict[Team, SyncStatus]:
        return {
            team: SyncStatus(
                team,
                report(found[team.id], season.phase, season.phases, today_in(team.time_zone, now), facts),
                is_complete,
            )
            for team, season in seasons.items()
        }

    return reports() if len(everything) <= FEW else await asyncio.to_thread(reports)

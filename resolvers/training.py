"""What the compression engine is told of a session: what is prescribed, and how long things really take."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.prescriptions import prescriptions_by_session
from db.sessions import durations_of_athletes
from domain.compression.compress import SessionTimes, time_now
from domain.errors import TargetMinutesOutOfRange
from domain.sessions import LoggedDuration, Prescription, Session
from resolvers.context import Context

SHORTEST_COMPRESS, SHORTEST_PREVIEW, LONGEST = 10, 15, 180


@dataclass(frozen=True, slots=True)
class Training:
    """Always the original prescriptions: a compression of a compression would lose what the first one cut."""

    prescriptions: Sequence[Prescription]
    planned_minutes: int | None
    logs: Sequence[LoggedDuration]

    @property
    def has_content(self) -> bool:
        return any(each.working_sets for each in self.prescriptions)

    def times(self) -> SessionTimes | None:
        """None where there is nothing to do."""
        if not self.has_content:
            return None
        return time_now(self.prescriptions, planned_minutes=self.planned_minutes, logs=self.logs)


async def training_of(context: Context, session: Session) -> Training:
    """By the loaders; ``session`` is one that the caller sees."""
    prescriptions, facts = await gather(
        context.loaders.prescriptions_of_session.load(session.id),
        context.loaders.plan_facts.load(session.plan_id),
    )
    logs = () if facts is None else await context.loaders.durations_of_athlete.load(facts.owner_id)
    return Training(prescriptions, session.planned_minutes, logs)


async def training_in(db_session: AsyncSession, session: Session, athlete_id: UUID) -> Training:
    """Within a unit of work, as it stands under its locks."""
    prescriptions = await prescriptions_by_session(db_session, [session.id])
    logs = await durations_of_athletes(db_session, [athlete_id])
    return Training(prescriptions.get(session.id, ()), session.planned_minutes, logs.get(athlete_id, ()))


def check_target(minutes: int, lowest: int) -> None:
    if not lowest <= minutes <= LONGEST:
        raise TargetMinutesOutOfRange(minutes, lowest, LONGEST)

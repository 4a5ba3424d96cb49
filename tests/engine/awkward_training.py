"""The awkward club's sessions, what is prescribed in them, and what Time Crunch Mode has done with them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from db.database import Database
from tests.factories import committed
from tests.world import World

HISTORIES = (25, 0, 2, 1)  # how many entries each of the sessions has; one is more than a page
ENTRY = (
    "INSERT INTO compressions (organization_id, session_id, session_version, action, source, reason,"
    " target_minutes, achieved_minutes, model_version, plan, diff, summary, actor_id, actor_name, created_at)"
    " VALUES (:organization, :session, :version, :action, 'manual', :reason, :minutes, :minutes, :model,"
    " CAST(CAST(:document AS text) AS jsonb), CAST(CAST(:document AS text) AS jsonb),"
    " CAST(CAST(:document AS text) AS jsonb), :actor, :name, CAST(CAST(:moment AS text) AS timestamptz))"
)
# The first is not done yet, and neither is the second, which has nothing that counts; the third is
# compressed, and the fourth took its time.
SPOILT = (
    (0, "UPDATE sessions SET completed_at = NULL WHERE id = :id"),
    (1, "UPDATE sessions SET completed_at = NULL WHERE id = :id"),
    (
        1,
        "UPDATE set_prescriptions SET kind = 'warm_up' WHERE prescription_id IN"
        " (SELECT id FROM prescriptions WHERE session_id = :id)",
    ),
    (
        2,
        "UPDATE sessions SET is_time_crunch_active = true, time_crunch_minutes = 45, time_crunch_applied_at ="
        " '2026-10-25T01:30:00.5+02:00', compressed_plan = '{}', compression_diff = '{}',"
        " compression_summary = '{}' WHERE id = :id",
    ),
    (3, "UPDATE sessions SET actual_minutes = 61 WHERE id = :id"),
)
PRESCRIBED = (
    "UPDATE prescriptions SET group_key = :text, tempo = '3-1-X-0' WHERE position % 2 = 0",
    "UPDATE set_prescriptions SET reps_min = NULL, reps_max = NULL, hold_seconds = 30 WHERE ordinal = 1",
    "UPDATE set_prescriptions SET percent_one_rep_max = 72.5, rpe = 0, reps_in_reserve = 2 WHERE ordinal = 2",
    "UPDATE set_prescriptions SET kind = 'ramp', rpe = 9.5 WHERE ordinal = 3 AND kind = 'working'",
    "UPDATE exercises SET secondary_muscles = '{calves,glutes}' WHERE station = 'rack'",
    "INSERT INTO exercise_aliases (exercise_id, ordinal, alias)"
    " SELECT id, n, :text || n FROM exercises, generate_series(101, 102) n WHERE station = 'rack'",
)


async def make_awkward_training(
    db: Database, world: World, chance: random.Random, texts: Sequence[str], moments: Sequence[str]
) -> None:
    async def store(one: Any) -> None:
        for place, statement in SPOILT:
            await one.execute(text(statement), {"id": world.sessions[place].id})
        for statement in PRESCRIBED:
            given = {"text": chance.choice(texts)[:40]} if ":text" in statement else {}
            await one.execute(text(statement), given)
        for session, count in zip(world.sessions, HISTORIES, strict=True):
            for version in range(2, 2 + count):
                is_compression = version % 2 == 0
                entry = {
                    "organization": world.organization.id,
                    "session": session.id,
                    "version": version,
                    "action": "compressed" if is_compression else "reverted",
                    "reason": chance.choice((*texts, None)),
                    "minutes": 45 if is_compression else chance.choice((45, None)),
                    "model": chance.choice(texts)[:50] if is_compression else None,
                    "document": "{}" if is_compression else None,
                    "actor": chance.choice((world.owner.id, world.coach.id, world.stranger.id, None)),
                    "name": chance.choice(texts),
                    "moment": chance.choice(moments),
                }
                await one.execute(text(ENTRY), entry)

    await committed(db, store)

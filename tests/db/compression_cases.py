"""What the tests of stored compressions start from."""

from __future__ import annotations

from datetime import datetime

from db.compressions import Cause, Outcome
from domain.people import Person
from domain.sessions import CompressionSource
from tests.factories import NOW


def an_outcome(target_minutes: int = 30) -> Outcome:
    return Outcome(
        target_minutes=target_minutes,
        achieved_minutes=target_minutes - 1,
        model_version="compression/1",
        plan={"segments": [{"kind": "core_lift", "workSeconds": 112.5}]},
        diff={"removed": ["Plank"], "reduced": []},
        summary={"valueRetained": 0.8734, "note": "–„ü", "nothing": None},
    )


def a_cause(actor: Person | None, at: datetime = NOW, reason: str | None = "late bus") -> Cause:
    return Cause(
        actor_id=actor.id if actor else None,
        actor_name=actor.display_name if actor else "system",
        at=at,
        source=CompressionSource.CTA,
        reason=reason,
    )

"""Commands that do what a person could: who runs them has the database anyway."""

from __future__ import annotations

from datetime import timedelta

from app.bootstrap import Application, utc_now
from app.development import person_id
from domain.people import Viewer
from integrations.tokens import Claims
from resolvers.viewers import viewer_of


async def acting_as(application: Application, name: str) -> Viewer:
    """The person of that name or id, with all that their role may do; ``Unauthorized`` if there is none."""
    whose = person_id(name)
    claims = Claims(
        subject=str(whose),
        kind="person",
        person_id=whose,
        service_name=None,
        organization_id=None,
        scopes=None,
        role_hint=None,
        expires_at=utc_now() + timedelta(minutes=5),
    )
    return await viewer_of(application.services, claims)

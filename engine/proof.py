"""That the caller is still who we remember, said by the statement that reads for them.

Reading a caller's role and teams anew for each request costs a round trip. So a caller is remembered, and
every compiled statement asks, in the same snapshot as the data, whether what is remembered still holds. If it
does not, the statement gives nothing, and the caller is read anew.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.people import Role, Viewer


def proof(parameter: Callable[[str, str], str], role: Role) -> str:
    """SQL that is true for a caller as remembered. The values are those of ``remembered``."""
    organization = parameter("viewer_organization_id", "uuid")
    if role is Role.SERVICE:
        return f"EXISTS (SELECT 1 FROM organizations WHERE id = {organization})"
    person = parameter("viewer_id", "uuid")
    return (
        f"EXISTS (SELECT 1 FROM people p WHERE p.id = {person} AND p.organization_id = {organization}"
        f" AND p.role = {parameter('viewer_role', 'text')})"
        f" AND ARRAY(SELECT m.role || m.team_id FROM memberships m WHERE m.person_id = {person}"
        f" ORDER BY m.role, m.team_id) = {parameter('viewer_memberships', 'text[]')}"
    )


def remembered(viewer: Viewer) -> dict[str, object]:
    coached = [f"coach{each}" for each in sorted(viewer.coached_team_ids)]
    played = [f"player{each}" for each in sorted(viewer.played_team_ids)]
    return {"viewer_role": viewer.role.value, "viewer_memberships": [*coached, *played]}

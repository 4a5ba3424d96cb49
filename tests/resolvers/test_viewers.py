"""From claims to a viewer: the role that is stored counts, the token only narrows."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from domain.access import SCOPES_OF_ROLE, Scope
from domain.errors import Unauthorized
from domain.people import Role
from integrations.flags import Flag
from integrations.tokens import Claims
from resolvers.context import Context, audience_of
from resolvers.viewers import viewer_of
from tests.api import Api
from tests.world import World

EXPIRES = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


def of_person(
    person_id: UUID | None,
    organization_id: UUID | None = None,
    scopes: frozenset[str] | None = None,
    role: str | None = None,
) -> Claims:
    return Claims(str(person_id), "person", person_id, None, organization_id, scopes, role, EXPIRES)


def of_service(organization_id: UUID | None, scopes: frozenset[str] | None = None) -> Claims:
    return Claims("service:reports", "service", None, "reports", organization_id, scopes, None, EXPIRES)


async def test_a_person_is_who_we_have_stored(api: Api, world: World) -> None:
    assert world.coach.id is not None

    viewer = await viewer_of(api.services, of_person(world.coach.id, world.organization.id, role="admin"))

    assert viewer.role is Role.COACH, "what the token believes does not count"
    assert viewer.coached_team_ids == {world.team.id}
    assert viewer.played_team_ids == frozenset()
    assert viewer.scopes == SCOPES_OF_ROLE[Role.COACH]
    assert viewer.token_expires_at == EXPIRES


async def test_a_player_plays(api: Api, world: World) -> None:
    viewer = await viewer_of(api.services, of_person(world.owner.id))

    assert viewer.played_team_ids == {world.team.id}


async def test_a_token_narrows_and_never_widens(api: Api, world: World) -> None:
    narrowed = await viewer_of(
        api.services, of_person(world.owner.id, scopes=frozenset({Scope.PLANS_READ, "everything"}))
    )
    nothing = await viewer_of(api.services, of_person(world.owner.id, scopes=frozenset()))

    assert narrowed.scopes == {Scope.PLANS_READ}
    assert nothing.scopes == frozenset()


async def test_a_service_is_of_its_organization(api: Api, world: World) -> None:
    viewer = await viewer_of(
        api.services, of_service(world.organization.id, frozenset({Scope.SESSIONS_COMPRESS}))
    )

    assert (viewer.role, viewer.id, viewer.key) == (Role.SERVICE, None, "service:reports")
    assert viewer.scopes == {Scope.SESSIONS_COMPRESS}


async def test_a_service_whose_token_names_no_scope_may_do_nothing(api: Api, world: World) -> None:
    viewer = await viewer_of(api.services, of_service(world.plan.organization_id))

    assert viewer.scopes == frozenset()


async def test_who_is_unknown_is_nobody(api: Api, world: World) -> None:
    strangers = [
        of_person(uuid4()),
        of_person(None),
        of_person(world.owner.id, world.stranger.organization_id),
        of_service(uuid4()),
        of_service(None),
    ]

    said = set()
    for claims in strangers:
        with pytest.raises(Unauthorized) as refused:
            await viewer_of(api.services, claims)
        said.add((str(refused.value), refused.value.reason))
    assert len(said) == 1, "which of these it was is not said"


def test_flags_are_asked_for_the_user_and_their_teams(api: Api, world: World) -> None:
    audience = audience_of(world.coach)

    assert audience.user_key == str(world.coach.id)
    assert audience.team_ids == (str(world.team.id),)
    assert audience.role == "coach"
    assert not audience.anonymous
    assert audience_of(None).anonymous


async def test_a_flag_is_evaluated_once_an_operation(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Flag] = []
    evaluate = api.services.flags.evaluate

    def counting(flag: Flag, audience: object) -> object:
        asked.append(flag)
        return evaluate(flag, audience)  # type: ignore[arg-type]

    monkeypatch.setattr(api.services.flags, "evaluate", counting)
    context = Context.of(api.services, world.athlete)

    for _ in range(3):
        context.flag_on(Flag.TIME_CRUNCH)
    assert asked == [Flag.TIME_CRUNCH]
    context.renew()
    context.flag_on(Flag.TIME_CRUNCH)
    assert asked == [Flag.TIME_CRUNCH] * 2

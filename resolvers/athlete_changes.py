"""What coaches enter of their players: bodies, groups, and what medical staff rule out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import strawberry
from pydantic import TypeAdapter

from db import athletes as stored
from db import player_groups
from db.database import Transaction
from db.people import lock_people, viewer_facts
from domain import access
from domain.access import Sight
from domain.errors import InvalidInput, Issue, NotFound
from domain.people import Person, TeamRole
from domain.phase_templates import TargetGroup
from domain.physiology import MedicalRestriction, Physiology, physiology_issues, restriction_issues
from domain.player_groups import MOST_MEMBERS, TeamGroup, group_issues
from resolvers.athlete_inputs import (
    AddMedicalRestrictionInput,
    EndMedicalRestrictionInput,
    UpdatePlayerProfileInput,
    UpdateTeamGroupInput,
)
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of, uuid_or_none
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.running import team_to_run
from resolvers.sight import granted


@dataclass(frozen=True, slots=True)
class ProfileAnswer:
    player: Person
    profile: Physiology


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    group: TeamGroup


@dataclass(frozen=True, slots=True)
class RestrictionAnswer:
    restriction: MedicalRestriction


@dataclass(frozen=True, slots=True)
class RestrictionEnded:
    """``restriction`` is None if it was taken away: it was to end before it began."""

    restriction: MedicalRestriction | None


_ANSWER = TypeAdapter(RestrictionAnswer)


async def update_player_profile(info: Info, input: UpdatePlayerProfileInput) -> ProfileAnswer:
    context = info.context
    player_id = uuid_of(Kind.PLAYER, input.player_id)
    changed = _changes(input)

    async def work(tx: Transaction) -> ProfileAnswer:
        player = await _player_to_change(context, tx, player_id)
        await lock_people(tx.db_session, [player_id])  # two who each change one thing both have their way
        known = (await stored.physiology_of(tx.db_session, [player_id])).get(player_id)
        profile = changed(known or Physiology(player_id))
        _refuse(physiology_issues(profile))
        await stored.save_physiology(tx.db_session, player.organization_id, profile, tx.now)
        return ProfileAnswer(player, profile)

    return await context.unit_of_work(work)


async def update_team_group(info: Info, input: UpdateTeamGroupInput) -> GroupAnswer:
    team = await team_to_run(info.context, input.team_id)
    group = TargetGroup(input.type, input.name.strip())
    joining, leaving = _people(input)
    _refuse(group_issues(group))

    async def work(tx: Transaction) -> GroupAnswer:
        theirs = await player_groups.players_among(tx.db_session, team.id, sorted({*joining, *leaving}))
        _refuse(
            [
                Issue((name, str(at)), "This is not a player of the team.")
                for name, people in (("addPlayerIds", joining), ("removePlayerIds", leaving))
                for at, each in enumerate(people)
                if each not in theirs
            ]
        )
        changed = await player_groups.change_group(
            tx.db_session, team.id, group, joining=set(joining), leaving=set(leaving)
        )
        return GroupAnswer(changed)

    return await info.context.unit_of_work(work)


async def add_medical_restriction(info: Info, input: AddMedicalRestrictionInput) -> RestrictionAnswer:
    context = info.context
    player_id = uuid_of(Kind.PLAYER, input.player_id)

    async def work(tx: Transaction) -> RestrictionAnswer:
        player = await _player_to_change(context, tx, player_id)
        patterns = tuple(input.avoided_patterns)
        restriction = MedicalRestriction(
            uuid4(), player_id, input.kind, input.starts_on, input.ends_on, patterns
        )
        _refuse(restriction_issues(restriction))
        await stored.insert_restriction(tx.db_session, player.organization_id, restriction, tx.now)
        return RestrictionAnswer(restriction)

    answer = await once(
        context,
        "addMedicalRestriction",
        input.idempotency_key,
        fingerprinted(input),
        work,
        _ANSWER,
    )
    return answer.value


async def end_medical_restriction(info: Info, input: EndMedicalRestrictionInput) -> RestrictionEnded:
    context = info.context
    restriction_id = uuid_of(Kind.MEDICAL_RESTRICTION, input.restriction_id)

    async def work(tx: Transaction) -> RestrictionEnded:
        before = (await stored.restrictions_by_id(tx.db_session, [restriction_id])).get(restriction_id)
        if before is None:
            raise NotFound(Kind.MEDICAL_RESTRICTION.word, input.restriction_id)
        try:
            await _player_to_change(context, tx, before.player_id)
        except NotFound:
            raise NotFound(Kind.MEDICAL_RESTRICTION.word, input.restriction_id) from None
        if input.ends_on is not None and input.ends_on < before.starts_on:
            await stored.delete_restriction(tx.db_session, restriction_id)
            return RestrictionEnded(None)
        _refuse(restriction_issues(replace(before, ends_on=input.ends_on)))
        return RestrictionEnded(await stored.end_restriction(tx.db_session, restriction_id, input.ends_on))

    return await context.unit_of_work(work)


async def _player_to_change(context: Context, tx: Transaction, player_id: UUID) -> Person:
    """Who coaches them, or runs the organization; not the players themselves."""
    found = await viewer_facts(tx.db_session, player_id)
    if found is None:
        return granted(None, Sight.NONE, Kind.PLAYER, player_id)
    person, memberships = found
    plays_in = frozenset(each.team_id for each in memberships if each.role is TeamRole.PLAYER)
    sight = access.sight_of_athlete(context.caller, player_id, person.organization_id, plays_in)
    return granted(person, sight, Kind.PLAYER, player_id)


def _changes(input: UpdatePlayerProfileInput) -> Callable[[Physiology], Physiology]:
    """What the input does to a profile."""
    given = (input.resting_bpm, input.maximum_bpm, input.weekly_load_limit)
    if all(each is strawberry.UNSET for each in given):
        raise InvalidInput((Issue((), "Nothing is to be changed; give a heart rate or a load limit."),))

    def changed(profile: Physiology) -> Physiology:
        known = (profile.resting_bpm, profile.maximum_bpm, profile.weekly_load_limit_au)
        values = (was if new is strawberry.UNSET else new for new, was in zip(given, known, strict=True))
        return Physiology(profile.player_id, *values)

    return changed


def _people(input: UpdateTeamGroupInput) -> tuple[list[UUID], list[UUID]]:
    """Who joins and who leaves."""
    issues: list[Issue] = []
    found: list[list[UUID]] = []
    for name, ids in (("addPlayerIds", input.add_player_ids), ("removePlayerIds", input.remove_player_ids)):
        if len(ids) > MOST_MEMBERS:
            issues.append(Issue((name,), f"At most {MOST_MEMBERS} players at once."))
        known = [uuid_or_none(Kind.PLAYER, each) for each in ids[:MOST_MEMBERS]]
        issues += [
            Issue((name, str(at)), "This is not the id of a player.")
            for at, each in enumerate(known)
            if each is None
        ]
        found.append([each for each in known if each is not None])
    if set(found[0]) & set(found[1]):
        issues.append(Issue(("removePlayerIds",), "A player either joins or leaves, not both."))
    if not any(found) and not issues:
        issues.append(Issue((), "Nobody joins and nobody leaves; name a player."))
    _refuse(issues)
    return found[0], found[1]


def _refuse(issues: Sequence[Issue]) -> None:
    if issues:
        raise InvalidInput(tuple(issues))

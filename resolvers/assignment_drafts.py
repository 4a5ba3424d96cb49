"""From what a caller hands in to the assignments that are to be made, one for each player."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from db.athletes import target_players
from db.database import Transaction
from domain.assigning import Choices
from domain.assignment_conflicts import ConflictKind, Resolution
from domain.assignments import (
    AS_THE_PHASE_SAYS,
    NAMED_GROUPS,
    AssignmentStatus,
    AssignmentType,
    WorkoutAssignment,
    days_of,
    issues_of,
)
from domain.days import today_in
from domain.errors import InvalidInput, Issue, NotFound
from domain.load_progression import LoadProgression
from domain.people import Team
from domain.phase_templates import TargetGroup
from domain.physiology import NO_THRESHOLDS
from domain.recurrence import ONCE
from domain.template_expansion import TargetPlayer
from domain.workouts import Workout
from resolvers.assignment_inputs import (
    MOST_MADE,
    MOST_PLAYERS,
    AssignmentInput,
    ConflictResolutionInput,
)
from resolvers.ids import Kind, uuid_of, uuid_or_none

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafts:
    """``places`` says from which place of the list each comes."""

    assignments: tuple[WorkoutAssignment, ...]
    places: Mapping[UUID, int]


async def drafts_of(
    tx: Transaction,
    team: Team,
    inputs: Sequence[AssignmentInput],
    workouts: Sequence[Workout],
    paths: Sequence[Path],
) -> Drafts:
    """``workouts`` and ``paths`` go with the inputs.

    ``InvalidInput`` with everything that is wrong, and where; ``NotFound`` for who does not play in the team.
    """
    today = today_in(team.time_zone, tx.now)
    players = (await target_players(tx.db_session, [team.id])).get(team.id, [])
    issues: list[Issue] = []
    made: list[WorkoutAssignment] = []
    places: dict[UUID, int] = {}
    for place, (input, workout, path) in enumerate(zip(inputs, workouts, paths, strict=True)):
        terms = _terms(input, team, workout, tx.now)
        chosen = _chosen(input, players, path, issues)
        found = _flaws(terms, today)
        issues += [Issue((*path, *each.path), each.message) for each in found]
        for player_id in () if issues else chosen:
            made.append(replace(terms, id=uuid4(), player_id=player_id))
            places[made[-1].id] = place
    if not issues and len(made) > MOST_MADE:
        issues.append(Issue(("assignments",), f"These are {len(made)} assignments; {MOST_MADE} is the most."))
    if issues:
        raise InvalidInput(tuple(issues))
    return Drafts(tuple(made), places)


def choices_of(resolutions: Sequence[ConflictResolutionInput], count: int) -> Choices:
    """``count`` is the length of the list that an index points into."""
    issues: list[Issue] = []
    by_kind: dict[ConflictKind, Resolution] = {}
    by_player: dict[tuple[UUID, int | None], Resolution] = {}
    if len(resolutions) > MOST_PLAYERS:
        raise InvalidInput.of("resolutions", f"At most {MOST_PLAYERS} resolutions.")
    for number, each in enumerate(resolutions):
        path = ("resolutions", str(number))
        player_id = None if each.player_id is None else uuid_or_none(Kind.PLAYER, each.player_id)
        if (each.kind is None) == (each.player_id is None):
            issues.append(Issue(path, "Name a kind of conflict or a player, one of the two."))
        elif each.index is not None and (each.kind is not None or not 0 <= each.index < count):
            issues.append(
                Issue((*path, "index"), f"An index goes with a player, and is from 0 to {count - 1}.")
            )
        elif each.kind is not None:
            by_kind[each.kind] = each.resolution
        elif player_id is None:
            issues.append(Issue((*path, "playerId"), "This is not the id of a player."))
        else:
            by_player[player_id, each.index] = each.resolution
    if issues:
        raise InvalidInput(tuple(issues))
    return Choices(by_kind, by_player)


def _terms(input: AssignmentInput, team: Team, workout: Workout, now: datetime) -> WorkoutAssignment:
    """What every player is given; whose it is comes later."""
    recurrence, load, thresholds = input.recurrence, input.load, input.thresholds
    customizations = input.customizations
    return WorkoutAssignment(
        id=uuid4(),
        organization_id=team.organization_id,
        team_id=team.id,
        player_id=UUID(int=0),
        workout_id=workout.id,
        type=input.type,
        status=AssignmentStatus.DRAFT if input.is_draft else AssignmentStatus.ACTIVE,
        effective_from=input.effective_from or input.scheduled_on,
        scheduled_on=input.scheduled_on,
        load=LoadProgression(workout.load_au) if load is None else load.progression(workout.load_au),
        version=1,
        created_at=now,
        updated_at=now,
        group_name=None if input.group_name is None else input.group_name.strip(),
        expires_on=input.expires_on,
        starts_at=None if input.starts_at is None else input.starts_at.replace(tzinfo=None),
        recurrence=ONCE if recurrence is None else recurrence.recurrence(),
        thresholds=NO_THRESHOLDS if thresholds is None else thresholds.thresholds(),
        customizations=AS_THE_PHASE_SAYS if customizations is None else customizations.customizations(),
    )


def _flaws(terms: WorkoutAssignment, today: date) -> list[Issue]:
    found = issues_of(terms, today)
    if not found and next(days_of(terms, terms.scheduled_on, date.max, 1), None) is None:
        found.append(Issue(("expiresOn",), "It expires before it happens for the first time."))
    return found


def _chosen(
    input: AssignmentInput, players: Sequence[TargetPlayer], path: Path, issues: list[Issue]
) -> list[UUID]:
    """Whom it is for, each once, in the order of their ids."""
    if input.player_ids is not None:
        return _named(input.player_ids, input.type, players, path, issues)
    if input.type is AssignmentType.INDIVIDUAL:
        issues.append(Issue((*path, "playerIds"), "Say which player it is for."))
        return []
    group = TargetGroup(input.type, (input.group_name or "").strip())
    found = [each.player_id for each in players if input.type is AssignmentType.TEAM or group in each.groups]
    issues += [Issue((*path, *name), text) for name, text in _of_a_crowd(found, input, group)]
    return sorted(found)


def _named(
    ids: Sequence[str],
    type_: AssignmentType,
    players: Sequence[TargetPlayer],
    path: Path,
    issues: list[Issue],
) -> list[UUID]:
    if type_ not in (AssignmentType.INDIVIDUAL, AssignmentType.CUSTOM_GROUP):
        issues.append(
            Issue((*path, "playerIds"), "Only individual players and a custom group are named one by one.")
        )
    elif not 1 <= len(ids) <= MOST_PLAYERS:
        issues.append(Issue((*path, "playerIds"), f"Name 1 to {MOST_PLAYERS} players."))
    else:
        of_team = {each.player_id for each in players}
        named = {uuid_of(Kind.PLAYER, each): each for each in ids}
        for player_id, given in named.items():
            if player_id not in of_team:
                raise NotFound(Kind.PLAYER.word, given)
        return sorted(named)
    return []


def _of_a_crowd(
    found: Sequence[UUID], input: AssignmentInput, group: TargetGroup
) -> Iterator[tuple[Path, str]]:
    if input.type in NAMED_GROUPS and not group.name:
        return  # the missing name is an issue of its own
    if not found and input.type is AssignmentType.TEAM:
        yield ("type",), "Nobody plays in this team yet."
    elif not found:
        yield ("groupName",), f"Nobody in this team is in the {input.type.replace('_', ' ')} '{group.name}'."
    elif len(found) > MOST_PLAYERS:
        yield ("type",), f"These are {len(found)} players; {MOST_PLAYERS} is the most: name them in groups."

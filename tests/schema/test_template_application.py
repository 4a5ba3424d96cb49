"""Applying a phase template: the same counts tried and done, nothing half-applied, everything in step."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from db.assignments import open_assignments_of_players
from db.database import Database
from db.models.assignments import AssignmentAdjustmentRow, WorkoutAssignmentRow
from db.models.operations import OutboxRow
from db.outbox import events_of
from domain.assignments import WorkoutAssignment
from domain.phase_templates import PhaseTemplate, TargetGroup
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api, make_api
from tests.databases import Clock
from tests.factories import make_team
from tests.schema.assigning_documents import APPLY
from tests.schema.season_world import (
    FRONT_LINE,
    TODAY,
    SeasonWorld,
    forbid_training,
    have,
    limit_week_of,
    make_big_team,
    make_season_world,
    make_template,
    put_in_line,
)
from tests.statements import count_statements

START = TODAY + timedelta(days=3)  # a Monday


@pytest.fixture
async def season(db: Database) -> SeasonWorld:
    return await make_season_world(db)


@pytest.fixture
async def template(db: Database, season: SeasonWorld) -> PhaseTemplate:
    """Mondays and Thursdays for two weeks, for the whole team."""
    return await make_template(db, season.world.organization.id)


@pytest.fixture
def coach(api: Api, season: SeasonWorld) -> Api:
    return api.as_(season.world.coach)


def asked(season: SeasonWorld, template: PhaseTemplate, **changes: Any) -> dict[str, Any]:
    return {
        "teamId": season.team_id,
        "templateId": global_id(Kind.PHASE_TEMPLATE, template.id),
        "startDate": str(START),
    } | changes


async def apply(api: Api, **input: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await api.run(APPLY, input=input))["applyPhaseTemplate"]
    return found


async def stored_of(db: Database, *player_ids: UUID) -> list[WorkoutAssignment]:
    async with db.read() as db_session:
        found = await open_assignments_of_players(db_session, player_ids, TODAY, date(2030, 1, 1))
    return [each for theirs in found.values() for each in theirs]


async def row_counts(db: Database) -> tuple[int, ...]:
    async with db.read() as db_session:
        return tuple(
            [
                await db_session.scalar(select(func.count()).select_from(each)) or 0
                for each in (WorkoutAssignmentRow, AssignmentAdjustmentRow, OutboxRow)
            ]
        )


async def test_every_player_gets_the_templates_workouts_in_step_with_the_phase(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    found = await apply(coach, **asked(season, template))

    assert found["__typename"] == "ApplyPhaseTemplateSuccess"
    assert found["template"]["name"] == "Base"
    assert found["phase"] == {"name": "Build"}
    assert found["emptyGroups"] == []
    outcome = found["outcome"]
    assert (outcome["createdCount"], outcome["adjustedCount"], outcome["conflictCount"]) == (2, 2, 0)
    stored = await stored_of(db, *season.players)
    assert {each.player_id for each in stored} == set(season.players)
    for each in stored:
        assert each.template_id == template.id
        assert each.scheduled_on == START
        assert each.recurrence.weekdays == (0, 3)
        assert each.recurrence.ends_on == START + timedelta(days=13)
        assert each.load.base_load_au == 468, "390 AU × 1.2"
        assert each.planning.planning_phase_id == season.plan.phases[0].id


async def test_it_is_announced_with_what_it_came_to(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    await apply(coach, **asked(season, template))

    async with db.read() as db_session:
        [event] = await events_of(db_session, "team", season.world.team.id)
        told = [
            await events_of(db_session, "assignment", each.id)
            for each in await stored_of(db, *season.players)
        ]
    assert event.event_type == "training.phase_template.processed"
    assert event.payload["template_id"] == str(template.id)
    assert event.payload["phase_id"] == str(season.plan.phases[0].id)
    assert event.payload["assignments_created"] == 2
    assert event.payload["adjustments_count"] == 2
    assert event.payload["applied_by"] == season.world.coach.display_name
    assert [[each.event_type for each in one] for one in told] == [["assignment.phase_adjusted"]] * 2


async def test_a_dry_run_says_the_same_and_stores_nothing(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    before = await row_counts(db)

    tried = await apply(coach, **asked(season, template, dryRun=True))
    nothing = await row_counts(db)
    real = await apply(coach, **asked(season, template))

    assert nothing == before
    for name in ("createdCount", "adjustedCount", "conflictCount", "players", "conflicts", "warnings"):
        assert tried["outcome"][name] == real["outcome"][name]
    planned, made = (
        [
            (each["player"], each["scheduledOn"], each["load"], each["phase"])
            for each in one["outcome"]["assignments"]
        ]
        for one in (tried, real)
    )
    assert planned == made
    assert (tried["outcome"]["dryRun"], real["outcome"]["dryRun"]) == (True, False)


async def test_customizations_change_load_days_and_intensity(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    await apply(
        coach,
        **asked(
            season,
            template,
            customizations={"loadMultiplier": 0.5, "trainingFrequency": 1, "intensityAdjustment": 2},
        ),
    )

    for each in await stored_of(db, *season.players):
        assert each.load.base_load_au == 234, "390 AU × 1.2 × 0.5"
        assert len(each.recurrence.weekdays) == 1
        assert each.customizations.intensity_steps == 2


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"startDate": str(TODAY - timedelta(days=1))}, "startDate"),
        ({"startDate": "2031-01-01"}, "startDate"),
        ({"customizations": {"trainingFrequency": 8}}, "customizations.trainingFrequency"),
        ({"customizations": {"trainingFrequency": 0}}, "customizations.trainingFrequency"),
        ({"customizations": {"loadMultiplier": 5.01}}, "customizations.loadMultiplier"),
        ({"customizations": {"loadMultiplier": -1.0}}, "customizations.loadMultiplier"),
        ({"customizations": {"intensityAdjustment": 3}}, "customizations.intensityAdjustment"),
        ({"customizations": {"intensityAdjustment": -3}}, "customizations.intensityAdjustment"),
        ({"resolutions": [{"resolution": "skip"}]}, "resolutions.0"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_bad_input_is_refused_where_it_is_wrong(
    db: Database,
    coach: Api,
    season: SeasonWorld,
    template: PhaseTemplate,
    changes: dict[str, Any],
    path: str,
    dry_run: bool,
) -> None:
    before = await row_counts(db)

    found = await apply(coach, **asked(season, template, dryRun=dry_run, **changes))

    assert found["code"] == "invalid_input"
    assert [".".join(each["path"]) for each in found["issues"]] == [path]
    assert await row_counts(db) == before


async def test_the_limits_themselves_are_allowed(
    clock: Clock, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    for number, customizations in enumerate(
        (
            {"loadMultiplier": 0.0, "trainingFrequency": 1, "intensityAdjustment": -2},
            {"loadMultiplier": 5.0, "trainingFrequency": 7, "intensityAdjustment": 2},
        )
    ):
        clock.advance(seconds=1)
        start = TODAY + timedelta(weeks=3 * number)
        found = await apply(
            coach, **asked(season, template, startDate=str(start), customizations=customizations)
        )

        assert found["__typename"] == "ApplyPhaseTemplateSuccess"


@pytest.mark.parametrize("which", ["theirs", "nobodys", "nonsense", "a plan's id"])
async def test_a_template_of_another_organization_is_not_found(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate, which: str
) -> None:
    theirs = await make_template(db, season.world.stranger.organization_id, name="Theirs")
    ids = {
        "theirs": global_id(Kind.PHASE_TEMPLATE, theirs.id),
        "nobodys": global_id(Kind.PHASE_TEMPLATE, uuid4()),
        "nonsense": "x",
        "a plan's id": season.world.plan_id,
    }
    before = await row_counts(db)

    found = await apply(coach, **asked(season, template, templateId=ids[which]))

    assert (found["code"], found["id"]) == ("template_not_found", ids[which])
    assert await row_counts(db) == before


async def test_everyones_templates_are_everyones(db: Database, coach: Api, season: SeasonWorld) -> None:
    everyones = await make_template(db, None, name="Everyone's")

    found = await apply(coach, **asked(season, everyones))

    assert found["outcome"]["createdCount"] == 2


async def test_workouts_go_to_the_groups_they_are_meant_for_and_empty_ones_are_named(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    _, mate = season.players
    goal = TargetGroup(FRONT_LINE.type, "Second line")
    template = await make_template(db, season.world.organization.id, TargetGroup(), FRONT_LINE, goal)
    await put_in_line(db, season, mate)

    found = await apply(coach, **asked(season, template))

    assert found["emptyGroups"] == [{"type": "line", "name": "Second line"}]
    counts = {each["playerId"]: each["createdCount"] for each in found["outcome"]["players"]}
    assert counts == {season.player_ids[0]: 1, season.player_ids[1]: 2}


async def test_a_template_for_groups_that_nobody_is_in_makes_nothing(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    template = await make_template(db, season.world.organization.id, FRONT_LINE)
    before = await row_counts(db)

    found = await apply(coach, **asked(season, template))

    assert "line First line" in found["issues"][0]["message"]
    assert await row_counts(db) == before


async def test_a_team_without_players_has_nobody_to_give_it_to(
    db: Database, api: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    team = await make_team(db, season.world.organization)

    found = await apply(
        api.as_(season.world.admin),
        **asked(season, template, teamId=global_id(Kind.TEAM, team.id)),
    )

    assert found["issues"][0]["path"] == ["teamId"]


async def test_conflicts_are_told_per_player_and_nothing_is_applied(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    await have(db, season.assignment(scheduled_on=START))
    before = await row_counts(db)

    found = await apply(coach, **asked(season, template))

    assert found["__typename"] == "UnresolvedConflictsError"
    assert [(each["kind"], each["playerId"]) for each in found["outcome"]["conflicts"]] == [
        ("scheduling", season.player_ids[0])
    ]
    assert {each["playerId"]: each["conflictCount"] for each in found["outcome"]["players"]} == {
        season.player_ids[0]: 1,
        season.player_ids[1]: 0,
    }
    assert await row_counts(db) == before


async def test_conflicts_of_all_kinds_are_settled_as_chosen(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    athlete, mate = season.players
    await have(db, season.assignment(scheduled_on=START, player_id=mate))
    await forbid_training(db, season)
    choices = [{"kind": "medical", "resolution": "skip"}, {"kind": "scheduling", "resolution": "replace"}]

    found = await apply(coach, **asked(season, template, resolutions=choices))

    assert found["outcome"]["createdCount"] == 1
    assert found["outcome"]["cancelledCount"] == 1
    assert await stored_of(db, athlete) == []
    assert [each.template_id for each in await stored_of(db, mate)] == [template.id]


async def test_the_load_limit_is_held_against_the_weeks_that_it_fills(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    """Twice 468 AU a week are more than 900; once is not."""
    await limit_week_of(db, season, 900)

    too_much = await apply(coach, **asked(season, template))
    enough = await apply(coach, **asked(season, template, customizations={"trainingFrequency": 1}))

    assert [each["kind"] for each in too_much["outcome"]["conflicts"]] == ["load_limit"]
    assert enough["outcome"]["createdCount"] == 2


async def test_applied_twice_it_is_a_duplicate_unless_it_replaces_the_first(
    db: Database, clock: Clock, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    await apply(coach, **asked(season, template))
    clock.advance(seconds=1)

    again = await apply(coach, **asked(season, template))
    replaced = await apply(
        coach,
        **asked(season, template, resolutions=[{"kind": "duplicate", "resolution": "replace"}]),
    )

    assert {each["kind"] for each in again["outcome"]["conflicts"]} == {"duplicate"}
    assert (replaced["outcome"]["createdCount"], replaced["outcome"]["cancelledCount"]) == (2, 2)
    assert len(await stored_of(db, *season.players)) == 2


async def test_outside_of_any_phase_it_is_applied_as_it_is_and_the_event_names_none(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    after = season.plan.phases[1].ends_on + timedelta(days=1)

    found = await apply(coach, **asked(season, template, startDate=str(after)))

    assert found["phase"] is None
    assert (found["outcome"]["createdCount"], found["outcome"]["adjustedCount"]) == (2, 0)
    async with db.read() as db_session:
        [event] = await events_of(db_session, "team", season.world.team.id)
    assert event.payload["phase_id"] is None


async def test_a_start_is_judged_by_the_teams_calendar(
    clock: Clock, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    """At 23:30 UTC it is tomorrow in Oslo."""
    clock.advance(hours=11, minutes=30)

    past = await apply(coach, **asked(season, template, startDate=str(TODAY)))
    today = await apply(coach, **asked(season, template, startDate=str(TODAY + timedelta(days=1))))

    assert past["issues"][0]["path"] == ["startDate"]
    assert today["__typename"] == "ApplyPhaseTemplateSuccess"


async def test_a_replay_gives_the_first_answer_and_applies_nothing_more(
    db: Database, coach: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    keyed = asked(season, template, idempotencyKey="tap-1")
    first = await apply(coach, **keyed)
    before = await row_counts(db)

    again = await apply(coach, **keyed)
    other = await apply(coach, **{**keyed, "dryRun": True})

    assert again == first
    assert other["code"] == "conflict"
    assert await row_counts(db) == before


async def test_two_coaches_at_once_apply_it_once(fresh_db: Database, clock: Clock) -> None:
    season = await make_season_world(fresh_db)
    template = await make_template(fresh_db, season.world.organization.id)
    api = make_api(fresh_db, clock)
    coaches = [api.as_(season.world.coach), api.as_(season.world.admin)] * 2

    found = await asyncio.gather(*(apply(each, **asked(season, template)) for each in coaches))

    kinds = sorted(each["__typename"] for each in found)
    assert kinds == ["ApplyPhaseTemplateSuccess"] + ["UnresolvedConflictsError"] * 3
    assert len(await stored_of(fresh_db, *season.players)) == 2
    await api.services.solver.close()


async def test_the_statements_do_not_grow_with_the_players(
    db: Database, api: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    counts = []
    for size in (5, 60):
        team_id, coach = await make_big_team(db, season, size)
        input = asked(season, template, teamId=team_id, idempotencyKey=f"of {size}")
        short = (
            "mutation ($input: ApplyPhaseTemplateInput!) { applyPhaseTemplate(input: $input) { __typename } }"
        )
        with count_statements(db) as statements:
            found = await api.as_(coach).run(short, input=input)

        assert found["applyPhaseTemplate"]["__typename"] == "ApplyPhaseTemplateSuccess"
        counts.append(len(statements))

    assert counts[0] == counts[1], counts
    assert counts[0] <= 24


async def test_nobody_but_who_decides_over_the_team_may(
    db: Database, api: Api, season: SeasonWorld, template: PhaseTemplate
) -> None:
    world, input = season.world, asked(season, template)
    before = await row_counts(db)

    told = {
        name: (await apply(api.as_(viewer), **input))["code"]
        for name, viewer in {"other": world.other_coach, "strange": world.strange_admin}.items()
    }
    closed = {
        await api.as_(viewer).refused(APPLY, input=input)
        for viewer in (world.athlete, world.mate, world.stranger, world.service)
    }
    others = tuple(each for each in Flag if each is not Flag.PHASE_TEMPLATES)
    flag_off = await api.as_(world.coach).with_flags(*others).refused(APPLY, input=input)

    assert told == {"other": "forbidden", "strange": "team_not_found"}
    assert closed == {"forbidden"}
    assert flag_off == "feature_not_available"
    assert await row_counts(db) == before
    for viewer in (world.admin, season.service()):
        found = await apply(api.as_(viewer), **{**input, "dryRun": True})
        assert found["outcome"]["createdCount"] == 2

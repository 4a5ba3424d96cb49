"""An organization's phase templates: made, changed, deleted, imported; and everyone's, which stay."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from db.catalogue import catalogue
from db.database import Database
from db.exercises import save_exercises
from db.models.workouts import PhaseTemplateRow, TemplateWorkoutRow, WorkoutRow
from db.own_templates import our_templates
from db.phase_templates import insert_phase_templates, phase_templates_by_id
from db.seed import seed_catalogue
from domain.assignments import AssignmentType
from domain.exercise_matching import index_of
from domain.import_fields import flaw_in_text
from domain.load_progression import ProgressionKind
from domain.people import Organization
from domain.phase_templates import PhaseTemplate, TargetGroup, TemplateWorkout, check, issues_of
from domain.phases import PhaseType
from domain.plan_document import PrescriptionDraft
from domain.sessions import ExerciseRole, SetKind, SetPrescription
from domain.template_json import import_template
from domain.workouts import Workout
from integrations.flags import Flag
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.season_documents import document_of_template
from tests.api import Api, make_api
from tests.databases import Clock
from tests.factories import NOW, an_exercise, committed, make_coach, make_organization, make_viewer
from tests.schema.documents import ERROR_FIELDS
from tests.schema.season_cases import club_of, only
from tests.season_factories import make_assignments
from tests.statements import count_statements
from tests.world import World, make_world

FIELDS = """phaseTemplate { id name phaseType weeks description isOwn version document sessionsAWeek
  workouts { firstWeek lastWeek daysOfWeek startsAt target { type name }
    heartRateReserveLow heartRateReserveHigh workout { title plannedMinutes sessionRpe } } }"""
CREATE = f"""mutation ($input: CreatePhaseTemplateInput!) {{ createPhaseTemplate(input: $input) {{
  __typename ... on CreatePhaseTemplateSuccess {{ {FIELDS} }} ... on Error {{ message code }}
  ... on InvalidInputError {{ issues {{ path message }} }}
  ... on ConflictError {{ currentVersion }} }} }}"""
UPDATE = f"""mutation ($input: UpdatePhaseTemplateInput!) {{ updatePhaseTemplate(input: $input) {{
  __typename ... on UpdatePhaseTemplateSuccess {{ {FIELDS} }} {ERROR_FIELDS} }} }}"""
DELETE = """mutation ($input: DeletePhaseTemplateInput!) { deletePhaseTemplate(input: $input) {
  __typename ... on DeletePhaseTemplateSuccess { deletedTemplateId }
  ... on Error { message code } ... on ConflictError { currentVersion } } }"""
IMPORT = f"""mutation ($input: ImportPhaseTemplateInput!) {{ importPhaseTemplate(input: $input) {{
  __typename ... on ImportPhaseTemplateSuccess {{ dryRun name wouldMake warnings {FIELDS} }}
  ... on Error {{ message code }} ... on InvalidInputError {{ issues {{ path message }} }} }} }}"""
LIST = """{ phaseTemplates(first: 50) { edges { node { id name phaseType isOwn document } } } }"""

SQUAT, ROW = (
    replace(an_exercise("Anvil Squat"), aliases=()),
    replace(an_exercise("Log Row"), aliases=("Log Pull",)),
)
NO_KEY = ("athlete", "mate", "other_athlete", "stranger", "service")


@pytest.fixture(autouse=True)
async def two_exercises(db: Database) -> None:
    await committed(db, lambda one: save_exercises(one, [SQUAT, ROW]))


def strength(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Strength",
        "minutes": 70,
        "sessionRpe": 7.5,
        "days": [0, 3],
        "weeks": {"first": 1, "last": 4},
        "startsAt": "17:30",
        "target": "position",
        "group": "Goaltenders",
        "heartRateReserve": {"first": 60, "last": 75},
        "progression": "wave",
        "rate": 5,
        "notes": "In the rack",
        "exercises": [
            {"exercise": "anvil squat", "role": "core", "sets": "w:2x5, 4x6 @ RPE 7", "rest": "150-180"},
            {"exercise": "Log Pull", "sets": "3x8-12", "tempo": "3-1-1-0", "group": "A", "importance": 2.5},
        ],
    } | changes


def a_template(*workouts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "name": "Base",
        "phaseType": "preseason",
        "weeks": 6,
        "description": "Six weeks",
        "workouts": list(workouts or (strength(),)),
    } | changes


async def made(api: Api, world: World, *workouts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = await only(api.as_(world.coach), CREATE, **a_template(*workouts, **changes))
    template: dict[str, Any] = answer["phaseTemplate"]
    return template


async def sizes(db: Database) -> tuple[int | None, ...]:
    async with db.read() as db_session:
        return tuple(
            [
                await db_session.scalar(select(func.count()).select_from(each))
                for each in (PhaseTemplateRow, TemplateWorkoutRow, WorkoutRow)
            ]
        )


async def stored(db: Database, owner: World | Organization, id: str) -> PhaseTemplate | None:
    organization = owner.organization if isinstance(owner, World) else owner
    key = uuid_of(Kind.PHASE_TEMPLATE, id)
    async with db.read() as db_session:
        return (await phase_templates_by_id(db_session, organization.id, [key])).get(key)


class TestMaking:
    async def test_a_template_is_the_organizations_with_all_that_was_said(
        self, db: Database, api: Api, world: World
    ) -> None:
        template = await made(api, world)

        assert template | {"id": "", "document": ""} == {
            "id": "",
            "document": "",
            "name": "Base",
            "phaseType": "preseason",
            "weeks": 6,
            "description": "Six weeks",
            "isOwn": True,
            "version": 1,
            "sessionsAWeek": 2,
            "workouts": [
                {
                    "firstWeek": 1,
                    "lastWeek": 4,
                    "daysOfWeek": [0, 3],
                    "startsAt": "17:30:00",
                    "target": {"type": "position", "name": "Goaltenders"},
                    "heartRateReserveLow": 60,
                    "heartRateReserveHigh": 75,
                    "workout": {"title": "Strength", "plannedMinutes": 70, "sessionRpe": 7.5},
                }
            ],
        }
        kept = await stored(db, world, template["id"])
        assert kept is not None
        [placed] = kept.workouts
        first, second = placed.workout.prescriptions
        assert (first.exercise, first.role, len(first.sets)) == (SQUAT, ExerciseRole.CORE, 6)
        assert (second.exercise, second.weight, second.group_key) == (ROW, 2.5, "A")
        assert placed.workout.organization_id == world.organization.id
        assert (placed.progression, placed.rate_percent) == (ProgressionKind.WAVE, 5.0)

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"name": "a\x00b"}, "name"),
            ({"name": "half \udfff"}, "name"),
            ({"description": "x" * 5_001}, "description"),
            ({"weeks": 0}, "weeks"),
            ({"weeks": 27}, "weeks"),
            ({"workouts": []}, "workouts"),
            ({"workouts": [strength()] * 61}, "workouts"),
            (
                {"workouts": [strength(days=[0, 1, 2, 3, 4, 5, 6], title=str(at)) for at in range(3)]},
                "workouts",
            ),
            ({"workouts": [strength(days=[7])]}, "workouts.0.days"),
            ({"workouts": [strength(days=[-1])]}, "workouts.0.days"),
            ({"workouts": [strength(days=[])]}, "workouts.0.days"),
            ({"workouts": [strength(weeks={"first": 1, "last": 7})]}, "workouts.0.weeks"),
            ({"workouts": [strength(weeks={"first": 3, "last": 2})]}, "workouts.0.weeks"),
            ({"workouts": [strength(minutes=4)]}, "workouts.0.minutes"),
            ({"workouts": [strength(minutes=601)]}, "workouts.0.minutes"),
            ({"workouts": [strength(sessionRpe=10.5)]}, "workouts.0.sessionRpe"),
            ({"workouts": [strength(title="")]}, "workouts.0.title"),
            ({"workouts": [strength(target="individual", group=None)]}, "workouts.0.target"),
            ({"workouts": [strength(target="team")]}, "workouts.0.target"),
            ({"workouts": [strength(group=None)]}, "workouts.0.target"),
            ({"workouts": [strength(group="x" * 101)]}, "workouts.0.target"),
            (
                {"workouts": [strength(heartRateReserve={"first": 20, "last": 75})]},
                "workouts.0.heartRateReserve",
            ),
            ({"workouts": [strength(progression="custom")]}, "workouts.0.progression"),
            ({"workouts": [strength(rate=51)]}, "workouts.0.rate"),
            ({"workouts": [strength(exercises=[])]}, "workouts.0.exercises"),
            (
                {"workouts": [strength(), strength(exercises=[{"exercise": "Anvil Squatt", "sets": "3x"}])]},
                "workouts.1.exercises.0.sets",
            ),
            (
                {"workouts": [strength(exercises=[{"exercise": "Moonwalk", "sets": "3x5"}])]},
                "workouts.0.exercises.0.exercise",
            ),
        ],
    )
    async def test_what_breaks_a_rule_is_named_and_nothing_is_stored(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: str
    ) -> None:
        before = await sizes(db)

        answer = await only(api.as_(world.coach), CREATE, **a_template() | wrong)

        assert answer["code"] == "invalid_input", answer
        assert path in {".".join(each["path"]) for each in answer["issues"]}
        assert await sizes(db) == before

    async def test_no_two_templates_of_an_organization_share_a_name(
        self, db: Database, api: Api, world: World
    ) -> None:
        await made(api, world)
        before = await sizes(db)

        again = await only(api.as_(world.admin), CREATE, **a_template())
        elsewhere = await only(api.as_(world.strange_admin), CREATE, **a_template())

        assert [each["path"] for each in again["issues"]] == [["name"]]
        assert elsewhere["phaseTemplate"]["name"] == "Base"
        assert (await sizes(db))[0] == (before[0] or 0) + 1

    async def test_sent_twice_it_is_made_once(self, db: Database, api: Api, world: World) -> None:
        coach, input = api.as_(world.coach), a_template(idempotencyKey="k")

        first, second = [await only(coach, CREATE, **input) for _ in range(2)]
        other = await only(coach, CREATE, **input | {"name": "Other"})

        assert first == second
        assert first["phaseTemplate"]["workouts"]
        assert other["code"] == "conflict"
        assert (await sizes(db))[0] == 1

    @pytest.mark.parametrize("name", NO_KEY)
    async def test_players_and_readers_have_no_key(self, api: Api, world: World, name: str) -> None:
        assert await api.as_(getattr(world, name)).refused(CREATE, input=a_template()) == "forbidden"

    async def test_with_the_flag_off_there_are_no_templates_to_change(self, api: Api, world: World) -> None:
        closed = api.with_flags(*set(Flag) - {Flag.PHASE_TEMPLATES}).as_(world.coach)

        assert await closed.refused(CREATE, input=a_template()) == "feature_not_available"


class TestChanging:
    async def test_what_is_left_out_stays_and_null_empties(
        self, db: Database, api: Api, world: World
    ) -> None:
        template = await made(api, world)
        before = await stored(db, world, template["id"])

        answer = await only(
            api.as_(world.other_coach),
            UPDATE,
            templateId=template["id"],
            expectedVersion=1,
            name="Better",
            description=None,
        )

        assert answer["phaseTemplate"]["version"] == 2
        after = await stored(db, world, template["id"])
        assert before is not None
        assert after is not None
        assert (after.name, after.description, after.created_at) == ("Better", None, before.created_at)
        assert _without_ids(after).workouts == _without_ids(before).workouts

    async def test_a_document_takes_the_place_of_everything(self, api: Api, world: World) -> None:
        template = await made(api, world)
        document = json.dumps(json.loads(template["document"]) | {"name": "Whole", "weeks": 4})

        answer = await only(
            api.as_(world.coach), UPDATE, templateId=template["id"], expectedVersion=1, document=document
        )

        changed = answer["phaseTemplate"]
        assert (changed["name"], changed["weeks"], changed["id"]) == ("Whole", 4, template["id"])
        assert changed["workouts"] == template["workouts"]

    async def test_what_was_assigned_keeps_the_workout_that_it_was_made_with(
        self, db: Database, api: Api, world: World
    ) -> None:
        template = await made(api, world)
        kept = await stored(db, world, template["id"])
        assert kept is not None
        club = await club_of(db, world, kept.workouts[0].workout)
        await make_assignments(db, club.assignment())
        coach = api.as_(world.coach)

        await only(
            coach,
            UPDATE,
            templateId=template["id"],
            expectedVersion=1,
            workouts=[strength(title="Other")],
        )
        gone = await only(coach, DELETE, templateId=template["id"], expectedVersion=2)

        assert gone == {"__typename": "DeletePhaseTemplateSuccess", "deletedTemplateId": template["id"]}
        async with db.read() as db_session:
            titles = set(await db_session.scalars(select(WorkoutRow.title)))
        assert titles == {"Strength"}

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({}, []),
            ({"name": None}, ["name"]),
            ({"workouts": None}, ["workouts"]),
            ({"document": None}, ["document"]),
            ({"document": "{}", "name": "x"}, ["document"]),
            ({"document": "{}"}, ["name"]),
            ({"weeks": 3}, ["workouts", "0", "weeks"]),
            ({"workouts": [strength(days=[9])]}, ["workouts", "0", "days"]),
        ],
    )
    async def test_a_change_that_is_none_or_breaks_a_rule(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: list[str]
    ) -> None:
        template = await made(api, world)
        before = await stored(db, world, template["id"])

        answer = await only(
            api.as_(world.coach), UPDATE, templateId=template["id"], expectedVersion=1, **wrong
        )

        assert path in [each["path"] for each in answer["issues"]]
        assert await stored(db, world, template["id"]) == before

    async def test_who_comes_second_is_told_the_version(self, db: Database, api: Api, world: World) -> None:
        template = await made(api, world)
        change = {"templateId": template["id"], "expectedVersion": 1}
        await only(api.as_(world.coach), UPDATE, **change, name="First")

        answers = [
            await only(api.as_(world.other_coach), UPDATE, **change, name="Second"),
            await only(api.as_(world.other_coach), DELETE, **change),
        ]

        assert [(each["code"], each["currentVersion"]) for each in answers] == [("conflict", 2)] * 2
        after = await stored(db, world, template["id"])
        assert after is not None
        assert after.name == "First"

    @pytest.mark.parametrize("name", ["strange_admin", "coach"])
    async def test_another_organizations_template_does_not_exist_and_everyones_stays(
        self, db: Database, api: Api, world: World, name: str
    ) -> None:
        mine = await made(api, world)
        kept = await stored(db, world, mine["id"])
        assert kept is not None
        everyones = global_id(Kind.PHASE_TEMPLATE, await _everyones(db, kept))
        viewer = api.as_(getattr(world, name))
        missing = "template_not_found" if name == "strange_admin" else None

        for id, code in ((everyones, "forbidden"), (mine["id"], missing)):
            changed = await only(viewer, UPDATE, templateId=id, expectedVersion=1, name="Mine")
            gone = await only(viewer, DELETE, templateId=id, expectedVersion=1 if code else 2)
            assert [changed.get("code"), gone.get("code")] == [code, code]
        unknown = global_id(Kind.PHASE_TEMPLATE, uuid4())
        answer = await only(viewer, DELETE, templateId=unknown, expectedVersion=1)
        assert answer["code"] == "template_not_found"

    async def test_of_ten_coaches_at_once_each_loses_or_wins_whole(
        self, fresh_db: Database, clock: Clock
    ) -> None:
        world = await make_world(fresh_db)
        await committed(fresh_db, lambda one: save_exercises(one, [SQUAT, ROW]))
        api = make_api(fresh_db, clock)
        template = await made(api, world)

        answers = await asyncio.gather(
            *(
                only(
                    api.as_(world.coach),
                    UPDATE,
                    templateId=template["id"],
                    expectedVersion=1,
                    name=f"Coach {at}",
                    workouts=[strength(title=f"Workout {at}")],
                )
                for at in range(10)
            )
        )

        won = [each for each in answers if "phaseTemplate" in each]
        assert len(won) == 1
        assert [each.get("currentVersion") for each in answers].count(2) == 9
        after = await stored(fresh_db, world, template["id"])
        assert after is not None
        assert [each.workout.title[-1] for each in after.workouts] == [after.name[-1]]
        assert await sizes(fresh_db) == (1, 1, 1)
        await api.services.solver.close()

    async def test_who_reads_while_it_is_changed_sees_one_of_its_states_whole(
        self, fresh_db: Database, clock: Clock
    ) -> None:
        world = await make_world(fresh_db)
        await committed(fresh_db, lambda one: save_exercises(one, [SQUAT, ROW]))
        api = make_api(fresh_db, clock)
        template = await made(api, world, strength(title="1"), name="1")
        seen: set[str] = set()

        async def change() -> None:
            for version in range(1, 30):
                name = str(version + 1)
                await only(
                    api.as_(world.coach),
                    UPDATE,
                    templateId=template["id"],
                    expectedVersion=version,
                    name=name,
                    workouts=[strength(title=name)],
                )

        async def read() -> None:
            while not changing.done():
                found = await stored(fresh_db, world, template["id"])
                assert found is not None
                assert [each.workout.title for each in found.workouts] == [found.name]
                assert all(each.workout.prescriptions for each in found.workouts)
                seen.add(found.name)

        changing = asyncio.create_task(change())
        await asyncio.gather(changing, read(), read())

        assert len(seen) > 5
        await api.services.solver.close()

    async def test_it_costs_the_same_however_many_workouts(
        self, db: Database, api: Api, world: World
    ) -> None:
        async def cost(count: int) -> int:
            workouts = [strength(title=str(at), days=[at % 7]) for at in range(count)]
            with count_statements(db) as sent:
                template = await made(api, world, *workouts, name=f"With {count}")
                await only(
                    api.as_(world.coach),
                    UPDATE,
                    templateId=template["id"],
                    expectedVersion=1,
                    workouts=workouts,
                )
                await only(api.as_(world.coach), DELETE, templateId=template["id"], expectedVersion=2)
            return len(sent)

        assert await cost(1) == await cost(12)


class TestDocuments:
    async def test_our_own_templates_are_shown_and_can_be_taken_home(self, db: Database, api: Api) -> None:
        """Each of the five becomes the organization's own from its document, whole, under its own name."""
        await committed(db, seed_catalogue)
        organization = await make_organization(db)
        coach = api.as_(make_viewer(await make_coach(db, organization)))
        shown = [edge["node"] for edge in (await coach.run(LIST))["phaseTemplates"]["edges"]]
        assert {each["phaseType"] for each in shown} == {each.value for each in PhaseType}
        assert not any(each["isOwn"] for each in shown)

        for each in shown:
            answer = await only(coach, IMPORT, document=each["document"])

            copy = answer["phaseTemplate"]
            assert answer["warnings"] == []
            assert (copy["isOwn"], copy["document"]) == (True, each["document"])
            [original] = [one for one in our_templates() if one.name == each["name"]]
            kept = await stored(db, organization, copy["id"])
            assert kept is not None
            assert _without_ids(kept) == _without_ids(original)
            assert {one.workout.organization_id for one in kept.workouts} == {organization.id}

    async def test_athletes_read_templates_too(self, api: Api, world: World) -> None:
        await made(api, world)

        found = (await api.as_(world.athlete).run(LIST))["phaseTemplates"]["edges"]

        assert [each["node"]["name"] for each in found] == ["Base"]
        assert (await api.as_(world.stranger).run(LIST))["phaseTemplates"]["edges"] == []

    async def test_a_dry_run_says_what_would_be_made(self, db: Database, api: Api, world: World) -> None:
        own = (await made(api, world))["document"]
        document = json.dumps(json.loads(own) | {"name": "Copy"})
        before = await sizes(db)

        answer = await only(api.as_(world.coach), IMPORT, document=document, dryRun=True)

        assert (answer["phaseTemplate"], answer["dryRun"], answer["name"]) == (None, True, "Copy")
        assert answer["wouldMake"] == ["Weeks 1 to 4, 2 a week: Strength (70 min)"]
        assert await sizes(db) == before

    @pytest.mark.parametrize("key", [None, "once"])
    async def test_a_dry_run_refuses_what_the_import_would(
        self, db: Database, api: Api, world: World, key: str | None
    ) -> None:
        document = (await made(api, world))["document"]
        before = await sizes(db)

        for dry_run in (True, False):
            answer = await only(
                api.as_(world.coach),
                IMPORT,
                document=document,
                dryRun=dry_run,
                idempotencyKey=key and f"{key} {dry_run}",
            )
            assert answer["issues"] == [
                {"path": ["name"], "message": "There is a template of this name already; take another."}
            ]
        assert await sizes(db) == before

    @pytest.mark.parametrize(
        ("document", "path"),
        [
            ("", []),
            ("a,b\n1,2", []),
            ("[]", []),
            ("{}", ["name"]),
            ("{}", ["phaseType"]),
            ('{"workouts": [{}]}', ["workouts", "0", "sessionRpe"]),
            ('{"name": "x", "name": "y"}', []),
            ('{"name": "\\ud800", "phaseType": "recovery", "weeks": 1, "workouts": []}', ["name"]),
            (json.dumps({"name": "x" * 200_000}), ["document"]),
            ('{"a":' * 50 + "1" + "}" * 50, []),
        ],
    )
    async def test_a_document_that_cannot_be_imported_says_where(
        self, db: Database, api: Api, world: World, document: str, path: list[str]
    ) -> None:
        before = await sizes(db)

        answer = await only(api.as_(world.coach), IMPORT, document=document)

        assert answer["code"] == "invalid_input"
        assert path in [each["path"] for each in answer["issues"]]
        assert await sizes(db) == before


async def _everyones(db: Database, like: PhaseTemplate) -> UUID:
    workouts = tuple(replace(each, workout=replace(each.workout, id=uuid4())) for each in like.workouts)
    shared = replace(like, id=uuid4(), workouts=workouts).owned_by(None)
    await committed(db, lambda one: insert_phase_templates(one, [shared]))
    return shared.id


def _without_ids(template: PhaseTemplate) -> PhaseTemplate:
    nobody = UUID(int=0)
    return replace(
        template.owned_by(None),
        id=nobody,
        version=1,
        created_at=NOW,
        updated_at=NOW,
        workouts=tuple(
            replace(each, workout=replace(each.workout, id=nobody, organization_id=None))
            for each in template.workouts
        ),
    )


INDEX = index_of(catalogue())
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).map(str.strip)
titles = words.filter(lambda each: bool(each) and flaw_in_text(each) is None)
weekdays = st.sets(st.integers(0, 6), min_size=1, max_size=2).map(lambda each: tuple(sorted(each)))
targets = st.just(TargetGroup()) | st.builds(
    TargetGroup, st.sampled_from([AssignmentType.LINE, AssignmentType.CUSTOM_GROUP]), titles
)


@st.composite
def prescriptions(draw: st.DrawFn) -> PrescriptionDraft:
    exercise = draw(st.sampled_from(catalogue()))
    kinds = [*draw(st.lists(st.sampled_from(SetKind), max_size=4)), SetKind.WORKING]
    reps = draw(st.integers(1, 20))
    one = SetPrescription(
        1,
        reps_min=reps,
        reps_max=reps + draw(st.integers(0, 5)),
        rpe=draw(st.none() | st.integers(10, 20).map(lambda each: each / 2)),
    )
    rest = draw(st.none() | st.integers(30, 300))
    return PrescriptionDraft(
        exercise=exercise,
        role=draw(st.sampled_from(ExerciseRole)),
        intent=exercise.intent,
        sets=tuple(replace(one, ordinal=at, kind=kind) for at, kind in enumerate(kinds, start=1)),
        unilateral=exercise.unilateral,
        rest_seconds_min=rest,
        rest_seconds_max=rest,
        notes=draw(st.none() | titles),
    )


@st.composite
def templates(draw: st.DrawFn) -> PhaseTemplate:
    """Any template that the rules permit, of exercises of the catalogue."""
    weeks = draw(st.integers(1, 26))
    workouts = []
    for at in range(draw(st.integers(1, 4))):
        first = draw(st.integers(1, weeks))
        zone = sorted(draw(st.tuples(st.integers(30, 100), st.integers(30, 100))))
        workouts.append(
            TemplateWorkout(
                workout=Workout(
                    id=UUID(int=at + 1),
                    organization_id=None,
                    title=draw(titles),
                    planned_minutes=draw(st.integers(5, 600)),
                    session_rpe=draw(st.floats(0, 10)),
                    prescriptions=tuple(draw(st.lists(prescriptions(), min_size=1, max_size=3))),
                    notes=draw(st.none() | titles),
                ),
                first_week=first,
                last_week=draw(st.integers(first, weeks)),
                weekdays=draw(weekdays),
                target=draw(targets),
                starts_at=draw(
                    st.none() | st.times().map(lambda each: each.replace(second=0, microsecond=0))
                ),
                heart_rate_reserve_percent=draw(st.none() | st.just((zone[0], zone[1]))),
                progression=draw(st.sampled_from(sorted(set(ProgressionKind) - {ProgressionKind.CUSTOM}))),
                rate_percent=draw(st.floats(-50, 50)),
            )
        )
    return PhaseTemplate(
        id=UUID(int=0),
        organization_id=None,
        name=draw(titles),
        phase_type=draw(st.sampled_from(PhaseType)),
        weeks=weeks,
        workouts=tuple(workouts),
        version=1,
        created_at=NOW,
        updated_at=NOW,
        description=draw(st.none() | titles),
    )


@given(templates().filter(lambda each: not issues_of(each)))
def test_every_template_that_can_be_made_comes_back_from_its_document_as_it_was(
    template: PhaseTemplate,
) -> None:
    check(template)
    ids = {"": UUID(int=0)} | {str(at): UUID(int=at) for at in range(1, 61)}

    outcome = import_template(document_of_template(template), INDEX, None, ids.__getitem__, NOW)

    assert outcome.problems == ()
    assert outcome.template == template

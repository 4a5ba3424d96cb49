"""Whole files through the import: those that we hand out ourselves, and those that are not what they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from db.catalogue import catalogue
from db.demo.programmes import programme_documents
from domain.exercise_matching import index_of
from domain.exercises import Intent, MovementPattern, Muscle
from domain.plan_document import ImportOutcome, PlanDraft, PrescriptionDraft
from domain.sessions import ExerciseRole
from integrations.plan_files import MOST_BYTES, TEMPLATE_FILE, DocumentFormat, read_document, template

INDEX = index_of(catalogue())
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
BWF, HOCKEY = "bwf-recommended-routine", "hockey-offseason-day1"
# Exercises, working sets, those of core lifts, and the middle of the published minutes.
PROGRAMMES = {
    "531-bbb-squat": (4, 18, 3, 75),
    "bwf-recommended-routine": (9, 27, 0, 53),
    "hockey-offseason-day1": (12, 30, 3, None),
    "mppl-push": (6, 23, 5, 75),
    "phul-upper-power": (7, 19, 6, 68),
    "starting-strength-1a": (3, 7, 7, 35),
}


def plan_of(outcome: ImportOutcome) -> PlanDraft:
    assert outcome.problems == ()
    assert outcome.plan is not None
    return outcome.plan


def prescriptions_of(name: str) -> tuple[PrescriptionDraft, ...]:
    plan = plan_of(read_document(DocumentFormat.JSON, programme_documents()[name], INDEX))
    return plan.weeks[0].sessions[0].prescriptions


def test_six_programmes_are_there() -> None:
    assert programme_documents().keys() == PROGRAMMES.keys()


@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_published_programme_is_imported_whole(name: str) -> None:
    plan = plan_of(read_document(DocumentFormat.JSON, programme_documents()[name], INDEX))
    (session,) = plan.weeks[0].sessions

    core = [each for each in session.prescriptions if each.role is ExerciseRole.CORE]
    assert (
        len(session.prescriptions),
        session.working_set_count,
        sum(each.working_set_count for each in core),
        session.planned_minutes,
    ) == PROGRAMMES[name]
    assert "https://" in (plan.notes_with_sessions or "")


def test_the_programmes_percentages_and_open_sets_are_kept() -> None:
    squat = prescriptions_of("531-bbb-squat")[0]

    assert [each.percent_one_rep_max for each in squat.sets] == [58, 67, 76]
    assert squat.notes == "Set 3: as many repetitions as possible, 5 at least."
    assert (squat.rest_seconds_min, squat.rest_seconds_max) == (180, 300)


def test_the_programmes_groups_holds_and_what_we_assigned_are_kept() -> None:
    hockey = prescriptions_of("hockey-offseason-day1")

    assert [each.group_key for each in hockey] == [None, None, *["C2"] * 3, *["C1"] * 4, *["C3"] * 3]
    assert [each.hold_seconds for each in hockey[11].sets] == [15, 15, 15]
    assert "Role assigned by us" in (hockey[2].notes or "")
    assert "6 assumed" in (hockey[3].notes or "")
    assert hockey[0].rest_seconds_min is None
    assert "Rest: not stated" in (hockey[0].notes or "")


def test_a_programme_s_own_intent_stands_before_the_catalogue_s() -> None:
    supplemental = prescriptions_of("531-bbb-squat")[1]
    press = prescriptions_of("mppl-push")[1]

    assert supplemental.exercise.intent is Intent.STRENGTH
    assert supplemental.intent is Intent.HYPERTROPHY
    assert (press.exercise.name, press.intent) == ("Overhead Press", Intent.HYPERTROPHY)


@pytest.mark.parametrize(
    ("name", "position", "primary", "secondary", "pattern", "station"),
    [
        ("531-bbb-squat", 0, "quadriceps", "calves glutes hamstrings lower_back", "squat", "rack"),
        ("531-bbb-squat", 3, "abdominals", "shoulders", "anti_extension", "open_floor"),
        (BWF, 0, "lats", "biceps middle_back", "vertical_pull", "pullup_bar"),
        (BWF, 1, "quadriceps", "glutes hamstrings", "lunge", "open_floor"),
        (BWF, 2, "chest", "shoulders triceps", "vertical_push", "dip_bars"),
        (BWF, 3, "hamstrings", "glutes lower_back", "hinge", "open_floor"),
        (BWF, 4, "middle_back", "lats", "horizontal_pull", "rack"),
        (BWF, 5, "chest", "shoulders triceps", "horizontal_push", "open_floor"),
        (BWF, 7, "abdominals", "chest shoulders triceps", "anti_rotation", "open_floor"),
        (BWF, 8, "lower_back", "glutes hamstrings", "trunk_extension", "open_floor"),
        (HOCKEY, 0, "chest", "shoulders triceps", "throw", "open_floor"),
        (HOCKEY, 1, "hamstrings", "abductors adductors calves glutes quadriceps", "jump", "open_floor"),
        (HOCKEY, 2, "quadriceps", "glutes hamstrings", "hinge", "platform"),
        (HOCKEY, 3, "chest", "shoulders triceps", "horizontal_push", "dumbbell_area"),
        (HOCKEY, 4, "shoulders", "middle_back", "mobility", "open_floor"),
        (HOCKEY, 5, "quadriceps", "glutes hamstrings", "lunge", "dumbbell_area"),
        (HOCKEY, 6, "quadriceps", "calves glutes hamstrings", "jump", "open_floor"),
        (HOCKEY, 7, "hamstrings", "calves glutes", "knee_flexion", "open_floor"),
        (HOCKEY, 8, "abdominals", "shoulders", "anti_extension", "open_floor"),
        (HOCKEY, 9, "hamstrings", "glutes lower_back", "hinge", "dumbbell_area"),
        (HOCKEY, 10, "lats", "biceps forearms middle_back", "vertical_pull", "pullup_bar"),
        (HOCKEY, 11, "lats", "", "stretch", "open_floor"),
        ("mppl-push", 0, "chest", "shoulders triceps", "horizontal_push", "bench"),
        ("mppl-push", 1, "shoulders", "triceps", "vertical_push", "rack"),
        ("mppl-push", 2, "chest", "shoulders triceps", "horizontal_push", "dumbbell_area"),
        ("mppl-push", 3, "triceps", "", "elbow_extension", "cable"),
        ("mppl-push", 4, "triceps", "", "elbow_extension", "dumbbell_area"),
        ("mppl-push", 5, "shoulders", "", "shoulder_abduction", "dumbbell_area"),
        ("phul-upper-power", 2, "middle_back", "biceps lats shoulders", "horizontal_pull", "platform"),
        ("phul-upper-power", 3, "lats", "biceps middle_back shoulders", "vertical_pull", "pulldown"),
        ("phul-upper-power", 5, "biceps", "forearms", "elbow_flexion", "open_floor"),
        ("phul-upper-power", 6, "triceps", "forearms", "elbow_extension", "bench"),
        (
            "starting-strength-1a", 2, "lower_back",
            "calves forearms glutes hamstrings lats middle_back quadriceps traps", "hinge", "platform",
        ),
    ],
)  # fmt: skip
def test_the_catalogue_trains_what_the_programme_says(
    name: str, position: int, primary: str, secondary: str, pattern: str, station: str
) -> None:
    exercise = prescriptions_of(name)[position].exercise

    assert set(exercise.primary_muscles) == {Muscle(each) for each in primary.split()}
    assert set(exercise.secondary_muscles) == {Muscle(each) for each in secondary.split()}
    assert exercise.pattern is MovementPattern(pattern)
    assert exercise.station == station


@pytest.mark.parametrize("document_format", [DocumentFormat.CSV, DocumentFormat.XLSX])
def test_the_template_imports_as_it_stands_in_both_formats(document_format: DocumentFormat) -> None:
    outcome = read_document(document_format, template(document_format), INDEX)

    assert outcome.warnings == ()
    assert plan_of(outcome).describe() == [
        "Week 1, Mon: Lower Strength, 4 exercises, 12 sets",
        "Week 1, Thu: Upper Strength, 3 exercises, 9 sets",
    ]


def test_the_examples_of_the_documentation_import_without_a_remark() -> None:
    table = read_document(DocumentFormat.CSV, (EXAMPLES / "plan.csv").read_bytes(), INDEX)
    document = read_document(DocumentFormat.JSON, (EXAMPLES / "plan.json").read_bytes(), INDEX)

    assert (EXAMPLES / "plan.csv").read_bytes() == TEMPLATE_FILE.read_bytes()
    assert table.warnings == document.warnings == ()
    assert plan_of(table).session_count == 2
    assert plan_of(document).describe() == [
        "Week 1, Mon: Lower Strength, 4 exercises, 12 sets",
        "Week 1, Thu: Upper Strength, 3 exercises, 9 sets",
        "Week 2, Mon: Lower Strength, 2 exercises, 7 sets",
    ]


def test_the_same_week_as_sheet_and_as_json_is_the_same_plan() -> None:
    table = plan_of(read_document(DocumentFormat.CSV, (EXAMPLES / "plan.csv").read_bytes(), INDEX))
    document = plan_of(read_document(DocumentFormat.JSON, (EXAMPLES / "plan.json").read_bytes(), INDEX))

    in_table, in_json = table.weeks[0].sessions[0], document.weeks[0].sessions[0]
    assert in_table == replace(in_json, scheduled_on=None)


def test_every_notation_that_the_documentation_shows_is_read() -> None:
    text = (EXAMPLES.parent / "import.md").read_text(encoding="utf-8")
    shown = text.split("**Sets in one cell.**")[1].split("\n\n")[0].split("`")[1::2]
    notations = [
        each if not each.startswith("@") else f"3x5 {each}" for each in shown if each not in ("w:", "r:")
    ]
    rows = "\n".join(f'Squat,"{each}"' for each in notations)

    outcome = read_document(DocumentFormat.CSV, f"exercise,sets\n{rows}".encode(), INDEX)

    assert len(notations) >= 12
    assert len(plan_of(outcome).weeks[0].sessions[0].prescriptions) == len(notations)


@pytest.mark.parametrize(
    ("document_format", "data", "advice"),
    [
        (DocumentFormat.JSON, b" " * (MOST_BYTES + 1), "200,000 is the most"),
        (DocumentFormat.XLSX, b"P" * (MOST_BYTES + 1), "200,000 is the most"),
        (DocumentFormat.JSON, b'{"title": "M\xfcller"}', "not UTF-8 (byte 12)"),
        (DocumentFormat.JSON, b"PK\x03\x04", "import it as XLSX"),
        (DocumentFormat.JSON, b"", "not JSON"),
        (DocumentFormat.CSV, b"", "The table is empty"),
        (DocumentFormat.CSV, b"PK\x03\x04", "import it as XLSX"),
        (DocumentFormat.CSV, b"Squat,3x5\n", "should name the columns"),
        (DocumentFormat.XLSX, b"exercise,sets", "not a sound XLSX"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_a_problem_and_no_exception(
    document_format: DocumentFormat, data: bytes, advice: str
) -> None:
    outcome = read_document(document_format, data, INDEX)

    assert outcome.plan is None
    (problem,) = outcome.problems
    assert advice in problem.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_in_every_unicode_encoding(encoding: str) -> None:
    data = '{"title": "Müller 🏋️", "exercises": [{"exercise": "Squat", "sets": "3x5"}]}'.encode(encoding)

    assert plan_of(read_document(DocumentFormat.JSON, data, INDEX)).title == "Müller 🏋️"


def test_there_is_no_template_in_json() -> None:
    with pytest.raises(ValueError, match="template is a table"):
        template(DocumentFormat.JSON)

"""The schema as a contract: described, guarded, spelled as others spell it, and in step with its file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from app.commands import schema_file
from app.settings import ROOT
from domain.access import Scope
from domain.compression.model import Strategy
from integrations.metrics import ErrorCode as CountedCode
from resolvers.ids import Kind
from resolvers.permissions import Has
from resolvers.statuses import ErrorCode
from schema.build import build_schema, sdl
from schema.fields import field, needs_of
from tests.api import the_schema

SCALARS_DESCRIBED_BY_GRAPHQL = {"String", "Int", "Float", "Boolean", "ID"}


def graphql_schema() -> GraphQLSchema:
    return the_schema()._schema


def described() -> Iterator[tuple[str, str | None]]:
    """Everything in the schema that a reader of its docs meets, by its path."""
    schema = graphql_schema()
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or name in SCALARS_DESCRIBED_BY_GRAPHQL:
            continue
        yield name, type_.description
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, each in type_.fields.items():
                yield f"{name}.{field_name}", each.description
                for argument_name, argument in each.args.items():
                    if argument_name != "input":
                        yield f"{name}.{field_name}({argument_name})", argument.description
        if isinstance(type_, GraphQLInputObjectType):
            for field_name, input_field in type_.fields.items():
                yield f"{name}.{field_name}", input_field.description
        if isinstance(type_, GraphQLEnumType):
            for value_name, value in type_.values.items():
                yield f"{name}.{value_name}", value.description
    for directive in schema.directives:
        yield f"@{directive.name}", directive.description
        for argument_name, argument in directive.args.items():
            yield f"@{directive.name}({argument_name})", argument.description


def test_nothing_is_without_a_description() -> None:
    found = dict(described())

    assert len(found) > 500
    assert [path for path, text in found.items() if not (text or "").strip()] == []


def test_numbers_say_their_unit() -> None:
    units = ("econd", "inute", "ercent", "gram", "from 1", "oints", "factor", "ount", "umber", "ersion",
             "epetition", "ets", "ounds", "0 to 10", "1 to", "logs", "worth", "essions", "AU", "0 to 1",
             "metres", "ratio", "eviations", " unit")  # fmt: skip
    numbers = ("Int", "Float")
    schema = graphql_schema()
    silent = [
        f"{name}.{field_name}"
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
        for field_name, each in type_.fields.items()
        if str(each.type).strip("!") in numbers
        and not field_name.endswith("Count")
        and not any(unit in (each.description or "") for unit in units)
    ]

    assert silent == []


@pytest.mark.parametrize("root", ["query", "mutation"])
def test_no_way_in_is_without_a_key(root: str) -> None:
    fields = getattr(the_schema(), root).__strawberry_definition__.fields

    assert fields
    assert [each.name for each in fields if not needs_of(each)] == []


def test_keys_stand_in_the_sdl() -> None:
    text = sdl()

    assert '@needs(scope: "sessions:compress", answersToFlag: "feature.v1_planning_time_crunch_ai")' in text
    assert '@needs(scope: "plans:read", flag: "feature.stream5_time_crunch_mode")' in text
    assert text.count("@needs(") >= 40


def test_a_field_with_needs_but_no_resolver_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="resolver"):
        field(description="Unguarded.", needs=[Has(Scope.PLANS_READ)])


def test_contracts_are_spelled_as_others_spell_them() -> None:
    types = graphql_schema().type_map

    def values(name: str) -> set[str]:
        enum = types[name]
        assert isinstance(enum, GraphQLEnumType)
        return set(enum.values)

    assert values("CompressStatus") == {"compressed", "unchanged", "disabled"}
    assert values("TimeCrunchSource") == {"cta", "auto", "manual", "unknown"}
    assert values("TimeCrunchStrategy") == {each.value for each in Strategy}
    assert values("SegmentKind") == {
        "core_lift", "accessory_superset", "accessory_block", "accessory_single",
    }  # fmt: skip
    assert values("PairPriority") == {"antagonist", "equipment", "non_competing"}
    assert values("BlockRationale") == {"metabolic_stress", "equipment_cluster", "coach_defined"}
    preview = types["TimeCrunchPreview"]
    assert isinstance(preview, GraphQLObjectType)
    assert set(preview.fields) >= {
        "planId", "targetMinutes", "originalDurationSeconds", "compressedDurationSeconds",
        "meetsTimeConstraint", "strategy", "sessions",
    }  # fmt: skip
    session = types["Session"]
    assert isinstance(session, GraphQLObjectType)
    assert set(session.fields) >= {
        "isTimeCrunchActive", "timeCrunchMinutes", "timeCrunchAppliedAt", "compressedPlan",
        "compressionDiff", "compressionSummary",
    }  # fmt: skip


def test_every_result_is_one_success_and_errors_that_say_why() -> None:
    types = graphql_schema().type_map.values()
    unions = [each for each in types if isinstance(each, GraphQLUnionType) and each.name.endswith("Result")]

    assert len(unions) >= 12
    for union in unions:
        success, *errors = union.types
        assert success.name == union.name.replace("Result", "Success")
        assert errors
        assert all(any(i.name == "Error" for i in each.interfaces) for each in errors)


def test_every_node_has_a_kind_of_id() -> None:
    nodes = {
        name
        for name, type_ in graphql_schema().type_map.items()
        if isinstance(type_, GraphQLObjectType) and any(i.name == "Node" for i in type_.interfaces)
    }

    assert nodes == {each.value for each in Kind}


def test_every_typed_code_is_counted_by_name() -> None:
    not_of_time_crunch = {each.value for each in ErrorCode if each.value.endswith("_not_found")} - {
        "plan_not_found", "session_not_found",
    }  # fmt: skip

    assert {each.value for each in ErrorCode} - not_of_time_crunch <= {each.value for each in CountedCode}


def test_the_file_is_in_step_and_the_check_notices_when_it_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schema_file.run(check=True, root=ROOT) == 0
    assert schema_file.run(check=True, root=tmp_path) == 1
    assert schema_file.run(check=False, root=tmp_path) == 0
    assert schema_file.run(check=True, root=tmp_path) == 0
    (tmp_path / "schema.graphql").write_text(sdl() + "# by hand\n", "utf-8")
    assert schema_file.run(check=True, root=tmp_path) == 1
    assert "./dev export-schema" in capsys.readouterr().err


async def test_who_may_not_introspect_learns_nothing_from_errors_either() -> None:
    closed = build_schema(introspection=False, suggestions=False)

    asked = await closed.execute("{ __schema { types { name } } }")
    guessed = await closed.execute("{ viewr { id } }")

    assert asked.errors
    assert asked.data is None
    assert guessed.errors
    assert "viewer" not in guessed.errors[0].message

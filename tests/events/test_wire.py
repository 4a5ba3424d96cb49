"""Contracts: what we publish is what we read and write, as an independent validator sees it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.commands import event_contracts
from db.outbox import StoredEvent
from domain.events import OUTGOING, Event
from domain.planning_events import INCOMING, IncomingEvent, PhaseChanged, RecommendedAdjustment
from events import contract_files, wire
from events.wire import Undeliverable

KINDS: list[type[Event] | type[IncomingEvent]] = [*INCOMING, *OUTGOING]

# What the contract calls the fields. Other systems use them already.
FIELDS = {
    "planning.phase.changed": "teamId oldPhaseId newPhaseId phaseStartDate phaseEndDate autoApplyAdjustments"
    " triggeredBy",
    "planning.season_plan.updated": "teamId seasonPlanId updatedPhases updateType triggeredBy",
    "planning.workload.threshold_breach": "teamId playerId thresholdType currentValue thresholdValue"
    " recommendedAdjustment",
    "planning.template.applied": "teamId templateId phaseId appliedBy assignmentsCreated adjustmentsApplied",
    "planning.load_management.recommendation": "teamId recommendations",
    "PlanGenerationRequested": "eventId userId timestamp jobId proficiency season availabilityDays"
    " weeklyGoalDays equipment purpose competitionDate fixedSchedules recoveryHabits timeCrunchTargetMinutes",
    "assignment.phase_adjusted": "assignmentId teamId playerId phaseId adjustmentTimestamp",
    "training.phase.entered": "teamId phaseId previousPhaseId enteredOn",
    "training.completed": "assignmentId teamId playerId occurrenceOn completedAt actualLoadAu completionRate",
    "training.phase_adjustments.applied": "teamId phaseId adjustmentsCount triggeredBy timestamp",
    "training.season_plan.synced": "teamId",
    "training.workload_adjustment.applied": "teamId",
    "training.phase_template.processed": "teamId",
    "training.load_management.applied": "teamId",
    "training.phase_change.error": "teamId",
    "training.season_plan.sync_error": "teamId",
    "training.workload_adjustment.error": "teamId",
    "session.compressed": "sessionId planId",
    "session.compression_reverted": "sessionId planId",
    "training.logged": "trainingEntryId playerId day loadAu",
    "training.corrected": "trainingEntryId playerId day previousDay loadAu",
    "training.withdrawn": "trainingEntryId playerId day",
    "training.imported": "playerId firstDay lastDay entryCount",
    "wellness.reported": "wellnessReportId playerId day",
    "rest_day.reported": "playerId day isRest",
    "workload.updated": "playerId teamId day weekLoadAu acuteChronicRatio readinessScore recoveryScore "
    "riskBand modelVersion",
    "workload.threshold_breached": "workloadAlertId teamId playerId thresholdType severity day currentValue "
    "thresholdValue reason adjustmentType adjustmentValue modelVersion",
    "workload.thresholds_changed": "teamId version",
    "plan.imported": "planId",
    "plan.changed": "planId",
    "plan.deleted": "planId",
    "season_plan.changed": "seasonPlanId version organizationId teamId status",
    "season_plan.deleted": "seasonPlanId version organizationId teamId",
}


def published(event_type: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((contract_files.FOLDER / f"{event_type}.json").read_text())
    return schema


def validator(event_type: str) -> Draft202012Validator:
    return Draft202012Validator(published(event_type), format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_published_schemas_are_in_step_with_the_code() -> None:
    assert event_contracts.run(check=True) == 0, "run ./dev export-schema"


def test_a_contract_that_changed_fails_until_it_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert event_contracts.run(check=False, folder=tmp_path) == 0
    assert event_contracts.run(check=True, folder=tmp_path) == 0
    name = "planning.phase.changed.json"

    (tmp_path / name).write_text("{}")
    (tmp_path / "old.event.json").write_text("{}")
    (tmp_path / "plan.deleted.json").unlink()

    assert event_contracts.run(check=True, folder=tmp_path) == 1
    said = capsys.readouterr().err
    assert all(each in said for each in (name, "old.event.json", "plan.deleted.json"))
    assert event_contracts.run(check=False, folder=tmp_path) == 0
    assert event_contracts.run(check=True, folder=tmp_path) == 0


def test_every_event_has_a_schema_with_the_names_that_other_systems_use() -> None:
    assert {kind.type for kind in KINDS} == FIELDS.keys()
    for event_type, names in FIELDS.items():
        schema = published(event_type)
        Draft202012Validator.check_schema(schema)
        assert {*names.split(), "eventId", "eventType", "timestamp"} <= schema["properties"].keys()
        assert schema["properties"]["eventType"]["const"] == event_type


def test_no_field_is_spelled_as_python_does() -> None:
    for event_type in FIELDS:
        names = set(_property_names(published(event_type)))
        assert not {name for name in names if "_" in name or name[0].isupper()}, event_type


def _property_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for each in schema.values():
            yield from _property_names(each)


def some(annotation: Any) -> Any:
    """A strategy for a value of the type, with the bounds that are on it."""
    bounds: tuple[Any, ...] = ()
    if hasattr(annotation, "__metadata__"):
        annotation, bounds = annotation.__origin__, annotation.__metadata__
    low = next(
        (b.ge if hasattr(b, "ge") else b.gt for b in bounds if hasattr(b, "ge") or hasattr(b, "gt")), None
    )
    high = next((b.le for b in bounds if hasattr(b, "le")), None)
    least = next((b.min_length for b in bounds if hasattr(b, "min_length")), 0)
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return st.one_of(*map(some, get_args(annotation)))
    if origin is Literal:
        return st.sampled_from(get_args(annotation))
    if origin is tuple:
        return st.lists(some(get_args(annotation)[0]), min_size=least, max_size=3).map(tuple)
    if dataclasses.is_dataclass(annotation):
        return of(annotation)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return st.sampled_from(annotation)
    return {
        UUID: st.uuids(),
        bool: st.booleans(),
        NoneType: st.none(),
        int: st.integers(0 if low is None else low, 10**6 if high is None else high),
        float: st.floats(0 if low is None else low, high or 1e6, exclude_min=low == 0).map(lambda x: x + 0.0),
        str: st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=least, max_size=20),
        date: st.dates(),
        datetime: st.datetimes(timezones=st.just(UTC)),
    }[annotation]


def of(kind: Any) -> Any:
    if kind is RecommendedAdjustment:
        return st.builds(kind, type=some(get_type_hints(kind)["type"]), value=st.integers(1, 100).map(float))
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.name: some(hints[field.name]) for field in dataclasses.fields(kind)}
    if kind is PhaseChanged:
        days = st.lists(st.dates(), min_size=2, max_size=2).map(sorted)
        fields |= {"phase_start_date": days.map(min), "phase_end_date": st.just(date.max)}
    return st.builds(kind, **fields)


@settings(max_examples=300, deadline=None)
@given(st.one_of(*(of(kind) for kind in OUTGOING)), st.none() | st.just("c-1"))
def test_what_we_write_obeys_its_schema_and_what_was_committed_is_read_back(
    event: Event, correlation_id: str | None
) -> None:
    payload = orjson.loads(orjson.dumps(event))
    stored = StoredEvent(
        id=1,
        seq=1,
        event_id=uuid4(),
        event_type=event.type,
        aggregate_type=event.aggregate_type,
        aggregate_id=event.aggregate_id,
        aggregate_version=event.version,
        payload=payload,
        occurred_at=datetime(2026, 11, 20, tzinfo=UTC),
        correlation_id=correlation_id,
        organization_id=event.organization_id,
        team_id=None,
    )

    written = json.loads(wire.write(stored))

    validator(event.type).validate(written)
    assert not set(written) - published(event.type)["properties"].keys()
    assert wire.decode(event.type, payload) == event


@settings(max_examples=300, deadline=None)
@given(st.one_of(*(of(kind) for kind in INCOMING)))
def test_what_the_schema_allows_is_read_as_it_was_meant(event: IncomingEvent) -> None:
    sent = on_the_wire(event)
    validator(event.type).validate(sent)

    arrived = wire.read(orjson.dumps(sent))

    assert arrived.event == event
    assert wire.decode(event.type, arrived.wire) == event
    assert str(arrived.event_id) == sent["eventId"]


def on_the_wire(event: IncomingEvent) -> dict[str, Any]:
    def camel(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                head + "".join(map(str.title, rest)): camel(each)
                for (head, *rest), each in ((name.split("_"), each) for name, each in value.items())
            }
        return [camel(each) for each in value] if isinstance(value, list) else value

    fields: dict[str, Any] = camel(orjson.loads(orjson.dumps(event)))
    return fields | {
        "eventId": str(uuid4()),
        "eventType": event.type,
        "timestamp": "2026-11-20T12:00:00.5+01:00",
        "somethingNew": {"from": "a later version"},
    }


@settings(max_examples=500, deadline=None)
@given(st.one_of(*(of(kind) for kind in INCOMING)), st.data())
def test_what_the_schema_forbids_is_refused_and_the_other_way_round(
    event: IncomingEvent, data: st.DataObject
) -> None:
    """One thing changed at random: the published schema and our reader agree on whether it is still sound."""
    sent = on_the_wire(event)
    inside, name = data.draw(st.sampled_from(list(_places(sent))))
    how: Any = data.draw(
        st.sampled_from(["remove", None, 1.5, -1, 10**12, "x", "", [], {}, True, ["x" * 300]])
    )
    if how == "remove":
        del inside[name]
    else:
        inside[name] = how

    allowed = validator(event.type).is_valid(sent) and sent.get("eventType") == event.type

    refusal = _refusal(sent)
    # Rules between fields are in words: sessions are skipped whole, a load loses no more than all of itself.
    between = ("skipped whole", "at most 100 percent", "ends before it starts")
    is_between = refusal is not None and any(words in refusal for words in between)
    assert allowed is (refusal is None) or is_between, (sent, refusal)


def _refusal(sent: Any) -> str | None:
    try:
        wire.read(orjson.dumps(sent))
    except Undeliverable as refusal:
        return str(refusal)
    return None


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield value, name
            yield from _places(each)
    elif isinstance(value, list):
        for each in value:
            yield from _places(each)


def test_all_that_is_wrong_is_said_but_not_without_end() -> None:
    sent = {"eventType": "planning.load_management.recommendation", "recommendations": [{}] * 50}

    with pytest.raises(Undeliverable) as refused:
        wire.read(orjson.dumps(sent))

    assert str(refused.value).startswith("eventId: Field required; timestamp: Field required; teamId: Field")
    assert str(refused.value).count(": ") == 10
    assert str(refused.value).endswith("more")


def test_an_event_of_a_version_that_is_gone_is_undeliverable() -> None:
    with pytest.raises(Undeliverable, match=r"no event of type 'plan\.forgotten'"):
        wire.decode("plan.forgotten", {})
    with pytest.raises(Undeliverable, match="owner_id"):
        wire.decode(
            "plan.changed", {"aggregate_id": str(uuid4()), "version": 1, "organization_id": str(uuid4())}
        )

"""Alerts as coaches meet them: seen, overridden with a reason, accepted and taken back, by those who may."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.assignments import assignments_by_id
from db.database import Database
from db.outbox import events_of
from domain.access import Scope
from domain.assignments import WorkoutAssignment
from domain.load_progression import LoadProgression
from domain.people import Viewer
from events.workload.watch import watch_players
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.databases import Clock
from tests.domain.season_cases import weekly
from tests.season_factories import make_assignments, make_workout
from tests.season_world import assignment_of
from tests.statements import count_statements
from tests.workload_factories import TODAY, trained, usual_days
from tests.world import World

ALERT = """id type severity status reason note version resolvedAt currentValue thresholdValue effect
  plannedWeekAu recommendedWeekAu adjustment { type value } player { id } team { id } firstDay lastDay
  history { action actorName reason actor { id } version }"""
ERRORS = """... on Error { code message } ... on ConflictError { currentVersion }
  ... on InvalidStateError { state }"""
LIST = f"""query ($id: ID!, $open: Boolean, $first: Int, $after: String) {{ team(id: $id) {{
  alerts(openOnly: $open, first: $first, after: $after) {{ edges {{ node {{ {ALERT} }} }}
    pageInfo {{ hasNextPage endCursor }} }} }} }}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on WorkloadAlert {{ {ALERT} }} }} }}"


def mutation(name: str, extra: str = "") -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ __typename
      ... on {kind}Success {{ alert {{ {ALERT} }} {extra} }} {ERRORS} }} }}"""


ACKNOWLEDGE = mutation("acknowledgeAlert").replace("... on ConflictError { currentVersion }", "")
OVERRIDE = mutation("overrideAlert")
ACCEPT = mutation("acceptRecommendation", "assignments { id load { baseLoad } }")
UNDO = mutation("undoRecommendation", "assignments { id }")
DECISIONS = (ACKNOWLEDGE, OVERRIDE, ACCEPT, UNDO)


@dataclass(frozen=True)
class Scene:
    """The athlete has had a jump in load, and has four weekly hard days before them."""

    api: Api
    db: Database
    clock: Clock
    world: World
    assignment: WorkoutAssignment

    @property
    def coach(self) -> Api:
        return self.api.as_(self.world.coach)

    @property
    def team_id(self) -> str:
        return global_id(Kind.TEAM, self.world.team.id)

    async def watch(self, *player_ids: UUID) -> None:
        self.clock.advance(seconds=1)
        ids = player_ids or (self.world.owner.id,)
        await self.db.unit_of_work(lambda tx: watch_players(tx, ids), deadline_seconds=10)

    async def alerts(self, viewer: Viewer | None = None, open_only: bool = True) -> list[dict[str, Any]]:
        found = await self.api.as_(viewer or self.world.coach).run(LIST, id=self.team_id, open=open_only)
        return [each["node"] for each in found["team"]["alerts"]["edges"]]

    async def alert(self, type_: str = "injury_risk") -> dict[str, Any]:
        return next(each for each in await self.alerts(open_only=False) if each["type"] == type_)

    async def decide(self, document: str, alert: dict[str, Any], **input: Any) -> dict[str, Any]:
        self.clock.advance(seconds=1)
        [answer] = (await self.coach.run(document, input={"alertId": alert["id"]} | input)).values()
        return answer  # type: ignore[no-any-return]

    async def stored(self) -> WorkoutAssignment:
        async with self.db.read() as read:
            return (await assignments_by_id(read, [self.assignment.id]))[self.assignment.id]

    async def relief_events(self) -> list[dict[str, Any]]:
        async with self.db.read() as read:
            return [
                each.payload
                for each in await events_of(read, "team", self.world.team.id)
                if each.event_type == "training.workload_adjustment.applied"
            ]


@pytest.fixture
async def scene(api: Api, db: Database, clock: Clock, world: World) -> Scene:
    workout = await make_workout(db, world.organization.id)
    [assignment] = await make_assignments(
        db,
        assignment_of(
            world.team,
            world.owner.id,
            workout,
            effective_from=TODAY,
            scheduled_on=TODAY,
            load=LoadProgression(1500),
            recurrence=weekly(0, 1, 2, 4),
        ),
    )
    days = usual_days(count=70) | {TODAY - timedelta(days=n): 1500.0 for n in range(5)}
    await trained(db, world.organization.id, {world.owner.id: days})
    made = Scene(api, db, clock, world, assignment)
    await made.watch()
    return made


class TestReading:
    async def test_a_coach_reads_what_it_is_why_and_what_to_do(self, scene: Scene) -> None:
        found = {each["type"]: each for each in await scene.alerts()}

        assert set(found) == {"high_load", "injury_risk", "recovery_needed"}
        high = found["high_load"]
        assert (high["severity"], high["status"], high["version"]) == ("warning", "open", 1)
        assert high["adjustment"]["type"] == "reduce_load"
        assert high["recommendedWeekAu"] < high["plannedWeekAu"] == 6000
        assert "instead of" in high["effect"]
        assert high["player"] == {"id": global_id(Kind.PLAYER, scene.world.owner.id)}
        assert "not a prediction of injury" in high["note"]
        assert [(each["action"], each["actorName"]) for each in high["history"]] == [
            ("raised", "workload watch")
        ]

    async def test_the_list_is_the_latest_first_and_pages_go_on_where_they_ended(self, scene: Scene) -> None:
        seen, after = [], None
        while True:
            page = await scene.coach.run(LIST, id=scene.team_id, first=1, after=after)
            seen += [each["node"]["id"] for each in page["team"]["alerts"]["edges"]]
            after = page["team"]["alerts"]["pageInfo"]["endCursor"]
            if not page["team"]["alerts"]["pageInfo"]["hasNextPage"]:
                break

        assert len(seen) == len(set(seen)) == 3
        assert seen == [each["id"] for each in await scene.alerts()]

    async def test_what_is_over_or_overridden_is_not_open_and_is_kept(self, scene: Scene) -> None:
        await scene.decide(OVERRIDE, await scene.alert("high_load"), reason="He asked for it.")
        scene.clock.advance(days=10)

        await scene.watch()

        assert [each["type"] for each in await scene.alerts()] == []
        everything = {each["type"]: each for each in await scene.alerts(open_only=False)}
        assert everything["high_load"]["status"] == "overridden"
        assert everything["injury_risk"]["resolvedAt"] is not None

    async def test_who_sees_an_alert_is_the_same_by_every_way(self, scene: Scene) -> None:
        world = scene.world
        id = (await scene.alert())["id"]
        for viewer, sees in (
            (world.coach, True),
            (world.admin, True),
            (world.athlete, True),
            (world.mate, False),
        ):
            listed = id in [each["id"] for each in await scene.alerts(viewer, open_only=False)]
            by_id = (await scene.api.as_(viewer).run(NODE, id=id))["node"]
            assert (listed, by_id is not None) == (sees, sees), viewer.display_name
        for viewer in (world.other_coach, world.stranger, world.strange_admin):
            assert (await scene.api.as_(viewer).run(NODE, id=id))["node"] is None

    async def test_a_list_of_alerts_costs_the_same_however_many(self, scene: Scene) -> None:
        counts = []
        for _ in range(2):
            with count_statements(scene.db) as sent:
                found = await scene.alerts(open_only=False)
            counts.append((len(found), len(sent)))
            mate = scene.world.mate.id
            assert mate is not None
            days = usual_days(count=70) | {TODAY - timedelta(days=n): 1500.0 for n in range(5)}
            await trained(scene.db, scene.world.organization.id, {mate: days})
            await scene.watch(mate)

        assert counts[0][0] < counts[1][0]
        assert counts[0][1] == counts[1][1]


class TestDecisions:
    async def test_an_alert_is_acknowledged_once(self, scene: Scene) -> None:
        alert = await scene.alert()

        first = await scene.decide(ACKNOWLEDGE, alert)
        again = await scene.decide(ACKNOWLEDGE, alert)

        assert first["alert"]["status"] == "acknowledged"
        assert again["alert"]["version"] == first["alert"]["version"] == 2
        assert [each["action"] for each in again["alert"]["history"]] == ["raised", "acknowledged"]
        assert again["alert"]["history"][1]["actorName"] == scene.world.coach.display_name

    async def test_an_override_needs_a_reason_and_keeps_it_with_who_said_so(self, scene: Scene) -> None:
        alert = await scene.alert()

        empty = await scene.decide(OVERRIDE, alert, reason="  ")
        done = await scene.decide(OVERRIDE, alert, reason="Test week, as agreed.")
        before = await scene.stored()
        await scene.watch()

        assert empty["__typename"] == "InvalidInputError"
        entry = done["alert"]["history"][-1]
        assert (entry["action"], entry["reason"]) == ("overridden", "Test week, as agreed.")
        assert entry["actor"] == {"id": global_id(Kind.PLAYER, str(scene.world.coach.id))}
        assert before == scene.assignment
        assert (await scene.alert())["status"] == "overridden"
        assert len(await scene.alerts(open_only=False)) == 3

    async def test_what_is_accepted_changes_what_is_coming_and_is_announced(self, scene: Scene) -> None:
        alert = await scene.alert("high_load")

        done = await scene.decide(ACCEPT, alert, reason="Agreed.")

        after = await scene.stored()
        assert done["alert"]["status"] == "accepted"
        assert [each["id"] for each in done["assignments"]] == [
            global_id(Kind.WORKOUT_ASSIGNMENT, scene.assignment.id)
        ]
        assert after.relief_percent == alert["adjustment"]["value"] > 0
        assert after.version == scene.assignment.version + 1
        [event] = await scene.relief_events()
        assert event["adjustment_type"] == "reduce_load"
        assert event["adjustment_value"] == alert["adjustment"]["value"]
        assert event["adjustments_count"] == 1

    async def test_what_was_accepted_is_taken_back_without_a_trace(self, scene: Scene) -> None:
        for type_ in ("high_load", "injury_risk", "recovery_needed"):
            alert = await scene.alert(type_)
            before = await scene.stored()
            await scene.decide(ACCEPT, alert)
            relieved = await scene.stored()

            done = await scene.decide(UNDO, alert, reason="He is fine.")

            after = await scene.stored()
            assert relieved != before
            assert replace(after, version=before.version, updated_at=before.updated_at) == before
            assert done["alert"]["status"] == "acknowledged"
            assert [each["action"] for each in done["alert"]["history"]] == ["raised", "accepted", "undone"]

    async def test_a_request_that_comes_twice_is_done_once(self, scene: Scene) -> None:
        alert = await scene.alert("high_load")

        first = await scene.decide(ACCEPT, alert, idempotencyKey="once")
        again = await scene.decide(ACCEPT, alert, idempotencyKey="once")
        other = await scene.decide(ACCEPT, alert, idempotencyKey="twice")

        assert again == first
        assert (other["__typename"], other["state"]) == ("InvalidStateError", "accepted")
        assert len(await scene.relief_events()) == 1

    async def test_a_decision_on_an_older_version_is_a_conflict(self, scene: Scene) -> None:
        alert = await scene.alert()
        await scene.decide(ACKNOWLEDGE, alert)

        answer = await scene.decide(ACCEPT, alert, expectedVersion=1)

        assert (answer["__typename"], answer["currentVersion"]) == ("ConflictError", 2)
        assert await scene.stored() == scene.assignment

    @pytest.mark.parametrize(
        ("first", "then"), [(OVERRIDE, ACCEPT), (OVERRIDE, ACKNOWLEDGE), (ACCEPT, OVERRIDE), (None, UNDO)]
    )
    async def test_what_was_decided_otherwise_is_in_the_way(
        self, scene: Scene, first: str | None, then: str
    ) -> None:
        alert = await scene.alert()
        reason = {"reason": "So it is."}
        if first is not None:
            await scene.decide(first, alert, **reason)
        before = await scene.stored()

        answer = await scene.decide(then, alert, **({} if then is ACKNOWLEDGE else reason))

        assert answer["__typename"] == "InvalidStateError"
        assert await scene.stored() == before

    async def test_a_breach_that_is_over_has_nothing_to_accept(self, scene: Scene) -> None:
        scene.clock.advance(days=10)
        await scene.watch()

        answer = await scene.decide(ACCEPT, await scene.alert())

        assert (answer["__typename"], answer["state"]) == ("InvalidStateError", "resolved")

    async def test_a_watch_after_it_leaves_a_decision_as_it_is(self, scene: Scene) -> None:
        alert = await scene.alert("high_load")
        done = await scene.decide(ACCEPT, alert)

        await scene.watch()

        again = await scene.alert("high_load")
        assert (again["status"], again["version"]) == ("accepted", done["alert"]["version"])
        assert again["adjustment"] == alert["adjustment"]


class TestWho:
    @pytest.mark.parametrize("document", DECISIONS)
    async def test_only_who_runs_the_team_decides(self, scene: Scene, document: str) -> None:
        world = scene.world
        input = {"alertId": (await scene.alert())["id"]}
        if document is OVERRIDE:
            input["reason"] = "Because."

        for viewer, kind in ((world.other_coach, "ForbiddenError"), (world.strange_admin, "NotFoundError")):
            [answer] = (await scene.api.as_(viewer).run(document, input=input)).values()
            assert answer["__typename"] == kind
        assert await scene.api.as_(world.athlete).refused(document, input=input) == "forbidden"
        assert await scene.api.as_(world.mate).refused(document, input=input) == "forbidden"
        bare = replace(world.coach, scopes=world.coach.scopes - {Scope.WORKLOAD_WRITE})
        assert await scene.api.as_(bare).refused(document, input=input) == "forbidden"
        off = scene.api.with_flags(*(each for each in Flag if each is not Flag.WORKLOAD)).as_(world.coach)
        assert await off.refused(document, input=input) == "feature_not_available"
        assert (await scene.alert())["version"] == 1

    @pytest.mark.parametrize("document", DECISIONS)
    async def test_an_alert_that_is_none_is_not_found(self, scene: Scene, document: str) -> None:
        input = {"alertId": "nonsense"} | ({"reason": "Because."} if document is OVERRIDE else {})

        [answer] = (await scene.coach.run(document, input=input)).values()

        assert (answer["__typename"], answer["code"]) == ("NotFoundError", "alert_not_found")

"""How players feel and which days are for rest: a report takes the place of earlier ones, which are kept."""

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import strawberry

from db import wellness as stored
from db.database import Transaction
from db.training_log import count_on_days
from domain import wellness as rules
from domain.days import today_in
from domain.errors import Conflict, InvalidState
from domain.events import RestDayReported, WellnessReported
from domain.people import Person
from domain.wellness import RestReport, Wellness, WellnessReport, WellnessVersion
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Context, Info
from resolvers.ids import Kind
from resolvers.reporting import may_read_reports, player_id_of, player_to_report_of, sight_of_reports
from resolvers.running import actor_of
from resolvers.sight import NOBODY, granted
from resolvers.training_inputs import ReportRestDayInput, ReportWellnessInput
from resolvers.training_log import FirstDay, LastDay

ANSWERS = tuple(each.name for each in dataclasses.fields(Wellness))


@dataclass(frozen=True, slots=True)
class WellnessAnswer:
    """The report as it stands now."""

    report: WellnessReport


@dataclass(frozen=True, slots=True)
class RestDayAnswer:
    player: Person
    day: date
    is_rest: bool


async def report_wellness(info: Info, input: ReportWellnessInput) -> WellnessAnswer:
    """Naturally idempotent: the same report again is no new version."""
    context = info.context
    player_id = player_id_of(context, input.player_id)

    async def work(tx: Transaction) -> WellnessAnswer:
        player = await player_to_report_of(context, tx.db_session, player_id)
        day = input.day or today_in(player.time_zone, tx.now)
        wellness = _wellness(input)
        rules.check(wellness, day, player.time_zone, tx.now)
        before = await stored.report_on(tx.db_session, player.id, day)
        _check_version(before, input.expected_version)
        if before is not None and _answers(before) == _answers(wellness):
            return WellnessAnswer(before)
        after = _report(context, tx, player, day, wellness, before)
        if before is None:
            await stored.insert_reports(tx.db_session, [after])
        else:
            await stored.replace_report(tx.db_session, after)
        tx.record(
            WellnessReported(
                aggregate_id=after.id,
                version=after.version,
                organization_id=after.organization_id,
                player_id=after.player_id,
                day=after.day,
            )
        )
        return WellnessAnswer(after)

    return await context.unit_of_work(work)


async def report_rest_day(info: Info, input: ReportRestDayInput) -> RestDayAnswer:
    context = info.context
    player_id = player_id_of(context, input.player_id)

    async def work(tx: Transaction) -> RestDayAnswer:
        player = await player_to_report_of(context, tx.db_session, player_id)
        day = input.day or today_in(player.time_zone, tx.now)
        rules.check_day(day, player.time_zone, tx.now)
        if input.is_rest and await count_on_days(tx.db_session, [player.id], [day]):
            raise InvalidState(
                f"Training is logged on {day}; withdraw it first if it was not done.", "training_logged"
            )
        before = await stored.rest_report_on(tx.db_session, player.id, day)
        if input.is_rest != (before is not None and before.is_rest):
            actor = actor_of(context)
            after = RestReport(
                player_id=player.id,
                day=day,
                version=1 if before is None else before.version + 1,
                is_rest=input.is_rest,
                recorded_at=tx.now,
                actor_id=actor.id,
                actor_name=actor.name,
            )
            await stored.insert_rest_reports(tx.db_session, player.organization_id, [after])
            tx.record(
                RestDayReported(
                    aggregate_id=after.id,
                    version=after.version,
                    organization_id=player.organization_id,
                    player_id=player.id,
                    day=day,
                    is_rest=after.is_rest,
                )
            )
        return RestDayAnswer(player, day, input.is_rest)

    return await context.unit_of_work(work)


async def wellness_of_player(
    info: Info,
    parent: strawberry.Parent[Person],
    first_day: FirstDay = None,
    last_day: LastDay = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[WellnessReport] | None:
    """None for who may know the player, but not how they feel."""
    if not await may_read_reports(info.context, parent):
        return None
    key = (parent.id, page(first, after, last, before), first_day or date.min, last_day or date.max)
    return connection_of(await info.context.loaders.training.reports_of_player.load(key))


async def versions_of_wellness(
    info: Info, parent: strawberry.Parent[WellnessReport]
) -> list[WellnessVersion]:
    return list(await info.context.loaders.training.versions_of_report.load(parent.id))


async def report_in_sight(context: Context, report_id: UUID) -> WellnessReport:
    found = await context.loaders.training.report.load(report_id)
    sight = await sight_of_reports(context, NOBODY if found is None else found.player_id)
    return granted(found, sight, Kind.WELLNESS_REPORT, report_id)


def _wellness(input: ReportWellnessInput) -> Wellness:
    answers = {each: getattr(input, each) for each in ANSWERS}
    answers["note"] = (input.note or "").strip() or None
    return Wellness(**answers)


def _check_version(before: WellnessReport | None, expected: int | None) -> None:
    stands = 0 if before is None else before.version
    if expected is not None and expected != stands:
        raise Conflict("Somebody reported on this day since you read it.", stands)


def _report(
    context: Context,
    tx: Transaction,
    player: Person,
    day: date,
    wellness: Wellness,
    before: WellnessReport | None,
) -> WellnessReport:
    actor = actor_of(context)
    return WellnessReport(
        **_answers(wellness),
        id=uuid4() if before is None else before.id,
        organization_id=player.organization_id,
        player_id=player.id,
        day=day,
        version=1 if before is None else before.version + 1,
        recorded_at=tx.now,
        actor_id=actor.id,
        actor_name=actor.name,
    )


def _answers(wellness: Wellness) -> dict[str, Any]:
    return {each: getattr(wellness, each) for each in ANSWERS}

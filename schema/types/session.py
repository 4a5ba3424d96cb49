from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import sessions as domain
from domain.access import Scope
from resolvers import sessions
from resolvers import time_crunch as crunch
from resolvers.ids import Kind
from resolvers.permissions import Has
from schema.fields import field
from schema.types.compression import CompressionDiff, CompressionSummary, SessionOutline
from schema.types.node import Node, id_field
from schema.types.prescription import Prescription
from schema.types.segment import Segment
from schema.types.time_crunch import TimeCrunch

if TYPE_CHECKING:
    from schema.types.plan import Microcycle, Plan


@strawberry.type(description="One day's training.")
class Session(Node):
    id: strawberry.ID = id_field(Kind.SESSION)
    title: str = field(description="Its title.")
    ordinal: int = field(description="Its place in its week, from 1.")
    scheduled_on: date | None = field(description="The day it is planned for.")
    planned_minutes: int | None = field(description="How long the coach planned it, minutes.")
    version: int = field(description="Rises with every change; hand it in as expectedVersion.")
    completed_at: datetime | None = field(description="When it was done, UTC; null until then.")
    actual_minutes: int | None = field(description="How long it really took, minutes.")
    prescriptions: list[Prescription] = field(
        sessions.prescriptions_of_session,
        needs=[Has(Scope.PLANS_READ)],
        description="Its exercises as the coach prescribed them; a compression never changes them.",
    )
    segments: list[Segment] = field(
        crunch.segments_of_session,
        description="Its parts as they are to be done now.",
    )
    time_crunch: TimeCrunch = field(
        crunch.time_crunch_of_session, description="What Time Crunch Mode has done, and could do."
    )
    is_time_crunch_active: bool = field(description="Whether a compression is in force.")
    time_crunch_minutes: int | None = field(description="Minutes that it was asked for.")
    time_crunch_applied_at: datetime | None = field(description="When it was put on, UTC.")
    compressed_plan: SessionOutline | None = field(
        sessions.compressed_plan, description="The session as compressed; null unless one is in force."
    )
    compression_diff: CompressionDiff | None = field(
        crunch.active_of_session, description="What was changed; null unless one is in force."
    )
    compression_summary: CompressionSummary | None = field(
        crunch.active_of_session, description="It in numbers; null unless one is in force."
    )
    microcycle: Annotated["Microcycle", strawberry.lazy("schema.types.plan")] | None = field(
        sessions.microcycle_of_session,
        needs=[Has(Scope.PLANS_READ)],
        description="The week that it belongs to.",
    )
    plan: Annotated["Plan", strawberry.lazy("schema.types.plan")] | None = field(
        sessions.plan_of_session,
        needs=[Has(Scope.PLANS_READ)],
        description="The plan that it belongs to.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Session)

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import plans as domain
from domain.access import Scope
from resolvers import plans
from resolvers.ids import Kind
from resolvers.permissions import Has
from schema.fields import field
from schema.types.node import Node, id_field
from schema.types.session import Session

if TYPE_CHECKING:
    from schema.types.people import Player


@strawberry.type(description="A training week (or other short cycle) of a plan.")
class Microcycle(Node):
    id: strawberry.ID = id_field(Kind.MICROCYCLE)
    ordinal: int = field(description="Its place in the plan, from 1.")
    title: str | None = field(description="Its title, if it has one.")
    starts_on: date = field(description="Its first day.")
    sessions: list[Session] = field(
        plans.sessions_of_microcycle,
        needs=[Has(Scope.PLANS_READ)],
        size=7,
        description="Its sessions in order.",
    )
    plan: Annotated["Plan", strawberry.lazy("schema.types.plan")] | None = field(
        plans.plan_of_microcycle, needs=[Has(Scope.PLANS_READ)], description="The plan that it belongs to."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Microcycle)


@strawberry.type(description="A training plan of one player.")
class Plan(Node):
    id: strawberry.ID = id_field(Kind.PLAN)
    title: str = field(description="Its title.")
    goal: str | None = field(description="What it is for.")
    notes: str | None = field(description="The coach's notes.")
    starts_on: date = field(description="Its first day.")
    version: int = field(description="Rises with every change of the plan; hand it in as expectedVersion.")
    created_at: datetime = field(description="When it was made, UTC.")
    updated_at: datetime = field(description="When it was last changed itself, UTC.")
    owner: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        plans.owner_of_plan,
        needs=[Has(Scope.TEAMS_READ)],
        description="Whose plan it is; null for somebody you may not see.",
    )
    microcycles: list[Microcycle] = field(
        plans.microcycles_of_plan,
        needs=[Has(Scope.PLANS_READ)],
        description="Its weeks in order, at most 52.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Plan)

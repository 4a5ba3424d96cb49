"""What changes of season plans and phase templates answer."""

from typing import Annotated

import strawberry

from resolvers import season_changes as seasons
from resolvers import season_documents as documents
from resolvers import template_changes as templates
from schema.fields import field
from schema.types.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    InvalidStateError,
    NotFoundError,
)
from schema.types.season import SeasonPlan
from schema.types.season_template import PhaseTemplate

CHANGED_ASSIGNMENTS = "Number of assignments that changed with it."


@strawberry.type(description="The season plan was made, as a draft.")
class CreateSeasonPlanSuccess:
    season_plan: SeasonPlan = field(seasons.plan_of_answer, description="The season plan.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, seasons.SeasonPlanAnswer)


@strawberry.type(description="The season plan was changed, and the assignments that follow it with it.")
class UpdateSeasonPlanSuccess:
    season_plan: SeasonPlan = field(seasons.plan_of_answer, description="The season plan as it is now.")
    changed_assignment_count: int = field(description=CHANGED_ASSIGNMENTS)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, seasons.SeasonPlanAnswer)


@strawberry.type(
    description="The season plan has this status. Assignments follow the phases of an active plan, and no "
    "others."
)
class SetSeasonPlanStatusSuccess:
    season_plan: SeasonPlan = field(seasons.plan_of_answer, description="The season plan as it is now.")
    changed_assignment_count: int = field(description=CHANGED_ASSIGNMENTS)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, seasons.SeasonPlanAnswer)


@strawberry.type(
    description="The season plan was deleted; what followed its phases is as it was before them."
)
class DeleteSeasonPlanSuccess:
    deleted_season_plan_id: strawberry.ID = field(description="Global id that the season plan had.")
    changed_assignment_count: int = field(description=CHANGED_ASSIGNMENTS)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, seasons.SeasonPlanGone)


@strawberry.type(description="The whole document was read, and unless it was a dry run, stored as a draft.")
class ImportSeasonPlanSuccess:
    season_plan: SeasonPlan | None = field(
        documents.plan_of_import, description="The season plan; null after a dry run."
    )
    dry_run: bool = field(description="Whether nothing was stored.")
    name: str = field(description="The season plan's name.")
    would_make: list[str] = field(description="One line for each phase, in order.")
    warnings: list[str] = field(description="What should be looked at, but stops nothing.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, documents.SeasonImportAnswer)


@strawberry.type(description="The phase template was made; it is your organization's.")
class CreatePhaseTemplateSuccess:
    phase_template: PhaseTemplate = field(templates.template_of_answer, description="The template.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, templates.TemplateAnswer)


@strawberry.type(description="The phase template was changed; what was assigned from it stays as it is.")
class UpdatePhaseTemplateSuccess:
    phase_template: PhaseTemplate = field(
        templates.template_of_answer, description="The template as it is now."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, templates.TemplateAnswer)


@strawberry.type(description="The phase template was deleted; what was assigned from it stays.")
class DeletePhaseTemplateSuccess:
    deleted_template_id: strawberry.ID = field(description="Global id that the template had.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, templates.TemplateGone)


@strawberry.type(description="The whole document was read, and unless it was a dry run, stored.")
class ImportPhaseTemplateSuccess:
    phase_template: PhaseTemplate | None = field(
        documents.template_of_import, description="The template; null after a dry run."
    )
    dry_run: bool = field(description="Whether nothing was stored.")
    name: str = field(description="The template's name.")
    would_make: list[str] = field(description="One line for each workout, in order.")
    warnings: list[str] = field(description="What should be looked at, but stops nothing.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, documents.TemplateImportAnswer)


CreateSeasonPlanResult = Annotated[
    CreateSeasonPlanSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("CreateSeasonPlanResult", description="How a new season plan was answered."),
]
UpdateSeasonPlanResult = Annotated[
    UpdateSeasonPlanSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    strawberry.union("UpdateSeasonPlanResult", description="How a change of a season plan was answered."),
]
SetSeasonPlanStatusResult = Annotated[
    SetSeasonPlanStatusSuccess | NotFoundError | ForbiddenError | InvalidStateError | ConflictError,
    strawberry.union("SetSeasonPlanStatusResult", description="How a new status was answered."),
]
DeleteSeasonPlanResult = Annotated[
    DeleteSeasonPlanSuccess | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("DeleteSeasonPlanResult", description="How a deletion was answered."),
]
ImportSeasonPlanResult = Annotated[
    ImportSeasonPlanSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("ImportSeasonPlanResult", description="How an import was answered."),
]
CreatePhaseTemplateResult = Annotated[
    CreatePhaseTemplateSuccess | InvalidInputError | ConflictError,
    strawberry.union("CreatePhaseTemplateResult", description="How a new template was answered."),
]
UpdatePhaseTemplateResult = Annotated[
    UpdatePhaseTemplateSuccess | NotFoundError | ForbiddenError | InvalidInputError | ConflictError,
    strawberry.union("UpdatePhaseTemplateResult", description="How a change of a template was answered."),
]
DeletePhaseTemplateResult = Annotated[
    DeletePhaseTemplateSuccess | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("DeletePhaseTemplateResult", description="How a deletion was answered."),
]
ImportPhaseTemplateResult = Annotated[
    ImportPhaseTemplateSuccess | InvalidInputError | ConflictError,
    strawberry.union("ImportPhaseTemplateResult", description="How an import was answered."),
]

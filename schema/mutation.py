"""The list of what can be changed, and who may: every way in, and every key."""

import strawberry

from domain.access import Scope
from integrations.flags import Flag
from resolvers import athletes, compressions, plan_imports, plans, previews, sessions
from resolvers.permissions import AnswersToFlag, Behind, Has
from schema.fields import field
from schema.results import (
    CompressSessionResult,
    CreatePlanResult,
    DeclineTimeCrunchPreviewResult,
    DeletePlanResult,
    ImportPlanResult,
    LogSessionResult,
    RevertCompressionResult,
    UpdatePlanResult,
)
from schema.types.athlete_results import (
    AddMedicalRestrictionResult,
    EndMedicalRestrictionResult,
    UpdatePlayerProfileResult,
    UpdateTeamGroupResult,
)

COMPRESSES = Has(Scope.SESSIONS_COMPRESS)
WRITES_PLANS = Has(Scope.PLANS_WRITE)
KNOWS_PLAYERS = (Has(Scope.ASSIGNMENTS_WRITE), Behind(Flag.ASSIGNMENTS))


@strawberry.type(description="What can be changed. Each is one transaction: all of it is stored, or nothing.")
class Mutation:
    compress_session: CompressSessionResult = field(
        compressions.compress_session,
        needs=[COMPRESSES, AnswersToFlag(Flag.TIME_CRUNCH)],
        weight=50,
        description="Make a session fit into the minutes at hand. With the flag off the status is disabled, "
        "and a compression that was stored earlier is taken off.",
    )
    revert_compression: RevertCompressionResult = field(
        compressions.revert_compression,
        needs=[COMPRESSES],
        description="Put a session back as it was planned.",
    )
    decline_time_crunch_preview: DeclineTimeCrunchPreviewResult = field(
        previews.decline_time_crunch_preview,
        needs=[Has(Scope.PLANS_READ), Behind(Flag.TIME_CRUNCH_PREVIEW)],
        description="Report that the user saw a preview and did not want it. Nothing is stored.",
    )
    import_plan: ImportPlanResult = field(
        plan_imports.import_plan,
        needs=[WRITES_PLANS],
        weight=100,
        description="Make a plan from a document, whole or not at all; try it with dryRun first.",
    )
    create_plan: CreatePlanResult = field(
        plans.create_plan, needs=[WRITES_PLANS], description="Make a plan with empty weeks."
    )
    update_plan: UpdatePlanResult = field(
        plans.update_plan,
        needs=[WRITES_PLANS],
        description="Change title, goal or notes of a plan.",
    )
    delete_plan: DeletePlanResult = field(
        plans.delete_plan,
        needs=[WRITES_PLANS],
        description="Delete a plan with everything in it, history included.",
    )
    log_session: LogSessionResult = field(
        sessions.log_session,
        needs=[WRITES_PLANS],
        description="Record that a session was done and how long it took: the pace is learned from it.",
    )
    update_player_profile: UpdatePlayerProfileResult = field(
        athletes.update_player_profile,
        needs=KNOWS_PLAYERS,
        description="Enter what was measured of a player, and their most load a week; for who coaches them.",
    )
    update_team_group: UpdateTeamGroupResult = field(
        athletes.update_team_group,
        needs=KNOWS_PLAYERS,
        description="Put players into a line, position or other group of a team, and take others out.",
    )
    add_medical_restriction: AddMedicalRestrictionResult = field(
        athletes.add_medical_restriction,
        needs=KNOWS_PLAYERS,
        description="Enter what medical staff rule out for a player.",
    )
    end_medical_restriction: EndMedicalRestrictionResult = field(
        athletes.end_medical_restriction,
        needs=KNOWS_PLAYERS,
        description="Say when a restriction ends, or take away one that was entered by mistake.",
    )

"""The list of what can be changed, and who may: every way in, and every key."""

import strawberry

from domain.access import Scope
from integrations.flags import Flag
from resolvers import (
    alerts,
    assigning,
    assignment_changes,
    athlete_changes,
    completions,
    compressions,
    phase_sync,
    plan_imports,
    plans,
    previews,
    season_changes,
    season_documents,
    sessions,
    template_application,
    template_changes,
    training_imports,
    training_log,
    wellness,
    workload_limits,
)
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
from schema.types.alert_results import (
    AcceptRecommendationResult,
    AcknowledgeAlertResult,
    OverrideAlertResult,
    SetWorkloadThresholdsResult,
    UndoRecommendationResult,
)
from schema.types.assignment_results import (
    ApplyPhaseTemplateResult,
    BringInStepResult,
    BulkAssignResult,
    CancelAssignmentResult,
    CreateAssignmentResult,
    NotifyTrainingCompletionResult,
    SyncPhaseAdjustmentsResult,
    UpdateAssignmentResult,
)
from schema.types.athlete_results import (
    AddMedicalRestrictionResult,
    EndMedicalRestrictionResult,
    UpdatePlayerProfileResult,
    UpdateTeamGroupResult,
)
from schema.types.season_results import (
    CreatePhaseTemplateResult,
    CreateSeasonPlanResult,
    DeletePhaseTemplateResult,
    DeleteSeasonPlanResult,
    ImportPhaseTemplateResult,
    ImportSeasonPlanResult,
    SetSeasonPlanStatusResult,
    UpdatePhaseTemplateResult,
    UpdateSeasonPlanResult,
)
from schema.types.training_results import (
    CorrectTrainingResult,
    ImportTrainingResult,
    LogTrainingResult,
    ReportRestDayResult,
    ReportWellnessResult,
    WithdrawTrainingResult,
)

REPORTS_WORKLOAD = (Has(Scope.TRAINING_REPORT), Behind(Flag.WORKLOAD))
WATCHES_WORKLOAD = (Has(Scope.WORKLOAD_WRITE), Behind(Flag.WORKLOAD))
COMPRESSES = Has(Scope.SESSIONS_COMPRESS)
WRITES_PLANS = Has(Scope.PLANS_WRITE)
LAYS_OUT_SEASONS = (Has(Scope.SEASONS_WRITE), Behind(Flag.SEASONS))
MAKES_TEMPLATES = (Has(Scope.SEASONS_WRITE), Behind(Flag.PHASE_TEMPLATES))
ASSIGNS = (Has(Scope.ASSIGNMENTS_WRITE), Behind(Flag.ASSIGNMENTS))
APPLIES_TEMPLATES = (Has(Scope.ASSIGNMENTS_WRITE), Behind(Flag.PHASE_TEMPLATES))
ADJUSTS = (Has(Scope.ASSIGNMENTS_WRITE), Behind(Flag.PHASE_ADJUSTMENTS))
REPORTS = (Has(Scope.TRAINING_REPORT), Behind(Flag.ASSIGNMENTS))
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
    log_training: LogTrainingResult = field(
        training_log.log_training,
        needs=REPORTS_WORKLOAD,
        description="Report a training or a game that you or somebody you coach did, in a plan or not.",
    )
    correct_training: CorrectTrainingResult = field(
        training_log.correct_training,
        needs=REPORTS_WORKLOAD,
        description="Correct an entry of a training log; what it said before is kept with it.",
    )
    withdraw_training: WithdrawTrainingResult = field(
        training_log.withdraw_training,
        needs=REPORTS_WORKLOAD,
        description="Take an entry of a training log out of every sum. It stays to be seen.",
    )
    report_wellness: ReportWellnessResult = field(
        wellness.report_wellness,
        needs=REPORTS_WORKLOAD,
        description="Report how you or somebody you coach feels on a day; an earlier report is kept with it.",
    )
    report_rest_day: ReportRestDayResult = field(
        wellness.report_rest_day,
        needs=REPORTS_WORKLOAD,
        description="Report that a day was for rest, so that it counts as a load of 0 and not as unknown.",
    )
    import_training: ImportTrainingResult = field(
        training_imports.import_training,
        needs=REPORTS_WORKLOAD,
        description="Bring training in from a CSV, XLSX or FIT file, whole or not at all; the same file "
        "twice changes nothing. Try it with dryRun first.",
    )
    create_season_plan: CreateSeasonPlanResult = field(
        season_changes.create_season_plan,
        needs=LAYS_OUT_SEASONS,
        description="Lay out a season of a team that you coach, as a draft.",
    )
    update_season_plan: UpdateSeasonPlanResult = field(
        season_changes.update_season_plan,
        needs=LAYS_OUT_SEASONS,
        description="Change a season plan. If it is active, the assignments move with their phases.",
    )
    set_season_plan_status: SetSeasonPlanStatusResult = field(
        season_changes.set_season_plan_status,
        needs=LAYS_OUT_SEASONS,
        description="Put a season plan in force, end it or put it away. A team has one active plan at most.",
    )
    delete_season_plan: DeleteSeasonPlanResult = field(
        season_changes.delete_season_plan,
        needs=LAYS_OUT_SEASONS,
        description="Delete a season plan; what followed its phases is restored first.",
    )
    import_season_plan: ImportSeasonPlanResult = field(
        season_documents.import_season_plan,
        needs=LAYS_OUT_SEASONS,
        description="Make a draft of a document, whole or not at all; try it with dryRun first.",
    )
    create_phase_template: CreatePhaseTemplateResult = field(
        template_changes.create_phase_template,
        needs=MAKES_TEMPLATES,
        description="Make a phase template of your organization's own.",
    )
    update_phase_template: UpdatePhaseTemplateResult = field(
        template_changes.update_phase_template,
        needs=MAKES_TEMPLATES,
        description="Change a phase template of your organization, or replace it by a document.",
    )
    delete_phase_template: DeletePhaseTemplateResult = field(
        template_changes.delete_phase_template,
        needs=MAKES_TEMPLATES,
        description="Delete a phase template of your organization.",
    )
    import_phase_template: ImportPhaseTemplateResult = field(
        season_documents.import_phase_template,
        needs=MAKES_TEMPLATES,
        description="Make a phase template of a document, whole or not at all; try it with dryRun first.",
    )
    create_assignment: CreateAssignmentResult = field(
        assigning.create_assignment,
        needs=ASSIGNS,
        weight=100,
        description="Give a workout to a player, or to the team or a part of it. Conflicts are reported by "
        "player, and while one is open nothing is stored.",
    )
    bulk_assign: BulkAssignResult = field(
        assigning.bulk_assign,
        needs=ASSIGNS,
        weight=200,
        description="Give several workouts at once, all of them or none; conflicts as for one.",
    )
    update_assignment: UpdateAssignmentResult = field(
        assignment_changes.update_assignment,
        needs=ASSIGNS,
        weight=20,
        description="Change an assignment; what its phase makes of it is worked out anew.",
    )
    cancel_assignment: CancelAssignmentResult = field(
        assignment_changes.cancel_assignment,
        needs=ASSIGNS,
        description="Take an assignment back. What was done of it stays done.",
    )
    apply_phase_template: ApplyPhaseTemplateResult = field(
        template_application.apply_phase_template,
        needs=APPLIES_TEMPLATES,
        weight=200,
        description="Give the players of a team the workouts of a template, in step with the phases of their "
        "days; try it with dryRun first.",
    )
    sync_phase_adjustments: SyncPhaseAdjustmentsResult = field(
        phase_sync.sync_phase_adjustments,
        needs=ADJUSTS,
        weight=200,
        description="Bring a team's active assignments in step with a phase. Doing it again changes nothing.",
    )
    bring_in_step: BringInStepResult = field(
        phase_sync.bring_in_step,
        needs=ADJUSTS,
        weight=200,
        description="Bring everything in step that syncStatus reports, and what is to come in the season.",
    )
    notify_training_completion: NotifyTrainingCompletionResult = field(
        completions.notify_training_completion,
        needs=REPORTS,
        description="Report that a player did what was assigned: once for each of its days.",
    )
    update_player_profile: UpdatePlayerProfileResult = field(
        athlete_changes.update_player_profile,
        needs=KNOWS_PLAYERS,
        description="Enter what was measured of a player, and their most load a week. Assignments take new "
        "heart rates up when they are next brought in step.",
    )
    update_team_group: UpdateTeamGroupResult = field(
        athlete_changes.update_team_group,
        needs=KNOWS_PLAYERS,
        description="Put players into a line, position or other group of a team, and take others out.",
    )
    add_medical_restriction: AddMedicalRestrictionResult = field(
        athlete_changes.add_medical_restriction,
        needs=KNOWS_PLAYERS,
        description="Enter what medical staff rule out for a player.",
    )
    end_medical_restriction: EndMedicalRestrictionResult = field(
        athlete_changes.end_medical_restriction,
        needs=KNOWS_PLAYERS,
        description="Say when a restriction ends, or take away one that was entered by mistake.",
    )
    set_workload_thresholds: SetWorkloadThresholdsResult = field(
        workload_limits.set_workload_thresholds,
        needs=WATCHES_WORKLOAD,
        description="Set where a team's coaches want to be warned of load and readiness.",
    )
    acknowledge_alert: AcknowledgeAlertResult = field(
        alerts.acknowledge_alert, needs=WATCHES_WORKLOAD, description="Say that an alert was seen."
    )
    override_alert: OverrideAlertResult = field(
        alerts.override_alert,
        needs=WATCHES_WORKLOAD,
        description="Leave the plan as it is in spite of an alert, for a reason that is kept.",
    )
    accept_recommendation: AcceptRecommendationResult = field(
        alerts.accept_recommendation,
        needs=WATCHES_WORKLOAD,
        weight=50,
        description="Have done what an alert recommends: the player's coming assignments are changed.",
    )
    undo_recommendation: UndoRecommendationResult = field(
        alerts.undo_recommendation,
        needs=WATCHES_WORKLOAD,
        weight=50,
        description="Take back what was done because of an alert, as far as it lies ahead.",
    )

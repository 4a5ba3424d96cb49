"""The mutations of a day, with what a frontend that sends them wants to show afterwards."""

from __future__ import annotations

from collections.abc import Mapping

DOCUMENTS: Mapping[str, str] = {
    "reportWellness": """mutation ReportWellness($input: ReportWellnessInput!) {
      reportWellness(input: $input) { __typename ... on ReportWellnessSuccess {
        report { id day version sleep fatigue soreness stress mood hoursOfSleep } } } }""",
    "logTraining": """mutation LogTraining($input: LogTrainingInput!) {
      logTraining(input: $input) { __typename ... on LogTrainingSuccess {
        training { id day version kind minutes sessionRpe loadAu note } } } }""",
    "logSession": """mutation LogSession($input: LogSessionInput!) {
      logSession(input: $input) { __typename ... on LogSessionSuccess {
        session { id version completedAt actualMinutes } } } }""",
    "compressSession": """mutation CompressSession($input: CompressSessionInput!) {
      compressSession(input: $input) { __typename ... on CompressSessionSuccess {
        status achievedMinutes totalMinutesSaved
        removedExercises { exerciseName } reducedExercises { exerciseName setsBefore setsAfter }
        session { id version prescriptions { id position exercise { name }
          sets { ordinal repsMin repsMax } } } } } }""",
    "updateAssignment": """mutation UpdateAssignment($input: UpdateAssignmentInput!) {
      updateAssignment(input: $input) { __typename ... on UpdateAssignmentSuccess {
        assignment { id version status scheduledOn load { baseLoad } player { displayName }
          workout { title } } } } }""",
    "cancelAssignment": """mutation CancelAssignment($input: CancelAssignmentInput!) {
      cancelAssignment(input: $input) { __typename ... on CancelAssignmentSuccess {
        assignment { id version status } } } }""",
    "acknowledgeAlert": """mutation AcknowledgeAlert($input: AcknowledgeAlertInput!) {
      acknowledgeAlert(input: $input) { __typename ... on AcknowledgeAlertSuccess {
        alert { id version status updatedAt history { action at actorName } } } } }""",
    "applyPhaseTemplate": """mutation ApplyPhaseTemplate($input: ApplyPhaseTemplateInput!) {
      applyPhaseTemplate(input: $input) { __typename ... on ApplyPhaseTemplateSuccess {
        outcome { createdCount adjustedCount conflictCount assignments { id scheduledOn load { baseLoad }
          player { displayName } workout { title } } } } } }""",
}

"""The operations that the earlier routes of season planning stand for. Field for field, their answers."""

_PHASE = """
fragment Phase on SeasonPhase {
  id name type startsOn endsOn intensity loadMultiplier trainingFrequency gameFrequency gameDays
  recoveryRatio focusAreas
  objectives { type priority targetImprovement }
  freshness { ageSeconds isStale }
}
"""

_REFUSED = """
    ... on Error { code message }
    ... on InvalidInputError { issues { path message } }
    ... on ConflictError { currentVersion }
"""

_OUTCOME = """
fragment Outcome on AssignmentOutcome {
  createdCount adjustedCount cancelledCount conflictCount adjustmentsPending seasonIsStale warnings dryRun
  assignments { ...Assignment }
  players { playerId createdCount skippedCount conflictCount }
  conflicts { kind index playerId day message resolutions proposedOn resolution }
}
"""

_ASSIGNMENT = """
fragment Assignment on WorkoutAssignment {
  id status scheduledOn expiresOn version player { id } workout { id title }
}
"""

_STATUS = """
fragment Status on SyncStatus {
  state inPhaseCount inStepCount pastPhaseCount outOfStepCount lastAdjustedAt phase { id name }
}
"""

CURRENT_PHASE = f"""
query CurrentPhaseRoute($teamId: ID!) {{ currentPhase(teamId: $teamId) {{ ...Phase }} }}
{_PHASE}
"""

SEASON_PLAN = f"""
query SeasonPlanRoute($teamId: ID!) {{
  seasonPlan(teamId: $teamId) {{
    id name status startsOn endsOn version
    load {{ baseLoad peakWeek taperWeeks recoveryWeeks }}
    phases {{ ...Phase }}
    freshness {{ ageSeconds isStale }}
  }}
}}
{_PHASE}
"""

SYNC_STATUS = f"""
query SyncStatusRoute($teamId: ID!) {{ syncStatus(teamId: $teamId) {{ ...Status }} }}
{_STATUS}
"""

SYNC_PHASE_ADJUSTMENTS = f"""
mutation SyncPhaseAdjustmentsRoute($input: SyncPhaseAdjustmentsInput!) {{
  syncPhaseAdjustments(input: $input) {{
    __typename
    ... on SyncPhaseAdjustmentsSuccess {{
      adjustedCount unchangedCount restoredCount moreAfter seasonIsStale
      phase {{ id name }}
      syncStatus {{ ...Status }}
    }}
    {_REFUSED}
  }}
}}
{_STATUS}
"""

APPLY_PHASE_TEMPLATE = f"""
mutation ApplyPhaseTemplateRoute($input: ApplyPhaseTemplateInput!) {{
  applyPhaseTemplate(input: $input) {{
    __typename
    ... on ApplyPhaseTemplateSuccess {{
      phase {{ id name }}
      emptyGroups {{ type name }}
      outcome {{ ...Outcome }}
    }}
    ... on UnresolvedConflictsError {{ openCount outcome {{ ...Outcome }} }}
    {_REFUSED}
  }}
}}
{_OUTCOME}{_ASSIGNMENT}
"""

NOTIFY_COMPLETION = f"""
mutation NotifyCompletionRoute($input: NotifyTrainingCompletionInput!) {{
  notifyTrainingCompletion(input: $input) {{
    __typename
    ... on NotifyTrainingCompletionSuccess {{
      assignment {{ ...Assignment }}
      completion {{ occurrenceOn completedAt actualLoad completionRate }}
    }}
    {_REFUSED}
  }}
}}
{_ASSIGNMENT}
"""

WORKLOAD_ANALYTICS = """
query WorkloadAnalyticsRoute($teamId: ID!, $startDate: Date!, $endDate: Date!) {
  workloadAnalytics(teamId: $teamId, startDate: $startDate, endDate: $endDate) {
    startDate endDate
    freshness { ageSeconds isStale }
    players {
      player { id displayName }
      summary {
        totalLoadAu trainingLoadAu gameLoadAu monotony strainAu acuteChronicRatio recoveryScore
        readinessScore riskBand
      }
      compliance { assignedCount completedCount plannedLoadAu actualLoadAu }
      trends { metric direction slopePerWeek }
    }
  }
}
"""

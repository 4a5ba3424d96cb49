"""The operations that several tests send."""

COMPRESSION_FIELDS = """
  targetMinutes achievedMinutes minutesSaved originalDurationSeconds compressedDurationSeconds
  meetsTimeConstraint changed strategy
  segments { __typename order kind setupSeconds workSeconds restSeconds totalSeconds
    exercises { prescriptionId exerciseName isCore workingSets workingSetsBefore } }
  changes { kind exerciseNames before after savesSeconds costsPercent reason }
  value { overallPercent perMuscle { muscle percent } perQuality { quality percent } }
"""

ERROR_FIELDS = """
  ... on Error { message code }
  ... on NotFoundError { id }
  ... on InvalidInputError { issues { path message } }
  ... on ConflictError { currentVersion }
"""

COMPRESS = f"""
mutation Compress($input: CompressSessionInput!) {{
  compressSession(input: $input) {{
    __typename
    ... on CompressSessionSuccess {{
      status targetMinutes achievedMinutes totalMinutesSaved meetsTimeConstraint minimumMinutes strategy
      removedExercises {{ exerciseName setsBefore setsAfter reason }}
      reducedExercises {{ exerciseName setsBefore setsAfter reason }}
      diff {{ changes {{ kind }} }}
      summary {{ originalMinutes achievedMinutes minutesSaved warnings modelVersion provenOptimal
        shortest {{ coreProtection minutes }} value {{ overallPercent }} pace {{ factor source }} }}
      originalSession {{ minutes durationSeconds segments {{ kind }} }}
      compressedSession {{ minutes durationSeconds segments {{ kind }} }}
      session {{ id version isTimeCrunchActive timeCrunchMinutes timeCrunchAppliedAt
        compressedPlan {{ minutes }} compressionSummary {{ targetMinutes }}
        compressionDiff {{ changes {{ kind }} }} }}
      entry {{ id action source reason actorName targetMinutes sessionVersion }}
    }}
    {ERROR_FIELDS}
    ... on TargetMinutesOutOfRangeError {{ lowestMinutes highestMinutes }}
  }}
}}
"""

REVERT = f"""
mutation Revert($input: RevertCompressionInput!) {{
  revertCompression(input: $input) {{
    __typename
    ... on RevertCompressionSuccess {{
      session {{ id version isTimeCrunchActive timeCrunchMinutes compressedPlan {{ minutes }} }}
      entry {{ action source reason actorName sessionVersion targetMinutes }}
    }}
    {ERROR_FIELDS}
    ... on InvalidStateError {{ state }}
  }}
}}
"""

STATUS = """
query Status($planId: ID!, $sessionId: ID!) {
  timeCrunchStatus(planId: $planId, sessionId: $sessionId) {
    available unavailableReason status currentMinutes originalMinutes targetMinutes appliedAt canRevert
    shortest { coreProtection minutes durationSeconds }
    active { achievedMinutes targetMinutes }
    history { edges { node { action source reason actorName sessionVersion targetMinutes
      compression { achievedMinutes } } } }
  }
}
"""

PREVIEW = """
query Preview($planId: ID!, $targetMinutes: Int!, $options: TimeCrunchOptionsInput) {
  timeCrunchPreview(planId: $planId, targetMinutes: $targetMinutes, options: $options) {
    planId targetMinutes originalDurationSeconds compressedDurationSeconds meetsTimeConstraint strategy
    warnings
    sessions { context { week title scheduledOn session { id } }
      segments { kind totalSeconds } decisions { kind reason }
      summary { achievedMinutes meetsTimeConstraint } }
  }
}
"""

"""The operations that the earlier HTTP routes stand for. Field for field, these are their answers."""

_SEGMENTS = """
fragment Segments on Segment {
  order kind setupSeconds workSeconds restSeconds totalSeconds restSecondsBetween
  exercises {
    prescriptionId exerciseName position isCore warmUpSets workingSets workingSetsBefore
    workSecondsPerSet restSeconds
  }
  ... on AccessorySupersetSegment { rounds priority }
  ... on AccessoryBlockSegment { rounds rationale }
}
"""

_CHANGES = """
fragment Changes on Change {
  kind prescriptionIds exerciseNames before after savesSeconds costsPercent reason
}
"""

_SUMMARY = """
fragment Summary on CompressionSummary {
  targetMinutes originalMinutes achievedMinutes minutesSaved meetsTimeConstraint minimumMinutes
  strategy imposedStrategy coreProtection coreSetsBelowThree provenOptimal modelVersion warnings
  shortest { coreProtection minutes durationSeconds }
  value { overallPercent perMuscle { muscle percent } perQuality { quality percent } }
  pace { factor source samples low high }
  buyBack { extraMinutes gainsPercent changes }
}
"""

_DIFF = """
fragment Diff on CompressionDiff {
  changes { ...Changes }
  removedExercises { ...Exercises }
  reducedExercises { ...Exercises }
}
fragment Exercises on ExerciseChange { prescriptionId exerciseName setsBefore setsAfter reason }
"""

_OUTLINE = """
fragment Outline on SessionOutline { minutes durationSeconds segments { ...Segments } }
"""

PREVIEW = f"""
query TimeCrunchPreviewRoute($planId: ID!, $targetMinutes: Int!, $source: TimeCrunchSource!) {{
  timeCrunchPreview(planId: $planId, targetMinutes: $targetMinutes, source: $source) {{
    targetMinutes originalDurationSeconds compressedDurationSeconds meetsTimeConstraint strategy warnings
    sessions {{
      context {{ title week scheduledOn session {{ id }} }}
      segments {{ ...Segments }}
      summary {{ ...Summary }}
      decisions {{ ...Changes }}
    }}
  }}
}}
{_SEGMENTS}{_CHANGES}{_SUMMARY}
"""

COMPRESS = f"""
mutation CompressSessionRoute($input: CompressSessionInput!) {{
  compressSession(input: $input) {{
    __typename
    ... on CompressSessionSuccess {{
      status targetMinutes achievedMinutes totalMinutesSaved meetsTimeConstraint minimumMinutes strategy
      removedExercises {{ ...Exercises }}
      reducedExercises {{ ...Exercises }}
      diff {{ ...Diff }}
      summary {{ ...Summary }}
      originalSession {{ ...Outline }}
      compressedSession {{ ...Outline }}
      session {{ version isTimeCrunchActive timeCrunchMinutes timeCrunchAppliedAt }}
    }}
    ... on Error {{ code message }}
    ... on TargetMinutesOutOfRangeError {{ lowestMinutes highestMinutes }}
    ... on InvalidInputError {{ issues {{ path message }} }}
    ... on ConflictError {{ currentVersion }}
  }}
}}
{_SEGMENTS}{_CHANGES}{_SUMMARY}{_DIFF}{_OUTLINE}
"""

STATUS = f"""
query TimeCrunchStatusRoute($planId: ID!, $sessionId: ID!) {{
  timeCrunchStatus(planId: $planId, sessionId: $sessionId) {{
    available unavailableReason status currentMinutes originalMinutes canRevert
    shortest {{ coreProtection minutes durationSeconds }}
  }}
  session(id: $sessionId) {{
    isTimeCrunchActive timeCrunchMinutes timeCrunchAppliedAt
    compressedPlan {{ ...Outline }}
    compressionDiff {{ ...Diff }}
    compressionSummary {{ ...Summary }}
  }}
}}
{_SEGMENTS}{_CHANGES}{_SUMMARY}{_DIFF}{_OUTLINE}
"""

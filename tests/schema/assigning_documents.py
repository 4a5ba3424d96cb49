"""The operations on assignments that several tests send."""

REFUSED = """
  ... on Error { message code }
  ... on NotFoundError { id }
  ... on ConflictError { currentVersion }
"""
INVALID = "... on InvalidInputError { issues { path message } }"
STATE = "... on InvalidStateError { state }"

OUTCOME = """
  createdCount adjustedCount cancelledCount conflictCount adjustmentsPending seasonIsStale warnings dryRun
  assignments { id status type groupName scheduledOn startsAt version load { baseLoad }
    originalLoad { baseLoad } phase { name } player { id } workout { id title } template { id }
    recurrence { pattern daysOfWeek endsOn } customizations { loadMultiplier } }
  cancelledAssignments { id status }
  players { playerId createdCount skippedCount conflictCount }
  conflicts { kind index playerId day message resolutions proposedOn resolution player { id }
    workout { id } existingAssignments { id } }
"""

CREATE = f"""
mutation Create($input: CreateAssignmentInput!) {{
  createAssignment(input: $input) {{
    __typename
    ... on CreateAssignmentSuccess {{ outcome {{ {OUTCOME} }} }}
    ... on UnresolvedConflictsError {{ openCount outcome {{ {OUTCOME} }} }}
    {REFUSED} {INVALID}
  }}
}}
"""

BULK = f"""
mutation Bulk($input: BulkAssignInput!) {{
  bulkAssign(input: $input) {{
    __typename
    ... on BulkAssignSuccess {{ outcome {{ {OUTCOME} }} }}
    ... on UnresolvedConflictsError {{ openCount outcome {{ {OUTCOME} }} }}
    {REFUSED} {INVALID}
  }}
}}
"""

APPLY = f"""
mutation Apply($input: ApplyPhaseTemplateInput!) {{
  applyPhaseTemplate(input: $input) {{
    __typename
    ... on ApplyPhaseTemplateSuccess {{
      template {{ id name }} phase {{ name }} emptyGroups {{ type name }} outcome {{ {OUTCOME} }}
    }}
    ... on UnresolvedConflictsError {{ openCount outcome {{ {OUTCOME} }} }}
    ... on SeasonDataUnavailableError {{ retriable }}
    {REFUSED} {INVALID}
  }}
}}
"""

ASSIGNMENT = """
  id status version scheduledOn startsAt expiresOn load { baseLoad } originalLoad { baseLoad }
  recurrence { pattern daysOfWeek } originalRecurrence { pattern daysOfWeek }
  phase { name } customizations { loadMultiplier } adjustments { edges { node { type reason } } }
"""

UPDATE = f"""
mutation Update($input: UpdateAssignmentInput!) {{
  updateAssignment(input: $input) {{
    __typename
    ... on UpdateAssignmentSuccess {{ adjustmentsPending assignment {{ {ASSIGNMENT} }} }}
    ... on UnresolvedConflictsError {{ openCount outcome {{ {OUTCOME} }} }}
    {REFUSED} {INVALID} {STATE}
  }}
}}
"""

CANCEL = f"""
mutation Cancel($input: CancelAssignmentInput!) {{
  cancelAssignment(input: $input) {{
    __typename
    ... on CancelAssignmentSuccess {{ assignment {{ {ASSIGNMENT} }} }}
    {REFUSED} {STATE}
  }}
}}
"""

SYNC = f"""
mutation Sync($input: SyncPhaseAdjustmentsInput!) {{
  syncPhaseAdjustments(input: $input) {{
    __typename
    ... on SyncPhaseAdjustmentsSuccess {{
      adjustedCount unchangedCount restoredCount moreAfter seasonIsStale phase {{ name }}
      syncStatus {{ state inPhaseCount inStepCount outOfStepCount pastPhaseCount }}
    }}
    ... on SeasonDataUnavailableError {{ retriable }}
    {REFUSED} {INVALID} {STATE}
  }}
}}
"""

BRING = f"""
mutation Bring($input: BringInStepInput!) {{
  bringInStep(input: $input) {{
    __typename
    ... on BringInStepSuccess {{
      adjustedCount unchangedCount restoredCount moreAfter seasonIsStale
      syncStatus {{ state inPhaseCount inStepCount outOfStepCount pastPhaseCount }}
    }}
    ... on SeasonDataUnavailableError {{ retriable }}
    {REFUSED} {INVALID}
  }}
}}
"""

COMPLETE = f"""
mutation Complete($input: NotifyTrainingCompletionInput!) {{
  notifyTrainingCompletion(input: $input) {{
    __typename
    ... on NotifyTrainingCompletionSuccess {{
      assignment {{ id status version completedAt }}
      completion {{ occurrenceOn completedAt actualLoad completionRate performance }}
    }}
    {REFUSED} {INVALID} {STATE}
  }}
}}
"""

"""Five screens of a frontend, each also as a bare endpoint would answer it."""

from __future__ import annotations

from benchmarks.reads_documents import ByHand, Places, Read
from resolvers.ids import Kind, global_id


def screens(at: Places) -> tuple[Read, ...]:
    team_id = global_id(Kind.TEAM, at.team)
    return (
        Read("Today", "an athlete's day", TODAY, {}, at.athlete, ByHand(str(at.athlete), TODAY_SQL)),
        Read(
            "PlanPage",
            "a plan from above",
            PLAN_PAGE,
            {"id": global_id(Kind.PLAN, at.plan)},
            at.coach,
            ByHand(str(at.plan), PLAN_PAGE_SQL),
        ),
        Read(
            "History",
            "how a session was made shorter",
            HISTORY,
            {"id": global_id(Kind.SESSION, at.session)},
            at.athlete,
            ByHand(str(at.session), HISTORY_SQL),
        ),
        Read(
            "TeamPage",
            "players with their plans",
            TEAM_PAGE,
            {"id": team_id},
            at.coach,
            ByHand(str(at.team), TEAM_PAGE_SQL),
        ),
        Read(
            "SeasonPage",
            "phases and templates",
            SEASON_PAGE,
            {"teamId": team_id},
            at.coach,
            ByHand(str(at.team), SEASON_PAGE_SQL),
        ),
    )


TODAY = """query Today {
  viewer {
    displayName
    plans(first: 1) { edges { node { id title microcycles { ordinal startsOn sessions {
      id title scheduledOn plannedMinutes completedAt isTimeCrunchActive timeCrunchMinutes
      prescriptions { position role restSecondsMin exercise { name } sets { ordinal kind repsMin repsMax } }
    } } } } }
  }
}"""
TODAY_SQL = """SELECT json_build_object('data', json_build_object('viewer', json_build_object(
  'displayName', v.display_name,
  'plans', json_build_object('edges', (SELECT json_agg(json_build_object('node', json_build_object(
    'id', p.id, 'title', p.title, 'microcycles', (SELECT json_agg(json_build_object(
      'ordinal', m.ordinal, 'startsOn', m.starts_on, 'sessions', (SELECT json_agg(json_build_object(
        'id', s.id, 'title', s.title, 'scheduledOn', s.scheduled_on, 'plannedMinutes', s.planned_minutes,
        'completedAt', s.completed_at, 'isTimeCrunchActive', s.is_time_crunch_active,
        'timeCrunchMinutes', s.time_crunch_minutes, 'prescriptions', (SELECT json_agg(json_build_object(
          'position', c.position, 'role', c.role, 'restSecondsMin', c.rest_seconds_min,
          'exercise', json_build_object('name', e.name), 'sets', (SELECT json_agg(json_build_object(
            'ordinal', t.ordinal, 'kind', t.kind, 'repsMin', t.reps_min, 'repsMax', t.reps_max)
            ORDER BY t.ordinal) FROM set_prescriptions t WHERE t.prescription_id = c.id))
          ORDER BY c.position) FROM prescriptions c JOIN exercises e ON e.id = c.exercise_id
          WHERE c.session_id = s.id)) ORDER BY s.ordinal) FROM sessions s WHERE s.microcycle_id = m.id))
      ORDER BY m.ordinal) FROM microcycles m WHERE m.plan_id = p.id))))
    FROM (SELECT * FROM plans WHERE owner_id = v.id ORDER BY starts_on DESC, id DESC LIMIT 1) p))
  ))) FROM people v WHERE v.id = $1"""

PLAN_PAGE = """query PlanPage($id: ID!) {
  plan(id: $id) {
    id title goal notes startsOn version
    owner { id displayName timeZone }
    microcycles { id ordinal title startsOn sessions {
      id title ordinal scheduledOn plannedMinutes version completedAt actualMinutes isTimeCrunchActive
    } }
  }
}"""
PLAN_PAGE_SQL = """SELECT json_build_object('data', json_build_object('plan', json_build_object(
  'id', p.id, 'title', p.title, 'goal', p.goal, 'notes', p.notes, 'startsOn', p.starts_on,
  'version', p.version,
  'owner', json_build_object('id', o.id, 'displayName', o.display_name, 'timeZone', o.time_zone),
  'microcycles', (SELECT json_agg(json_build_object(
    'id', m.id, 'ordinal', m.ordinal, 'title', m.title, 'startsOn', m.starts_on,
    'sessions', (SELECT json_agg(json_build_object(
      'id', s.id, 'title', s.title, 'ordinal', s.ordinal, 'scheduledOn', s.scheduled_on,
      'plannedMinutes', s.planned_minutes, 'version', s.version, 'completedAt', s.completed_at,
      'actualMinutes', s.actual_minutes, 'isTimeCrunchActive', s.is_time_crunch_active)
      ORDER BY s.ordinal) FROM sessions s WHERE s.microcycle_id = m.id))
    ORDER BY m.ordinal) FROM microcycles m WHERE m.plan_id = p.id)
  ))) FROM plans p JOIN people o ON o.id = p.owner_id WHERE p.id = $1"""

HISTORY = """query History($id: ID!) {
  session(id: $id) {
    id title plannedMinutes isTimeCrunchActive timeCrunchMinutes
    timeCrunch { history(first: 20) { edges { node {
      id action actorName source reason sessionVersion targetMinutes achievedMinutes modelVersion
    } } } }
  }
}"""
HISTORY_SQL = """SELECT json_build_object('data', json_build_object('session', json_build_object(
  'id', s.id, 'title', s.title, 'plannedMinutes', s.planned_minutes,
  'isTimeCrunchActive', s.is_time_crunch_active, 'timeCrunchMinutes', s.time_crunch_minutes,
  'timeCrunch', json_build_object('history', json_build_object('edges', (
    SELECT json_agg(json_build_object('node', json_build_object(
      'id', h.id, 'action', h.action, 'actorName', h.actor_name, 'source', h.source, 'reason', h.reason,
      'sessionVersion', h.session_version, 'targetMinutes', h.target_minutes,
      'achievedMinutes', h.achieved_minutes, 'modelVersion', h.model_version)))
    FROM (SELECT * FROM compressions WHERE session_id = s.id ORDER BY session_version DESC LIMIT 20) h)))
  ))) FROM sessions s WHERE s.id = $1"""

TEAM_PAGE = """query TeamPage($id: ID!) {
  team(id: $id) {
    id name sport
    coaches(first: 10) { edges { node { id displayName } } }
    players(first: 50) { edges { node {
      id displayName role plans(first: 3) { edges { node { id title startsOn version } } }
    } } }
  }
}"""
TEAM_PAGE_SQL = """SELECT json_build_object('data', json_build_object('team', json_build_object(
  'id', t.id, 'name', t.name, 'sport', t.sport,
  'coaches', json_build_object('edges', (SELECT json_agg(json_build_object('node', json_build_object(
    'id', c.id, 'displayName', c.display_name)))
    FROM (SELECT p.* FROM memberships b JOIN people p ON p.id = b.person_id
      WHERE b.team_id = t.id AND b.role = 'coach' ORDER BY p.display_name, p.id LIMIT 10) c)),
  'players', json_build_object('edges', (SELECT json_agg(json_build_object('node', json_build_object(
    'id', c.id, 'displayName', c.display_name, 'role', c.role,
    'plans', json_build_object('edges', (SELECT coalesce(json_agg(json_build_object('node',
      json_build_object('id', q.id, 'title', q.title, 'startsOn', q.starts_on, 'version', q.version))), '[]')
      FROM (SELECT * FROM plans WHERE owner_id = c.id ORDER BY starts_on DESC, id DESC LIMIT 3) q)))))
    FROM (SELECT p.* FROM memberships b JOIN people p ON p.id = b.person_id
      WHERE b.team_id = t.id AND b.role = 'player' ORDER BY p.display_name, p.id LIMIT 50) c))
  ))) FROM teams t WHERE t.id = $1"""

SEASON_PAGE = """query SeasonPage($teamId: ID!) {
  seasonPlan(teamId: $teamId) {
    id name status startsOn endsOn version
    load { baseLoad peakWeek taperWeeks recoveryWeeks }
    phases { id name type startsOn endsOn intensity trainingFrequency gameDays focusAreas }
  }
  phaseTemplates(first: 10) { edges { node {
    id name phaseType weeks workouts { firstWeek lastWeek daysOfWeek workout { title plannedMinutes } }
  } } }
}"""
SEASON_PAGE_SQL = """SELECT json_build_object('data', json_build_object(
  'seasonPlan', (SELECT json_build_object(
    'id', s.id, 'name', s.name, 'status', s.status, 'startsOn', s.starts_on, 'endsOn', s.ends_on,
    'version', s.version, 'load', json_build_object('baseLoad', s.base_load_au, 'peakWeek', s.peak_week,
      'taperWeeks', s.taper_weeks, 'recoveryWeeks', s.recovery_weeks),
    'phases', (SELECT json_agg(json_build_object('id', f.id, 'name', f.name, 'type', f.type,
      'startsOn', f.starts_on, 'endsOn', f.ends_on, 'intensity', f.intensity,
      'trainingFrequency', f.training_frequency, 'gameDays', f.game_weekdays, 'focusAreas', f.focus_areas)
      ORDER BY f.starts_on, f.id) FROM season_phases f WHERE f.season_plan_id = s.id))
    FROM season_plans s WHERE s.team_id = t.id AND s.status = 'active'),
  'phaseTemplates', json_build_object('edges', (SELECT json_agg(json_build_object('node',
    json_build_object('id', e.id, 'name', e.name, 'phaseType', e.phase_type, 'weeks', e.weeks,
      'workouts', (SELECT json_agg(json_build_object('firstWeek', w.first_week, 'lastWeek', w.last_week,
        'daysOfWeek', w.weekdays, 'workout', json_build_object('title', o.title,
        'plannedMinutes', o.planned_minutes)) ORDER BY w.ordinal)
        FROM template_workouts w JOIN workouts o ON o.id = w.workout_id WHERE w.template_id = e.id))))
    FROM (SELECT * FROM phase_templates WHERE organization_id IS NULL
      OR organization_id = t.organization_id ORDER BY name, id LIMIT 10) e))
  )) FROM teams t WHERE t.id = $1"""

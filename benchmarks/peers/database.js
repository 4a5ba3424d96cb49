// The database of the benchmark, asked as one would by hand: one statement for many keys, prepared once.
import pg from "pg";

// Days stay text, and whole numbers of 64 bits numbers: both as the answers show them.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

// Where it is, PGHOST and its like say. As many connections as the other servers have.
export const pool = new pg.Pool({ max: 10 });

const PLAN = `id, title, starts_on AS "startsOn"`;
const MICROCYCLE = `id, plan_id, ordinal, starts_on AS "startsOn"`;
const SESSION = `id, microcycle_id, title, scheduled_on AS "scheduledOn", planned_minutes AS "plannedMinutes"`;
const SET = `prescription_id, ordinal, reps_min AS "repsMin", reps_max AS "repsMax"`;

export const plans = byId("plans", `SELECT ${PLAN} FROM plans WHERE id = ANY($1)`);
export const sessions = byId("sessions", `SELECT ${SESSION} FROM sessions WHERE id = ANY($1)`);
export const exercises = byId("exercises", "SELECT id, name, pattern FROM exercises WHERE id = ANY($1)");

export const microcyclesOf = manyOf(
  "microcycles of plans",
  "plan_id",
  `SELECT ${MICROCYCLE} FROM microcycles WHERE plan_id = ANY($1) ORDER BY ordinal`,
);
export const sessionsOf = manyOf(
  "sessions of microcycles",
  "microcycle_id",
  `SELECT ${SESSION} FROM sessions WHERE microcycle_id = ANY($1) ORDER BY ordinal`,
);
export const prescriptionsOf = manyOf(
  "prescriptions of sessions",
  "session_id",
  "SELECT id, session_id, exercise_id, position, role FROM prescriptions WHERE session_id = ANY($1) ORDER BY position",
);
export const setsOf = manyOf(
  "sets of prescriptions",
  "prescription_id",
  `SELECT ${SET} FROM set_prescriptions WHERE prescription_id = ANY($1) ORDER BY ordinal`,
);

/** The newest plans of the players whom this person coaches. */
export async function plansOfCoach(coachId, count) {
  const { rows } = await pool.query({
    name: "plans of a coach",
    text: `SELECT ${PLAN} FROM plans WHERE EXISTS (SELECT FROM memberships a JOIN memberships b
      ON b.team_id = a.team_id WHERE a.person_id = $1 AND a.role = 'coach' AND b.role = 'player'
      AND b.person_id = plans.owner_id) ORDER BY starts_on DESC, id DESC LIMIT $2`,
    values: [coachId, count],
  });
  return rows;
}

function byId(name, text) {
  return async (ids) => {
    const { rows } = await pool.query({ name, text, values: [ids] });
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  };
}

function manyOf(name, column, text) {
  return async (ids) => {
    const { rows } = await pool.query({ name, text, values: [ids] });
    const found = new Map(ids.map((id) => [id, []]));
    for (const row of rows) found.get(row[column]).push(row);
    return ids.map((id) => found.get(id));
  };
}

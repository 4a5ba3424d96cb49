"""Organizations, people, teams, exercises, plans with all they hold, logs and the history of compressions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_organizations_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )
    op.create_table(
        "exercises",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("primary_muscles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("secondary_muscles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("equipment", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("unilateral", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "intent IN ('strength', 'power', 'hypertrophy', 'trunk', 'conditioning')",
            name=op.f("ck_exercises_intent"),
        ),
        sa.CheckConstraint(
            "pattern IN ('squat', 'hinge', 'lunge', 'horizontal_push', 'horizontal_pull', "
            "'vertical_push', 'vertical_pull', 'elbow_flexion', 'elbow_extension', "
            "'knee_flexion', 'knee_extension', 'hip_extension', 'hip_abduction', 'hip_adduction',"
            " 'calf_raise', 'horizontal_adduction', 'shoulder_abduction', 'shoulder_rotation', "
            "'shrug', 'wrist', 'neck', 'trunk_flexion', 'trunk_extension', 'trunk_rotation', "
            "'anti_extension', 'anti_rotation', 'anti_lateral_flexion', 'carry', 'olympic_lift', "
            "'jump', 'throw', 'sprint', 'conditioning', 'mobility', 'stretch', 'other')",
            name=op.f("ck_exercises_pattern"),
        ),
        sa.CheckConstraint(
            "primary_muscles <@ ARRAY['abdominals', 'abductors', 'adductors', 'biceps', 'calves',"
            " 'chest', 'forearms', 'glutes', 'hamstrings', 'lats', 'lower_back', 'middle_back', "
            "'neck', 'quadriceps', 'shoulders', 'traps', 'triceps']::text[]",
            name=op.f("ck_exercises_primary_muscles"),
        ),
        sa.CheckConstraint(
            "secondary_muscles <@ ARRAY['abdominals', 'abductors', 'adductors', 'biceps', "
            "'calves', 'chest', 'forearms', 'glutes', 'hamstrings', 'lats', 'lower_back', "
            "'middle_back', 'neck', 'quadriceps', 'shoulders', 'traps', 'triceps']::text[]",
            name=op.f("ck_exercises_secondary_muscles"),
        ),
        sa.CheckConstraint("station ~ '^[a-z][a-z0-9_ -]{0,59}$'", name=op.f("ck_exercises_station")),
        sa.CheckConstraint(
            "NOT primary_muscles && secondary_muscles", name=op.f("ck_exercises_muscles_once")
        ),
        sa.CheckConstraint(
            "cardinality(equipment) <= 20 AND array_position(equipment, NULL) IS NULL",
            name=op.f("ck_exercises_equipment"),
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_exercises_name_length")),
        sa.CheckConstraint(
            "char_length(name_key) BETWEEN 1 AND 200", name=op.f("ck_exercises_name_key_length")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_exercises_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercises")),
        sa.UniqueConstraint(
            "organization_id",
            "name_key",
            name=op.f("uq_exercises_organization_id_name_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "char_length(time_zone) <= 64 AND time_zone ~ '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$'",
            name=op.f("ck_people_time_zone"),
        ),
        sa.CheckConstraint(
            "email = lower(email) AND char_length(email) BETWEEN 3 AND 320 AND email LIKE '_%@_%'",
            name=op.f("ck_people_email"),
        ),
        sa.CheckConstraint("role IN ('athlete', 'coach', 'admin')", name=op.f("ck_people_role")),
        sa.CheckConstraint(
            "char_length(display_name) BETWEEN 1 AND 200", name=op.f("ck_people_display_name_length")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_people_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("organization_id", "email", name=op.f("uq_people_organization_id_email")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_people_organization_id_id")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sport", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "char_length(time_zone) <= 64 AND time_zone ~ '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$'",
            name=op.f("ck_teams_time_zone"),
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_teams_name_length")),
        sa.CheckConstraint("char_length(sport) BETWEEN 1 AND 100", name=op.f("ck_teams_sport_length")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_teams_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("organization_id", "id", name=op.f("uq_teams_organization_id_id")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_teams_organization_id_name")),
    )
    op.create_table(
        "exercise_aliases",
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "char_length(alias) BETWEEN 1 AND 200", name=op.f("ck_exercise_aliases_alias_length")
        ),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_exercise_aliases_ordinal")),
        sa.ForeignKeyConstraint(
            ["exercise_id"],
            ["exercises.id"],
            name=op.f("fk_exercise_aliases_exercise_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exercise_id", "ordinal", name=op.f("pk_exercise_aliases")),
        sa.UniqueConstraint("exercise_id", "alias", name=op.f("uq_exercise_aliases_exercise_id_alias")),
    )
    op.create_table(
        "memberships",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("role IN ('player', 'coach')", name=op.f("ck_memberships_role")),
        sa.ForeignKeyConstraint(
            ["organization_id", "person_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_memberships_organization_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["teams.organization_id", "teams.id"],
            name=op.f("fk_memberships_organization_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("team_id", "role", "person_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_person", "memberships", ["person_id", "role", "team_id"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(goal) BETWEEN 1 AND 500", name=op.f("ck_plans_goal_length")),
        sa.CheckConstraint("char_length(notes) BETWEEN 1 AND 100000", name=op.f("ck_plans_notes_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_plans_title_length")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_plans_version")),
        sa.ForeignKeyConstraint(
            ["organization_id", "owner_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_plans_organization_id_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index("ix_plans_organization", "plans", ["organization_id", "starts_on", "id"], unique=False)
    op.create_index("ix_plans_owner", "plans", ["owner_id", "starts_on", "id"], unique=False)
    op.create_table(
        "microcycles",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_microcycles_title_length")),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_microcycles_ordinal")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_microcycles_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_microcycles")),
        sa.UniqueConstraint("plan_id", "id", name=op.f("uq_microcycles_plan_id_id")),
        sa.UniqueConstraint("plan_id", "ordinal", name=op.f("uq_microcycles_plan_id_ordinal")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("microcycle_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("scheduled_on", sa.Date(), nullable=True),
        sa.Column("planned_minutes", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actual_minutes", sa.BigInteger(), nullable=True),
        sa.Column("is_time_crunch_active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("time_crunch_minutes", sa.BigInteger(), nullable=True),
        sa.Column("time_crunch_applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compressed_plan", postgresql.JSONB(), nullable=True),
        sa.Column("compression_diff", postgresql.JSONB(), nullable=True),
        sa.Column("compression_summary", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "jsonb_typeof(compressed_plan) = 'object' AND jsonb_typeof(compression_diff) = "
            "'object' AND jsonb_typeof(compression_summary) = 'object'",
            name=op.f("ck_sessions_time_crunch_objects"),
        ),
        sa.CheckConstraint("actual_minutes BETWEEN 1 AND 600", name=op.f("ck_sessions_actual_minutes")),
        sa.CheckConstraint(
            "actual_minutes IS NULL OR completed_at IS NOT NULL",
            name=op.f("ck_sessions_actual_when_completed"),
        ),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_sessions_title_length")),
        sa.CheckConstraint(
            "num_nonnulls(time_crunch_minutes, time_crunch_applied_at, compressed_plan, "
            "compression_diff, compression_summary) = CASE WHEN is_time_crunch_active THEN 5 ELSE"
            " 0 END",
            name=op.f("ck_sessions_time_crunch_all_or_none"),
        ),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_sessions_ordinal")),
        sa.CheckConstraint("planned_minutes BETWEEN 1 AND 600", name=op.f("ck_sessions_planned_minutes")),
        sa.CheckConstraint(
            "time_crunch_minutes BETWEEN 10 AND 180", name=op.f("ck_sessions_time_crunch_minutes")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_sessions_version")),
        sa.ForeignKeyConstraint(
            ["plan_id", "microcycle_id"],
            ["microcycles.plan_id", "microcycles.id"],
            name=op.f("fk_sessions_plan_id_microcycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("microcycle_id", "ordinal", name=op.f("uq_sessions_microcycle_id_ordinal")),
    )
    op.create_index("ix_sessions_plan", "sessions", ["plan_id", "scheduled_on"], unique=False)
    op.create_table(
        "compressions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("session_version", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("target_minutes", sa.BigInteger(), nullable=True),
        sa.Column("achieved_minutes", sa.BigInteger(), nullable=True),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.Column("plan", postgresql.JSONB(), nullable=True),
        sa.Column("diff", postgresql.JSONB(), nullable=True),
        sa.Column("summary", postgresql.JSONB(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action <> 'compressed' OR num_nulls(target_minutes, achieved_minutes, model_version,"
            " plan, diff, summary) = 0",
            name=op.f("ck_compressions_compressed_is_whole"),
        ),
        sa.CheckConstraint(
            "action IN ('compressed', 'reverted', 'reset')", name=op.f("ck_compressions_action")
        ),
        sa.CheckConstraint(
            "jsonb_typeof(plan) = 'object' AND jsonb_typeof(diff) = 'object' AND "
            "jsonb_typeof(summary) = 'object'",
            name=op.f("ck_compressions_objects"),
        ),
        sa.CheckConstraint(
            "source IN ('cta', 'auto', 'manual', 'unknown')", name=op.f("ck_compressions_source")
        ),
        sa.CheckConstraint("achieved_minutes >= 1", name=op.f("ck_compressions_achieved_minutes")),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200", name=op.f("ck_compressions_actor_name_length")
        ),
        sa.CheckConstraint(
            "char_length(model_version) BETWEEN 1 AND 50", name=op.f("ck_compressions_model_version_length")
        ),
        sa.CheckConstraint("char_length(reason) <= 240", name=op.f("ck_compressions_reason_length")),
        sa.CheckConstraint("session_version >= 2", name=op.f("ck_compressions_session_version")),
        sa.CheckConstraint("target_minutes BETWEEN 10 AND 180", name=op.f("ck_compressions_target_minutes")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_compressions_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_compressions_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_compressions_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compressions")),
        sa.UniqueConstraint(
            "session_id", "session_version", name=op.f("uq_compressions_session_id_session_version")
        ),
    )
    op.create_index(op.f("ix_compressions_actor_id"), "compressions", ["actor_id"], unique=False)
    op.create_index(
        "ix_compressions_organization", "compressions", ["organization_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "prescriptions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("unilateral", sa.Boolean(), nullable=False),
        sa.Column("tempo", sa.Text(), nullable=True),
        sa.Column("rest_seconds_min", sa.BigInteger(), nullable=True),
        sa.Column("rest_seconds_max", sa.BigInteger(), nullable=True),
        sa.Column("group_key", sa.Text(), nullable=True),
        sa.Column("weight", sa.Double(), server_default=sa.text("1"), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "intent IN ('strength', 'power', 'hypertrophy', 'trunk', 'conditioning')",
            name=op.f("ck_prescriptions_intent"),
        ),
        sa.CheckConstraint("role IN ('core', 'accessory')", name=op.f("ck_prescriptions_role")),
        sa.CheckConstraint(
            "tempo ~ '^([0-9]{1,2}|X)(-([0-9]{1,2}|X)){3}$'", name=op.f("ck_prescriptions_tempo")
        ),
        sa.CheckConstraint(
            "char_length(group_key) BETWEEN 1 AND 50", name=op.f("ck_prescriptions_group_key_length")
        ),
        sa.CheckConstraint(
            "char_length(notes) BETWEEN 1 AND 5000", name=op.f("ck_prescriptions_notes_length")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_prescriptions_position")),
        sa.CheckConstraint(
            "rest_seconds_max BETWEEN 0 AND 3600", name=op.f("ck_prescriptions_rest_seconds_max")
        ),
        sa.CheckConstraint("rest_seconds_min <= rest_seconds_max", name=op.f("ck_prescriptions_rest_range")),
        sa.CheckConstraint(
            "rest_seconds_min BETWEEN 0 AND 3600", name=op.f("ck_prescriptions_rest_seconds_min")
        ),
        sa.CheckConstraint("weight BETWEEN 0.1 AND 10", name=op.f("ck_prescriptions_weight")),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercises.id"], name=op.f("fk_prescriptions_exercise_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_prescriptions_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescriptions")),
        sa.UniqueConstraint(
            "session_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_prescriptions_session_id_position"),
        ),
    )
    op.create_index(op.f("ix_prescriptions_exercise_id"), "prescriptions", ["exercise_id"], unique=False)
    op.create_table(
        "session_logs",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("actual_minutes", sa.BigInteger(), nullable=False),
        sa.Column("session_rpe", sa.Numeric(asdecimal=False), nullable=True),
        sa.Column("modelled_seconds", sa.Double(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("actual_minutes BETWEEN 1 AND 600", name=op.f("ck_session_logs_actual_minutes")),
        sa.CheckConstraint(
            "modelled_seconds > 0 AND modelled_seconds <= 360000",
            name=op.f("ck_session_logs_modelled_seconds"),
        ),
        sa.CheckConstraint("session_rpe BETWEEN 0 AND 10", name=op.f("ck_session_logs_session_rpe")),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["people.id"], name=op.f("fk_session_logs_athlete_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_logs_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_logs")),
    )
    op.create_index(
        "ix_session_logs_athlete", "session_logs", ["athlete_id", "logged_at", "session_id"], unique=False
    )
    op.create_table(
        "set_prescriptions",
        sa.Column("prescription_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reps_min", sa.BigInteger(), nullable=True),
        sa.Column("reps_max", sa.BigInteger(), nullable=True),
        sa.Column("hold_seconds", sa.BigInteger(), nullable=True),
        sa.Column("load_kg", sa.Numeric(asdecimal=False), nullable=True),
        sa.Column("percent_one_rep_max", sa.Numeric(asdecimal=False), nullable=True),
        sa.Column("rpe", sa.Numeric(asdecimal=False), nullable=True),
        sa.Column("reps_in_reserve", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('warm_up', 'ramp', 'working')", name=op.f("ck_set_prescriptions_kind")),
        sa.CheckConstraint(
            "(reps_min IS NULL) = (reps_max IS NULL)", name=op.f("ck_set_prescriptions_reps_both")
        ),
        sa.CheckConstraint("hold_seconds BETWEEN 1 AND 7200", name=op.f("ck_set_prescriptions_hold_seconds")),
        sa.CheckConstraint("load_kg BETWEEN 0 AND 1000", name=op.f("ck_set_prescriptions_load_kg")),
        sa.CheckConstraint(
            "num_nonnulls(reps_min, hold_seconds) = 1", name=op.f("ck_set_prescriptions_reps_or_hold")
        ),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_set_prescriptions_ordinal")),
        sa.CheckConstraint(
            "percent_one_rep_max > 0 AND percent_one_rep_max <= 150",
            name=op.f("ck_set_prescriptions_percent_one_rep_max"),
        ),
        sa.CheckConstraint(
            "reps_in_reserve BETWEEN 0 AND 20", name=op.f("ck_set_prescriptions_reps_in_reserve")
        ),
        sa.CheckConstraint(
            "reps_min BETWEEN 1 AND reps_max AND reps_max <= 1000",
            name=op.f("ck_set_prescriptions_reps_range"),
        ),
        sa.CheckConstraint("rpe BETWEEN 0 AND 10", name=op.f("ck_set_prescriptions_rpe")),
        sa.ForeignKeyConstraint(
            ["prescription_id"],
            ["prescriptions.id"],
            name=op.f("fk_set_prescriptions_prescription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("prescription_id", "ordinal", name=op.f("pk_set_prescriptions")),
    )
    op.execute(
        """
    CREATE FUNCTION refuse_to_rewrite_compressions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM sessions WHERE id = OLD.session_id) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
            AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id'
            AND NOT EXISTS (SELECT FROM people WHERE id = OLD.actor_id)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the history of compressions is never rewritten' USING ERRCODE = 'restrict_violation';
    END
    $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER compressions_are_append_only BEFORE UPDATE OR DELETE ON compressions
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_compressions()
    """
    )


def downgrade() -> None:
    op.drop_table("set_prescriptions")
    op.drop_table("session_logs")
    op.drop_table("prescriptions")
    op.drop_table("compressions")
    op.drop_table("sessions")
    op.drop_table("microcycles")
    op.drop_table("plans")
    op.drop_table("memberships")
    op.drop_table("exercise_aliases")
    op.drop_table("teams")
    op.drop_table("people")
    op.drop_table("exercises")
    op.drop_table("organizations")
    op.execute("DROP FUNCTION refuse_to_rewrite_compressions()")

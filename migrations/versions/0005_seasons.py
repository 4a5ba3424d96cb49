"""Seasons and phases, templates and workouts, assignments and their history, and what is known of players."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phase_templates",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phase_type", sa.Text(), nullable=False),
        sa.Column("weeks", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "phase_type IN ('preseason', 'in_season', 'playoffs', 'offseason', 'recovery')",
            name=op.f("ck_phase_templates_phase_type"),
        ),
        sa.CheckConstraint(
            "char_length(description) BETWEEN 1 AND 5000", name=op.f("ck_phase_templates_description_length")
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 200", name=op.f("ck_phase_templates_name_length")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_phase_templates_version")),
        sa.CheckConstraint("weeks BETWEEN 1 AND 26", name=op.f("ck_phase_templates_weeks")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_phase_templates_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_templates")),
        sa.UniqueConstraint(
            "organization_id",
            "name",
            name=op.f("uq_phase_templates_organization_id_name"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "medical_restrictions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("avoided_patterns", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'limited') = (cardinality(avoided_patterns) > 0)",
            name=op.f("ck_medical_restrictions_limited_in_something"),
        ),
        sa.CheckConstraint(
            "avoided_patterns <@ ARRAY['squat', 'hinge', 'lunge', 'horizontal_push', "
            "'horizontal_pull', 'vertical_push', 'vertical_pull', 'elbow_flexion', 'elbow_extension', "
            "'knee_flexion', 'knee_extension', 'hip_extension', 'hip_abduction', 'hip_adduction', "
            "'calf_raise', 'horizontal_adduction', 'shoulder_abduction', 'shoulder_rotation', 'shrug', "
            "'wrist', 'neck', 'trunk_flexion', 'trunk_extension', 'trunk_rotation', 'anti_extension', "
            "'anti_rotation', 'anti_lateral_flexion', 'carry', 'olympic_lift', 'jump', 'throw', "
            "'sprint', 'conditioning', 'mobility', 'stretch', 'other']::text[]",
            name=op.f("ck_medical_restrictions_avoided_patterns"),
        ),
        sa.CheckConstraint("kind IN ('no_training', 'limited')", name=op.f("ck_medical_restrictions_kind")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_medical_restrictions_dates")),
        sa.ForeignKeyConstraint(
            ["organization_id", "player_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_medical_restrictions_organization_id_player_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medical_restrictions")),
    )
    op.create_index(
        "ix_medical_restrictions_player",
        "medical_restrictions",
        ["player_id", "starts_on", "id"],
        unique=False,
    )
    op.create_table(
        "player_physiology",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("resting_bpm", sa.BigInteger(), nullable=True),
        sa.Column("maximum_bpm", sa.BigInteger(), nullable=True),
        sa.Column("weekly_load_limit_au", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("maximum_bpm - resting_bpm >= 30", name=op.f("ck_player_physiology_reserve")),
        sa.CheckConstraint("maximum_bpm BETWEEN 120 AND 230", name=op.f("ck_player_physiology_maximum_bpm")),
        sa.CheckConstraint("resting_bpm BETWEEN 25 AND 110", name=op.f("ck_player_physiology_resting_bpm")),
        sa.CheckConstraint(
            "weekly_load_limit_au BETWEEN 1 AND 100000",
            name=op.f("ck_player_physiology_weekly_load_limit_au"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "person_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_player_physiology_organization_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_player_physiology")),
    )
    op.create_table(
        "season_plans",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("base_load_au", sa.BigInteger(), nullable=False),
        sa.Column("peak_week", sa.BigInteger(), nullable=True),
        sa.Column("taper_weeks", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("recovery_weeks", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "starts_on >= DATE '2000-01-01' AND ends_on <= DATE '2100-12-31'",
            name=op.f("ck_season_plans_dates"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'active', 'completed', 'archived')", name=op.f("ck_season_plans_status")
        ),
        sa.CheckConstraint(
            "1 <= ALL (recovery_weeks) AND 79 >= ALL (recovery_weeks)",
            name=op.f("ck_season_plans_recovery_weeks"),
        ),
        sa.CheckConstraint(
            "1 <= ALL (taper_weeks) AND 79 >= ALL (taper_weeks)", name=op.f("ck_season_plans_taper_weeks")
        ),
        sa.CheckConstraint("base_load_au BETWEEN 0 AND 100000", name=op.f("ck_season_plans_base_load_au")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_season_plans_name_length")),
        sa.CheckConstraint(
            "ends_on BETWEEN starts_on AND starts_on + 549", name=op.f("ck_season_plans_length")
        ),
        sa.CheckConstraint("peak_week BETWEEN 1 AND 79", name=op.f("ck_season_plans_peak_week")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_season_plans_version")),
        sa.ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["teams.organization_id", "teams.id"],
            name=op.f("fk_season_plans_organization_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_plans")),
        sa.UniqueConstraint(
            "id", "number", "starts_on", "ends_on", name=op.f("uq_season_plans_id_number_starts_on_ends_on")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_season_plans_number")),
    )
    op.create_index(
        "ix_season_plans_active",
        "season_plans",
        ["team_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index("ix_season_plans_team", "season_plans", ["team_id", "starts_on", "id"], unique=False)
    op.create_table(
        "player_groups",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'player'"), nullable=False),
        sa.CheckConstraint("role = 'player'", name=op.f("ck_player_groups_role")),
        sa.CheckConstraint(
            "type IN ('age_group', 'custom_group', 'line', 'position')", name=op.f("ck_player_groups_type")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_player_groups_name_length")),
        sa.ForeignKeyConstraint(
            ["team_id", "role", "person_id"],
            ["memberships.team_id", "memberships.role", "memberships.person_id"],
            name="fk_player_groups_membership",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("team_id", "type", "name", "person_id", name=op.f("pk_player_groups")),
    )
    op.create_table(
        "season_phases",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("season_plan_id", sa.Uuid(), nullable=False),
        sa.Column("season_number", sa.BigInteger(), nullable=False),
        sa.Column("season_starts_on", sa.Date(), nullable=False),
        sa.Column("season_ends_on", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("intensity", sa.Text(), nullable=False),
        sa.Column("load_multiplier", sa.Double(), nullable=True),
        sa.Column("training_frequency", sa.BigInteger(), nullable=False),
        sa.Column("game_frequency", sa.Double(), nullable=False),
        sa.Column("game_weekdays", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("recovery_ratio", sa.Double(), nullable=False),
        sa.Column("focus_areas", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("objectives", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        postgresql.ExcludeConstraint(
            (
                sa.text(
                    "int8range(season_number * 10000000 + (starts_on - DATE '0001-01-01'), "
                    "season_number * 10000000 + (ends_on - DATE '0001-01-01'), '[]')"
                ),
                "&&",
            ),
            deferrable=True,
            initially="DEFERRED",
            using="gist",
            name="ex_season_phases_overlap",
        ),
        sa.CheckConstraint(
            "cardinality(focus_areas) <= 20 AND array_position(focus_areas, NULL) IS NULL AND "
            "array_to_string(focus_areas, ',') ~ '^([a-z][a-z0-9_]{0,49}(,|$))*$'",
            name=op.f("ck_season_phases_focus_areas"),
        ),
        sa.CheckConstraint(
            "intensity IN ('recovery', 'low', 'medium', 'high', 'peak')",
            name=op.f("ck_season_phases_intensity"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(objectives) = 'array' AND jsonb_array_length(objectives) <= 20",
            name=op.f("ck_season_phases_objectives"),
        ),
        sa.CheckConstraint(
            "type IN ('preseason', 'in_season', 'playoffs', 'offseason', 'recovery')",
            name=op.f("ck_season_phases_type"),
        ),
        sa.CheckConstraint(
            'NOT jsonb_path_exists(objectives, \'$[*] ? (!(@.type == "strength" || @.type == '
            '"endurance" || @.type == "speed" || @.type == "skill" || @.type == "tactical"))\') '
            'AND NOT jsonb_path_exists(objectives, \'$[*] ? (!(@.priority == "high" || @.priority == '
            '"medium" || @.priority == "low"))\') AND NOT jsonb_path_exists(objectives, \'$[*] ? '
            "(!(@.targetImprovement >= 0 && @.targetImprovement <= 100))')",
            name=op.f("ck_season_phases_objectives_known"),
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_season_phases_name_length")),
        sa.CheckConstraint("game_frequency BETWEEN 0 AND 7", name=op.f("ck_season_phases_game_frequency")),
        sa.CheckConstraint(
            "game_weekdays <@ ARRAY[0, 1, 2, 3, 4, 5, 6]::bigint[] AND cardinality(game_weekdays) <= 7",
            name=op.f("ck_season_phases_game_weekdays"),
        ),
        sa.CheckConstraint("load_multiplier BETWEEN 0 AND 5", name=op.f("ck_season_phases_load_multiplier")),
        sa.CheckConstraint("recovery_ratio BETWEEN 0 AND 1", name=op.f("ck_season_phases_recovery_ratio")),
        sa.CheckConstraint(
            "season_starts_on <= starts_on AND ends_on <= season_ends_on",
            name=op.f("ck_season_phases_inside_the_season"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_season_phases_dates")),
        sa.CheckConstraint(
            "training_frequency BETWEEN 1 AND 14", name=op.f("ck_season_phases_training_frequency")
        ),
        sa.ForeignKeyConstraint(
            ["season_plan_id", "season_number", "season_starts_on", "season_ends_on"],
            ["season_plans.id", "season_plans.number", "season_plans.starts_on", "season_plans.ends_on"],
            name="fk_season_phases_season",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_phases")),
    )
    op.create_index(
        "ix_season_phases_season", "season_phases", ["season_plan_id", "starts_on", "id"], unique=False
    )
    op.create_table(
        "workouts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("planned_minutes", sa.BigInteger(), nullable=False),
        sa.Column("session_rpe", sa.Double(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("char_length(notes) BETWEEN 1 AND 5000", name=op.f("ck_workouts_notes_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_workouts_title_length")),
        sa.CheckConstraint("planned_minutes BETWEEN 1 AND 600", name=op.f("ck_workouts_planned_minutes")),
        sa.CheckConstraint("session_rpe BETWEEN 0 AND 10", name=op.f("ck_workouts_session_rpe")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_workouts_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_workouts_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workouts")),
        sa.UniqueConstraint("session_id", name=op.f("uq_workouts_session_id")),
    )
    op.create_index("ix_workouts_organization", "workouts", ["organization_id", "title", "id"], unique=False)
    op.create_table(
        "template_workouts",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("workout_id", sa.Uuid(), nullable=False),
        sa.Column("first_week", sa.BigInteger(), nullable=False),
        sa.Column("last_week", sa.BigInteger(), nullable=False),
        sa.Column("weekdays", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("target_type", sa.Text(), nullable=False),
        sa.Column("target_name", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("heart_rate_low_percent", sa.BigInteger(), nullable=True),
        sa.Column("heart_rate_high_percent", sa.BigInteger(), nullable=True),
        sa.Column("progression", sa.Text(), nullable=False),
        sa.Column("rate_percent", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "(target_type = 'team') = (target_name IS NULL)", name=op.f("ck_template_workouts_target_name")
        ),
        sa.CheckConstraint(
            "progression IN ('linear', 'stepped', 'wave', 'custom') AND progression <> 'custom'",
            name=op.f("ck_template_workouts_progression"),
        ),
        sa.CheckConstraint(
            "target_type IN ('team', 'age_group', 'custom_group', 'line', 'position')",
            name=op.f("ck_template_workouts_target_type"),
        ),
        sa.CheckConstraint(
            "(heart_rate_low_percent IS NULL) = (heart_rate_high_percent IS NULL)",
            name=op.f("ck_template_workouts_heart_rate_both"),
        ),
        sa.CheckConstraint(
            "1 <= first_week AND first_week <= last_week AND last_week <= 26",
            name=op.f("ck_template_workouts_weeks"),
        ),
        sa.CheckConstraint(
            "30 <= heart_rate_low_percent AND heart_rate_low_percent <= heart_rate_high_percent AND "
            "heart_rate_high_percent <= 100",
            name=op.f("ck_template_workouts_heart_rate"),
        ),
        sa.CheckConstraint(
            "char_length(target_name) BETWEEN 1 AND 100", name=op.f("ck_template_workouts_target_name_length")
        ),
        sa.CheckConstraint("ordinal BETWEEN 1 AND 60", name=op.f("ck_template_workouts_ordinal")),
        sa.CheckConstraint("rate_percent BETWEEN -50 AND 50", name=op.f("ck_template_workouts_rate_percent")),
        sa.CheckConstraint(
            "weekdays <@ ARRAY[0, 1, 2, 3, 4, 5, 6]::bigint[] AND cardinality(weekdays) BETWEEN 1 AND 7",
            name=op.f("ck_template_workouts_weekdays"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["phase_templates.id"],
            name=op.f("fk_template_workouts_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workout_id"], ["workouts.id"], name=op.f("fk_template_workouts_workout_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("template_id", "ordinal", name=op.f("pk_template_workouts")),
    )
    op.create_index(
        op.f("ix_template_workouts_workout_id"), "template_workouts", ["workout_id"], unique=False
    )
    op.create_table(
        "workout_assignments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("workout_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("scheduled_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("recurrence", sa.Text(), nullable=False),
        sa.Column("recurrence_interval", sa.BigInteger(), nullable=False),
        sa.Column("weekdays", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("recurrence_ends_on", sa.Date(), nullable=True),
        sa.Column("exceptions", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column(
            "last_day",
            sa.Date(),
            sa.Computed(
                "CASE WHEN recurrence = 'none' THEN scheduled_on ELSE LEAST(recurrence_ends_on, "
                "expires_on) END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("base_load_au", sa.BigInteger(), nullable=False),
        sa.Column("progression", sa.Text(), nullable=False),
        sa.Column("rate_percent", sa.Double(), nullable=False),
        sa.Column("minimum_load_au", sa.BigInteger(), nullable=False),
        sa.Column("maximum_load_au", sa.BigInteger(), nullable=False),
        sa.Column("custom_percents", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("relief_percent", sa.Double(), nullable=False),
        sa.Column("relief_until", sa.Date(), nullable=True),
        sa.Column("custom_load_multiplier", sa.Double(), nullable=False),
        sa.Column("custom_frequency", sa.BigInteger(), nullable=True),
        sa.Column("custom_intensity_steps", sa.BigInteger(), nullable=False),
        sa.Column("heart_rate_low", sa.BigInteger(), nullable=True),
        sa.Column("heart_rate_high", sa.BigInteger(), nullable=True),
        sa.Column("power_low_watts", sa.BigInteger(), nullable=True),
        sa.Column("power_high_watts", sa.BigInteger(), nullable=True),
        sa.Column("velocity_low_mps", sa.Double(), nullable=True),
        sa.Column("velocity_high_mps", sa.Double(), nullable=True),
        sa.Column(
            "exercise_selection", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(progression = 'custom') = (cardinality(custom_percents) > 0) AND "
            "cardinality(custom_percents) <= 60",
            name=op.f("ck_workout_assignments_custom_percents"),
        ),
        sa.CheckConstraint(
            "(status = 'completed') <= (completed_at IS NOT NULL)",
            name=op.f("ck_workout_assignments_completed_at"),
        ),
        sa.CheckConstraint(
            "(type IN ('individual', 'team')) = (group_name IS NULL)",
            name=op.f("ck_workout_assignments_group_name"),
        ),
        sa.CheckConstraint(
            "cardinality(weekdays) = 0 OR recurrence IN ('weekly', 'biweekly', 'custom')",
            name=op.f("ck_workout_assignments_weekdays_when"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(exercise_selection) = 'array'",
            name=op.f("ck_workout_assignments_exercise_selection"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(metadata -> 'phaseAdjustments') = 'array' AND jsonb_array_length(metadata -> "
            "'phaseAdjustments') <= CASE WHEN metadata ->> 'planningPhaseId' IS NULL THEN 0 ELSE 4 END",
            name=op.f("ck_workout_assignments_metadata_adjustments"),
        ),
        sa.CheckConstraint(
            "metadata ->> 'lastPhaseAdjustment' ~ "
            "'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$'",
            name=op.f("ck_workout_assignments_metadata_last_adjustment"),
        ),
        sa.CheckConstraint(
            "metadata ->> 'planningPhaseId' ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' AND "
            "metadata ->> 'seasonPlanId' ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'",
            name=op.f("ck_workout_assignments_metadata_ids"),
        ),
        sa.CheckConstraint(
            "metadata ?& ARRAY['planningPhaseId', 'seasonPlanId', 'lastPhaseAdjustment', "
            "'phaseAdjustments', 'originalPlanningData'] AND metadata - ARRAY['planningPhaseId', "
            "'seasonPlanId', 'lastPhaseAdjustment', 'phaseAdjustments', 'originalPlanningData'] = "
            "'{}'::jsonb",
            name=op.f("ck_workout_assignments_metadata_keys"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(metadata ->> 'planningPhaseId', metadata ->> 'seasonPlanId', metadata ->> "
            "'lastPhaseAdjustment', metadata ->> 'originalPlanningData') = CASE WHEN metadata ->> "
            "'planningPhaseId' IS NULL THEN 0 ELSE 4 END",
            name=op.f("ck_workout_assignments_metadata_all_or_none"),
        ),
        sa.CheckConstraint(
            "progression IN ('linear', 'stepped', 'wave', 'custom')",
            name=op.f("ck_workout_assignments_progression"),
        ),
        sa.CheckConstraint(
            "recurrence IN ('none', 'daily', 'weekly', 'biweekly', 'monthly', 'custom')",
            name=op.f("ck_workout_assignments_recurrence"),
        ),
        sa.CheckConstraint(
            "recurrence_ends_on >= scheduled_on", name=op.f("ck_workout_assignments_recurrence_ends_on")
        ),
        sa.CheckConstraint(
            "recurrence <> 'none' OR recurrence_ends_on IS NULL",
            name=op.f("ck_workout_assignments_recurrence_ends_when"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'active', 'completed', 'cancelled', 'archived')",
            name=op.f("ck_workout_assignments_status"),
        ),
        sa.CheckConstraint(
            "type IN ('individual', 'team', 'line', 'position', 'age_group', 'custom_group')",
            name=op.f("ck_workout_assignments_type"),
        ),
        sa.CheckConstraint(
            "(heart_rate_low IS NULL) = (heart_rate_high IS NULL)",
            name=op.f("ck_workout_assignments_heart_rate_both"),
        ),
        sa.CheckConstraint(
            "(power_low_watts IS NULL) = (power_high_watts IS NULL)",
            name=op.f("ck_workout_assignments_power_both"),
        ),
        sa.CheckConstraint(
            "(velocity_low_mps IS NULL) = (velocity_high_mps IS NULL)",
            name=op.f("ck_workout_assignments_velocity_both"),
        ),
        sa.CheckConstraint(
            "0 <= ALL (custom_percents) AND 500 >= ALL (custom_percents)",
            name=op.f("ck_workout_assignments_custom_percent"),
        ),
        sa.CheckConstraint(
            "0 <= minimum_load_au AND minimum_load_au <= base_load_au AND base_load_au <= "
            "maximum_load_au AND maximum_load_au <= 10000",
            name=op.f("ck_workout_assignments_load"),
        ),
        sa.CheckConstraint(
            "0 <= power_low_watts AND power_low_watts <= power_high_watts AND power_high_watts <= 5000",
            name=op.f("ck_workout_assignments_power"),
        ),
        sa.CheckConstraint(
            "0 <= velocity_low_mps AND velocity_low_mps <= velocity_high_mps AND velocity_high_mps <= 20",
            name=op.f("ck_workout_assignments_velocity"),
        ),
        sa.CheckConstraint(
            "25 <= heart_rate_low AND heart_rate_low <= heart_rate_high AND heart_rate_high <= 230",
            name=op.f("ck_workout_assignments_heart_rate"),
        ),
        sa.CheckConstraint(
            "cardinality(exceptions) <= 400 AND array_position(exceptions, NULL) IS NULL",
            name=op.f("ck_workout_assignments_exceptions"),
        ),
        sa.CheckConstraint(
            "char_length(group_name) BETWEEN 1 AND 100", name=op.f("ck_workout_assignments_group_name_length")
        ),
        sa.CheckConstraint(
            "custom_frequency BETWEEN 1 AND 7", name=op.f("ck_workout_assignments_custom_frequency")
        ),
        sa.CheckConstraint(
            "custom_intensity_steps BETWEEN -2 AND 2",
            name=op.f("ck_workout_assignments_custom_intensity_steps"),
        ),
        sa.CheckConstraint(
            "custom_load_multiplier BETWEEN 0 AND 5",
            name=op.f("ck_workout_assignments_custom_load_multiplier"),
        ),
        sa.CheckConstraint(
            "effective_from <= scheduled_on", name=op.f("ck_workout_assignments_effective_from")
        ),
        sa.CheckConstraint(
            "rate_percent BETWEEN -50 AND 50", name=op.f("ck_workout_assignments_rate_percent")
        ),
        sa.CheckConstraint(
            "recurrence_interval BETWEEN 1 AND 365", name=op.f("ck_workout_assignments_recurrence_interval")
        ),
        sa.CheckConstraint(
            "relief_percent > 0 OR relief_until IS NULL", name=op.f("ck_workout_assignments_relief_until")
        ),
        sa.CheckConstraint(
            "relief_percent BETWEEN 0 AND 100", name=op.f("ck_workout_assignments_relief_percent")
        ),
        sa.CheckConstraint("scheduled_on <= expires_on", name=op.f("ck_workout_assignments_expires_on")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_workout_assignments_version")),
        sa.CheckConstraint(
            "weekdays <@ ARRAY[0, 1, 2, 3, 4, 5, 6]::bigint[] AND cardinality(weekdays) <= 7",
            name=op.f("ck_workout_assignments_weekdays"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "player_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_workout_assignments_organization_id_player_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["teams.organization_id", "teams.id"],
            name=op.f("fk_workout_assignments_organization_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["phase_templates.id"],
            name=op.f("fk_workout_assignments_template_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["workout_id"],
            ["workouts.id"],
            name=op.f("fk_workout_assignments_workout_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workout_assignments")),
        sa.UniqueConstraint("id", "player_id", name=op.f("uq_workout_assignments_id_player_id")),
    )
    op.create_index(
        "ix_workout_assignments_adjusted",
        "workout_assignments",
        [sa.literal_column("(metadata ->> 'lastPhaseAdjustment')")],
        unique=False,
    )
    op.create_index(
        "ix_workout_assignments_phase",
        "workout_assignments",
        [sa.literal_column("(metadata -> 'planningPhaseId')")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_workout_assignments_planned",
        "workout_assignments",
        ["team_id", "scheduled_on", "id"],
        unique=False,
        postgresql_where=sa.text("(metadata ->> 'planningPhaseId') IS NOT NULL AND status = 'active'"),
    )
    op.create_index(
        "ix_workout_assignments_player",
        "workout_assignments",
        ["player_id", "scheduled_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_workout_assignments_season",
        "workout_assignments",
        [sa.literal_column("(metadata -> 'seasonPlanId')")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_workout_assignments_team", "workout_assignments", ["team_id", "scheduled_on", "id"], unique=False
    )
    op.create_index(
        "ix_workout_assignments_team_phase_status",
        "workout_assignments",
        ["team_id", sa.literal_column("(metadata ->> 'planningPhaseId')"), "status"],
        unique=False,
    )
    op.create_index(
        op.f("ix_workout_assignments_template_id"), "workout_assignments", ["template_id"], unique=False
    )
    op.create_index(
        op.f("ix_workout_assignments_workout_id"), "workout_assignments", ["workout_id"], unique=False
    )
    op.create_table(
        "workout_exercises",
        sa.Column("workout_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("unilateral", sa.Boolean(), nullable=False),
        sa.Column("tempo", sa.Text(), nullable=True),
        sa.Column("rest_seconds_min", sa.BigInteger(), nullable=True),
        sa.Column("rest_seconds_max", sa.BigInteger(), nullable=True),
        sa.Column("group_key", sa.Text(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("sets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "intent IN ('strength', 'power', 'hypertrophy', 'trunk', 'conditioning')",
            name=op.f("ck_workout_exercises_intent"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(sets) = 'array' AND jsonb_array_length(sets) BETWEEN 1 AND 60",
            name=op.f("ck_workout_exercises_sets"),
        ),
        sa.CheckConstraint("role IN ('core', 'accessory')", name=op.f("ck_workout_exercises_role")),
        sa.CheckConstraint(
            "tempo ~ '^([0-9]{1,2}|X)(-([0-9]{1,2}|X)){3}$'", name=op.f("ck_workout_exercises_tempo")
        ),
        sa.CheckConstraint(
            "0 <= rest_seconds_min AND rest_seconds_min <= rest_seconds_max AND rest_seconds_max <= 3600",
            name=op.f("ck_workout_exercises_rest"),
        ),
        sa.CheckConstraint(
            "char_length(group_key) BETWEEN 1 AND 50", name=op.f("ck_workout_exercises_group_key_length")
        ),
        sa.CheckConstraint(
            "char_length(notes) BETWEEN 1 AND 5000", name=op.f("ck_workout_exercises_notes_length")
        ),
        sa.CheckConstraint("position BETWEEN 1 AND 60", name=op.f("ck_workout_exercises_position")),
        sa.CheckConstraint("weight BETWEEN 0.1 AND 10", name=op.f("ck_workout_exercises_weight")),
        sa.ForeignKeyConstraint(
            ["exercise_id"],
            ["exercises.id"],
            name=op.f("fk_workout_exercises_exercise_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["workout_id"], ["workouts.id"], name=op.f("fk_workout_exercises_workout_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workout_id", "position", name=op.f("pk_workout_exercises")),
    )
    op.create_index(
        op.f("ix_workout_exercises_exercise_id"), "workout_exercises", ["exercise_id"], unique=False
    )
    op.create_table(
        "assignment_adjustments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_version", sa.BigInteger(), nullable=False),
        sa.Column("phase_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("original", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("adjusted", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "type IN ('load', 'frequency', 'intensity', 'exercise_selection')",
            name=op.f("ck_assignment_adjustments_type"),
        ),
        sa.CheckConstraint(
            "assignment_version >= 2", name=op.f("ck_assignment_adjustments_assignment_version")
        ),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200",
            name=op.f("ck_assignment_adjustments_actor_name_length"),
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 1000", name=op.f("ck_assignment_adjustments_reason_length")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_assignment_adjustments_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["workout_assignments.id"],
            name=op.f("fk_assignment_adjustments_assignment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_adjustments")),
        sa.UniqueConstraint(
            "assignment_id",
            "assignment_version",
            "type",
            name=op.f("uq_assignment_adjustments_assignment_id_assignment_version_type"),
        ),
    )
    op.create_index(
        op.f("ix_assignment_adjustments_actor_id"), "assignment_adjustments", ["actor_id"], unique=False
    )
    op.create_index(
        "ix_assignment_adjustments_phase", "assignment_adjustments", ["phase_id", "id"], unique=False
    )
    op.create_table(
        "training_completions",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_on", sa.Date(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actual_load_au", sa.Double(), nullable=True),
        sa.Column("completion_rate", sa.Double(), nullable=False),
        sa.Column("performance", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(performance) = 'object'", name=op.f("ck_training_completions_performance")
        ),
        sa.CheckConstraint(
            "actual_load_au BETWEEN 0 AND 10000", name=op.f("ck_training_completions_actual_load_au")
        ),
        sa.CheckConstraint(
            "completion_rate BETWEEN 0 AND 100", name=op.f("ck_training_completions_completion_rate")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id", "player_id"],
            ["workout_assignments.id", "workout_assignments.player_id"],
            name=op.f("fk_training_completions_assignment_id_player_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("assignment_id", "occurrence_on", name=op.f("pk_training_completions")),
    )
    op.create_index(
        "ix_training_completions_player",
        "training_completions",
        ["player_id", "occurrence_on", "assignment_id"],
        unique=False,
    )
    op.execute(
        """
    CREATE FUNCTION refuse_to_rewrite_adjustments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (
            SELECT FROM workout_assignments WHERE id = OLD.assignment_id
        ) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
            AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id'
            AND NOT EXISTS (SELECT FROM people WHERE id = OLD.actor_id)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the history of adjustments is never rewritten' USING ERRCODE = 'restrict_violation';
    END
    $$
    """
    )
    op.execute(
        """
    CREATE TRIGGER assignment_adjustments_are_append_only BEFORE UPDATE OR DELETE ON assignment_adjustments
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_adjustments()
    """
    )
    op.execute(
        """
    CREATE FUNCTION refuse_to_lose_a_phase() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM season_phases WHERE id = OLD.id) AND EXISTS (
            SELECT FROM workout_assignments
            WHERE (metadata -> 'planningPhaseId') ? OLD.id::text AND status IN ('draft', 'active')
        ) THEN
            RAISE EXCEPTION USING
                MESSAGE = 'assignments still follow season phase ' || OLD.id,
                ERRCODE = 'foreign_key_violation', CONSTRAINT = 'season_phases_are_left_first';
        END IF;
        RETURN NULL;
    END
    $$
    """
    )
    op.execute(
        """
    CREATE CONSTRAINT TRIGGER season_phases_are_left_first AFTER DELETE ON season_phases
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_to_lose_a_phase()
    """
    )


def downgrade() -> None:
    op.drop_table("training_completions")
    op.drop_table("assignment_adjustments")
    op.drop_table("workout_exercises")
    op.drop_table("workout_assignments")
    op.drop_table("template_workouts")
    op.drop_table("workouts")
    op.drop_table("season_phases")
    op.drop_table("player_groups")
    op.drop_table("season_plans")
    op.drop_table("player_physiology")
    op.drop_table("medical_restrictions")
    op.drop_table("phase_templates")
    op.execute("DROP FUNCTION refuse_to_rewrite_adjustments()")
    op.execute("DROP FUNCTION refuse_to_lose_a_phase()")

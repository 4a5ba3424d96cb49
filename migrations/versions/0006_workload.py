"""What players did and how they felt, with what is already known of it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFUSE_TO_REWRITE = """
    CREATE FUNCTION refuse_to_rewrite_reports() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        is_orphan boolean;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I WHERE id = ($1).%I)', TG_ARGV[0], TG_ARGV[1])
            INTO is_orphan USING OLD;
            IF is_orphan THEN
                RETURN OLD;
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
            AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id'
            AND NOT EXISTS (SELECT FROM people WHERE id = OLD.actor_id)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the history of reports is never rewritten' USING ERRCODE = 'restrict_violation';
    END
    $$
    """
# What was reported before there was a log. Of a session that was both assigned and logged on one day, the
# completion is taken where it says a load.
COMPLETIONS_KNOWN = """
    INSERT INTO training_entries (
        organization_id, player_id, team_id, source, session_id, assignment_id, occurrence_on, day, kind,
        occurred_at, load_au, load_method, recorded_at, actor_id, actor_name
    )
    SELECT assignment.organization_id, done.player_id, assignment.team_id, 'completion', workout.session_id,
           done.assignment_id, done.occurrence_on,
           (done.completed_at AT TIME ZONE player.time_zone)::date, 'training', done.completed_at,
           done.actual_load_au, CASE WHEN done.actual_load_au IS NULL THEN NULL ELSE 'own' END,
           done.recorded_at, player.id, player.display_name
    FROM training_completions done
    JOIN workout_assignments assignment ON assignment.id = done.assignment_id
    JOIN workouts workout ON workout.id = assignment.workout_id
    JOIN people player ON player.id = done.player_id
    WHERE (done.completed_at AT TIME ZONE player.time_zone)::date >= '2000-01-01'
    """
SESSIONS_LOGGED = """
    INSERT INTO training_entries (
        organization_id, player_id, source, session_id, day, kind, occurred_at, minutes, session_rpe, load_au,
        load_method, recorded_at, actor_id, actor_name
    )
    SELECT player.organization_id, player.id, 'plan_session', done.session_id,
           (done.logged_at AT TIME ZONE player.time_zone)::date, 'training', done.logged_at,
           done.actual_minutes, done.session_rpe, round(done.session_rpe * done.actual_minutes, 2),
           CASE WHEN done.session_rpe IS NULL THEN NULL ELSE 'session_rpe' END,
           done.logged_at, player.id, player.display_name
    FROM session_logs done
    JOIN people player ON player.id = done.athlete_id
    WHERE NOT EXISTS (
        SELECT FROM training_entries twin
        WHERE twin.session_id = done.session_id AND twin.player_id = player.id
          AND twin.day = (done.logged_at AT TIME ZONE player.time_zone)::date AND twin.load_au IS NOT NULL
    )
      AND (done.logged_at AT TIME ZONE player.time_zone)::date >= '2000-01-01'
    """


def upgrade() -> None:
    op.create_table(
        "rest_days",
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("is_rest", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.CheckConstraint("day >= '2000-01-01'", name=op.f("ck_rest_days_day")),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200", name=op.f("ck_rest_days_actor_name_length")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rest_days_version")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_rest_days_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "player_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_rest_days_organization_id_player_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("player_id", "day", "version", name=op.f("pk_rest_days")),
    )
    op.create_index(op.f("ix_rest_days_actor_id"), "rest_days", ["actor_id"], unique=False)
    op.create_table(
        "wellness_reports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("sleep", sa.Double(), nullable=True),
        sa.Column("fatigue", sa.Double(), nullable=True),
        sa.Column("soreness", sa.Double(), nullable=True),
        sa.Column("stress", sa.Double(), nullable=True),
        sa.Column("mood", sa.Double(), nullable=True),
        sa.Column("has_pain", sa.Boolean(), nullable=True),
        sa.Column("is_ill", sa.Boolean(), nullable=True),
        sa.Column("hours_of_sleep", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.CheckConstraint("day >= '2000-01-01'", name=op.f("ck_wellness_reports_day")),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200", name=op.f("ck_wellness_reports_actor_name_length")
        ),
        sa.CheckConstraint(
            "char_length(note) BETWEEN 1 AND 1000", name=op.f("ck_wellness_reports_note_length")
        ),
        sa.CheckConstraint(
            "fatigue BETWEEN 1 AND 5 AND fatigue * 2 = floor(fatigue * 2)",
            name=op.f("ck_wellness_reports_fatigue"),
        ),
        sa.CheckConstraint(
            "hours_of_sleep BETWEEN 0 AND 24", name=op.f("ck_wellness_reports_hours_of_sleep")
        ),
        sa.CheckConstraint(
            "mood BETWEEN 1 AND 5 AND mood * 2 = floor(mood * 2)", name=op.f("ck_wellness_reports_mood")
        ),
        sa.CheckConstraint(
            "num_nonnulls(sleep, fatigue, soreness, stress, mood, hours_of_sleep, has_pain, is_ill) > 0",
            name=op.f("ck_wellness_reports_says_something"),
        ),
        sa.CheckConstraint(
            "sleep BETWEEN 1 AND 5 AND sleep * 2 = floor(sleep * 2)", name=op.f("ck_wellness_reports_sleep")
        ),
        sa.CheckConstraint(
            "soreness BETWEEN 1 AND 5 AND soreness * 2 = floor(soreness * 2)",
            name=op.f("ck_wellness_reports_soreness"),
        ),
        sa.CheckConstraint(
            "stress BETWEEN 1 AND 5 AND stress * 2 = floor(stress * 2)",
            name=op.f("ck_wellness_reports_stress"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_wellness_reports_version")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_wellness_reports_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "player_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_wellness_reports_organization_id_player_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wellness_reports")),
        sa.UniqueConstraint("player_id", "day", name=op.f("uq_wellness_reports_player_id_day")),
    )
    op.create_index(op.f("ix_wellness_reports_actor_id"), "wellness_reports", ["actor_id"], unique=False)
    op.create_table(
        "wellness_versions",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sleep", sa.Double(), nullable=True),
        sa.Column("fatigue", sa.Double(), nullable=True),
        sa.Column("soreness", sa.Double(), nullable=True),
        sa.Column("stress", sa.Double(), nullable=True),
        sa.Column("mood", sa.Double(), nullable=True),
        sa.Column("has_pain", sa.Boolean(), nullable=True),
        sa.Column("is_ill", sa.Boolean(), nullable=True),
        sa.Column("hours_of_sleep", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200", name=op.f("ck_wellness_versions_actor_name_length")
        ),
        sa.CheckConstraint(
            "char_length(note) BETWEEN 1 AND 1000", name=op.f("ck_wellness_versions_note_length")
        ),
        sa.CheckConstraint(
            "fatigue BETWEEN 1 AND 5 AND fatigue * 2 = floor(fatigue * 2)",
            name=op.f("ck_wellness_versions_fatigue"),
        ),
        sa.CheckConstraint(
            "hours_of_sleep BETWEEN 0 AND 24", name=op.f("ck_wellness_versions_hours_of_sleep")
        ),
        sa.CheckConstraint(
            "mood BETWEEN 1 AND 5 AND mood * 2 = floor(mood * 2)", name=op.f("ck_wellness_versions_mood")
        ),
        sa.CheckConstraint(
            "num_nonnulls(sleep, fatigue, soreness, stress, mood, hours_of_sleep, has_pain, is_ill) > 0",
            name=op.f("ck_wellness_versions_says_something"),
        ),
        sa.CheckConstraint(
            "sleep BETWEEN 1 AND 5 AND sleep * 2 = floor(sleep * 2)", name=op.f("ck_wellness_versions_sleep")
        ),
        sa.CheckConstraint(
            "soreness BETWEEN 1 AND 5 AND soreness * 2 = floor(soreness * 2)",
            name=op.f("ck_wellness_versions_soreness"),
        ),
        sa.CheckConstraint(
            "stress BETWEEN 1 AND 5 AND stress * 2 = floor(stress * 2)",
            name=op.f("ck_wellness_versions_stress"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_wellness_versions_version")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_wellness_versions_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["wellness_reports.id"],
            name=op.f("fk_wellness_versions_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", "version", name=op.f("pk_wellness_versions")),
    )
    op.create_index(op.f("ix_wellness_versions_actor_id"), "wellness_versions", ["actor_id"], unique=False)
    op.create_table(
        "training_entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("occurrence_on", sa.Date(), nullable=True),
        sa.Column("content_key", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("session_rpe", sa.Double(), nullable=True),
        sa.Column("load_au", sa.Double(), nullable=True),
        sa.Column("load_method", sa.Text(), nullable=True),
        sa.Column("average_bpm", sa.BigInteger(), nullable=True),
        sa.Column("maximum_bpm", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("day >= '2000-01-01'", name=op.f("ck_training_entries_day")),
        sa.CheckConstraint("kind IN ('training', 'game')", name=op.f("ck_training_entries_kind")),
        sa.CheckConstraint(
            "load_au IS NOT NULL OR source IN ('plan_session', 'completion', 'fit')",
            name=op.f("ck_training_entries_load_known"),
        ),
        sa.CheckConstraint(
            "load_method <> 'session_rpe' OR (num_nulls(session_rpe, minutes) = 0"
            " AND abs(load_au - session_rpe * minutes) < 0.01)",
            name=op.f("ck_training_entries_load_is_rpe_times_minutes"),
        ),
        sa.CheckConstraint(
            "load_method IN ('session_rpe', 'own')", name=op.f("ck_training_entries_load_method")
        ),
        sa.CheckConstraint(
            "source IN ('manual', 'plan_session', 'completion', 'csv', 'xlsx', 'fit')",
            name=op.f("ck_training_entries_source"),
        ),
        sa.CheckConstraint(
            "assignment_id IS NULL OR occurrence_on IS NOT NULL",
            name=op.f("ck_training_entries_assignment_day"),
        ),
        sa.CheckConstraint(
            "(load_au IS NULL) = (load_method IS NULL)", name=op.f("ck_training_entries_load_has_method")
        ),
        sa.CheckConstraint("average_bpm <= maximum_bpm", name=op.f("ck_training_entries_bpm_order")),
        sa.CheckConstraint("average_bpm BETWEEN 25 AND 250", name=op.f("ck_training_entries_average_bpm")),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200", name=op.f("ck_training_entries_actor_name_length")
        ),
        sa.CheckConstraint(
            "char_length(note) BETWEEN 1 AND 1000", name=op.f("ck_training_entries_note_length")
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 240", name=op.f("ck_training_entries_reason_length")
        ),
        sa.CheckConstraint("load_au BETWEEN 0 AND 10000", name=op.f("ck_training_entries_load_au")),
        sa.CheckConstraint("maximum_bpm BETWEEN 25 AND 250", name=op.f("ck_training_entries_maximum_bpm")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_training_entries_minutes")),
        sa.CheckConstraint("octet_length(content_key) = 32", name=op.f("ck_training_entries_content_key")),
        sa.CheckConstraint("session_rpe BETWEEN 0 AND 10", name=op.f("ck_training_entries_session_rpe")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_training_entries_version")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_training_entries_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id", "player_id"],
            ["workout_assignments.id", "workout_assignments.player_id"],
            name=op.f("fk_training_entries_assignment_id_player_id"),
            ondelete="SET NULL (assignment_id)",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "player_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_training_entries_organization_id_player_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["teams.organization_id", "teams.id"],
            name=op.f("fk_training_entries_organization_id_team_id"),
            ondelete="SET NULL (team_id)",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_training_entries_session_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_entries")),
        sa.UniqueConstraint(
            "player_id", "content_key", name=op.f("uq_training_entries_player_id_content_key")
        ),
    )
    op.create_index(op.f("ix_training_entries_actor_id"), "training_entries", ["actor_id"], unique=False)
    op.create_index(
        "ix_training_entries_assignment",
        "training_entries",
        ["player_id", "assignment_id"],
        unique=False,
        postgresql_where=sa.text("assignment_id IS NOT NULL"),
    )
    op.create_index(
        "ix_training_entries_player", "training_entries", ["player_id", "day", "id"], unique=False
    )
    op.create_index(
        "ix_training_entries_session",
        "training_entries",
        ["session_id"],
        unique=False,
        postgresql_where=sa.text("session_id IS NOT NULL"),
    )
    op.create_index(
        "ix_training_entries_team",
        "training_entries",
        ["organization_id", "team_id"],
        unique=False,
        postgresql_where=sa.text("team_id IS NOT NULL"),
    )
    op.create_index(
        "uq_training_entries_assignment",
        "training_entries",
        ["assignment_id", "player_id", "occurrence_on"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "training_versions",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("session_rpe", sa.Double(), nullable=True),
        sa.Column("load_au", sa.Double(), nullable=True),
        sa.Column("load_method", sa.Text(), nullable=True),
        sa.Column("average_bpm", sa.BigInteger(), nullable=True),
        sa.Column("maximum_bpm", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("day >= '2000-01-01'", name=op.f("ck_training_versions_day")),
        sa.CheckConstraint("kind IN ('training', 'game')", name=op.f("ck_training_versions_kind")),
        sa.CheckConstraint(
            "load_method <> 'session_rpe' OR (num_nulls(session_rpe, minutes) = 0"
            " AND abs(load_au - session_rpe * minutes) < 0.01)",
            name=op.f("ck_training_versions_load_is_rpe_times_minutes"),
        ),
        sa.CheckConstraint(
            "load_method IN ('session_rpe', 'own')", name=op.f("ck_training_versions_load_method")
        ),
        sa.CheckConstraint(
            "(load_au IS NULL) = (load_method IS NULL)", name=op.f("ck_training_versions_load_has_method")
        ),
        sa.CheckConstraint("average_bpm <= maximum_bpm", name=op.f("ck_training_versions_bpm_order")),
        sa.CheckConstraint("average_bpm BETWEEN 25 AND 250", name=op.f("ck_training_versions_average_bpm")),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200", name=op.f("ck_training_versions_actor_name_length")
        ),
        sa.CheckConstraint(
            "char_length(note) BETWEEN 1 AND 1000", name=op.f("ck_training_versions_note_length")
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 240", name=op.f("ck_training_versions_reason_length")
        ),
        sa.CheckConstraint("load_au BETWEEN 0 AND 10000", name=op.f("ck_training_versions_load_au")),
        sa.CheckConstraint("maximum_bpm BETWEEN 25 AND 250", name=op.f("ck_training_versions_maximum_bpm")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_training_versions_minutes")),
        sa.CheckConstraint("session_rpe BETWEEN 0 AND 10", name=op.f("ck_training_versions_session_rpe")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_training_versions_version")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_training_versions_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["training_entries.id"],
            name=op.f("fk_training_versions_entry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entry_id", "version", name=op.f("pk_training_versions")),
    )
    op.create_index(op.f("ix_training_versions_actor_id"), "training_versions", ["actor_id"], unique=False)
    op.execute(REFUSE_TO_REWRITE)
    for table, parent, key in (
        ("training_versions", "training_entries", "entry_id"),
        ("wellness_versions", "wellness_reports", "report_id"),
        ("rest_days", "people", "player_id"),
    ):
        op.execute(
            f"""
    CREATE TRIGGER {table}_are_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_reports('{parent}', '{key}')
    """
        )
    op.execute(COMPLETIONS_KNOWN)
    op.execute(SESSIONS_LOGGED)


def downgrade() -> None:
    op.drop_table("training_versions")
    op.drop_table("training_entries")
    op.drop_table("wellness_versions")
    op.drop_table("wellness_reports")
    op.drop_table("rest_days")
    op.execute("DROP FUNCTION refuse_to_rewrite_reports()")

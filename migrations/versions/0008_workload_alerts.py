"""Where coaches want to be warned of a load, and what became of the warnings."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workload_alerts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("player_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column("current_value", sa.Double(), nullable=False),
        sa.Column("threshold_value", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("adjustment_type", sa.Text(), nullable=True),
        sa.Column("adjustment_value", sa.Double(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("planned_week_au", sa.Double(), nullable=True),
        sa.Column("recommended_week_au", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "adjustment_type IN ('reduce_load', 'increase_recovery', 'skip_training')",
            name=op.f("ck_workload_alerts_adjustment_type"),
        ),
        sa.CheckConstraint("metric ~ '^[a-z0-9_]{1,40}$'", name=op.f("ck_workload_alerts_metric")),
        sa.CheckConstraint("severity IN ('warning', 'critical')", name=op.f("ck_workload_alerts_severity")),
        sa.CheckConstraint("source IN ('own', 'planning_service')", name=op.f("ck_workload_alerts_source")),
        sa.CheckConstraint(
            "status IN ('open', 'acknowledged', 'overridden', 'accepted')",
            name=op.f("ck_workload_alerts_status"),
        ),
        sa.CheckConstraint(
            "type IN ('high_load', 'recovery_needed', 'injury_risk')", name=op.f("ck_workload_alerts_type")
        ),
        sa.CheckConstraint(
            "(adjustment_type IS NULL) = (adjustment_value IS NULL)",
            name=op.f("ck_workload_alerts_adjustment_whole"),
        ),
        sa.CheckConstraint(
            "adjustment_value > 0 AND adjustment_value <= 1000",
            name=op.f("ck_workload_alerts_adjustment_value"),
        ),
        sa.CheckConstraint(
            "char_length(effect) BETWEEN 1 AND 2000", name=op.f("ck_workload_alerts_effect_length")
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 2000", name=op.f("ck_workload_alerts_reason_length")
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_workload_alerts_days")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_workload_alerts_version")),
        sa.ForeignKeyConstraint(
            ["organization_id", "player_id"],
            ["people.organization_id", "people.id"],
            name=op.f("fk_workload_alerts_organization_id_player_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["teams.organization_id", "teams.id"],
            name=op.f("fk_workload_alerts_organization_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workload_alerts")),
        sa.UniqueConstraint(
            "team_id",
            "player_id",
            "type",
            "first_day",
            name=op.f("uq_workload_alerts_team_id_player_id_type_first_day"),
        ),
    )
    op.create_index(
        "ix_workload_alerts_latest", "workload_alerts", ["team_id", "raised_at", "id"], unique=False
    )
    op.create_index(
        "ix_workload_alerts_organization", "workload_alerts", ["organization_id", "team_id"], unique=False
    )
    op.create_index(
        "ix_workload_alerts_player", "workload_alerts", ["organization_id", "player_id"], unique=False
    )
    op.create_index(
        "uq_workload_alerts_lasting",
        "workload_alerts",
        ["player_id", "team_id", "type"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "workload_thresholds",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("acute_chronic_limit", sa.Double(), nullable=False),
        sa.Column("monotony_limit", sa.Double(), nullable=False),
        sa.Column("strain_z_limit", sa.Double(), nullable=False),
        sa.Column("week_change_limit_percent", sa.Double(), nullable=False),
        sa.Column("wellness_z_floor", sa.Double(), nullable=False),
        sa.Column("acute_load_limit_au", sa.Double(), nullable=True),
        sa.Column("acute_load_critical_au", sa.Double(), nullable=True),
        sa.Column("acute_load_percentile", sa.Double(), nullable=True),
        sa.Column("readiness_floor", sa.Double(), nullable=True),
        sa.Column("readiness_critical", sa.Double(), nullable=True),
        sa.Column("recovery_floor", sa.Double(), nullable=True),
        sa.Column("recovery_critical", sa.Double(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "acute_chronic_limit > 1 AND acute_chronic_limit < 3.625",
            name=op.f("ck_workload_thresholds_acute_chronic_limit"),
        ),
        sa.CheckConstraint(
            "acute_load_critical_au IS NULL OR coalesce(acute_load_critical_au > acute_load_limit_au, false)",
            name=op.f("ck_workload_thresholds_acute_load_order"),
        ),
        sa.CheckConstraint(
            "acute_load_limit_au BETWEEN 1 AND 100000 AND acute_load_critical_au <= 100000",
            name=op.f("ck_workload_thresholds_acute_load"),
        ),
        sa.CheckConstraint(
            "acute_load_percentile >= 50 AND acute_load_percentile < 100",
            name=op.f("ck_workload_thresholds_acute_load_percentile"),
        ),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200", name=op.f("ck_workload_thresholds_actor_name_length")
        ),
        sa.CheckConstraint(
            "monotony_limit > 0 AND monotony_limit <= 20", name=op.f("ck_workload_thresholds_monotony_limit")
        ),
        sa.CheckConstraint(
            "readiness_critical > 0 AND readiness_critical < readiness_floor",
            name=op.f("ck_workload_thresholds_readiness_critical"),
        ),
        sa.CheckConstraint(
            "readiness_floor > 0 AND readiness_floor <= 50",
            name=op.f("ck_workload_thresholds_readiness_floor"),
        ),
        sa.CheckConstraint(
            "recovery_critical > 0 AND recovery_critical < recovery_floor",
            name=op.f("ck_workload_thresholds_recovery_critical"),
        ),
        sa.CheckConstraint(
            "recovery_floor > 0 AND recovery_floor <= 50", name=op.f("ck_workload_thresholds_recovery_floor")
        ),
        sa.CheckConstraint(
            "strain_z_limit > 0 AND strain_z_limit <= 10", name=op.f("ck_workload_thresholds_strain_z_limit")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_workload_thresholds_version")),
        sa.CheckConstraint(
            "week_change_limit_percent > 0 AND week_change_limit_percent <= 1000",
            name=op.f("ck_workload_thresholds_week_change_limit"),
        ),
        sa.CheckConstraint(
            "wellness_z_floor >= -10 AND wellness_z_floor < 0",
            name=op.f("ck_workload_thresholds_wellness_z_floor"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_workload_thresholds_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["teams.organization_id", "teams.id"],
            name=op.f("fk_workload_thresholds_organization_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("team_id", "version", name=op.f("pk_workload_thresholds")),
    )
    op.create_index(
        op.f("ix_workload_thresholds_actor_id"), "workload_thresholds", ["actor_id"], unique=False
    )
    op.create_index(
        "ix_workload_thresholds_team", "workload_thresholds", ["organization_id", "team_id"], unique=False
    )
    op.create_table(
        "workload_alert_entries",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("current_value", sa.Double(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action <> 'overridden' OR reason IS NOT NULL",
            name=op.f("ck_workload_alert_entries_override_has_reason"),
        ),
        sa.CheckConstraint(
            "action IN ('raised', 'escalated', 'changed', 'acknowledged', 'overridden',"
            " 'accepted', 'undone', 'resolved', 'reopened')",
            name=op.f("ck_workload_alert_entries_action"),
        ),
        sa.CheckConstraint(
            "severity IN ('warning', 'critical')", name=op.f("ck_workload_alert_entries_severity")
        ),
        sa.CheckConstraint(
            "char_length(actor_name) BETWEEN 1 AND 200",
            name=op.f("ck_workload_alert_entries_actor_name_length"),
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 240", name=op.f("ck_workload_alert_entries_reason_length")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_workload_alert_entries_version")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_workload_alert_entries_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["workload_alerts.id"],
            name=op.f("fk_workload_alert_entries_alert_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("alert_id", "version", name=op.f("pk_workload_alert_entries")),
    )
    op.create_index(
        op.f("ix_workload_alert_entries_actor_id"), "workload_alert_entries", ["actor_id"], unique=False
    )
    for table, parent, key in (
        ("workload_thresholds", "teams", "team_id"),
        ("workload_alert_entries", "workload_alerts", "alert_id"),
    ):
        op.execute(
            f"""
            CREATE TRIGGER {table}_are_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_reports('{parent}', '{key}')
            """
        )


def downgrade() -> None:
    op.drop_table("workload_alert_entries")
    op.drop_table("workload_alerts")
    op.drop_table("workload_thresholds")

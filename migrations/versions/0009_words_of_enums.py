"""Columns that hold the words of an enum refuse every other word: a read of one would fail."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

METRICS = (
    "metric IN ('total_load', 'training_load', 'game_load', 'week_load', 'week_training_load',"
    " 'week_game_load', 'week_change', 'monotony', 'strain', 'strain_z', 'acute_load', 'chronic_load',"
    " 'acute_chronic_ewma', 'acute_chronic_coupled', 'acute_chronic_uncoupled', 'fitness', 'fatigue', 'form',"
    " 'recovery', 'wellness_z', 'readiness', 'own_load_limit')"
)
OF_UNKNOWN_KIND = """'$[*][1] ? (!(@ == "warm_up" || @ == "ramp" || @ == "working"))'"""


def upgrade() -> None:
    # A row with a word that nobody knows could never be read: it becomes what it says without that word.
    op.execute(f"UPDATE workload_alerts SET metric = NULL WHERE NOT {METRICS}")  # noqa: S608
    op.execute(
        f"""
        UPDATE workout_exercises SET sets = (
            SELECT jsonb_agg(
                CASE WHEN jsonb_path_exists(jsonb_build_array(each), {OF_UNKNOWN_KIND})
                THEN jsonb_set(each, '{{1}}', '"working"') ELSE each END
                ORDER BY n
            )
            FROM jsonb_array_elements(sets) WITH ORDINALITY given(each, n)
        )
        WHERE jsonb_path_exists(sets, {OF_UNKNOWN_KIND})
        """  # noqa: S608
    )
    _replace_check_of_metrics(METRICS)
    op.execute(
        f"""
        -- squawk-ignore constraint-missing-not-valid
        ALTER TABLE workout_exercises ADD CONSTRAINT ck_workout_exercises_set_kinds
        CHECK (NOT jsonb_path_exists(sets, {OF_UNKNOWN_KIND}))
        """
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_workout_exercises_set_kinds"), "workout_exercises", type_="check")
    _replace_check_of_metrics("metric ~ '^[a-z0-9_]{1,40}$'")


def _replace_check_of_metrics(condition: str) -> None:
    """In one step: both tables are read through in a fraction of a second, and replicas migrate once in one
    transaction. Nobody is left without the rule that is taken away.
    """
    op.execute(
        f"""
        -- squawk-ignore ban-drop-constraint, constraint-missing-not-valid
        ALTER TABLE workload_alerts DROP CONSTRAINT ck_workload_alerts_metric,
        ADD CONSTRAINT ck_workload_alerts_metric CHECK ({condition})
        """
    )

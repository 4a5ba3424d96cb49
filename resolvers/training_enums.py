"""The words of training that was done as GraphQL enums; ``resolvers/enums.py`` imports them."""

from domain.training_log import LoadMethod, TrainingKind, TrainingSource
from integrations.log_files import LogFormat
from resolvers.enum_descriptions import described

described(
    TrainingKind,
    "TrainingKind",
    "Whether a load is of training or of games.",
    {"training": "Training.", "game": "A game, match or competition."},
)
described(
    TrainingSource,
    "TrainingSource",
    "How a training came into the log.",
    {
        "manual": "Reported by hand.",
        "plan_session": "A session of a plan that was logged.",
        "completion": "An assignment that was completed.",
        "csv": "From a CSV file.",
        "xlsx": "From a workbook.",
        "fit": "From a sport watch.",
    },
)
described(
    LoadMethod,
    "LoadMethod",
    "Where a load is from.",
    {"session_rpe": "Session RPE times minutes.", "own": "Its source's own scale."},
)
described(
    LogFormat,
    "TrainingFileFormat",
    "What a file with training is; see docs/training-log.md.",
    {
        "csv": "A table with the column names first.",
        "xlsx": "A workbook with a sheet that is such a table, in base64.",
        "fit": "A file of a sport watch, in base64.",
    },
)

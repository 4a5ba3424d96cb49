"""Every table: importing this package fills ``Base.metadata``."""

from db.models import exercises, operations, people, plans

__all__ = ["exercises", "operations", "people", "plans"]

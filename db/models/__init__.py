"""Every table: importing this package fills ``Base.metadata``."""

from db.models import events, exercises, operations, people, plans

__all__ = ["events", "exercises", "operations", "people", "plans"]

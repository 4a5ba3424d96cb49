"""Every table: importing this package fills ``Base.metadata``."""

from db.models import operations

__all__ = ["operations"]

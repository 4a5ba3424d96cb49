"""The manifest of trusted documents, as it is read at start."""

from __future__ import annotations

import json
from pathlib import Path

from app.settings_problems import SettingsError


def read_manifest(path: Path | None) -> dict[str, str]:
    """Documents by their ids. ``SettingsError`` for a file that is none: nothing starts without it."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError([f"  TRUSTED_DOCUMENTS_FILE: {path} cannot be read: {error}"]) from None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise SettingsError([f"  TRUSTED_DOCUMENTS_FILE: {path} is no JSON object of documents by their ids"])
    return found

"""Six published programmes' sessions, with their sources, in the format that ``importPlan`` reads."""

from __future__ import annotations

import json
from pathlib import Path

PROGRAMMES_FILE = Path(__file__).with_name("programmes.json")


def programme_documents() -> dict[str, bytes]:
    """Short name to the JSON document of one session, ready for ``integrations.plan_files.read_document``."""
    programmes = json.loads(PROGRAMMES_FILE.read_text(encoding="utf-8"))
    return {name: json.dumps(document).encode() for name, document in programmes.items()}

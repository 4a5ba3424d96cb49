"""Our own phase templates, one for each type of phase, in the format that a template is imported from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid5

from db.catalogue import catalogue
from domain.exercise_matching import CatalogueIndex, index_of
from domain.phase_templates import PhaseTemplate
from domain.template_json import import_template

TEMPLATES_FILE = Path(__file__).with_name("own_templates.json")
NAMESPACE = UUID("4a1d2c0e-8a53-5b0c-9a0e-5d1f7e6b3c22")
FIRST_WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def our_templates() -> tuple[PhaseTemplate, ...]:
    """Everyone's templates; an id depends on the template's name alone."""
    index = index_of(catalogue())
    return tuple(_template(document, index) for document in json.loads(TEMPLATES_FILE.read_text("utf-8")))


def _template(document: dict[str, object], index: CatalogueIndex) -> PhaseTemplate:
    name = str(document["name"])
    outcome = import_template(
        json.dumps(document), index, None, lambda path: uuid5(NAMESPACE, f"{name}/{path}"), FIRST_WRITTEN
    )
    if outcome.template is None:
        raise ValueError(f"Our template {name} cannot be read: {outcome.problems}")
    return outcome.template

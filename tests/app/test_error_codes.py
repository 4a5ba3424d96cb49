"""Every code that the edge can answer with is explained, and what is explained exists."""

from __future__ import annotations

import re
from pathlib import Path

from app.settings import ROOT

_RAISED = re.compile(r'(?:LimitExceeded|HttpRefusal|_error|_graphql_error)\(\s*(?:\d+,\s*)?"([A-Za-z_]+)"')


def codes_in(text: str) -> set[str]:
    return set(_RAISED.findall(text))


def sources() -> list[Path]:
    return [path for folder in ("app", "schema") for path in (ROOT / folder).rglob("*.py")]


def test_every_code_is_explained() -> None:
    page = (ROOT / "docs/http.md").read_text("utf-8")
    raised = set().union(*(codes_in(path.read_text("utf-8")) for path in sources()))
    raised |= {"rate_limited", "bad_user_input", "graphql_syntax_error", "graphql_validation_failed"}
    raised |= {"internal_error", "outcome_unknown", "timeout", "too_many_aliases", "too_many_root_fields"}

    assert len(raised) > 35
    assert {code for code in raised if f"`{code}`" not in page} == set()


def test_every_explained_code_exists() -> None:
    page = (ROOT / "docs/http.md").read_text("utf-8")
    table = page.partition("| code | status | when |")[2]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    explained = {code for cell in first_cells for code in re.findall(r"`([A-Za-z_]+)`", cell)}
    everything = "\n".join(path.read_text("utf-8") for path in [*sources(), ROOT / "resolvers/failures.py"])

    assert len(explained) > 35
    assert {code for code in explained if f'"{code}"' not in everything} == set()

"""What the README shows is what a new user gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.end_to_end.running import Server, serving

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("taper")) as running:
        yield running
        running.stop()


def test_the_query_to_paste_has_the_answer_that_stands_below_it(server: Server) -> None:
    with server.client() as client:
        answer = client.post(
            "/graphql", json={"query": _block("graphql")}, headers={"authorization": f"Bearer {server.token}"}
        )

    assert answer.json() == json.loads(_block("json"))


def test_the_server_says_what_the_readme_quotes(server: Server) -> None:
    quoted = re.search(r"^Taper is ready.*?\n```", README, re.MULTILINE | re.DOTALL)

    assert quoted is not None
    for line in quoted[0].removesuffix("```").strip().splitlines():
        assert re.sub(r":\d+/", ":0/", line) in re.sub(r":\d+/", ":0/", server.said)


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert Path(ROOT / target).exists()


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]

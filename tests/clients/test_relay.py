"""Relay: its compiler takes the schema, its runtime pages, refetches by id and commits a mutation."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import ROOT
from tests.clients.running import known_to, ran, titles_of
from tests.end_to_end.running import Server
from tests.npm.packages import node, node_packages

DOCUMENTS = ROOT / "tests" / "npm" / "relay_documents.js"


@pytest.fixture(scope="module")
def artifacts() -> Iterator[Path]:
    """What relay-compiler makes of the documents; beside the packages, as the runtime imports it."""
    packages = node_packages()
    folder = packages / "relay"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "src").mkdir(parents=True)
    (folder / "artifacts").mkdir()
    shutil.copy(DOCUMENTS, folder / "src" / "relayDocuments.js")
    shutil.copy(ROOT / "schema.graphql", folder / "schema.graphql")
    config = {
        "src": "./src",
        "schema": "./schema.graphql",
        "language": "javascript",
        "artifactDirectory": "./artifacts",
        "eagerEsModules": True,
        "customScalarTypes": {"Date": "string", "DateTime": "string", "Time": "string", "JSON": "mixed"},
    }
    (folder / "relay.config.json").write_text(json.dumps(config), "utf-8")
    compiler = packages / "node_modules" / "relay-compiler" / "cli.js"
    done = subprocess.run(
        [node(), str(compiler), "relay.config.json"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield folder / "artifacts"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def relay(served: Server, artifacts: Path) -> Any:
    return ran("relay_client.mjs", **known_to(served), artifacts=str(artifacts))


def test_the_compiler_makes_queries_for_refetching_by_id_and_for_pages(artifacts: Path) -> None:
    made = {each.name for each in artifacts.glob("*.graphql.js")}

    assert made >= {
        "relayDocumentsNameRefetchQuery.graphql.js",
        "relayDocumentsPlansPaginationQuery.graphql.js",
        "relayDocumentsCompressMutation.graphql.js",
    }
    text = (artifacts / "relayDocumentsNameRefetchQuery.graphql.js").read_text("utf-8")
    assert "node(" in text


def test_a_connection_grows_page_by_page_until_all_is_there(served: Server, relay: Any) -> None:
    assert relay["firstPage"] == titles_of(served)[:2]
    assert relay["allPages"] == titles_of(served)


def test_a_thing_is_had_again_by_its_id_alone(relay: Any) -> None:
    assert relay["refetched"] == "Europe/Oslo"
    assert relay["node"]["type"] == "Plan"
    assert relay["node"]["sessions"] >= 1
    assert relay["gone"] is None


def test_a_mutation_is_committed(relay: Any) -> None:
    assert relay["compressed"]["__typename"] == "CompressSessionSuccess"
    assert relay["compressed"]["session"]["timeCrunchMinutes"] == 30

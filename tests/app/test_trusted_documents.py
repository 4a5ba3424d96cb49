"""A manifest is made of clients' sources: every operation whole, under the hash of its text."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.client_documents import ClientSourceError, client_documents

NAMES = "fragment Names on Viewer {\n  displayName\n}"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_an_operation_comes_with_every_fragment_that_it_reaches_and_no_other(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        me_graphql="query Me { viewer { ...Outer } } fragment Unused on Viewer { id }",
        parts__outer_ts="export const Outer = gql`fragment Outer on Viewer { id ...Names }`",
        parts__names_tsx=f"const N = graphql(/* GraphQL */ `\n{NAMES}\n`);",
    )

    [(name, text)] = client_documents([folder]).items()

    assert name == hashlib.sha256(text.encode()).hexdigest()
    assert text.startswith("query Me {")
    assert NAMES in text
    assert "fragment Outer" in text
    assert "Unused" not in text


@pytest.mark.parametrize(
    "source",
    [
        "const q = gql`query A { viewer { id } }`",
        "const q = graphql`query A { viewer { id } }`",
        "const q = gql(`query A { viewer { id } }`)",
        "const q = graphql(`query A { viewer { id } }`)",
        "const q = gql<Result, Variables>`query A { viewer { id } }`",
        "const q = /* GraphQL */ `query A { viewer { id } }`",
        "const F = gql`fragment F on Viewer { id }`\nconst q = gql`query A { viewer { ...F } } ${F}`",
        "const no = `query Not { mine }`; const q = gql`query A { viewer { id } }`",
    ],
)
def test_the_ways_in_which_sources_hold_documents(tmp_path: Path, source: str) -> None:
    [text] = client_documents([write(tmp_path, a_ts=source)]).values()

    assert text.startswith("query A {")


def test_typenames_are_where_caches_want_them(tmp_path: Path) -> None:
    folder = write(tmp_path, a_graphql=f"query A {{ viewer {{ ...Names id __typename }} }} {NAMES}")

    [text] = client_documents([folder], typenames=True).values()

    assert text.count("__typename") == 2
    assert "displayName\n  __typename" in text


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a_graphql": "query { viewer { id } }"}, "no name"),
        ({"a_graphql": "query A { viewer { ...Missing } }"}, "uses Missing"),
        ({"a_graphql": "query A { viewer { id "}, "a.graphql: Syntax Error"),
        ({"a_graphql": "query A { a }", "b_graphql": "query A { b }"}, "two operations are named A"),
        ({"a_graphql": "type A { b: Int }"}, "defines no types"),
    ],
)
def test_what_cannot_be_a_manifest_is_said_with_its_file(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientSourceError, match=message):
        client_documents([write(tmp_path, **files)])


def test_the_same_operation_twice_is_one_and_generated_files_are_not_read(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        a_graphql="query A { viewer { id } }",
        b_ts="const q = gql`query A { viewer { id } }`",
    )
    generated = tmp_path / "node_modules" / "c.graphql"
    generated.parent.mkdir()
    generated.write_text("query { broken", "utf-8")

    assert len(client_documents([folder])) == 1


class TestCommand:
    def test_it_writes_the_manifest_and_the_check_notices_what_changed(self, tmp_path: Path) -> None:
        folder = write(tmp_path, src__a_graphql="query A { viewer { id } }")
        out = tmp_path / "manifest.json"
        arguments = ["trusted-documents", "build", str(folder / "src"), "--out", str(out)]

        assert CliRunner().invoke(cli, arguments).exit_code == 0
        assert list(json.loads(out.read_text()).values()) == ["query A {\n  viewer {\n    id\n  }\n}"]
        assert CliRunner().invoke(cli, [*arguments, "--check"]).exit_code == 0
        write(tmp_path, src__b_graphql="query B { viewer { id } }")
        assert CliRunner().invoke(cli, [*arguments, "--check"]).exit_code == 1

    def test_nothing_is_written_for_documents_that_would_be_refused(self, tmp_path: Path) -> None:
        folder = write(tmp_path, src__a_graphql="query A { viewer { notThere } }")
        out = tmp_path / "manifest.json"

        found = CliRunner().invoke(cli, ["trusted-documents", "build", str(folder), "--out", str(out)])

        assert found.exit_code == 1
        assert "query A: Cannot query field 'notThere'" in found.output
        assert not out.exists()

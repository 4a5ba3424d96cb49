"""The manifest of trusted documents, written from clients' sources."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.client_documents import ClientSourceError, client_documents
from app.documents import Documents, RequestError
from app.limits import Limits
from schema.build import build_schema


def run(paths: Sequence[Path], out: Path, *, check: bool, typenames: bool) -> int:
    """Write the manifest, or with ``check`` fail if it is not what would be written.

    Nothing is written while a document would be refused: too large, too dear, or not of this schema.
    """
    try:
        documents = client_documents(paths, typenames=typenames)
    except ClientSourceError as error:
        print(error, file=sys.stderr)
        return 1
    wrong = _wrong(documents.values())
    for problem in wrong:
        print(problem, file=sys.stderr)
    if wrong:
        return 1
    text = json.dumps(documents, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if not check:
        out.write_text(text, "utf-8")
        print(f"wrote {out}: {len(documents)} documents")
        return 0
    if out.is_file() and out.read_text("utf-8") == text:
        return 0
    print(f"{out} is not in step with the clients: run ./dev trusted-documents build", file=sys.stderr)
    return 1


def _wrong(texts: Iterable[str]) -> list[str]:
    schema = build_schema(introspection=True, suggestions=True)
    ours = Documents(schema, introspection=True, suggestions=True, limits=Limits())
    found: list[str] = []
    for text in texts:
        try:
            ours.read(text)
        except RequestError as error:
            name = text.split("{", 1)[0].strip()
            found.extend(f"{name}: {each.message}" for each in error.errors)
    return found

"""``events/contracts``: the JSON Schemas of events, written from the code and held in step with it."""

import sys
from pathlib import Path

from events import contract_files


def run(*, check: bool, folder: Path = contract_files.FOLDER) -> int:
    """Write the files, or with ``check`` fail if they are not what would be written."""
    if not check:
        changed = contract_files.write(folder)
        print(f"wrote events/contracts ({len(changed)} changed)")
        return 0
    stale = contract_files.out_of_step(folder)
    for name in stale:
        print(
            f"events/contracts/{name} is not in step with the code: run ./dev export-schema", file=sys.stderr
        )
    return 1 if stale else 0

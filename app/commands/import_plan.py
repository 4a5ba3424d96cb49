"""``./dev import``: a plan from a file, by the same mutation that a client would send."""

import asyncio
import base64
import sys
from pathlib import Path
from typing import Any

from app.bootstrap import Application, wire
from app.commands.acting_as import acting_as
from app.database_access import bring_up_to_date, database_url
from app.development import DEFAULT, NoSuchPerson
from app.logs import configure_logging
from app.progress import CannotStart, step
from app.settings import Settings, environment
from app.settings_problems import SettingsError
from domain.errors import Unauthorized
from domain.session_import import LONGEST_TITLE
from integrations.flag_overrides import FlagOverrideError
from integrations.plan_files import MOST_BYTES
from resolvers.context import Context

IMPORT = """
mutation ImportFromFile($input: ImportPlanInput!) {
  importPlan(input: $input) {
    __typename
    ... on ImportPlanSuccess { title startsOn sessionCount wouldMake warnings plan { id } }
    ... on Error { code message }
    ... on InvalidInputError { issues { path message } }
  }
}
"""


def run(settings: Settings, path: Path, *, dry_run: bool, owner: str | None = None) -> int:
    """0 if it was imported, or could be; 1 with every problem; 2 where there is nothing to import."""
    configure_logging(level="error", as_json=settings.logs_as_json)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("json", "csv", "xlsx"):
        return _refuse(f"{path.name} is none of .json, .csv and .xlsx")
    if path.stat().st_size > MOST_BYTES:
        return _refuse(f"{path.name} has more than {MOST_BYTES:,} bytes. Split the plan.")
    try:
        document = _as_text(kind, path.read_bytes())
    except UnicodeDecodeError as error:
        return _refuse(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8.")
    asked = {"format": kind, "document": document, "dryRun": dry_run, "title": path.stem[:LONGEST_TITLE]}
    try:
        return asyncio.run(_run(settings, asked, owner or DEFAULT))
    except (NoSuchPerson, CannotStart, SettingsError, FlagOverrideError) as error:
        return _refuse(str(error))


async def _run(settings: Settings, asked: dict[str, Any], owner: str) -> int:
    async with database_url(settings, may_borrow=True) as url:
        await bring_up_to_date(url)
        application = wire(settings, url, environ=environment())
        try:
            async with step("Reading the file"):
                answer = await _import(application, asked, owner)
        except Unauthorized:
            return _refuse(f"There is no {owner!r} in this database yet: run ./dev seed, or name another.")
        finally:
            await application.close()
    return _told(answer, asked["dryRun"])


async def _import(application: Application, asked: dict[str, Any], owner: str) -> dict[str, Any]:
    viewer = await acting_as(application, owner)
    operations = application.operations
    answer = await operations.run(
        operations.prepare(IMPORT), {"input": asked}, Context.of(application.services, viewer)
    )
    errors = answer.payload.get("errors")
    if errors:
        return {"message": errors[0]["message"]}
    found: dict[str, Any] = answer.payload["data"]["importPlan"]
    return found


def _told(answer: dict[str, Any], dry_run: bool) -> int:
    for issue in answer.get("issues", ()):
        print(f"  {'.'.join(issue['path']) or 'the file'}: {issue['message']}", file=sys.stderr)
    if "message" in answer:
        print(answer["message"], file=sys.stderr)
        return 1
    for warning in answer["warnings"]:
        print(f"  note: {warning}", file=sys.stderr)
    for line in answer["wouldMake"]:
        print(f"  {line}")
    verb = "Would import" if dry_run else "Imported"
    print(f"{verb} “{answer['title']}”, {answer['sessionCount']} sessions from {answer['startsOn']}.")
    if answer["plan"] is not None:
        print(f"Its id: {answer['plan']['id']}")
    return 0


def _as_text(kind: str, data: bytes) -> str:
    if kind == "xlsx":
        return base64.b64encode(data).decode()
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return data.decode(encoding)


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2

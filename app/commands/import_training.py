"""``./dev import-training``: training from a file that is too large for a request, by the same rules."""

import asyncio
import base64
import sys
from pathlib import Path

from app.bootstrap import wire
from app.commands.acting_as import acting_as
from app.database_access import bring_up_to_date, database_url
from app.development import DEFAULT, NoSuchPerson
from app.logs import configure_logging
from app.progress import CannotStart, step
from app.settings import Settings, environment
from app.settings_problems import SettingsError
from domain.errors import DomainError, ImportRefused, InvalidInput, Unauthorized
from domain.training_log import TrainingKind
from integrations.flag_overrides import FlagOverrideError
from integrations.log_files import MOST_BYTES_BY_HAND, LogFormat, too_large
from resolvers.context import Context
from resolvers.training_imports import ImportedTraining, import_file
from resolvers.training_inputs import ImportTrainingInput


def run(
    settings: Settings,
    path: Path,
    *,
    dry_run: bool,
    kind: TrainingKind,
    session_rpe: float | None,
    whose: str | None = None,
) -> int:
    """0 if it was imported, or could be; 1 with every problem; 2 where there is nothing to import."""
    configure_logging(level="error", as_json=settings.logs_as_json)
    try:
        log_format = LogFormat(path.suffix.lower().removeprefix("."))
    except ValueError:
        return _refuse(f"{path.name} is none of .csv, .xlsx and .fit")
    if path.stat().st_size > MOST_BYTES_BY_HAND:
        return _refuse(too_large(path.stat().st_size, MOST_BYTES_BY_HAND))
    data = path.read_bytes()
    asked = ImportTrainingInput(
        format=log_format,
        document=base64.b64encode(data).decode(),
        dry_run=dry_run,
        kind=kind,
        session_rpe=session_rpe,
    )
    try:
        return asyncio.run(_run(settings, asked, data, whose or DEFAULT))
    except (NoSuchPerson, CannotStart, SettingsError, FlagOverrideError) as error:
        return _refuse(str(error))


async def _run(settings: Settings, asked: ImportTrainingInput, data: bytes, whose: str) -> int:
    async with database_url(settings, may_borrow=True) as url:
        await bring_up_to_date(url)
        application = wire(settings, url, environ=environment())
        try:
            async with step("Reading the file"):
                viewer = await acting_as(application, whose)
                context = Context.of(application.services, viewer)
                return _told(await import_file(context, asked, data, most_bytes=MOST_BYTES_BY_HAND))
        except Unauthorized:
            return _refuse(f"There is no {whose!r} in this database yet: run ./dev seed, or name another.")
        except DomainError as refusal:
            return _told_why_not(refusal)
        finally:
            await application.close()


def _told(imported: ImportedTraining) -> int:
    for warning in imported.warnings:
        print(f"  note: {warning}", file=sys.stderr)
    for line in imported.would_make:
        print(f"  {line}")
    verb = "Would import" if imported.dry_run else "Imported"
    known = f"; {imported.known_count} were in the log already" if imported.known_count else ""
    print(f"{verb} {imported.entry_count} trainings{known}.")
    return 0


def _told_why_not(refusal: DomainError) -> int:
    issues = refusal.problems if isinstance(refusal, ImportRefused) else ()
    issues = refusal.issues if isinstance(refusal, InvalidInput) else issues
    for issue in issues:
        print(f"  {'.'.join(issue.path) or 'the file'}: {issue.message}", file=sys.stderr)
    print(refusal, file=sys.stderr)
    return 1


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2

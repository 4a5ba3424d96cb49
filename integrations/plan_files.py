"""A plan from a file: JSON, CSV or XLSX. What is wrong with it is part of the answer, never an exception."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from domain.errors import Issue
from domain.exercise_matching import CatalogueIndex
from domain.import_problems import Unreadable
from domain.plan_document import ImportOutcome
from domain.plan_import import import_json, import_table
from integrations.spreadsheets import csv_of_rows, rows_of_csv, rows_of_xlsx, xlsx_of_rows

MOST_BYTES = 200_000


class DocumentFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


# What a coach starts from: the columns, and one short week to write over.
TEMPLATE_FILE = Path(__file__).with_name("plan_template.csv")


def read_document(
    document_format: DocumentFormat,
    data: bytes,
    index: CatalogueIndex,
    *,
    title: str | None = None,
    starts_on: date | None = None,
) -> ImportOutcome:
    """The plan that a file describes, or all that is wrong with it. Nothing is stored.

    ``title`` and ``starts_on`` stand in where the file gives none; without any start the plan has no dates
    yet (``PlanDraft.starting`` gives them). A workbook made to be slow takes two seconds: use a thread.
    """
    try:
        if len(data) > MOST_BYTES:
            raise Unreadable(f"The file has {len(data):,} bytes; {MOST_BYTES:,} is the most. Split the plan.")
        if document_format is DocumentFormat.JSON:
            return import_json(_json_text(data), index, title=title, starts_on=starts_on)
        rows, remarks = rows_of_csv(data) if document_format is DocumentFormat.CSV else rows_of_xlsx(data)
    except Unreadable as unreadable:
        return ImportOutcome(None, (Issue(unreadable.place, unreadable.message),))
    outcome = import_table(rows, index, title=title, starts_on=starts_on)
    return replace(outcome, warnings=(*remarks, *outcome.warnings))


def template(document_format: DocumentFormat) -> bytes:
    """A table to start from, which imports as it stands."""
    if document_format is DocumentFormat.JSON:
        raise ValueError("The template is a table; docs/examples/plan.json is the JSON example.")
    rows, _ = rows_of_csv(TEMPLATE_FILE.read_bytes())
    return csv_of_rows(rows) if document_format is DocumentFormat.CSV else xlsx_of_rows(rows)


def _json_text(data: bytes) -> str:
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("This is a workbook, not JSON; import it as XLSX.")
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The file is not UTF-8 (byte {error.start}); save it as UTF-8.") from None

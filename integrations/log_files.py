"""Training from a file: CSV, XLSX or FIT. What is wrong with it is found; only Unreadable is raised."""

from __future__ import annotations

from enum import StrEnum

from domain.import_problems import Findings, Unreadable
from domain.log_import import LogLine, is_log_header, lines_of_table
from integrations.fit_files import lines_of_fit
from integrations.spreadsheets import rows_of_csv, rows_of_xlsx

MOST_BYTES = 180_000
"""In base64 this is 240,000 characters: with what goes around it, a request of 256 KiB."""
MOST_BYTES_BY_HAND = 3_000_000


class LogFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    FIT = "fit"


def read_log(
    log_format: LogFormat, data: bytes, findings: Findings, *, most_bytes: int = MOST_BYTES
) -> list[LogLine]:
    """The lines of the file, and in ``findings`` what is wrong with some. Raises Unreadable. Use a thread."""
    if len(data) > most_bytes:
        raise Unreadable(too_large(len(data), most_bytes))
    if log_format is LogFormat.FIT:
        return lines_of_fit(data, findings)
    rows, remarks = rows_of_csv(data) if log_format is LogFormat.CSV else rows_of_xlsx(data, is_log_header)
    for remark in remarks:
        findings.warn(remark)
    return lines_of_table(rows, findings)


def too_large(byte_count: int, most_bytes: int = MOST_BYTES) -> str:
    return (
        f"The file has {byte_count:,} bytes; {most_bytes:,} is the most. Split it by player or by month, or "
        "import it with ./dev import-training where the server runs."
    )

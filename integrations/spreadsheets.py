"""Files that coaches have, CSV and XLSX: bytes to rows of cells, and back.

XLSX is read with openpyxl row by row, not with calamine, which lays out the whole rectangle that the cells
span: a sheet of five kilobytes with a cell in its last corner asks it for 500 GB and aborts the process.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from domain.import_problems import Unreadable, printable
from domain.import_vocabulary import TABLE, squashed
from domain.plan_table import MOST_ROWS, Cell

MOST_UNPACKED_BYTES = 4_000_000
MOST_CELLS = 100_000
MOST_PARTS = 200
MOST_COLUMNS = 60
MOST_ROWS_SCANNED = 50_000
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
ZIP_SIGNATURE = b"PK"
DOCTYPE_MARKS = tuple("<!DOCTYPE".encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be"))


def rows_of_csv(data: bytes) -> tuple[list[list[Cell]], list[str]]:
    """The rows and remarks on how they were read. Comma, semicolon or tab; raises Unreadable."""
    text, remarks = _decoded(data)
    if "\x00" in text:
        raise Unreadable("The file holds NUL characters; save it as CSV (UTF-8) again.")
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True):
            rows.append([unescaped(cell) for cell in row])
            if len(rows) > MOST_ROWS_SCANNED:
                raise Unreadable(f"There are more than {MOST_ROWS} rows.")
    except csv.Error as error:
        raise Unreadable(
            f"This is not sound CSV ({error}); look for a quotation mark that is not closed.",
            (f"row {len(rows) + 1}",),
        ) from None
    return rows, remarks


def rows_of_xlsx(
    data: bytes, is_header: Callable[[Sequence[Cell]], bool] | None = None
) -> tuple[list[list[Cell]], list[str]]:
    """The rows of the first sheet whose first row ``is_header``, of a plan unless given; and remarks.

    A formula counts as its last value. Raises Unreadable.
    """
    is_wanted = is_header or _is_plan_header
    sound, has_formulas = _rebuilt(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on styles and extensions, which nobody asked
            workbook = load_workbook(io.BytesIO(sound), read_only=True, data_only=True, keep_links=False)
        sheets = [
            each for each in workbook.worksheets if each.sheet_state == "visible"
        ] or workbook.worksheets
        found = [(each.title, list(_rows_of_sheet(each))) for each in sheets[:8]]
    except Unreadable:
        raise
    except Exception as error:  # the library raises whatever the broken part of the file makes it trip over
        raise Unreadable(
            f"This workbook is damaged ({type(error).__name__}); open it and save it as XLSX again."
        ) from None
    if not found:
        raise Unreadable("The workbook has no sheet.")
    title, rows = next((each for each in found if is_wanted(_header(each[1]))), found[0])
    remarks = (
        [f"Read from the sheet “{printable(title)}”; the others were left out."] if len(sheets) > 1 else []
    )
    if has_formulas:
        remarks.append("The workbook has formulas; the values that it was last saved with were read.")
    return rows, remarks


def csv_of_rows(rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs; no cell can start a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[escaped(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def xlsx_of_rows(rows: Sequence[Sequence[Cell]], sheet_title: str = "Plan") -> bytes:
    """A workbook with one sheet: bold first row that stays in view, cells as text so that 8-12 is no date."""
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = sheet_title
    for at, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            target = sheet.cell(row=at, column=column, value=escaped(cell))
            if isinstance(cell, str):
                target.data_type = "s"
                target.number_format = "@"
            if at == 1:
                target.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def escaped(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        raise Unreadable("This is a workbook, not CSV; import it as XLSX.")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError:
        pass
    if encoding == "utf-16" or _has_utf8_in_it(data):
        raise Unreadable("The file mixes character encodings; save it as CSV (UTF-8) again.")
    try:
        return data.decode("cp1252"), [
            "The file is not UTF-8; it was read as Windows-1252. Check the accents."
        ]
    except UnicodeDecodeError:
        raise Unreadable(
            "The file is in a character encoding that is not known; save it as CSV (UTF-8)."
        ) from None


def _has_utf8_in_it(data: bytes) -> bool:
    return any("\x7f" < each != "\ufffd" for each in data.decode("utf-8", errors="replace"))


def _delimiter(text: str) -> str:
    """The sign that parts the column names: the header holds no other text."""
    header = next((line for line in text.splitlines() if line.strip(' ,;\t"')), "")
    return max(",;\t", key=header.count)


def _rebuilt(data: bytes) -> tuple[bytes, bool]:
    """The workbook unpacked within bounds and packed again, so that nothing can unpack to more than was
    counted; and whether it holds formulas."""
    if data.startswith(OLE_SIGNATURE):
        raise Unreadable("This is an old XLS file or has a password; save it as XLSX without a password.")
    parts = _unpacked(data)
    if any(mark in content for content in parts.values() for mark in DOCTYPE_MARKS):
        raise Unreadable("The workbook declares a document type, which no spreadsheet program does.")
    sheets = [content for name, content in parts.items() if "worksheets/" in name]
    if sum(each.count(b"<c ") + each.count(b"<c>") + each.count(b"<c/") for each in sheets) > MOST_CELLS:
        raise Unreadable(f"The workbook has more than {MOST_CELLS:,} cells; leave only the plan in it.")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as sound:
        for name, content in parts.items():
            sound.writestr(name, content)
    return out.getvalue(), any(b"<f>" in each or b"<f " in each for each in sheets)


def _unpacked(data: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = [each for each in packed.infolist() if each.filename.endswith((".xml", ".rels"))]
            if len(entries) > MOST_PARTS or sum(each.file_size for each in entries) > MOST_UNPACKED_BYTES:
                raise Unreadable(f"The workbook unpacks to more than {MOST_UNPACKED_BYTES // 1_000_000} MB.")
            for entry in entries:
                with packed.open(entry) as unpacking:
                    # Always with a bound: read() alone believes the data, not the size that they claim.
                    parts[entry.filename] = unpacking.read(entry.file_size)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Unreadable("This is not a sound XLSX workbook; save it as XLSX, or as CSV (UTF-8).") from None
    return parts


def _rows_of_sheet(sheet: Any) -> Iterator[list[Cell]]:
    for at, row in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1):
        if at > MOST_ROWS_SCANNED:
            raise Unreadable(
                f"The sheet “{printable(sheet.title)}” goes on below row {MOST_ROWS_SCANNED}; "
                "delete what is under the plan."
            )
        yield [_cell(each) for each in row]


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return unescaped(value)
    return value if value is None or isinstance(value, int | float | date | time) else str(value)


def _header(rows: list[list[Cell]]) -> list[Cell]:
    return next((row for row in rows if any(cell is not None for cell in row)), [])


def _is_plan_header(row: Sequence[Cell]) -> bool:
    return "exercise" in {TABLE.get(squashed(cell)) for cell in row if isinstance(cell, str)}

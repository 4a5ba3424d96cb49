from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from domain.import_problems import Unreadable
from integrations.spreadsheets import (
    FORMULA_SIGNS,
    MOST_CELLS,
    MOST_PARTS,
    MOST_UNPACKED_BYTES,
    csv_of_rows,
    rows_of_csv,
    rows_of_xlsx,
    xlsx_of_rows,
)

CELL_DATE = datetime.combine(date(2026, 11, 23), time())  # a sheet knows no time zones
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12).filter(
    lambda text: text == text.strip()
)


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part put in place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv_is_read_whatever_parts_its_cells(sign: str) -> None:
    text = (
        sign.join(["exercise", "sets", "notes"])
        + "\n"
        + sign.join(["Squat", "3x5", '"a, b; c\t""d""\nnext"'])
    )

    rows, remarks = rows_of_csv(text.encode())

    assert rows == [["exercise", "sets", "notes"], ["Squat", "3x5", 'a, b; c\t"d"\nnext']]
    assert remarks == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_is_read_in_every_unicode_encoding_that_programs_write(encoding: str) -> None:
    rows, remarks = rows_of_csv("exercise;sets\nKniebeuge für Müller 🏋️;3x5".encode(encoding))

    assert rows[1] == ["Kniebeuge für Müller 🏋️", "3x5"]
    assert remarks == []


def test_csv_of_an_old_excel_is_read_with_a_remark() -> None:
    rows, remarks = rows_of_csv("exercise;notes\nSquat;Müller".encode("cp1252"))

    assert rows[1] == ["Squat", "Müller"]
    assert "Windows-1252" in remarks[0]


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        ("Müller".encode("cp1252") + "Müller".encode(), "mixes character encodings"),
        (b"exercise,sets\n\x81\x8d", "character encoding that is not known"),
        (b"\xff\xfea\x00b", "mixes character encodings"),
        (b"exercise,sets\nSq\x00uat,3x5", "NUL characters"),
        (b'exercise,sets\n"Squat,3x5', "quotation mark that is not closed"),
        (b'exercise,sets\n"Squat"x,3x5', "quotation mark that is not closed"),
        (b"exercise,sets\n" + b"x" * 140_000, "not sound CSV"),
        (b"PK\x03\x04", "import it as XLSX"),
        (b"\n" * 60_000, "more than 5000 rows"),
    ],
)
def test_csv_that_is_not_sound_is_refused_with_what_to_do(data: bytes, advice: str) -> None:
    with pytest.raises(Unreadable) as refused:
        rows_of_csv(data)

    assert advice in refused.value.message


def test_a_workbook_s_cells_come_as_what_they_are() -> None:
    def fill(book: Any) -> None:
        book.active.append(["exercise", "sets", "reps", "date", "rest_s", "unilateral", "load_kg", "time"])
        book.active.append(["Squat", 3, "8-12", CELL_DATE, time(2, 30), True, 62.5, timedelta(minutes=2)])

    rows, remarks = rows_of_xlsx(workbook(fill))

    assert rows[1][:8] == ["Squat", 3, "8-12", CELL_DATE, time(2, 30), True, 62.5, "0:02:00"]
    assert remarks == []


def test_the_sheet_with_exercises_is_found_among_others() -> None:
    def fill(book: Any) -> None:
        book.active.append(["How to use this"])
        book.create_sheet("Hidden").append(["exercise", "hidden"])
        book["Hidden"].sheet_state = "hidden"
        book.create_sheet("Week 1").append(["Exercise", "Sets"])

    rows, remarks = rows_of_xlsx(workbook(fill))

    assert [cell for cell in rows[0] if cell] == ["Exercise", "Sets"]
    assert remarks == ["Read from the sheet “Week 1”; the others were left out."]


def test_a_formula_counts_as_its_saved_value_and_is_remarked_on() -> None:
    def fill(book: Any) -> None:
        book.active.append(["exercise", "sets"])
        book.active.append(["Squat", "=1+2"])

    data = workbook(fill)
    saved = with_part(
        data,
        "xl/worksheets/sheet1.xml",
        zipfile.ZipFile(io.BytesIO(data))
        .read("xl/worksheets/sheet1.xml")
        .replace(b"<v />", b"<v>3</v>")
        .replace(b"<v></v>", b"<v>3</v>"),
    )

    rows, remarks = rows_of_xlsx(saved)

    assert rows[1][:2] == ["Squat", 3]
    assert remarks == ["The workbook has formulas; the values that it was last saved with were read."]


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "not a sound XLSX"),
        (b"exercise,sets\nSquat,3x5", "not a sound XLSX"),
        (b"PK\x03\x04 and no more", "not a sound XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "without a password"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_to_do(data: bytes, advice: str) -> None:
    with pytest.raises(Unreadable) as refused:
        rows_of_xlsx(data)

    assert advice in refused.value.message


def test_a_workbook_cut_short_or_with_flipped_bytes_is_refused_or_read_but_never_breaks() -> None:
    whole = xlsx_of_rows([["exercise", "sets"], ["Squat", "3x5"]])
    for at in range(0, len(whole), 7):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            with contextlib.suppress(Unreadable):
                rows_of_xlsx(damaged)


def test_a_zip_that_unpacks_to_too_much_is_refused_by_its_own_word() -> None:
    bomb = with_part(xlsx_of_rows([["exercise"]]), "xl/sharedStrings.xml", b" " * (MOST_UNPACKED_BYTES + 1))
    assert len(bomb) < 20_000

    with pytest.raises(Unreadable, match="unpacks to more than 4 MB"):
        rows_of_xlsx(bomb)


def test_a_zip_that_lies_about_its_size_is_not_believed() -> None:
    bomb = with_part(xlsx_of_rows([["exercise"]]), "xl/sharedStrings.xml", b" " * 50_000_000)
    claim = (50_000_000).to_bytes(4, "little")
    assert bomb.count(claim) == 2

    with pytest.raises(Unreadable, match="not a sound XLSX"):
        rows_of_xlsx(bomb.replace(claim, (1000).to_bytes(4, "little")))


def test_a_zip_of_very_many_parts_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for number in range(MOST_PARTS + 1):
            packed.writestr(f"{number}.xml", "")

    with pytest.raises(Unreadable, match="unpacks to more"):
        rows_of_xlsx(out.getvalue())


def test_a_sheet_of_very_many_cells_is_refused_before_it_is_parsed() -> None:
    cells = b"<worksheet><sheetData><row>" + b"<c/>" * (MOST_CELLS + 1) + b"</row></sheetData></worksheet>"

    with pytest.raises(Unreadable, match="more than 100,000 cells"):
        rows_of_xlsx(with_part(xlsx_of_rows([["exercise"]]), "xl/worksheets/sheet1.xml", cells))


def test_a_workbook_that_declares_entities_is_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'

    with pytest.raises(Unreadable, match="declares a document type"):
        rows_of_xlsx(with_part(xlsx_of_rows([["exercise"]]), "xl/sharedStrings.xml", laughs))


def test_a_cell_in_the_last_corner_of_the_sheet_costs_nothing() -> None:
    """The library that lays the whole rectangle out asks for 500 GB here."""

    def fill(book: Any) -> None:
        book.active.append(["exercise", "sets"])
        book.active.cell(row=1_048_576, column=16_384, value="x")

    with pytest.raises(Unreadable, match="goes on below row 50000"):
        rows_of_xlsx(workbook(fill))


def test_a_cell_in_the_last_column_is_beyond_what_is_read() -> None:
    def fill(book: Any) -> None:
        book.active.append(["exercise", "sets"])
        book.active.cell(row=1, column=16_384, value="x")

    rows, _ = rows_of_xlsx(workbook(fill))

    assert [cell for cell in rows[0] if cell] == ["exercise", "sets"]


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=5))
def test_text_survives_both_files_and_never_starts_a_formula(rows: list[list[str]]) -> None:
    width = max(map(len, rows))
    whole = [["exercise", *["x"] * (width - 1)]] + [row + ["y"] * (width - len(row)) for row in rows]

    from_csv, _ = rows_of_csv(csv_of_rows(whole))
    from_xlsx, _ = rows_of_xlsx(xlsx_of_rows(whole))

    assert from_csv == whole
    assert [[cell or "" for cell in row[:width]] for row in from_xlsx] == whole


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_a_cell_that_would_start_a_formula_is_written_as_text(sign: str) -> None:
    attack = f"{sign}HYPERLINK(1)"

    in_csv = csv_of_rows([[attack]]).decode("utf-8-sig")
    in_xlsx = load_workbook(io.BytesIO(xlsx_of_rows([[attack]]))).active

    assert in_csv.lstrip('"').startswith("'")
    assert in_xlsx is not None
    assert in_xlsx["A1"].data_type == "s"


def test_a_written_workbook_keeps_a_range_from_becoming_a_date() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_of_rows([["reps", "date"], ["8-12", date(2026, 11, 23)]]))).active

    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].number_format) == ("8-12", "@")
    assert sheet["B2"].value == CELL_DATE
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"

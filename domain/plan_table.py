"""A plan as a table, one row an exercise: from rows of cells to the same nodes that JSON gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from domain.import_fields import Node, plain_text
from domain.import_problems import Findings, Unreadable, shown
from domain.import_vocabulary import PLAN_COLUMNS, SESSION_COLUMNS, TABLE, nearest_name, squashed

Cell = str | int | float | bool | date | time | None
Row = Sequence[Cell]
Columns = dict[int, str]

MOST_ROWS = 5000
# A sheet names the session once and leaves the rows below it empty.
CARRIED_DOWN = ("week", "day", "date", "session")


def plan_node_of_table(rows: Sequence[Row], findings: Findings) -> Node:
    """The plan that the rows hold; the first row that is not empty names the columns. Raises Unreadable."""
    header_at = next((at for at, row in enumerate(rows) if any(is_filled(cell) for cell in row)), None)
    if header_at is None:
        raise Unreadable("The table is empty.")
    header = rows[header_at]
    columns, headings = _columns(header, header_at + 1, findings)
    width = max(at for at, cell in enumerate(header) if is_filled(cell)) + 1
    body = [(at, row) for at, row in enumerate(rows, start=1) if at > header_at + 1]
    filled = [(at, row) for at, row in body if any(is_filled(cell) for cell in row)]
    if not filled:
        raise Unreadable("There are no rows under the column names.")
    if len(filled) > MOST_ROWS:
        raise Unreadable(f"There are {len(filled)} rows; {MOST_ROWS} is the most.")
    for at, row in filled:
        check_width(at, row, width, findings)
    nodes = [_row_node(at, row[:width], columns, headings, findings) for at, row in filled]
    return _plan_node(nodes, headings, findings)


def is_filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _columns(header: Row, row_number: int, findings: Findings) -> tuple[Columns, dict[str, str]]:
    """Which column holds which field, and each field's heading as written."""
    columns: Columns = {}
    headings: dict[str, str] = {}
    for at, cell in enumerate(header):
        if not is_filled(cell):
            continue
        heading = plain_text(cell)
        name = TABLE.get(squashed(heading))
        if name is None:
            meant = nearest_name(heading, TABLE)
            hint = f" Did you mean {meant}?" if meant else ""
            findings.warn(f"The column {shown(heading)} is not one that is read.{hint}")
        elif name in headings:
            findings.problem(
                (f"row {row_number}",),
                f"The columns {shown(headings[name])} and {shown(heading)} are the same field; keep one.",
            )
        else:
            columns[at] = name
            headings[name] = heading
    missing = [each for each in ("exercise", "sets") if each not in headings]
    if "exercise" in missing or ("sets" in missing and "reps" not in headings):
        raise Unreadable(
            f"The first row should name the columns, with at least exercise and sets among them; "
            f"there is no column {' and no column '.join(missing)}.",
            (f"row {row_number}",),
        )
    return columns, headings


def check_width(at: int, row: Row, width: int, findings: Findings) -> None:
    beyond = next((cell for cell in row[width:] if is_filled(cell)), None)
    if beyond is not None:
        findings.problem(
            (f"row {at}",),
            f"Right of the named columns stands {shown(plain_text(beyond))}; name its column or remove it "
            "(in CSV, a text with the separating sign in it needs quotes around it).",
        )


def _row_node(at: int, row: Row, columns: Columns, headings: dict[str, str], findings: Findings) -> Node:
    values = {columns[i]: cell for i, cell in enumerate(row) if i in columns and is_filled(cell)}
    return Node((f"row {at}",), values, findings, headings)


def _plan_node(rows: list[Node], headings: dict[str, str], findings: Findings) -> Node:
    weeks: dict[str, list[Node]] = {}
    for session in _session_nodes(rows, headings, findings):
        weeks.setdefault(plain_text(session.values.get("week", "")), []).append(session)
    return Node(
        rows[0].place,
        _plan_values(rows, findings),
        findings,
        _headings_of(PLAN_COLUMNS, headings),
        tuple(
            Node(each[0].place, each[0].values, findings, headings, tuple(each)) for each in weeks.values()
        ),
    )


def _session_nodes(rows: list[Node], headings: dict[str, str], findings: Findings) -> list[Node]:
    """Rows that follow each other with the same week, day, date and session are one session."""
    sessions: dict[tuple[str, ...], list[Node]] = {}
    heads: dict[tuple[str, ...], dict[str, object]] = {}
    carried: dict[str, object] = {}
    above: tuple[str, ...] | None = None
    for row in rows:
        carried = _carried_down(carried, row)
        key = tuple(plain_text(carried.get(each, "")) for each in CARRIED_DOWN)
        if key in sessions and key != above:
            findings.problem(
                row.place,
                f"This session began at {sessions[key][0].place[0]} already; put its rows together, "
                "or tell the sessions apart by week, day or name.",
            )
        heads.setdefault(key, {}).update({**row.values, **heads.get(key, {}), **carried})
        sessions.setdefault(key, []).append(row)
        above = key
    written = headings | _headings_of(SESSION_COLUMNS, headings)
    return [
        Node(rows[0].place, _values_of(SESSION_COLUMNS, heads[key]), findings, written, tuple(rows))
        for key, rows in sessions.items()
    ]


def _carried_down(above: dict[str, object], row: Node) -> dict[str, object]:
    """What an empty cell takes from the row above it; a new week or day starts afresh."""
    given = {each: row.values[each] for each in CARRIED_DOWN if row.has(each)}
    changed = {each for each, cell in given.items() if plain_text(cell) != plain_text(above.get(each, ""))}
    if "week" in changed:
        return given
    if changed & {"day", "date"}:
        return {each: above[each] for each in ("week",) if each in above} | given
    return above | given


def _plan_values(rows: list[Node], findings: Findings) -> dict[str, object]:
    values: dict[str, object] = {}
    for row in rows:
        for column, name in PLAN_COLUMNS.items():
            if not row.has(column):
                continue
            first = values.setdefault(name, row.values[column])
            if plain_text(first) != plain_text(row.values[column]):
                row.problem(
                    column, f"One table is one plan, and this is {shown(plain_text(first))} further up."
                )
    return values


def _values_of(columns: Mapping[str, str], values: Mapping[str, object]) -> dict[str, object]:
    return {name: values[column] for column, name in columns.items() if column in values}


def _headings_of(columns: Mapping[str, str], headings: Mapping[str, str]) -> dict[str, str]:
    return {name: headings[column] for column, name in columns.items() if column in headings}

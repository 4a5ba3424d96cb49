"""The SQL of one connection: the rows of a page, and what is told of them and of what lies on either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.shape_links import Paged
from engine.arguments import arguments_of, constant, has_variables, page_binder, page_of
from engine.declined import Declined, Reason
from engine.json_text import Json, Sql, a_list, an_object, or_null, text_of
from engine.rules import type_in_sql
from engine.selection import Chosen, object_type
from engine.tables import Parent, columns, ordered
from engine.values import cursor, typename

if TYPE_CHECKING:
    from engine.statement import Writer

_PAGING = frozenset({"first", "after", "last", "before"})


def page(writer: Writer, chosen: Chosen, link: Paged, parent: Parent | None) -> Json:
    """``parent`` is the row that the connection belongs to."""
    assert chosen.definition is not None  # noqa: S101 - a connection is no __typename
    given = arguments_of(chosen.nodes[0], chosen.definition)
    type_ = object_type(chosen.definition)
    if type_ is None:
        raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
    paging = {name: given.pop(name) for name in _PAGING & given.keys()}
    request = page_of(paging, writer.selections.variables)
    prefix = writer.new_name("p")
    binder = page_binder(prefix, paging, link.order)
    writer.binders.append(binder if has_variables(chosen.nodes[0], _PAGING) else constant(binder))
    key = None
    if request.cursor is not None:
        parts = enumerate(link.order.columns)
        key = ", ".join(writer.parameter(f"{prefix}_key_{n}", type_in_sql(each)) for n, each in parts)
    size = writer.parameter(f"{prefix}_size", "int8")
    rows = writer.linked(link, "it", parent, chosen.definition, given)
    asked = _Asked(writer, link, rows, request.is_backwards, size, key)
    return asked.json(writer.selections.of(type_, chosen.selections))


@dataclass(frozen=True, slots=True)
class _Asked:
    """SQL of the rows, each of which is ``it``, of how many, and of the cursor's sort key if there is one."""

    writer: Writer
    link: Paged
    rows: str
    is_backwards: bool
    size: str
    key: str | None

    def json(self, chosen: Sequence[Chosen]) -> Json:
        if [each.name for each in chosen] == ["edges"]:  # and nothing of what lies on either side
            row = self.writer.new_name("t")
            rows = f"({self._read('', self.size)}) {row}"
            order = ordered(self.link.order, row, self.link.order.descending)
            return an_object([(chosen[0].key, self._edges(chosen[0], row, rows, order))])
        page = self.writer.new_name("c")
        order = ordered(self.link.order, "it", self._is_descending)
        read = self._read(f", row_number() OVER (ORDER BY {order}) AS n", f"{self.size} + 1")
        parts = an_object((each.key, self._part(each, page)) for each in chosen)
        return [Sql(f"(WITH {page} AS MATERIALIZED ({read}) SELECT {text_of(parts)})")]

    @property
    def _is_descending(self) -> bool:
        """The way in which the page is read: from the cursor onwards."""
        return self.link.order.descending != self.is_backwards

    def _read(self, more: str, limit: str) -> str:
        here = f"({columns(self.link.order, 'it')})"
        beyond = "" if self.key is None else f" AND {here} {'<' if self._is_descending else '>'} ({self.key})"
        order = ordered(self.link.order, "it", self._is_descending)
        return f"SELECT it.*{more} FROM {self.rows}{beyond} ORDER BY {order} LIMIT {limit}"

    def _part(self, chosen: Chosen, page: str) -> Json:
        if chosen.definition is None:
            return typename(chosen)
        name = chosen.declared.python_name
        if name == "edges":
            row = self.writer.new_name("t")
            order = f"{row}.n DESC" if self.is_backwards else f"{row}.n"
            return self._edges(chosen, row, f"{page} {row} WHERE {row}.n <= {self.size}", order)
        type_ = object_type(chosen.definition)
        if name != "page_info" or type_ is None:
            raise Declined(Reason.FIELD_WITH_CODE, f"{chosen.parent.name}.{name}")
        inner = self.writer.selections.of(type_, chosen.selections)
        return an_object((each.key, self._page_info(each, page)) for each in inner)

    def _edges(self, chosen: Chosen, row: str, rows: str, order: str) -> Json:
        """``row`` is the alias of what is shown within ``rows``."""
        assert chosen.definition is not None  # noqa: S101 - edges are no __typename
        type_ = object_type(chosen.definition)
        if type_ is None:
            raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
        inner = self.writer.selections.of(type_, chosen.selections)
        if self.link.if_seen:
            self.writer.in_sight.add(row)
        return a_list(an_object((each.key, self._edge(each, row)) for each in inner), order, rows)

    def _edge(self, chosen: Chosen, row: str) -> Json:
        if chosen.definition is None:
            return typename(chosen)
        if chosen.declared.python_name == "cursor":
            return cursor(self.link.order.columns, row)
        type_ = object_type(chosen.definition)
        if chosen.declared.python_name != "node" or type_ is None or type_.name != self.link.type:
            raise Declined(Reason.ABSTRACT_TYPE, f"{chosen.parent.name}.{chosen.name}")
        return self.writer.fields(type_, self.writer.selections.of(type_, chosen.selections), row)

    def _page_info(self, chosen: Chosen, page: str) -> Json:
        if chosen.definition is None:
            return typename(chosen)
        name = chosen.declared.python_name
        if name in ("has_next_page", "has_previous_page"):
            is_onwards = (name == "has_next_page") != self.is_backwards
            return [Sql(f"({self._has_more(page) if is_onwards else self._has_passed()})::text")]
        if name in ("start_cursor", "end_cursor"):
            is_last_read = (name == "end_cursor") != self.is_backwards
            row = self.writer.new_name("t")
            found = text_of(cursor(self.link.order.columns, row))
            rows = f"{page} {row} WHERE {row}.n <= {self.size}"
            order = f"{row}.n DESC" if is_last_read else f"{row}.n"
            return or_null([Sql(f"(SELECT {found} FROM {rows} ORDER BY {order} LIMIT 1)")])
        raise Declined(Reason.FIELD_WITH_CODE, f"{chosen.parent.name}.{chosen.name}")

    def _has_more(self, page: str) -> str:
        return f"SELECT count(*) > {self.size} FROM {page}"

    def _has_passed(self) -> str:
        """Whether anything lies on the near side of the cursor, or is what it was made of."""
        if self.key is None:
            return "false"
        here = f"({columns(self.link.order, 'it')})"
        near = f"{here} {'>=' if self._is_descending else '<='} ({self.key})"
        return f"EXISTS (SELECT 1 FROM {self.rows} AND {near})"

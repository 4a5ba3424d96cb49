"""Reads whose answer PostgreSQL builds as JSON: one statement, its bytes passed on as they come.

A pool of its own, because its connections carry no state: what others need before and after each use (BEGIN,
ROLLBACK, a reset) are round trips that a lone read does without.

Whoever asks for the same statement at about the same time goes together: to send one and hear its answer
takes longer than most of them take PostgreSQL, so they are sent one behind the other and answered at once,
each with its own arguments.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import URL, make_url

from db.engine import Waits
from db.json_lines import Asked, Company, Line, Tell
from db.json_reader import STATEMENTS_KEPT, JsonReader

LOOK_SECONDS = 0.005
"""How often those who wait are looked after."""


class JsonReads:
    """No connection is opened before it is needed."""

    def __init__(self, url: str | URL, *, pool_size: int = 10, waits: Waits | None = None) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._waits = waits or Waits()
        self._may_open = pool_size
        self._idle: list[JsonReader] = []
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._queue: deque[Line] = deque()  # lines in which somebody waits
        self._running: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> bytes | None:
        """The JSON of the one column of the one row that the statement gives; None where that is null.

        ``asyncpg.PostgresError`` for a statement that fails, ``TimeoutError`` and others where there is no
        connection to be had.
        """
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        asked = self._ask(sql, arguments, partial(_settle, answer))
        try:
            return await answer
        except asyncio.CancelledError:
            asked.is_over, company = True, asked.company
            if company is not None and company.is_forsaken and company.running is not None:
                company.running.cancel()
            raise

    def ask(self, sql: str, arguments: Sequence[Any], tell: Tell) -> None:
        """As ``fetch``, for who does not wait in a task. ``tell`` is called later."""
        self._ask(sql, arguments, tell)

    async def close(self) -> None:
        """Whoever asks from now on waits in vain, and is told so. What is under way is given up."""
        self._is_closed, self._may_open = True, 0
        while self._idle:
            self._idle.pop().terminate()
        running = tuple(self._running)
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ask(self, sql: str, arguments: Sequence[Any], tell: Tell) -> Asked:
        asked = Asked(arguments, tell, time.monotonic() + self._waits.pool)
        line = self._lines.get(sql) or self._new_line(sql)
        line.waiting.append(asked)
        if not line.is_queued:
            line.is_queued = True
            self._queue.append(line)
        if line.may_go:
            self._hand_out()
        elif self._look is None:
            self._look_later()
        return asked

    def _new_line(self, sql: str) -> Line:
        line = self._lines[sql] = Line(sql)
        if len(self._lines) > STATEMENTS_KEPT:
            self._lines.popitem(last=False)  # whoever waits in it is served all the same
        return line

    def _hand_out(self) -> None:
        """Line by line in turn, so that no statement keeps the others from the connections: whose turn it is
        when there is none has it when there is one."""
        goes_on = True
        while goes_on:
            goes_on = False
            for _ in range(len(self._queue)):
                if not self._idle and not self._may_open:
                    break
                line = self._queue.popleft()
                if line.may_go:
                    self._begin(line.next())
                    goes_on = True
                line.is_queued = bool(line.waiting)
                if line.is_queued:
                    self._queue.append(line)
        if self._queue and self._look is None:
            self._look_later()

    def _look_later(self) -> None:
        self._look = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_after)

    def _begin(self, company: Company) -> None:
        reader = self._free()
        if reader is None:
            self._may_open -= 1
        for each in company.members:
            each.company = company
        company.running = asyncio.get_running_loop().create_task(self._run(reader, company))
        self._running.add(company.running)
        company.running.add_done_callback(self._running.discard)

    def _free(self) -> JsonReader | None:
        """The one that was used last: its caches are warm. None if one has to be opened, and then it may."""
        while self._idle:
            reader = self._idle.pop()
            if not reader.is_closed:
                return reader
            self._one_more()
        return None

    async def _run(self, reader: JsonReader | None, company: Company) -> None:
        line, members = company.line, company.members
        found: Sequence[bytes | None] = ()
        seconds: float | None = None
        try:
            if reader is None:
                reader = await JsonReader.open(self._url, self._waits)
            began = time.perf_counter() if reader.has_prepared(line.sql) else None
            found = await reader.fetch(line.sql, [each.arguments for each in members])
            if began is not None:
                seconds = (time.perf_counter() - began) / len(members)
        except asyncpg.PostgresError as error:
            self._refused(company, error)
            self._give(reader)  # as good as it was
        except BaseException as error:
            for each in members:
                each.end(None, error)
            self._end(reader)
            if not isinstance(error, Exception):
                raise
        else:
            self._give(reader)
        finally:
            line.came_back(seconds)
            self._hand_out()  # the next are on their way while these are told
            for each, json in zip(members, found, strict=False):
                each.end(json)
            members.clear()  # they know their company

    def _refused(self, company: Company, error: asyncpg.PostgresError) -> None:
        """Of several it was one: each goes again by itself, so that nobody fails for another."""
        if len(company.members) == 1:
            company.members[0].end(None, error)
            return
        line = company.line
        for each in reversed(company.members):
            each.goes_alone = True
            line.waiting.appendleft(each)
        if not line.is_queued:
            line.is_queued = True
            self._queue.append(line)

    def _give(self, reader: JsonReader | None) -> None:
        if reader is None or self._is_closed or reader.is_closed:
            self._end(reader)
        else:
            self._idle.append(reader)

    def _end(self, reader: JsonReader | None) -> None:
        """Another may be opened in its place. None: it could not be opened."""
        if reader is not None:
            reader.terminate()
        self._one_more()

    def _one_more(self) -> None:
        if not self._is_closed:
            self._may_open += 1

    def _look_after(self) -> None:
        """Those who have waited for too long are told; those who wait for nothing any more may go."""
        self._look = None
        now = time.monotonic()
        late = [each for line in self._queue for each in line.drop(now)]
        for line in self._queue:
            line.is_queued = bool(line.waiting)
        self._queue = deque(line for line in self._queue if line.is_queued)
        self._hand_out()
        for each in late:  # who may ask again at once
            each.end(None, TimeoutError())


def _settle(answer: asyncio.Future[bytes | None], found: bytes | None, error: BaseException | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(found)
    else:
        answer.set_exception(error)

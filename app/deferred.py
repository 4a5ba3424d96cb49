"""``@defer``: an answer in parts for who asks for one, as Apollo Client does in either of its forms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from graphql import REMOVE, DirectiveNode, DocumentNode, GraphQLDeferDirective, GraphQLError, Visitor, visit
from graphql.execution import InitialIncrementalExecutionResult, SubsequentIncrementalExecutionResult
from starlette.types import Receive, Scope, Send

from app.live.accepting import MULTIPART
from app.live.framing import Multipart
from app.live.outbox import STUCK_SECONDS
from app.negotiation import LONGEST_ACCEPT, media_type_of
from schema.errors import PublicError, public_error

Part: TypeAlias = dict[str, Any]
"""As incremental delivery has it today: ``pending``, ``incremental`` and ``completed``, by ids."""

Result: TypeAlias = InitialIncrementalExecutionResult | SubsequentIncrementalExecutionResult


class Form(StrEnum):
    """What the client asks for beside ``multipart/mixed``, and the answer's own type has, too."""

    OF_2022 = "deferSpec=20220824"
    WITH_IDS = "incrementalSpec=v0.2"


@lru_cache(maxsize=256)
def form_asked_for(accept: str) -> Form | None:
    """None: the answer is wanted whole. Of two forms the first counts."""
    for part in accept[:LONGEST_ACCEPT].split(","):
        name, parameters = media_type_of(part)
        if name == MULTIPART and parameters.get("q") not in ("0", "0.0"):
            for form in Form:
                key, _, version = form.value.partition("=")
                if parameters.get(key.lower()) == version:
                    return form
    return None


def without_defer(document: DocumentNode) -> DocumentNode:
    """The same document where nothing is deferred; itself if nothing was."""
    whole: DocumentNode = visit(document, _Whole())
    return whole


class Telling:
    """One operation's parts: the ``errors`` in all of them, and what was promised and has not come."""

    def __init__(self, correlation_id: str) -> None:
        self.errors: list[PublicError] = []
        self.is_broken_off = False
        self._correlation_id = correlation_id
        self._promised: set[str] = set()

    def part(self, result: Result) -> Part:
        part: Part = {}
        if isinstance(result, InitialIncrementalExecutionResult):
            part = {"data": result.data, **self._errors(result.errors)}
        elif result.incremental:
            part["incremental"] = [
                {**each.formatted, **self._errors(each.errors)} for each in result.incremental
            ]
        if result.pending:
            part["pending"] = [each.formatted for each in result.pending]
            self._promised.update(each.id for each in result.pending)
        if isinstance(result, SubsequentIncrementalExecutionResult) and result.completed:
            part["completed"] = [{"id": each.id, **self._errors(each.errors)} for each in result.completed]
            self._promised.difference_update(each.id for each in result.completed)
        return {**part, "hasNext": result.has_next}

    def broken_off(self, errors: Sequence[Mapping[str, Any]]) -> Part:
        """The last part, where the rest is not waited for."""
        self.is_broken_off = True
        completed = [{"id": each, "errors": errors} for each in sorted(self._promised)]
        return {"completed": completed, "hasNext": False}

    def told(self, errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
        public = [public_error(each, correlation_id=self._correlation_id) for each in errors]
        self.errors.extend(public)
        return [each.formatted for each in public]

    def _errors(self, errors: Iterable[GraphQLError] | None) -> Part:
        return {"errors": self.told(errors)} if errors else {}


class Parts:
    """ASGI: the answer to one request, part by part. A client that goes away ends the work on the rest."""

    def __init__(
        self, first: Part, rest: AsyncGenerator[Part, None], form: Form, headers: Mapping[str, str]
    ) -> None:
        self._first = first
        self._rest = rest
        self._framing = _Parts(form)
        self._written = _as_of_2022() if form is Form.OF_2022 else _as_it_is
        self._headers = {
            "content-type": self._framing.content_type,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-accel-buffering": "no",  # some proxies hold a response back until it is complete
            **{name.lower(): value for name, value in headers.items()},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        writing = asyncio.create_task(self._write(send))
        try:
            await asyncio.wait({gone, writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, writing):
                task.cancel()
            await asyncio.gather(gone, writing, return_exceptions=True)
            await self._rest.aclose()  # where the writing did not even begin

    async def _write(self, send: Send) -> None:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in self._headers.items()]
        async with aclosing(self._rest) as rest:
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            await _sent(send, self._framing.opening + self._chunk(self._first))
            async for part in rest:
                await _sent(send, self._chunk(part))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _chunk(self, part: Part) -> bytes:
        chunk = self._framing.next(orjson.dumps(self._written(part)), None)
        return chunk if part["hasNext"] else chunk + self._framing.end(())


class _Parts(Multipart):
    """An answer's parts stand bare; those of a subscription are in a ``payload``."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.content_type = f'multipart/mixed; boundary="graphql"; {form.value}'

    def next(self, answer: bytes, cursor: str | None) -> bytes:
        return self._part(answer)


class _Whole(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: object) -> Any:
        return REMOVE if node.name.value == GraphQLDeferDirective.name else None


def _as_it_is(part: Part) -> Part:
    return part


def _as_of_2022() -> Callable[[Part], Part]:
    """Each increment says its path and label itself, and what failed has null for its data."""
    pending: dict[str, Part] = {}

    def written(part: Part) -> Part:
        pending.update((each["id"], each) for each in part.get("pending", ()))
        increments = [
            {**_place(pending[each["id"]], each.get("subPath", ())), "data": each["data"], **_errors(each)}
            for each in part.get("incremental", ())
        ] + [
            {**_place(pending[each["id"]], ()), "data": None, **_errors(each)}
            for each in part.get("completed", ())
            if "errors" in each
        ]
        kept: Part = {
            name: part[name] for name in ("data", "errors", "extensions", "hasNext") if name in part
        }
        return {**kept, **({"incremental": increments} if increments else {})}

    return written


def _place(pending: Part, below: Iterable[str | int]) -> Part:
    label = {"label": pending["label"]} if "label" in pending else {}
    return {"path": [*pending["path"], *below], **label}


def _errors(part: Part) -> Part:
    return {"errors": part["errors"]} if "errors" in part else {}


async def _sent(send: Send, chunk: bytes) -> None:
    async with asyncio.timeout(STUCK_SECONDS):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

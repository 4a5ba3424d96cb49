"""The shortcut: a query that one statement answers, for a caller whom we know, from its bytes to its answer.

Nearly all requests are such. What the layers of the server do for them is done here in one pass, with the
layers' own parts: the same limits, buckets, places, guards, counters. It does nothing but the plain case. For
whatever is not at hand, not allowed or not certain, nothing was done, and the request goes through the layers
as if it had only now arrived; so does one that its statement does not answer. A test sends every kind of
request both ways, and the answers are the same to the byte.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.types import Scope

from app.adaptive_limit import Leave
from app.bootstrap import Application
from app.cross_origin import CrossOrigin
from app.graphql_request import GraphQLRequest, from_parameters, parsed_json
from app.logs import bind_correlation_id
from app.operations import NEWS_SECONDS, Prepared
from app.rates import Caller, Spending
from app.refusals import HttpRefusal
from app.shortcut.heads import END, Head, Heads
from app.shortcut.replies import Replies, Reply
from db import json_lines
from integrations.metrics import OperationKind
from resolvers.context import Context

Tell = Callable[[Reply | None], None]


@dataclass(slots=True, eq=False)
class _Underway:
    head: Head
    prepared: Prepared
    caller: Caller
    spending: Spending
    request_id: str
    began: float
    leave: Leave
    tell: Tell


class Shortcut:
    def __init__(self, application: Application, path: str) -> None:
        settings = application.settings
        cross_origin = CrossOrigin(settings)
        self._heads = Heads(path, application.limits, cross_origin)
        self._replies = Replies(names_lane=not settings.is_production, differs_by_origin=cross_origin.is_on)
        self._limits = application.limits
        self._services = application.services
        self._callers = application.callers
        self._documents = application.known_documents
        self._operations = application.operations
        self._rates = application.rates
        self._places = application.places
        self._metrics = application.services.metrics

    def begin(self, request: bytes, tell: Tell) -> bool:
        """Whether the request is under way. Then ``tell`` gets the answer, its headers included, but for the
        status line; or None, if the layers are to answer after all."""
        end = request.find(END) + len(END)
        known = self._heads.at_hand(request, end)
        if known is None or len(request) - end != known.body_bytes:
            return False
        head = known.head
        viewer = self._callers.at_hand(head.token, self._services.clock())
        asked = None if viewer is None else self._asked(request[end:])
        if viewer is None or asked is None:
            return False
        prepared = self._prepared(asked)
        began = time.perf_counter()
        leave = None if prepared is None else self._places.at_once(began)
        if prepared is None or leave is None:
            return False
        caller = Caller.of(viewer, None)
        spending = self._rates.take_at_hand(caller, prepared.cost)
        if spending is None:
            leave(None)
            return False
        request_id = known.request_id or os.urandom(16).hex()
        underway = _Underway(head, prepared, caller, spending, request_id, began, leave, tell)
        self._metrics.in_flight.inc()
        context = Context.of(self._services, viewer, request_id)
        if self._asks(prepared, asked, context, partial(self._answered, underway)):
            return True
        self._undo(underway)
        return False

    def learn(self, request: bytes, scope: Scope) -> None:
        """A head, from a request that begins with it and was parsed to this scope: of callers whom we know,
        or anybody could fill the memory."""
        found = self._heads.read(request, request.find(END) + len(END), scope)
        if found is None:
            return
        viewer = self._callers.at_hand(found[1].token, self._services.clock())
        if viewer is not None:
            self._heads.keep(*found, Caller.of(viewer, None).key)

    def _asked(self, body: bytes) -> GraphQLRequest | None:
        try:
            return from_parameters(parsed_json(body, self._limits))
        except HttpRefusal:
            return None

    def _prepared(self, asked: GraphQLRequest) -> Prepared | None:
        text = None if asked.wants_cost else self._documents.at_hand(asked)
        if text is None:
            return None
        prepared = self._operations.at_hand(text, asked.operation_name, asked.variables)
        if prepared is None or prepared.kind is not OperationKind.QUERY or prepared.may_be_in_parts:
            return None
        return prepared

    def _asks(
        self, prepared: Prepared, asked: GraphQLRequest, context: Context, tell: json_lines.Tell
    ) -> bool:
        try:
            return self._operations.ask(prepared, asked.variables, context, tell)
        except Exception:  # a fault of ours: the layers meet it again, and mask, log and count it
            return False

    def _answered(self, underway: _Underway, data: bytes | None, _: BaseException | None) -> None:
        self._metrics.lanes.shortcut(is_answered=data is not None)
        if data is None:
            self._undo(underway)
            underway.tell(None)
            return
        self._metrics.in_flight.dec()
        ended = time.perf_counter()
        self._count(underway, ended - underway.began)
        underway.leave(ended)
        self._places.hand_on()
        underway.tell(self._reply(underway, data))

    def _reply(self, underway: _Underway, data: bytes) -> Reply | None:
        try:
            return self._replies.whole(data, underway.head, underway.spending, underway.request_id)
        except Exception:  # a fault of ours: as in ``_asks``
            return None

    def _count(self, underway: _Underway, seconds: float) -> None:
        self._rates.spent(underway.spending)
        if seconds > NEWS_SECONDS:  # it is logged, and the record says whose it is
            with bind_correlation_id(underway.request_id):
                self._operations.compiled_in(underway.prepared, seconds)
        else:
            self._operations.compiled_in(underway.prepared, seconds)

    def _undo(self, underway: _Underway) -> None:
        self._metrics.in_flight.dec()
        self._rates.give_back(underway.caller, underway.spending)
        underway.leave(None)
        self._places.hand_on()

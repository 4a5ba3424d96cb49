"""Prometheus: it scrapes a registry of ours and answers queries about what it has scraped."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integrations.metrics import Metrics
from tests.doubles import promql
from tests.doubles.server import LocalServer, Request


class Prometheus(LocalServer):
    """``scrape`` at a time of one's own; ``answer`` replaces what any query is answered with.

    >>> with Prometheus() as prometheus:
    ...     prometheus.scrape(metrics, minutes=0)
    """

    def __init__(self, token: str | None = None) -> None:
        super().__init__()
        self.token = token
        self.status = 200
        self.answer: bytes | None = None
        self.loaded: dict[str, str] = {}
        self.queries: list[str] = []
        self._scrapes: list[promql.Scrape] = []

    def scrape(self, metrics: Metrics, *, minutes: float) -> None:
        body, _ = metrics.render()
        self._scrapes.append((timedelta(minutes=minutes), promql.read(body.decode())))

    def scrape_fails(self, *, minutes: float) -> None:
        """Series that are gone are marked stale at once."""
        self._scrapes.append((timedelta(minutes=minutes), {}))

    def load(self, name: str, query: str) -> None:
        """An alert rule, printed without layout as Prometheus does."""
        self.loaded[name] = " ".join(query.split())

    def evaluate(self, query: str) -> promql.Vector | float:
        return promql.evaluate(query, self._scrapes)

    def get(self, request: Request) -> None:
        if self.token is not None and request.headers.get("Authorization") != f"Bearer {self.token}":
            request.reply(401, b"Unauthorized", "text/plain")
            return
        if self.answer is not None or self.status != 200:
            request.reply(self.status, self.answer or b"")
            return
        url = urlsplit(request.path)
        if url.path == "/api/v1/query":
            [query] = parse_qs(url.query)["query"]
            self.queries.append(query)
            self._succeed(request, self._result(self.evaluate(query)))
        elif url.path == "/api/v1/rules":
            rules = [{"type": "alerting", "name": name, "query": q} for name, q in self.loaded.items()]
            self._succeed(request, {"groups": [{"name": "all", "rules": rules}]})
        else:
            request.reply(404, b"404 page not found", "text/plain")

    @staticmethod
    def _result(found: promql.Vector | float) -> dict[str, Any]:
        if isinstance(found, float):
            return {"resultType": "scalar", "result": [1.0, str(found)]}
        samples = [{"metric": dict(labels), "value": [1.0, _text(value)]} for labels, value in found.items()]
        return {"resultType": "vector", "result": samples}

    @staticmethod
    def _succeed(request: Request, data: dict[str, Any]) -> None:
        request.reply(200, json.dumps({"status": "success", "data": data}).encode())


def _text(value: float) -> str:
    return "NaN" if value != value else str(value)

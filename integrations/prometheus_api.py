"""Prometheus' HTTP API, as far as a rollout and the check of the alerts need it."""

from __future__ import annotations

import math
from typing import Any

from integrations.operator_http import OperatorApi, OperatorApiError


class PrometheusApi:
    def __init__(self, url: str, *, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._api = OperatorApi("Prometheus", url, token=token, headers=headers)

    def value(self, query: str) -> float | None:
        """One number now; None where nothing was measured. ``OperatorApiError`` if it is not one number."""
        data = self._data(self._api.ask("GET", "/api/v1/query", params={"query": query}))
        try:
            kind, result = data["resultType"], data["result"]
            if kind not in ("vector", "scalar"):
                raise OperatorApiError(f"Prometheus gave a {kind} for: {query}")
            samples = [result] if kind == "scalar" else [each["value"] for each in result]
            numbers = [float(text) for _, text in samples]
        except (KeyError, TypeError, ValueError) as error:
            raise OperatorApiError(f"Prometheus' answer cannot be read: {error!r}") from error
        if len(numbers) > 1:
            raise OperatorApiError(f"Prometheus gave {len(numbers)} numbers where one is meant: {query}")
        return None if not numbers or math.isnan(numbers[0]) else numbers[0]

    def alerts(self) -> dict[str, str]:
        """The alert rules that it has loaded: their names and expressions, as it prints them."""
        data = self._data(self._api.ask("GET", "/api/v1/rules", params={"type": "alert"}))
        try:
            return {rule["name"]: rule["query"] for group in data["groups"] for rule in group["rules"]}
        except (KeyError, TypeError) as error:
            raise OperatorApiError(f"Prometheus' rules cannot be read: {error!r}") from error

    def close(self) -> None:
        self._api.close()

    @staticmethod
    def _data(answer: Any) -> Any:
        if not isinstance(answer, dict) or answer.get("status") != "success":
            raise OperatorApiError(f"Prometheus did not succeed: {str(answer)[:200]}")
        return answer.get("data")

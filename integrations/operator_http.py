"""HTTP to the systems that operators run: short waits, no retries, and errors in one sentence."""

from __future__ import annotations

import ipaddress
from typing import Any

import httpx2

TIMEOUT_SECONDS = 10.0


class OperatorApiError(Exception):
    """``status`` is None where there was no answer. The message is for the person at the command line."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class OperatorApi:
    """JSON over one base address. A token is never sent in the clear, save to this machine itself."""

    def __init__(self, name: str, url: str, *, token: str | None, headers: dict[str, str]) -> None:
        """``headers`` go with every request; where they carry a token, ``token`` is it, to be kept quiet."""
        self._name = name
        self._token = token
        try:
            address = httpx2.URL(url)
        except httpx2.InvalidURL as error:
            raise OperatorApiError(f"{name}: {url} is no address: {error}") from error
        if address.scheme not in ("http", "https") or not address.host:
            raise OperatorApiError(f"{name}: {url} is no http:// or https:// address")
        if token and address.scheme == "http" and not _is_this_machine(address.host):
            raise OperatorApiError(
                f"{name}: a token is not sent to {url}, which is not encrypted: use https://"
            )
        self._client = httpx2.Client(
            base_url=url, headers={"Accept": "application/json", **headers}, timeout=TIMEOUT_SECONDS
        )

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of a 2xx answer; else ``OperatorApiError`` with what the other side said."""
        try:
            answer = self._client.request(method, path, **more)
        except httpx2.HTTPError as error:
            why = str(error) or type(error).__name__
            raise OperatorApiError(f"{self._name} does not answer: {self._quiet(why)}") from error
        try:
            content = answer.json()
        except ValueError:
            content = None
        if not answer.is_success:
            raise OperatorApiError(
                f"{self._name} answered {answer.status_code}: {self._quiet(_said(content))}",
                answer.status_code,
            )
        if content is None:
            raise OperatorApiError(f"{self._name} answered something that is not JSON", answer.status_code)
        return content

    def close(self) -> None:
        self._client.close()

    def _quiet(self, text: str) -> str:
        return text.replace(self._token, "[redacted]") if self._token else text


def _said(content: Any) -> str:
    """Grafana and LaunchDarkly say ``message``, Prometheus ``error``."""
    if isinstance(content, dict):
        for key in ("message", "error"):
            if isinstance(content.get(key), str):
                return str(content[key])
    return "it did not say why"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

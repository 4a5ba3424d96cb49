"""Grafana's HTTP API, as far as one dashboard needs it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from integrations.operator_http import OperatorApi, OperatorApiError

# Grafana gives these itself: numbers of its database, and the version to which it migrates when it reads.
_ITS_OWN = ("id", "version", "schemaVersion")

Dashboard = dict[str, Any]


class GrafanaApi:
    def __init__(self, url: str, *, token: str) -> None:
        """A service account's token, with the role Editor to deploy and Viewer to verify."""
        self._api = OperatorApi("Grafana", url, token=token, headers={"Authorization": f"Bearer {token}"})

    def save(self, dashboard: Dashboard, *, folder_uid: str, folder_title: str, message: str) -> str:
        """Makes or replaces it, and the folder if there is none; the path to open it at."""
        self._ensure_folder(folder_uid, folder_title)
        answer = self._api.ask(
            "POST",
            "/api/dashboards/db",
            json={
                "dashboard": {**dashboard, "id": None},
                "folderUid": folder_uid,
                "overwrite": True,
                "message": message,
            },
        )
        return str(answer.get("url", "")) if isinstance(answer, dict) else ""

    def dashboard(self, uid: str) -> Dashboard | None:
        """What is stored; None where there is none."""
        try:
            answer = self._api.ask("GET", f"/api/dashboards/uid/{quote(uid, safe='')}")
        except OperatorApiError as error:
            if error.status == 404:
                return None
            raise
        found = answer.get("dashboard") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise OperatorApiError("Grafana's answer holds no dashboard")
        return found

    def close(self) -> None:
        self._api.close()

    def _ensure_folder(self, uid: str, title: str) -> None:
        try:
            self._api.ask("GET", f"/api/folders/{quote(uid, safe='')}")
        except OperatorApiError as error:
            if error.status != 404:
                raise
            self._api.ask("POST", "/api/folders", json={"uid": uid, "title": title})


def differences(wanted: Dashboard, found: Dashboard) -> list[str]:
    """Where two dashboards differ, as paths. Empty values are no difference: Grafana fills them in."""
    return _differences(_own(wanted), _own(found), "")


def _own(dashboard: Dashboard) -> Dashboard:
    return {key: value for key, value in dashboard.items() if key not in _ITS_OWN}


def _differences(wanted: Any, found: Any, path: str) -> list[str]:
    if isinstance(wanted, dict) and isinstance(found, dict):
        keys = [*wanted, *(key for key in found if key not in wanted)]
        return [
            line
            for key in keys
            for line in _differences(wanted.get(key), found.get(key), f"{path}.{key}" if path else str(key))
        ]
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            return [f"{path}: {len(wanted)} in the file, {len(found)} there"]
        pairs = enumerate(zip(wanted, found, strict=True))
        return [line for n, (a, b) in pairs for line in _differences(a, b, f"{path}[{n}]")]
    if wanted == found or (_is_empty(wanted) and _is_empty(found)):
        return []
    return [f"{path}: {_short(wanted)} in the file, {_short(found)} there"]


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {}) or (value == 0 and value is not True)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"

"""Grafana's folders and dashboards."""

from __future__ import annotations

import json
from typing import Any

from tests.doubles.server import LocalServer, Request


class Grafana(LocalServer):
    """Keeps what is saved as Grafana does: with a number and a version of its own, and defaults filled in."""

    def __init__(self, token: str = "grafana-token") -> None:  # noqa: S107
        super().__init__()
        self.token = token
        self.folders: dict[str, str] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.folder_of: dict[str, str] = {}
        self.messages: list[str] = []
        self.provisioned = False

    def get(self, request: Request) -> None:
        if not self._may(request):
            return
        *_, kind, uid = request.path.split("/")
        if kind == "folders" and uid in self.folders:
            self._answer(request, 200, {"uid": uid, "title": self.folders[uid]})
        elif kind == "uid" and uid in self.dashboards:
            self._answer(request, 200, {"dashboard": self.dashboards[uid], "meta": {"slug": "taper"}})
        else:
            self._answer(request, 404, {"message": f"{kind} not found"})

    def post(self, request: Request) -> None:
        content = json.loads(request.body())
        if not self._may(request):
            return
        if request.path == "/api/folders":
            self.folders[content["uid"]] = content["title"]
            self._answer(request, 200, content)
        elif request.path == "/api/dashboards/db":
            self._save(request, content)
        else:
            self._answer(request, 404, {"message": "Not found"})

    def _save(self, request: Request, content: dict[str, Any]) -> None:
        dashboard = content["dashboard"]
        uid = dashboard["uid"]
        if self.provisioned:
            self._answer(request, 400, {"message": "Cannot save provisioned dashboard"})
        elif content["folderUid"] not in self.folders:
            self._answer(request, 400, {"message": "folder not found"})
        elif uid in self.dashboards and not content["overwrite"]:
            self._answer(request, 412, {"message": "The dashboard has been changed by someone else"})
        else:
            version = self.dashboards.get(uid, {}).get("version", 0) + 1
            filled_in = {"annotations": {}, "weekStart": "", "liveNow": False}
            self.dashboards[uid] = filled_in | dashboard | {"id": 7, "version": version}
            self.folder_of[uid] = content["folderUid"]
            self.messages.append(content["message"])
            self._answer(request, 200, {"uid": uid, "url": f"/d/{uid}/taper", "status": "success"})

    def _may(self, request: Request) -> bool:
        if request.headers.get("Authorization") == f"Bearer {self.token}":
            return True
        self._answer(request, 401, {"message": "Invalid API key"})
        return False

    @staticmethod
    def _answer(request: Request, status: int, content: dict[str, Any]) -> None:
        request.reply(status, json.dumps(content).encode())

"""LaunchDarkly's REST API for flags: reading one, and semantic patches of its targeting."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.doubles.server import LocalServer, Request

TRUE_ID, FALSE_ID = "id-true", "id-false"
SEMANTIC_PATCH = "application/json; domain-model=launchdarkly.semanticpatch"


class LaunchDarklyRest(LocalServer):
    """``flag`` makes one, off; ``clock_ms`` is the time that a change is stamped with.

    ``refuse`` answers every patch with a status and a message; ``ignores_patches`` accepts and forgets them.
    """

    def __init__(self, token: str = "api-token", project: str = "default") -> None:  # noqa: S107
        super().__init__()
        self.token = token
        self.project = project
        self.clock_ms = 1_700_000_000_000
        self.flags: dict[str, dict[str, Any]] = {}
        self.patches: list[dict[str, Any]] = []
        self.refuse: tuple[int, str] | None = None
        self.ignores_patches = False

    def flag(self, key: str, environment: str = "production", **targeting: Any) -> dict[str, Any]:
        """``targeting`` overrides what LaunchDarkly gives a new boolean flag."""
        its = {
            "on": False,
            "fallthrough": {"variation": 0},
            "offVariation": 1,
            "rules": [],
            "targets": [],
            "contextTargets": [],
            "lastModified": self.clock_ms,
        }
        self.flags[key] = {
            "key": key,
            "kind": "boolean",
            "variations": [{"_id": TRUE_ID, "value": True}, {"_id": FALSE_ID, "value": False}],
            "environments": {environment: its | targeting},
        }
        return self.flags[key]

    def percent(self, key: str, environment: str = "production") -> float:
        """How many get ``true``."""
        its = self.flags[key]["environments"][environment]
        if not its["on"]:
            return 0.0
        if "rollout" in its["fallthrough"]:
            return float(its["fallthrough"]["rollout"]["variations"][0]["weight"]) / 1000
        return 100.0 if its["fallthrough"]["variation"] == 0 else 0.0

    def get(self, request: Request) -> None:
        url = urlsplit(request.path)
        flag = self._flag(request, url.path)
        if flag is not None:
            wanted = parse_qs(url.query).get("env", list(flag["environments"]))
            shown = {key: its for key, its in flag["environments"].items() if key in wanted}
            self._answer(request, 200, {**flag, "environments": shown})

    def patch(self, request: Request) -> None:
        patch = json.loads(request.body())
        flag = self._flag(request, urlsplit(request.path).path)
        if flag is None:
            return
        if self.refuse is not None:
            self._answer(request, self.refuse[0], {"code": "refused", "message": self.refuse[1]})
            return
        if request.headers.get("Content-Type") != SEMANTIC_PATCH:
            self._answer(request, 400, {"code": "invalid_request", "message": "patch must be an array"})
            return
        self.patches.append(patch)
        if not self.ignores_patches:
            its = flag["environments"][patch["environmentKey"]]
            for instruction in patch["instructions"]:
                _apply(its, instruction)
            its["lastModified"] = self.clock_ms
        self._answer(request, 200, flag)

    def _flag(self, request: Request, path: str) -> dict[str, Any] | None:
        if request.headers.get("Authorization") != self.token or not request.headers.get("LD-API-Version"):
            self._answer(request, 401, {"code": "unauthorized", "message": "Invalid access token"})
            return None
        *root, project, key = [unquote(part) for part in path.split("/")]
        flag = self.flags.get(key)
        if root != ["", "api", "v2", "flags"] or project != self.project or flag is None:
            self._answer(request, 404, {"code": "not_found", "message": "Unknown flag"})
            return None
        return flag

    @staticmethod
    def _answer(request: Request, status: int, content: dict[str, Any]) -> None:
        request.reply(status, json.dumps(content).encode())


def _apply(its: dict[str, Any], instruction: dict[str, Any]) -> None:
    match instruction["kind"]:
        case "turnFlagOn":
            its["on"] = True
        case "turnFlagOff":
            its["on"] = False
        case "updateOffVariation":
            its["offVariation"] = [TRUE_ID, FALSE_ID].index(instruction["variationId"])
        case "updateFallthroughVariationOrRollout" if "variationId" in instruction:
            its["fallthrough"] = {"variation": [TRUE_ID, FALSE_ID].index(instruction["variationId"])}
        case "updateFallthroughVariationOrRollout":
            weights = instruction["rolloutWeights"]
            assert sum(weights.values()) == 100_000, weights
            rollout: dict[str, Any] = {
                "variations": [
                    {"variation": [TRUE_ID, FALSE_ID].index(key), "weight": weight}
                    for key, weight in sorted(weights.items(), reverse=True)
                ],
                "contextKind": instruction.get("rolloutContextKind", "user"),
            }
            if "rolloutBucketBy" in instruction:
                rollout["bucketBy"] = instruction["rolloutBucketBy"]
            its["fallthrough"] = {"rollout": rollout}
        case unknown:
            raise NotImplementedError(unknown)

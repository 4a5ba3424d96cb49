"""LaunchDarkly's REST API: how far a flag is rolled out, and moving it. The server itself never needs it.

Changes are semantic patches: each says what shall be, not where in a document, and LaunchDarkly applies the
instructions of one patch together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from domain.rollout import Exposure
from integrations.operator_http import OperatorApi, OperatorApiError

API_VERSION = "20240415"
WHOLE = 100_000
"""LaunchDarkly's weights are thousandths of a percent."""

_SEMANTIC_PATCH = "application/json; domain-model=launchdarkly.semanticpatch"

Instruction = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Targeting:
    """A boolean flag in one environment. ``percent`` is of those whom no rule or target names."""

    key: str
    is_on: bool
    percent: float
    changed_at: datetime | None
    true_id: str
    false_id: str
    off_serves_true: bool
    exceptions: int
    context_kind: str
    bucket_by: str | None

    @property
    def exposure(self) -> Exposure:
        return Exposure(self.percent if self.is_on else 0.0, self.changed_at)


class LaunchDarklyApi:
    def __init__(self, url: str, *, token: str, project: str, environment: str) -> None:
        """An API access token with a role that may update targeting, not the SDK key."""
        headers = {"Authorization": token, "LD-API-Version": API_VERSION}
        self._api = OperatorApi("LaunchDarkly", url, token=token, headers=headers)
        self._project, self._environment = project, environment

    def targeting(self, key: str) -> Targeting:
        try:
            answer = self._api.ask("GET", self._path(key), params={"env": self._environment})
        except OperatorApiError as error:
            if error.status == 404:
                where = f"project {self._project}, environment {self._environment}"
                raise OperatorApiError(f"LaunchDarkly has no flag {key} in {where}", 404) from error
            raise
        try:
            return _targeting(answer, self._environment)
        except (KeyError, TypeError, IndexError) as error:
            raise OperatorApiError(f"LaunchDarkly's answer about {key} cannot be read: {error!r}") from error

    def change(self, targeting: Targeting, instructions: list[Instruction], comment: str) -> Targeting:
        """Sends a patch and reads the flag again. The comment goes into LaunchDarkly's audit log."""
        self._api.ask(
            "PATCH",
            self._path(targeting.key),
            headers={"Content-Type": _SEMANTIC_PATCH},
            json={"environmentKey": self._environment, "comment": comment, "instructions": instructions},
        )
        return self.targeting(targeting.key)

    def close(self) -> None:
        self._api.close()

    def _path(self, key: str) -> str:
        return f"/api/v2/flags/{quote(self._project, safe='')}/{quote(key, safe='')}"


def rolling_out(targeting: Targeting, percent: int) -> list[Instruction]:
    """Instructions that give the flag to ``percent`` of those whom no rule names.

    By the same kind of context as before: another one would be another draw, and people would lose it. A flag
    that is on is not turned on again: who turned it off in this very moment had a reason.
    """
    fallthrough: Instruction = {"kind": "updateFallthroughVariationOrRollout"}
    if percent == 100:
        fallthrough["variationId"] = targeting.true_id
    else:
        weight = percent * WHOLE // 100
        fallthrough["rolloutWeights"] = {targeting.true_id: weight, targeting.false_id: WHOLE - weight}
        fallthrough["rolloutContextKind"] = targeting.context_kind
        if targeting.bucket_by is not None:
            fallthrough["rolloutBucketBy"] = targeting.bucket_by
    return [fallthrough] if targeting.is_on else [fallthrough, {"kind": "turnFlagOn"}]


def turning_off(targeting: Targeting) -> list[Instruction]:
    """Off for everybody, rules and targets included."""
    off: list[Instruction] = [{"kind": "turnFlagOff"}]
    if targeting.off_serves_true:
        off.append({"kind": "updateOffVariation", "variationId": targeting.false_id})
    return off


def _targeting(flag: dict[str, Any], environment_key: str) -> Targeting:
    variations = flag["variations"]
    ids = {each["value"]: each["_id"] for each in variations if isinstance(each["value"], bool)}
    if set(ids) != {True, False} or len(variations) != 2:
        raise OperatorApiError(f"{flag['key']} is no flag of true and false, so it has no percentage")
    environment = flag["environments"].get(environment_key)
    if environment is None:
        raise OperatorApiError(f"LaunchDarkly has no environment {environment_key} for {flag['key']}")
    fallthrough = environment.get("fallthrough") or {}
    rollout = fallthrough.get("rollout") or {}
    if "experimentAllocation" in rollout:
        raise OperatorApiError(f"{flag['key']} is under an experiment, which a rollout would break")
    off = environment.get("offVariation")
    modified = environment.get("lastModified")
    return Targeting(
        key=flag["key"],
        is_on=environment["on"],
        percent=_percent(variations, fallthrough, rollout),
        changed_at=None if modified is None else datetime.fromtimestamp(modified / 1000, UTC),
        true_id=ids[True],
        false_id=ids[False],
        off_serves_true=off is not None and variations[off]["value"] is True,
        exceptions=sum(len(environment.get(part) or ()) for part in ("rules", "targets", "contextTargets")),
        context_kind=rollout.get("contextKind") or "user",
        bucket_by=rollout.get("bucketBy"),
    )


def _percent(variations: list[dict[str, Any]], fallthrough: dict[str, Any], rollout: dict[str, Any]) -> float:
    if rollout:
        served = [each for each in rollout["variations"] if variations[each["variation"]]["value"] is True]
        return float(sum(each["weight"] for each in served)) * 100 / WHOLE
    return 100.0 if variations[fallthrough["variation"]]["value"] is True else 0.0

"""How tests speak to a server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2

from app.bootstrap import Application
from app.development import person_id
from integrations.tokens import issue_development_token
from tests.databases import Clock

SECRET = "a secret that only the tests know, and nobody else"


@dataclass(frozen=True)
class Api:
    application: Application
    client: httpx2.AsyncClient
    clock: Clock

    def token(
        self,
        who: str = "mia",
        *,
        lifetime: timedelta = timedelta(hours=1),
        organization_id: UUID | None = None,
        scopes: frozenset[str] | None = None,
        secret: str = SECRET,
        **changes: str,
    ) -> str:
        """``who`` is of the demo, a person's id, or ``service:name``."""
        settings = self.application.settings
        return issue_development_token(
            secret,
            who if who.startswith("service:") else str(person_id(who)),
            organization_id,
            self.clock(),
            lifetime,
            scopes,
            issuer=changes.get("issuer", settings.jwt_issuer),
            audience=changes.get("audience", settings.jwt_audience),
        )

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None, **headers: str
    ) -> httpx2.Response:
        """``headers`` by their names with an underscore for a dash."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        body = {"query": query, "variables": variables}
        return await self.client.post("/graphql", json=body, headers=sent)

    async def run(self, query: str, variables: dict[str, Any] | None = None, *, who: str = "mia") -> Any:
        """The data of an operation that has no errors."""
        answer = await self.post(query, variables, token=self.token(who))
        payload = answer.json()
        assert "errors" not in payload, payload["errors"]
        return payload["data"]

    async def metric(self, name: str, **labels: str) -> float:
        """The value of one sample, as a scrape of /metrics finds it."""
        text = (await self.client.get("/metrics")).text
        wanted = "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}" if labels else ""
        for line in text.splitlines():
            sample, _, value = line.rpartition(" ")
            if sample == f"{name}{wanted}":
                return float(value)
        raise AssertionError(f"no sample {name}{wanted} in\n{text}")


def code_of(answer: httpx2.Response) -> str:
    """The code of the only error."""
    [error] = answer.json()["errors"]
    code: str = error["extensions"]["code"]
    return code

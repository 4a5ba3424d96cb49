"""What operators and their tools ask: health and metrics, and the way in for who opens the bare address."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.answers import json_response
from app.bootstrap import Application
from app.graphiql import wants_graphiql
from app.graphql_http import GraphQLEndpoint


def operator_routes(application: Application, graphql: GraphQLEndpoint) -> list[BaseRoute]:
    async def livez(_: Request) -> Response:
        return json_response({"status": "alive"})

    async def readyz(_: Request) -> Response:
        readiness = await application.health.readiness()
        application.services.metrics.ready(not readiness.reasons)
        return json_response(readiness.payload, 503 if readiness.reasons else 200)

    async def metrics(_: Request) -> Response:
        body, content_type = application.services.metrics.render()
        return Response(body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    async def root(request: Request) -> Response:
        if application.settings.graphiql_on and wants_graphiql(request):
            return graphql.page(request)
        return json_response({"graphql": graphql.path, "health": "/readyz", "metrics": "/metrics"})

    return [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Route("/", root),
    ]

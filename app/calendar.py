"""``/calendar/{person}.ics``: a person's sessions, for the calendar on their phone.

Opened by an address with its token in it, or by a bearer token. ``POST /calendar/address`` gives the caller a
new address, and puts the former one out of use; ``DELETE`` leaves them with none. How far such an address
reaches is in ``resolvers/calendar.py``.
"""

from __future__ import annotations

import asyncio
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.answers import json_response
from app.auth import context_from
from app.bootstrap import Application
from app.route_errors import answering
from integrations.calendar_feed import calendar_feed
from resolvers.calendar import (
    PersonCalendar,
    calendar_by_token,
    calendar_of,
    give_up_calendar_token,
    take_calendar_token,
)

LONGEST_TOKEN = 200


def calendar_routes(application: Application) -> list[BaseRoute]:
    services, tokens = application.services, application.tokens

    async def feed(request: Request) -> Response:
        person_id: UUID = request.path_params["person_id"]
        token = request.query_params.get("token")
        if token is not None:
            found = await calendar_by_token(services, person_id, token[:LONGEST_TOKEN])
        else:
            found = await calendar_of(await context_from(request, services, tokens), person_id)
        body = await asyncio.to_thread(_written, found, application)
        # Private, and asked for again: the address must not outlive its token in anybody's cache.
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")

    async def take_address(request: Request) -> Response:
        person_id, token = await take_calendar_token(await context_from(request, services, tokens))
        return json_response({"address": f"/calendar/{person_id}.ics?token={token}"}, 201)

    async def give_up_address(request: Request) -> Response:
        await give_up_calendar_token(await context_from(request, services, tokens))
        return Response(status_code=204)

    return [
        Route("/calendar/address", answering(application, take_address), methods=["POST"]),
        Route("/calendar/address", answering(application, give_up_address), methods=["DELETE"]),
        Route("/calendar/{person_id:uuid}.ics", answering(application, feed), methods=["GET"]),
    ]


def _written(found: PersonCalendar, application: Application) -> bytes:
    """In a thread: laying a time zone out takes tens of milliseconds."""
    zone = ZoneInfo(found.person.time_zone)
    return calendar_feed(found.person.display_name, zone, found.entries, application.services.clock())

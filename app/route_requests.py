"""What the earlier HTTP routes have in common: a body, ids, an operation that is run, and its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from app.auth import context_from
from app.bootstrap import Application
from app.documents import RequestError
from app.graphql_request import GraphQLRequest, parsed_json, read_json_body
from app.limits import Limits
from app.operations import Answer
from app.rates import Caller
from app.refusals import malformed
from app.route_errors import error_response, plain_message, status_of
from resolvers.ids import Kind, global_id


async def run_operation(
    application: Application, request: Request, text: str, variables: Mapping[str, Any]
) -> Answer:
    context = await context_from(request, application.services, application.tokens)
    caller = Caller.of(context.viewer, request.client.host if request.client else None)
    try:
        admitted = await application.admission.admit_ours(caller, GraphQLRequest(text, None, dict(variables)))
    except RequestError as error:
        return application.operations.refused(error, context.correlation_id)
    return await application.operations.run(admitted.prepared, variables, context)


async def body_of(request: Request, limits: Limits) -> dict[str, Any]:
    found = parsed_json(await read_json_body(request, limits), limits)
    if not isinstance(found, dict):
        raise malformed("The body must be a JSON object.")
    return found


def as_global(kind: Kind, given: object) -> object:
    """What is no UUID goes on as it is: the operation knows global ids, and refuses the rest."""
    try:
        return global_id(kind, UUID(given)) if isinstance(given, str) else given
    except ValueError:
        return given


def refusal_in(answer: Answer) -> Response | None:
    """The error of the first field that has one, as these routes tell it; None where there is none."""
    errors = answer.payload.get("errors")
    if not errors:
        return None
    fields = list(answer.payload.get("data") or ())
    # Fields are answered at the same time, so the errors come in the order of chance.
    error = min(errors, key=lambda each: fields.index(each["path"][0]) if fields else 0)
    details = dict(error["extensions"])
    code = details.pop("code")
    status = 400 if answer.is_request_error else status_of(code)
    return error_response(status, code, plain_message(error["message"]), details)

"""GraphiQL for a browser that opens the endpoint: every file from here, none from the internet.

The third-party files are npm packages in ``web/node_modules``, put there by ``./dev``; only the six that the
page names are served. The page holds no inline script, so its policy allows none.
"""

import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app.settings import ROOT, Settings

WEB = ROOT / "web"

# What the page loads, and where it is on disk. The version is in the address, so it may be kept for ever.
PACKAGE_FILES = {
    "react@18.2.0/umd/react.production.min.js": "react/umd/react.production.min.js",
    "react-dom@18.2.0/umd/react-dom.production.min.js": "react-dom/umd/react-dom.production.min.js",
    "graphiql@3.8.3/graphiql.min.js": "graphiql/graphiql.min.js",
    "graphiql@3.8.3/graphiql.min.css": "graphiql/graphiql.min.css",
    "@graphiql/plugin-explorer@1.0.2/dist/index.umd.js": "@graphiql/plugin-explorer/dist/index.umd.js",
    "@graphiql/plugin-explorer@1.0.2/dist/style.css": "@graphiql/plugin-explorer/dist/style.css",
}
OWN_FILES = ("graphiql.js", "graphiql.css", "icon.svg")

_NOSNIFF = {"X-Content-Type-Options": "nosniff"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", **_NOSNIFF}
_ASK_EACH_TIME = {"Cache-Control": "no-cache", **_NOSNIFF}


# The one style element that GraphiQL makes: its dialogs keep the page behind them from scrolling.
_STYLE_OF_DIALOGS = "'sha256-Y/huXlwoYkVyQlxwSVcCi1RCDGDCSVBzDt0hYP9qlTc='"
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    f"style-src 'self' {_STYLE_OF_DIALOGS}",
    "img-src 'self' data:",
    "font-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_PAGE_HEADERS = {
    "Cache-Control": "no-store",  # the page may hold a token
    "Content-Security-Policy": "; ".join(_POLICY),
    "Referrer-Policy": "no-referrer",
    **_NOSNIFF,
}


@dataclass(frozen=True, slots=True)
class Example:
    """An operation that is open in a tab; ``variables`` is JSON as it stands in the editor."""

    title: str
    query: str
    variables: str | None = None


def graphiql_routes(settings: Settings, web: Path = WEB) -> list[BaseRoute]:
    """The page's files, and no others. Nothing where GraphiQL is off."""
    if not settings.graphiql_on:
        return []
    packages = web / "node_modules"
    return [
        *(_file(f"/static/npm/{url}", packages / path, _FOR_EVER) for url, path in PACKAGE_FILES.items()),
        *(_file(f"/static/graphiql/{name}", web / name, _ASK_EACH_TIME) for name in OWN_FILES),
    ]


def wants_graphiql(request: Request) -> bool:
    """A browser that opens the endpoint, and not a client that asks for JSON."""
    accepted = request.headers.get("accept", "")
    return request.method == "GET" and "text/html" in accepted and "json" not in accepted


def graphiql_response(
    request: Request, *, endpoint: str, token: str | None, examples: Sequence[Example]
) -> Response:
    """The page with its headers. The token goes only to this machine, asked for by this machine's name.

    Otherwise anyone on the network, or a web page whose name was pointed at 127.0.0.1, could read it.
    """
    html = graphiql_page(endpoint, token if _is_this_machine(request) else None, examples)
    secure = {"Strict-Transport-Security": "max-age=31536000"} if request.url.scheme == "https" else {}
    return HTMLResponse(html, headers=_PAGE_HEADERS | secure)


def graphiql_page(endpoint: str, token: str | None, examples: Sequence[Example], *, web: Path = WEB) -> str:
    """The page as text; where the npm files are missing, one that says how to get them."""
    if not all((web / "node_modules" / path).is_file() for path in PACKAGE_FILES.values()):
        return _FILES_ARE_MISSING
    tabs = [asdict(example) for example in examples]
    configuration = {"endpoint": endpoint, "token": token, "examples": tabs}
    # Within a script element only < could end it or open a comment.
    data = json.dumps(configuration).replace("<", "\\u003c")
    return (web / "graphiql.html").read_text("utf-8").replace("{{configuration}}", data)


def examples_in(folder: Path = WEB / "examples") -> list[Example]:
    """``*.graphql`` by name; its first comment is the title, ``*.json`` of the same name its variables."""
    found = []
    for path in sorted(folder.glob("*.graphql")):
        query = path.read_text("utf-8")
        title = re.match(r"#\s*(.+)", query)
        variables = path.with_suffix(".json")
        found.append(
            Example(
                title=title[1].strip() if title else path.stem,
                query=query,
                variables=variables.read_text("utf-8") if variables.is_file() else None,
            )
        )
    return found


def _file(url: str, path: Path, headers: dict[str, str]) -> Route:
    def serve(_: Request) -> Response:
        if not path.is_file():
            return Response("Not installed: run ./dev serve with a network.", 404, media_type="text/plain")
        return FileResponse(path, headers=headers)

    return Route(url, serve, methods=["GET", "HEAD"])


def _is_this_machine(request: Request) -> bool:
    return request.client is not None and all(
        _is_loopback(name) for name in (request.client.host, request.url.hostname or "")
    )


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


_FILES_ARE_MISSING = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Taper: GraphiQL is not installed</title>
    <link rel="stylesheet" href="/static/graphiql/graphiql.css" />
  </head>
  <body>
    <div class="waiting">
      <h1>GraphiQL is not installed yet</h1>
      <p>Its files are npm packages, and they could not be had when the server started.</p>
      <p>With a network, stop the server and run <code>./dev serve</code> again,
        or run <code>npm ci</code> in the folder <code>web</code> and reload this page.</p>
      <p>The API at this address works without them.</p>
    </div>
  </body>
</html>
"""

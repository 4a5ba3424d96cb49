"""GraphiQL in a browser: nothing from elsewhere, no script but ours, the token only to this machine."""

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as AppRoute
from starlette.testclient import TestClient
from strawberry import Schema, field
from strawberry import type as strawberry_type

from app.graphiql import (
    PACKAGE_FILES,
    WEB,
    Example,
    examples_in,
    graphiql_page,
    graphiql_response,
    graphiql_routes,
    wants_graphiql,
)
from app.settings import Settings

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjb2FjaCJ9.c2lnbmF0dXJl"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HERE = ("127.0.0.1", 50000)
EXAMPLES = [
    Example("Who am I?", "query Viewer {\n  viewer { displayName }\n}\n"),
    Example("What am I?", "query Kind {\n  viewer { __typename }\n}\n", '{"unused": 1}'),
]

needs_package_files = pytest.mark.skipif(
    not all((WEB / "node_modules" / path).is_file() for path in PACKAGE_FILES.values()),
    reason="GraphiQL's npm files are not installed: run ./dev test once with a network",
)


@strawberry_type
class Viewer:
    display_name: str


@strawberry_type
class Query:
    @field
    def viewer(self) -> Viewer:
        return Viewer(display_name="Coach Carter")


def server(settings: Settings | None = None) -> Starlette:
    """The page at its endpoint over a schema of one field, and a list of the tokens that came."""
    schema = Schema(Query)

    async def graphql(request: Request) -> Response:
        if wants_graphiql(request):
            return graphiql_response(request, endpoint="/graphql", token=TOKEN, examples=EXAMPLES)
        body = await request.json()
        request.app.state.tokens.append(request.headers.get("authorization"))
        result = await schema.execute(body["query"])
        return JSONResponse(
            {"data": result.data, "errors": [str(error) for error in result.errors or []] or None}
        )

    routes = graphiql_routes(settings or Settings(taper_env="test"))
    app = Starlette(routes=[AppRoute("/graphql", graphql, methods=["GET", "POST"]), *routes])
    app.state.tokens = []
    return app


def client(app: Starlette, host: str = "localhost:8000", peer: tuple[str, int] = HERE) -> TestClient:
    return TestClient(app, base_url=f"http://{host}", client=peer)


@needs_package_files
def test_every_file_that_the_page_names_is_served_and_is_the_published_one() -> None:
    browser = client(server())
    page = browser.get("/graphql", headers=BROWSER).text

    named = re.findall(r'(?:src|href)="([^"]+)"(?:\s+integrity="sha384-([^"]+)")?', page)

    assert {url.removeprefix("/static/npm/") for url, digest in named if digest} == set(PACKAGE_FILES)
    for url, digest in named:
        answer = browser.get(url)
        assert answer.status_code == 200, url
        assert answer.headers["x-content-type-options"] == "nosniff"
        if digest:
            assert base64.b64encode(hashlib.sha384(answer.content).digest()).decode() == digest, url
            assert "immutable" in answer.headers["cache-control"]
        else:
            assert answer.headers["cache-control"] == "no-cache"  # ours change without a new address


def test_the_hashes_are_those_that_strawberry_publishes_for_the_same_versions() -> None:
    import strawberry

    theirs = (Path(strawberry.__file__).parent / "static" / "graphiql.html").read_text("utf-8")
    ours = (WEB / "graphiql.html").read_text("utf-8")
    published = dict(re.findall(r'"https://unpkg\.com/([^"]+)"\s+integrity="([^"]+)"', theirs))

    named = dict(re.findall(r'"/static/npm/([^"]+)"\s+integrity="([^"]+)"', ours))

    assert named == {url: published[url] for url in PACKAGE_FILES}


@pytest.mark.parametrize(
    "path",
    [
        "/static/npm/react@18.2.0/package.json",
        "/static/npm/react@18.2.0/umd/react.development.js",
        "/static/npm/graphiql@3.8.3/../../../pyproject.toml",
        "/static/npm/graphiql@3.8.3/%2e%2e/%2e%2e/%2e%2e/pyproject.toml",
        "/static/graphiql/..%2f..%2fpyproject.toml",
        "/static/graphiql/graphiql.html",
        "/static/npm/",
    ],
)
def test_no_other_file_is_served(path: str) -> None:
    assert client(server()).get(path).status_code == 404


@needs_package_files
def test_the_page_may_load_and_call_only_its_own_server() -> None:
    answer = client(server()).get("/graphql", headers=BROWSER)

    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not re.search(r"https?://|<style|<script>|\son\w+=|javascript:", answer.text)
    assert answer.headers["cache-control"] == "no-store"


@needs_package_files
@pytest.mark.parametrize(
    ("host", "peer", "given"),
    [
        ("localhost:8000", "127.0.0.1", True),
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("[::1]:8000", "::1", True),
        ("localhost:8000", "192.168.1.20", False),
        ("taper.example.com", "127.0.0.1", False),  # a name that was pointed at this machine
        ("127.0.0.1.example.com", "127.0.0.1", False),
    ],
)
def test_the_token_is_given_only_to_this_machine_by_its_own_name(host: str, peer: str, given: bool) -> None:
    page = client(server(), host, (peer, 50000)).get("/graphql", headers=BROWSER).text

    assert (TOKEN in page) is given


@needs_package_files
def test_an_example_cannot_break_out_of_the_page() -> None:
    hostile = Example("x", "</script><script>alert(1)</script><!--")

    page = graphiql_page("/graphql", None, [hostile])

    data = re.search(r'id="taper">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["examples"][0]["query"] == hostile.query
    assert "alert(1)</script>" not in page


def test_in_production_nothing_is_served_unless_it_is_turned_on() -> None:
    production: dict[str, Any] = {"taper_env": "production", "jwt_secret": "s" * 32}

    assert graphiql_routes(Settings(**production)) == []
    assert graphiql_routes(Settings(**production, graphiql="on")) != []
    assert graphiql_routes(Settings(taper_env="development", graphiql="off")) == []


def test_without_its_files_the_page_says_how_to_get_them(tmp_path: Path) -> None:
    page = graphiql_page("/graphql", TOKEN, EXAMPLES, web=tmp_path)

    assert "npm ci" in page
    assert "./dev serve" in page
    assert TOKEN not in page


@pytest.mark.parametrize(
    ("method", "accept", "wanted"),
    [
        ("GET", BROWSER["accept"], True),
        ("GET", "application/json", False),
        ("GET", "text/html, application/json", False),
        ("GET", "*/*", False),
        ("POST", BROWSER["accept"], False),
    ],
)
def test_only_a_browser_that_opens_the_address_gets_the_page(method: str, accept: str, wanted: bool) -> None:
    scope = {"type": "http", "method": method, "headers": [(b"accept", accept.encode())]}

    assert wants_graphiql(Request(scope)) is wanted


def test_an_example_file_has_its_title_in_its_first_comment_and_its_variables_beside_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "2-plain.graphql").write_text("{ viewer { role } }")
    (tmp_path / "1-plan.graphql").write_text("# One plan\nquery Plan($id: ID!) { plan(id: $id) { title } }")
    (tmp_path / "1-plan.json").write_text('{"id": "x"}')

    first, second = examples_in(tmp_path)

    assert (first.title, first.variables) == ("One plan", '{"id": "x"}')
    assert (second.title, second.variables) == ("2-plain", None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is missing, so no page was opened: apt-get install chromium, or set CHROMIUM")
    quiet = ["no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking"]
    quiet += ["disable-component-update", "disable-sync", "disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[f"--{name}" for name in quiet])
        yield browser
        browser.close()


@pytest.fixture
def app() -> Starlette:
    return server()


@pytest.fixture
def page(chromium: Any, app: Starlette) -> Iterator[Page]:
    """A page whose every request is answered by the application, without a socket; anything else fails."""
    inside = client(app)

    def answer(route: Route) -> None:
        request = route.request
        if not request.url.startswith("http://localhost:8000/"):
            raise AssertionError(f"the page asked for {request.url}")
        reply = inside.request(
            request.method, request.url, headers=request.headers, content=request.post_data_buffer
        )
        route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)

    context = chromium.new_context()
    context.route("**/*", answer)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto("http://localhost:8000/graphql")
    page.wait_for_selector(".graphiql-execute-button")
    yield page
    context.close()


def run_and_read(page: Page) -> str:
    page.click(".graphiql-execute-button")
    page.locator(".result-window", has_text="Carter").wait_for()  # the policy forbids wait_for_function
    return page.inner_text(".result-window")


@needs_package_files
def test_a_browser_runs_the_example_with_the_token_and_nothing_is_refused(page: Page, app: Starlette) -> None:
    answer = run_and_read(page)

    assert "Coach Carter" in answer
    assert app.state.tokens[-1] == f"Bearer {TOKEN}"
    assert page.locator(".graphiql-tab").all_inner_texts() == ["Viewer", "Kind"]
    assert page.said == []  # type: ignore[attr-defined]


@needs_package_files
@pytest.mark.parametrize(
    "button",
    [
        "Show Documentation Explorer",
        "Show History",
        "Show GraphiQL Explorer",
        "Open short keys dialog",
        "Open settings dialog",
    ],
)
def test_what_the_buttons_open_is_within_the_policy(page: Page, button: str) -> None:
    page.click(f'button[aria-label="{button}"]')
    page.locator(".graphiql-plugin, .graphiql-dialog").first.wait_for()

    assert page.said == []  # type: ignore[attr-defined]


@needs_package_files
def test_opened_again_the_token_is_there_but_was_never_kept_in_the_browser(
    page: Page, app: Starlette
) -> None:
    run_and_read(page)
    stored = page.evaluate("JSON.stringify({...localStorage})")
    app.state.tokens.clear()

    page.reload()
    page.wait_for_selector(".graphiql-execute-button")
    run_and_read(page)

    assert TOKEN not in stored
    assert "the development token" in stored
    assert app.state.tokens[-1] == f"Bearer {TOKEN}"
    assert page.locator(".graphiql-tab").count() == len(EXAMPLES)


@needs_package_files
def test_a_link_with_a_query_opens_it(page: Page) -> None:
    page.goto("http://localhost:8000/graphql?query=query+Linked+%7B+viewer+%7B+displayName+%7D+%7D")
    page.wait_for_selector(".graphiql-execute-button")

    assert "Linked" in page.inner_text(".graphiql-tab-active")
    assert "Coach Carter" in run_and_read(page)

"""GraphiQL of a real server in a real browser that can reach nothing but this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, sync_playwright

from app.graphiql import PACKAGE_FILES, WEB, examples_in
from tests.end_to_end.running import Server

QUIET = ("no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
         "disable-component-update", "disable-sync", "disable-dev-shm-usage")  # fmt: skip
NO_NAMES = "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

pytestmark = pytest.mark.skipif(
    not all((WEB / "node_modules" / path).is_file() for path in PACKAGE_FILES.values()),
    reason="GraphiQL's npm files are not installed: run ./dev test once with a network",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is missing, so no page was opened: apt-get install chromium, or set CHROMIUM")
    arguments = [f"--{each}" for each in (*QUIET, NO_NAMES)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def asked_for() -> list[str]:
    """Every address that the page asks for."""
    return []


@pytest.fixture
def page(chromium: Any, served: Server, asked_for: list[str]) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})

    def here_only(route: Route, request: Request) -> None:
        asked_for.append(request.url)
        if urlsplit(request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            route.abort()

    context.route("**/*", here_only)
    page = context.new_page()
    page.goto(f"{served.url}/graphql")
    page.wait_for_selector(".graphiql-execute-button")
    yield page
    context.close()


def test_it_runs_its_first_example_with_its_own_token(
    page: Page, served: Server, asked_for: list[str]
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    page.click(".graphiql-execute-button")
    page.locator(".result-window", has_text="Mia Halvorsen").wait_for()

    assert page.locator(".graphiql-tab").count() == len(examples_in())
    assert {urlsplit(each).netloc for each in asked_for} == {urlsplit(served.url).netloc}
    assert complaints == []


def test_it_runs_an_example_that_changes_something(page: Page) -> None:
    page.locator(".graphiql-tab-button", has_text="Compress").first.click()
    page.locator(".graphiql-query-editor", has_text="compressSession").wait_for()
    page.wait_for_timeout(500)  # the editor shows it before the button runs it
    page.click(".graphiql-execute-button")

    page.locator(".result-window", has_text="CompressSessionSuccess").wait_for()
    assert "internal_error" not in page.inner_text(".result-window")


def test_the_schemas_docs_are_there_to_read(page: Page) -> None:
    page.click('button[aria-label="Show Documentation Explorer"]')

    page.locator(
        ".graphiql-doc-explorer-root-types, .graphiql-doc-explorer-content", has_text="Query"
    ).wait_for()


def test_the_browser_reaches_nothing_else(page: Page) -> None:
    """Or the other tests would show nothing."""
    page.goto("about:blank")
    for address in ("https://example.com/", "https://unpkg.com/graphiql"):
        with pytest.raises(Exception, match=r"ERR_(FAILED|NAME_NOT_RESOLVED|BLOCKED)"):
            page.goto(address)

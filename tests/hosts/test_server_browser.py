"""The task pane in a real browser, under its own security headers, and a page of another site that calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from office_server import Served

from strategy_xl.hosts.web import office_pages as pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.xdist_group("server_safe")  # its server is started once
_EVIL = "https://evil.example/"
_OFFICE = """
globalThis.functions = {};
globalThis.CustomFunctions = { associate: (name, run) => { functions[name] = run; } };
globalThis.Office = { onReady: async () => {}, context: {
  displayLanguage: "en-US",
  requirements: { isSetSupported: (_set, version) => version === "1.4" },
} };
"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that trusts the certificate; Microsoft's library and a stranger's site are stand-ins."""
    made = browser.new_context(ignore_https_errors=True)
    made.route(pages.OFFICE_JS, lambda route: route.fulfill(body=_OFFICE, content_type="text/javascript"))
    made.route(f"{_EVIL}**", lambda route: route.fulfill(body="<p>evil</p>", content_type="text/html"))
    yield made
    made.close()


def opened(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """A page, and what its console says."""
    page, said = context.new_page(), list[str]()
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    return page, said


def test_the_pane_binds_the_functions_and_calls_under_its_policy(
    safe: Served, context: BrowserContext
) -> None:
    """The address of the manifest alone makes functions that answer; the browser finds nothing to block."""
    manifest = (safe.log.parent / "strategy_xl.xml").read_text()
    address = manifest.partition('<SourceLocation DefaultValue="')[2].partition('"')[0].replace("&amp;", "&")
    page, said = opened(context, address)
    answer = page.evaluate("functions.STRAT_CLIENT_CLASS([[8]], [[9]], null, {})")
    assert (answer, said) == ([["Ideal client"]], [])
    assert "PolyForm" in page.inner_text("body")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"


@pytest.mark.parametrize(
    "how",
    [
        {
            "method": "POST",
            "headers": {"Content-Type": "application/json", "Authorization": "Bearer %s"},
            "body": "{}",
        },
        {"method": "POST", "body": "{}"},
        {"headers": {"Authorization": "Bearer %s"}},
        {},
    ],
)
def test_another_sites_page_reads_nothing(safe: Served, context: BrowserContext, how: dict[str, Any]) -> None:
    """Whatever it knows and sends, the browser gives it no answer: of the home page neither."""
    page, said = opened(context, _EVIL)
    if "headers" in how:
        how = {
            **how,
            "headers": {name: text.replace("%s", safe.token) for name, text in how["headers"].items()},
        }
    path = f"{pages.CALL_PATH if 'method' in how else pages.META_PATH}?token={safe.token}"
    for address in (f"{safe.address}{path}", f"{safe.address}/"):
        tried = "([address, how]) => fetch(address, how).then(r => r.text(), error => error.name)"
        assert page.evaluate(tried, [address, how]) == "TypeError"
    assert any("CORS" in line for line in said)

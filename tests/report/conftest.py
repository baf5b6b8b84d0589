"""What the tests of the report share: invented portfolios, and pages that reach for nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "history"), str(Path(__file__).parent)]

from nasty_report import WRITTEN, Opened  # noqa: E402 - found on the path put before
from report_data import Portfolio  # noqa: E402

from strategy_xl.report.data import ReportData  # noqa: E402
from strategy_xl.report.morning_page import page  # noqa: E402

SEEN: ViewportSize = {"width": 1360, "height": 900}


@pytest.fixture(scope="session")
def small() -> ReportData:
    """A portfolio of six workbooks with 240 clients."""
    return Portfolio(6, 240).data()


@pytest.fixture(scope="session")
def plain(browser: Browser) -> Iterator[Page]:
    """A window that tests have one after the other: one of its own costs more than the page in it."""
    context = browser.new_context(viewport=SEEN)
    yield context.new_page()
    context.close()


@pytest.fixture
def opened(browser: Browser, plain: Page, tmp_path: Path) -> Iterator[Opened]:
    """A function that writes the page of a report and opens it; nothing may be asked of a network.

    What the page says on its console, and every dialog, is a failure.
    """
    pages: list[Page] = []
    wrong: list[str] = []
    asked: list[str] = []
    listeners: dict[str, Any] = {
        "console": lambda said: wrong.append(said.text),
        "pageerror": lambda error: wrong.append(str(error)),
        "dialog": lambda dialog: wrong.append(dialog.message),
        "request": lambda request: asked.append(request.url),
    }

    def open_(data: ReportData, lang: str = "fr", **options: Any) -> Page:
        file = tmp_path / f"report-{len(pages)}.html"
        file.write_text(page(data, lang, WRITTEN), encoding="utf-8")
        is_plain = not options and plain not in pages
        found = plain if is_plain else browser.new_context(viewport=SEEN, **options).new_page()
        pages.append(found)
        for event, listener in listeners.items():
            found.on(event, listener)  # type: ignore[call-overload]
        found.goto(file.as_uri())
        if options.get("java_script_enabled", True):
            # A function to wait for would be text that becomes a script, which the page's policy forbids.
            found.wait_for_selector("html[data-whole], html[data-failed]", state="attached")
        return found

    yield open_
    for found in pages:
        for event, listener in listeners.items():
            found.remove_listener(event, listener)
        if found is not plain:
            found.context.close()
    assert not wrong
    assert [url for url in asked if not url.startswith("file:")] == []
    assert len(asked) == len(pages)

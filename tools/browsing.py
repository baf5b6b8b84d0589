"""Debian's Chromium without a window. One at a time: Playwright starts no second one in a thread."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def chromium() -> str | None:
    """The command; None where it is not installed."""
    return shutil.which("chromium")


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser, as long as the block lasts."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()

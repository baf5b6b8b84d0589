"""The morning page of 1,000 workbooks with 100,000 clients: how long it takes, how large and how quick it is.

Builds from data and from a history, opens the page in Chromium, types and sorts, and writes the figures into
``docs/report.md``. The targets: built in 3 s, 2.5 MB, usable in 1.5 s, 100 ms a keystroke, no request.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from report_data import Portfolio, seeded_history

DOCS = Path(__file__).parent.parent / "docs"
MARK = "<!-- report figures -->"
WRITTEN = datetime(2027, 3, 1, 6, 0)  # noqa: DTZ001 - a wall clock
BUILT, SIZE, USABLE, KEYSTROKE = 3.0, 2.5e6, 1.5, 100.0
WORDS = ("biscuiterie ker", "groupe", "nord plan 2026")

_TYPING = """async (text) => {
  const field = document.querySelector('#clients .tools input[data-list]'), found = [];
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = done;
    after.port2.postMessage(0);
  }));
  field.value = '';
  for (const letter of text) {
    const start = performance.now();
    field.value += letter;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await painted();
    found.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 120));
  }
  field.value = '';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await new Promise((done) => setTimeout(done, 600));
  return found;
}"""
_SORTING = """async (key) => {
  const start = performance.now();
  document.querySelector(`#t-clients th[data-key="${key}"] button`).click();
  await new Promise((done) => requestAnimationFrame(done));
  return performance.now() - start;
}"""


def _seconds(work: Any, turns: int) -> tuple[float, Any]:
    """Median of the CPU seconds that some work takes, and what it gives."""
    found, given = [], None
    for _ in range(turns):
        start = time.process_time()
        given = work()
        found.append(time.process_time() - start)
    return statistics.median(found), given


def built(books: int, clients: int, turns: int, folder: Path) -> tuple[dict[str, float], Path]:
    """How long the page takes to make from its data and from a history, and where it is."""
    from strategy_xl.collection import no_collection
    from strategy_xl.history.database import Database
    from strategy_xl.history.queries import Scope
    from strategy_xl.report.collect import Journaled, Question, collect
    from strategy_xl.report.morning_page import page
    from strategy_xl.report.whereabouts import InFolders
    from strategy_xl.schema.loader import load_default

    portfolio = Portfolio(books, clients)
    data = portfolio.data()
    with no_collection():  # as the command
        making, text = _seconds(lambda: page(data, "fr", WRITTEN), turns)
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    database = Database(str(folder / "history.sqlite"))
    seeded_history(database, data)
    spec = load_default()

    def collected() -> object:
        with database.reading() as connection:
            return collect(connection, Question(Scope(), InFolders(folder, folder)), spec, Journaled())

    with no_collection():
        collecting, found = _seconds(collected, turns)
    if found is None or list(found.clients.classes).count("ideal") != list(data.clients.classes).count(
        "ideal"
    ):
        raise RuntimeError("the history says something else than the data")
    database.close()
    return {"making": making, "collecting": collecting, "size": float(len(text.encode()))}, file


def seen(file: Path, turns: int) -> dict[str, float]:
    """How quick the page is in Chromium."""
    from playwright.sync_api import sync_playwright

    command = shutil.which("chromium")
    if command is None:
        sys.exit("Chromium is missing: tools/system_packages.sh installs it")
    ready, whole, typed, sorted_ = [], [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command, args=["--no-sandbox"])
        for _ in range(turns):
            seen = browser.new_page(viewport={"width": 1360, "height": 900})
            requests: list[str] = []
            seen.on("request", lambda request, requests=requests: requests.append(request.url))
            seen.goto(file.as_uri())
            seen.wait_for_selector("html[data-whole]", state="attached", timeout=60_000)
            told = seen.evaluate("Object.values(document.documentElement.dataset).map(Number)")
            ready.append(told[0] / 1000)
            whole.append(told[1] / 1000)
            seen.wait_for_timeout(1_500)  # nobody types before the page is there
            typed += [value for words in WORDS for value in seen.evaluate(_TYPING, words)]
            sorted_ += [seen.evaluate(_SORTING, key) for key in ("client", "x", "place", "revenue")]
            if len(requests) != 1:
                raise RuntimeError("the page asks for more than itself", requests)
            seen.close()
        browser.close()
    typed.sort()
    return {
        "usable": statistics.median(ready),
        "whole": statistics.median(whole),
        "keystroke": statistics.median(typed),
        "slow_keystroke": typed[int(len(typed) * 0.95)],
        "sort": statistics.median(sorted_),
    }


def table(found: dict[str, float], books: int, clients: int) -> str:
    """The figures as a table of the page."""
    rows = (
        ("page made from its data, CPU", f"{found['making']:.1f} s", ""),
        ("its data collected from a SQLite history, CPU", f"{found['collecting']:.1f} s", ""),
        ("both", f"{found['making'] + found['collecting']:.1f} s", f"{BUILT:.0f} s"),
        ("size of the page", f"{found['size'] / 1e6:.2f} MB", f"{SIZE / 1e6:.1f} MB"),
        ("top, alerts and clients usable in Chromium after", f"{found['usable']:.2f} s", f"{USABLE} s"),
        ("all lists after", f"{found['whole']:.2f} s", ""),
        (
            "a keystroke in the search, median and 95 %",
            f"{found['keystroke']:.0f} and {found['slow_keystroke']:.0f} ms",
            f"{KEYSTROKE:.0f} ms",
        ),
        ("a list sorted anew", f"{found['sort']:.0f} ms", f"{KEYSTROKE:.0f} ms"),
    )
    lines = [f"| {books:,} workbooks, {clients:,} clients | measured | wanted |", "|---|---:|---:|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the figures into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--no-write", action="store_true", help="leave docs/report.md as it is")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found, file = built(options.books, options.clients, options.turns, Path(folder))
        found |= seen(file, options.turns)
    for key, value in found.items():
        print(f"{key:<16} {value:.3f}")
    if not options.no_write:
        target = DOCS / "report.md"
        before, _, _ = target.read_text(encoding="utf-8").partition(MARK)
        text = f"{before}{MARK}\n\n{table(found, options.books, options.clients)}\n"
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

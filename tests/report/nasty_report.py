"""A report whose every text tries to become more than a text, and what tests of the page share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from report_data import Portfolio

from strategy_xl.report.data import Alerts, Book, BookState, Clients, Night, Places, ReportData

if TYPE_CHECKING:
    from playwright.sync_api import Page

WRITTEN = datetime(2027, 3, 1, 6, 0)  # noqa: DTZ001 - a wall clock
Opened = Callable[..., "Page"]

NASTY = (
    "<script>alert('cell')</script>",
    "</script><script>alert('end')</script>",
    "<img src=x onerror=alert('image')>",
    "--><svg onload=alert('drawing')>",
    "\"'><b>bold</b>",
    '=HYPERLINK("http://example.invalid","click")',
    "javascript:alert('address')",
    "שלום עולם — لقاء العميل",
    "\u202egnorw morf thgir\u202c",
    "&lt;already&gt; & {{n}} ${name}",
    "line\nbreak\u2028and\x00nothing",
)


def nasty() -> ReportData:
    """A report in which every text that comes from a cell or a file's name is made to break out."""
    rows = range(len(NASTY))
    places = Places([0] * len(NASTY), [0] * len(NASTY), list(rows), ((NASTY[0], "A"),))
    base = Portfolio(1, 1).data()
    return replace(
        base,
        night=Night(base.night.day, folder=NASTY[2], compared=base.night.compared),
        books=[Book(f"{NASTY[2]}/{NASTY[0]}.xlsx", "%3Cimg%3E.xlsx", "fr", BookState.CHANGED)],
        alerts=Alerts(
            places, NASTY, ["error"] * len(NASTY), NASTY, NASTY, [1.0] * len(NASTY), [None] * len(NASTY)
        ),
        clients=Clients(
            places,
            NASTY,
            ["ideal"] * len(NASTY),
            ["avoid"] * len(NASTY),
            [60.0 + at for at in rows],
            [70.0] * len(NASTY),
            [1000.0 + at for at in rows],
            NASTY,
        ),
        kpis=replace(
            base.kpis,
            names=[NASTY[at % len(NASTY)] for at in range(len(base.kpis.places))],
            units=[NASTY[0]] * len(base.kpis.places),
        ),
        objectives=replace(
            base.objectives, names=[NASTY[at % len(NASTY)] for at in range(len(base.objectives.places))]
        ),
    )

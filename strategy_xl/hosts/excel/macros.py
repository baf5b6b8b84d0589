"""Behind the ribbon of the Excel add-in: what a button starts, in a process of its own, through RunPython."""

from __future__ import annotations

import locale
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import xlwings

from strategy_xl.errors import Finding
from strategy_xl.hosts.excel.menu_language import menu_language
from strategy_xl.hosts.excel.open.open_book import OpenReport, recompute_open_book
from strategy_xl.languages import HOUSE, language_of
from strategy_xl.schema.loader import load_default
from strategy_xl.text.catalog import has_message, message

FINDINGS_SHOWN = 8
LINE = 200
"""Longest line of the message; what is cut stands in the sheet."""


def active_book() -> Any:
    """The workbook in front, in the Excel whose button was pressed; xlwings' workbook.

    The caller that xlwings tells of may be the add-in itself.
    """
    app: Any
    try:
        app = xlwings.Book.caller().app
    except Exception:  # noqa: BLE001 - xlwings raises it plain: not called by Excel, or a name it cannot read
        app = xlwings.apps.active
    return app.books.active


def ui_language(app: Any) -> str:
    """One of ours, for a workbook that has no language: Excel's on Windows, else the system's."""
    if sys.platform == "win32":
        return menu_language(app.api)
    return language_of(locale.getlocale()[0] or "", HOUSE)


def _line(finding: Finding, lang: str) -> str:
    """A finding in one line, with its address."""
    place = finding.location
    where = "!".join(part for part in (place.sheet, place.cell) if part) or place.workbook or ""
    line = f"{where} {finding.code} {message(finding.code, lang, **finding.args)}".strip()
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"


def _figures(report: OpenReport, lang: str) -> Iterator[str]:
    """What was counted: the rows of each block, and under them those of each class."""
    rows = 0.0
    for figure in load_default().figures:
        count = report.counts.get(figure.key, 0)
        if figure.column is None:
            rows = count
        if rows:
            key = "excel_book.figure" if figure.column is None else "excel_book.class"
            yield message(key, lang, label=report.labels.get(figure.key, figure.key), count=count)


def _findings(report: OpenReport, lang: str) -> Iterator[str]:
    """The first findings, what weighs most first."""
    if report.findings:
        yield ""
        yield message("excel_book.findings", lang, n=len(report.findings))
        ranked = sorted(report.findings, key=lambda finding: finding.severity.rank)
        yield from (_line(finding, lang) for finding in ranked[:FINDINGS_SHOWN])
        more = len(ranked) - FINDINGS_SHOWN
        if more > 0:
            yield message("excel_book.more", lang, n=more)


def told(report: OpenReport, lang: str) -> str:
    """The report as the message box shows it.

    Arguments:
        report: what became of the workbook.
        lang: ``fr`` or ``en``.
    """
    if report.failure is not None:
        failure, hint = report.failure, f"{report.failure.code}.hint"
        lines = [_line(failure, lang)]
        if has_message(hint, lang):
            lines += ["", f"→ {message(hint, lang, **failure.args)}"]
    else:
        key = "excel_book.changed" if report.changed else "excel_book.unchanged"
        lines = [message(key, lang, n=report.changed), *_figures(report, lang)]
    return "\n".join([*lines, *_findings(report, lang)])


def recompute_active_book() -> None:
    """Recompute the active workbook and say what became of it, in the workbook's language."""
    book = active_book()
    app = book.app
    today = date.today()  # noqa: DTZ011 - people's calendar day
    report = recompute_open_book(book, load_default(), today)
    lang = report.lang or ui_language(app)
    mode = "info" if report.failure is None else "critical"
    app.alert(told(report, lang), message("excel_book.title", lang), mode=mode)

"""Reports that were made before each bore a mark, by how they begin and what lies beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from strategy_xl.ooxml.erasing import document_property

_PAGE = re.compile(
    rb'Content-Security-Policy" content="default-src &#x27;none&#x27;; style-src &#x27;sha256-'
)
_FORMS = (
    re.compile(rb'\A\{\s*"night": \{\s*"run": "[^"]*",.*?"highlights": \{', re.DOTALL),
    re.compile(rb'<testsuites\b[^>]*>\s*<testsuite name="[^"]*\.xls[xm]"'),
)
"""How they begin: as JSON, as JUnit."""
_LISTS = frozenset(f"{name}.csv" for name in ("accounts", "alerts", "books", "clients", "kpis", "objectives"))
"""Lists of a report, all in one folder."""
_MAKER = "strategy_xl"
_TITLES = ("Rapport du matin, ", "Morning report, ")
"""A workbook of the staff has the same maker, but not such a title."""


def is_unmarked_list(name: str, is_beside: Callable[[str], bool]) -> bool:
    """Whether a file is one of the lists of a report.

    Arguments:
        name: of the file.
        is_beside: whether a file of another name lies in its folder.
    """
    return name in _LISTS and all(is_beside(other) for other in _LISTS)


def is_unmarked_portfolio(path: Path) -> bool:
    """Whether a workbook is a report. Errors: StrategyXlError when it cannot be opened."""
    return document_property(path, "creator") == _MAKER and document_property(path, "title").startswith(
        _TITLES
    )


def is_unmarked(head: bytes, layers: Callable[[], Iterable[bytes]]) -> bool:
    """Whether another file is a report.

    Arguments:
        head: its first bytes.
        layers: its bytes and those that are packed in them.
    """
    if _PAGE.search(head) or any(form.search(head) for form in _FORMS):
        return True
    return b"X-Unsent: 1" in head and any(_PAGE.search(layer[: len(head)]) for layer in layers())

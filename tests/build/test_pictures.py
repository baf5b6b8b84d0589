"""The first screens of the example look as they did when somebody last looked at them.

Coarse on purpose: fonts and versions of LibreOffice differ by a little; a chart, a table or a colour that is
gone, or a block that has moved, differs by much. After a change that is meant: look (``make pictures``), then
``python tools/pictures.py --coarse tests/data/pictures``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from fewer import few_of

from strategy_xl.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import pictures  # noqa: E402 - a tool, not in the package
import render  # noqa: E402 - idem
import site_pictures  # noqa: E402 - idem

KEPT = ROOT / "tests" / "data" / "pictures"
FAR = 20.0
"""Greys (of 255) by which a square may differ and still be the same."""
MOST = 0.04
"""Share of the squares that may differ by more."""


def unlike(one: pictures.Greys, other: pictures.Greys) -> float:
    """Share of the squares that differ."""
    return float(np.mean(np.abs(one - other) > FAR))


@pytest.mark.libreoffice
@pytest.mark.parametrize("lang", few_of(2, LANGUAGES))
def test_first_screens_look_as_before(lang: str, tmp_path: Path) -> None:
    """Sheet by sheet, all of them; and the pictures of the documentation, out of the same pages."""
    kept = {
        title: pictures.from_lines(lines)
        for title, lines in json.loads((KEPT / f"example-{lang}.json").read_text(encoding="utf-8")).items()
    }
    shown = pictures.coarse(pictures.make_book("example", lang, tmp_path / "book.xlsx"), tmp_path)
    assert list(shown) == list(kept)
    assert {title: share for title in kept if (share := unlike(kept[title], shown[title])) > MOST} == {}
    wanted, titles = site_pictures.example_sheets(lang), render.sheet_titles(tmp_path / "book.xlsx")
    drawn = list(site_pictures.draw_pages(tmp_path / "book.pdf", titles, wanted, tmp_path))
    assert len(drawn) == len(site_pictures.SHEETS)
    docs = site_pictures.PICTURES
    assert {p.name: share for p in drawn if (share := site_pictures.unlike(p, docs / p.name)) > MOST} == {}


def test_sheets_are_told_apart() -> None:
    """The tolerance is no blindfold: no first screen passes for that of another sheet."""
    kept = json.loads((KEPT / "example-fr.json").read_text(encoding="utf-8"))
    screens = [pictures.from_lines(lines) for lines in kept.values()]
    assert all(unlike(one, other) > MOST for at, one in enumerate(screens) for other in screens[at + 1 :])

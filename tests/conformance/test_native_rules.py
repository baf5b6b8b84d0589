"""Native formula ≡ Python rule: generated workbooks, recalculated by LibreOffice, compared cell by cell.

Both kinds in both languages, calculated without LibreOffice, are in ``test_hard_recalculation.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from agreement import disagreements
from fewer import few_of
from made_books import TODAY, generated, spoil

from strategy_xl.build.book import render
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

SPEC = load_default()
pytestmark = pytest.mark.libreoffice


@pytest.mark.parametrize(
    ("lang", "is_odd"), few_of(2, [("en", True), ("fr", False)], spread=True), ids=["en-odd", "fr-ordinary"]
)
def test_formulas_equal_rules(
    recalculated: Callable[[Path], Path], tmp_path: Path, lang: str, *, is_odd: bool
) -> None:
    """Every computed column that a rule also answers shows the rule's answer, whatever was typed.

    What Excel does not count is counted nowhere: texts, errors, values out of scale, spaces too many.
    """
    book = tmp_path / "book.xlsx"
    seed = 7 + is_odd
    book.write_bytes(render(SPEC, lang=lang, company="", today=TODAY, rows=generated(SPEC, lang, seed)))
    if is_odd:
        spoil(book, SPEC, seed)
    report = recompute_workbook(book, SPEC, TODAY)  # some formulas read what the batch owns
    assert report.failure is None
    wrong, compared = disagreements(book, recalculated(book), SPEC)
    assert compared > 2000
    assert not wrong, "\n".join(wrong[:40])

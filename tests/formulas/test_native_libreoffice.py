"""The evaluator against LibreOffice: the same formulas on the same cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import native_books as books
import native_templates as templates
import pytest
from fewer import few_of
from plain_cells import values

pytestmark = pytest.mark.libreoffice


def opened(book: Path) -> books.Shown:
    """The values that a workbook holds."""
    found = values(book)
    return lambda sheet, row, column: found[sheet].get((row, column))


def test_libreoffice_agrees(recalculated: Callable[[Path], Path], tmp_path: Path) -> None:
    """Every listed formula gives in each of twelve rows what LibreOffice gives."""
    formulas = books.listed()
    book = tmp_path / "formulas.xlsx"
    books.write_book(book, formulas)
    assert list(books.differences(formulas, opened(recalculated(book)))) == []


@pytest.mark.parametrize("seed", few_of(2, range(2)))
def test_template_formulas(recalculated: Callable[[Path], Path], tmp_path: Path, seed: int) -> None:
    """Every formula of the templates gives on random cells what LibreOffice gives."""
    found = books.template_differences(
        templates.Cells(seed), tmp_path / "templates.xlsx", lambda path: opened(recalculated(path))
    )
    assert list(found) == []

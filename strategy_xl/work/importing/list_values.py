"""Values of a column of a list: the writing of numbers and dates is that of the whole column.

A workbook has one language; a list comes from anywhere. Which mark is the decimal one, whether the month
comes first and whether rates are in per cent show only over all cells of a column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from strategy_xl.book.data import WorkbookData
from strategy_xl.errors import Severity
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType
from strategy_xl.text.coercion import CellProblem, Context, coerce_column
from strategy_xl.text.parsing import Problem, parse_number
from strategy_xl.work.importing.source import SourceList

_COMMA_DECIMAL = re.compile(r",(?:\d{1,2}|\d{4,})\s*\D{0,4}$|\.\d{3},\d+")
_POINT_DECIMAL = re.compile(r"\.(?:\d{1,2}|\d{4,})\s*\D{0,4}$|,\d{3}\.\d+")
_SLASHED = re.compile(r"\s*(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(.*)", re.DOTALL)
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"[+-][\d\s().,/-]*\Z|[-+]+\Z|- ?\w[^(!]*\Z")
"""Phone numbers, plain signed numbers, dashes and dashed notes: what begins like a formula and is none."""


@dataclass(frozen=True)
class ListColumn:
    """The values of a column by the field's type (None where there is none) and what was wrong in it."""

    cells: list[Any]
    problems: tuple[CellProblem, ...]


def list_column(raw: Sequence[Any], spec: FieldSpec, book: WorkbookData, listed: SourceList) -> ListColumn:
    """The values of a column of a list for a field.

    Arguments:
        raw: the cells as they stand in the list.
        spec: the field they go into.
        book: gives language and choices.
        listed: the list, for its separator and date system.
    """
    cells = list(raw)
    lang = book.lang
    notes: list[CellProblem] = []
    if spec.type in NUMERIC_TYPES:
        lang = number_language(cells, "en" if listed.separator == "," else book.lang)
        if spec.type is FieldType.PERCENT:
            cells, notes = _per_cent(cells, lang)
    elif spec.type is FieldType.DATE:
        cells, lang = _dated(cells, book.lang)
    elif spec.type not in {FieldType.CHOICE, FieldType.BOOL}:
        notes = formula_like(cells)
    found = coerce_column(cells, spec, Context(lang, listed.date1904, book.choices))
    is_simple = getattr(found.array.dtype, "kind", "") in "fO"
    cells = found.array.tolist() if is_simple else list(found.series)
    values = [
        value if is_given else None for value, is_given in zip(cells, found.given.tolist(), strict=True)
    ]
    problems = sorted([*notes, *found.problems], key=lambda item: item.position)
    return ListColumn(values, tuple(problems))


def number_language(cells: Sequence[Any], default: str) -> str:
    """Which decimal mark a column uses: ``fr`` for the comma, ``en`` for the point, else the default."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    comma = any(_COMMA_DECIMAL.search(text) for text in texts)
    point = any(_POINT_DECIMAL.search(text) for text in texts)
    if comma == point:
        return default
    return "fr" if comma else "en"


def _per_cent(cells: list[Any], lang: str) -> tuple[list[Any], list[CellProblem]]:
    """Rates without sign, of which one is above 1.5, are all per cent: 40 is 40 %, and so 0.5 is 0.5 %."""
    bare: dict[int, float] = {}
    for index, cell in enumerate(cells):
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            bare[index] = float(cell)
        elif isinstance(cell, str) and cell.strip():
            number = parse_number(cell, lang)
            if number.problem is Problem.NONE and not number.percent:
                bare[index] = number.value
    if not bare:
        return cells, []
    scale = 100.0 if max(abs(value) for value in bare.values()) > 1.5 else 1.0
    turned = [bare[index] / scale if index in bare else cell for index, cell in enumerate(cells)]
    notes = [CellProblem(min(bare), "SX163", {}, Severity.NOTE)] if scale > 1 else []
    return turned, notes


def _dated(cells: list[Any], lang: str) -> tuple[list[Any], str]:
    """Dates with slashes turned the way one of them shows: a 25 can be no month."""
    parts = {
        index: match
        for index, cell in enumerate(cells)
        if isinstance(cell, str) and (match := _SLASHED.fullmatch(cell))
    }
    day_first = any(int(match[1]) > 12 for match in parts.values())
    month_first = any(int(match[3]) > 12 for match in parts.values())
    if day_first == month_first:
        return cells, lang
    if month_first:
        cells = [
            _SLASHED.sub(r"\3\2\1\2\4\5", cell) if index in parts else cell
            for index, cell in enumerate(cells)
        ]
    return cells, "fr"  # the day comes first now, as in French


def formula_like(cells: Sequence[Any]) -> list[CellProblem]:
    """Texts that a spreadsheet would calculate if they were typed; they go in as text."""
    return [
        CellProblem(index, "SX157", {"found": cell[:80]}, Severity.NOTE)
        for index, cell in enumerate(cells)
        if isinstance(cell, str) and cell.startswith(_FORMULA_START) and not _HARMLESS.match(cell)
    ]

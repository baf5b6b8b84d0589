"""A workbook that carries the LAMBDAs, computed by IronCalc: what a call in a cell answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import ironcalc
import openpyxl
from openpyxl.workbook.defined_name import DefinedName

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.lambdas.named import lambda_name, named_lambdas
from strategy_xl.functions.registry import CellFunction
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import setting_name

Rows = list[list[object]]
SENTENCES = frozenset({"reasons"})


class LambdaBook:
    """Calls of LAMBDAs in the cells of one workbook.

    Arguments:
        lang: its language.
        today: the day of its formulas.
        settings: settings that it has, by key, as its cells hold them.
    """

    def __init__(self, lang: str, today: date, settings: Mapping[str, object] | None = None) -> None:
        """No call yet."""
        self._book = openpyxl.Workbook()
        self._data = self._book.active
        self._book.create_sheet("Answers")
        self._calls: list[tuple[str, int, int]] = []
        self._next = 1
        sheet, held = self._book.create_sheet("Settings"), {}
        for row, (key, value) in enumerate(({"today": to_serial(today)} | dict(settings or {})).items(), 1):
            sheet.cell(row, 1).value = value
            held[setting_name(key)] = f"Settings!$A${row}"
        names = held | {item.name: item.formula for item in named_lambdas(lang, held)}
        for name, formula in names.items():
            self._book.defined_names[name] = DefinedName(name, attr_text=formula)

    def ask(self, function: str, args: Sequence[object], high: int, wide: int) -> None:
        """Put a call into a cell, its arguments into others; the answer is ``high`` by ``wide`` cells."""
        written, column, height = [], 1, 1
        for arg in args:
            if arg is None:
                written.append("")
                continue
            block = arg if isinstance(arg, list | tuple) else [[arg]]
            lines = [list(line) if isinstance(line, list | tuple) else [line] for line in block]
            for down, line in enumerate(lines):
                for across, value in enumerate(line):
                    if value is not None:
                        self._data.cell(self._next + down, column + across).value = _cell(value)
            last = f"{column_letters(column + len(lines[0]) - 1)}{self._next + len(lines) - 1}"
            written.append(f"Sheet!{column_letters(column)}{self._next}:{last}")
            column, height = column + len(lines[0]) + 1, max(height, len(lines))
        self._next += height + 1
        self._calls.append((f"={lambda_name(function)}({','.join(written)})", high, wide))

    def answers(self, path: Path) -> Iterable[Rows]:
        """What each call answers, in the order in which they were asked; ``path`` is where the book goes."""
        self._book.save(path)
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        places, row = [], 1
        for formula, high, wide in self._calls:
            model.set_user_input(1, row, 1, formula)
            places.append((row, high, wide))
            row += high + 2
        model.evaluate()
        for start, high, wide in places:
            yield [
                [model.get_cell_value(1, start + down, 1 + across) for across in range(wide)]
                for down in range(high)
            ]


def _cell(value: object) -> object:
    if isinstance(value, ErrorValue) or (isinstance(value, str) and value.startswith("#")):
        return f"={value}"
    return to_serial(value) if isinstance(value, date) else value


def answered(function: CellFunction) -> int:
    """How many results of a function its LAMBDA gives."""
    return len(definitions()[function.name].results)


def differences(function: CellFunction, expected: Rows, got: Rows) -> list[str]:
    """Where a LAMBDA says something else than the function.

    Numbers, labels and the reasons must be equal. Why there is no answer may be told in other words, and
    what does not count at the end of a reason need not be told; an error is an error.
    """
    labels = {
        choice.get(lang) for held in load_default().lists for choice in held.choices for lang in ("fr", "en")
    }
    several = len(function.results) > 1
    if _is_error(got[0][0]) and all(_is_error(value) for line in expected for value in line):
        return []  # IronCalc has one cell for a single cell that is an error
    found: list[str] = []
    for down, line in enumerate(expected):
        for across, value in enumerate(line):
            key = function.results[across] if several and len(line) == len(function.results) else ""
            if several and across >= answered(function):
                continue
            mine = got[down][across]
            if _same(value, mine) or (_is_error(value) and _is_error(mine)):
                continue
            both_told = (
                isinstance(value, str) and isinstance(mine, str) and value and mine and not _is_error(mine)
            )
            if both_told and value not in labels and not _is_error(value):
                if key not in SENTENCES and function.results != ("reasons",):
                    continue
                if str(value).startswith(str(mine)):
                    continue
            found.append(f"{down},{across}: {value!r}, not {mine!r}")
    return found


def equal_cells(expected: Rows, got: Rows) -> int:
    """How many cells say the very same: a number, a label, a sentence, an error, nothing."""
    return sum(
        _same(value, mine) or (_is_error(value) and _is_error(mine))
        for line, seen in zip(expected, got, strict=True)
        for value, mine in zip(line, seen, strict=True)
    )


def _is_error(value: object) -> bool:
    return isinstance(value, ErrorValue) or (isinstance(value, str) and value.startswith("#"))


def _same(expected: object, got: object) -> bool:
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return math.isclose(expected, got, rel_tol=1e-9, abs_tol=1e-9)
    return (expected or "") == (got or "")

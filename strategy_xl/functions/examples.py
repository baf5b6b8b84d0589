"""An example of a cell function as a small sheet: its cells, and the formula that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.functions.arguments import Kind
from strategy_xl.functions.registry import CellFunction, Example
from strategy_xl.languages import forms_of


def signature(function: CellFunction, lang: str) -> str:
    """The formula with the names of its arguments, optional ones in square brackets."""
    names = [item.name if item.required else f"[{item.name}]" for item in function.arguments]
    return f"={function.name}({f'{forms_of(lang).separator} '.join(names)})"


@dataclass(frozen=True, slots=True)
class ExampleSheet:
    """An example laid out.

    Arguments:
        name: name of the function.
        rows: cells from A1 on, rows of equal length (None for empty); no row when every argument is a single
            value that stands in the formula itself.
        arguments: what stands for each argument in a formula, ``""`` for one left out.
    """

    name: str
    rows: tuple[tuple[object, ...], ...]
    arguments: tuple[str | float, ...]

    def formula(self, lang: str) -> str:
        """The formula as people type it in a language; ``en`` is also how .xlsx files store it."""
        written = [_literal(value, lang) if not isinstance(value, str) else value for value in self.arguments]
        return f"={self.name}({forms_of(lang).separator.join(written)})"


def _literal(value: float, lang: str) -> str:
    text = f"{value:g}" if value == round(value, 6) and abs(value) < 1e6 else repr(value)
    text = text.removesuffix(".0")
    return text.replace(".", forms_of(lang).decimal)


def _block(value: object) -> list[list[object]] | None:
    """An argument of several cells as rows; None for a single value."""
    if not isinstance(value, list | tuple):
        return None
    if value and isinstance(value[0], list | tuple):
        return [list(row) for row in value]
    return [[cell] for cell in value]


def lay_out(function: CellFunction, example: Example) -> ExampleSheet:
    """Place the ranges of an example side by side from A1; a range without headers gets its name above it."""
    cells: dict[tuple[int, int], object] = {}
    arguments: list[str | float] = []
    left = 1
    for argument, value in zip(function.arguments, example.args, strict=False):
        block = _block(value)
        if block is None:
            arguments.append(_single(value))
            continue
        # The titles of a table are its own first row.
        titled = argument.kind is Kind.TABLE or bool(
            argument.table and len(example.args) == 1 and _is_table(block)
        )
        top = 1 if titled else 2
        if not titled:
            cells[1, left] = argument.name
        for down, line in enumerate(block):
            cells |= {(top + down, left + across): cell for across, cell in enumerate(line)}
        right, bottom = left + len(block[0]) - 1, top + len(block) - 1
        arguments.append(f"{column_letters(left)}{top}:{column_letters(right)}{bottom}")
        left = right + 1
    rows = max((row for row, _ in cells), default=0)
    grid = tuple(tuple(cells.get((row, at)) for at in range(1, left)) for row in range(1, rows + 1))
    return ExampleSheet(function.name, grid, tuple(arguments))


def _is_table(block: Sequence[Sequence[object]]) -> bool:
    return len(block) > 1 and len(block[0]) > 1


def _single(value: object) -> str | float:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return '"' + str(value).replace('"', '""') + '"'

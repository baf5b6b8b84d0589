"""What the workbook's own formulas show, computed without Excel: the cached values of computed cells.

A column that a rule answers takes the rule's answer (the conformance test holds both to the same value);
every other formula — tiles, chart helpers, slots, blank rows — is evaluated in the templates' notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.answers.fields import Answers
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.resolve import Place
from strategy_xl.formulas.arrays import Context, ErrorValue, compile_formula, evaluation_order
from strategy_xl.ooxml import cells
from strategy_xl.rules.completeness import BlockNeed, completeness
from strategy_xl.schema.consistency import SETTINGS_BLOCK, TODAY
from strategy_xl.schema.names import box_key
from strategy_xl.schema.spec import FieldRole, FieldType, FormBlock, GridBlock, TableBlock, WorkbookSpec
from strategy_xl.text.catalog import message

Objects = npt.NDArray[np.object_]

MAP_BLOCK, MAP_TITLES, MAP_SHARES = "map", "module", "completeness"


def _needs(spec: WorkbookSpec) -> list[BlockNeed]:
    """What each block needs to be complete, from the templates."""
    found: list[BlockNeed] = []
    for module in spec.modules:
        for block in module.blocks:
            if isinstance(block, TableBlock | FormBlock):
                required = tuple(field.key for field in block.fields if field.required)
                least = block.min_rows if isinstance(block, TableBlock) else max(1, block.min_instances)
                found.append(BlockNeed(block.key, module.key, required, least))
    return found


def _used(block: BlockData) -> pd.DataFrame:
    """The rows or instances of a block in which people typed something; of a table only those are read."""
    if block.is_table:
        return block.frame
    inputs = [
        field.key
        for field in block.block.fields
        if field.role is FieldRole.INPUT and field.key in block.frame
    ]
    return block.frame[block.frame[inputs].notna().any(axis=1)] if inputs else block.frame


def module_completeness(spec: WorkbookSpec, data: WorkbookData) -> pd.Series:
    """Share of its required cells that is filled, 0–1, by module key; only modules that require any."""
    needs = [need for need in _needs(spec) if need.block in data.blocks]
    frames = {need.block: _used(data.blocks[need.block]) for need in needs}
    return completeness(frames, needs).frame["completeness"]


def _cell(value: Any) -> Any:
    """An evaluated value as the patcher writes it."""
    return cells.error_value(value.code) if isinstance(value, ErrorValue) else value


def _shown(values: list[Any]) -> list[Any]:
    """Values as formulas see them: a link is the text it shows."""
    return [value.cached if isinstance(value, cells.Formula) else value for value in values]


class NativeValues:
    """The values of all computed cells of a workbook."""

    def __init__(
        self,
        spec: WorkbookSpec,
        data: WorkbookData,
        answers: Answers,
        listings: Mapping[str, pd.DataFrame],
        shares: pd.Series,
        today: date,
    ) -> None:
        """Take what was read and answered.

        Arguments:
            spec, data, answers: templates, workbook as read, the rules' answers.
            listings: boards that are filled from the top, by block key.
            shares: completeness by module key.
            today: reference date.
        """
        self._spec, self._data, self._answers = spec, data, answers
        self._listings, self._shares, self._today = listings, shares, today
        self._columns: dict[str, dict[str, Objects]] = {key: {} for key in data.blocks}
        self._labels = {
            listed.key: {choice.key: choice.get(data.lang) for choice in listed.choices}
            for listed in spec.lists
        }
        self._contexts: dict[str, Context] = {}
        for key, block in data.blocks.items():
            self._start(key, block)

    def _start(self, key: str, block: BlockData) -> None:
        """Put down what needs no formula: inputs as they stand, answers as they will be written."""
        answered = self._answers.values(key)
        board = self._listings.get(key)
        for field in block.block.fields:
            if field.role is FieldRole.COMPUTED:
                continue
            column = np.full(len(block.all_rows), None, dtype=object)
            values = answered.get(field.key)
            if board is not None:
                given = board[field.key].tolist()[: len(column)] if field.key in board else []
                column[: len(given)] = _shown(given)
            elif values is not None:
                column[self._positions(block, values.index)] = _shown(values.tolist())
            elif field.key in block.frame:
                column[self._positions(block, block.frame.index)] = self._as_cells(block, field.key)
            self._columns[key][field.key] = column

    def _positions(self, block: BlockData, index: pd.Index) -> npt.NDArray[np.intp]:
        if len(index) and index[0] == 1 and block.first_row != 1 and len(index) <= len(block.all_rows):
            return np.arange(len(index))  # a board counts from 1
        return (index.to_numpy() - block.first_row).astype(np.intp)

    def _as_cells(self, block: BlockData, key: str) -> list[Any]:
        """A field's column as its cells show it: labels for choices, Oui or Non for flags."""
        field, column = block.field(key), block.frame[key]
        values = column.astype(object).tolist()
        blank = column.isna().tolist()
        labels: Mapping[Any, str] = self._labels.get(field.choices or "", {})
        if field.type is FieldType.BOOL:
            labels = {True: message("core.yes", self._data.lang), False: message("core.no", self._data.lang)}
        return [None if none else labels.get(value, value) for value, none in zip(values, blank, strict=True)]

    def _column(self, block: str, key: str) -> Any:
        if block == MAP_BLOCK:
            return self._map[key]
        found = self._columns.get(block, {}).get(key)
        if found is None:
            return None
        data = self._data.blocks[block]
        if isinstance(data.block, TableBlock):
            return found
        return found[0] if len(found) == 1 else found.reshape(1, -1)

    @cached_property
    def _map(self) -> Mapping[str, Objects]:
        keys = [module.key for module in self._spec.modules if module.key in self._data.sheets]
        titles = np.array([self._data.sheets[key] for key in keys], dtype=object)
        shares = np.array([self._shares.get(key) for key in keys], dtype=object)
        return {MAP_TITLES: titles, MAP_SHARES: shares}

    def _setting(self, key: str) -> Any:
        if key == TODAY:
            return self._today
        column = self._columns.get(SETTINGS_BLOCK, {}).get(key)
        return None if column is None or not len(column) else column[0]

    def _context(self, key: str) -> Context:
        """What the references of a block's formulas stand for, for all its rows."""
        if key not in self._contexts:
            rows = np.array(self._data.blocks[key].all_rows, dtype=object)
            self._contexts[key] = self._over(self._columns[key], rows)
        return self._contexts[key]

    def _over(self, rows: Mapping[str, Objects], numbers: Objects) -> Context:
        return Context(
            rows,
            self._column,
            self._setting,
            lambda listed, choice: self._labels[listed][choice],
            size=len(numbers),
            row_number=numbers,
            row_numbers=lambda other: np.array(self._data.blocks[other].all_rows, dtype=object),
        )

    def _blank(self, key: str, formula: str, row: int) -> Any:
        """What a formula shows in a blank row; all blank rows of a block look the same."""
        block = self._data.blocks[key]
        rows = {name: column[row : row + 1] for name, column in self._columns[key].items()}
        values = compile_formula(formula).evaluate(
            self._over(rows, np.array([block.all_rows[row]], dtype=object))
        )
        return _cell(values[0])

    def _compute(self, key: str, field: str, formula: str) -> Objects:
        """Values of one computed field in every row."""
        block = self._data.blocks[key]
        answered = self._answers.values(key).get(field)
        if answered is None:
            values = compile_formula(formula).evaluate(self._context(key))
            return np.array([_cell(value) for value in values], dtype=object)
        column = np.full(len(block.all_rows), None, dtype=object)
        filled = self._positions(block, answered.index)
        blank = np.setdiff1d(np.arange(len(column)), filled)
        if blank.size:
            column[:] = self._blank(key, formula, int(blank[0]))
        column[filled] = _shown(answered.tolist())
        return column

    def box_lines(self) -> Iterator[tuple[Place, Any]]:
        """Cells of the printed grids with what they show; after ``fill``."""
        for module in self._spec.modules:
            for block in module.blocks:
                if not isinstance(block, GridBlock):
                    continue
                for index, box in enumerate(block.boxes):
                    first = self._data.anchors.get((block.key, box_key(index)))
                    if first is None:
                        continue
                    for line in range(1, block.lines + 1):
                        formula = box.formula.replace("{i}", str(line))
                        shown = compile_formula(formula).evaluate(self._over({}, np.array([0], dtype=object)))
                        yield replace(first, row=first.row + line - 1), _cell(shown[0])

    def fill(self) -> dict[str, dict[str, pd.Series]]:
        """Cell values of every computed field, by block and field key; index: Excel row or instance."""
        formulas = {
            (key, field.key): field.formula
            for key, block in self._data.blocks.items()
            for field in block.block.fields
            if field.formula is not None
        }
        for key, field in evaluation_order(formulas, SETTINGS_BLOCK):
            self._columns[key][field] = self._compute(key, field, formulas[key, field])
        found: dict[str, dict[str, pd.Series]] = {}
        for key, field in formulas:
            rows = pd.Index(self._data.blocks[key].all_rows)
            found.setdefault(key, {})[field] = pd.Series(self._columns[key][field], index=rows, dtype=object)
        return found

"""What the workbook's own formulas show, computed without Excel: the cached values of computed cells.

A column that a rule answers takes the rule's answer (the conformance test holds both to the same value);
every other formula — tiles, chart helpers, slots, blank rows — is evaluated in the templates' notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import Objects, PlacedAnswers, Shown
from strategy_xl.book.lost import live_labels
from strategy_xl.book.resolve import Place
from strategy_xl.formulas.arrays import Context, compile_formula, evaluation_order
from strategy_xl.formulas.references import references
from strategy_xl.ooxml import cells
from strategy_xl.rules.completeness import BlockNeed, completeness
from strategy_xl.rules.frame import is_known
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import MAP_COLUMNS, SETTINGS_BLOCK, TODAY
from strategy_xl.schema.names import COMPANY, SHARE, box_key
from strategy_xl.schema.spec import (
    FieldRole,
    FieldSpec,
    FormBlock,
    GridBlock,
    MapBlock,
    TableBlock,
    WorkbookSpec,
)

JUDGED_SINCE = 2
"""Schema version from which the formulas of completeness leave out what does not count (``counted_by``)."""


def _needs(spec: WorkbookSpec, version: int) -> list[BlockNeed]:
    """What each block needs to be complete, from the templates; as a workbook of that version counts it."""
    judging = version >= JUDGED_SINCE
    found: list[BlockNeed] = []
    for module in spec.modules:
        for block in module.blocks:
            if isinstance(block, TableBlock | FormBlock):
                required = tuple(field.key for field in block.fields if field.required)
                least = block.min_rows if isinstance(block, TableBlock) else max(1, block.min_instances)
                judges = {
                    field.key: field.counted_by for field in block.fields if field.counted_by and judging
                }
                found.append(BlockNeed(block.key, module.key, required, least, judges))
    return found


def _used(block: BlockData) -> Table:
    """The rows or instances of a block in which people typed something; of a table only those are read."""
    if block.is_table:
        return block.rows
    rows = block.rows
    fields = (field for field in block.block.fields if field.role is FieldRole.INPUT)
    inputs = [field.key for field in fields if field.key in rows]
    return rows.take(np.any([is_known(rows, key) for key in inputs], axis=0)) if inputs else rows


def module_completeness(
    spec: WorkbookSpec, data: WorkbookData, evaluations: Sequence[Evaluation] = ()
) -> pd.DataFrame:
    """``completeness`` (share of the required cells, 0–1) and ``missing_cells``, by module key.

    Only modules that require any.

    Arguments:
        spec, data: templates and workbook as read.
        evaluations: the rules' answers, where one says which cells count (``FieldSpec.counted_by``).
    """
    needs = [need for need in _needs(spec, data.schema_version) if need.block in data.blocks]
    frames = {need.block: _used(data.blocks[need.block]) for need in needs}
    judges = {need.block: set(need.judges.values()) for need in needs}
    for evaluation in evaluations:
        block, answer = evaluation.call.into, evaluation.result.table
        if block in frames:
            judged = {key: answer[key] for key in answer if key in judges[block]}
            frames[block] = frames[block].extended(judged)
    return completeness(frames, needs).frame


@cache
def _read(formula: str) -> frozenset[tuple[str, str]]:
    """Block and key of the columns that a formula reads."""
    return frozenset((found.owner, found.key) for found in references(formula) if found.kind == "column")


def _shown(values: Objects) -> Objects:
    """Values as formulas see them: a link is the text it shows."""
    found: Objects = np.empty(len(values), dtype=object)
    found[:] = [value.cached if isinstance(value, cells.Formula) else value for value in values.tolist()]
    return found


def compute(
    spec: WorkbookSpec, data: WorkbookData, placed: PlacedAnswers, shares: pd.Series, today: date
) -> Shown:
    """What every formula of a workbook shows.

    Arguments:
        spec, data: templates and workbook as read.
        placed: the answers, by block and field key.
        shares: completeness by module key.
        today: reference date.
    """
    work = _Computation(spec, data, placed, shares, today)
    columns = work.fill()
    given = ((data.anchors.get((SHARE, str(module))), float(share)) for module, share in shares.items())
    counted = [(cell, share) for cell, share in given if cell is not None]
    firms = ((data.anchors.get((COMPANY, module.key)), work.company) for module in spec.modules)
    named = [(cell, firm) for cell, firm in firms if cell is not None]
    return Shown(columns, [*work.box_lines(), *work.labels(), *counted, *named])


class _Computation:
    """The columns of one workbook, computed in the order in which they need each other."""

    def __init__(
        self, spec: WorkbookSpec, data: WorkbookData, placed: PlacedAnswers, shares: pd.Series, today: date
    ) -> None:
        """See ``compute``; what needs no formula is put down at once."""
        self._spec, self._data, self._placed = spec, data, placed
        self._shares: Mapping[Any, Any] = shares.to_dict()  # asked often
        self._today = today
        self._blocks = spec.data_blocks()
        self._contexts: dict[str, Context] = {}
        self._numbers: dict[str, Objects] = {}
        self._columns = {key: self._given(key, block) for key, block in data.blocks.items()}

    def _given(self, key: str, block: BlockData) -> dict[str, Objects]:
        """Inputs as they stand, answers as they will be written."""
        placed = self._placed.get(key, {})
        found: dict[str, Objects] = {}
        for field in block.block.fields:
            if field.role is FieldRole.COMPUTED:
                continue
            column: Objects = np.full(len(block.all_rows), None, dtype=object)
            if field.key in placed:
                column = _shown(placed[field.key].cells)
            elif field.key in block.rows and not block.is_listing:
                at = block.rows.index.to_numpy(dtype=np.intp) - block.first_row
                column[at] = self._data.look.column(field, block.rows.array(field.key))
            found[field.key] = column
        return found

    def _column(self, block: str, key: str) -> Any:
        if block in self._maps:
            return self._maps[block][key]
        found = self._columns.get(block, {}).get(key)
        if found is None or self._data.blocks[block].is_table:
            return found
        return found[0] if len(found) == 1 else found.reshape(1, -1)

    @cached_property
    def _maps(self) -> Mapping[str, Mapping[str, Objects]]:
        """What formulas may take from a map of the method, which shows every sheet but its own."""
        found = {}
        modules = [module for module in self._spec.modules if module.key in self._data.sheets]
        for home in self._spec.modules:
            shown = [module for module in modules if module is not home]
            titles = np.array([module.sheet.get(self._data.lang) for module in shown], dtype=object)
            shares = np.array([self._shares.get(module.key) for module in shown], dtype=object)
            columns: dict[str, Any] = dict(zip(MAP_COLUMNS, (titles, shares), strict=True))
            columns.update({module.key: self._shares.get(module.key) for module in shown})
            found.update({block.key: columns for block in home.blocks if isinstance(block, MapBlock)})
        return found

    @property
    def company(self) -> str:
        """The firm, as the title bands show it."""
        return str(self._setting(COMPANY) or "")

    def _setting(self, key: str) -> Any:
        if key == TODAY:
            return self._today
        column = self._columns.get(SETTINGS_BLOCK, {}).get(key)
        return None if column is None or not len(column) else column[0]

    def _context(self, key: str) -> Context:
        """What the references of a block's formulas stand for, for all its rows."""
        if key not in self._contexts:
            self._contexts[key] = self._over(self._columns[key], self._row_numbers(key))
        return self._contexts[key]

    def _row_numbers(self, key: str) -> Objects:
        """The rows of a block; the same array each time, which formulas then read once."""
        if key not in self._numbers:
            self._numbers[key] = np.array(self._data.blocks[key].all_rows, dtype=object)
        return self._numbers[key]

    def _over(self, rows: Mapping[str, Objects], numbers: Objects) -> Context:
        labels = self._data.look.labels
        return Context(
            rows,
            self._column,
            self._setting,
            lambda listed, choice: labels[listed][choice],
            size=len(numbers),
            row_number=numbers,
            row_numbers=self._row_numbers,
        )

    def _blank(self, key: str, formula: str, row: int) -> Any:
        """What a formula shows in a row without a record; all blank rows of a block look the same."""
        rows = {name: column[row : row + 1] for name, column in self._columns[key].items()}
        number = np.array([self._data.blocks[key].all_rows[row]], dtype=object)
        return compile_formula(formula).evaluate(self._over(rows, number))[0]

    def _compute(self, key: str, field: str, formula: str) -> Objects:
        """Values of one computed field in every row."""
        answered = self._placed.get(key, {}).get(field)
        if answered is None:
            shown = self._data.blocks[key].shown.get(field)
            if shown is not None and self._is_cut_off(formula):
                return np.array([*shown, None], dtype=object)[:-1]
            return compile_formula(formula).column(self._context(key))
        column = _shown(answered.cells)
        is_blank = np.ones(len(column), dtype=bool)
        is_blank[answered.at] = False
        block = self._data.blocks[key]
        for at in (row - block.first_row for row, code in block.left_out.items() if not code):
            if is_blank[at]:  # something stands in it, so it shows what no other row shows
                column[at], is_blank[at] = self._blank(key, formula, at), False
        blank = np.flatnonzero(is_blank)
        if blank.size:
            column[blank] = self._blank(key, formula, int(blank[0]))
        return column

    def _is_cut_off(self, formula: str) -> bool:
        """Whether a formula needs a block or a line of a map that is not there: it shows what it shows."""
        return any(
            key not in self._maps[block] if block in self._maps else block not in self._data.blocks
            for block, key in _read(formula)
        )

    def box_lines(self) -> Iterator[tuple[Place, Any]]:
        """Cells of the printed grids with what they show; after ``fill``."""
        nowhere = self._over({}, np.array([0], dtype=object))
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
                        shown = compile_formula(formula).evaluate(nowhere)
                        yield replace(first, row=first.row + line - 1), shown[0]

    def labels(self) -> Iterator[tuple[Place, str]]:
        """Cells of the form labels that follow a setting, with what they show; after ``fill``."""
        settings = {item.key: item for item in self._blocks[SETTINGS_BLOCK][1].fields}
        for module in self._spec.modules:
            for block in module.blocks:
                if not isinstance(block, FormBlock):
                    continue
                for spec, place in live_labels(block, self._data.anchors):
                    told = (
                        when.label for when in spec.when if self._said(settings[when.setting]) == when.choice
                    )
                    yield place, next(told, spec.label).get(self._data.lang)

    def _said(self, setting: FieldSpec) -> str | None:
        """Key of the choice that a setting has."""
        value = self._setting(setting.key)
        labels = self._data.look.labels[setting.choices or ""]
        found = next((key for key, label in labels.items() if label == value), None)
        return found or setting.default

    def fill(self) -> dict[str, dict[str, Objects]]:
        """Cell values of every computed field, by block and field key, over all rows or instances."""
        formulas = {
            (key, field.key): field.formula
            for key, block in self._data.blocks.items()
            for field in block.block.fields
            if field.formula is not None
        }
        found: dict[str, dict[str, Objects]] = {}
        for key, field in evaluation_order(formulas, SETTINGS_BLOCK):
            column = self._compute(key, field, formulas[key, field])
            self._columns[key][field] = found.setdefault(key, {})[field] = column
        return found

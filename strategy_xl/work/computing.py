"""What the workbook's own formulas show, computed without Excel: the cached values of computed cells.

A column that a rule answers takes the rule's answer (the conformance test holds both to the same value);
every other formula — tiles, chart helpers, slots, blank rows — is evaluated in the templates' notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import Objects, PlacedAnswers, Shown
from strategy_xl.book.known_places import Place
from strategy_xl.book.lost import live_labels
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.arrays import (
    Compiled,
    Context,
    UnsupportedError,
    compile_formula,
    compile_together,
    evaluation_order,
)
from strategy_xl.formulas.references import references
from strategy_xl.formulas.tokens import MARK, SPACE, tokens
from strategy_xl.ooxml import cells
from strategy_xl.rules.completeness import BlockNeed, completeness
from strategy_xl.rules.frame import filled, is_known
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

LINE = "i"
"""The column of the numbers of a box's lines."""


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


def _standing(block: BlockData, key: str) -> list[int]:
    """Rows or instances in whose cell something stands that no rule reads."""
    cells = block.unread.get(key, {}).items()
    return [row for row, value in cells if not isinstance(value, ErrorValue) and str(value).strip()]


def _used(block: BlockData) -> Table:
    """The rows or instances of a block in which people typed something; of a table only those are read."""
    if block.is_table:
        return block.rows
    rows = block.rows
    fields = (field for field in block.block.fields if field.role is FieldRole.INPUT)
    inputs = [field.key for field in fields if field.key in rows]
    if not inputs:
        return rows
    stands = [np.isin(rows.index.to_numpy(), _standing(block, key)) for key in inputs]
    return rows.take(np.any([*(is_known(rows, key) for key in inputs), *stands], axis=0))


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
    for at, need in enumerate(needs):
        rows = frames[need.block]
        standing = {
            f"={key}": filled(rows, key) | np.isin(rows.index.to_numpy(), unread)
            for key in need.required
            if (unread := _standing(data.blocks[need.block], key))
        }
        if standing:
            frames[need.block] = rows.extended(standing)
            needs[at] = replace(need, judges={key[1:]: key for key in standing} | {**need.judges})
    judges = {need.block: set(need.judges.values()) for need in needs}
    for evaluation in evaluations:
        block, answer = evaluation.call.into, evaluation.result.table
        if block in frames:
            judged = {key: answer[key] for key in answer if key in judges[block]}
            frames[block] = frames[block].extended(judged)
    return completeness(frames, needs).frame


@cache
def _counts(formula: str) -> bool:
    """Whether a column of numbers may stand wherever a formula of a box has that of its line."""
    words = [word for word in tokens(formula) if word.kind != SPACE]
    found = 0
    for at in range(len(words) - 2):
        if [part.text for part in words[at : at + 3]] == ["{", "i", "}"]:
            beside = [*words[max(at - 1, 0) : at], *words[at + 3 : at + 4]]
            found += all(part.kind == MARK and part.text not in "{}#@" for part in beside)
    return found == formula.count("{i}")


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
    singles = [*work.box_lines(), *work.labels(), *counted, *named]
    return Shown(columns, singles, work.asks_day)


class _Computation:
    """The columns of one workbook, computed in the order in which they need each other."""

    def __init__(
        self, spec: WorkbookSpec, data: WorkbookData, placed: PlacedAnswers, shares: pd.Series, today: date
    ) -> None:
        """See ``compute``; what needs no formula is put down at once."""
        self._spec, self._data, self._placed = spec, data, placed
        self._shares: Mapping[Any, Any] = shares.to_dict()  # asked often
        self._today = today
        self.asks_day = False
        self._blocks = spec.data_blocks()
        self._contexts: dict[str, Context] = {}
        self._compiled: dict[str, Mapping[str, Compiled]] = {}
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
            for row, value in block.unread.get(field.key, {}).items():
                if not block.left_out.get(row):
                    column[row - block.first_row] = value
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
            # A sheet that is not there has no share.
            columns.update({module.key: self._shares.get(module.key) for module in self._spec.modules})
            found.update({block.key: columns for block in home.blocks if isinstance(block, MapBlock)})
        return found

    @property
    def company(self) -> str:
        """The firm, as the title bands show it."""
        return str(self._setting(COMPANY) or "")

    def _setting(self, key: str) -> Any:
        if key == TODAY:
            self.asks_day = True
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
            if self._is_kept(key, field, formula):
                return np.array([*self._data.blocks[key].shown[field], None], dtype=object)[:-1]
            return self._compiled[key][formula].column(self._context(key))
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

    def _is_kept(self, key: str, field: str, formula: str) -> bool:
        """Whether a formula needs a block or a line of a map that is not there: it shows what it shows."""
        return field in self._data.blocks[key].shown and any(
            key not in self._maps[block] if block in self._maps else block not in self._data.blocks
            for block, key in _read(formula)
        )

    def box_lines(self) -> Iterator[tuple[Place, Any]]:
        """Cells of the printed grids with what they show; after ``fill``."""
        for module in self._spec.modules:
            for block in module.blocks:
                if isinstance(block, GridBlock):
                    yield from self._box_lines(block)

    def _box_lines(self, block: GridBlock) -> Iterator[tuple[Place, Any]]:
        """Those of one grid."""
        anchors = (
            (box, self._data.anchors.get((block.key, box_key(at)))) for at, box in enumerate(block.boxes)
        )
        firsts = [(box.formula, first) for box, first in anchors if first is not None]
        lines = np.arange(1, block.lines + 1).astype(object)
        rows = self._over({LINE: lines}, np.zeros(block.lines, dtype=object))
        columns = {formula: formula.replace("{i}", f"[{LINE}]") for formula, _ in firsts if _counts(formula)}
        compiled = compile_together(tuple(columns.values()))
        for formula, first in firsts:
            for line, value in enumerate(self._lines(formula, compiled.get(columns.get(formula, "")), rows)):
                yield replace(first, row=first.row + line), value

    def _lines(self, formula: str, compiled: Compiled | None, rows: Context) -> Sequence[Any]:
        """What all lines of a box show."""
        if compiled is not None:
            with suppress(UnsupportedError):  # a range that differs from row to row: one line at a time then
                return compiled.evaluate(rows)
        return [self._line(formula, line + 1) for line in range(rows.rows_count())]

    def _line(self, formula: str, line: int) -> Any:
        """What one line of a box shows."""
        nowhere = self._over({}, np.array([0], dtype=object))
        return compile_formula(formula.replace("{i}", str(line))).evaluate(nowhere)[0]

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
        evaluated: dict[str, dict[str, None]] = {}
        for (key, field), formula in formulas.items():
            if field not in self._placed.get(key, {}) and not self._is_kept(key, field, formula):
                evaluated.setdefault(key, {})[formula] = None
        self._compiled = {key: compile_together(tuple(texts)) for key, texts in evaluated.items()}
        for key, field in evaluation_order(formulas, SETTINGS_BLOCK):
            column = self._compute(key, field, formulas[key, field])
            self._columns[key][field] = found.setdefault(key, {})[field] = column
        return found

"""Read the blocks of one workbook, each from its place: typed cells, and what is wrong in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from strategy_xl.book import lost
from strategy_xl.book.below import DEEP, Below, Under
from strategy_xl.book.data import BlockData, Rows, Singles
from strategy_xl.book.frames import Column, as_they_stand, filled_rows, left_results, table_of
from strategy_xl.book.known_places import BlockPlace, Place
from strategy_xl.book.left_out import left_out
from strategy_xl.cellcolumns import Cells
from strategy_xl.cellvalues import ErrorValue, error_value
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.guards import first_in_the_way, is_drawn_over
from strategy_xl.ooxml.limits import cut_short
from strategy_xl.ooxml.sheet_grid import Grid
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import TableColumn, WorkbookInfo
from strategy_xl.schema.spec import FieldRole, FieldSpec, TableBlock
from strategy_xl.text.coerced import CellProblem, Coerced, Context, blank_mask
from strategy_xl.text.coercion import coerce_column

MAX_SAME = 20
"""Findings of one kind shown for one column; the others are counted."""


class BlockReader:
    """The work on one workbook.

    First ``expect`` every block of its sheets, then read ``singles``, then each ``block``, which lets go of
    sheets that nobody waits for any more.

    Arguments:
        findings: what is wrong, so far.
        meant: sheet → cell → what it ought to hold, where that is to be put right.
        is_whole: whether no sheet or table is missing.
        tells_errors: whether errors that formulas show are news.
    """

    def __init__(self, info: WorkbookInfo, values: SheetValues, context: Context, *, grows: bool) -> None:
        """Over a workbook.

        Arguments:
            info, values: its structure, and the values of its sheets.
            context: what coercion must know of it.
            grows: as in ``read_workbook``.
        """
        self.info, self.path = info, info.package.path
        self.values, self.context, self.grows = values, context, grows
        self.lenient = replace(context, strict=False, counts=False)
        self.findings: list[Finding] = []
        self.meant: dict[str, dict[tuple[int, int], object]] = {}
        self.is_whole = self.tells_errors = True
        self.is_present = False
        self._last: dict[str, int | None] = {}
        self._width: dict[str, int] = {}
        self._waiting: Counter[str] = Counter()

    # -- what is needed of each sheet ------------------------------------------------------------------

    def bounded(self, place: BlockPlace) -> BlockPlace:
        """A table's place with the last row that can hold anything, whatever its range claims."""
        if place.last is None:
            return place
        last = self.values.last_row(place.sheet, place.header, place.last)
        if last < place.last:
            where = Location(self.path, place.sheet, cell_name(place.header, place.left))
            self.findings.append(cut_short(where, place.table or "", place.last, last))
        return replace(place, last=last)

    def expect(self, sheet: str, block: BlockPlace) -> None:
        """Take note that a block needs a sheet: how far down and how far right."""
        self._waiting[sheet] += 1
        width = max(place.column for place in block.places.values()) + getattr(block.block, "instances", 1)
        self._width[sheet] = max(self._width.get(sheet, 0), width)
        if block.header:
            last = block.last + DEEP if block.last is not None else block.bottom
        else:
            last = max(place.row for place in block.places.values())
        known = self._last.get(sheet, 0)
        self._last[sheet] = None if last is None or known is None else max(last, known)

    def singles(self, places: Sequence[Place], *, shows: bool) -> Singles:
        """What became of the formulas outside of fields; before blocks let go of their sheets.

        Arguments:
            places: their cells.
            shows: whether it is asked what those show that are still there.
        """
        for place in places:
            last = self._last.get(place.sheet, 0)
            self._last[place.sheet] = None if last is None else max(last, place.row)
            self._width[place.sheet] = max(self._width.get(place.sheet, 0), place.column)

        def content(place: Place) -> Any:
            return self._grid(place.sheet).cell(place.row, place.column)

        return lost.read_singles(places, self.values.meta, content, shows=shows)

    def _grid(self, sheet: str) -> Grid:
        if self.values.is_overgrown(sheet):
            where = Location(self.path, sheet)
            meta = self.values.meta(sheet)
            finding = Finding("SX130", where, {"cell": cell_name(meta.rows, meta.columns)}, Severity.NOTE)
            if finding not in self.findings:
                self.findings.append(finding)
        return self.values.grid(sheet, self._last[sheet], self._width[sheet])

    # -- blocks ----------------------------------------------------------------------------------------

    def block(self, place: BlockPlace) -> BlockData:
        """Read one block and note what is wrong in it."""
        data = self._table(place) if place.header else self._form(place)
        for sheet in {place.sheet, *(item.sheet for item in place.places.values())}:
            self._waiting[sheet] -= 1
            if not self._waiting[sheet]:
                self.values.release(sheet)
        return data

    def _table(self, place: BlockPlace) -> BlockData:
        grid = self._grid(place.sheet)
        first = place.header + 1
        last = place.last if place.last is not None else self._last_used(place, grid)
        under = self._under(place, grid)
        below = under.look(adopts=self.grows) if under is not None else Below()
        typed = last + below.adopted
        said = len(self.findings)
        columns, filled, out = self._columns(place, grid, first, typed)
        last = typed
        if under is not None and self.grows:
            last += under.spare(typed, int(filled[::-1].argmax()) if filled.any() else len(filled))
        if last > typed:
            del self.findings[said:]
            columns, filled, out = self._columns(place, grid, first, last)
        index = np.flatnonzero(filled) + first
        records = filled.copy()
        records[[row - first for row in out]] = False
        data = BlockData(
            place.module,
            place.block,
            place.sheet,
            table_of(columns.values(), filled, index),
            place.places,
            first,
            last,
            place.table,
            place.left,
            to_clear=left_results(columns.values(), records, first),
            left_out=out,
            context=self.lenient,
            table_columns=_table_columns(place),
            bottom=place.bottom,
            table_last=place.last or 0,
            typed_last=typed,
            may_grow=under is not None and under.may_grow(last),
            has_look=place.has_look,
        )
        data = self._looked_over(data, columns.values(), index)
        self.findings += below.findings
        return data

    def _columns(
        self, place: BlockPlace, grid: Grid, first: int, last: int
    ) -> tuple[dict[str, Column], lost.Mask, dict[int, str]]:
        """The columns of a table from a row to another, which rows are filled, and which are no records."""
        cells = {key: grid.column(item.column, first, last) for key, item in place.places.items()}
        blank = [""] * (last - first + 1)
        columns = {spec.key: self._read(spec, cells.get(spec.key, blank)) for spec in place.block.fields}
        filled = filled_rows(place.block, columns.values(), last - first + 1)
        found = left_out(place, cells, columns, filled, self.values.meta(place.sheet))
        for at, left in sorted(found.items()):
            if left.code:
                filled[at] = False
                self._say_left_out(left.code, place, left.key, first + at, cells[left.key][at])
        return columns, filled, {first + at: left.code for at, left in found.items()}

    def _under(self, place: BlockPlace, grid: Grid) -> Under | None:
        """The look under an Excel table; None for a plain range."""
        if place.last is None or not isinstance(place.block, TableBlock):
            return None

        sheet = self.info.sheet(place.sheet)
        return Under(
            self.path,
            place,
            grid,
            self.values.meta(place.sheet),
            partial(first_in_the_way, self.info, sheet),
            partial(is_drawn_over, self.info, sheet),
        )

    def _form(self, place: BlockPlace) -> BlockData:
        count = getattr(place.block, "instances", 1)
        columns: dict[str, Column] = {}
        for spec in place.block.fields:
            cell = place.places.get(spec.key)
            raw = [""] * count
            if cell is not None:
                grid = self._grid(cell.sheet)
                raw = [grid.cell(cell.row, cell.column + at) for at in range(count)]
            columns[spec.key] = self._read(spec, raw)
        # A form of one instance is always there; of several, those that people began.
        filled = np.ones(1, bool) if count == 1 else filled_rows(place.block, columns.values(), count)
        index = np.flatnonzero(filled) + 1
        data = BlockData(
            place.module,
            place.block,
            place.sheet,
            table_of(columns.values(), filled, index),
            place.places,
            1,
            count,
            to_clear=left_results(columns.values(), filled, 1),
            context=self.lenient,
        )
        return self._looked_over(data, columns.values(), index)

    def _looked_over(self, data: BlockData, columns: Collection[Column], index: Rows) -> BlockData:
        """The block with what its cells show and what became of its formulas, its findings noted."""
        merged = self.values.meta(data.sheet).merged
        shown, unread = self._shown(data, columns), self._unread(data, columns)
        data = replace(data, shown=shown, unread=unread, merged=lost.within(data, merged))
        arrays = self.values.array_cells if self.is_present else None
        data = lost.look(data, index, self.values.meta, arrays, is_whole=self.is_whole)
        self._report(data, columns)
        if data.is_table and data.merged:
            area = data.merged[0]
            where = Location(self.path, data.sheet, cell_name(area.top, area.left))
            self.findings.append(Finding("SX133", where, {"n": len(data.merged), "area": str(area)}))
        return data

    def _say_left_out(self, code: str, place: BlockPlace, key: str, row: int, found: object) -> None:
        where = Location(self.path, place.sheet, cell_name(row, place.places[key].column))
        args = {"found": found, "table": place.table or ""}
        severity = Severity.NOTE
        if code == "SX206":
            label = next(spec.label for spec in place.block.fields if spec.key == key)
            args, severity = {"label": label.get(self.context.lang), "found": found}, Severity.WARNING
        self.findings.append(Finding(code, where, args, severity))

    def _read(self, spec: FieldSpec, raw: Sequence[Any]) -> Column:
        context = self.context if spec.role is FieldRole.INPUT else self.lenient
        if spec.role is FieldRole.OWNED:
            cells = np.empty(len(raw), dtype=object)
            cells[:] = raw
            cells[cells == ""] = None
            return Column(spec, raw, Coerced(cells))
        return Column(spec, raw, coerce_column(raw, spec, context))

    def _last_used(self, place: BlockPlace, grid: Grid) -> int:
        """Last row that holds anything in an input column, of a table that is a plain range now."""
        if place.block.is_listing:  # nothing tells its last row but the template
            prepared = place.header + getattr(place.block, "rows", 0)
            return min(place.bottom or prepared, prepared)
        bottom = min(place.bottom or len(grid), len(grid))
        bottom = self.values.last_row(place.sheet, place.header, bottom)
        last = place.header
        for spec in place.block.fields:
            if spec.role is FieldRole.INPUT and spec.key in place.places:
                blank = blank_mask(grid.column(place.places[spec.key].column, place.header + 1, bottom))
                used = np.flatnonzero(~blank)
                if len(used):
                    last = max(last, place.header + 1 + int(used[-1]))
        return last

    # -- formulas and findings -------------------------------------------------------------------------

    def _errors_of(self, data: BlockData, key: str) -> Iterator[tuple[int, str]]:
        """Position among the block's rows or instances, and text, of a field's error cells."""
        place = data.places[key]
        errors = self.values.meta(place.sheet).errors
        if data.is_table:
            held = errors.within(place.column, data.first_row, data.last_row)
            yield from zip((held.rows - data.first_row).tolist(), held.texts, strict=True)
            return
        for position in range(data.last_row if len(errors.rows) else 0):
            for text in errors.within(place.column + position, place.row, place.row).texts:
                yield position, text

    def _unread(self, data: BlockData, columns: Iterable[Column]) -> dict[str, dict[int, Any]]:
        """The inputs that formulas take as they stand, and rules otherwise or not at all."""
        found = {}
        for column in columns:
            key = column.spec.key
            if column.spec.role is not FieldRole.INPUT or key not in data.places:
                continue
            cells = as_they_stand(column, tidies=self.context.tidies)
            cells |= {at: error_value(text) or ErrorValue.UNKNOWN for at, text in self._errors_of(data, key)}
            if cells:
                found[key] = {at + data.first_row: value for at, value in cells.items()}
        return found

    def _shown(self, data: BlockData, columns: Iterable[Column]) -> dict[str, Sequence[Any]]:
        """What the cells that are not people's show now; calamine gives an error as nothing."""
        found: dict[str, Sequence[Any]] = {}
        for column in columns:
            key = column.spec.key
            if column.spec.role is FieldRole.INPUT or key not in data.places:
                continue
            if isinstance(column.raw, Cells):
                found[key] = column.raw.with_errors()
                continue
            found[key] = cells = list(column.raw)
            for position, text in self._errors_of(data, key):
                cells[position] = error_value(text) or ErrorValue.UNKNOWN
        return found

    def _report(self, data: BlockData, columns: Iterable[Column]) -> None:
        """Turn the problems of all columns into located findings; formulas are told once a block."""
        failing: list[tuple[FieldSpec, int]] = []
        for column in columns:
            spec = column.spec
            problems = list(column.coerced.problems)
            if spec.key not in data.places:
                continue
            errors = self._errors(data, spec)
            if spec.role is FieldRole.INPUT:
                problems += [CellProblem(at, "SX206", {"found": text}) for at, text in errors]
                problems += [CellProblem(at, "SX223", {}) for at in self._uncalculated(data, spec)]
            else:
                gone = set(data.erased.get(spec.key, ()))
                rows = [at + data.first_row for at, _ in errors]
                failing += [(spec, row) for row in rows if row not in gone]
            if problems:
                self._locate(data, spec, problems)
        self.findings += lost.typed_over(self.path, data)
        # Beside a value typed over a formula, what others make of it is no news.
        if self.tells_errors and not data.overtyped:
            self.findings += lost.failing(self.path, data, failing)

    def _locate(self, data: BlockData, spec: FieldSpec, problems: Sequence[CellProblem]) -> None:
        label, first = spec.label.get(self.context.lang), data.first_row
        counts: Counter[str] = Counter()
        for problem in problems:
            counts[problem.code] += 1
            sheet, cell = data.sheet_of(spec.key), data.cell(spec.key, problem.position + first)
            if problem.meant is not None:
                self.meant.setdefault(sheet, {})[cell] = problem.meant
            where = Location(self.path, sheet, cell_name(*cell))
            if counts[problem.code] <= MAX_SAME:
                self.findings.append(
                    Finding(problem.code, where, {"label": label, **problem.args}, problem.severity)
                )
            elif counts[problem.code] == MAX_SAME + 1:
                total = sum(item.code == problem.code for item in problems)
                args = {"label": label, "n": total - MAX_SAME, "code": problem.code}
                self.findings.append(Finding("SX230", where, args, problem.severity))

    def _errors(self, data: BlockData, spec: FieldSpec) -> list[tuple[int, str]]:
        """Position and text of the error cells (``#N/A``) of an input or computed field.

        #N/A in a helper column is how a chart is told that there is no point.
        """
        if spec.role is FieldRole.OWNED:
            return []
        found = self._errors_of(data, spec.key)
        if spec.role is FieldRole.COMPUTED and spec.hidden:
            return [(at, text) for at, text in found if text != "#N/A"]
        return list(found)

    def _uncalculated(self, data: BlockData, spec: FieldSpec) -> list[int]:
        """Positions of the inputs that are formulas which no program has calculated."""
        missing = lost.masks(data, spec.key, self.values.meta(data.sheet_of(spec.key)))[1]
        return [int(at) for at in np.flatnonzero(missing)]


def _table_columns(place: BlockPlace) -> dict[str, TableColumn]:
    """What the Excel table says of each field's column."""
    at = {key: item.column - place.left for key, item in place.places.items()}
    return {key: place.columns[index] for key, index in at.items() if index < len(place.columns)}

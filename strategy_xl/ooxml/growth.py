"""One table that gets more rows, or gets back what a program took from it: its part, and the cells below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strategy_xl.errors import Location, PatchRefusedError
from strategy_xl.formulas.cell_refs import MAX_ROW, Area, cell_name, parse_area, parse_cell
from strategy_xl.formulas.reaching import Reach
from strategy_xl.formulas.shifting import ShiftError, has_relative_references, shift_formula
from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.cell_read import SheetFacts
from strategy_xl.ooxml.cells import Formula, Kept, Peek, Seen, Styled
from strategy_xl.ooxml.guards import first_in_the_way, is_drawn_over, pivot_areas
from strategy_xl.ooxml.patch import without_insert_row
from strategy_xl.ooxml.pipeline import changed_pieces
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.sheet_patch import SheetPatcher
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_bytes import content, set_attribute, tags, top_children
from strategy_xl.ooxml.xml_insert import insert_child, prefixed

_MASTER = re.compile(rb'<\w*:?c r="([A-Z]+\d+)"[^<>]*><\w*:?f([^<>]*\bt="shared"[^<>]*)>([^<]+)</')
_SI = re.compile(rb'\bsi="(\d+)"')
_ORDER = (b"autoFilter", b"sortState", b"tableColumns", b"tableStyleInfo", b"extLst")
"""The parts of a table, in the schema's order (ECMA-376 part 1, 18.5.1.2)."""
_KEPT = Kept()


@dataclass(frozen=True, slots=True)
class TableEdit:
    """What is to become of one table.

    Arguments:
        name: the table's name in Excel.
        bottom: its new last row; as it is when that is not below its last one.
        typed: the last row under it in which people have typed what now belongs to it.
        spare: blank rows beyond ``bottom`` that it gets too where nothing is in their way.
        is_lenient: leave a cell of a new row empty where the formula above it cannot be copied.
        formulas: index of a column → text of its calculated formula, and whether that is an array formula,
            put back where the table does not say it any more.
        style: name of a table style, put back where the table says none.
        shown: index of a column → what its cells show from the first data row to ``bottom``, for what charts
            repeat of them.
    """

    name: str
    bottom: int = 0
    typed: int = 0
    spare: int = 0
    is_lenient: bool = False
    formulas: Mapping[int, tuple[str, bool]] = field(default_factory=dict)
    style: str = ""
    shown: Mapping[int, Sequence[Any]] = field(default_factory=dict)


class Growth:
    """The work on one table."""

    def __init__(self, info: WorkbookInfo, edit: TableEdit) -> None:
        """Find the table.

        Errors: WorkbookError SX950 there is none of that name.
        """
        self.info, self.edit = info, edit
        self.table = info.table(edit.name)
        self.sheet = info.sheet(self.table.sheet)
        self._where = Location(info.package.path, self.sheet.name)
        self._seen: dict[tuple[int, int], Seen] = {}
        self.bottom = max(edit.bottom, self.table.area.bottom)
        if self.is_longer or edit.spare:
            self._check()

    @property
    def is_longer(self) -> bool:
        """Whether the table gets rows."""
        return self.bottom > self.table.area.bottom

    @property
    def reach(self) -> Reach:
        """The table before, and its new last row."""
        table = self.table
        return Reach(table.sheet, table.area, table.first_row, self.bottom)

    @property
    def shown(self) -> dict[int, Sequence[Any]]:
        """Column of the sheet → what its cells show in all rows of the table."""
        rows = self.bottom - self.table.first_row + 1
        return {
            self.table.area.left + index: [*values, *[None] * (rows - len(values))]
            for index, values in self.edit.shown.items()
        }

    def _refused(
        self, code: str, row: int | None = None, column: int = 1, **args: object
    ) -> PatchRefusedError:
        where = self._where
        if row is not None:
            where = Location(where.workbook, where.sheet, cell_name(row, column))
        return PatchRefusedError(code, where, name=self.table.display_name, **args)

    # -- what is in the way ----------------------------------------------------------------------------

    def _check(self) -> None:
        """Refuse what the table or its surroundings do not allow; go without spare rows that have no room."""
        area = self.table.area
        if self.is_longer and self.table.totals_rows:
            raise self._refused("SX951")
        if self.bottom > MAX_ROW:
            raise self._refused("SX953", rows=self.bottom - area.bottom)
        self._look()
        if self.is_longer:
            self._check_rows()
        spare = Area(self.bottom + 1, area.left, min(self.bottom + self.edit.spare, MAX_ROW), area.right)
        if self.edit.spare and not self.table.totals_rows and self._is_free(spare):
            self.bottom = spare.bottom

    def _check_rows(self) -> None:
        area = self.table.area
        added = Area(area.bottom + 1, area.left, self.bottom, area.right)
        for other in self.info.tables_of(self.sheet):
            if other.part != self.table.part and other.area.overlaps(added):
                raise self._refused("SX956", other=f"{other.display_name} ({other.area})")
        for part in self.info.related(self.sheet.part, "pivotTable"):
            name, areas = pivot_areas(self.info, part)
            for pivot in areas:
                if pivot.overlaps(added):
                    raise self._refused("SX956", other=f"{name} ({pivot})")
        for (row, column), seen in sorted(self._seen.items()):
            if max(area.bottom, self.edit.typed) < row <= self.bottom and not seen.is_blank:
                raise self._refused("SX952", row, column)
        for merged in self._merged:
            if merged.overlaps(added):
                raise self._refused("SX956", other=str(merged))

    def _is_free(self, area: Area) -> bool:
        """Whether nothing at all stands, lies or is drawn in some rows."""
        return (
            area.top <= area.bottom
            and all(seen.is_blank for (row, _), seen in self._seen.items() if row >= area.top)
            and first_in_the_way(self.info, self.sheet, area) is None
            and not is_drawn_over(self.info, self.sheet, area)
        )

    def _look(self) -> None:
        """See what stands in the last row and in those below it."""
        area = self.table.area
        peek = Peek()
        rows = range(area.bottom, min(self.bottom + self.edit.spare, MAX_ROW) + 1)
        edits = dict.fromkeys(range(area.left, area.right + 1), dict.fromkeys(rows, peek))
        patcher = SheetPatcher(SheetFacts(self._where, self.sheet.part), edits, adds_rows=False)
        package = self.info.package
        for _ in changed_pieces(package, self.sheet.part, package.chunks(self.sheet.part), patcher.run):
            pass
        self._seen, self._merged = peek.seen, patcher.merged

    # -- the cells of the new rows -----------------------------------------------------------------------

    def cells(self, given: Mapping[int, Mapping[int, Any]]) -> dict[int, dict[int, Any]]:
        """The cells of the new rows: column → row → value with style.

        Arguments:
            given: column → row → the values that are to stand there. Where none is given and nothing stands,
                the last row's formula is copied down (references move as Excel moves them). A cell without
                a style of its own gets the last row's.
        """
        area = self.table.area
        new = range(area.bottom + 1, self.bottom + 1)
        standing: dict[int, dict[int, Seen]] = {}
        for (row, column), seen in self._seen.items():
            if row in new and not seen.is_blank:
                standing.setdefault(column, {})[row] = seen
        found: dict[int, dict[int, Any]] = {}
        for index in range(area.right - area.left + 1):
            column = area.left + index
            last = self._seen.get((area.bottom, column))
            style = last.style if last and last.style and last.style.isdigit() else None
            own = {row: value for row, value in given.get(column, {}).items() if row in new}
            formula = self._formula(index, column, last) if len(own) < len(new) else None
            values = self._copied(formula, style, new, column)
            for row, value in own.items():
                _put(values, row, value, style)
            for row, seen in standing.get(column, {}).items():
                value = own.get(row, _KEPT)
                if style is not None and (seen.style or b"0") == b"0":
                    values[row] = Styled(value, style)
                elif value is not _KEPT:
                    values[row] = value
                else:
                    values.pop(row, None)
            if values:
                found[column] = values
        return found

    def _copied(
        self, formula: Formula | None, style: bytes | None, rows: range, column: int
    ) -> dict[int, Any]:
        """Cells like the one in the last row; those that are alike are one object, which is written once."""
        if formula is None:
            return {} if style is None else dict.fromkeys(rows, Styled(None, style))
        if not has_relative_references(formula.text):
            return dict.fromkeys(rows, Styled(formula, style))
        values: dict[int, Any] = {}
        for row in rows:
            _put(values, row, self._moved(formula, row - self.table.area.bottom, column), style)
        return values

    def _formula(self, index: int, column: int, last: Seen | None) -> Formula | None:
        """The formula that new rows of a column get, as it stands in the last row."""
        if last is not None and last.has_formula:
            kind = last.attributes.get(b"t", b"")
            text = content(last.formula)
            if kind == b"shared" and not text:
                text = self._shared(last.attributes.get(b"si", b""), column)
            if kind == b"dataTable" or not text:
                if self.edit.is_lenient:
                    return None
                raise self._refused("SX955", self.table.area.bottom, column)
            return Formula(text, array=kind == b"array")
        columns = self.table.columns
        calculated = columns[index].formula if index < len(columns) else ""
        # Only the last row's own formula says where its references start from.
        return Formula(calculated) if calculated and not has_relative_references(calculated) else None

    def _shared(self, group: bytes, column: int) -> str:
        """The formula that a shared group gives the last row; empty when it gives none."""
        bottom = self.table.area.bottom
        before = b""
        for piece in self.info.package.chunks(self.sheet.part):
            data = before + piece
            for found in _MASTER.finditer(data):
                number = _SI.search(found[2])
                place = parse_cell(found[1].decode())
                if number is not None and number[1] == group and place is not None:
                    try:
                        return shift_formula(content(found[3]), bottom - place[0], column - place[1])
                    except ShiftError:
                        return ""
            before = data[-20_000:]
        return ""

    def _moved(self, formula: Formula, rows: int, column: int) -> Formula | None:
        try:
            return Formula(shift_formula(formula.text, rows, 0), array=formula.array)
        except ShiftError as error:
            if self.edit.is_lenient:
                return None
            raise self._refused("SX955", self.table.area.bottom, column) from error

    # -- the table's part --------------------------------------------------------------------------------

    def edit_part(self, data: bytes) -> bytes:
        """The table's part with its ranges reaching the new last row, and with what was taken from it."""
        if self.is_longer:
            data = without_insert_row(self._longer(data))
        if self.edit.formulas:
            data = with_formulas(data, self.edit.formulas)
        if self.edit.style and not self.table.has_look:
            name = self.edit.style.encode()
            data = insert_child(data, _ORDER, b'<tableStyleInfo name="%b" showRowStripes="1"/>' % name)
        return data

    def _longer(self, data: bytes) -> bytes:
        pieces = Pieces(data)
        for tag in tags(data):
            if tag.is_close or tag.local not in (b"table", b"autoFilter", b"sortState", b"sortCondition"):
                continue
            area = parse_area(tag.attributes().get(b"ref", b"").decode())
            if area is not None and area.bottom == self.table.area.bottom:
                longer = area._replace(bottom=self.bottom)
                pieces.put(tag.start, tag.end, set_attribute(tag.raw, b"ref", str(longer).encode()))
        return pieces.result()


def _put(values: dict[int, Any], row: int, value: Any, style: bytes | None) -> None:
    """Have a cell hold a value; without value and style it need not be there."""
    if value is None and style is None:
        values.pop(row, None)
    else:
        values[row] = Styled(value, style)


def with_formulas(data: bytes, formulas: Mapping[int, tuple[str, bool]]) -> bytes:
    """A table's part whose columns say again what they calculate; those that say something keep it."""
    for listed, end in top_children(data):
        if listed.local != b"tableColumns":
            continue
        pieces = Pieces(data[listed.start : end])
        for index, (tag, stop) in enumerate(top_children(pieces.data)):
            if index not in formulas or b"calculatedColumnFormula" in pieces.data[tag.start : stop]:
                continue
            text, is_array = formulas[index]
            raw = b"<calculatedColumnFormula%b>%b</calculatedColumnFormula>" % (
                b' array="1"' if is_array else b"",
                escape_formula(text),
            )
            raw = prefixed(raw, tag.prefix)
            if tag.is_empty:
                opened = tag.raw[:-2].rstrip() + b">"
                pieces.put(tag.start, stop, opened + raw + b"</%b>" % tag.name)
            else:
                pieces.put(tag.end, tag.end, raw)
        return data[: listed.start] + pieces.result() + data[end:]
    return data

"""Grow an Excel table: new rows below the last one, with its styles, formulas and rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from strategy_xl.errors import Location, PatchRefusedError
from strategy_xl.formulas.cell_refs import MAX_ROW, Area, cell_name, parse_area, parse_cell
from strategy_xl.formulas.shifting import ShiftError, has_relative_references, shift_formula
from strategy_xl.ooxml.calc_chain import edit_part
from strategy_xl.ooxml.cell_read import SheetFacts
from strategy_xl.ooxml.cells import Formula, Peek, Seen, Styled
from strategy_xl.ooxml.edit_forms import CellEdits, normalised
from strategy_xl.ooxml.guards import pivot_areas
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob, PatchReport, without_insert_row
from strategy_xl.ooxml.pipeline import changed_pieces
from strategy_xl.ooxml.scan import SheetScanner
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import content, set_attribute, tags

_MASTER = re.compile(rb'<\w*:?c r="([A-Z]+\d+)"[^<>]*><\w*:?f([^<>]*\bt="shared"[^<>]*)>([^<]+)</')
# What may cover the data rows as a whole, and then grows with them.
_RULES = frozenset({b"conditionalFormatting", b"dataValidation", b"protectedRange", b"ignoredError"})
_SI = re.compile(rb'\bsi="(\d+)"')


def append_rows(  # noqa: PLR0913 - source, target, table, rows; the rest are keywords
    source: Path | str | Snapshot,
    target: Path | str,
    table_name: str,
    rows: Sequence[Mapping[int, Any]],
    *,
    edits: CellEdits | None = None,
    allow_breaking_signature: bool = False,
    dry_run: bool = False,
    backups: int = 0,
) -> PatchReport:
    """Add rows below the last row of a table, which grows with them.

    Arguments:
        source: workbook to read, or what was read of it before.
        target: workbook to write; may be the source.
        table_name: the table's name in Excel.
        rows: one mapping per new row: column of the table (0 is its first) → value, as in
            ``set_cells``. Where no value is given, the last row's formula is copied down (references
            move as Excel moves them), or the cell stays empty. Styles are the last row's.
        edits: further cells to change in the same step (blank rows of the table filled first…).
        allow_breaking_signature: as in ``set_cells``.
        dry_run: as in ``set_cells``.
        backups: as in ``set_cells``.

    Result: the report. The table, its filter, and the validations, conditional formats and protected
    ranges that cover exactly its data rows reach down to the new last row. Ranges in A1 form in other
    formulas, names and charts stay as they are; structured references follow by themselves.

    Errors: those of ``set_cells``, and PatchRefusedError SX951 totals row, SX952 cells below not empty,
    SX953 no room on the sheet, SX954 no such column, SX955 formula that cannot be copied, SX956 another
    table, a pivot table or a merged area in the way.
    """
    snapshot = source if isinstance(source, Snapshot) else Snapshot.take(source)
    with Package.open(snapshot) as package:
        job = PatchJob(package, target, snapshot)
        table = job.info.table(table_name)
        sheet = job.info.sheet(table.sheet)
        by_sheet = dict(job.by_sheet(normalised(package.path, edits, None)))
        if rows:
            growth = _Growth(job.info, table, sheet, len(rows))
            growth.check(rows)
            own = by_sheet.setdefault(sheet, {})
            for column, values in growth.edits(rows).items():
                own[column] = {**own.get(column, {}), **values}
            _replace_table(job, growth)
        for edited, by_column in by_sheet.items():
            job.patch_sheet(edited, by_column, growth.edit_tail if rows and edited == sheet else None)
        job.settle_calculation(full_calc=None)
        job.check_signature(allow=allow_breaking_signature)
        return job.write(dry_run=dry_run, backups=backups)


def _replace_table(job: PatchJob, growth: _Growth) -> None:
    changed = edit_part(job.info, growth.table.part, growth.edit_table)
    if changed is not None:
        job.replaced[growth.table.part] = changed


class _Growth:
    """One table that is to have some more rows."""

    def __init__(self, info: WorkbookInfo, table: TableInfo, sheet: SheetInfo, count: int) -> None:
        self.info = info
        self.table = table
        self._sheet = sheet
        self._where = Location(info.package.path, sheet.name)
        area = table.area
        self._new_bottom = area.bottom + count
        self._added = Area(area.bottom + 1, area.left, self._new_bottom, area.right)

    def _refused(
        self, code: str, row: int | None = None, column: int = 1, **args: object
    ) -> PatchRefusedError:
        where = self._where
        if row is not None:
            where = Location(where.workbook, where.sheet, cell_name(row, column))
        return PatchRefusedError(code, where, name=self.table.display_name, **args)

    def check(self, rows: Sequence[Mapping[int, Any]]) -> None:
        """Refuse what the table or its surroundings do not allow."""
        table = self.table
        if table.totals_rows:
            raise self._refused("SX951")
        if self._new_bottom > MAX_ROW:
            raise self._refused("SX953", rows=len(rows))
        width = table.area.right - table.area.left + 1
        strangers = {index for given in rows for index in given} - set(range(width))
        if strangers:
            raise self._refused("SX954", column=min(strangers) + 1)
        for other in self.info.tables_of(self._sheet):
            if other.part != table.part and other.area.overlaps(self._added):
                raise self._refused("SX956", other=f"{other.display_name} ({other.area})")
        for part in self.info.related(self._sheet.part, "pivotTable"):
            name, areas = pivot_areas(self.info, part)
            for area in areas:
                if area.overlaps(self._added):
                    raise self._refused("SX956", other=f"{name} ({area})")

    def edits(self, rows: Sequence[Mapping[int, Any]]) -> dict[int, dict[int, Any]]:
        """The cells of the new rows: column → row → value with style."""
        seen = self._look()
        area = self.table.area
        found: dict[int, dict[int, Any]] = {}
        for index in range(area.right - area.left + 1):
            column = area.left + index
            last = seen.get((area.bottom, column))
            style = last.style if last and last.style and last.style.isdigit() else None
            formula = self._formula(index, column, last)
            values: dict[int, Any] = {}
            for row, given in enumerate(rows, self._added.top):
                value = given.get(index)
                if value is None and formula is not None:
                    value = self._moved(formula, row - area.bottom, column)
                if value is not None or style is not None:
                    values[row] = Styled(value, style)
            if values:
                found[column] = values
        return found

    def _look(self) -> dict[tuple[int, int], Seen]:
        """What stands in the last row; refuses when the cells below are not empty."""
        area, added = self.table.area, self._added
        peek = Peek()
        edits = {
            column: dict.fromkeys(range(area.bottom, added.bottom + 1), peek)
            for column in range(area.left, area.right + 1)
        }
        scanner = SheetScanner(SheetFacts(self._where, self._sheet.part), edits)
        package = self.info.package
        for _ in changed_pieces(package, self._sheet.part, package.chunks(self._sheet.part), scanner.run):
            pass
        for (row, column), seen in sorted(peek.seen.items()):
            if row > area.bottom and not seen.is_blank:
                raise self._refused("SX952", row, column)
        for merged in scanner.merged:
            if merged.overlaps(added):
                raise self._refused("SX956", other=str(merged))
        return peek.seen

    def _formula(self, index: int, column: int, last: Seen | None) -> Formula | None:
        """The formula that new rows of a column get, as it stands in the last row."""
        if last is not None and last.has_formula:
            kind = last.attributes.get(b"t", b"")
            text = content(last.formula)
            if kind == b"shared" and not text:
                text = self._shared(last.attributes.get(b"si", b""), column)
            if kind == b"dataTable" or not text:
                raise self._refused("SX955", self.table.area.bottom, column)
            return Formula(text, array=kind == b"array")
        columns = self.table.columns
        calculated = columns[index].formula if index < len(columns) else ""
        # Only the last row's own formula says where its references start from.
        return Formula(calculated) if calculated and not has_relative_references(calculated) else None

    def _shared(self, group: bytes, column: int) -> str:
        """The formula that a shared group gives the last row."""
        bottom = self.table.area.bottom
        before = b""
        for piece in self.info.package.chunks(self._sheet.part):
            data = before + piece
            for found in _MASTER.finditer(data):
                number = _SI.search(found[2])
                place = parse_cell(found[1].decode())
                if number is not None and number[1] == group and place is not None:
                    try:
                        return shift_formula(content(found[3]), bottom - place[0], column - place[1])
                    except ShiftError:
                        break
            before = data[-20_000:]
        raise self._refused("SX955", bottom, column)

    def _moved(self, formula: Formula, rows: int, column: int) -> Formula:
        try:
            return Formula(shift_formula(formula.text, rows, 0), array=formula.array)
        except ShiftError as error:
            raise self._refused("SX955", self.table.area.bottom, column) from error

    def edit_table(self, data: bytes) -> bytes:
        """The table's part with its ranges reaching the new last row."""
        out, done = b"", 0
        for tag in tags(data):
            if tag.is_close or tag.local not in (b"table", b"autoFilter", b"sortState", b"sortCondition"):
                continue
            area = parse_area(tag.attributes().get(b"ref", b"").decode())
            if area is not None and area.bottom == self.table.area.bottom:
                longer = area._replace(bottom=self._new_bottom)
                out += data[done : tag.start] + set_attribute(tag.raw, b"ref", str(longer).encode())
                done = tag.end
        return without_insert_row(out + data[done:])

    def edit_tail(self, tail: bytes) -> bytes:
        """What follows the cells, its rules for exactly the data rows reaching the new last row."""
        out, done = b"", 0
        opened = -1
        is_rule = False
        for tag in tags(tail):
            if tag.local == b"sqref":  # the extensions of newer Excels keep the ranges as an element
                if not tag.is_close:
                    opened = tag.end
                elif opened >= 0 and is_rule:
                    out += tail[done:opened] + self._longer(tail[opened : tag.start])
                    done, opened = tag.start, -1
            elif tag.local in _RULES:
                is_rule = not (tag.is_close or tag.is_empty)
                ranges = tag.attributes().get(b"sqref")
                if tag.is_close or ranges is None:
                    continue
                longer = self._longer(ranges)
                if longer != ranges:
                    out += tail[done : tag.start] + set_attribute(tag.raw, b"sqref", longer)
                    done = tag.end
        return out + tail[done:]

    def _longer(self, ranges: bytes) -> bytes:
        """Ranges with those that cover exactly the data rows of some of the table's columns extended."""
        table = self.table
        found = []
        for ref in ranges.split(b" "):
            area = parse_area(ref.decode("utf-8", "replace").strip())
            if (
                area is not None
                and area.top == table.first_row
                and area.bottom == table.area.bottom
                and table.area.left <= area.left
                and area.right <= table.area.right
            ):
                found.append(str(area._replace(bottom=self._new_bottom)).encode())
            else:
                found.append(ref)
        return b" ".join(found)

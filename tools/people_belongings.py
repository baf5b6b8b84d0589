"""What people had in a workbook before something was done to it and do not have afterwards.

Read with openpyxl, which knows nothing of this program.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries


def kept_not(
    before: Path, after: Path, renamed: set[tuple[str, str]], ours: Collection[tuple[str, str]] = ()
) -> Iterator[str]:
    """What is lost, in words.

    Arguments:
        before, after: the workbook.
        renamed: sheet and text of cells that are told to read otherwise now.
        ours: sheet and place of cells, as they are afterwards, that the program fills. With them only what
            is in tables and around cells is looked at: results outside of tables are others after a night.
    """
    was, now = load_workbook(before), load_workbook(after)
    for sheet in was:
        if sheet.title not in now.sheetnames:
            yield f"sheet {sheet.title}"
            continue
        if not ours:
            yield from _cells(sheet, now[sheet.title], renamed)
        yield from _tables(sheet, now[sheet.title], renamed, ours)
        yield from _rules(sheet, now[sheet.title], by_value=not ours)
        yield from _around(sheet, now[sheet.title])
    if not ours:
        yield from _names(was, now, {before for _, before in renamed})
    yield from _reading(was, now)


def typed_not(book: Any, texts: Collection[str]) -> Iterator[str]:
    """Which texts stand in no cell of a workbook, in words."""
    found = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    yield from (f"{text!r} stands nowhere" for text in texts if text not in found)


def shown_otherwise(was: Any, now: Any, titles: Collection[str]) -> Iterator[str]:
    """Cells of sheets that show something else in another version of a workbook, both read with values."""
    for title in titles:
        for row in was[title].iter_rows():
            for cell in row:
                new = now[title][cell.coordinate].value
                if new != cell.value:
                    yield f"{title}!{cell.coordinate} shows {new!r}, not {cell.value!r}"


def _is_formula(value: Any) -> bool:
    return (isinstance(value, str) and value.startswith("=")) or type(value).__name__ == "ArrayFormula"


def _look(cell: Any) -> tuple[Any, ...]:
    return cell.fill.fgColor.rgb, cell.font.b, cell.font.color and cell.font.color.rgb, cell.number_format


def _in_tables(sheet: Any) -> set[tuple[int, int]]:
    found = set()
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        found |= {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
    return found


def _cells(was: Any, now: Any, renamed: set[tuple[str, str]]) -> Iterator[str]:
    """Cells outside of tables, in the order of reading: those of before are among those of now."""

    def constants(sheet: Any) -> list[tuple[Any, ...]]:
        tables = _in_tables(sheet)
        return [
            (cell.value, *_look(cell), cell.comment and cell.comment.text)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
            and not _is_formula(cell.value)
            and (cell.row, cell.column) not in tables
        ]

    left = iter(constants(now))
    for item in constants(was):
        if (was.title, item[0]) not in renamed and not any(item == other for other in left):
            yield f"cell {was.title} {item[0]!r}"
            return


def _tables(
    was: Any, now: Any, renamed: set[tuple[str, str]], ours: Collection[tuple[str, str]]
) -> Iterator[str]:
    """Columns by their id: header, values, looks, notes, width, filter."""
    for table in was.tables.values():
        if table.name not in now.tables:
            yield f"table {table.name}"
            continue
        other = now.tables[table.name]
        left, top, _, bottom = range_boundaries(table.ref)
        new_left, new_top, *_ = range_boundaries(other.ref)
        places = {column.id: new_left + index for index, column in enumerate(other.tableColumns)}
        for index, column in enumerate(table.tableColumns):
            if column.id not in places:
                yield f"column {table.name} {column.name}"
                continue
            for offset in range(bottom - top + 1):
                old, new = (
                    was.cell(top + offset, left + index),
                    now.cell(new_top + offset, places[column.id]),
                )
                if (now.title, new.coordinate) not in ours:
                    yield from _differences(old, new, renamed)
            # Where tables share a sheet's columns, only cells move.
            is_alone = len(was.tables) == 1
            if is_alone and _width(was, left + index) != _width(now, places[column.id]):
                yield f"width {table.name} {column.name}"
        ids = [column.id for column in table.tableColumns]
        new_ids = [column.id for column in other.tableColumns]
        filters = {ids[item.colId] for item in (table.autoFilter.filterColumn if table.autoFilter else ())}
        new_filters = {
            new_ids[item.colId] for item in (other.autoFilter.filterColumn if other.autoFilter else ())
        }
        if filters != new_filters:
            yield f"filter {table.name}"


def _differences(old: Any, new: Any, renamed: set[tuple[str, str]]) -> Iterator[str]:
    """What a cell of a table does not say or show any more."""
    where = f"{old.parent.title} {old.coordinate}"
    is_told = (old.parent.title, old.value) in renamed
    if not _is_formula(old.value) and old.value != new.value and not is_told:
        yield f"value {where} {old.value!r} {new.value!r}"
    if _look(old) != _look(new):
        yield f"look {where}"
    if (old.comment and old.comment.text) != (new.comment and new.comment.text):
        yield f"note {where}"


def _width(sheet: Any, number: int) -> tuple[float, bool]:
    for item in sheet.column_dimensions.values():
        if item.min is not None and item.min <= number <= item.max:
            return item.width, bool(item.hidden)
    return 0.0, False


def _around(was: Any, now: Any) -> Iterator[str]:
    """What a sheet has beside its cells: merged areas, lock, buttons, charts, rows out of sight, state."""

    def merged(sheet: Any) -> Counter[int]:
        return Counter(area.size["rows"] for area in sheet.merged_cells.ranges)

    def hidden(sheet: Any) -> int:
        return sum(1 for row in sheet.row_dimensions.values() if row.hidden)

    for kind, lost in (
        ("merged areas", merged(was) - merged(now)),
        (
            "lock",
            (was.protection.sheet, was.protection.password)
            != (now.protection.sheet, now.protection.password),
        ),
        ("buttons", bool(was.auto_filter.ref) and not now.auto_filter.ref),
        ("charts", len(was._charts) > len(now._charts)),  # noqa: SLF001 - openpyxl has no other way
        ("rows out of sight", hidden(was) > hidden(now)),
        ("state", was.sheet_state != now.sheet_state),
    ):
        if lost:
            yield f"{kind} {was.title} {lost}"


def _rules(was: Any, now: Any, *, by_value: bool) -> Iterator[str]:
    """Conditions and validations, each by what it says and the value of its first cell."""

    def first(sheet: Any, ranges: Any) -> Any:
        cell = sheet[str(ranges).split(" ")[0].split(":")[0]]
        return "" if not by_value else "=" if _is_formula(cell.value) else cell.value

    def conditions(sheet: Any) -> Counter[Any]:
        return Counter(
            (
                first(sheet, area.sqref),
                rule.type,
                rule.operator,
                len(rule.formula),
                str(rule.dxf and rule.dxf.fill),
            )
            for area in sheet.conditional_formatting
            for rule in area.rules
        )

    def validations(sheet: Any) -> Counter[Any]:
        return Counter(
            (first(sheet, rule.sqref), rule.type, rule.operator, rule.prompt, rule.error)
            for rule in sheet.data_validations.dataValidation
        )

    for kind, said in (("condition", conditions), ("validation", validations)):
        missing = said(was) - said(now)
        if missing:
            yield f"{kind} {was.title} {next(iter(missing))}"
    if bool(was.print_area) != bool(now.print_area):
        yield f"print area {was.title}"


_CELL = re.compile(r"'?([^'!]+)'?!\$?([A-Z]+)\$?(\d+)")


def _target(book: Any, text: str) -> Any:
    found = _CELL.match(text.lstrip("="))
    if found is None or found[1] not in book.sheetnames:
        return text
    value = book[found[1]][f"{found[2]}{found[3]}"].value
    return "=" if _is_formula(value) else value


def _names(was: Any, now: Any, renamed: set[str]) -> Iterator[str]:
    """Names: they lead to what they led to, whatever that is called now."""
    for name, item in was.defined_names.items():
        if name == "_sx.schema":
            continue
        if name not in now.defined_names:
            yield f"name {name}"
        elif (led := _target(was, item.attr_text)) not in renamed and led != _target(
            now, now.defined_names[name].attr_text
        ):
            old, new = item.attr_text, now.defined_names[name].attr_text
            if not old.startswith(("IF", "INDEX")):
                yield f"name {name} {old} {new}"


def _reading(was: Any, now: Any) -> Iterator[str]:
    """People's formulas: they read what they read."""
    for sheet in was:
        cells = [cell for row in sheet.iter_rows() for cell in row if sheet.title.startswith("Own ")]
        for cell in cells:
            is_read = isinstance(cell.value, str) and cell.value.startswith("='")
            if is_read and _target(was, cell.value) != _target(now, now[sheet.title][cell.coordinate].value):
                yield f"reading {sheet.title} {cell.value}"

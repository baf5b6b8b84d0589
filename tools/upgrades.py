"""Upgrade many workbooks that people have changed, and look whether all that is theirs is still there.

``make upgrades`` (``python tools/upgrades.py --books 200``) customises a workbook of every landed version
that many times, by script and by chance, upgrades each, and compares before and after with openpyxl, which
knows nothing of this program. It prints one line for each version and what was lost, and fails when anything
was.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from people_edits import EDITS, Edited, Parts

from strategy_xl.schema.loader import load_default
from strategy_xl.work.restore import restore_workbook
from strategy_xl.work.upgrade import UpgradeReport, upgrade_workbook

BOOKS = Path(__file__).parents[1] / "tests" / "data" / "books"
VERSIONS = {"1": "small-1", "2": "small-2", "3": "small-3"}
DAY = date(2026, 11, 30)
PREVIEWED = 10
"""Of so many workbooks, one is previewed before."""


def parts_of(path: Path) -> Parts:
    """The parts of a workbook."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def customised(source: Path, target: Path, seed: int) -> Edited:
    """A workbook after a handful of what people do, and what that was."""
    book = Edited(parts_of(source), random.Random(seed))  # noqa: S311 - chance, not secrecy
    for edit in book.rng.sample(EDITS, 5):
        edit(book)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in book.parts.items():
            package.writestr(name, data)
    return book


def lost(before: Path, after: Path, book: Edited, report: UpgradeReport) -> Iterator[str]:
    """What people had before the upgrade and do not have afterwards, in words."""
    was, now = load_workbook(before), load_workbook(after)
    parts = parts_of(after)
    for part in book.kept:
        if parts.get(part) != book.parts[part]:
            yield f"part {part}"
    text = b"".join(parts.values()).decode("utf-8", "replace")
    yield from (f"text {token}" for token in book.tokens if token not in text)
    yield from (f"formula {formula}" for formula in book.formulas if f">{formula}<" not in text)
    renamed = {
        (change.sheet, change.before) for change in report.changes if change.kind in ("header", "text")
    }
    for sheet in was:
        if sheet.title not in now.sheetnames:
            yield f"sheet {sheet.title}"
            continue
        yield from _cells(sheet, now[sheet.title], renamed)
        yield from _tables(sheet, now[sheet.title], renamed)
        yield from _rules(sheet, now[sheet.title])
    yield from _names(was, now, {before for _, before in renamed})
    yield from _reading(was, now)


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


def _tables(was: Any, now: Any, renamed: set[tuple[str, str]]) -> Iterator[str]:
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
                old = was.cell(top + offset, left + index)
                yield from _differences(old, now.cell(new_top + offset, places[column.id]), renamed)
            if _width(was, left + index) != _width(now, places[column.id]):
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


def _rules(was: Any, now: Any) -> Iterator[str]:
    """Conditions and validations, each by what it says and the value of its first cell."""

    def first(sheet: Any, ranges: Any) -> Any:
        cell = sheet[str(ranges).split(" ")[0].split(":")[0]]
        return "=" if _is_formula(cell.value) else cell.value

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


def treat(source: Path, folder: Path, seed: int) -> list[str]:
    """Customise a workbook, upgrade it, and say what was lost."""
    book_path = folder / "book.xlsx"
    edited = customised(source, book_path, seed)
    before = book_path.read_bytes()
    kept = folder / "before.xlsx"
    kept.write_bytes(before)
    preview = None
    if seed % PREVIEWED == 0:
        preview = upgrade_workbook(book_path, book_path, load_default(), DAY, dry_run=True)
        if book_path.read_bytes() != before:
            return [f"a dry run wrote (seed {seed})"]
    report = upgrade_workbook(book_path, book_path, load_default(), DAY)
    found = list(lost(kept, book_path, edited, report))
    if preview is not None and preview.changes != report.changes:
        found.append("the preview was another")
    after = book_path.read_bytes()
    upgrade_workbook(book_path, book_path, load_default(), DAY)
    if book_path.read_bytes() != after:
        found.append("a second upgrade wrote")
    restore_workbook(book_path, "")
    if book_path.read_bytes() != before:
        found.append("undo is not exact")
    return [f"{item} (seed {seed}: {', '.join(edited.done)})" for item in found]


def main() -> int:
    """Upgrade them all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--books", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--versions", nargs="*", default=list(VERSIONS))
    asked = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)  # what openpyxl does not know of our sheets
    failed = 0
    for version in asked.versions:
        losses: list[str] = []
        for seed in range(asked.first, asked.first + asked.books):
            with tempfile.TemporaryDirectory() as folder:
                losses += treat(BOOKS / f"{VERSIONS[version]}.xlsx", Path(folder), seed)
        sys.stdout.write(f"version {version}: {asked.books} workbooks, {len(losses)} losses\n")
        sys.stdout.writelines(f"  {line}\n" for line in losses[:20])
        sys.stdout.flush()
        failed += len(losses)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

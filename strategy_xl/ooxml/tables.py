"""Change cells of a workbook and, in the same step, its tables: more rows, what they say of themselves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from strategy_xl.errors import Location, PatchRefusedError
from strategy_xl.formulas.reaching import Reach
from strategy_xl.ooxml.added_parts import one_by_one
from strategy_xl.ooxml.calc_chain import edit_part
from strategy_xl.ooxml.edit_forms import CellEdits, ColumnEdits, normalised
from strategy_xl.ooxml.grown_charts import chart_parts, grown_chart
from strategy_xl.ooxml.grown_names import grown_names
from strategy_xl.ooxml.grown_tail import grown_tail
from strategy_xl.ooxml.growth import Growth, TableEdit
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob, PatchReport, TailEdit
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import SheetInfo

__all__ = ["TableEdit", "append_rows", "edit_tables"]


def edit_tables(  # noqa: PLR0913 - source, target, tables; the rest are keywords, those of ``set_cells``
    source: Path | str | Snapshot,
    target: Path | str,
    tables: Sequence[TableEdit],
    *,
    edits: CellEdits | None = None,
    columns: ColumnEdits | None = None,
    heights: Mapping[str, Mapping[int, float]] | None = None,
    sides: Mapping[tuple[str, int], Mapping[int, str]] | None = None,
    allow_breaking_signature: bool = False,
    dry_run: bool = False,
    backups: int = 0,
    compact: bool = False,
) -> PatchReport:
    """Write values into cells, and change tables, keeping every other byte.

    Arguments:
        source: workbook to read, or what was read of it before.
        target: workbook to write; may be the source.
        tables: what is to become of which tables; without any this is ``set_cells``.
        edits, columns: cells to change, also those of new rows, as in ``set_cells``.
        heights, sides, allow_breaking_signature, dry_run, backups: as in ``set_cells``.
        compact: deflate large sheets rather small than fast.

    Result: the report. With a table that gets rows, all that covers its data rows gets longer: its filter and
    sort, validations, conditional formats and protected ranges, sparklines, defined names, print areas, and
    the charts that read exactly these rows with what they keep of them. Ranges in A1 form in formulas of
    cells stay as they are; structured references follow by themselves.

    Errors: those of ``set_cells``, and PatchRefusedError SX951 totals row, SX952 cells below not empty,
    SX953 no room on the sheet, SX955 formula that cannot be copied, SX956 another table, a pivot table or a
    merged area in the way.
    """
    snapshot = source if isinstance(source, Snapshot) else Snapshot.take(source)
    with Package.open(snapshot) as package:
        job = PatchJob(package, target, snapshot, compact=compact)
        by_sheet = dict(job.by_sheet(normalised(package.path, edits, columns)))
        growths = [Growth(job.info, table) for table in tables]
        tails: defaultdict[SheetInfo, list[TailEdit]] = defaultdict(list)
        for growth in growths:
            if growth.is_longer:
                own = by_sheet[growth.sheet] = dict(by_sheet.get(growth.sheet, {}))
                for column, values in growth.cells(own).items():
                    own[column] = {**own.get(column, {}), **values}
                for sheet in _ruled_by(job, growth):
                    by_sheet.setdefault(sheet, {})
                    tails[sheet].append(partial(grown_tail, reach=growth.reach, home=sheet.name))
            _put(job, growth.table.part, growth.edit_part)
        for sheet, by_column in by_sheet.items():
            edit_tail = partial(one_by_one, edits=tails[sheet]) if sheet in tails else None
            job.patch_sheet(sheet, by_column, edit_tail, (heights or {}).get(sheet.name))
        longer = [growth for growth in growths if growth.is_longer]
        _draw(job, longer)
        job.refresh_labels(by_sheet.items(), sides or {})
        job.settle_calculation(full_calc=None)
        if longer:
            _put(job, job.info.part, partial(grown_names, reaches=[growth.reach for growth in longer]))
        job.check_signature(allow=allow_breaking_signature)
        return job.write(dry_run=dry_run, backups=backups)


def append_rows(  # noqa: PLR0913 - source, target, table, rows; the rest are keywords
    source: Path | str | Snapshot,
    target: Path | str,
    table_name: str,
    rows: Sequence[Mapping[int, Any]],
    *,
    edits: CellEdits | None = None,
    typed: int = 0,
    spare: int = 0,
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
        typed: last row under the table in which people have typed what belongs to it: the table takes these
            rows in, and the new ones come below them.
        spare: blank rows that the table gets beyond the new ones, where nothing is in their way.
        allow_breaking_signature: as in ``set_cells``.
        dry_run: as in ``set_cells``.
        backups: as in ``set_cells``.

    Result: the report; see ``edit_tables``.

    Errors: those of ``edit_tables``, and PatchRefusedError SX954 no such column.
    """
    snapshot = source if isinstance(source, Snapshot) else Snapshot.take(source)
    tables: list[TableEdit] = []
    added: dict[str, Mapping[int, dict[int, Any]]] = {}
    with Package.open(snapshot) as package:
        table = PatchJob(package, target, snapshot).info.table(table_name)
        bottom = max(table.area.bottom, typed)
        width = table.area.right - table.area.left + 1
        strangers = {index for given in rows for index in given} - set(range(width))
        if strangers and not table.totals_rows:
            where = Location(package.path, table.sheet)
            raise PatchRefusedError("SX954", where, name=table.display_name, column=min(strangers) + 1)
        by_column: defaultdict[int, dict[int, Any]] = defaultdict(dict)
        for row, given in enumerate(rows, bottom + 1):
            for index, value in given.items():
                if value is not None:
                    by_column[table.area.left + index][row] = value
        if by_column:
            added[table.sheet] = by_column
        if bottom + len(rows) > table.area.bottom or spare:
            tables.append(TableEdit(table_name, bottom + len(rows), typed, spare))
    return edit_tables(
        snapshot,
        target,
        tables,
        edits=edits,
        columns=added,
        allow_breaking_signature=allow_breaking_signature,
        dry_run=dry_run,
        backups=backups,
    )


def _put(job: PatchJob, part: str, edit: TailEdit) -> None:
    """Change a part that the patch may have changed already."""
    known = job.replaced.get(part)
    if isinstance(known, bytes):
        job.replaced[part] = edit(known)
        return
    changed = edit_part(job.info, part, edit)
    if changed is not None:
        job.replaced[part] = changed


def _ruled_by(job: PatchJob, growth: Growth) -> Iterator[SheetInfo]:
    """The table's own sheet, and those others whose rules spell its rows."""
    yield growth.sheet
    table = growth.table
    ends = re.compile(rb"!\$?[A-Z]{1,3}\$?%d:\$?[A-Z]{1,3}\$?%d\b" % (table.first_row, table.last_row))
    for sheet in job.info.sheets:
        if sheet.kind != "worksheet" or sheet.part in (growth.sheet.part, ""):
            continue
        data = job.package.read(sheet.part)
        start = max(data.rfind(b"sheetData"), 0)
        tail = data[start:]
        if ends.search(tail) and grown_tail(tail, growth.reach, sheet.name) != tail:
            yield sheet


def _draw(job: PatchJob, growths: Sequence[Growth]) -> None:
    """Charts over the data rows of the tables read the new rows too."""
    if not growths:
        return
    is_1904 = job.info.is_1904
    for part in chart_parts(job.info):
        for growth in growths:
            reach: Reach = growth.reach
            _put(job, part, partial(grown_chart, reach=reach, values=growth.shown, is_1904=is_1904))

"""Fill our tables with lists of somebody else's workbook, before they become part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.errors import Finding, Location, Severity, UsageError
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import TableBlock, WorkbookSpec
from strategy_xl.text.identity import identity_key
from strategy_xl.work.adoption.foreign_lists import (
    ForeignList,
    Wish,
    best_list,
    find_list,
    read_foreign,
    score,
)
from strategy_xl.work.adoption.linking import Link, LinkFormulas, column_places, link_of, linked_cells
from strategy_xl.work.importing.plan import ImportPlan, apply, plan, target_block
from strategy_xl.work.importing.source import SourceList

MAX_ROOM = 20
"""Rows that wait for what people add to a linked list."""


@dataclass(frozen=True)
class ListReport:
    """What became of one list.

    Arguments:
        planned: its columns, how sure each is, and what is read in them.
        found: where it stands.
        score: how well it fits, from 0 to 1.
        linked: field → by what its numbers are multiplied, for those that formulas read.
        copied: fields that are copied.
        room: rows that wait for what is added to the list.
    """

    planned: ImportPlan
    found: ForeignList
    score: float
    linked: Mapping[str, float]
    copied: tuple[str, ...]
    room: int = 0


class Filling:
    """The work on one workbook of ours."""

    def __init__(self, book: Path, spec: WorkbookSpec, path: Path, info: WorkbookInfo) -> None:
        """Over the workbook of ours, which is written, its templates, and the workbook with the lists."""
        self._book, self._spec, self._path, self._info = book, spec, path, info

    def fill(self, wishes: Sequence[Wish]) -> tuple[tuple[ListReport, ...], list[Finding]]:
        """Fill tables, each with one list.

        Errors: those of ``find_list``, ``best_list``, ``plan`` and ``apply``; UsageError SX624 two lists for
        one table.
        """
        reports: list[ListReport] = []
        findings: list[Finding] = []
        done: set[str] = set()
        for wish in wishes:
            data = read_workbook(self._book, self._spec, grows=True)
            block = _block(target_block(wish.target, data))
            if block.key in done:
                raise UsageError("SX624", Location(str(self._path)), target=wish.target)
            done.add(block.key)
            if wish.where is None:
                found = best_list(self._path, self._info, block, data.lang)
            else:
                found = find_list(self._path, self._info, wish.where)
            report = self._filled(data, wish, found)
            reports.append(report)
            findings += (self._of_theirs(finding, found.sheet) for finding in report.planned.findings)
            if report.linked:
                where = Location(str(self._path), found.sheet, str(found.area).partition(":")[0])
                args = {"name": found.name, "room": report.room}
                findings.append(Finding("SX625" if report.room else "SX626", where, args, Severity.NOTE))
        return tuple(reports), findings

    def _filled(self, data: WorkbookData, wish: Wish, found: ForeignList) -> ListReport:
        """One list."""
        listed = read_foreign(self._path, found)
        planned = plan(self._path, wish.target, data, wish.columns, sheet=found.sheet, area=found.area)
        apply(planned, self._book, backups=0)
        fields = tuple(match.field for match in planned.matches)
        fit = score(self._path, found, _block(planned.data), data.lang)
        if not wish.links:
            return ListReport(planned, found, fit, {}, fields)
        links = [
            link
            for match in planned.matches
            if (link := link_of(listed, match, planned.new, has_pieces=bool(planned.kept))) is not None
        ]
        room = self._link(planned, listed, found, links)
        linked = {link.match.field: link.factor for link in links}
        return ListReport(
            planned, found, fit, linked, tuple(key for key in fields if key not in linked), room
        )

    def _link(
        self, planned: ImportPlan, listed: SourceList, found: ForeignList, links: Sequence[Link]
    ) -> int:
        """Put formulas in the place of what was copied; how many rows more wait for what is added."""
        data = read_workbook(self._book, self._spec).blocks[planned.data.block.key]
        name = _block(data).identity_key
        before = {int(row) for row in planned.data.rows.index}
        new = [int(row) for row in data.rows.index if int(row) not in before]
        rows = dict(zip(new, planned.new, strict=True))
        names = dict(zip(data.rows.index.tolist(), data.rows.values(name), strict=True))
        assert all(
            identity_key(str(names[at])) == identity_key(str(row.cells[name])) for at, row in rows.items()
        )
        lines = {at: row.line for at, row in rows.items()}
        room = 0
        if any(link.match.field == name for link in links):
            last = listed.first_row + len(listed.rows) - 1
            under = [row for row in data.blank_rows if row > max(new, default=0)][:MAX_ROOM]
            room = self._free_below(found, len(under))
            lines |= {at: last + number for number, at in enumerate(under[:room], 1)}
        cells = linked_cells(LinkFormulas(listed, found, room), links, rows, lines)
        shown = {place: Formula(text, value) for place, (text, value) in cells.items()}
        set_cells(self._book, self._book, columns={data.sheet: column_places(data.places, shown)})
        return room

    def _of_theirs(self, finding: Finding, sheet: str) -> Finding:
        """A finding of an import, which knows of a file with one list only, and of our workbook by itself."""
        where = finding.location
        if where.workbook == str(self._book):
            return replace(finding, location=replace(where, workbook=str(self._path)))
        return finding if where.sheet else replace(finding, location=replace(where, sheet=sheet))

    def _free_below(self, found: ForeignList, wanted: int) -> int:
        """Rows under a list that hold nothing; a table makes room for itself."""
        if found.table is not None:
            return wanted
        grid = SheetValues(self._info).grid(found.sheet)
        columns = range(found.area.left, found.area.right + 1)
        for number in range(1, wanted + 1):
            if any(grid.cell(found.area.bottom + number, column) != "" for column in columns):
                return number - 1
        return wanted


def _block(data: BlockData) -> TableBlock:
    assert isinstance(data.block, TableBlock)
    return data.block

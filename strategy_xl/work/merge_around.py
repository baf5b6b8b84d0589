"""Write what is around what cells hold: notes, charts, pictures, shapes and looks that B has otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from strategy_xl.formulas.cell_refs import Area
from strategy_xl.ooxml.added_parts import AddedParts, one_by_one
from strategy_xl.ooxml.chart_references import with_references
from strategy_xl.ooxml.drawn_edits import DrawnEdits
from strategy_xl.ooxml.note_edits import Cell, Note, NoteEdits, notes_of
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob, PatchReport, TailEdit
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.work.diff_places import Place, Places
from strategy_xl.work.merge_columns import columns_between, nearest
from strategy_xl.work.merge_drawn import Drawn, DrawnMerge
from strategy_xl.work.merge_looks import LookMerge
from strategy_xl.work.merge_loose import Three
from strategy_xl.work.merge_styles import looks_as_in


@dataclass(frozen=True)
class Around:
    """What is to be put around the cells of A.

    Arguments:
        three: the versions. landing: from B to what comes out.
        notes: place in A → place in B whose note it gets, None for none.
        drawn: what becomes of what lies over cells. looks: what becomes of the looks of cells.
        columns: block → headers of columns that look as in B.
        refused: gets what could not be laid over a sheet, since it reads what A has not.
        unsaid: gets places in A whose notes stay as they are, since their part cannot be changed.
    """

    three: Three
    landing: Places
    notes: Mapping[Place, Place | None] = field(default_factory=dict)
    drawn: DrawnMerge = field(default_factory=DrawnMerge)
    looks: LookMerge = field(default_factory=LookMerge)
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refused: list[Drawn] = field(default_factory=list)
    unsaid: list[Place] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return any((self.notes, self.drawn.laid, self.drawn.gone, self.looks.cells, self.columns))


def put_around(around: Around, source: Snapshot, target: Path, how: Mapping[str, Any]) -> PatchReport:
    """Put it there; every other byte stays.

    Arguments:
        around: what is put there.
        source: A with its cells. target: what is written. how: further arguments of ``PatchJob.write``.

    Errors: those of ``PatchJob``.
    """
    with Package.open(around.three.b.snapshot) as b, Package.open(source) as package:
        theirs = WorkbookInfo.of(b)
        job = PatchJob(package, target, source)
        parts = AddedParts(job)
        tails: defaultdict[str, list[TailEdit]] = defaultdict(list)
        notes = NoteEdits(job, parts)
        for title, changes in _by_sheet(theirs, around.notes).items():
            if notes.can_change(job.info.sheet(title)):
                tails[title] += notes.change(job.info.sheet(title), changes)
            else:
                around.unsaid.extend((title, *cell) for cell in changes)
        where = Whereabouts(around.three, around.landing, theirs, job.info)
        drawn = DrawnEdits(job, parts, theirs, partial(with_references, where=where))
        for title in dict.fromkeys((*around.drawn.laid, *around.drawn.gone)):
            laid, gone = around.drawn.laid.get(title, ()), around.drawn.gone.get(title, ())
            more, unread = drawn.change(job.info.sheet(title), laid, gone)
            tails[title] += more
            around.refused.extend(Drawn(title, item) for item in unread)
        cells = looks_as_in(around.three, around.looks, around.columns, theirs, job, parts)
        for title in dict.fromkeys((*tails, *cells)):
            edits = tails.get(title)
            tail = partial(one_by_one, edits=edits) if edits else None
            job.patch_sheet(job.info.sheet(title), cells.get(title, {}), tail)
        parts.finish()
        job.check_signature(allow=False)
        return job.write(**how)


def _by_sheet(
    theirs: WorkbookInfo, notes: Mapping[Place, Place | None]
) -> dict[str, dict[Cell, Note | None]]:
    """Title of each sheet of A → cell → the note that it gets."""
    known: dict[str, dict[Cell, Note]] = {}
    found: defaultdict[str, dict[Cell, Note | None]] = defaultdict(dict)
    for place, source in notes.items():
        note = None
        if source is not None:
            if source[0] not in known:
                known[source[0]] = notes_of(theirs, theirs.sheet(source[0]))
            note = known[source[0]][source[1:]]
        found[place[0]][place[1:]] = note
    return dict(found)


class Whereabouts:
    """Where what a chart of B reads stands in what comes out."""

    def __init__(self, three: Three, landing: Places, theirs: WorkbookInfo, mine: WorkbookInfo) -> None:
        """Over the versions, from B to what comes out, and the two workbooks as files."""
        self._a, self._b, self._landing = three.a, three.b, landing
        self._theirs, self._mine = theirs, mine
        self._titles = {sheet.name for sheet in mine.sheets}

    def __call__(self, title: str, area: Area) -> tuple[str, Area] | None:
        """The same cells; None where there are none."""
        if title not in self._b.modules:
            there = self._landing.sheets.get(title, title)
            return (there, area) if there in self._titles else None
        there = self._landing.sheets.get(title, "")
        if not there:
            return None
        return self._in_table(title, area) or self._by_corners(title, area)

    def _in_table(self, title: str, area: Area) -> tuple[str, Area] | None:
        """The rows of a table, all of them."""
        columns = columns_between(self._b, self._a, title)
        for key, block in self._b.data.blocks.items():
            mine = self._a.data.blocks.get(key)
            if block.sheet != title or mine is None or block.table is None or mine.table is None:
                continue
            table = self._theirs.table(block.table)
            rows = {table.first_row: 0, table.last_row: 1}
            is_whole = (rows.get(area.top), rows.get(area.bottom)) == (0, 1)
            if is_whole and table.area.left <= area.left and area.right <= table.area.right:
                here = self._mine.table(mine.table)
                left, right = nearest(columns, area.left), nearest(columns, area.right)
                return mine.sheet, Area(here.first_row, left, here.last_row, right)
        return None

    def _by_corners(self, title: str, area: Area) -> tuple[str, Area] | None:
        """Cells by their first and their last one."""
        first = self._landing.cell(title, area.top, area.left)
        last = self._landing.cell(title, area.bottom, area.right)
        if first is None or last is None or first[0] != last[0]:
            return None
        found = Area(first[1], first[2], last[1], last[2])
        return (first[0], found) if found.top <= found.bottom and found.left <= found.right else None

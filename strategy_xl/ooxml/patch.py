"""Change single cells of any workbook and nothing else.

Every part that is not touched keeps its compressed bytes; inside a touched sheet every byte outside the
edited cells and inserted rows stays. Source: ECMA-376 part 1 (SpreadsheetML), and the corpus tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, BinaryIO

from strategy_xl.errors import Finding, Location, PatchRefusedError
from strategy_xl.formulas.cell_refs import Area, cell_name
from strategy_xl.ooxml.backups import Backups
from strategy_xl.ooxml.calc_chain import chain_part, edit_part, with_full_calculation, without_formulas
from strategy_xl.ooxml.cell_read import SheetFacts, Tally
from strategy_xl.ooxml.cells import Cached, Formula
from strategy_xl.ooxml.edit_forms import CellEdits, ColumnEdits, Normal, normalised
from strategy_xl.ooxml.fingerprint import fingerprint
from strategy_xl.ooxml.grown_charts import chart_parts
from strategy_xl.ooxml.guards import check_edits
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import Content, Packed, write_package
from strategy_xl.ooxml.pipeline import repack
from strategy_xl.ooxml.plain_parts import PlainParts
from strategy_xl.ooxml.point_labels import refreshed, text_of
from strategy_xl.ooxml.readback import read_back
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.ooxml.row_heights import RowHeights, with_heights
from strategy_xl.ooxml.sheet_patch import SheetPatcher
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import SharedStrings, SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import set_attribute, tags
from strategy_xl.ooxml.xml_tree import well_formed

__all__ = ["Cached", "Formula", "PatchReport", "set_cells"]

TailEdit = Callable[[bytes], bytes]


@dataclass(frozen=True)
class PatchReport:
    """What a patch did.

    Arguments:
        source: path read.
        target: path written.
        changed: number of cells that hold something new, by sheet.
        unchanged: number of edits whose cell already held the value.
        inserted_cells: how many of the changed cells were not in the file.
        inserted_rows: how many rows were not in the file.
        parts: the parts that differ from the source, removed ones included; empty when nothing changed.
        warnings: what people should look at (SX940 date under a number format, SX941 query, SX942
            control, SX943 digits lost, SX944 signature broken).
        written: whether a file was written (never in place when nothing changed, never on a dry run).
        backup: where the file that was replaced is kept; None when it is not.
        fingerprint: of the target as it was left (see ``ooxml.fingerprint``); empty when it has none, and on
            a dry run that would write.
    """

    source: str
    target: str
    changed: Mapping[str, int]
    unchanged: int
    inserted_cells: int
    inserted_rows: int
    parts: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()
    written: bool = True
    backup: Path | None = None
    fingerprint: str = ""

    @property
    def changed_cells(self) -> int:
        """The number of changed cells over all sheets."""
        return sum(self.changed.values())


def set_cells(  # noqa: PLR0913 - the job has these independent sides; all but three are keywords
    source: Path | str | Snapshot,
    target: Path | str,
    edits: CellEdits | None = None,
    *,
    columns: ColumnEdits | None = None,
    sides: Mapping[tuple[str, int], Mapping[int, str]] | None = None,
    full_calc: bool | None = None,
    allow_breaking_signature: bool = False,
    dry_run: bool = False,
    backups: int = 0,
    heights: Mapping[str, RowHeights] | None = None,
) -> PatchReport:
    """Write values into cells of a workbook, keeping every other byte.

    Arguments:
        source: workbook to read (.xlsx, .xlsm, .xltx, .xltm), or what was read of it before.
        target: workbook to write; may be the source, which is then replaced in one step.
        edits: sheet name → cell (``"C7"`` or (row, column)) → value. A value is text, number, bool,
            date, datetime, time, ``None`` or ``""`` (clear), ``Formula``, ``Cached`` (the shown value of
            the formula in place) or ``ErrorValue``. Text that begins with ``=`` stays text.
        columns: the same for whole columns: sheet name → column number → row → value, or (rows, values).
        sides: sheet name and column → row → on which side (``t``, ``b``, ``l``, ``r``) of a chart's point the
            text of that cell stands.
        full_calc: whether Excel is to recalculate everything on opening; None decides: yes when a
            change could be read by a formula of the workbook, no when only cached values change.
        allow_breaking_signature: write although the package is digitally signed.
        dry_run: find out what would change, write nothing.
        backups: how many earlier versions of the target stay beside it, the replaced one among them.
        heights: sheet name → row → points, for rows that people gave no height; only together with a change.

    Result: the report. A cell that already holds the value keeps its bytes; when no cell changes the
    target gets the very bytes of the source, and in place nothing is written at all.

    Errors: WorkbookError when the file cannot be read or written (SX901–SX918, SX170–SX175),
    WorkbookChangedError when somebody has written the source since it was read, PatchRefusedError,
    located, when an edit would break something (SX920–SX938). Nothing is written then.
    """
    snapshot = source if isinstance(source, Snapshot) else Snapshot.take(source)
    with Package.open(snapshot) as package:
        job = PatchJob(package, target, snapshot)
        by_sheet = job.by_sheet(normalised(package.path, edits, columns))
        for sheet, by_column in by_sheet:
            job.patch_sheet(sheet, by_column, heights=(heights or {}).get(sheet.name))
        job.refresh_labels(by_sheet, sides or {})
        job.settle_calculation(full_calc=full_calc)
        job.check_signature(allow=allow_breaking_signature)
        return job.write(dry_run=dry_run, backups=backups)


class _Totals:
    """The tallies of all sheets together."""

    def __init__(self) -> None:
        self.changed: dict[str, int] = {}
        self.unchanged = 0
        self.inserted_cells = 0
        self.inserted_rows = 0
        self.recalculate = 0
        self.has_formulas = False
        self.lost: dict[int, set[tuple[int, int]]] = {}


class PatchJob:
    """The steps of a patch over one open package; ``set_cells`` and the growth of tables share them."""

    def __init__(
        self, package: Package, target: Path | str, snapshot: Snapshot, *, compact: bool = False
    ) -> None:
        """Begin.

        Arguments:
            package: the open source.
            target: the path to write.
            snapshot: what the source was opened from.
            compact: deflate large sheets rather small than fast.
        """
        self._compact = compact
        self.package = package
        self.info = WorkbookInfo.of(package)
        self.warnings: list[Finding] = []
        self.replaced: dict[str, Content] = {}
        self.added: dict[str, Content] = {}
        self.headed: set[str] = set()
        """Tables whose header cells are written: with the names that the tables have for them."""
        self.removed: set[str] = set()
        self._target = target
        self._totals = _Totals()
        self._snapshot = snapshot
        self._shared = SharedStrings(self._read_shared)
        self._date_styles: frozenset[bytes] | None = None

    def by_sheet(self, edits: Normal) -> list[tuple[SheetInfo, dict[int, Mapping[int, Any]]]]:
        """The edits by sheet; a sheet may be named twice in different case.

        Errors: WorkbookError SX920 unknown sheet, PatchRefusedError SX922 a cell with two values.
        """
        found: dict[SheetInfo, dict[int, Mapping[int, Any]]] = {}
        for name, by_column in edits.items():
            sheet = self.info.sheet(name)
            own = found.setdefault(sheet, {})
            for column, rows in by_column.items():
                before = own.get(column, {})
                for row in before.keys() & rows.keys():
                    if before[row] != rows[row]:
                        raise PatchRefusedError(
                            "SX922", Location(self.package.path, name), ref=cell_name(row, column)
                        )
                own[column] = {**before, **rows} if before else rows
        return list(found.items())

    def _read_shared(self) -> bytes:
        part = self.info.shared_strings_part
        if part is None:
            return b""
        return b"".join(well_formed([self.package.read(part)], self.package.where, part))

    def _is_date_style(self, style: bytes) -> bool:
        if self._date_styles is None:
            self._date_styles = frozenset(b"%d" % index for index in self.info.date_styles)
        return style in self._date_styles

    def patch_sheet(
        self,
        sheet: SheetInfo,
        edits: Mapping[int, Mapping[int, Any]],
        edit_tail: TailEdit | None = None,
        heights: RowHeights | None = None,
    ) -> None:
        """Patch one sheet part; kept for ``write`` only when a byte of it changes.

        Errors: PatchRefusedError SX921 when the sheet has no cells, and those of ``SheetPatcher``.
        """
        where = Location(self.package.path, sheet.name)
        if sheet.kind != "worksheet":
            raise PatchRefusedError("SX921", where, kind=sheet.kind)
        if not any(edits.values()) and edit_tail is None:
            self._totals.changed.setdefault(sheet.name, 0)
            return
        self.warnings += check_edits(self.info, sheet, edits)
        facts = SheetFacts(
            where,
            sheet.part,
            self.info.is_1904,
            self.info.has_shared_strings,
            self._shared,
            self._is_date_style,
            size=self.package.member(sheet.part).size,
            is_plain=sheet.part in PlainParts.of(self.package),
        )
        patcher = SheetPatcher(facts, edits, edit_tail)
        folder = Path(os.path.realpath(self._target)).parent
        run = (lambda pieces: with_heights(patcher.run(pieces), heights)) if heights else patcher.run
        packed = repack(self.package, sheet.part, run, folder, compact=self._compact)
        self._count(sheet, patcher.tally, facts)
        if patcher.tally.changed or edit_tail is not None:
            self.replaced[sheet.part] = packed
            self._fill_tables(sheet, edits)
        else:
            packed.stream.close()

    def _fill_tables(self, sheet: SheetInfo, edits: Mapping[int, Mapping[int, Any]]) -> None:
        """A table without data has some as soon as a cell below its header gets a value."""
        for table in self.info.tables_of(sheet):
            body = table.area._replace(top=table.first_row, bottom=table.last_row)
            filled = any(value is not None and value != "" for *_, value in body.cells_of(edits))
            if table.has_insert_row and filled and table.part not in self.replaced:
                changed = edit_part(self.info, table.part, without_insert_row)
                if changed is not None:
                    self.replaced[table.part] = changed

    def _count(self, sheet: SheetInfo, tally: Tally, facts: SheetFacts) -> None:
        totals = self._totals
        totals.changed[sheet.name] = tally.changed
        totals.unchanged += tally.unchanged
        totals.inserted_cells += tally.inserted_cells
        totals.inserted_rows += tally.inserted_rows
        totals.recalculate += tally.recalculate
        totals.has_formulas |= tally.has_formulas
        if tally.lost_formulas:
            totals.lost[sheet.sheet_id] = tally.lost_formulas
        for code, noted in (("SX940", tally.undated), ("SX943", tally.rounded)):
            for column, (row, count) in noted.items():
                self.warnings.append(Finding(code, facts.at(row, column), {"n": count}))

    def refresh_labels(
        self,
        edits: Iterable[tuple[SheetInfo, Mapping[int, Mapping[int, Any]]]],
        sides: Mapping[tuple[str, int], Mapping[int, str]],
    ) -> None:
        """Bring the labels of charts in line with the cells that they take their texts from."""
        by_title = {sheet.name.casefold(): by_column for sheet, by_column in edits}

        def texts(title: str, area: Area) -> dict[int, str]:
            columns = by_title.get(title.casefold(), {})
            cells = product(range(area.top, area.bottom + 1), range(area.left, area.right + 1))
            return {
                at: text_of(columns[column][row])
                for at, (row, column) in enumerate(cells)
                if row in columns.get(column, {})
            }

        def places(title: str, area: Area) -> dict[int, str]:
            known = sides.get((title, area.left), {})
            return {row - area.top: side for row, side in known.items() if area.top <= row <= area.bottom}

        for part in chart_parts(self.info) if by_title else ():
            before = self.replaced.get(part) or self.package.read(part)
            if isinstance(before, bytes) and (after := refreshed(before, texts, places)) != before:
                self.replaced[part] = after

    def settle_calculation(self, *, full_calc: bool | None) -> None:
        """Bring the calculation chain and the request for a full calculation in line with the changes."""
        totals = self._totals
        parts, removed = without_formulas(self.info, totals.lost)
        self.replaced.update(parts)
        self.removed |= removed
        if full_calc is None:
            full_calc = bool(totals.recalculate) and (totals.has_formulas or self._has_formulas())
        if full_calc and self.replaced:
            workbook = with_full_calculation(self.info)
            if workbook is not None:
                self.replaced[self.info.part] = workbook

    def _has_formulas(self) -> bool:
        """Whether any other sheet holds a formula; the search ends at the first."""
        if chain_part(self.info) is not None:
            return True
        by_size = sorted(
            (self.package.members[sheet.part].size, sheet.part)
            for sheet in self.info.sheets
            if sheet.part in self.package.members and sheet.part not in self.replaced
        )
        return any(_holds_formula(self.package.chunks(part)) for _, part in by_size)

    def check_signature(self, *, allow: bool) -> None:
        """Refuse to break a digital signature unless told; note it then.

        Errors: PatchRefusedError SX923.
        """
        if self.replaced and self.info.is_signed:
            if not allow:
                raise PatchRefusedError("SX923", self.package.where)
            self.warnings.append(Finding("SX944", self.package.where))

    def write(self, *, dry_run: bool = False, backups: int = 0) -> PatchReport:
        """Write the target, read it back, put it in its place, and report."""
        is_changed = bool(self.replaced or self.removed or self.added)
        in_place = os.path.realpath(self.package.path) == os.path.realpath(self._target)
        kept = Backups(self._target, backups, self._snapshot.digest if in_place else None)
        with ExitStack() as stack:
            for content in self.replaced.values():
                if isinstance(content, Packed):
                    stack.callback(content.stream.close)
            written = not dry_run and (is_changed or not in_place)
            left = "" if is_changed else fingerprint(BytesIO(self._snapshot.content))
            if written:
                with atomic_replace(self._target, check=self._snapshot.check, backups=kept) as stream:
                    if is_changed:
                        write_package(self.package, stream, self.replaced, self.removed, self.added)
                        self._read_back(stream)
                        left = fingerprint(stream)  # of what we write: later it may be somebody else's
                    else:
                        stream.write(self._snapshot.content)
        totals = self._totals
        return PatchReport(
            self.package.path,
            str(self._target),
            totals.changed,
            totals.unchanged,
            totals.inserted_cells,
            totals.inserted_rows,
            tuple(sorted({*self.replaced, *self.removed, *self.added})),
            tuple(self.warnings),
            written,
            kept.made,
            left,
        )

    def _read_back(self, stream: BinaryIO) -> None:
        parts = self.replaced.items()
        sound = {name for name, content in parts if isinstance(content, Packed) and content.is_sound}
        read_back(
            self.info,
            stream,
            self.replaced.keys(),
            self.removed,
            self.added,
            sound=sound,
            headed=self.headed,
        )


def without_insert_row(data: bytes) -> bytes:
    """A table's part that does not say any more that its first row is only there to be typed into."""
    root = next(tags(data))
    raw = set_attribute(set_attribute(root.raw, b"insertRow", None), b"insertRowShift", None)
    return data[: root.start] + raw + data[root.end :]


def _holds_formula(pieces: Iterable[bytes]) -> bool:
    """Whether a sheet part has the end of a formula; a stray match only asks for a recalculation."""
    end, last = b"", b""
    for piece in pieces:
        end = end or (b":f>" if b":sheetData" in piece else b"</f>")
        if end in piece or end in last + piece[:3]:
            return True
        last = piece[-3:]
    return False

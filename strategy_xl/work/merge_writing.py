"""Write a merge: the bytes of A with the cells, rows and sheets of B; every other byte stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from strategy_xl.answers.basis import ENTITY_ID
from strategy_xl.book.below import LEAST_SPARE, SPARE
from strategy_xl.book.data import BlockData
from strategy_xl.errors import Finding
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.growth import TableEdit
from strategy_xl.ooxml.lone_sheets import can_graft, graft_sheets, is_graftable, lone_sheets
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchReport
from strategy_xl.ooxml.tables import edit_tables
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, TableBlock, Text, WorkbookSpec
from strategy_xl.work.diff_cells import Content, Odd, OwnFormula, cell_value, is_own
from strategy_xl.work.diff_rows import by_place
from strategy_xl.work.merge import MergePlan
from strategy_xl.work.merge_findings import MergeTeller
from strategy_xl.work.merge_rows import BlockMerge, NewRow
from strategy_xl.work.standing_formulas import StandingFormulas

Edits = dict[str, dict[tuple[int, int], Any]]


@dataclass(frozen=True)
class MergeReport:
    """What a merge did, or would do.

    Arguments:
        plan: what was planned.
        findings: conflicts with both values, and whatever was not taken over.
        added: how many rows A got. sheets: titles of the sheets that it got.
        patch: what was changed in the file.
    """

    plan: MergePlan
    findings: tuple[Finding, ...]
    added: int
    sheets: tuple[str, ...]
    patch: PatchReport


@dataclass
class _Written:
    """What is going to be written.

    Arguments:
        edits: sheet → cell → value. tables: tables that get longer.
        no_room: rows that go nowhere, by block.
        added: rows that go somewhere.
    """

    edits: Edits = field(default_factory=dict)
    tables: list[TableEdit] = field(default_factory=list)
    no_room: list[tuple[str, NewRow]] = field(default_factory=list)
    added: int = 0

    def put(self, place: tuple[str, int, int], value: Any) -> None:
        """Have a cell hold a value."""
        self.edits.setdefault(place[0], {})[place[1:]] = value


def write_merge(
    plan: MergePlan, target: Path, spec: WorkbookSpec, *, dry_run: bool = False, backups: int = 1
) -> MergeReport:
    """Write a plan.

    Arguments:
        plan: what ``plan_merge`` gave. target: what is written; may be A, which must still be as it was read.
        spec: the templates.
        dry_run: find out what would change, write nothing.
        backups: how many earlier versions of the target stay beside it when it is A.

    Errors: those of ``edit_tables``; WorkbookChangedError SX916 somebody has written A since.
    """
    work = _Writing(spec, plan)
    written = work.written()
    teller = MergeTeller(spec, plan)
    findings = [*teller.findings(), *(teller.no_room(key, row) for key, row in written.no_room)]
    source = plan.three.a.snapshot
    grafts, refused = _grafts(plan)
    findings += [teller.sheet(title, refused.get(title, "")) for title in plan.sheets]
    how: dict[str, Any] = {"dry_run": dry_run, "backups": backups}
    if not grafts:
        patch = edit_tables(source, target, written.tables, edits=written.edits, **how)
    else:
        patch = _with_sheets(plan, target, written, grafts, how)
    return MergeReport(plan, (*findings, *patch.warnings), written.added, tuple(grafts), patch)


def _with_sheets(
    plan: MergePlan, target: Path, written: _Written, grafts: list[str], how: Mapping[str, Any]
) -> PatchReport:
    """Write cells and rows, then the sheets on top; the target sees both at once."""
    source = plan.three.a.snapshot
    sheets = lone_sheets(plan.three.b.snapshot, grafts)
    assert sheets is not None  # tried before
    with TemporaryDirectory() as folder:
        between = Path(folder) / "between.xlsx"
        first = edit_tables(source, between, written.tables, edits=written.edits)
        edited = source._replace(content=between.read_bytes(), kept={})
    second = graft_sheets(edited, target, sheets, grafts, **how)
    return replace(second, changed=first.changed, warnings=(*first.warnings, *second.warnings))


def _grafts(plan: MergePlan) -> tuple[list[str], dict[str, str]]:
    """Sheets of B that can be taken over, and why others cannot."""
    refused: dict[str, str] = {}
    with Package.open(plan.three.b.snapshot) as package:
        info = WorkbookInfo.of(package)
        for title in plan.sheets:
            if not is_graftable(info, title):
                refused[title] = "diff.reason.drawn"
    grafts = [title for title in plan.sheets if title not in refused]
    sheets = lone_sheets(plan.three.b.snapshot, grafts) if grafts else None
    if grafts and (sheets is None or not can_graft(plan.three.a.snapshot, sheets, grafts)):
        refused |= dict.fromkeys(grafts, "diff.reason.form")
        grafts = []
    return grafts, refused


class _Writing:
    """From a plan to cells of A."""

    def __init__(self, spec: WorkbookSpec, plan: MergePlan) -> None:
        self._plan, self._a, self._b = plan, plan.three.a, plan.three.b
        self._formulas = StandingFormulas(spec, self._a.data)
        self._out = _Written()

    def written(self) -> _Written:
        """All of it."""
        for key, merge in self._plan.blocks.items():
            block = self._a.data.blocks[key]
            for at, cells in merge.cells.items():
                for name, content in cells.items():
                    place = self._a.place(key, name, at)
                    self._out.put(place, self._value(block, name, content, place, self._a.index(key, at)))
            for at in merge.cleared:
                self._clear(block, self._a.index(key, at))
            self._remember(key, merge)
            self._add(block, merge)
        for place, content in self._plan.loose.cells.items():
            self._out.put(place, cell_value(content, *place[1:]))
        return self._out

    # -- values ----------------------------------------------------------------------------------------

    def _value(
        self, block: BlockData, key: str, content: Content, place: tuple[str, int, int], index: int
    ) -> Any:
        """A content as the cell of a field of A holds it."""
        spec = None if is_own(key) else block.field(key)
        if spec is not None and spec.role is FieldRole.COMPUTED and content is None:
            return Formula(self._formulas.of_field(block, spec, index), None, array=spec.array)
        if isinstance(content, Odd | OwnFormula) or spec is None:
            shown = content.shown if isinstance(content, OwnFormula) else None
            if spec is not None and shown is not None and not isinstance(shown, Odd):
                content = replace(content, shown=self._typed(spec, shown))
            return cell_value(content, *place[1:])
        return self._typed(spec, content)

    def _typed(self, spec: FieldSpec, content: Content) -> Any:
        if content is None:
            return None
        if spec.type is FieldType.DATE and isinstance(content, str):
            return date.fromisoformat(content)
        return self._a.data.look.cell(spec, content)

    # -- rows ------------------------------------------------------------------------------------------

    def _clear(self, block: BlockData, index: int) -> None:
        """Make a row or an instance blank, as the templates have it."""
        for spec in block.block.fields:
            if spec.key not in block.places:
                continue
            place = block.sheet_of(spec.key), *block.cell(spec.key, index)
            if spec.role is FieldRole.COMPUTED:
                if index in {int(row) for row in block.overtyped.get(spec.key, ())}:
                    self._out.put(place, self._value(block, spec.key, None, place, index))
                continue
            self._out.put(place, self._default(spec) if spec.role is FieldRole.INPUT else None)
        for header, column in self._a.own_columns.get(block.block.key, {}).items():
            held = self._a.blocks[block.block.key]
            at = held.rows.index(index - block.first_row + 1)
            if not isinstance(held.columns[f"own:{header}"][at], OwnFormula):
                self._out.put((block.sheet, index, column), None)

    def _default(self, spec: FieldSpec) -> Any:
        """What stands in a cell of a blank row."""
        default = spec.default
        if default is None:
            return None
        if isinstance(default, Text):
            return default.get(self._a.data.lang)
        if isinstance(default, dict):
            return default.get(self._a.data.lang)
        if spec.type is FieldType.BOOL:
            default = default in {True, "yes"}
        return self._a.data.look.cell(spec, default)

    def _remember(self, key: str, merge: BlockMerge) -> None:
        """What the batch keeps beside rows: B's where A has what the base has, or nothing."""
        base, mine, theirs = (side.kept.get(key, {}) for side in (self._plan.three.base, self._a, self._b))
        if not mine or not theirs:
            return
        for one, other in merge.same.items():
            if one in merge.cleared:
                continue
            was = merge.origin.get(one)
            old = {name: column[was] for name, column in base.items()} if was is not None else {}
            held = {name: column[one] for name, column in mine.items()}
            new = {name: column[other] for name, column in theirs.items()}
            if new == held or not new.get(ENTITY_ID):
                continue
            if not held.get(ENTITY_ID) or (was is not None and held == old):
                for name, value in new.items():
                    if name in held and value != held[name]:
                        self._out.put(self._a.place(key, name, one), value)

    def _add(self, block: BlockData, merge: BlockMerge) -> None:
        """Find a place for each new row of a block."""
        if not merge.new:
            return
        if isinstance(block.block, TableBlock):
            self._add_rows(block, block.block, merge)
            return
        key = block.block.key
        taken = {int(index) for index in self._a.blocks[key].rows}
        for row in merge.new:
            free = [at for at in (row.place, *block.all_rows) if at in block.all_rows and at not in taken]
            if not free or (by_place(block.block) and free[0] != row.place):
                self._out.no_room.append((key, row))
                continue
            taken.add(free[0])
            self._fill(block, row, free[0])

    def _add_rows(self, block: BlockData, spec: TableBlock, merge: BlockMerge) -> None:
        key = spec.key
        kept = {self._a.index(key, at) for at in range(len(self._a.blocks[key].rows))}
        free = [row for row in block.blank_rows if not block.is_new(row) and row not in kept]
        filled = set(kept)
        waiting: list[NewRow] = []
        for row in merge.new:
            wanted = block.first_row + row.place - 1
            if spec.locked and wanted in free:
                place = wanted
            elif by_place(spec) or not free:
                waiting.append(row)
                continue
            else:
                place = free[0]
            free.remove(place)
            filled.add(place)
            self._fill(block, row, place)
        if waiting and (spec.locked or block.table is None):
            self._out.no_room += [(key, row) for row in waiting]
            waiting = []
        self._grow(block, waiting, filled)

    def _grow(self, block: BlockData, waiting: list[NewRow], filled: set[int]) -> None:
        """Rows below the last one of a table, and blank ones for what people type next."""
        if block.table is None:
            return
        last = max(block.typed_last, block.table_last)
        for place, row in enumerate(waiting, last + 1):
            self._fill(block, row, place, is_new=True)
        bottom = last + len(waiting)
        left = 0 if waiting else bottom - max(filled, default=block.first_row - 1)
        spare = SPARE - left if block.may_grow and left < LEAST_SPARE else 0
        if waiting or spare:
            self._out.tables.append(TableEdit(block.table, bottom, block.typed_last, spare))

    def _fill(self, block: BlockData, row: NewRow, index: int, *, is_new: bool = False) -> None:
        """Write a row of B into a blank row or instance of A."""
        key = block.block.key
        self._out.added += 1
        for spec in block.block.fields:
            if spec.key not in block.places:
                continue
            place = block.sheet_of(spec.key), *block.cell(spec.key, index)
            if spec.key in row.cells:
                self._out.put(place, self._value(block, spec.key, row.cells[spec.key], place, index))
            elif spec.role is FieldRole.INPUT and spec.default is not None and not is_new:
                self._out.put(place, None)
        for name, content in row.cells.items():
            if is_own(name):
                place = block.sheet, index, self._a.column(key, name)
                self._out.put(place, self._value(block, name, content, place, index))
        for name, column in self._b.kept.get(key, {}).items():
            if name in block.places and column[row.at] is not None:
                self._out.put((block.sheet_of(name), *block.cell(name, index)), column[row.at])

"""Write a merge: the bytes of A with the cells, rows and sheets of B; every other byte stays."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from strategy_xl.answers.basis import ENTITY_ID
from strategy_xl.answers.pairing import Pairs
from strategy_xl.book.below import LEAST_SPARE, SPARE
from strategy_xl.book.data import BlockData
from strategy_xl.errors import Finding
from strategy_xl.formulas.shifting import ShiftError, shift_formula
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.drawn_items import DrawnKind, drawn_on
from strategy_xl.ooxml.growth import TableEdit
from strategy_xl.ooxml.lone_sheets import can_graft, graft_sheets, is_graftable, lone_sheets
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchReport
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.tables import edit_tables
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, TableBlock, Text, WorkbookSpec
from strategy_xl.work.diff_cells import Content, Odd, OwnFormula, bare, cell_value, is_own, own_key
from strategy_xl.work.diff_places import Places
from strategy_xl.work.diff_rows import by_place
from strategy_xl.work.merge import MergePlan
from strategy_xl.work.merge_around import Around, put_around
from strategy_xl.work.merge_columns import columns_between, with_other_columns
from strategy_xl.work.merge_drawn import DrawnMerge, merge_drawn
from strategy_xl.work.merge_findings import MergeTeller
from strategy_xl.work.merge_looks import merge_looks
from strategy_xl.work.merge_notes import NoteMerge, merge_notes
from strategy_xl.work.merge_rows import BlockMerge, NewRow
from strategy_xl.work.merge_steps import Step, in_steps
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
        notes: what became of notes. drawn: what became of charts, pictures and shapes.
    """

    plan: MergePlan
    findings: tuple[Finding, ...]
    added: int
    sheets: tuple[str, ...]
    patch: PatchReport
    notes: NoteMerge
    drawn: DrawnMerge

    @property
    def conflicts(self) -> int:
        """How many conflicts there are, settled ones too."""
        return self.plan.conflicts + len(self.notes.conflicts) + len(self.drawn.conflicts)


@dataclass
class _Written:
    """What is going to be written.

    Arguments:
        edits: sheet → cell → value. tables: tables that get longer.
        no_room: rows that go nowhere, by block.
        added: rows that go somewhere.
        rows: block → row or instance of B → the one of A that it becomes, of those that A gets.
    """

    edits: Edits = field(default_factory=dict)
    tables: list[TableEdit] = field(default_factory=list)
    no_room: list[tuple[str, NewRow]] = field(default_factory=list)
    added: int = 0
    rows: dict[str, dict[int, int]] = field(default_factory=dict)

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
    landing = _landing(plan, written)
    notes = merge_notes(plan, landing)
    grafts, refused = _grafts(plan)
    drawn = merge_drawn(plan, grafts)
    looks = merge_looks(plan, landing)
    teller = MergeTeller(spec, plan, notes, drawn, looks)
    findings = [*teller.findings(), *(teller.no_room(key, row) for key, row in written.no_room)]
    findings += [teller.sheet(title, refused.get(title, "")) for title in plan.sheets]
    wider = plan.wider.columns if plan.wider is not None else {}
    around = Around(plan.three, landing, notes.changes, drawn, looks, wider)
    steps: list[Step] = [partial(_put_cells, written)]
    if grafts:
        steps.append(partial(_put_sheets, plan.three.b.snapshot, grafts))
    if around:
        steps.append(partial(put_around, around))
    before = plan.wider.parts if plan.wider is not None else ()
    patch = in_steps(plan.three.a.snapshot, target, steps, dry_run=dry_run, backups=backups, before=before)
    told = (*findings, *teller.unread(around.refused), *teller.unsaid(around.unsaid), *patch.warnings)
    return MergeReport(plan, told, written.added, tuple(grafts), patch, notes, drawn)


def _landing(plan: MergePlan, written: _Written) -> Places:
    """From B to what comes out."""
    pairs = {
        key: Pairs(tuple((other, one) for one, other in merge.same.items()), (), ())
        for key, merge in plan.blocks.items()
    }
    return Places(plan.three.b, plan.three.a, pairs, written.rows)


def _put_cells(written: _Written, source: Snapshot, target: Path, how: Mapping[str, Any]) -> PatchReport:
    return edit_tables(source, target, written.tables, edits=written.edits, **how)


def _put_sheets(
    b: Snapshot, grafts: list[str], source: Snapshot, target: Path, how: Mapping[str, Any]
) -> PatchReport:
    sheets = lone_sheets(b, grafts)
    assert sheets is not None  # tried before
    return graft_sheets(source, target, sheets, grafts, **how)


def _grafts(plan: MergePlan) -> tuple[list[str], dict[str, str]]:
    """Sheets of B that can be taken over, and why others cannot."""
    refused: dict[str, str] = {}
    with Package.open(plan.three.b.snapshot) as package:
        info = WorkbookInfo.of(package)
        for title in plan.sheets:
            sheet = info.sheet(title)
            items = drawn_on(info, sheet) if sheet.kind == "worksheet" else []
            if not is_graftable(info, title) or any(item.kind is DrawnKind.OTHER for item in items):
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
        self._columns: dict[str, dict[int, int]] = {}

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
            self._calculate(block)
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
            if not isinstance(content, OwnFormula):
                return cell_value(content, *place[1:])
            shown = content.shown
            if spec is not None and shown is not None and not isinstance(shown, Odd):
                content = replace(content, shown=self._typed(spec, shown))
            return self._moved(block, content, place)
        return self._typed(spec, content)

    def _moved(self, block: BlockData, content: OwnFormula, place: tuple[str, int, int]) -> Formula:
        """A formula of B in its row and column of A; what it reads may stand in other columns there."""
        key = block.block.key
        if key not in self._columns:
            self._columns[key] = columns_between(self._b, self._a, self._b.data.blocks[key].sheet)
        text = with_other_columns(content.text_at(*content.at), self._columns[key])
        with suppress(ShiftError):
            text = shift_formula(text, place[1] - content.at[0], 0)
        return Formula(text, bare(content.shown) if isinstance(content.shown, Odd) else content.shown)

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

    def _calculate(self, block: BlockData) -> None:
        """The formulas of columns that B added, in rows that nobody has filled yet."""
        key = block.block.key
        wider = self._plan.wider
        filled = {self._a.index(key, at) for at in range(len(self._a.blocks[key].rows))}
        for header in wider.columns.get(key, ()) if wider is not None else ():
            theirs = [one for one in self._b.blocks[key].columns[own_key(header)] if one is not None]
            formulas = [one for one in theirs if isinstance(one, OwnFormula)]
            if formulas and all(one == formulas[0] for one in theirs):
                for row in range(block.first_row, block.table_last + 1):
                    place = block.sheet, row, self._a.column(key, own_key(header))
                    if row not in filled:
                        self._out.put(place, Formula(self._moved(block, formulas[0], place).text))

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
        self._out.rows.setdefault(key, {})[self._b.index(key, row.at)] = index
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

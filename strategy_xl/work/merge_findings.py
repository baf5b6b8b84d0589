"""What people are told of a merge: conflicts with both values, and whatever could not be taken over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from strategy_xl.answers.change_sentences import LONGEST
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.text.catalog import message
from strategy_xl.text.shortening import shorten
from strategy_xl.work.diff_cells import Content, is_own
from strategy_xl.work.diff_own import OwnChange, OwnKind
from strategy_xl.work.diff_places import Place
from strategy_xl.work.diff_sentences import DifferenceTeller
from strategy_xl.work.merge import MergePlan
from strategy_xl.work.merge_drawn import Drawn, DrawnMerge
from strategy_xl.work.merge_looks import LookMerge
from strategy_xl.work.merge_notes import NoteMerge
from strategy_xl.work.merge_rows import CellConflict, NewRow, RowConflict, Side

_TOLD = 4
"""Cells of a row that are told one by one."""
_LONGER = 120
_COMMENTS = frozenset({OwnKind.COMMENT_ADDED, OwnKind.COMMENT_CHANGED, OwnKind.COMMENT_GONE})


class MergeTeller:
    """Tells one merge in the language of A."""

    def __init__(
        self, spec: WorkbookSpec, plan: MergePlan, notes: NoteMerge, drawn: DrawnMerge, looks: LookMerge
    ) -> None:
        """Over the templates, the plan, and what becomes of notes, of what lies over cells and of looks."""
        self._spec, self._plan, self._three, self._notes = spec, plan, plan.three, notes
        self._lang = plan.three.a.data.lang
        self._teller = DifferenceTeller(spec, self._lang)
        self._drawn, self._looks = drawn, looks
        # A conflict that a preference settles asks for no hand.
        self._gravity = Severity.NOTE if plan.prefer is not None else Severity.WARNING

    def findings(self) -> Iterator[Finding]:
        """All of it, block by block."""
        langs = {side.data.lang for side in (self._three.base, self._three.a, self._three.b)}
        if len(langs) > 1:
            args = {"before": self._three.a.data.lang, "after": self._three.b.data.lang}
            yield Finding("SX500", Location(self._three.a.path), args, Severity.NOTE)
        for key in self._plan.blocks:
            yield from self._block(key)
        for key, n in self._plan.missing.items():
            yield self._missing(key, n)
        yield from self._columns()
        yield from self._loose()
        yield from self._beside()
        yield from self._over()
        yield from self._own()

    # -- blocks ----------------------------------------------------------------------------------------

    def _block(self, key: str) -> Iterator[Finding]:
        block = self._plan.blocks[key]
        for conflict in block.conflicts:
            yield self._cell(key, conflict)
        for row in block.rows:
            yield self._row(key, row)
        where = Location(self._three.a.path, self._three.a.data.blocks[key].sheet)
        for name in block.twins:
            yield Finding("SX512", where, {"name": self._name(key, name)}, Severity.NOTE)
        for name in block.doubled:
            yield Finding("SX524", where, {"name": self._name(key, name)})
        if block.moved:
            args: dict[str, object] = {"title": self._teller.block_title(key), "n": block.moved}
            yield Finding("SX523", where, args, Severity.NOTE)
        for field, n in block.missing.items():
            label = self._teller.label(key, field)
            if is_own(field):
                yield Finding("SX517", where, {"header": label, "n": n})
            else:
                yield self._missing(key, n, label)

    def _columns(self) -> Iterator[Finding]:
        """Columns that B added to tables: taken over, or without room."""
        wider = self._plan.wider
        if wider is None:
            return
        for key, headers in wider.columns.items():
            where = Location(self._three.a.path, self._three.a.data.blocks[key].sheet)
            for header in headers:
                yield Finding("SX530", where, {"header": header}, Severity.NOTE)

    def _name(self, key: str, name: str) -> str:
        return self._teller.name(key, name, 0) if name else message("diff.unnamed", self._lang)

    def _cell(self, key: str, conflict: CellConflict) -> Finding:
        sheet, row, column = self._three.a.place(key, conflict.key, conflict.at)

        def said(content: Content) -> str:
            return self._teller.value(key, conflict.key, content)

        args = {
            "name": self._teller.name(key, conflict.name, row) if conflict.name else None,
            "label": self._teller.label(key, conflict.key),
            "base": said(conflict.base),
            "a": said(conflict.a),
            "b": said(conflict.b),
            "kept": conflict.kept.upper(),
        }
        where = Location(self._three.a.path, sheet, cell_name(row, column))
        return Finding("SX510", where, args, self._gravity)

    def _row(self, key: str, row: RowConflict) -> Finding:
        has, other = (self._three.b, "B") if row.deleted is Side.A else (self._three.a, "A")
        field = next(iter(has.blocks[key].columns))
        sheet, line, column = has.place(key, field, row.at)
        told = [
            f"{self._teller.label(key, name)} {self._teller.value(key, name, old)}"
            f" → {self._teller.value(key, name, new)}"
            for name, (old, new) in list(row.cells.items())[:_TOLD]
        ]
        args = {
            "name": self._teller.name(key, row.name, line),
            "deleted": row.deleted.upper(),
            "edited": other,
            "cells": ", ".join(told),
            "kept": message("diff.kept" if row.stays else "diff.dropped", self._lang),
        }
        return Finding("SX511", Location(has.path, sheet, cell_name(line, column)), args, self._gravity)

    def _missing(self, key: str, n: int, label: str = "") -> Finding:
        title = self._teller.block_title(key)
        return Finding("SX520", Location(self._three.a.path), {"title": title, "labels": label, "n": n})

    def no_room(self, key: str, row: NewRow) -> Finding:
        """A row of B for which A has no room."""
        cells = [
            f"{self._teller.label(key, name)} {self._teller.value(key, name, content)}"
            for name, content in row.cells.items()
        ]
        sheet = self._three.a.data.blocks[key].sheet
        args = {"name": self._name(key, row.name), "n": len(cells), "cells": ", ".join(cells)}
        return Finding("SX519", Location(self._three.a.path, sheet), args)

    # -- people's own ----------------------------------------------------------------------------------

    def _loose(self) -> Iterator[Finding]:
        for conflict in self._plan.loose.conflicts:
            sheet, row, column = conflict.place
            args = {
                "title": sheet,
                "base": self._teller.loose(conflict.base),
                "a": self._teller.loose(conflict.a),
                "b": self._teller.loose(conflict.b),
                "kept": conflict.kept.upper(),
            }
            where = Location(self._three.a.path, sheet, cell_name(row, column))
            yield Finding("SX513", where, args, self._gravity)
        for (sheet, row, column), content in self._plan.loose.lost.items():
            where = Location(self._three.b.path, sheet, cell_name(row, column))
            yield Finding("SX525", where, {"value": self._teller.loose(content)})

    def _beside(self) -> Iterator[Finding]:
        """Notes that both changed otherwise, and those whose cell is not there in A."""
        nothing = message("change.nothing", self._lang)

        def said(text: str) -> str:
            return shorten(text, LONGEST) or nothing

        for one in self._notes.conflicts:
            sheet, row, column = one.place
            args = {"base": said(one.base), "a": said(one.a), "b": said(one.b), "kept": one.kept.upper()}
            where = Location(self._three.a.path, sheet, cell_name(row, column))
            yield Finding("SX528", where, args, self._gravity)
        for (sheet, row, column), text in self._notes.lost.items():
            where = Location(self._three.b.path, sheet, cell_name(row, column))
            yield Finding("SX518", where, {"text": shorten(text, _LONGER)})

    def _over(self) -> Iterator[Finding]:
        """Charts, pictures and shapes that both changed otherwise, and those that cannot leave B."""
        for one in self._drawn.conflicts:
            args = {"name": self._item(one), "kept": one.kept.upper()}
            yield Finding("SX529", Location(self._three.a.path, one.sheet), args, self._gravity)
        for one in self._drawn.refused:
            yield self._left(one, "diff.reason.kind")
        for title, n in self._looks.both.items():
            yield Finding("SX532", Location(self._three.b.path, title), {"n": n}, Severity.NOTE)

    def unread(self, refused: Sequence[Drawn]) -> Iterator[Finding]:
        """Charts of B that read what A has not."""
        return (self._left(one, "diff.reason.reads") for one in refused)

    def unsaid(self, places: Sequence[Place]) -> Iterator[Finding]:
        """Notes that stay as they are in A."""
        for sheet, row, column in places:
            cell = cell_name(row, column)
            args = {
                "name": message("diff.drawn.note", self._lang, name=cell),
                "reason": message("diff.reason.sheet", self._lang),
            }
            yield Finding("SX531", Location(self._three.a.path, sheet, cell), args)

    def _left(self, one: Drawn, reason: str) -> Finding:
        args = {"name": self._item(one), "reason": message(reason, self._lang)}
        return Finding("SX531", Location(self._three.b.path, one.sheet), args)

    def _item(self, one: Drawn) -> str:
        return message(f"diff.drawn.{one.item.kind}", self._lang, name=one.item.name)

    def sheet(self, title: str, refused: str) -> Finding:
        """A sheet of B that was taken over, or why it could not be (a key of the catalogue)."""
        where = Location(self._three.b.path, title)
        if refused:
            return Finding("SX515", where, {"title": title, "reason": message(refused, self._lang)})
        if title in self._plan.back:
            args = {"title": title, "reason": message("diff.reason.gone", self._lang)}
            return Finding("SX526", where, args, self._gravity)
        return Finding("SX514", where, {"title": title}, Severity.NOTE)

    def _own(self) -> Iterator[Finding]:
        for change in self._plan.own:
            if not self._is_known(change):
                yield self._told(change)

    def _is_known(self, change: OwnChange) -> bool:
        """Whether A has a change of B already, or is told elsewhere of it."""
        a, kind = self._three.a, change.kind
        if kind in {*_COMMENTS, OwnKind.CELLS, OwnKind.COLUMN_ADDED, OwnKind.DRAWN}:
            return True
        if kind is OwnKind.COLUMN_GONE:
            return change.name not in a.own_columns.get(change.block, {})
        if kind in {OwnKind.NAME_ADDED, OwnKind.NAME_CHANGED, OwnKind.NAME_GONE}:
            return a.names.get(change.name, "") == change.new
        if kind is OwnKind.MEDIA:
            digest = self._three.b.media_digest(change.name)
            return not change.new or digest in a.media.values() or digest in self._drawn.media
        is_there = change.sheet in a.titles
        return not is_there if kind is OwnKind.SHEET_GONE else is_there or change.sheet in self._plan.sheets

    def _told(self, change: OwnChange) -> Finding:
        """What is told of a change that A does not get."""
        where = Location(self._three.b.path, change.sheet or None)
        codes: Mapping[OwnKind, str] = {
            OwnKind.SHEET_GONE: "SX516",
            OwnKind.SHEET_ADDED: "SX515",
            OwnKind.SHEET_RENAMED: "SX522",
            OwnKind.COLUMN_GONE: "SX527",
        }
        code = codes.get(change.kind, "SX521")
        severity = Severity.NOTE if change.kind is OwnKind.SHEET_RENAMED else Severity.WARNING
        args = {
            "title": change.sheet,
            "former": change.name,
            "header": change.name,
            "name": change.name or change.sheet,
            "reason": message("diff.reason.module", self._lang),
        }
        return Finding(code, where, args, severity)

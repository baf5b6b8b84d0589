"""What of a workbook follows the present templates: headers, formulas and texts that nobody has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.known_places import Place
from strategy_xl.formulas.cell_refs import Area, cell_name
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.work.standing_formulas import GONE, StandingBook
from strategy_xl.work.upgrade_base import Base, FormulasOf, OwnCell, is_own
from strategy_xl.work.upgrade_columns import Conflict, Renamed
from strategy_xl.work.upgrade_scope import Scope
from strategy_xl.work.wordings import new_wordings

Edits = dict[str, dict[int, dict[int, Any]]]
"""Sheet title → column → row → value."""


class Follow:
    """The comparison of one workbook with its own templates and the present ones, and what comes of it."""

    def __init__(  # noqa: PLR0913 - what is compared with what, by name
        self,
        base: Base,
        scope: Scope,
        *,
        after: WorkbookData,
        formulas: StandingBook,
        decide: Callable[[Conflict], bool],
        splice: Splice,
        info: WorkbookInfo,
    ) -> None:
        """Compare.

        Arguments:
            base: the workbook beside its own templates.
            scope: what of the present ones it can have.
            after: the workbook as it is going to stand.
            formulas: how formulas read in it then.
            decide: asked of conflicts.
            splice: what goes into the workbook.
            info: the workbook.
        """
        self._base, self._scope, self._after, self._formulas = base, scope, after, formulas
        self._decide, self._splice, self._info = decide, splice, info
        self._values = SheetValues(info)
        self._lang = base.data.lang
        self._old = FormulasOf(base.spec, base.data)
        self._new = FormulasOf(scope.spec, after, formulas)
        self.changes: list[tuple[Any, ...]] = []

    def headers(self, renames: Sequence[Renamed]) -> None:
        """The cells of headers that read otherwise; tables and formulas know them already."""
        for item in renames:
            block = self._after.blocks[item.block]
            place = block.places[item.field]
            self._splice.cells(place.sheet, {place.column: {place.row: item.after}})
            cell = cell_name(place.row, place.column)
            self.changes.append(("header", place.sheet, cell, item.after, 1, item.before, item.after))

    def formulas(self) -> None:
        """Formulas: the templates' own follow them, people's stay."""
        old, new = self._old, self._new
        wanted = {cell.place: cell for cell in new.cells()}
        edits: Edits = {}
        told: dict[tuple[str, tuple[str, str]], list[OwnCell]] = {}
        clashes: dict[tuple[str, str], list[tuple[OwnCell, str, str]]] = {}
        for cell in old.cells():
            place, text = (
                cell.place,
                self._base.texts.get(cell.place.sheet, {}).get((cell.place.row, cell.place.column)),
            )
            follower = wanted.get(place)
            if text is None or follower is None:
                continue
            was = old.text(cell)
            becomes = new.text(follower)
            if GONE in becomes or not self._is_readable(follower):
                becomes = was
            if is_own(was, becomes, place.sheet):
                continue
            if is_own(text, was, place.sheet):
                self._edit(edits, place, becomes, is_array=follower.is_array)
                told.setdefault((place.sheet, cell.key), []).append(cell)
            elif not is_own(text, becomes, place.sheet):
                clashes.setdefault(cell.key, []).append((follower, text, becomes))
        self._clash(clashes, edits)
        for sheet, by_column in edits.items():
            self._splice.cells(sheet, by_column)
        for (sheet, key), cells in told.items():
            label = self._label(key)
            first = cell_name(cells[0].place.row, cells[0].place.column)
            self.changes.append(("formula", sheet, first, label, len(cells)))
        self._put_column_formulas()

    def _is_readable(self, cell: OwnCell) -> bool:
        block = self._after.blocks.get(cell.key[0])
        return block is None or not cell.row or self._scope.is_answerable(block.field(cell.key[1]))

    def _edit(self, edits: Edits, place: Place, text: str, *, is_array: bool) -> None:
        shown = self._values.grid(place.sheet).row(place.row)
        value = shown[place.column - 1] if place.column <= len(shown) else None
        found = edits.setdefault(place.sheet, {}).setdefault(place.column, {})
        found[place.row] = Formula(text, value, array=is_array)

    def _clash(
        self,
        clashes: Mapping[tuple[str, str], Sequence[tuple[OwnCell, str, str]]],
        edits: Edits,
    ) -> None:
        """What people and templates have both changed: asked once for all cells of a field."""
        for key, cells in clashes.items():
            first, mine, template = cells[0]
            place = first.place
            conflict = Conflict(
                place.sheet,
                cell_name(place.row, place.column),
                self._label(key),
                f"={mine}",
                f"={template}",
                len(cells),
                key,
                "formula",
            )
            if self._decide(conflict):
                for cell, _, becomes in cells:
                    self._edit(edits, cell.place, becomes, is_array=cell.is_array)

    def _put_column_formulas(self) -> None:
        """What tables say that their columns calculate."""
        for key, block in self._base.data.blocks.items():
            after = self._after.blocks.get(key)
            if block.table is None or after is None:
                continue
            texts: dict[str, str] = {}
            table = self._info.table(block.table)
            for item in block.block.fields:
                known = block.table_columns.get(item.key)
                if known is None or not known.formula:
                    continue
                place = Place(block.sheet, block.first_row, block.places[item.key].column)
                cell = OwnCell(place, (key, item.key), block.first_row, item.array)
                becomes = self._new.text(cell)
                own = is_own(known.formula, self._old.text(cell), block.sheet)
                if own and GONE not in becomes and self._is_readable_field(after, item.key):
                    texts[known.name] = becomes
            self._splice.column_formulas(table, texts)

    def _is_readable_field(self, block: BlockData, key: str) -> bool:
        found = [item for item in block.block.fields if item.key == key]
        return bool(found) and self._scope.is_answerable(found[0])

    def _label(self, key: tuple[str, str]) -> str:
        block = self._base.data.blocks.get(key[0])
        if block is None:
            return key[1].partition("!")[0]
        return block.field(key[1]).label.get(self._lang)

    def texts(self) -> None:
        """Titles, questions, labels and help that nobody has changed say what the templates say now."""
        for module in self._scope.spec.modules:
            title = self._base.data.sheets.get(module.key)
            olds = [item for item in self._base.spec.modules if item.key == module.key]
            if title is None or not olds:
                continue
            words = new_wordings(olds[0], module, self._lang, self._lang)
            if not words:
                continue
            formulas = self._base.texts.get(title, {})
            typed = list(self._typed(title))
            grid = self._values.grid(title)
            edits: dict[int, dict[int, Any]] = {}
            for row in range(1, self._values.meta(title).rows + 1):
                for column, value in enumerate(grid.row(row), 1):
                    if not isinstance(value, str) or (row, column) in formulas or value not in words:
                        continue
                    if any(area.has(row, column) for area in typed):
                        continue
                    edits.setdefault(column, {})[row] = words[value]
                    cell = cell_name(row, column)
                    self.changes.append(("text", title, cell, value, 1, value, words[value]))
            self._splice.cells(title, edits)

    def _typed(self, title: str) -> Iterator[Area]:
        """Cells of a sheet that are not for its titles and labels: tables, and values of forms."""
        yield from (table.area for table in self._info.tables if table.sheet == title)
        for block in self._after.blocks.values():
            for key, place in block.places.items():
                if place.sheet == title and not block.is_table:
                    row, column = block.cell(key, block.last_row)
                    yield Area(place.row, place.column, row, column)

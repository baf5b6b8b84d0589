"""Formulas and names of a workbook that read otherwise once a deleted sheet or table is back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.lost import single_cells
from strategy_xl.build.validation import source_name
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.formulas.references import references
from strategy_xl.ooxml.cells import Cached, Formula
from strategy_xl.ooxml.workbook_part import DefinedName
from strategy_xl.schema.spec import FieldRole, FieldSpec, WorkbookSpec
from strategy_xl.work.standing_formulas import GONE, StandingBook, StandingFormulas

_QUOTED = re.compile(r"'([^'\[\]]+)'!")
_Text = Callable[[], str]
_Cell = tuple[tuple[int, int], _Text | None, _Text, Any, bool]
"""A cell, how its formula read before (None: no otherwise), how it reads, what it shows, whether an array."""


def bare(text: str, sheet: str = "") -> str:
    """A formula without what Excel may write or leave out: quotes around sheets, its own sheet, ``$``."""
    text = _QUOTED.sub(r"\1!", text).replace("$", "")
    return text.replace(f"{sheet}!", "") if sheet else text


class Rewording:
    """What the templates' own formulas of a workbook are to say, where they say something out of date."""

    def __init__(
        self,
        spec: WorkbookSpec,
        before: WorkbookData,
        after: WorkbookData,
        book: StandingBook,
        tables: Collection[str],
        *,
        is_back: bool,
    ) -> None:
        """For a workbook as it was read and as it is going to stand.

        Arguments:
            spec: the templates of the modules that it has.
            before, after: the workbook.
            book: how formulas read afterwards.
            tables: keys of the blocks that were plain ranges and are tables again.
            is_back: whether a sheet or a block that was gone is back.
        """
        self._spec, self._after, self._tables, self._new = spec, after, tables, book
        self._is_back = is_back
        as_ranges = {key: replace(after.blocks[key], table=None, table_columns={}) for key in tables}
        before = replace(before, blocks={**before.blocks, **as_ranges})
        self._old = StandingBook(spec, before)
        self._cells = StandingFormulas(spec, before, self._old), StandingFormulas(spec, after, book)

    def edits(self, title: str, texts: Mapping[tuple[int, int], str]) -> dict[int, dict[int, Any]]:
        """Cells of a sheet to be changed, column → row → formula.

        Arguments:
            title: the sheet.
            texts: cell → text of its formula as it stands.
        """
        found: dict[int, dict[int, Any]] = {}
        for (row, column), old, new, shown, is_array in self._formulas(title):
            text = texts.get((row, column))
            if text is None:
                continue
            # #N/A in a helper column is how a chart is told that there is no point.
            is_failing = isinstance(shown, ErrorValue) and shown is not ErrorValue.NA
            is_old = GONE in text or (old is not None and bare(text, title) == bare(old(), title))
            # LibreOffice leaves the references to a lost table, in small letters and without a result.
            is_left = not is_old and old is not None and text.casefold() == new().casefold()
            wanted = new() if is_old or is_left else text
            if wanted != text and GONE not in wanted:
                value = None if is_failing or is_left else shown
                found.setdefault(column, {})[row] = Formula(wanted, value, array=is_array)
            elif (
                is_failing and GONE not in text and self._is_back
            ):  # for lack of what is back now; Excel and the next night calculate it anew
                found.setdefault(column, {})[row] = Cached("")
        return found

    def columns(self, block: BlockData) -> dict[str, str]:
        """Headers of a table's columns whose own formula is out of date, with what it is to be."""
        found: dict[str, str] = {}
        for spec in block.block.fields:
            known = block.table_columns.get(spec.key)
            if known is None or not known.formula or spec.formula is None:
                continue
            at = block.block.key, spec.formula, block.first_row
            is_old = GONE in known.formula or (
                self._reads(block, spec) and bare(known.formula) == bare(self._old.at(*at))
            )
            if is_old:
                found[known.name] = self._new.at(*at)
        return found

    def names(self, known: Collection[DefinedName]) -> set[str]:
        """Names for drop-downs that spell the cells of what is a table again."""
        texts = {name.name: bare(name.text) for name in known if name.scope is None}
        found: set[str] = set()
        for key in self._tables:
            block = self._after.blocks[key]
            for field in block.places:
                reference = f"{key}[{field}]"
                if bare(self._old.whole(reference)) in texts.get(source_name(reference), ""):
                    found.add(source_name(reference))
        return found

    def _reads(self, block: BlockData, spec: FieldSpec) -> bool:
        """Whether a field's formula reads one of the tables."""
        return any(
            found.owner in self._tables or (found.kind == "row" and block.block.key in self._tables)
            for found in references(spec.formula or "")
        )

    def _formulas(self, title: str) -> Iterator[_Cell]:
        """Cells of a sheet in which formulas belong."""
        for key, block in self._after.blocks.items():
            for spec in block.block.fields:
                is_here = spec.key in block.places and block.sheet_of(spec.key) == title
                if not is_here or spec.role is not FieldRole.COMPUTED or spec.formula is None:
                    continue
                reads, shown = self._reads(block, spec), block.shown[spec.key]
                for at, index in enumerate(block.all_rows):
                    new = partial(self._new.at, key, spec.formula, index)
                    old = partial(self._old.at, key, spec.formula, index) if reads else None
                    value = shown[at] if at < len(shown) else ""
                    yield block.cell(spec.key, index), old, new, value, spec.array
        old_cells, new_cells = self._cells
        for place in single_cells(self._spec, self._after.anchors):
            if place.sheet == title:
                old = partial(old_cells.of_cell, place) if self._tables else None
                yield (place.row, place.column), old, partial(new_cells.of_cell, place), "", False

"""Sheets and blocks that come into a workbook whole, from one built for it: what repair and upgrade share."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property

from strategy_xl.build.layout import BookLayout, PlacedBlock, SheetLayout
from strategy_xl.ooxml.splice import Splice
from strategy_xl.schema.spec import TableBlock


def arranged(sheet: SheetLayout, title: str, coming: Collection[str], row: int) -> SheetLayout:
    """A sheet to which blocks come: these from a row on, the others below, out of their way.

    Arguments:
        sheet: as a new workbook has it.
        title: of the sheet as it stands.
        coming: keys of the blocks.
        row: below all that the sheet has.
    """
    new = [placed for placed in sheet.blocks if placed.block.key in coming]
    blocks: list[PlacedBlock] = []
    for placed in (*new, *(placed for placed in sheet.blocks if placed not in new)):
        moved = row - placed.row
        rows = {key: at + moved for key, at in placed.rows.items()}
        body, last = placed.body + moved, placed.last + moved
        blocks.append(replace(placed, sheet=title, row=row, body=body, last=last, rows=rows))
        row = last + 2
    return replace(sheet, title=title, blocks=tuple(blocks))


class WholeParts:
    """What comes into one workbook.

    Arguments:
        layout: where everything stands then, with the blocks as ``arranged`` puts them.
        modules: keys of the sheets that come.
        blocks: keys of the blocks that come to sheets which are there.
    """

    def __init__(self, layout: BookLayout, modules: Collection[str], blocks: Collection[str]) -> None:
        """Note what comes."""
        self._layout, self._modules, self._blocks = layout, modules, blocks

    def put(self, splice: Splice, here: Mapping[str, str]) -> None:
        """Take all of it over, each sheet behind the one that it follows in the templates.

        Arguments:
            splice: from the workbook that was built.
            here: module → title of the sheets that are there.
        """
        after: str | None = None
        for module in self._layout.spec.modules:
            title = self._layout.titles[module.key]
            if module.key in self._modules:
                splice.sheet(title, after)
                after = title
            else:
                after = here.get(module.key, after)
        for key in self._blocks:
            placed = self._layout.placed[key]
            splice.block(placed.sheet, placed.row, placed.last)

    def has(self, text: str) -> bool:
        """Whether a reference, as the templates give it, leads to any of it."""
        if any(mark in text for mark in self._marks):
            return True
        for key in self._blocks:
            placed = self._layout.placed[key]
            cells = re.findall(re.escape(_prefix(placed.sheet)) + r"\$[A-Z]+\$(\d+)", text)
            if any(placed.row <= int(row) <= placed.last for row in cells):
                return True
        return False

    @cached_property
    def _marks(self) -> list[str]:
        """How references begin to what comes as a whole."""
        spec, known = self._layout.spec, self._layout.placed
        own = [block for key in self._modules for block in spec.module(key).blocks]
        tables = (
            block.table_name
            for block in (*own, *(known[key].block for key in self._blocks))
            if isinstance(block, TableBlock)
        )
        return [
            *(_prefix(self._layout.titles[key]) for key in self._modules),
            *(f"{table}[" for table in tables),
        ]


def _prefix(title: str) -> str:
    """What stands before a cell of a sheet in the names that are built."""
    quoted = title.replace("'", "''")
    return f"'{quoted}'!"

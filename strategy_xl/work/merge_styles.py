"""Cells of A that are to look as in B: each style of B by its number in A."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from strategy_xl.ooxml.added_parts import AddedParts
from strategy_xl.ooxml.cell_looks import styles_on
from strategy_xl.ooxml.cells import Kept, Styled
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.style_map import StyleMap
from strategy_xl.ooxml.workbook_part import TableInfo, WorkbookInfo
from strategy_xl.work.merge_looks import LookMerge
from strategy_xl.work.merge_loose import Three

Cells = dict[str, dict[int, dict[int, Any]]]
"""Title → column → row → what a cell gets."""


def looks_as_in(
    three: Three,
    looks: LookMerge,
    columns: Mapping[str, Sequence[str]],
    theirs: WorkbookInfo,
    job: PatchJob,
    parts: AddedParts,
) -> Cells:
    """The cells of A that look as in B, with their styles.

    Arguments:
        three: the versions. looks: cells that B made look otherwise.
        columns: block → headers of columns that come from B.
        theirs: the file of B. job, parts: the patch of A, which gets the styles.
    """
    if not (looks.cells or columns) or None in (job.info.styles_part, theirs.styles_part):
        return {}
    work = _Styles(theirs, job.info)
    for here, (there, aspects) in looks.cells.items():
        work.mix(here, there, [aspect.encode() for aspect in sorted(aspects)])
    for key, headers in columns.items():
        block, other = three.a.data.blocks[key], three.b.data.blocks[key]
        rows = range(block.first_row, job.info.table(str(block.table)).last_row + 1)
        for header in headers:
            column, there_column = (side.own_columns[key][header] for side in (three.a, three.b))
            top = other.first_row - 1, there_column
            work.copy((block.sheet, rows[0] - 1, column), (other.sheet, *top), header)
            for row in rows:
                work.copy((block.sheet, row, column), (other.sheet, other.first_row, there_column))
    job.headed |= {table.name for table in job.info.tables if work.is_headed(table)}
    parts.edit(str(job.info.styles_part), lambda _: work.part)
    return work.cells


class _Styles:
    def __init__(self, theirs: WorkbookInfo, mine: WorkbookInfo) -> None:
        self._theirs, self._mine = _Standing(theirs), _Standing(mine)
        parts = (info.package.read(str(info.styles_part)) for info in (theirs, mine))
        self._map = StyleMap(*parts)
        self.cells: Cells = {}

    @property
    def part(self) -> bytes:
        """The styles of A with those that it got."""
        return self._map.part

    def is_headed(self, table: TableInfo) -> bool:
        """Whether a header of a table is among the cells."""
        cells = self.cells.get(table.sheet, {})
        return any(
            table.area.left <= column <= table.area.right and table.area.top in rows
            for column, rows in cells.items()
        )

    def mix(self, here: tuple[str, int, int], there: tuple[str, int, int], aspects: Sequence[bytes]) -> None:
        """Have a cell look in some way as one of B."""
        own, new = self._mine.style(here) or 0, self._theirs.style(there) or 0
        self._put(here, self._map.mixed(own, new, aspects), None)

    def copy(
        self, here: tuple[str, int, int], there: tuple[str, int, int], header: str | None = None
    ) -> None:
        """Have a cell look as one of B; a header says what it says."""
        style = self._theirs.style(there)
        if style is not None:
            self._put(here, self._map.cell(style), header)

    def _put(self, here: tuple[str, int, int], style: int, value: str | None) -> None:
        title, row, column = here
        stands = value is None and self._mine.style(here) is not None
        styled = Styled(Kept() if stands else value, b"%d" % style)
        self.cells.setdefault(title, {}).setdefault(column, {})[row] = styled


class _Standing:
    """The styles of a workbook's cells."""

    def __init__(self, info: WorkbookInfo) -> None:
        self._info = info
        self._known: dict[str, dict[tuple[int, int], int]] = {}

    def style(self, place: tuple[str, int, int]) -> int | None:
        """The number of a cell's style; None where there is no cell."""
        title = place[0]
        if title not in self._known:
            self._known[title] = styles_on(self._info, self._info.sheet(title))
        return self._known[title].get(place[1:])

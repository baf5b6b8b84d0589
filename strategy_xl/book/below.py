"""What people typed under an Excel table: rows that belong to it, notes, sums; and room for blank rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from strategy_xl.book.frames import says_total, total_rows
from strategy_xl.book.known_places import BlockPlace
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import MAX_ROW, Area, cell_name
from strategy_xl.ooxml.sheet_grid import Grid
from strategy_xl.ooxml.sheet_meta import SheetMeta
from strategy_xl.schema.spec import FieldRole, TableBlock

DEEP = 5_000
"""Rows looked at below a table, for rows typed under its end."""
NEAR = 50
"""Rows looked at below the first empty one."""
SPARE, LEAST_SPARE = 20, 10
"""Blank rows that a table gets for what people type next, when it has fewer than the least."""

Obstacle = Callable[[Area], int | None]
"""Tells the first row of some cells in which something lies that no table can take in."""
Drawn = Callable[[Area], bool]
"""Tells whether a picture or a chart lies over some cells."""


@dataclass(frozen=True, slots=True)
class Below:
    """What stands under a table.

    Arguments:
        adopted: number of rows right under it that belong to it.
        findings: what to tell people.
    """

    adopted: int = 0
    findings: tuple[Finding, ...] = field(default_factory=tuple)


class Under:
    """The look under one Excel table."""

    def __init__(
        self,
        path: str,
        place: BlockPlace,
        grid: Grid,
        meta: SheetMeta,
        obstacle: Obstacle,
        drawn: Drawn,
    ) -> None:
        """For a block that has an Excel table.

        Arguments:
            path: the workbook, for messages.
            place: the block's place.
            grid: what its sheet's cells show.
            meta: what is known of the sheet.
            obstacle, drawn: see ``Obstacle`` and ``Drawn``; asked only where rows are to be added.
        """
        assert place.last is not None
        assert isinstance(place.block, TableBlock)
        self._path, self._place, self._grid, self._meta = path, place, grid, meta
        self._block: TableBlock = place.block
        self._last = place.last
        self._obstacle, self._drawn = obstacle, drawn
        self._left, self._right = place.left, place.left + max(len(place.columns), 1) - 1
        self._columns = {key: item.column for key, item in place.places.items()}
        self._inputs = [
            self._columns[spec.key]
            for spec in self._block.fields
            if spec.role is FieldRole.INPUT and spec.key in self._columns
        ]
        self._computed = [
            self._columns[spec.key]
            for spec in self._block.fields
            if spec.role is FieldRole.COMPUTED and spec.key in self._columns
        ]
        self._end = min(place.bottom or len(grid), len(grid), self._last + DEEP)

    @property
    def grows(self) -> bool:
        """Whether people may add rows to the table at all."""
        return self._last > self._place.header and not (self._block.locked or self._block.is_listing)

    # -- rows that were typed --------------------------------------------------------------------------

    def look(self, *, adopts: bool) -> Below:
        """The rows that were typed under the table.

        Arguments:
            adopts: whether rows that belong to the table are taken into it; else they are told (SX126).
        """
        if self._block.identity_key not in self._columns or self._end <= self._last:
            return Below()
        first = self._last + 1
        if self._is_empty(first) and all(self._is_empty(row) for row in self._gap(first)):
            return Below()
        totals = self._totals()
        findings: list[Finding] = [
            self._found("SX139", row, key, Severity.NOTE, found=self._cell(row, self._columns[key]))
            for row, key in totals.items()
        ]
        end = next((row for row in range(first, self._end + 1) if self._is_empty(row)), self._end + 1)
        if not self.grows:
            named = [row for row in range(first, end) if row not in totals and self._is_named(row)]
            if named:
                findings.append(self._found("SX126", named[0], n=len(named)))
            return Below(0, tuple(findings))
        free = self._free(first, end, totals) if adopts else first
        if free > first:
            findings.append(self._found("SX128", first, None, Severity.NOTE, n=free - first))
        rest = [row for row in range(free, end) if row not in totals]
        left = [row for row in rest if self._is_row(row)]
        if left:
            findings.append(self._found("SX126", left[0], n=len(left)))
        findings += self._notes([row for row in rest if not self._is_row(row)])
        apart = [row for row in self._gap(end) if row not in totals and self._is_row(row)]
        if apart:
            # What is another table's is not meant for this one.
            way = self._obstacle(Area(apart[0], self._left, apart[-1], self._right))
            apart = [row for row in apart if way is None or row < way]
        if apart:
            findings.append(self._found("SX129", apart[0], n=len(apart)))
        return Below(free - first, tuple(findings))

    def _free(self, first: int, end: int, totals: Mapping[int, str]) -> int:
        """The row before which all rows from the first on are the table's to take in."""
        stop = next((row for row in range(first, end) if row in totals or not self._is_row(row)), end)
        if stop == first:
            return first
        way = self._obstacle(Area(first, self._left, stop - 1, self._right))
        blocked = next((row for row in range(first, stop) if self._is_blocked(row)), stop)
        return blocked if way is None else min(way, blocked)

    def _notes(self, rows: Sequence[int]) -> Iterator[Finding]:
        """One finding for all that is typed right below and is no row."""
        if rows:
            column = next(column for column in self._across() if self._is_filled(rows[0], column))
            where = Location(self._path, self._place.sheet, cell_name(rows[0], column))
            found = self._cell(rows[0], column)
            args = {"n": len(rows), "table": self._place.table or "", "found": found}
            yield Finding("SX140", where, args, Severity.NOTE)

    def _across(self) -> range:
        return range(self._left, self._right + 1)

    def _gap(self, row: int) -> range:
        """The rows from an empty one on that are near enough to be looked at."""
        return range(row, min(row + NEAR, self._end) + 1)

    def _cell(self, row: int, column: int) -> object:
        return self._grid.cell(row, column)

    def _is_filled(self, row: int, column: int) -> bool:
        value = self._cell(row, column)
        return bool(value.strip()) if isinstance(value, str) else value is not None

    def _is_empty(self, row: int) -> bool:
        """Whether nothing shows in a row of the table's columns."""
        return not any(self._is_filled(row, column) for column in self._across())

    def _is_named(self, row: int) -> bool:
        """Whether the name is there."""
        return self._is_filled(row, self._columns[self._block.identity_key])

    def _is_row(self, row: int) -> bool:
        """Whether the name is there and one more input, where the table has another one."""
        name = self._columns[self._block.identity_key]
        others = [column for column in self._inputs if column != name]
        return self._is_named(row) and (not others or any(self._is_filled(row, column) for column in others))

    def _is_blocked(self, row: int) -> bool:
        """Whether a value stands where a formula of the table belongs."""
        return any(
            self._is_filled(row, column) and not self._meta.formulas_in(column, row, row)[0]
            for column in self._computed
        )

    def _totals(self) -> dict[int, str]:
        """The rows that only sum up those above, each with the field whose cell says so."""
        first, end = self._place.header + 1, min(self._end, self._last + NEAR)
        texts = (
            self._cell(row, column)
            for row in range(self._last + 1, end + 1)
            for column in self._columns.values()
        )
        if not any(map(says_total, texts)):
            return {}
        cells = {key: self._grid.column(column, first, end) for key, column in self._columns.items()}
        found: Mapping[int, str] = total_rows(self._place, cells, first, self._meta)
        return {first + at: key for at, key in found.items() if first + at > self._last}

    def _found(
        self,
        code: str,
        row: int,
        key: str | None = None,
        severity: Severity = Severity.WARNING,
        **args: object,
    ) -> Finding:
        column = self._columns[key or self._block.identity_key]
        where = Location(self._path, self._place.sheet, cell_name(row, column))
        return Finding(code, where, {**args, "table": self._place.table or ""}, severity)

    # -- room for blank rows -----------------------------------------------------------------------------

    def spare(self, last: int, blank: int) -> int:
        """How many blank rows the table is to get, so that people find some to type in.

        Arguments:
            last: its last row, rows that it takes in among them.
            blank: blank rows that it ends with.
        """
        wanted = SPARE - blank
        if blank >= LEAST_SPARE or not self.may_grow(last) or last + wanted > MAX_ROW:
            return 0
        area = Area(last + 1, self._left, last + wanted, self._right)
        return wanted if self._obstacle(area) is None and not self._drawn(area) else 0

    def may_grow(self, last: int) -> bool:
        """Whether the table is the last thing on its sheet, and people add rows to it."""
        return (
            self.grows
            and bool(self._inputs)
            and self._place.bottom is None
            and not any(self._is_filled(row, column) for row, column in self._cells_under(last))
            and not self._has_formulas_under(last)
        )

    def _has_formulas_under(self, last: int) -> bool:
        rows, columns = self._meta.formula_rows, self._meta.formula_columns
        is_near = (rows > last) & (rows <= last + NEAR)
        return bool((is_near & (columns >= self._left) & (columns <= self._right)).any())

    def _cells_under(self, last: int) -> Iterator[tuple[int, int]]:
        for row in range(last + 1, min(last + NEAR, len(self._grid)) + 1):
            for column in self._across():
                yield row, column

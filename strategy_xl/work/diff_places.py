"""Where a cell of one version of a workbook is in another: rows by what they are, others by what is near."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import cached_property

from strategy_xl.answers.pairing import Pairs
from strategy_xl.work.diff_cells import Content, OwnFormula
from strategy_xl.work.diff_version import Cell, Contents, Version

Place = tuple[str, int, int]
_MOST_ROWS = 3_000
"""Rows of a sheet of people's own up to which inserted ones are looked for."""


def paired_sheets(before: Version, after: Version) -> dict[str, str]:
    """Titles of the sheets that are there in both, by the title in the first.

    Those of the templates are known by their module; one of people's own by its title, else by all that
    stands on it: then it was renamed.
    """
    found = {
        title: after.data.sheets[key] for title, key in before.modules.items() if key in after.data.sheets
    }
    mine, theirs = list(before.own_sheets), list(after.own_sheets)
    found |= {title: title for title in mine if title in theirs}
    left = [title for title in theirs if title not in found.values()]
    for title in mine:
        cells = before.loose.get(title)
        same = [other for other in left if cells and after.loose.get(other) == cells]
        if title not in found and same:
            found[title] = same[0]
            left.remove(same[0])
    return found


class Places:
    """From one version to another."""

    def __init__(
        self,
        before: Version,
        after: Version,
        pairs: Mapping[str, Pairs],
        new: Mapping[str, Mapping[int, int]] | None = None,
    ) -> None:
        """Take two versions and which rows of their blocks are the same.

        Arguments:
            before, after: the versions.
            pairs: block → its rows that are there in both.
            new: block → row or instance of the first → the one that it is going to be in the second.
        """
        self._before, self._after = before, after
        self.sheets = paired_sheets(before, after)
        self._rows = {
            key: {before.index(key, was): after.index(key, now) for was, now in pairs[key].same}
            for key in pairs
        }
        for key, rows in (new or {}).items():
            self._rows.setdefault(key, {}).update(rows)
        self._known: defaultdict[str, set[tuple[Cell, Cell]]] = defaultdict(set)
        for title, one, other in self._marks():
            self._known[title].add((one, other))

    def _marks(self) -> Iterator[tuple[str, Cell, Cell]]:
        """Cells that both versions name: sheet in the first, and where each has it."""
        for name, place in self._before.data.anchors.items():
            other = self._after.data.anchors.get(name)
            if other is not None and self.sheets.get(place.sheet) == other.sheet:
                yield place.sheet, (place.row, place.column), (other.row, other.column)

    def _grown(self, sheet: str) -> list[int]:
        """By how many rows the tables of a sheet got longer: what stands below may have moved as far."""
        found = []
        for key, block in self._before.data.blocks.items():
            same = self._after.data.blocks.get(key)
            if block.sheet == sheet and block.table_last and same is not None and same.table_last:
                found.append(same.table_last - block.table_last)
        return found

    # -- cells of blocks -------------------------------------------------------------------------------

    def cell(self, sheet: str, row: int, column: int) -> Place | None:
        """The cell in the other version; None when its sheet, row or column is not there."""
        found = self.block_cell(sheet, row, column)
        if found is None:
            found = self._header_cell(sheet, row, column)
        return found[0] if found is not None else next(self.near(sheet, row, column), None)

    def block_cell(self, sheet: str, row: int, column: int) -> tuple[Place | None] | None:
        """The same for a cell of a block, in brackets; None when it is no such cell."""
        known = self._fields.get((sheet, column), ())
        for key, field, first, last in known:
            if not first <= row <= last:
                continue
            block = self._after.data.blocks.get(key)
            if block is None or field not in self._after.blocks.get(key, _NOTHING).columns:
                return (None,)
            if not block.is_table:
                instance = column - self._before.data.blocks[key].places[field].column + 1
                there = self._rows.get(key, {}).get(instance, instance)
                return ((block.sheet_of(field), *block.cell(field, there)),)
            there_row = self._rows.get(key, {}).get(row)
            if there_row is None:
                return (None,)
            return ((block.sheet, there_row, self._after.column(key, field)),)
        return None

    def _header_cell(self, sheet: str, row: int, column: int) -> tuple[Place | None] | None:
        """The same for a header of a table."""
        for key, field, first, _ in self._fields.get((sheet, column), ()):
            block = self._after.data.blocks.get(key)
            if row == first - 1 and block is not None and block.is_table:
                if field not in self._after.blocks.get(key, _NOTHING).columns:
                    return (None,)
                return ((block.sheet, block.first_row - 1, self._after.column(key, field)),)
        return None

    @cached_property
    def _fields(self) -> Mapping[tuple[str, int], list[tuple[str, str, int, int]]]:
        """Sheet and column → block, field, first and last row of what stands there."""
        found: defaultdict[tuple[str, int], list[tuple[str, str, int, int]]] = defaultdict(list)
        for key, held in self._before.blocks.items():
            block = self._before.data.blocks[key]
            for field in held.columns:
                if block.is_table:
                    column = self._before.column(key, field)
                    found[block.sheet, column].append((key, field, block.first_row, block.last_row))
                    continue
                place = block.places[field]
                for at in range(block.last_row):
                    found[place.sheet, place.column + at].append((key, field, place.row, place.row))
        return found

    # -- cells beside them -----------------------------------------------------------------------------

    def near(self, sheet: str, row: int, column: int) -> Iterator[Place]:
        """Where a cell outside of blocks may be in the other version, the likeliest place first."""
        title = self.sheets.get(sheet)
        if title is None:
            return
        if sheet not in self._before.modules:
            rows = self._own_rows(sheet)
            there = rows.get(row, row if row > max(rows, default=0) else None)
            if there is not None:
                yield title, there, column
            return
        known = self._by_axis(sheet)
        down_rows, columns = (_shifts(marks, at) for marks, at in zip(known, (row, column), strict=True))
        down_rows = list(dict.fromkeys([*down_rows, *self._grown(sheet)]))
        seen = set()
        for down in down_rows:
            for right in columns:
                place = title, row + down, column + right
                if place not in seen and place[1] > 0 and place[2] > 0:
                    seen.add(place)
                    yield place

    def _by_axis(self, sheet: str) -> tuple[dict[int, int], dict[int, int]]:
        """How far named rows and columns of a sheet have moved."""
        if sheet not in self._axes:
            known = self._known[sheet]
            self._axes[sheet] = _moves(known, 0), _moves(known, 1)
        return self._axes[sheet]

    @cached_property
    def _axes(self) -> dict[str, tuple[dict[int, int], dict[int, int]]]:
        return {}

    @cached_property
    def _mapped(self) -> dict[str, dict[int, int]]:
        return {}

    def _own_rows(self, sheet: str) -> Mapping[int, int]:
        """Row → row of a sheet of people's own, where rows may have been put in between or taken out."""
        if sheet not in self._mapped:
            one, other = self._before.loose[sheet], self._after.loose[self.sheets[sheet]]
            self._mapped[sheet] = _matched_rows(one, other)
        return self._mapped[sheet]


class _Nothing:
    columns: Mapping[str, object] = {}


_NOTHING = _Nothing()


def _moves(marks: set[tuple[Cell, Cell]], axis: int) -> dict[int, int]:
    """Row or column → how far it has moved, as most of its named cells say."""
    votes: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for one, other in marks:
        votes[one[axis]][other[axis] - one[axis]] += 1
    return {at: counts.most_common(1)[0][0] for at, counts in sorted(votes.items())}


def _shifts(moves: Mapping[int, int], at: int) -> list[int]:
    """How far a row or column may have moved: as the nearest named one, as the next one, not at all."""
    places = list(moves)
    place = bisect_left(places, at)
    beside = [places[number] for number in (place - 1, place) if 0 <= number < len(places)]
    beside.sort(key=lambda known: abs(known - at))
    return list(dict.fromkeys([*(moves[known] for known in beside), 0]))


def _matched_rows(one: Contents, other: Contents) -> dict[int, int]:
    """Row → row of two sheets, by what stands in them."""
    sides = [_by_row(cells) for cells in (one, other)]
    lasts = [max(side, default=0) for side in sides]
    last = max(lasts)
    if last > _MOST_ROWS:
        return {row: row for row in range(1, last + 1)}
    texts = [[_text(side.get(row, {})) for row in range(1, last + 1)] for side in sides]
    found: dict[int, int] = {}
    matcher = SequenceMatcher(None, texts[0], texts[1], autojunk=False)
    for kind, first, end, start, stop in matcher.get_opcodes():
        if kind in {"equal", "replace"}:
            rows = zip(range(first, end), range(start, stop), strict=False)
            found.update({was + 1: now + 1 for was, now in rows})
    return found


def _text(cells: Mapping[int, Content]) -> str:
    """What stands in a row, wherever the row is."""
    told = sorted(cells.items())
    return repr([(at, one.text if isinstance(one, OwnFormula) else one) for at, one in told])


def _by_row(cells: Contents) -> dict[int, dict[int, Content]]:
    found: defaultdict[int, dict[int, Content]] = defaultdict(dict)
    for (row, column), content in cells.items():
        found[row][column] = content
    return found

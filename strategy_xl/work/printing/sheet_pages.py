"""How a sheet of ours is laid out on paper when its own setup would print it too small to be read."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from strategy_xl.formulas.cell_refs import Area
from strategy_xl.ooxml.print_pages import SheetPages
from strategy_xl.ooxml.sheet_geometry import SheetGeometry
from strategy_xl.work.printing.paper import Format
from strategy_xl.work.printing.sheet_parts import Part, Parts

READABLE: Final = 0.65
"""No sheet is printed smaller: a text of 10 points, as the cells have, is then one of 6.5."""
_SLACK: Final = 0.97
"""Share of the paper that is counted on: programs round lengths, each in its own way."""
_SLIGHTLY: Final = 0.9
_MUCH: Final = 0.75
"""What remains of columns of texts that become narrower: at first, and when all else is not enough."""
_SMALL_HEAD: Final = 0.3
"""Share of a page up to which what stands above a wide table stays on its page."""
_KEYS: Final = 0.4
"""Share of a page that columns repeated on each may take."""
_WELL_FILLED: Final = 0.5
"""Share of a page from which on a part that does not fit begins a new one."""


class _Page(NamedTuple):
    """Width and height of a paper without its margins."""

    width: float
    height: float


def sheet_pages(parts: Parts, paper: Format) -> SheetPages:
    """Lay a sheet out.

    Arguments:
        parts: the sheet.
        paper: the paper.

    It stays as it says itself where that can be read. Else it may lie, lose columns in which nothing stands,
    and its columns of texts become narrower; in the end its wide tables go over several pages, the first
    columns on each.
    """
    setup = parts.measured.setup
    own = setup.landscape
    page = _page(parts.measured, paper, lying=own)
    if _own_scale(parts, page) >= READABLE:
        breaks = () if setup.high else _row_breaks(parts, parts.all, page, _scale(parts, page))
        return SheetPages(rows_out=parts.blank_rows, row_breaks=tuple(breaks))
    spared = parts.without_empty_columns().fitted()
    for tried in (parts, spared):
        for lying, least in ((own, 1.0), (own, _SLIGHTLY), (True, 1.0), (True, _SLIGHTLY)):
            page = _page(parts.measured, paper, lying=lying)
            narrow = tried.narrowed(page.width / READABLE, least)
            if narrow is not None:
                return _one_wide(narrow, page, lying=lying)
    page = _page(parts.measured, paper, lying=True)
    narrow = spared.narrowed(page.width / READABLE, _MUCH)
    if narrow is not None:
        return _one_wide(narrow, page, lying=True)
    ways = [_many_wide(spared.narrowest(least), page) for least in (1.0, _SLIGHTLY, _MUCH)]
    return min(ways, key=lambda way: way.total).pages


def _page(measured: SheetGeometry, paper: Format, *, lying: bool) -> _Page:
    left, right, top, bottom = measured.setup.margins
    width, height = (paper.height, paper.width) if lying else (paper.width, paper.height)
    return _Page(width - left - right, height - top - bottom)


def _scale(parts: Parts, page: _Page) -> float:
    """The scale of a sheet that is one page wide."""
    return min(1.0, page.width / max(parts.width(parts.area.left, parts.area.right), 1.0))


def _own_scale(parts: Parts, page: _Page) -> float:
    """The scale by the sheet's own setup: fitted on one page in width, and on some in height."""
    scale, high = _scale(parts, page) * _SLACK, parts.measured.setup.high
    total = max(parts.height(parts.area.top, parts.area.bottom), 1.0)
    return min(scale, high * page.height * _SLACK / total) if high else scale


# -- one page wide ------------------------------------------------------------------------------------------


def _one_wide(parts: Parts, page: _Page, *, lying: bool) -> SheetPages:
    area = Area(parts.area.top, parts.area.left, parts.area.bottom, parts.right)
    scale = min(1.0, page.width / max(parts.width(1, parts.right), 1.0))
    return SheetPages(
        rows_out=parts.blank_rows,
        columns_out=parts.columns_out,
        columns=parts.columns,
        rows=parts.rows,
        shares=parts.shares,
        landscape=lying,
        areas=(area,),
        row_breaks=tuple(_row_breaks(parts, parts.all, page, scale)),
        title_rows=_title_rows(parts),
    )


def _row_breaks(parts: Parts, run: Sequence[Part], page: _Page, scale: float) -> Iterator[int]:
    """The rows that end a page, where a program left alone would cut what belongs together.

    A part that fits on a page is not cut when that leaves no page half empty; a drawing never is, nor a
    merged cell, nor a heading from the first row of its table.
    """
    capacity = page.height * _SLACK / scale
    begun = run[0].top if run else 0
    for part in run:
        while parts.height(begun, part.bottom) > capacity:
            overflow = parts.first_beyond(begun, capacity)
            filled = parts.height(begun, part.top - 1) / capacity
            whole = parts.height(part.top, part.bottom) <= capacity
            if part.top > begun and (
                filled >= _WELL_FILLED or (whole and filled >= _SMALL_HEAD) or part.top >= overflow
            ):
                cut = part.top
            else:
                cut = _uncut(parts, part, begun, overflow)
            if cut <= begun:
                cut = overflow
            if cut > begun and (cut != overflow or cut == part.top):
                yield cut - 1
            begun = max(cut, begun + 1)


def _uncut(parts: Parts, part: Part, begun: int, row: int) -> int:
    """The nearest row at or above one, at which a page may begin."""
    while row > begun and any(area.top < row <= area.bottom for area in _together(parts, part)):
        row = max(area.top for area in _together(parts, part) if area.top < row <= area.bottom)
    return row


def _together(parts: Parts, part: Part) -> Iterator[Area]:
    """What is not cut: drawings, merged cells, a part's beginning with the first row of its table."""
    yield from parts.measured.drawn
    yield from parts.measured.merged
    for table in parts.tables:
        if part.top <= table.area.top <= part.bottom:
            above = max(
                (t.area.bottom for t in parts.tables if t.area.bottom < table.area.top), default=part.top
            )
            head = max(part.top, above, table.area.top - 3)
            yield Area(head, 1, min(table.first_row + 1, part.bottom), parts.right)


def _title_rows(parts: Parts) -> tuple[int, int] | None:
    """The header of the last table, when nothing follows it on which it would be repeated too."""
    last = parts.all[-1].table if parts.all else None
    if last is None or last.header_rows != 1:
        return None
    return last.area.top, last.area.top


# -- several pages wide -------------------------------------------------------------------------------------


class _Laid(NamedTuple):
    """Pages, and how many they are."""

    pages: SheetPages
    total: int


def _many_wide(parts: Parts, page: _Page) -> _Laid:
    """Wide tables over several pages, the others and what is drawn on pages of their own."""
    limit = page.width * _SLACK / READABLE
    keys = _keys(parts, limit)
    narrow = {part for part in parts.all if parts.width(1, part.right) <= limit}
    breaks = _column_breaks(parts, keys, max((part.right for part in narrow), default=0), limit)
    most = min(1.0, page.width * _SLACK / max(_widths(parts, keys, breaks)))
    runs = _runs(parts, narrow, page.height / most)
    scale = _fewest_pages(parts, runs, page, most)
    end = breaks[0] if breaks else parts.right
    count = sum(
        _page_count(parts, run, page, scale) * (1 if narrow.issuperset(run) else len(breaks) + 1)
        for run in runs
    )
    pages = SheetPages(
        rows_out=parts.blank_rows,
        columns_out=parts.columns_out,
        columns=parts.columns,
        rows=parts.rows,
        shares=parts.shares,
        landscape=True,
        scale=round(scale * 100),
        areas=tuple(
            Area(
                run[0].top,
                1,
                run[-1].bottom,
                end if narrow.issuperset(run) else max(part.right for part in run),
            )
            for run in runs
        ),
        row_breaks=tuple(row for run in runs for row in _row_breaks(parts, run, page, scale)),
        column_breaks=tuple(breaks),
        title_rows=_title_rows(parts),
        title_columns=(1, keys),
    )
    return _Laid(pages, count)


def _runs(parts: Parts, narrow: Collection[Part], height: float) -> list[list[Part]]:
    """Parts that are printed together: narrow ones, wide ones; a low one goes with the wide one below it."""
    runs: list[list[Part]] = []
    for part in parts.all:
        last = runs[-1] if runs else []
        is_low = bool(last) and parts.height(last[0].top, part.top - 1) <= _SMALL_HEAD * height
        alike = bool(last) and (last[-1] in narrow) == (part in narrow)
        if last and (alike or (part not in narrow and is_low)):
            last.append(part)
        else:
            runs.append([part])
    return runs


def _fewest_pages(parts: Parts, runs: Sequence[Sequence[Part]], page: _Page, most: float) -> float:
    """The largest scale, up to one, by which no more pages are needed than by the smallest."""

    def pages(scale: float) -> int:
        return sum(_page_count(parts, run, page, scale) for run in runs)

    steps = [step / 100 for step in range(math.floor(most * 100), math.ceil(READABLE * 100), -1)]
    return next((step for step in steps if pages(step) <= pages(READABLE)), READABLE)


def _page_count(parts: Parts, run: Sequence[Part], page: _Page, scale: float) -> int:
    """How many pages some parts take from above to below; rows that are repeated are counted with a page."""
    titles = _title_rows(parts)
    again = parts.height(*titles) if titles is not None and titles[0] <= run[-1].bottom else 0.0
    room = page.height * _SLACK / scale
    beyond = max(parts.height(run[0].top, run[-1].bottom) - room, 0.0)
    return 1 + math.ceil(beyond / (room - again))


def _keys(parts: Parts, limit: float) -> int:
    """The last of the columns that are repeated: those that stay in sight, else the first of a table."""
    frozen = parts.measured.frozen[1]
    first = min((table.area.left for table in parts.tables), default=1)
    wanted = max(frozen, first)
    return wanted if parts.width(1, wanted) <= _KEYS * limit else first


def _column_breaks(parts: Parts, keys: int, first: int, limit: float) -> list[int]:
    """The columns that end a page: as few pages as can be, all about as wide.

    Arguments:
        keys: last column that is repeated.
        first: last column that is to be on the first page.
        limit: width of a page.
    """
    fewest = _broken(parts, keys, first, limit)
    low, high = limit * READABLE, limit
    for _ in range(12):
        middle = (low + high) / 2
        if len(_broken(parts, keys, first, middle)) > len(fewest):
            low = middle
        else:
            high = middle
    return _broken(parts, keys, first, high)


def _broken(parts: Parts, keys: int, first: int, limit: float) -> list[int]:
    """The columns that end a page when each takes as many as it can."""
    breaks: list[int] = []
    key, used = parts.width(1, keys), parts.width(1, max(keys, first))
    for column in range(max(keys, first) + 1, parts.right + 1):
        width = parts.measured.width_of(column)
        if used + width > limit and width and used > key:
            breaks.append(column - 1)
            used = key
        used += width
    return breaks


def _widths(parts: Parts, keys: int, breaks: Sequence[int]) -> list[float]:
    """Width of each page across."""
    key, start, found = parts.width(1, keys), 1, []
    for end in (*breaks, parts.right):
        found.append(parts.width(start, end) + (key if start > keys else 0.0))
        start = end + 1
    return found

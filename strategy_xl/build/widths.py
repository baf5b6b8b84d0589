"""The columns of one sheet while blocks are placed over them."""

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.build.layout import FIRST_COLUMN, PAGE_WIDTH, UNIFORM_COLUMNS, Span


class Columns:
    """Widths of a sheet, by column, and the spans that blocks take over them."""

    def __init__(self, widths: Sequence[float], hidden: frozenset[int]) -> None:
        """Start from widths in characters (index 0 is column B) and hidden column numbers."""
        self.widths = list(widths)
        self.hidden = hidden

    def width(self, column: int) -> float:
        """Visible width of a column; columns past the known ones come into being."""
        while column - FIRST_COLUMN >= len(self.widths):
            self.widths.append(PAGE_WIDTH / UNIFORM_COLUMNS)
        return 0.0 if column in self.hidden else self.widths[column - FIRST_COLUMN]

    def span(self, first: int, wanted: float, least: float = 0.0) -> Span:
        """Columns from ``first`` on, in width nearest to the wanted one but never under the least."""
        while self.width(first) == 0.0:
            first += 1
        last, total = first, self.width(first)
        while total < wanted:
            following = self.width(last + 1)
            if total >= least and total + following - wanted > wanted - total:
                break
            last, total = last + 1, total + following
        return Span(first, last)

    def split(self, parts: int, page: float = PAGE_WIDTH) -> list[Span]:
        """The page cut into spans of about the same width, at least a column each."""
        spans: list[Span] = []
        first, edge = FIRST_COLUMN, 0.0
        for part in range(1, parts + 1):
            span = self.span(first, max(page * part / parts - edge, 1.0))
            spans.append(span)
            edge += sum(self.width(column) for column in range(first, span.last + 1))
            first = span.last + 1
        return spans

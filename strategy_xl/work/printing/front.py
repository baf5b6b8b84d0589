"""What stands before the sheets: a title page, and a table of contents of as many pages as it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from strategy_xl.build.style import WHITE, mix
from strategy_xl.schema.spec import ThemeSpec
from strategy_xl.text.catalog import format_value, message
from strategy_xl.work.printing.paper import Box, Format, Paper, Style

MARGIN = 56.0
NAVY, MUTED, LINE = "334155", "5B6472", "CBD5E1"
_FOOT = 40.0
_HEAD = 20.0
"""Height of a group's name in the contents."""
_LEAST, _MOST = 21.5, 25.0
"""Height of a line of the contents: as much as lets them all stand on one page, within these."""


@dataclass(frozen=True)
class Edition:
    """What the title page says.

    Arguments:
        lang, company, title, book: language, firm, name of the plan, file name.
        printed: the day of printing.
        results: day of the last results that the workbook remembers.
        thresholds: settings that rule verdicts, label and value.
    """

    lang: str
    company: str
    title: str
    book: str
    printed: date
    results: date | None
    thresholds: tuple[tuple[str, str], ...]


class Entry(NamedTuple):
    """A line of the contents: a sheet, the question it answers, its group and colour, its first page."""

    title: str
    question: str
    group: str
    colour: str
    page: int


class Way(NamedTuple):
    """A place on a page of the front that leads to a sheet."""

    page: int
    box: Box
    title: str


def front(
    edition: Edition, entries: Sequence[Entry], paper: Format, theme: ThemeSpec
) -> tuple[bytes, list[Way]]:
    """Draw the pages.

    Arguments:
        edition: what the title page says.
        entries: the sheets in their order.
        paper: the paper, upright.
        theme: colours.

    Returns a PDF, and the places in it that lead to sheets.
    """
    drawn = _Front(edition, Paper(paper.width, paper.height, theme))
    drawn.title_page(len(entries))
    ways = drawn.contents(entries)
    return drawn.paper.finish(), ways


class _Front:
    def __init__(self, edition: Edition, paper: Paper) -> None:
        self.edition, self.paper = edition, paper
        self.wide = paper.width - 2 * MARGIN

    def say(self, key: str, **args: object) -> str:
        return message(f"pdf.{key}", self.edition.lang, **args)

    def title_page(self, sheets: int) -> None:
        """Firm and title above, what it was made of below."""
        paper, said = self.paper, self.edition
        band = paper.height * 0.46
        paper.fill(Box(0, 0, paper.width, band), NAVY)
        top = band * 0.36
        name = said.company or self.say("company.missing")
        style = Style(34, bold=True, colour=WHITE)
        top += paper.write(name, Box(MARGIN, top, self.wide, 2 * style.line), style) + 10
        title = Style(20, colour="E2E8F0")
        top += paper.write(said.title, Box(MARGIN, top, self.wide, 2 * title.line), title) + 16
        day = self.say("edition", day=said.printed)
        paper.write(day, Box(MARGIN, top, self.wide, 16), Style(12, colour="CBD5E1"))
        top = band + 34
        results = format_value(said.results, "date", said.lang) if said.results else self.say("results.none")
        rows = [
            (self.say("book"), said.book),
            (self.say("sheets"), str(sheets)),
            (self.say("results"), results),
        ]
        top = self._table(rows, top)
        if said.thresholds:
            heading = Style(12, bold=True, colour=NAVY)
            top += 18
            top += paper.write(self.say("thresholds"), Box(MARGIN, top, self.wide, 16), heading) + 6
            self._table(said.thresholds, top)

    def _table(self, rows: Sequence[tuple[str, str]], top: float) -> float:
        """Pairs of a label and a value, one a line; where they end."""
        for label, value in rows:
            if top + 18 > self.paper.height - _FOOT:
                break
            half = self.wide * 0.62
            self.paper.write(label, Box(MARGIN, top + 3, half - 10, 13), Style(10, colour=MUTED))
            place = Box(MARGIN + half, top + 3, self.wide - half, 13)
            self.paper.write(value, place, Style(10, bold=True, align="right"))
            top += 19
            self.paper.rule(MARGIN, top, self.wide, LINE)
        return top

    def contents(self, entries: Sequence[Entry]) -> list[Way]:
        """One line a sheet with its page, under the name of its group."""
        ways: list[Way] = []
        groups = len({entry.group for entry in entries})
        room = self.paper.height - MARGIN - 35 - _FOOT - groups * _HEAD
        high = min(max(room / max(len(entries), 1), _LEAST), _MOST)
        page, top, group = 0, self.paper.height, None
        for entry in entries:
            needed = high + (_HEAD if entry.group != group else 0.0)
            if top + needed > self.paper.height - _FOOT + 0.5:
                self.paper.next_page()
                page, group = page + 1, None
                top = self._heading(goes_on=page > 1)
            if entry.group != group:
                group = entry.group
                head = Style(9, bold=True, colour=entry.colour)
                self.paper.write(group, Box(MARGIN, top + 4, self.wide, 12), head)
                self.paper.rule(MARGIN, top + 17, self.wide, mix(entry.colour, WHITE, 0.5))
                top += _HEAD
            self._line(entry, top)
            ways.append(Way(page, Box(MARGIN, top, self.wide, high), entry.title))
            top += high
        return ways

    def _heading(self, *, goes_on: bool) -> float:
        key = "contents.more" if goes_on else "contents"
        style = Style(22, bold=True, colour=NAVY)
        return MARGIN + self.paper.write(self.say(key), Box(MARGIN, MARGIN, self.wide, style.line), style) + 8

    def _line(self, entry: Entry, top: float) -> None:
        title, muted = Style(10, bold=True), Style(8, colour=MUTED)
        number = str(entry.page)
        room = self.wide - 34
        self.paper.write(entry.title, Box(MARGIN, top, room, title.line), title)
        used = min(self.paper.width_of(entry.title, title), room)
        dots = MARGIN + used + 5
        if dots < MARGIN + self.wide - 30:
            end = MARGIN + self.wide - self.paper.width_of(number, title) - 5
            self.paper.rule(dots, top + 9.6, end - dots, "94A3B8", dotted=True)
        place = Box(MARGIN + self.wide - 30, top, 30, title.line)
        self.paper.write(number, place, Style(10, bold=True, align="right"))
        if entry.question:
            self.paper.write(entry.question, Box(MARGIN, top + 11.8, room, muted.line), muted)

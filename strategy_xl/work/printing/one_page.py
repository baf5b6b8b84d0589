"""The strategy on one page, lying: what a board reads at a glance, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from strategy_xl.build.style import TONE_INK, TONE_STRONG, mix
from strategy_xl.schema.spec import ThemeSpec, Tone
from strategy_xl.text.catalog import format_value, message
from strategy_xl.work.printing.essentials import Essentials, Figure, Goal, Indicator, Quadrant, State
from strategy_xl.work.printing.paper import SMALLEST, Box, Format, Paper, Style

MARGIN, GAP, BAND = 22.0, 8.0, 46.0
HEAD = 17.0
"""Height of a part's heading."""
NAVY, LINE, MUTED = "334155", "CBD5E1", "5B6472"
ACCENTS = {
    "swot": "0F766E",
    "objectives": "1D4ED8",
    "kpis": "1D4ED8",
    "clients": "B45309",
    "actions": "334155",
}
TEXT = Style(9.2)
SMALL = Style(SMALLEST, colour=MUTED)
OBJECTIVES, KPIS, ITEMS, ACTIONS = 5, 8, 3, 5
"""How many of each there is room for."""
BADGE = 80.0


def one_page(found: Essentials, paper: Format, theme: ThemeSpec, printed: date) -> bytes:
    """Draw the page.

    Arguments:
        found: what stands on it.
        paper: the paper, lying.
        theme: colours of tones.
        printed: the day of printing.

    Returns a PDF of one page.
    """
    return _Board(found, Paper(paper.height, paper.width, theme)).draw(printed)


class _Board:
    """The page being drawn."""

    def __init__(self, found: Essentials, paper: Paper) -> None:
        self.found, self.paper, self.lang = found, paper, found.lang

    def say(self, key: str, **args: object) -> str:
        return message(f"pdf.{key}", self.lang, **args)

    def draw(self, printed: date) -> bytes:
        """Every part at its place."""
        paper = self.paper
        wide, foot = paper.width - 2 * MARGIN, paper.height - 27
        self._band(printed)
        self._figures(Box(MARGIN, BAND + 6, wide, 36))
        top = BAND + 6 + 36 + GAP
        low = HEAD + ACTIONS * 16.5 + 6
        room = foot - top - low - 2 * GAP
        upper, half = room * 0.55, (wide - GAP) / 2
        self._swot(Box(MARGIN, top, half, upper))
        self._objectives(Box(MARGIN + half + GAP, top, half, upper))
        middle, third = top + upper + GAP, (wide - 2 * GAP) * 0.25
        kpis = wide - 2 * GAP - 2 * third
        height = room - upper
        self._kpis(Box(MARGIN, middle, kpis, height))
        self._clients(Box(MARGIN + kpis + GAP, middle, third, height))
        left = MARGIN + kpis + third + 2 * GAP
        share = height * 0.58
        self._ideal(Box(left, middle, third, share))
        self._lever(Box(left, middle + share + GAP, third, height - share - GAP))
        self._actions(Box(MARGIN, middle + height + GAP, wide, low))
        key = "board.source" if self.found.results is not None else "board.source.never"
        source = self.say(key, book=self.found.book, day=printed, results=self.found.results)
        paper.write(source, Box(MARGIN, foot + 5, wide, 20), SMALL)
        return paper.finish()

    # -- what all parts have --------------------------------------------------------------------------------

    def _part(self, place: Box, title: str, colour: str) -> Box:
        """A frame with its heading; the room within."""
        self.paper.frame(place, LINE)
        heading = Style(9.6, bold=True, colour=colour)
        self.paper.write(title, Box(place.left + 7, place.top + 4, place.width - 14, 12), heading)
        return Box(place.left + 7, place.top + HEAD, place.width - 14, place.height - HEAD - 4)

    def _missing(self, room: Box) -> None:
        """Say that a part is to be completed."""
        top = room.top + room.height / 2 - 8
        style = Style(9, colour=MUTED, align="centre")
        self.paper.write(self.say("missing"), Box(room.left, top, room.width, 12), style)

    def _badge(self, state: State | None, place: Box) -> None:
        shown = state or State("—", Tone.NEUTRAL)
        self.paper.badge(shown.label, place, shown.tone)

    def _with_more(self, key: str, more: int) -> str:
        """A heading that tells how many there are besides."""
        return self.say(f"board.{key}", n=more) if more else self.say(f"board.{key}.all")

    def _band(self, printed: date) -> None:
        """Firm, title and day."""
        paper = self.paper
        paper.fill(Box(0, 0, paper.width, BAND), NAVY)
        name = self.found.company or self.say("company.missing")
        left = paper.width * 0.58
        paper.write(name, Box(MARGIN, 11, left - MARGIN, 24), Style(19, bold=True, colour="FFFFFF"))
        right = Box(left, 9, paper.width - left - MARGIN, 16)
        paper.write(self.say("board.title"), right, Style(12.5, bold=True, colour="FFFFFF", align="right"))
        day = Box(left, 27, paper.width - left - MARGIN, 12)
        paper.write(format_value(printed, "date", self.lang), day, Style(9, colour="E2E8F0", align="right"))

    # -- parts ----------------------------------------------------------------------------------------------

    def _figures(self, row: Box) -> None:
        """A row of figures."""
        figures: Sequence[Figure] = self.found.figures
        wide = (row.width - GAP * (len(figures) - 1)) / len(figures)
        for number, figure in enumerate(figures):
            tile = Box(row.left + number * (wide + GAP), row.top, wide, row.height)
            missing = figure.value is None
            tone = Tone.NEUTRAL if missing else figure.tone
            self.paper.fill(tile, self.paper.tint(tone), 3)
            inner = Box(tile.left + 5, tile.top + 4, wide - 10, 16)
            if missing:
                self.paper.write(self.say("missing"), inner, Style(9, colour=MUTED))
            else:
                self.paper.write(figure.value or "", inner, Style(12.5, bold=True, colour=TONE_INK[tone]))
            label = Box(inner.left, tile.top + 22, inner.width, 10)
            self.paper.write(self.say(f"figure.{figure.key}"), label, SMALL)

    def _swot(self, place: Box) -> None:
        title = self.say("board.swot", quadrant=self.found.quadrant.label if self.found.quadrant else "")
        room = self._part(place, title, ACCENTS["swot"])
        if not self.found.swot:
            self._missing(room)
            return
        wide, high = (room.width - 5) / 2, (room.height - 5) / 2
        for number, quadrant in enumerate(self.found.swot):
            left, top = room.left + (number % 2) * (wide + 5), room.top + (number // 2) * (high + 5)
            self._quadrant(quadrant, Box(left, top, wide, high))

    def _quadrant(self, quadrant: Quadrant, place: Box) -> None:
        tone = quadrant.tone
        self.paper.fill(place, self.paper.tint(tone), 3)
        inner = place.within(5)
        head = Style(9.2, bold=True, colour=TONE_INK[tone])
        top = inner.top + self.paper.write(
            self.say(f"swot.{quadrant.key}"), Box(inner.left, inner.top - 1, inner.width, 11), head
        )
        if not quadrant.items:
            self._missing(Box(inner.left, top, inner.width, inner.bottom - top))
        for number, text in enumerate(quadrant.items):
            after = (len(quadrant.items) - number - 1) * (TEXT.line + 1)
            room = min(inner.bottom - top - after, 2 * TEXT.line)
            self.paper.write("•", Box(inner.left, top, 8, TEXT.line), TEXT)
            top += self.paper.write(text, Box(inner.left + 8, top, inner.width - 8, room), TEXT) + 1

    def _objectives(self, place: Box) -> None:
        title = self._with_more("objectives", self.found.more_objectives)
        room = self._part(place, title, ACCENTS["objectives"])
        if not self.found.objectives:
            self._missing(room)
        high = room.height / OBJECTIVES
        for number, goal in enumerate(self.found.objectives):
            self._goal(goal, Box(room.left, room.top + number * high, room.width, high), first=not number)

    def _goal(self, goal: Goal, row: Box, *, first: bool) -> None:
        if not first:
            self.paper.rule(row.left, row.top, row.width, LINE)
        wide = row.width - BADGE - 6
        top = row.top + 2
        top += self.paper.write(goal.title, Box(row.left, top, wide, 2 * TEXT.line), TEXT)
        day = format_value(goal.deadline, "date", self.lang) if goal.deadline else ""
        meta = self.say("board.goal", owner=goal.owner, day=day) if goal.owner or day else ""
        if meta and top + SMALL.line <= row.bottom:
            self.paper.write(meta, Box(row.left, top, wide, SMALL.line), SMALL)
        left, high = row.right - BADGE, min(13.0, (row.height - 6) / 2)
        self._badge(goal.verdict, Box(left, row.top + 3, BADGE, high))
        if goal.state is not None:
            self._badge(goal.state, Box(left, row.top + 3 + high + 2, BADGE, high))

    def _kpis(self, place: Box) -> None:
        room = self._part(place, self._with_more("kpis", self.found.more_kpis), ACCENTS["kpis"])
        if not self.found.kpis:
            self._missing(room)
        high = room.height / KPIS
        for number, kpi in enumerate(self.found.kpis):
            self._kpi(kpi, Box(room.left, room.top + number * high, room.width, high))

    def _kpi(self, kpi: Indicator, row: Box) -> None:
        line = row.top + (row.height - TEXT.line) / 2
        name, bar = row.width * 0.31, 30.0
        value = row.width - name - bar - BADGE - 14
        self.paper.write(kpi.name, Box(row.left, line, name - 4, TEXT.line), TEXT)
        told = self.say("board.measured", current=kpi.current, target=kpi.target)
        self.paper.write(told, Box(row.left + name, line, value, TEXT.line), Style(SMALLEST, align="right"))
        left = row.left + name + value + 6
        if kpi.progress is not None:
            middle = row.top + row.height / 2 - 2.5
            self.paper.fill(Box(left, middle, bar, 5), "E5E7EB", 2)
            share = min(max(kpi.progress, 0.0), 1.0)
            if share > 0.02:
                tone = kpi.state.tone if kpi.state is not None else Tone.NEUTRAL
                self.paper.fill(Box(left, middle, max(bar * share, 4), 5), TONE_STRONG[tone], 2)
        self._badge(kpi.state, Box(row.right - BADGE, row.top + 1, BADGE, min(row.height - 2, 13)))

    def _clients(self, place: Box) -> None:
        room = self._part(place, self.say("board.clients"), ACCENTS["clients"])
        if not self.found.classes:
            self._missing(room)
            return
        by_place = [self.found.classes[number] for number in (2, 0, 3, 1)]  # value brought →, returned ↑
        note = SMALL.line if self.found.incomplete else 0.0
        wide, high = (room.width - 4) / 2, (room.height - 4 - note) / 2
        for number, item in enumerate(by_place):
            left, top = room.left + (number % 2) * (wide + 4), room.top + (number // 2) * (high + 4)
            cell = Box(left, top, wide, high)
            self.paper.fill(cell, mix(TONE_STRONG[item.box.tone], "FFFFFF", 0.86), 3)
            ink = TONE_INK[item.box.tone]
            inner = cell.within(5)
            count = Box(inner.left, inner.top - 1, inner.width, 20)
            self.paper.write(str(item.number), count, Style(15, bold=True, colour=ink))
            label = Box(inner.left, inner.top + 17, inner.width, 10)
            self.paper.write(item.box.label, label, Style(SMALLEST, bold=True, colour=ink))
            margin = self.say("board.margin", margin=item.margin) if item.number else ""
            self.paper.write(margin, Box(inner.left, inner.top + 27, inner.width, 10), SMALL)
        if note:
            text = self.say("board.incomplete", n=self.found.incomplete)
            self.paper.write(text, Box(room.left, room.bottom - note + 1, room.width, note), SMALL)

    def _ideal(self, place: Box) -> None:
        room = self._part(place, self.say("board.ideal"), ACCENTS["clients"])
        if not self.found.ideal:
            self._missing(room)
            return
        high = TEXT.line + 3
        for number, criterion in enumerate(self.found.ideal):
            top = room.top + 2 + number * high
            if top + TEXT.line > room.bottom:
                break
            share = ""
            if criterion.support is not None:
                share = format_value(criterion.support, "percent", self.lang)
            text = self.say("board.criterion", name=criterion.name, value=criterion.value)
            self.paper.write(text, Box(room.left, top, room.width - 32, TEXT.line), TEXT)
            right = Box(room.right - 30, top, 30, TEXT.line)
            self.paper.write(share, right, Style(9.2, bold=True, align="right"))

    def _lever(self, place: Box) -> None:
        room = self._part(place, self.say("board.lever"), ACCENTS["swot"])
        if self.found.lever is None:
            self._missing(room)
            return
        text = self.say("board.gain", stage=self.found.lever, gain=self.found.lever_gain)
        self.paper.write(text, room, TEXT)

    def _actions(self, place: Box) -> None:
        room = self._part(place, self.say("board.actions"), ACCENTS["actions"])
        if not self.found.actions:
            self._missing(room)
        high = room.height / ACTIONS
        for number, action in enumerate(self.found.actions):
            top = room.top + number * high + (high - TEXT.line) / 2
            style = Style(9.2, bold=True)
            self.paper.write(str(number + 1), Box(room.left, top, 12, TEXT.line), style)
            money = format_value(action.stake, "money", self.lang) if action.stake is not None else ""
            wide = self.paper.width_of(money, style) + 8 if money else 0.0
            line = Box(room.left + 13, top, room.width - 13 - wide, TEXT.line)
            self.paper.write(action.text, line, TEXT)
            right = Box(room.right - wide, top, wide, TEXT.line)
            self.paper.write(money, right, Style(9.2, bold=True, align="right"))

"""How the values of lists look in the page before a script runs, and on paper: tags, bars, small curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from strategy_xl.report.data import NEW, Book, Labels, ReportData
from strategy_xl.report.listings import Form, Listing, Shown
from strategy_xl.report.markup import Html, named, tag
from strategy_xl.report.totals import way
from strategy_xl.text.catalog import message
from strategy_xl.text.figures import format_value, measure

ARROWS = {1: "▲", -1: "▼", 0: "•"}
NUMERIC = frozenset(
    {Form.SCORE, Form.INTEGER, Form.SECONDS, Form.MONEY, Form.PERCENT, Form.RATIO, Form.MEASURE, Form.DAY}
)
_FORMATS = {
    Form.SCORE: "int",
    Form.INTEGER: "int",
    Form.SECONDS: "dec1",
    Form.MONEY: "money",
    Form.RATIO: "dec2",
}
_WIDTH, _HEIGHT = 72, 20
_LARGE = 100


@dataclass(frozen=True, slots=True)
class Words:
    """The language of a page and the labels of its lists."""

    lang: str
    lists: Mapping[str, Labels]

    def get(self, key: str, /, **args: object) -> str:
        """A message of the page."""
        return message(f"report.{key}", self.lang, **args)

    def label(self, list_: str, key: str) -> str:
        """A choice as people read it."""
        labels = self.lists.get(list_, {})
        return labels[key].get(self.lang) if key in labels else key

    def tone(self, list_: str, key: str) -> str:
        """The tone of a choice."""
        labels = self.lists.get(list_, {})
        return labels[key].tone if key in labels else "neutral"


def measures(listing: Listing, shown: Shown, lang: str) -> list[str]:
    """Figures with their units, as texts; "" for missing ones."""
    units = listing.column(shown.other).values
    return [_measured(value, unit, lang) for value, unit in zip(shown.values, units, strict=True)]


def _measured(value: float | None, unit: str, lang: str) -> str:
    """A figure with its unit; of a large one no decimals are told."""
    if value is None:
        return ""
    return measure(round(value) if abs(value) >= _LARGE else value, unit, lang)


def fragment(sheet: str, cell: str) -> str:
    """What stands behind a workbook's address for one of its cells."""
    if not sheet:
        return ""
    doubled = sheet.replace("'", "''")
    return "#" + quote(f"'{doubled}'" + (f"!{cell}" if cell else ""), safe="!'")


def told_place(path: str, sheet: str, cell: str) -> str:
    """A place as text to copy, as in findings: ``plan.xlsx!Clients!C7``."""
    return "!".join(part for part in (path, sheet, cell) if part)


def place(book: Book, sheet: str = "", cell: str = "") -> Html:
    """A link to a workbook, its sheet and cell."""
    told = told_place(book.path, sheet, cell)
    shown = [named("/".join(book.path.split("/")[-2:]), class_="book")]
    if sheet:
        shown += [Html(" "), named(told_place("", sheet, cell), class_="cell")]
    if not book.link:
        return tag("span", shown, class_="place", title=told)
    return tag("a", shown, class_="place", href=book.link + fragment(sheet, cell), title=told)


def bar(value: float, mark: float | None = None) -> Html:
    """A bar from nothing to the whole, with a mark for the time that has passed."""
    parts = [tag("rect", class_="fill", width=round(max(0.0, min(value, 1.0)) * 100, 1), height=8, rx=2)]
    if mark is not None:
        at = round(max(0.0, min(mark, 1.0)) * 98.5, 1)
        parts.append(tag("rect", class_="tick", x=at, width=1.5, height=8))
    return tag(
        "svg", parts, class_="bar", viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true"
    )


def curve(points: Sequence[float]) -> Html:
    """A small curve between its lowest and highest point."""
    if len(points) < 2:
        return Html("")
    lowest, highest = min(points), max(points)
    span = highest - lowest or 1.0
    step = (_WIDTH - 6) / (len(points) - 1)
    at = [
        (3 + step * index, _HEIGHT - 4 - (point - lowest) / span * (_HEIGHT - 8))
        for index, point in enumerate(points)
    ]
    return tag(
        "svg",
        tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in at)),
        tag("circle", cx=round(at[-1][0], 1), cy=round(at[-1][1], 1), r=2.5),
        class_="trend",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        aria_hidden="true",
    )


def choice(words: Words, list_: str, key: str) -> Html:
    """A choice in the colour of its tone."""
    return tag("span", words.label(list_, key), class_=f"tag {words.tone(list_, key)}") if key else Html("")


def change(words: Words, list_: str, before: str, now: str) -> Html:
    """Where something came from, with an arrow and a word; nothing when it stayed."""
    if before == now or (not before and list_ != "account"):
        return Html("")
    if before == NEW:
        return tag("span", words.get("page.new"), class_="move flat")
    if list_ == "account":
        order = {key: place for place, key in enumerate(words.lists.get(list_, {}))}
        gone = order.get(now, len(order)) - order.get(before, len(order))
        turn = (gone > 0) - (gone < 0)
    else:
        turn = way(words.lists.get(list_, {}), before, now)
    name = {1: "up", -1: "down", 0: "flat"}[turn]
    was = words.label(list_, before) if before else words.get("page.no_alert")
    return tag("span", f"{ARROWS[turn]} ", words.get("page.was", label=was), class_=f"move {name}")


def cells(listing: Listing, shown: Shown, words: Words) -> Callable[[int], str]:
    """What writes the value of a column for one thing."""
    values, lang = shown.values, words.lang
    others = listing.column(shown.other).values if shown.other else ()
    if shown.form is Form.CHOICE:
        if others:
            return lambda at: change(words, shown.list_, values[at], others[at])
        return lambda at: choice(words, shown.list_, values[at])
    if shown.form is Form.MEASURE:
        return lambda at: _measured(values[at], others[at], lang)
    if shown.form is Form.PERCENT:
        return lambda at: _share(values[at], others[at] if others else None, lang)
    if shown.form in _FORMATS:
        return partial(_number, values, _FORMATS[shown.form], lang)
    writers: dict[Form, Callable[[Any], str]] = {
        Form.TREND: curve,
        Form.MARK: _mark,
        Form.DAY: partial(_day, lang=lang),
    }
    write = writers.get(shown.form, _text)
    return lambda at: write(values[at])


def _text(value: str) -> str:
    return named(value) if value else ""


def _mark(value: str) -> str:
    return tag("span", value, class_=f"mark m{value.replace('?', 'x')}") if value else ""


def _day(value: date | None, lang: str) -> str:
    return "" if value is None else format_value(value, "date", lang)


def _number(values: Sequence[float | None], form: str, lang: str, at: int) -> str:
    return "" if values[at] is None else format_value(values[at], form, lang)


def _share(value: float | None, mark: float | None, lang: str) -> str:
    if value is None:
        return ""
    return tag("span", bar(value, mark), " ", format_value(value, "percent", lang), class_="share")


def book_of(data: ReportData, listing: Listing, at: int) -> Book:
    """The workbook in which a thing of a list stands."""
    return data.books[listing.places.books[at]]

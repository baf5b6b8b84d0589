"""What the reading of one deadline needs: the words around an anchor and their roles."""

# ruff: noqa: C901, PLR0911 - a small grammar: one role a line

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from strategy_xl.text.words.calendars import Period, month_period, part_of
from strategy_xl.text.words.roles import AFTER, BASE, DEADLINE, FILL, START, STRONG
from strategy_xl.text.words.sentence import NUMBER_WORDS, Sentence, digits_value
from strategy_xl.text.words.time_words import TIME_TABLE, TimeClass


class TimeExpr(NamedTuple):
    """An expression of time: kind (see ``dates``), tokens ``first`` to ``last``, the period it means."""

    kind: str
    first: int
    last: int
    start: date | None
    end: date | None


class Context:
    """A sentence and the day, with the questions the anchors ask."""

    __slots__ = ("lang", "sentence", "size", "table", "today", "words")

    def __init__(self, sentence: Sentence, today: date | None) -> None:
        """Prepare."""
        self.sentence = sentence
        self.words = sentence.words
        self.lang = sentence.lang
        self.size = len(sentence.words)
        self.today = today
        self.table = TIME_TABLE[self.lang]

    @property
    def day(self) -> date:
        """Today, or a fixed day when none was given (results are then blanked)."""
        return self.today or date(2000, 1, 1)

    def word(self, position: int) -> str:
        """The word at a position, empty outside of the text."""
        return self.words[position] if 0 <= position < self.size else ""

    def time_class(self, position: int) -> TimeClass:
        """The time class at a position, or an empty one."""
        return self.table.get(self.word(position), ("", 0))

    def count_before(self, position: int) -> tuple[float, int] | None:
        """The number that ends at a position: its value and first token."""
        if not 0 <= position < self.size:
            return None
        word = self.words[position]
        figures = digits_value(word)
        if figures is not None:
            first = position
            if self.word(position - 1) in {"-", "a", "to", "ou", "or"} and position >= 2:
                before = digits_value(self.words[position - 2])
                if before is not None and before < figures:
                    first = position - 2
            return figures, first
        table = NUMBER_WORDS[self.lang]
        if word not in table:
            return None
        first = position
        while first > 0 and (
            self.words[first - 1] in table
            or (self.words[first - 1] in {"-", "et"} and self.word(first - 2) in table)
        ):
            first -= 1
        number = self.sentence.number_at(first)
        return (number[0], first) if number else None

    def year_at(self, position: int) -> int | None:
        """A year in four figures at a position."""
        word = self.word(position)
        if len(word) == 4 and word.isdigit() and 1990 <= int(word) <= 2069:
            return int(word)
        return None

    def year_after(self, position: int) -> tuple[int, int] | None:
        """The year after a position (``2027``, ``, 2027``, ``de 2027``, ``'27``, ``FY27``) and its token."""
        at = position + 1
        if self.word(at) in {",", "-", "/", "de", "of", "d'", "in", "en", "'"}:
            at += 1
        year = self.year_at(at)
        if year is None and self.word(at) in {"l'", "annee", "year"}:
            at += 1 + (self.word(at + 1) in {"annee", "exercice"})
            year = self.year_at(at)
        if year is not None:
            return year, at
        word = self.word(position + 1)
        if len(word) == 2 and word.isdigit() and self.is_short_year(position + 1):
            return 2000 + int(word), position + 1
        if word.startswith("fy") and word[2:].isdigit():
            return _century(int(word[2:])), position + 1
        return None

    def is_short_year(self, position: int) -> bool:
        """Whether two figures are a year: an apostrophe before, or nothing counted after."""
        start = self.sentence.tokens.starts[position]
        if start and self.sentence.tokens.folded[start - 1] == "'":
            return True
        if self.lang == "en" or not 24 <= int(self.words[position]) <= 45:
            return False
        following = self.word(position + 1)
        return following in {"", ".", ",", ";", ":", ")", "!"}

    def role(self, first: int) -> tuple[str, int]:
        """The role of an expression that starts at ``first``, by what stands before, and its widened start.

        Roles: ``deadline``, ``strong`` (by, before…), ``start``, ``after``, ``base`` (compared with), empty.
        """
        at = first - 1
        fill = FILL[self.lang]
        prior = ""
        while at >= 0 and self.words[at] in fill:
            prior = self.words[at]
            at -= 1
        word = self.word(at)
        if word in BASE[self.lang] and not (word == "than" and self.word(at - 1) == "later"):
            return "base", at
        if word in {"tard", "later"}:
            return "strong", at
        if word in AFTER[self.lang]:
            return "after", at
        if word in START[self.lang] or (self.lang == "fr" and prior == "des" and word not in STRONG["fr"]):
            return "start", at
        if self.lang == "en" and word == "of" and self.word(at - 1) == "as":
            return "start", at - 1
        if word in {"in", "on", "with", "en", "a"} and self.word(at - 1) in START[self.lang]:
            return "start", at - 1
        if word in STRONG[self.lang]:
            if word == "ici" and self.word(at - 1) == "d'":
                at -= 1
            return "strong", at
        if word in DEADLINE[self.lang]:
            return "deadline", at if word.isalpha() else first
        if prior in DEADLINE[self.lang] and prior not in {"de", "du", "des", "d'", "la", "l'", "les"}:
            return "deadline", at + 1
        if prior in {"le", "la", "l'", "les", "the"}:
            return "article", at + 1
        return ("none" if at >= 0 else "head"), first

    def finish(
        self,
        first: int,
        last: int,
        period: Period,
        part: str = "",
        *,
        absolute: bool = True,
        role: str | None = None,
    ) -> TimeExpr:
        """The expression for a resolved period, by its role."""
        found, widened = self.role(first)
        role = role or found
        start, end = part_of(period, part)
        if role == "after":
            return TimeExpr("event", widened, last, start, end)
        if role == "start":
            return TimeExpr("start", widened, last, start, None)
        if role == "base":
            return TimeExpr("past" if self.today and end < self.today else "start", widened, last, start, end)
        if role == "strong" and not part and self.word(widened) in {"avant", "before"} and start != end:
            # Before a period means before its first day, unless that day is past already.
            end = start if self.today is None or start > self.today else end
        if self.today is None:
            known = absolute
            return TimeExpr("date", widened, last, start if known else None, end if known else None)
        return TimeExpr("date" if end >= self.today else "past", widened, last, start, end)


def _century(number: int) -> int:
    return 2000 + number if number < 100 else number


_PARTS = {"e": "e", "b": "b", "i": "i"}


def next_period(context: Context, year: int | None, make: Callable[[int], Period]) -> tuple[Period, bool]:
    """The period of a given year, or the next one that is not over; and whether the year was given."""
    if year is not None:
        return make(year), True
    period = make(context.day.year)
    if period[1] < context.day:
        period = make(context.day.year + 1)
    return period, False


def left_modifiers(context: Context, position: int) -> tuple[int, str, int]:
    """Read ``fin de``, ``early``, ``next``, ``last`` left of an anchor.

    Returns the first token, the part (``b``, ``i``, ``e`` or empty) and the shift (1 next, −1 last).
    """
    first, part, shift = position, "", 0
    at = position - 1
    while at >= 0:
        word = context.words[at]
        name = context.table.get(word, ("", 0))[0]
        if name in {"e", "b", "i", "c"}:
            part = _PARTS.get(name, "")
            first = at
        elif name == "x":
            shift, first = 1, at
        elif name == "l":
            shift, first = -1, at
        elif name == "t":
            first = at
        elif word not in {
            "de",
            "du",
            "d'",
            "of",
            "the",
            "le",
            "la",
            "l'",
            "-",
            "month",
            "mois",
            "a",
            "cours",
            "in",
        }:
            break
        at -= 1
    return first, part, shift


def day_maker(month: int, day: int) -> Callable[[int], Period]:
    """The day of a month as a function of the year; a day the month lacks becomes its last one."""

    def make(year: int) -> Period:
        start, end = month_period(year, month)
        exact = min(start + timedelta(days=day - 1), end)
        return exact, exact

    return make

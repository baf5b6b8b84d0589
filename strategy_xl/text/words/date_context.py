"""What the reading of one deadline needs: the words around an anchor and their roles."""

# ruff: noqa: C901, PLR0911, PLR0912 - a small grammar: one role a line

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from strategy_xl.text.words.calendars import Period, month_period, part_of
from strategy_xl.text.words.sentence import Sentence, digits_value
from strategy_xl.text.words.time_words import TimeClass, time_words
from strategy_xl.text.words.vocabulary import DateWords, Grammar
from strategy_xl.text.words.wordlists import every, own


class TimeExpr(NamedTuple):
    """An expression of time: kind (see ``dates``), tokens ``first`` to ``last``, the period it means."""

    kind: str
    first: int
    last: int
    start: date | None
    end: date | None


class Context:
    """A sentence and the day, with the questions the anchors ask."""

    __slots__ = ("any", "grammar", "lang", "own", "sentence", "size", "table", "today", "words")

    def __init__(self, sentence: Sentence, today: date | None) -> None:
        """Prepare."""
        self.sentence = sentence
        self.words = sentence.words
        self.lang = sentence.lang
        self.size = len(sentence.words)
        self.today = today
        self.table = time_words(self.lang).table
        self.own = own(DateWords, self.lang)
        self.any = every(DateWords)
        self.grammar = own(Grammar, self.lang)

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
            if self.word(position - 1) in self.any.range_links and position >= 2:
                before = digits_value(self.words[position - 2])
                if before is not None and before < figures:
                    first = position - 2
            return figures, first
        table = self.sentence.own.numbers
        if word not in table:
            return None
        first = position
        while first > 0 and (
            self.words[first - 1] in table
            or (self.words[first - 1] in self.any.number_links and self.word(first - 2) in table)
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
        if self.word(at) in self.any.year_links:
            at += 1
        year = self.year_at(at)
        if year is None and self.word(at) in self.any.year_nouns:
            at += 1 + (self.word(at + 1) in self.any.fiscal_years)
            year = self.year_at(at)
        if year is not None:
            return year, at
        word = self.word(position + 1)
        if len(word) == 2 and word.isdigit() and self.is_short_year(position + 1):
            return 2000 + int(word), position + 1
        figures = self.fiscal_figures(word) if word.startswith(self.any.fiscal_prefixes) else ""
        return (_century(int(figures)), position + 1) if figures.isdigit() else None

    def fiscal_figures(self, word: str) -> str:
        """What stands behind the letters of a fiscal year (``27`` in FY27), empty without them."""
        prefix = next((prefix for prefix in self.any.fiscal_prefixes if word.startswith(prefix)), word)
        return word[len(prefix) :]

    def is_short_year(self, position: int) -> bool:
        """Whether two figures are a year: an apostrophe before, or nothing counted after."""
        start = self.sentence.tokens.starts[position]
        if start and self.sentence.tokens.folded[start - 1] == "'":
            return True
        if not self.grammar.short_years or not 24 <= int(self.words[position]) <= 45:
            return False
        following = self.word(position + 1)
        return following in {"", ".", ",", ";", ":", ")", "!"}

    def role(self, first: int) -> tuple[str, int]:
        """The role of an expression that starts at ``first``, by what stands before, and its widened start.

        Roles: ``deadline``, ``strong`` (by, before…), ``start``, ``after``, ``base`` (compared with), empty.
        """
        at = first - 1
        own = self.own
        prior = ""
        while at >= 0 and self.words[at] in own.fill:
            prior = self.words[at]
            at -= 1
        word = self.word(at)
        if word in own.base and not (word in own.than and self.word(at - 1) in own.laters):
            return "base", at
        if word in self.any.laters:
            return "strong", at
        if word in own.ends_after:
            return "strong", at
        if word in own.after:
            return "after", at
        if word in own.start or (prior in own.start_fill and word not in own.strong):
            return "start", at
        if (self.word(at - 1), word) in own.start_phrases:
            return "start", at - 1
        if word in self.any.start_links and self.word(at - 1) in own.start:
            return "start", at - 1
        if word in own.strong:
            if word in self.any.until and self.word(at - 1) in self.any.elided_of:
                at -= 1
            return "strong", at
        if word in own.deadline:
            return "deadline", at if word.isalpha() else first
        if prior in own.deadline and prior not in self.any.weak_fill:
            return "deadline", at + 1
        if prior in self.any.articles:
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
        if role == "strong" and not part and self.word(widened) in self.any.before and start != end:
            # Before a period means before its first day, unless that day is past already.
            end = start if self.today is None or start > self.today else end
        if self.today is None:
            known = absolute
            if not known and end < self.day and role != "strong":
                return TimeExpr("past", widened, last, None, None)  # « l'an dernier »
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
        elif word not in context.any.modifier_links:
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

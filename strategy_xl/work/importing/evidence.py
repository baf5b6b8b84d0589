"""How a list writes numbers and dates: by the evidence of a whole column, else of the whole list.

One cell seldom tells whether ``1,200`` is twelve hundred or whether the month comes first; the cells beside
it do, so do currency signs and other columns. Where nothing tells, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from strategy_xl.languages import forms_of
from strategy_xl.schema.spec import FieldType
from strategy_xl.text.parsing import Order, Writing, fold, number_writing
from strategy_xl.work.importing.source import SourceList, different_texts
from strategy_xl.work.importing.words import words

_SLASHED = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(?:\d{4}|\d{2})(?![\d/.-])")
_TITLE_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Evidence:
    """What the cells of a list tell of its writing.

    Arguments:
        listed: the list.
        lang: language of the workbook it goes into.
    """

    listed: SourceList
    lang: str

    def decimal(self, cells: Sequence[Any], kind: FieldType, unit: str | None) -> str | None:
        """The decimal mark of a column: "" where it cannot be told, None where the language may decide.

        Arguments:
            cells: the column.
            kind: type of the field it goes into: amounts have no three decimals, headcounts none at all.
            unit: unit of the field.
        """
        found = _writings(cells, unit)
        sure = {writing.decimal for writing in found if writing.decimal}
        marks = {writing.open for writing in found if writing.open}
        if len(sure) > 1 or (not sure and len(marks) > 1):
            return ""
        if sure or self._mark or not marks:
            return sure.pop() if sure else self._mark
        return self._thousands(marks, kind, has_currency=any(writing.has_currency for writing in found))

    def _thousands(self, marks: set[str], kind: FieldType, *, has_currency: bool) -> str | None:
        """The decimal mark where each number has one mark, with three digits behind it."""
        other = "," if marks == {"."} else "."
        if kind is FieldType.INTEGER or (kind is FieldType.MONEY and has_currency):
            return other
        if marks == {","} and (self.is_english or forms_of(self.lang).decimal == "."):
            return "."
        if kind is FieldType.MONEY:
            return ""
        return "." if self.listed.separator == "," else None

    @cached_property
    def _mark(self) -> str | None:
        """The decimal mark that all columns together show for sure."""
        sure = {
            writing.decimal
            for index in range(len(self.listed.columns))
            if self._day_orders[index] is None
            for writing in _numbers(self.listed.column(index))
            if writing.decimal
        }
        return sure.pop() if len(sure) == 1 else None

    def order(self, cells: Iterable[Any]) -> Order | None:
        """Whether day or month comes first in a column of dates; None where the language may decide."""
        own = _order(cells)
        if own is not None:
            return own
        others = {order for order in self._day_orders.values() if order is not None}
        if len(others) == 1 and Order.OPEN not in others:
            return others.pop()
        return Order.OPEN if others or self.is_english else None

    @cached_property
    def _day_orders(self) -> dict[int, Order | None]:
        return {index: _order(self.listed.column(index)) for index in range(len(self.listed.columns))}

    @cached_property
    def is_english(self) -> bool:
        """Whether the list seems to come from an English program, by separator, decimal point or titles."""
        return self.listed.separator == "," or self._mark == "." or self._has_english_titles

    @cached_property
    def _has_english_titles(self) -> bool:
        titles = [word for title in self.listed.columns for word in _TITLE_WORD.findall(fold(title))]
        english, french = (sum(word in words(lang) for word in titles) for lang in ("english", "french"))
        return english > french


def _writings(cells: Iterable[Any], unit: str | None) -> list[Writing]:
    found = (number_writing(text, unit) for text in different_texts(cells))
    return [writing for writing in found if writing is not None]


def _numbers(cells: Iterable[Any]) -> list[Writing]:
    """The writings of a column of numbers; none of a column in which most cells are something else."""
    texts = different_texts(cells)
    found = _writings(texts, None)
    return found if 2 * len(found) >= len(texts) else []


def _order(cells: Iterable[Any]) -> Order | None:
    """What the dates of a column show of their order; ``OPEN`` when they contradict each other."""
    found = map(_SLASHED.match, different_texts(cells))
    parts = [(int(match[1]), int(match[3])) for match in found if match]
    day = any(first > 12 >= second for first, second in parts)
    month = any(second > 12 >= first for first, second in parts)
    if day and month:
        return Order.OPEN
    return Order.DAY if day else Order.MONTH if month else None

"""Rows of a list that are no records: totals, heads of groups, repeated titles, footers.

Programs print them between and below the records. A row is left aside only where its figures, its place or
its words prove what it is; a client may be called Total, and one may have nothing but a name. What looks like
a total and is not proved to be one is kept, and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from strategy_xl.schema.spec import FieldType
from strategy_xl.text.parsing import Problem, fold, number_writing, parse_number
from strategy_xl.work.importing.evidence import Evidence
from strategy_xl.work.importing.source import SourceList
from strategy_xl.work.importing.words import words

_COUNT = re.compile(r"\s*[(\[](\d+)(?:\s+[^\W\d]+)?[)\]]$")
_TOTAL = re.compile(r"(?:sous[- ]?total|sub[- ]?total|total|totaux|totals|somme|sum of)\b|.*\btotal$")
_CENTS = 0.51
"""What rounding may make of a figure, in the unit of its last place."""
_LOOKED_AT = 200
_LONG = 5
"""Words from which a lone text is a sentence, not a name."""


class Kind(StrEnum):
    """What a row is that is no record."""

    TOTAL = "total"
    GROUP = "group"
    FOOTER = "footer"


@dataclass
class Aside:
    """The rows of a list that are no records.

    Arguments:
        listed: the list.
        evidence: what it tells of its writing.
        name: column of the names.
    """

    listed: SourceList
    evidence: Evidence
    name: int
    kinds: dict[int, Kind] = field(default_factory=dict)
    doubtful: list[int] = field(default_factory=list)
    """Records that are called like a total."""

    def __post_init__(self) -> None:
        """Look at every row."""
        self._calls: dict[int, str] = {}
        rows = self.listed.rows
        self._filled = [[at for at, cell in enumerate(row) if cell != ""] for row in rows]
        self._find_footers()
        for at, row in enumerate(rows):
            if self._filled[at] and at not in self.kinds and self._is_noise(row):
                self.kinds[at] = Kind.FOOTER
        self._find_groups()
        self._find_totals()

    def label(self, at: int) -> str:
        """What a row is called: its name, else its first text."""
        row = self.listed.rows[at]
        cells = [row[self.name], *(row[index] for index in self._filled[at])]
        return next((cell for cell in cells if isinstance(cell, str) and cell), "")

    # -- figures ---------------------------------------------------------------------------------------

    @cached_property
    def _figures(self) -> Mapping[int, list[float | None]]:
        """The columns of figures: index → value of each row."""
        found = {}
        for index in range(len(self.listed.columns)):
            if index == self.name:
                continue
            cells = self.listed.column(index)
            if not _may_be_figures(cells):
                continue
            numbers = list(self._read(cells))
            count = sum(number is not None for number in numbers)
            if count >= 2 and 2 * count >= sum(cell != "" for cell in cells):
                found[index] = numbers
        return found

    def _read(self, cells: Sequence[Any]) -> Iterator[float | None]:
        decimal = self.evidence.decimal(cells, FieldType.MONEY, None) or None
        for cell in cells:
            if isinstance(cell, bool) or cell == "":
                yield None
            elif isinstance(cell, int | float):
                yield float(cell)
            elif isinstance(cell, str):
                number = parse_number(cell, self.evidence.lang, decimal=decimal)
                is_sure = number.problem is Problem.NONE and not number.percent
                yield number.value if is_sure else None
            else:
                yield None

    def _own(self, at: int) -> dict[int, float]:
        """The figures of a row that are not nought."""
        values = ((index, column[at]) for index, column in self._figures.items())
        return {index: value for index, value in values if value}

    def _texts(self, at: int) -> list[int]:
        """Columns in which a row has a text, beside its name; numbers and rates are none."""
        return [index for index in self._filled[at] if index in self._worded and at in self._worded[index]]

    @cached_property
    def _worded(self) -> Mapping[int, set[int]]:
        """The other columns: index → rows that have a text there."""
        return {
            index: {
                at
                for at, cell in enumerate(self.listed.column(index))
                if cell != "" and not (isinstance(cell, str) and number_writing(cell) is not None)
            }
            for index in range(len(self.listed.columns))
            if index != self.name and index not in self._figures
        }

    # -- the kinds -------------------------------------------------------------------------------------

    def _is_noise(self, row: Sequence[Any]) -> bool:
        """The titles once more, or marks without a letter or digit."""
        texts = [cell for cell in row if cell != ""]
        same = sum(cell == title for cell, title in zip(row, self.listed.columns, strict=True) if cell != "")
        is_repeated = same >= 2 and same * 2 > len(texts)
        return is_repeated or not any(char.isalnum() for text in texts for char in str(text))

    def _find_footers(self) -> None:
        """Lone texts below the list: those apart from it by an empty row, sentences and notes of programs."""
        usual = sorted(len(filled) for filled in self._filled if filled)
        if not usual or usual[len(usual) // 2] < 2:
            return
        lone: list[int] = []
        is_apart = False
        for at in range(len(self._filled) - 1, -1, -1):
            count = len(self._filled[at])
            if not count:
                is_apart = bool(lone)
            elif count == 1 and isinstance(self.listed.rows[at][self._filled[at][0]], str):
                lone.append(at)
                is_apart = False
            else:
                break
        is_block = is_apart
        for at in reversed(lone):
            text = fold(self.label(at))
            begins = any(
                text == word or text.startswith((f"{word} ", f"{word}:", f"{word} :"))
                for word in words("footer")
            )
            is_total = _TOTAL.match(text) is not None
            if not is_total and (
                is_block or begins or len(text.split()) > _LONG or text.startswith(("*", "©", "("))
            ):
                self.kinds[at] = Kind.FOOTER
                is_block = True

    def _find_totals(self) -> None:
        """Rows that add up the records above them: all of them, those since the last total, or the totals."""
        every, block, totals = _Sums(self._figures), _Sums(self._figures), _Sums(self._figures)
        records: list[int] = []
        last = max(
            (at for at, filled in enumerate(self._filled) if filled and at not in self.kinds), default=-1
        )
        for at, filled in enumerate(self._filled):
            if self.kinds.get(at) is Kind.GROUP:
                block = _Sums(self._figures)
            if not filled or at in self.kinds:
                continue
            if self._is_total(at, (every, block, totals), is_last=at == last):
                self.kinds[at] = Kind.TOTAL
                totals.add(at)
                block = _Sums(self._figures)
            else:
                records.append(at)
                every.add(at)
                block.add(at)
        # Below the last record several totals may follow each other, of which one is proved.
        for at in reversed(records):
            if self._called(at) not in {"exact", "sure", "measure"} or totals.count == 0:
                break
            if any(kind is Kind.TOTAL and total > at for total, kind in self.kinds.items()):
                self.kinds[at] = Kind.TOTAL
        self.doubtful = [
            at for at in records if at not in self.kinds and self._called(at) in {"exact", "sure"}
        ]

    def _called(self, at: int) -> str:
        """How much a row is called like a total."""
        if at not in self._calls:
            self._calls[at] = self._call(at)
        return self._calls[at]

    def _call(self, at: int) -> str:
        label = fold(_COUNT.sub("", self.label(at))).strip(" -=*:")
        if label in words("sure_total"):
            return "sure"
        if label in words("total"):
            return "exact"
        if label in words("measure"):
            return "measure"
        return "like" if _TOTAL.match(label) else ""

    def _is_total(self, at: int, above: tuple[_Sums, _Sums, _Sums], *, is_last: bool) -> bool:
        called = self._called(at)
        every = above[0]
        if not (called or is_last) or not (every.count or called):
            return False
        own = self._own(at)
        if not every.count:  # on top: the total of all below
            return called != "measure" and self._below(at).matching(own) > 0
        sums = max(part.matching(own) for part in above)
        if called in {"exact", "sure"}:
            is_greatest = all(value >= every.greatest.get(index, 0) for index, value in own.items())
            is_bare = called == "sure" and not self._texts(at)
            return bool(sums) or is_bare or (is_last and is_greatest)
        if called == "like":
            return sums > 0 and (every.count > 1 or not self._texts(at))
        if called == "measure":
            return is_last and not self._texts(at)
        is_bare = not self._texts(at) and (not self.listed.rows[at][self.name] or sums >= 2)
        return is_bare and every.count > 2 and 0 < sums == len(own)

    def _below(self, at: int) -> _Sums:
        """The records below a row, added up."""
        sums = _Sums(self._figures)
        for other in range(at + 1, len(self._filled)):
            if self._filled[other] and other not in self.kinds and not self._called(other):
                sums.add(other)
        return sums

    def _find_groups(self) -> None:
        """Rows above others that are called like what those have in common, or count or add them up."""
        records = [
            at
            for at, filled in enumerate(self._filled)
            if filled and at not in self.kinds and not self._called(at)
        ]
        heads = [at for at in records if self.label(at) and not self._texts(at)]
        has_texts = len(heads) < len(records)
        by_name: list[int] = []
        ends = [*heads[1:], None][: len(heads)]
        places = {at: place for place, at in enumerate(records)}
        for at, end in zip(heads, ends, strict=True):
            count = _COUNT.search(self.label(at))
            first = places[at] + 1
            if has_texts:
                below = records[first : None if end is None else places[end]]
            else:
                below = records[first : first + int(count[1])] if count else records[1:] if first == 1 else []
            if not below:
                continue
            if self._is_group(at, below, int(count[1]) if count else 0, has_texts=has_texts):
                self.kinds[at] = Kind.GROUP
            elif has_texts and not self._own(at) and self._in_common(at, below):
                by_name.append(at)
        if by_name[:1] == records[:1]:  # else an account may be named in those that belong to it
            self.kinds.update(dict.fromkeys(by_name, Kind.GROUP))

    def _in_common(self, at: int, below: Sequence[int]) -> bool:
        """Whether a row is called like what all rows below it have in one of their columns."""
        bare = fold(_COUNT.sub("", self.label(at)).rpartition(":")[2])
        rows = self.listed.rows
        return any(
            all(fold(str(rows[other][index])) == bare for other in below) for index in self._texts(below[0])
        )

    def _is_group(self, at: int, below: Sequence[int], count: int, *, has_texts: bool) -> bool:
        own = self._own(at)
        if own:
            sums = _Sums(self._figures)
            for other in below[:count] if count else below:
                sums.add(other)
            found = sums.matching(own)
            is_sum = found > 0 if count else found == len(own)
            is_told = count or self._in_common(at, below) or (len(below) > 1 and len(own) > 1)
            return is_sum and bool(is_told)
        if not has_texts or len(self._filled[at]) > 1:
            return False
        what, colon, _ = self.label(at).partition(":")
        kinds = words("group") | {fold(title) for title in self.listed.columns}
        is_labelled = bool(colon) and fold(what) in kinds
        return is_labelled or at in self.listed.headings or 0 < count == len(below)


def _may_be_figures(cells: Sequence[Any]) -> bool:
    """Whether the first cells of a column are figures, half of them at least."""
    first = [cell for cell in cells if cell != ""][:_LOOKED_AT]
    found = sum(
        number_writing(cell) is not None if isinstance(cell, str) else _is_number(cell) for cell in first
    )
    return 2 * found >= len(first) > 0


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


class _Sums:
    """The figures of some rows, added up by column."""

    def __init__(self, figures: Mapping[int, list[float | None]]) -> None:
        self._figures = figures
        self._sums = dict.fromkeys(figures, 0.0)
        self.greatest: dict[int, float] = {}
        self.count = 0

    def add(self, at: int) -> None:
        """Count one more row in."""
        self.count += 1
        for index, column in self._figures.items():
            value = column[at]
            if value is not None:
                self._sums[index] += value
                self.greatest[index] = max(value, self.greatest.get(index, value))

    def matching(self, own: Mapping[int, float]) -> int:
        """How many figures of a row are these sums, but for rounding."""
        if not self.count:
            return 0
        cents = _CENTS * 0.01 * self.count
        return sum(
            abs(self._sums[index] - value)
            <= max(cents, abs(value) * 1e-9, _CENTS if abs(value) >= 1000 else 0)
            for index, value in own.items()
        )

"""Rows of a list that are no records: totals, heads of groups, repeated titles, footers.

Programs print them between and below the records. A row is left aside only where its figures, its place or
its words prove what it is; a client may be called Total, and one may have nothing but a name. What looks like
a total and is not proved to be one is kept, and told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from strategy_xl.text.parsing import fold, number_writing
from strategy_xl.work.importing.evidence import Evidence
from strategy_xl.work.importing.figures import Figures, Sums
from strategy_xl.work.importing.source import SourceList, different_texts
from strategy_xl.work.importing.words import words

_COUNT = re.compile(r"\s*[(\[](\d+)(?:\s+[^\W\d]+)?[)\]]$")
_TOTAL = re.compile(r"(?:sous[- ]?total|sub[- ]?total|total|totaux|totals|somme|sum of)\b|.*\btotal$")
_LETTER = re.compile(r"[^\W_]")
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
        self._figures = Figures(self.listed, self.evidence, self.name)
        self._find_footers()
        self._find_noise()
        self._find_groups()
        self._find_totals()

    def label(self, at: int) -> str:
        """What a row is called: its name, else its first text."""
        return self._labels[at]

    @cached_property
    def _labels(self) -> list[str]:
        rows = self.listed.rows
        return [
            name
            if isinstance(name, str) and name
            else next((cell for cell in row if isinstance(cell, str) and cell), "")
            for name, row in zip(self.listed.column(self.name), rows, strict=True)
        ]

    @cached_property
    def _counts(self) -> npt.NDArray[np.intp]:
        """How many cells of each row are filled."""
        counts: npt.NDArray[np.intp] = self.listed.is_filled.sum(axis=0, dtype=np.intp)
        return counts

    def records(self) -> npt.NDArray[np.intp]:
        """Positions of the rows that hold something and are nothing else so far."""
        is_record = self._counts > 0
        is_record[list(self.kinds)] = False
        return np.flatnonzero(is_record)

    # -- texts -----------------------------------------------------------------------------------------

    def _texts(self, at: int) -> list[int]:
        """Columns in which a row has a text, beside its name; numbers and rates are none."""
        return [index for index, is_text in self._worded.items() if is_text[at]]

    @cached_property
    def _worded(self) -> Mapping[int, npt.NDArray[np.bool_]]:
        """The other columns: index → which rows have a text there."""
        found = {}
        for index in range(len(self.listed.columns)):
            if index == self.name or index in self._figures.columns:
                continue
            cells = self.listed.column(index)
            numbers = {text for text in different_texts(cells) if number_writing(text) is not None}
            flags = [not (isinstance(cell, str) and cell in numbers) for cell in cells]
            found[index] = self.listed.is_filled[index] & np.array(flags, dtype=bool)
        return found

    @cached_property
    def _calls(self) -> Mapping[int, str]:
        """Rows that are called like a total, and how much."""
        known = {label: _call(label) for label in set(self._labels)}
        return {at: known[label] for at, label in enumerate(self._labels) if known[label]}

    def _called(self, at: int) -> str:
        return self._calls.get(at, "")

    # -- the kinds -------------------------------------------------------------------------------------

    def _find_noise(self) -> None:
        """The titles once more, or marks without a letter or digit."""
        listed = self.listed
        same = np.zeros(len(listed.rows), dtype=np.intp)
        is_lettered = np.zeros(len(listed.rows), dtype=bool)
        for index, title in enumerate(listed.columns):
            cells, is_filled = listed.column(index), listed.is_filled[index]
            if title in cells:
                same += is_filled & np.array([cell == title for cell in cells], dtype=bool)
            left = np.flatnonzero(is_filled & ~is_lettered)
            is_lettered[left] = [_LETTER.search(str(cells[at])) is not None for at in left.tolist()]
        is_repeated = (same >= 2) & (same * 2 > self._counts)
        rows = self.records()
        for at in rows[is_repeated[rows] | ~is_lettered[rows]].tolist():
            self.kinds[at] = Kind.FOOTER

    def _find_footers(self) -> None:
        """Lone texts below the list: those apart from it by an empty row, sentences and notes of programs."""
        counts, rows = self._counts.tolist(), self.listed.rows
        usual = sorted(count for count in counts if count)
        if not usual or usual[len(usual) // 2] < 2:
            return
        lone: list[int] = []
        is_apart = False
        for at in range(len(rows) - 1, -1, -1):
            if not counts[at]:
                is_apart = bool(lone)
            elif counts[at] == 1 and isinstance(next(cell for cell in rows[at] if cell != ""), str):
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
        left = self.records()
        every, block, totals = Sums(self._figures), Sums(self._figures), Sums(self._figures)
        last = int(left[-1]) if left.size else -1
        groups = {at for at, kind in self.kinds.items() if kind is Kind.GROUP}
        called = {at for at in self._calls if at not in self.kinds}
        begin = 0
        for at in sorted({*groups, *called, *left[-1:].tolist()}):
            place = int(np.searchsorted(left, at))
            every.add(left[begin:place])
            block.add(left[begin:place])
            begin = place
            if at in groups:
                block = Sums(self._figures)
            elif self._is_total(at, (every, block, totals), is_last=at == last):
                self.kinds[at] = Kind.TOTAL
                totals.add(left[place : place + 1])
                block = Sums(self._figures)
                begin = place + 1
        # Below the last record several totals may follow each other, of which one is proved.
        for at in reversed(self.records().tolist()):
            if self._called(at) not in {"exact", "sure", "measure"} or totals.count == 0:
                break
            if any(kind is Kind.TOTAL and total > at for total, kind in self.kinds.items()):
                self.kinds[at] = Kind.TOTAL
        self.doubtful = sorted(
            at for at in called if at not in self.kinds and self._called(at) in {"exact", "sure"}
        )

    def _is_total(self, at: int, above: tuple[Sums, Sums, Sums], *, is_last: bool) -> bool:
        called = self._called(at)
        every = above[0]
        if not (called or is_last) or not (every.count or called):
            return False
        own = self._figures.own(at)
        if not every.count:  # on top: the total of all below
            return called != "measure" and self._below(at).matching(own) > 0
        sums = max(part.matching(own) for part in above)
        if called in {"exact", "sure"}:
            is_bare = called == "sure" and not self._texts(at)
            return bool(sums) or is_bare or (is_last and every.below(own))
        if called == "like":
            return sums > 0 and (every.count > 1 or not self._texts(at))
        if called == "measure":
            return is_last and not self._texts(at)
        is_bare = not self._texts(at) and (not self.listed.rows[at][self.name] or sums >= 2)
        return is_bare and every.count > 2 and 0 < sums == len(own)

    def _below(self, at: int) -> Sums:
        """The records below a row, added up."""
        sums = Sums(self._figures)
        rows = self._uncalled()
        sums.add(rows[rows > at])
        return sums

    def _uncalled(self) -> npt.NDArray[np.intp]:
        """Positions of the records that are not called like a total."""
        is_called = np.zeros(len(self.listed.rows), dtype=bool)
        is_called[list(self._calls)] = True
        rows = self.records()
        return rows[~is_called[rows]]

    def _find_groups(self) -> None:
        """Rows above others that are called like what those have in common, or count or add them up."""
        records = self._uncalled()
        has_text = np.zeros(len(self.listed.rows), dtype=bool)
        for is_text in self._worded.values():
            has_text |= is_text
        bare = np.flatnonzero(~has_text[records]).tolist()
        places = [place for place in bare if self.label(int(records[place]))]
        has_texts = len(places) < len(records)
        by_name: list[int] = []
        for place, end in zip(places, [*places[1:], None][: len(places)], strict=True):
            at = int(records[place])
            count = _count(self.label(at))
            if has_texts:
                below = records[place + 1 : end]
            elif count is not None:
                below = records[place + 1 : place + 1 + count]
            else:
                below = records[1:] if place == 0 else records[:0]
            if not below.size:
                continue
            if self._is_group(at, below, count or 0, has_texts=has_texts):
                self.kinds[at] = Kind.GROUP
            elif has_texts and not self._figures.own(at) and self._in_common(at, below):
                by_name.append(at)
        if by_name[:1] == records[:1].tolist():  # else an account may be named in those that belong to it
            self.kinds.update(dict.fromkeys(by_name, Kind.GROUP))

    def _in_common(self, at: int, below: npt.NDArray[np.intp]) -> bool:
        """Whether a row is called like what all rows below it have in one of their columns."""
        bare = fold(_COUNT.sub("", self.label(at)).rpartition(":")[2])
        rows = self.listed.rows
        return any(
            all(fold(str(rows[other][index])) == bare for other in below.tolist())
            for index in self._texts(int(below[0]))
        )

    def _is_group(self, at: int, below: npt.NDArray[np.intp], count: int, *, has_texts: bool) -> bool:
        own = self._figures.own(at)
        if own:
            sums = Sums(self._figures)
            sums.add(below[:count] if count else below)
            found = sums.matching(own)
            is_sum = found > 0 if count else found == len(own)
            is_told = count or self._in_common(at, below) or (len(below) > 1 and len(own) > 1)
            return is_sum and bool(is_told)
        if not has_texts or self._counts[at] > 1:
            return False
        what, colon, _ = self.label(at).partition(":")
        kinds = words("group") | {fold(title) for title in self.listed.columns}
        is_labelled = bool(colon) and fold(what) in kinds
        return is_labelled or at in self.listed.headings or 0 < count == len(below)


def _count(label: str) -> int | None:
    """How many rows a label says that there are below it: ``Lyon (12)``."""
    found = _COUNT.search(label) if label.endswith((")", "]")) else None
    return None if found is None else int(found[1])


def _call(label: str) -> str:
    """How much a label is like that of a total."""
    plain = fold(label if _count(label) is None else _COUNT.sub("", label)).strip(" -=*:")
    if plain in words("sure_total"):
        return "sure"
    if plain in words("total"):
        return "exact"
    if plain in words("measure"):
        return "measure"
    return "like" if _TOTAL.match(plain) else ""

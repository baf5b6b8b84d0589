"""Rows of a table in which something stands but which are no records: totals, heads of groups, no name.

People paste lists as their programs show them. Such a row is told and left to them, and no new row takes its
place. A row that only lacks its name is one that people are still filling: it stays among the rows that were
read, for what formulas make of it, and only rules do not see it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from strategy_xl.book.frames import Column, total_rows
from strategy_xl.book.known_places import BlockPlace
from strategy_xl.cellvalues import error_value
from strategy_xl.ooxml.sheet_meta import SheetMeta
from strategy_xl.schema.spec import FieldRole, FieldType, TableBlock
from strategy_xl.text.parsing import fold

_PART_TOTAL = re.compile(r"(?:sous[- ]?|sub[- ]?|grand )?total(?: |:).+")
_COUNTED = re.compile(r"(.*\S)\s*\((\d{1,6})\)\s*")
_LIKELY = re.compile(r"total|\(\d+\)\s*(?:\n|$)", re.IGNORECASE)
_ERROR = re.compile(r"^\s*(?:#|Err:)", re.MULTILINE)
_LABELS = (FieldType.TEXT, FieldType.CHOICE)


class LeftOut(NamedTuple):
    """A row that is no record.

    Arguments:
        code: of its finding, "" where others tell it.
        key: the field whose cell shows it.
    """

    code: str
    key: str


def left_out(
    place: BlockPlace,
    cells: Mapping[str, Sequence[Any]],
    columns: Mapping[str, Column],
    filled: npt.NDArray[np.bool_],
    meta: SheetMeta,
) -> dict[int, LeftOut]:
    """The rows (positions) of a table that are no records.

    Arguments:
        place: the table's place.
        cells: raw cells by field key.
        columns: the same cells by type.
        filled: rows in which people filled anything.
        meta: what is known of the sheet.
    """
    block = place.block
    if not isinstance(block, TableBlock) or block.identity_key not in cells:
        return {}
    own = block.identity_key
    totals = total_rows(place, cells, place.header + 1, meta)
    found = {at: LeftOut("SX132", key) for at, key in totals.items()}
    work = _Rows(own, columns, filled)
    found |= {at: LeftOut("SX394", own) for at in work.heads() if at not in found}
    found |= {at: LeftOut("SX132", own) for at in work.part_totals(set(found))}
    found |= {at: LeftOut("SX206", own) for at in work.error_names() if at not in found}
    name = columns[own]
    # A date, a choice or a reference to another sheet is no name of the row's own.
    is_named = name.spec.role is FieldRole.INPUT and name.spec.type is FieldType.TEXT and not name.spec.source
    if is_named and not block.nameless:
        unnamed = np.flatnonzero(filled & ~name.coerced.given)
        found |= {at: LeftOut("", own) for at in unnamed.tolist() if at not in found}
    return found


class _Rows:
    """The typed columns that people fill, asked about single rows."""

    def __init__(self, own: str, columns: Mapping[str, Column], filled: npt.NDArray[np.bool_]) -> None:
        inputs = [item for item in columns.values() if item.spec.role is FieldRole.INPUT]
        self._own = columns[own]
        self._others = [item for item in inputs if item.spec.key != own]
        self._filled = filled
        self._is_text = self._own.spec.type is FieldType.TEXT
        self._given = self._own.coerced.given
        known = self._own.coerced.array[self._given].tolist() if self._is_text else []
        self._joined = "\n".join(map(str, known))

    @cached_property
    def _texts(self) -> dict[int, str]:
        """The names by row; asked for where one of them looks like no name."""
        if not self._is_text:
            return {}
        return {at: str(self._own.coerced.array[at]) for at in np.flatnonzero(self._given).tolist()}

    def part_totals(self, known: set[int]) -> list[int]:
        """Rows named like "Total PME" under which the sum of the rows above stands, or of those of a group.

        Arguments: known: other rows that are no records.
        """
        if not _LIKELY.search(self._joined):
            return []
        found: list[int] = []
        for at, text in self._texts.items():
            if at in known or not _PART_TOTAL.fullmatch(fold(text)):
                continue
            last = max((row for row in (*known, *found) if row < at), default=-1)
            if any(self._is_sum(at, range(first, at)) for first in {0, last + 1}):
                found.append(at)
        return found

    def heads(self) -> list[int]:
        """Rows that only name the group below: by its rows and their sum, or by what these have in common."""
        found: set[int] = set()
        if _LIKELY.search(self._joined):
            for at, text in self._texts.items():
                match = _COUNTED.fullmatch(text)
                if match and self._heads(at, match[1], int(match[2])):
                    found.add(at)
        alone = self._given.copy()
        alone[-1:] = False
        for item in self._others:
            if not alone.any():
                break
            alone &= ~item.coerced.given
        return sorted(found | {at for at in np.flatnonzero(alone).tolist() if self._names_next(at)})

    def error_names(self) -> list[int]:
        """Rows whose name is the text of an error."""
        if not _ERROR.search(self._joined):
            return []
        return [at for at, text in self._texts.items() if error_value(text.strip()) is not None]

    def _heads(self, at: int, name: str, count: int) -> bool:
        below = range(at + 1, at + 1 + count)
        if not count or below.stop > len(self._filled) or not self._filled[below.start : below.stop].all():
            return False
        return self._is_sum(at, below, least=1) or self._share(name, below)

    def _names_next(self, at: int) -> bool:
        return (
            at in self._texts
            and bool(self._filled[at + 1])
            and self._share(self._texts[at], range(at + 1, at + 2))
        )

    def _share(self, name: str, rows: range) -> bool:
        """Whether rows all have a name as a label in one column."""
        wanted = fold(name)
        return any(
            all(
                item.coerced.given[row]
                and wanted in {fold(str(item.coerced.array[row])), fold(str(item.raw[row]))}
                for row in rows
            )
            for item in self._others
            if item.spec.type in _LABELS
        )

    def _is_sum(self, at: int, rows: range, least: int = 2) -> bool:
        """Whether a number of a row is the sum of those of others."""
        for item in self._others:
            if item.coerced.array.dtype.kind != "f":
                continue
            value, parts = item.coerced.array[at], item.coerced.array[rows.start : rows.stop]
            known = parts[~np.isnan(parts)]
            if len(known) >= least and value and math.isclose(value, math.fsum(known), abs_tol=0.5):
                return True
        return False

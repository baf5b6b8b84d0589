"""The entities of a table in the order of its sheet, as numbers and digests: which of them are others now.

It holds no name and is but a shortcut: without it, or where it does not fit to what the history has, all
entities of the workbook are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from strategy_xl.history.inserting import insert_rows
from strategy_xl.history.kept_columns import KeptColumn
from strategy_xl.history.tables import digests

_NUMBER, _DIGEST = np.dtype("<i4"), np.dtype("<i8")
_AT_ONCE = 500


class RowDigests(NamedTuple):
    """The entities of a table, row by row.

    Arguments:
        numbers: theirs in the history.
        digests: of what they were.
    """

    numbers: npt.NDArray[np.integer]
    digests: npt.NDArray[np.integer]

    def packed(self) -> bytes:
        """All of it as bytes."""
        return self.numbers.astype(_NUMBER).tobytes() + self.digests.astype(_DIGEST).tobytes()

    @classmethod
    def unpacked(cls, content: bytes) -> RowDigests | None:
        """What was packed; None for other bytes."""
        rows, rest = divmod(len(content), _NUMBER.itemsize + _DIGEST.itemsize)
        if rest:
            return None
        begin = rows * _NUMBER.itemsize
        return cls(np.frombuffer(content[:begin], _NUMBER), np.frombuffer(content[begin:], _DIGEST))


class Others(NamedTuple):
    """How the rows of a table are others than they were.

    Arguments:
        numbers: of each row the number of its entity; 0 where that is to be found out.
        places: the rows in which something is another.
        left: the numbers whose row is there no more as it was.
    """

    numbers: npt.NDArray[np.integer]
    places: list[int]
    left: list[int]


def others(before: RowDigests, now: Sequence[int]) -> Others | None:
    """How rows are others than they were; None when that cannot be told.

    Arguments: what was kept; the digests of the rows now. The same digest is the same entity unchanged.
    """
    found = digest_array(now)
    numbers = np.zeros(len(found), dtype=_NUMBER)
    both = min(len(found), len(before.digests))
    same = before.digests[:both] == found[:both]
    numbers[:both][same] = before.numbers[:both][same]
    was = np.concatenate([np.flatnonzero(~same), np.arange(both, len(before.digests))])
    left = dict(zip(before.digests[was].tolist(), before.numbers[was].tolist(), strict=True))
    if len(left) != len(was):
        return None
    places = []
    for at in [*np.flatnonzero(~same).tolist(), *range(both, len(found))]:
        number = left.pop(int(found[at]), None)
        if number is None:
            places.append(at)
        else:
            numbers[at] = number
    return Others(numbers, places, list(left.values()))


def digest_array(values: Sequence[int]) -> npt.NDArray[np.integer]:
    """Digests as an array."""
    return values.array if isinstance(values, KeptColumn) else np.array(values, dtype=_DIGEST)


def kept_digests(connection: sa.Connection, books: Sequence[int]) -> dict[int, dict[str, RowDigests]]:
    """What is kept of workbooks, by number and kind."""
    found: dict[int, dict[str, RowDigests]] = {}
    for first in range(0, len(books), _AT_ONCE):
        chosen = digests.c.book.in_(books[first : first + _AT_ONCE])
        for book, kind, content in connection.execute(sa.select(digests).where(chosen)):
            held = RowDigests.unpacked(content)
            if held is not None:
                found.setdefault(book, {})[kind] = held
    return found


def keep_digests(connection: sa.Connection, found: Sequence[tuple[int, str, RowDigests | None]]) -> None:
    """Keep what the tables of workbooks are now.

    Arguments: workbook, kind and rows of each; None where nothing is to be kept.
    """
    if not found:
        return
    own = (digests.c.book == sa.bindparam("of")) & (digests.c.kind == sa.bindparam("own"))
    connection.execute(sa.delete(digests).where(own), [{"of": book, "own": kind} for book, kind, _ in found])
    rows = [(book, kind, held.packed()) for book, kind, held in found if held is not None]
    insert_rows(connection, digests, ("book", "kind", "content"), rows)


def forget_digests(connection: sa.Connection, books: Collection[int]) -> None:
    """Keep nothing of some workbooks: their next night asks for all entities."""
    chosen = sorted(books)
    for first in range(0, len(chosen), _AT_ONCE):
        connection.execute(sa.delete(digests).where(digests.c.book.in_(chosen[first : first + _AT_ONCE])))

"""A part of which some pieces are replaced; and which elements of parts hold formulas."""

from __future__ import annotations

from collections.abc import Collection

SHEET_FORMULAS = frozenset({b"f", b"formula", b"formula1", b"formula2"})
"""Of cells, charts, conditional formats and validations."""
TABLE_FORMULAS = frozenset({b"calculatedColumnFormula", b"totalsRowFormula"})
FORMULAS = SHEET_FORMULAS | TABLE_FORMULAS
NAMED_FORMULAS = FORMULAS | {b"definedName"}


def any_of(elements: Collection[bytes]) -> bytes:
    """Names of elements as a part of a regular expression."""
    return b"|".join(sorted(elements))


class Pieces:
    """A part from its beginning to its end, some pieces of it replaced; the rest as it stands."""

    def __init__(self, data: bytes) -> None:
        """Nothing is replaced yet."""
        self.data = data
        self._out: list[bytes] = []
        self._done = 0

    def put(self, start: int, stop: int, new: bytes) -> None:
        """Replace some bytes behind those that were replaced before."""
        self._out += (self.data[self._done : start], new)
        self._done = stop

    def result(self) -> bytes:
        """The part as it is now."""
        return b"".join([*self._out, self.data[self._done :]]) if self._out else self.data

"""What a criterion of COUNTIFS and its family means, and which cells of a range it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    BOOL,
    ERROR,
    ERRORS,
    NUMBER,
    TEXT,
    Bools,
    Cells,
    Floats,
)
from strategy_xl.formulas.arrays.grouping import Ints
from strategy_xl.formulas.arrays.kinds import parse_number, significant, significant_one
from strategy_xl.formulas.arrays.operators import collation, text_codes
from strategy_xl.formulas.arrays.strings import has_wildcard, wildcard

_OPERATOR = re.compile(r"(<>|<=|>=|=|<|>)?(.*)", re.DOTALL)
_PLAIN = re.compile(r"[^\W\d_][^*?~]*")
"""A text that is only itself: no operator, no pattern, no number."""


class _NoKey:
    """Stands for the key of a criterion that is more than an equality."""


NO_KEY = _NoKey()

Key = str | float | tuple[int, float] | _NoKey
"""A value to be equal to: a lower-case text ("" = blank), a number, or kind and number of the others."""


class Criterion(NamedTuple):
    """One condition on a cell: an operator (``=`` when none is written) and what to compare with.

    ``empty``: the operand is nothing: "" (blank or empty text), "=" (blank only), "<>" (not blank).
    """

    op: str
    kind: int
    number: float = 0.0
    text: str = ""
    empty: bool = False
    written: bool = False

    @property
    def key(self) -> Key:
        """What a cell must be equal to; ``NO_KEY`` when the criterion is more than a plain equality."""
        if self.op != "=" or (self.kind == TEXT and has_wildcard(self.text)) or (self.empty and self.written):
            return NO_KEY
        if self.kind == TEXT:
            return self.text
        return self.number if self.kind == NUMBER else (self.kind, self.number)


@lru_cache(maxsize=4096)
def _read(text: str) -> Criterion:
    match = _OPERATOR.fullmatch(text)
    assert match is not None
    op, operand = match[1] or "=", match[2]
    if operand == "":
        return Criterion(op, TEXT, empty=True, written=match[1] is not None)
    number = parse_number(operand)
    if number is not None:
        return Criterion(op, NUMBER, significant_one(number))
    if operand.upper() in ("TRUE", "FALSE"):
        return Criterion(op, BOOL, float(operand.upper() == "TRUE"))
    if operand.upper() in ERRORS:
        return Criterion(op, ERROR, float(ERRORS.index(operand.upper())))
    return Criterion(op, TEXT, text=operand.lower())


class Asked:
    """What the rows ask of one range: the distinct criteria, and which one each row has."""

    def __init__(self, cells: Cells) -> None:
        """Read criteria cells (flattened); an empty cell asks for 0."""
        if cells.point is not None:
            kind, text = cells.sole or NUMBER, cells.folded.item()
            number = 0.0 if kind == TEXT else significant_one(float(cells.point))
            self._raw: list[tuple[int, float, str]] = [(kind, number, text)]
            self.which: Ints = np.zeros(1, dtype=np.int64)
            return
        if cells.only(NUMBER):
            known, which = np.unique(significant(cells.number), return_inverse=True)
            self._raw = [(NUMBER, value, "") for value in known.tolist()]
            self.which = which.ravel().astype(np.int64)
            return
        codes: dict[object, int] = {}
        if cells.only(TEXT):
            which_list = [codes.setdefault(text, len(codes)) for text in cells.folded.ravel().tolist()]
            self._raw = [(TEXT, 0.0, str(text)) for text in codes]
        else:
            numbers = significant(cells.number).ravel().tolist()
            lines = zip(cells.kind.ravel().tolist(), numbers, cells.folded.ravel().tolist(), strict=True)
            keys: dict[tuple[int, float, str], int] = {}
            which_list = [keys.setdefault(line, len(keys)) for line in lines]
            self._raw = [(NUMBER if kind == BLANK else kind, number, text) for kind, number, text in keys]
        self.which = np.array(which_list, dtype=np.int64)

    def __len__(self) -> int:
        """How many distinct criteria there are."""
        return len(self._raw)

    def criterion(self, at: int) -> Criterion:
        """One of the distinct criteria."""
        kind, number, text = self._raw[at]
        return _read(text) if kind == TEXT else Criterion("=", kind, number)

    @cached_property
    def criteria(self) -> list[Criterion]:
        """All distinct criteria."""
        return [self.criterion(at) for at in range(len(self))]

    def keys(self) -> list[Key] | None:
        """What each distinct criterion wants cells to be equal to; None when one is more than that."""
        found: list[Key] = []
        for at, (kind, _number, text) in enumerate(self._raw):
            key = text if kind == TEXT and is_plain(text) else self.criterion(at).key
            if key is NO_KEY:
                return None
            found.append(key)
        return found


def is_plain(text: object) -> bool:
    """Whether a criterion is a text that asks for nothing but itself."""
    return isinstance(text, str) and _PLAIN.fullmatch(text) is not None and text not in ("true", "false")


ORDER: dict[str, Callable[[Floats, float], Bools]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Range:
    """A range of cells, the same for all rows, with what its criteria need, made once."""

    def __init__(self, cells: Cells) -> None:
        """Take a line of M cells."""
        self.cells = cells
        self._keys: list[Key] | None = None
        self._chosen: dict[Criterion, Bools] = {}

    @cached_property
    def numbers(self) -> Floats:
        """The cells' numbers on 15 digits, shape (M,)."""
        return significant(self.cells.number)

    @cached_property
    def _read(self) -> Floats:
        """The numbers that texts read as, NaN for the others, shape (M,)."""
        codes, places = self.cells.kept("codes", text_codes)
        read = map(_text_key, places)
        values = np.array([key if isinstance(key, float) else np.nan for key in read], dtype=np.float64)
        return values[codes]

    def keys(self) -> list[Key]:
        """What each cell is equal to: a text that reads as a number is that number, "" is blank."""
        if self._keys is None:
            cells = self.cells
            folded = cells.folded.tolist()
            read = {text: _text_key(text) for text in set(folded)}
            if cells.only(TEXT, BLANK):
                self._keys = [read[text] for text in folded]
            else:
                self._keys = [
                    read[text] if kind in (TEXT, BLANK) else number if kind == NUMBER else (kind, number)
                    for kind, number, text in zip(
                        cells.kind.tolist(), self.numbers.tolist(), folded, strict=True
                    )
                ]
        return self._keys

    def chosen(self, criterion: Criterion) -> Bools:
        """The mask of ``matches``, kept for the next who asks for the same."""
        if criterion not in self._chosen:
            self._chosen[criterion] = self.matches(criterion)
        return self._chosen[criterion]

    def matches(self, criterion: Criterion) -> Bools:
        """Mask of the cells that a criterion takes, shape (M,)."""
        cells = self.cells
        if criterion.op == "<>":
            if criterion.empty:
                return ~cells.of(BLANK)
            equal = Criterion("=", criterion.kind, criterion.number, criterion.text)
            return ~self.matches(equal)
        if criterion.op == "=":
            return self._equal(criterion)
        if criterion.empty or criterion.kind == ERROR:
            return np.zeros(cells.shape, dtype=bool)
        if criterion.kind == TEXT:
            sought = collation(criterion.text)
            verdict = {
                text: _text_order(criterion.op, collation(text), sought)
                for text in set(cells.folded.tolist())
            }
            words = np.array([verdict[text] for text in cells.folded.tolist()], dtype=bool)
            return np.asarray(cells.of(TEXT) & words)
        return cells.of(criterion.kind) & ORDER[criterion.op](self.numbers, criterion.number)

    def _equal(self, criterion: Criterion) -> Bools:
        cells = self.cells
        if criterion.empty:
            return (
                cells.of(BLANK)
                if criterion.written
                else cells.of(BLANK) | cells.of(TEXT) & (cells.texts == "")
            )
        if criterion.kind == TEXT and has_wildcard(criterion.text):
            expression = wildcard(criterion.text)
            fits = {text: expression.fullmatch(text) is not None for text in set(cells.folded.tolist())}
            return np.asarray(
                cells.of(TEXT) & np.array([fits[text] for text in cells.folded.tolist()], dtype=bool)
            )
        if criterion.kind == TEXT:
            codes, places = cells.kept("codes", text_codes)
            return np.asarray(codes == places.get(criterion.text, -1))
        found = cells.of(criterion.kind) & (self.numbers == criterion.number)
        if criterion.kind == NUMBER and cells.may(TEXT):
            found = found | (self._read == criterion.number)
        return np.asarray(found)


def _text_key(folded: str) -> Key:
    if is_plain(folded):
        return folded
    number = parse_number(folded)
    return folded if number is None else significant_one(number)


def _text_order(op: str, text: tuple[str, str], sought: tuple[str, str]) -> bool:
    match op:
        case "<":
            return text < sought
        case "<=":
            return text <= sought
        case ">":
            return text > sought
        case _:
            return text >= sought

"""Excel's operators on arrays: arithmetic, joining, comparison."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.cellvalues import LONGEST_TEXT
from strategy_xl.formulas.arrays.blocks import (
    BLANK,
    DIV0,
    ERROR,
    NUM,
    NUMBER,
    TEXT,
    VALUE,
    Bools,
    Cells,
    Floats,
    aligned,
    booleans,
    checked,
    errors_of,
    texts,
    with_errors,
)
from strategy_xl.formulas.arrays.kinds import numeric, significant, textual

_NEARLY = 1e-14
_COMPARE: dict[str, Callable[[npt.NDArray[Any], npt.NDArray[Any]], Bools]] = {
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}


def arithmetic(op: str, left: Cells, right: Cells) -> Cells:
    """``left op right`` for ``+ - * / ^``; shapes broadcast."""
    left, right = aligned([numeric(left), numeric(right)])
    errors = errors_of((left, right))
    a, b = left.number, right.number
    with np.errstate(all="ignore"):
        if op == "+":
            found = a + b
        elif op == "-":
            found = a - b
        elif op == "*":
            found = a * b
        elif op == "/":
            found = np.divide(a, b)
            errors = _also(errors, b == 0, DIV0)
        else:
            found = np.power(a, b)
            errors = _also(errors, (a == 0) & (b < 0), DIV0)
            errors = _also(errors, (a == 0) & (b == 0), NUM)
    return checked(found, errors)


def _also(errors: Floats | None, mask: Bools, code: int) -> Floats | None:
    """Add an error where there is none yet."""
    if not mask.any():
        return errors
    mine = np.where(mask, float(code), -1.0)
    return mine if errors is None else np.where(errors >= 0, errors, mine)


def sign(op: str, operand: Cells) -> Cells:
    """``-x`` and ``x%``; a plus sign changes nothing."""
    if op == "+":
        return operand
    found = numeric(operand)
    return checked(-found.number if op == "-" else found.number / 100, errors_of((found,)))


def join(left: Cells, right: Cells, decimal: str = ".") -> Cells:
    """``left & right``; shapes broadcast."""
    left, right = aligned([textual(left, decimal), textual(right, decimal)])
    joined = left.texts + right.texts
    errors = errors_of((left, right))
    sizes = [len(text) for text in joined.ravel().tolist()]
    if max(sizes, default=0) > LONGEST_TEXT:
        errors = _also(errors, np.array(sizes).reshape(joined.shape) > LONGEST_TEXT, VALUE)
    return with_errors(texts(joined), errors)


def collation(text: str) -> tuple[str, str]:
    """Sort key of a lower-case text: accents count only between otherwise equal texts."""
    plain = "".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))
    return plain, text


def compare(op: str, left: Cells, right: Cells) -> Cells:
    """``left op right`` for ``= <> < > <= >=`` as booleans; shapes broadcast.

    Numbers come before texts before booleans; a blank is the other side's 0, "" or FALSE; texts compare
    without case, numbers on 15 digits.
    """
    if left.only(NUMBER) and right.only(NUMBER):
        one, two = aligned([left, right])
        return booleans(_numbers(op, one.number, two.number))
    size = _size(left, right)
    both_text = left.may(TEXT, BLANK) and right.may(TEXT, BLANK)
    words = _words(op, left, right, size) if both_text else None
    left, right = aligned([left, right])
    errors = errors_of((left, right))
    kind_a, kind_b = left.kind, right.kind
    if left.may(BLANK) or right.may(BLANK):
        kind_a, kind_b = (
            np.where(kind_a == BLANK, kind_b, kind_a),
            np.where(kind_b == BLANK, kind_a, kind_b),
        )
    same = kind_a == kind_b
    found = _numbers(op, left.number, right.number) if _any_number(left, right) else np.zeros(size, bool)
    if words is not None:
        found = np.where(kind_a == TEXT, words, found)
    other = {"=": False, "<>": True}.get(op)
    across = np.broadcast_to(bool(other), size) if other is not None else _COMPARE[op](kind_a, kind_b)
    return with_errors(booleans(np.where(same, found, across)), errors)


def _any_number(left: Cells, right: Cells) -> bool:
    """Whether the number parts can matter (not between texts alone)."""
    return not (left.only(TEXT, ERROR) and right.only(TEXT, ERROR))


def _size(left: Cells, right: Cells) -> tuple[int, ...]:
    return tuple(max(axis) for axis in zip(left.shape, right.shape, strict=True))


def _numbers(op: str, a: Floats, b: Floats) -> Bools:
    equal = np.asarray(a == b)
    with np.errstate(all="ignore"):
        near = ~equal & (np.abs(a - b) <= _NEARLY * np.abs(a))
    if near.any():
        a, b = np.broadcast_arrays(a, b)
        equal[near] = significant(a[near]) == significant(b[near])
    if op == "=":
        return equal
    if op == "<>":
        return ~equal
    strict = _COMPARE[op[0]](a, b) & ~equal
    return np.asarray(strict | equal) if op.endswith("=") else np.asarray(strict)


def _words(op: str, left: Cells, right: Cells, size: tuple[int, ...]) -> Bools:
    """Compare the texts; large tables through ranks, so that each text is looked at once."""
    if op in ("=", "<>") and int(np.prod(size)) <= 4 * (left.number.size + right.number.size):
        one, two = aligned([_folded(left), _folded(right)])
        same = np.asarray(one.texts == two.texts, dtype=bool)
        return same if op == "=" else ~same
    codes_a, codes_b = text_ranks(left, right, ordered=op not in ("=", "<>"))
    one, two = aligned([_ranked(left, codes_a), _ranked(right, codes_b)])
    return _numbers(op, one.number, two.number)


def _folded(cells: Cells) -> Cells:
    return Cells(cells.kind, cells.number, cells.folded, present=cells.present)


def _ranked(cells: Cells, codes: Floats) -> Cells:
    return Cells(cells.kind, codes, present=cells.present)


def text_ranks(left: Cells, right: Cells, *, ordered: bool = True) -> tuple[Floats, Floats]:
    """A number for every text, with the shapes of both arrays: equal for equal texts.

    ``ordered``: in the sort order of all texts.
    """
    words_a, words_b = left.folded.ravel().tolist(), right.folded.ravel().tolist()
    distinct = {*words_a, *words_b}
    order = {
        word: float(rank)
        for rank, word in enumerate(sorted(distinct, key=collation) if ordered else distinct)
    }
    return (
        np.array([order[word] for word in words_a]).reshape(left.shape),
        np.array([order[word] for word in words_b]).reshape(right.shape),
    )


def operate(op: str, left: Cells, right: Cells, decimal: str = ".") -> Cells:
    """Apply a binary operator; shapes broadcast, a range that is too short is filled with #N/A."""
    if op == "&":
        return join(left, right, decimal)
    if op in ("+", "-", "*", "/", "^"):
        return arithmetic(op, left, right)
    return compare(op, left, right)

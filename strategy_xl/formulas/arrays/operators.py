"""Excel's operators on arrays: arithmetic, joining, comparison."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.cellvalues import LONGEST_TEXT
from strategy_xl.formulas.arrays.cell_arrays import (
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
    error,
    errors_of,
    finite,
    fitted,
    fitting,
    numbers,
    point,
    texts,
    with_errors,
)
from strategy_xl.formulas.arrays.kinds import FALSE, TRUE, numeric, significant, significant_one, textual

_NEARLY = 1e-14
_PLAIN: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_EQUALITY = ("=", "<>")
MIRROR = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""The operator that says the same of the sides the other way round."""


def arithmetic(op: str, left: Cells, right: Cells) -> Cells:
    """``left op right`` for ``+ - * / ^``; shapes broadcast."""
    left, right = numeric(left), numeric(right)
    a, b = left.point, right.point
    plain = _PLAIN.get(op)
    if plain is not None:
        if a is not None and b is not None:
            return _point_arithmetic(op, left, right)
        if left.sole == right.sole == NUMBER and fitting(left.shape, right.shape):
            found = plain(left.number if a is None else a, right.number if b is None else b)
            if finite(found):
                return numbers(found)
    left, right = fitted(left, right)
    errors = errors_of((left, right))
    x, y = left.number, right.number
    if op == "/":
        errors = _also(errors, y == 0, DIV0)
    elif op == "^":
        errors = _also(errors, (x == 0) & (y < 0), DIV0)
        errors = _also(errors, (x == 0) & (y == 0), NUM)
    return checked(np.power(x, y) if plain is None else plain(x, y), errors)


def _point_arithmetic(op: str, left: Cells, right: Cells) -> Cells:
    """The same of two single numbers or errors."""
    for part in (left, right):
        if part.sole == ERROR:
            return part.referred(ref=False)
    if op == "/" and right.point == 0:
        return error(DIV0)
    found = _PLAIN[op](left.point, right.point)
    return point(NUMBER, found) if isfinite(found) else error(NUM)


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
    value = found.point
    if value is not None:
        if found.sole == ERROR:
            return found.referred(ref=False)
        return point(NUMBER, -float(value) if op == "-" else float(value) / 100)
    return checked(-found.number if op == "-" else found.number / 100, errors_of((found,)))


def join(left: Cells, right: Cells, decimal: str = ".") -> Cells:
    """``left & right``; shapes broadcast."""
    left, right = textual(left, decimal), textual(right, decimal)
    a, b = left.point, right.point
    if a is not None and b is not None:
        for part in (left, right):
            if part.sole == ERROR:
                return part.referred(ref=False)
        text = f"{a}{b}"
        return error(VALUE) if len(text) > LONGEST_TEXT else point(TEXT, text)
    left, right = fitted(left, right)
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
    if left.point is not None and right.point is not None:
        return _point_compare(op, left, right)
    if left.only(NUMBER, BLANK) and right.only(NUMBER, BLANK) and fitting(left.shape, right.shape):
        return booleans(_numbers(op, left.number, right.number))
    if right.sole == NUMBER and right.point is not None:
        return _with_number(op, left, right)
    if left.sole == NUMBER and left.point is not None:
        return _with_number(MIRROR[op], right, left)
    if op in _EQUALITY:
        for cells, one in ((left, right), (right, left)):
            if one.sole == TEXT and one.point is not None and cells.present & 1 << TEXT:
                return _with_text(op, cells, str(one.point).lower())
    size = _size(left, right)
    both_text = left.may(TEXT, BLANK) and right.may(TEXT, BLANK)
    words = _words(op, left, right) if both_text else None
    left, right = fitted(left, right)
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


def _point_compare(op: str, left: Cells, right: Cells) -> Cells:
    """The same of two single values."""
    kind_a, kind_b = left.sole, right.sole
    for part in (left, right):
        if part.sole == ERROR:
            return part.referred(ref=False)
    if kind_a == BLANK:
        kind_a = kind_b
    elif kind_b == BLANK:
        kind_b = kind_a
    if kind_a != kind_b:
        return TRUE if _COMPARE[op](kind_a, kind_b) else FALSE
    if kind_a == TEXT:
        one, two = (str(part.point).lower() if part.sole == TEXT else "" for part in (left, right))
        if op in _EQUALITY:
            return TRUE if _COMPARE[op](one, two) else FALSE
        return TRUE if _COMPARE[op](collation(one), collation(two)) else FALSE
    a, b = left.point, right.point
    assert isinstance(a, float)
    assert isinstance(b, float)
    if a != b and abs(a - b) <= _NEARLY * abs(a):
        a, b = significant_one(a), significant_one(b)
    return TRUE if _COMPARE[op](a, b) else FALSE


def _with_number(op: str, cells: Cells, one: Cells) -> Cells:
    """Cells compared with one number: what is no number and not blank comes after it."""
    before = cells.kind <= NUMBER
    found = _numbers(op, cells.number, one.number)
    found = found & before if op in ("=", "<", "<=") else found | ~before
    return with_errors(booleans(found), errors_of((cells,)))


def _with_text(op: str, cells: Cells, word: str) -> Cells:
    """Cells ``=`` or ``<>`` one text (in lower case), through the codes of their texts."""
    line = cells.flat()
    if word:
        codes, places = line.kept("codes", text_codes)
        same = codes == places.get(word, -1)
    else:
        same = line.kept("empty", _are_empty)
    same = same.reshape(cells.shape)
    return with_errors(booleans(same if op == "=" else ~same), errors_of((cells,)))


def _are_empty(line: Cells) -> Bools:
    found = np.asarray(line.texts == "", dtype=bool)
    return found if line.only(TEXT, BLANK) else found & (line.of(TEXT) | line.of(BLANK))


def text_codes(line: Cells) -> tuple[npt.NDArray[np.int32], dict[str, int]]:
    """Codes of the texts of a line (M,), the same for texts that differ in case only; code by lower case."""
    words = line.texts.tolist()
    places: dict[str, int] = {}
    known = {word: places.setdefault(word.lower(), len(places)) for word in dict.fromkeys(words)}
    return np.fromiter(map(known.__getitem__, words), np.int32, len(words)), places


def _any_number(left: Cells, right: Cells) -> bool:
    """Whether the number parts can matter (not between texts alone)."""
    return not (left.only(TEXT, ERROR) and right.only(TEXT, ERROR))


def _size(left: Cells, right: Cells) -> tuple[int, ...]:
    return tuple(max(axis) for axis in zip(left.shape, right.shape, strict=True))


def _numbers(op: str, a: Floats, b: Floats) -> Bools:
    """Compare numbers on 15 digits; shapes broadcast."""
    found: Bools = _COMPARE[op](a, b)
    # Few numbers are nearly equal and not the same: those alone are rounded before they are compared.
    if b.size == 1:
        sought = float(b.item())
        edge = 2 * _NEARLY * abs(sought)
        near = (a >= sought - edge) & (a <= sought + edge)
    else:
        near = np.abs(a - b) <= _NEARLY * np.abs(a)
    near &= a != b
    if near.any():
        one, two = (part[near] for part in np.broadcast_arrays(a, b))
        alike = (np.abs(one - two) <= _NEARLY * np.abs(one)) & (significant(one) == significant(two))
        found[near] = np.where(alike, op in ("=", "<=", ">="), found[near])
    return found


def _words(op: str, left: Cells, right: Cells) -> Bools:
    """Compare the texts through ranks, so that each text is looked at once."""
    ranks = text_ranks(left, right, ordered=op not in _EQUALITY)
    one, two = aligned([numbers(part) for part in ranks])
    return np.asarray(_COMPARE[op](one.number, two.number))


def text_ranks(left: Cells, right: Cells, *, ordered: bool = True) -> tuple[Floats, Floats]:
    """A number for every text, with the shapes of both arrays: equal for equal texts.

    ``ordered``: in the sort order of all texts.
    """
    sides = [cells.flat().kept("codes", text_codes) for cells in (left, right)]
    distinct = dict.fromkeys(word for _codes, places in sides for word in places)
    order = {
        word: float(rank)
        for rank, word in enumerate(sorted(distinct, key=collation) if ordered else distinct)
    }
    one, two = (np.array([order[word] for word in places], dtype=float)[codes] for codes, places in sides)
    return one.reshape(left.shape), two.reshape(right.shape)


def operate(op: str, left: Cells, right: Cells, decimal: str = ".") -> Cells:
    """Apply a binary operator; shapes broadcast, a range that is too short is filled with #N/A."""
    if op == "&":
        return join(left, right, decimal)
    if op in ("+", "-", "*", "/", "^"):
        return arithmetic(op, left, right)
    return compare(op, left, right)

"""What Excel makes of a value of another kind: text as number, number as text, anything as truth."""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from strategy_xl.cellvalues import to_serial
from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    BOOL,
    ERROR,
    NUMBER,
    TEXT,
    VALUE,
    Bools,
    Cells,
    Floats,
    booleans,
    error,
    numbers,
    point,
    texts,
    with_errors,
)

TRUE, FALSE = point(BOOL, 1.0), point(BOOL, 0.0)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:[.]\d*)?|[.]\d+)(?:[eE][+-]?\d+)?\s*(%?)\s*")
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*")
_SCIENTIFIC_FROM, _SCIENTIFIC_BELOW = 21, -10


def parse_number(text: str) -> float | None:
    """The number a text stands for (``12``, ``-1.5E3``, ``50%``, ``2026-01-31``); None when it is none."""
    match = _NUMBER.fullmatch(text)
    if match is not None:
        value = float(text.replace("%", "")) / (100 if match[1] else 1)
        return value if np.isfinite(value) else None
    day = _ISO_DAY.fullmatch(text)
    if day is None:
        return None
    try:
        return to_serial(date(int(day[1]), int(day[2]), int(day[3])))
    except ValueError:  # no such day in the calendar: just a text
        return None


def number_text(value: float, decimal: str = ".") -> str:
    """A number as Excel joins it to a text: at most 15 digits, General format."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    mantissa, _e, exponent = f"{value:.14e}".partition("e")
    power = int(exponent)
    if _SCIENTIFIC_BELOW < power < _SCIENTIFIC_FROM:
        plain = f"{float(f'{value:.14e}'):.{max(0, 14 - power)}f}"
        shown = plain.rstrip("0").rstrip(".") if "." in plain else plain
    else:
        shown = f"{mantissa.rstrip('0').rstrip('.')}E{power:+03d}"
    return shown.replace(".", decimal)


def numeric(cells: Cells) -> Cells:
    """Each cell as a number: a blank is 0, TRUE is 1, a text is read or is #VALUE!; errors stay."""
    sole = cells.sole
    if sole == NUMBER:
        return cells
    if cells.point is not None:
        return _numeric_point(cells)
    if not cells.may(TEXT, ERROR):
        return numbers(cells.number)
    number = cells.number
    wrong: Floats | None = None
    if cells.may(TEXT):
        is_text = cells.kind == TEXT
        words = cells.texts[is_text].tolist()
        found = {text: parse_number(text) for text in set(words)}
        wrong = np.where(is_text, float(VALUE), -1.0)
        if any(value is not None for value in found.values()):
            read = [found[text] for text in words]
            number = np.array(number)
            number[is_text] = [0.0 if value is None else value for value in read]
            wrong[is_text] = [VALUE if value is None else -1.0 for value in read]
    if cells.may(ERROR):
        wrong = np.where(cells.of(ERROR), cells.number, -1.0 if wrong is None else wrong)
    return with_errors(numbers(number), wrong)


def _numeric_point(cells: Cells) -> Cells:
    value = cells.point
    if isinstance(value, str):
        value = parse_number(value)
        return error(VALUE) if value is None else point(NUMBER, value)
    assert value is not None
    return point(ERROR if cells.sole == ERROR else NUMBER, value)


def textual(cells: Cells, decimal: str = ".") -> Cells:
    """Each cell as text: a blank is "", a number in General format, TRUE; errors stay."""
    sole, value = cells.sole, cells.point
    if sole == TEXT:
        return cells
    if value is not None:
        if sole == ERROR:
            return point(ERROR, value)
        return point(TEXT, one_text(sole, float(value), decimal))
    found = np.array(cells.texts, dtype=object)
    if cells.may(NUMBER):
        mask = cells.of(NUMBER)
        values = cells.number[mask].tolist()
        shown = {value: number_text(value, decimal) for value in set(values)}
        found[mask] = [shown[value] for value in values]
    if cells.may(BOOL):
        mask = cells.of(BOOL)
        found[mask] = np.where(cells.number[mask] != 0, "TRUE", "FALSE")
    errors = np.where(cells.kind == ERROR, cells.number, -1.0) if cells.may(ERROR) else None
    return with_errors(texts(found), errors)


def one_text(kind: int | None, value: float, decimal: str) -> str:
    """A number, a truth or a blank as ``textual`` shows it."""
    if kind == NUMBER:
        return number_text(value, decimal)
    return "" if kind == BLANK else "TRUE" if value else "FALSE"


def logical(cells: Cells) -> Cells:
    """Each cell as truth: a number that is not 0, TRUE, "TRUE"; another text is #VALUE!; errors stay."""
    if cells.only(BOOL):
        return cells
    if cells.point is not None:
        if cells.sole == ERROR:
            return point(ERROR, cells.point)
        if cells.sole != TEXT:
            return TRUE if cells.point else FALSE
        return {"true": TRUE, "false": FALSE}.get(str(cells.point).lower()) or error(VALUE)
    truth = cells.true
    errors: Floats | None = None
    if cells.may(TEXT):
        is_text = cells.of(TEXT)
        folded = cells.folded
        truth = np.where(is_text, folded == "true", truth)
        errors = np.where(is_text & (folded != "true") & (folded != "false"), float(VALUE), -1.0)
    if cells.may(ERROR):
        errors = np.where(cells.of(ERROR), cells.number, -1.0 if errors is None else errors)
    return with_errors(booleans(np.asarray(truth, dtype=bool)), errors)


def truth(cells: Cells) -> tuple[Bools, Floats | None]:
    """Mask of what is true, and the errors (-1 = none) of a condition, both of the cells' shape."""
    found = logical(cells)
    if not found.may(ERROR):
        return found.true, None
    is_error = found.of(ERROR)
    return found.true & ~is_error, np.where(is_error, found.number, -1.0)


def settled(cells: Cells) -> Cells:
    """What a formula shows: a blank result is 0."""
    if not cells.may(BLANK):
        return cells
    if cells.point is not None:
        return point(NUMBER, 0.0)
    kind = np.where(cells.kind == BLANK, np.uint8(NUMBER), cells.kind)
    return Cells(kind, cells.number, cells.text, present=cells.present & ~(1 << BLANK) | 1 << NUMBER)


def significant(values: Floats) -> Floats:
    """The numbers rounded to 15 significant digits, as Excel compares them, of the same shape."""
    broken = (values != np.rint(values)) | (np.abs(values) >= 1e15)
    if not broken.any():
        return values
    found = np.array(values, dtype=np.float64)
    part = found[broken]
    with np.errstate(all="ignore"):
        power = 14 - np.floor(np.log10(np.abs(part)))
        scale = 10.0 ** np.abs(power)
        rounded = np.where(power >= 0, np.rint(part * scale) / scale, np.rint(part / scale) * scale)
    found[broken] = np.where(np.isfinite(rounded), rounded, part)
    return found


def significant_one(value: float) -> float:
    """One number rounded to 15 significant digits, as ``significant`` does."""
    if value == int(value) and abs(value) < 1e15:
        return value
    # What people type has few digits: it is its own rounding. Rounding the rest by its text would part from
    # ``significant`` where the sixteenth digit is a five.
    if 1e-7 < abs(value) < 1e15 and value == float(f"{value:.12g}"):
        return value
    return float(significant(np.array([value]))[0])

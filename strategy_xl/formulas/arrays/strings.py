"""Functions of text: LEFT, SUBSTITUTE, SEARCH, TEXTJOIN, TEXT, VALUE and others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import repeat
from math import prod

import numpy as np

from strategy_xl.cellvalues import LONGEST_TEXT
from strategy_xl.formulas.arrays.cell_arrays import (
    BLANK,
    ERROR,
    NUMBER,
    TEXT,
    VALUE,
    Cells,
    Floats,
    Shape,
    aligned,
    booleans,
    checked,
    constant,
    error,
    errors_of,
    objects,
    point,
    texts,
    with_errors,
)
from strategy_xl.formulas.arrays.formats import FormatSigns, format_text, format_value
from strategy_xl.formulas.arrays.kinds import FALSE, TRUE, numeric, parse_number, textual, truth
from strategy_xl.formulas.arrays.library import ALL, Environment, function
from strategy_xl.formulas.arrays.maths import failing
from strategy_xl.formulas.arrays.stats import first_errors, flat_rows
from strategy_xl.formulas.tree import UnsupportedError

_SIGN = re.compile(r"~[*?~]|.", re.DOTALL)
_LONGEST_FORMAT = 255
_Plan = Sequence[str]
"""Of each argument: ``t`` text, ``n`` number."""


def _arguments(args: Sequence[Cells], plan: _Plan, env: Environment) -> tuple[list[Cells], Floats | None]:
    """The arguments as texts and numbers, and their first errors, all of one shape but for points."""
    found = [
        textual(part, env.decimal) if kind == "t" else numeric(part)
        for part, kind in zip(args, plan, strict=True)
    ]
    arrays = {part.shape for part in found if part.point is None}
    errors = errors_of(found)
    if len(arrays) != 1 or errors is not None:
        found = aligned(found)
        return found, errors_of(found)
    return found, errors


def _shape(found: Sequence[Cells]) -> Shape:
    return max(part.shape for part in found)


def _points(args: Sequence[Cells], plan: _Plan, env: Environment) -> list[float | str] | Cells | None:
    """The values of single arguments, or the first error among them; None when one is an array."""
    values: list[float | str] = []
    wrong: Cells | None = None
    for part, kind in zip(args, plan, strict=True):
        if part.point is None:
            return None
        found = textual(part, env.decimal) if kind == "t" else numeric(part)
        if found.sole == ERROR and wrong is None:
            wrong = found.referred(ref=False)
        assert found.point is not None
        values.append(found.point)
    return wrong or values


def _rows(found: Sequence[Cells], plan: _Plan, errors: Floats | None) -> list[tuple[object, ...] | None]:
    """The arguments of each position; None where one is an error."""
    size = prod(_shape(found))
    columns = [
        (part.texts if kind == "t" else part.number).ravel().tolist()
        if part.point is None
        else repeat(part.point, size)
        for part, kind in zip(found, plan, strict=True)
    ]
    lines: list[tuple[object, ...] | None] = list(zip(*columns, strict=True))
    if errors is not None:
        for at in np.flatnonzero(errors.ravel() >= 0).tolist():
            lines[at] = None
    return lines


def _texts_of(
    name: str, plan: str, compute: Callable[..., str | None], defaults: Sequence[float | str] = ()
) -> None:
    """Register a function to text: ``compute`` sees Python values and gives None for #VALUE!."""
    low = len(plan) - len(defaults)
    usual = [constant(value) for value in defaults]

    @function(name, args=(low, len(plan)))
    def _call(args: Sequence[Cells], env: Environment) -> Cells:
        given = [*args, *usual[len(args) - low :]]
        single = _points(given, plan, env)
        if isinstance(single, Cells):
            return single
        if single is not None:
            text = compute(*single)
            return error(VALUE) if text is None or len(text) > LONGEST_TEXT else point(TEXT, text)
        found, errors = _arguments(given, plan, env)
        known: dict[object, str | None] = {None: ""}
        values: list[str | None] = []
        for line in _rows(found, plan, errors):
            if line not in known:
                known[line] = compute(*line) if line is not None else ""
            values.append(known[line])
        return _bounded(values, _shape(found), errors)


def _numbers_of(
    name: str, plan: str, compute: Callable[..., float | None], defaults: Sequence[float | str] = ()
) -> None:
    """Register a function to a number: ``compute`` sees Python values and gives None for #VALUE!."""
    low = len(plan) - len(defaults)
    usual = [constant(value) for value in defaults]

    @function(name, args=(low, len(plan)))
    def _call(args: Sequence[Cells], env: Environment) -> Cells:
        given = [*args, *usual[len(args) - low :]]
        single = _points(given, plan, env)
        if isinstance(single, Cells):
            return single
        if single is not None:
            value = compute(*single)
            return error(VALUE) if value is None else point(NUMBER, value)
        found, errors = _arguments(given, plan, env)
        values = [0.0 if line is None else compute(*line) for line in _rows(found, plan, errors)]
        shape = _shape(found)
        wrong = np.array([value is None for value in values], dtype=bool).reshape(shape)
        number = np.array([0.0 if value is None else value for value in values]).reshape(shape)
        return checked(number, failing(wrong, VALUE, errors))


def _left(text: str, count: float) -> str | None:
    return text[: int(count)] if count >= 0 else None


def _right(text: str, count: float) -> str | None:
    return None if count < 0 else text[max(0, len(text) - int(count)) :]


def _mid(text: str, start: float, count: float) -> str | None:
    return text[int(start) - 1 : int(start) - 1 + int(count)] if start >= 1 and count >= 0 else None


def _substitute(text: str, old: str, new: str, nth: float) -> str | None:
    if nth < 0:
        # Counted before: a long text for each sign of a long one is more than a machine holds.
        grown = text.count(old) * (len(new) - len(old)) if old else 0
        return None if len(text) + grown > LONGEST_TEXT else text.replace(old, new) if old else text
    if nth < 1:
        return None
    at = -len(old)
    for _turn in range(int(nth)):
        at = text.find(old, at + len(old)) if old else -1
        if at < 0:
            return text
    return text[:at] + new + text[at + len(old) :]


def _replace(text: str, start: float, count: float, new: str) -> str | None:
    if start < 1 or count < 0:
        return None
    return text[: int(start) - 1] + new + text[int(start) - 1 + int(count) :]


def _rept(text: str, count: float) -> str | None:
    if count < 0 or len(text) * int(count) > LONGEST_TEXT:
        return None
    return text * int(count) if text else ""


def _trim(text: str) -> str:
    return re.sub(r" +", " ", text).strip(" ")


def _proper(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda match: match[0][0].upper() + match[0][1:].lower(), text)


def _character(code: float) -> str | None:
    return chr(int(code)) if 1 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else None


def _char(code: float) -> str | None:
    return bytes([int(code)]).decode("cp1252", "replace") if 1 <= code < 256 else None


_texts_of("LEFT", "tn", _left, (1.0,))
_texts_of("RIGHT", "tn", _right, (1.0,))
_texts_of("MID", "tnn", _mid)
_texts_of("TRIM", "t", _trim)
_texts_of("UPPER", "t", str.upper)
_texts_of("LOWER", "t", str.lower)
_texts_of("PROPER", "t", _proper)
_texts_of("CLEAN", "t", lambda text: re.sub(r"[\x00-\x1f]", "", text))
_texts_of("REPT", "tn", _rept)
_texts_of("SUBSTITUTE", "tttn", _substitute, (-1.0,))
_texts_of("REPLACE", "tnnt", _replace)
_texts_of("UNICHAR", "n", _character)
_texts_of("CHAR", "n", _char)


def _fixed_parts(pattern: str) -> list[str]:
    """Regular expressions of what stands between the ``*`` of a pattern."""
    found = [""]
    for sign in _SIGN.findall(pattern):
        if sign == "*":
            found.append("")
        else:
            found[-1] += "." if sign == "?" else re.escape(sign[-1])
    return found


def _in_order(parts: Sequence[str]) -> str:
    """The parts one after the other: once the first place of one is found, no other is tried."""
    return "".join(f"(?>.*?{part})" for part in parts if part)


@lru_cache(maxsize=4096)
def wildcard(pattern: str) -> re.Pattern[str]:
    """A regular expression for a whole text with ``*`` and ``?`` (``~`` makes them plain), without case."""
    first, *rest = _fixed_parts(pattern)
    tail = f"{_in_order(rest[:-1])}.*{rest[-1]}" if rest else ""
    return re.compile(first + tail, re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=512)
def _sought(pattern: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a text within a text begins with, and what must follow somewhere."""
    first, *rest = _fixed_parts(pattern)
    return tuple(re.compile(part, re.IGNORECASE | re.DOTALL) for part in (first, _in_order(rest)))  # type: ignore[return-value]


def has_wildcard(pattern: str) -> bool:
    """Whether a text is to be read as a pattern."""
    return any(sign in pattern for sign in "*?~")


def _find(wanted: str, text: str, start: float) -> float | None:
    if not 1 <= start <= len(text) + 1:
        return None
    at = text.find(wanted, int(start) - 1)
    return None if at < 0 else at + 1.0


def _search(wanted: str, text: str, start: float) -> float | None:
    if not 1 <= start <= len(text) + 1:
        return None
    first, rest = _sought(wanted)
    # What does not follow the first place does not follow a later one either.
    found = first.search(text, int(start) - 1)
    return None if found is None or rest.match(text, found.end()) is None else found.start() + 1.0


_numbers_of("LEN", "t", lambda text: float(len(text.encode("utf-16-le")) // 2))
_numbers_of("FIND", "ttn", _find, (1.0,))
_numbers_of("SEARCH", "ttn", _search, (1.0,))
_numbers_of("UNICODE", "t", lambda text: float(ord(text[0])) if text else None)
_numbers_of("CODE", "t", lambda text: float(text[0].encode("cp1252", "replace")[0]) if text else None)


@function("DATEVALUE", args=(1, 1))
def _datevalue(args: Sequence[Cells], env: Environment) -> Cells:
    found = textual(args[0], env.decimal)
    day = [parse_number(text) if "-" in text[1:] else None for text in found.texts.ravel().tolist()]
    wrong = np.array([value is None for value in day], dtype=bool).reshape(found.shape)
    number = np.array([0.0 if value is None else value for value in day]).reshape(found.shape)
    return checked(number, failing(wrong, VALUE, errors_of((found,))))


@function("VALUE", args=(1, 1))
def _value(args: Sequence[Cells], _env: Environment) -> Cells:
    return numeric(args[0])


@function("EXACT", args=(2, 2))
def _exact(args: Sequence[Cells], env: Environment) -> Cells:
    single = _points(args, "tt", env)
    if single is not None:
        return single if isinstance(single, Cells) else TRUE if single[0] == single[1] else FALSE
    (one, two), errors = _arguments(args, "tt", env)
    return with_errors(booleans(np.asarray(one.texts == two.texts, dtype=bool)), errors)


@function("TEXT", args=(2, 2))
def _text(args: Sequence[Cells], env: Environment) -> Cells:
    value, pattern = aligned([args[0], textual(args[1], env.decimal)])
    errors = errors_of((value, pattern))
    signs = FormatSigns(env.decimal, env.thousands, env.language)
    found: list[str | None] = []
    shown: dict[tuple[object, str], str | None] = {}
    kinds, numbers_, words = (part.ravel().tolist() for part in (value.kind, value.number, value.texts))
    for kind, number, word, code in zip(kinds, numbers_, words, pattern.texts.ravel().tolist(), strict=True):
        if kind == TEXT:
            parsed = parse_number(word)
            key: tuple[object, str] = (word if parsed is None else parsed, code)
        elif kind in (NUMBER, BLANK):
            key = (number, code)
        else:
            key = ("TRUE" if number else "FALSE", code)
        if key not in shown:
            shown[key] = _formatted(key[0], code, signs)
        found.append(shown[key])
    return _bounded(found, value.shape, errors)


def _formatted(content: object, code: str, signs: FormatSigns) -> str | None:
    if len(code) > _LONGEST_FORMAT:
        return None
    if isinstance(content, str):
        return format_text(content, code)
    return format_value(float(str(content)), code, signs)


def _bounded(found: Sequence[str | None], shape: Shape, errors: Floats | None) -> Cells:
    """Texts, #VALUE! for what is None or longer than a cell holds."""
    kept = ["" if text is None or len(text) > LONGEST_TEXT else text for text in found]
    wrong = np.array([kept[at] == "" and text != "" for at, text in enumerate(found)], dtype=bool)
    return with_errors(texts(objects(kept, shape)), failing(wrong.reshape(shape), VALUE, errors))


@function("CONCATENATE", args=(1, 254))
def _concatenate(args: Sequence[Cells], env: Environment) -> Cells:
    plan = "t" * len(args)
    found, errors = _arguments(args, plan, env)
    lines = [_put_together("", list(map(str, line or ()))) for line in _rows(found, plan, None)]
    return _bounded(lines, _shape(found), errors)


def _put_together(sign: str, line: Sequence[str]) -> str | None:
    """Texts with a sign between them; None when that is longer than a cell holds."""
    size = sum(map(len, line)) + len(sign) * max(len(line) - 1, 0)
    return sign.join(line) if size <= LONGEST_TEXT else None


def _joined(args: Sequence[Cells], env: Environment, delimiter: Cells, skip: Cells) -> Cells:
    """The texts of each row's cells, with a delimiter between them."""
    found = [flat_rows(textual(part, env.decimal)) for part in args]
    if delimiter.shape[1:] != (1, 1) or skip.shape[1:] != (1, 1):
        raise UnsupportedError("TEXTJOIN with several delimiters")
    lead, errors = aligned([textual(delimiter, env.decimal), skip]), errors_of(())
    flags, skip_errors = truth(lead[1])
    rows = max([lead[0].shape[0], *(part.shape[0] for part in found)])
    lines = [part.spread((rows, part.shape[1])) for part in found]
    for wrong in (errors_of((lead[0],)), skip_errors, *(first_errors(part) for part in lines)):
        if wrong is not None:
            mine = np.broadcast_to(wrong.reshape(-1, 1), (rows, 1))
            errors = mine if errors is None else np.where(errors >= 0, errors, mine)
    cells = np.concatenate([part.texts for part in lines], axis=1).tolist()
    between = np.broadcast_to(lead[0].texts.reshape(-1), (rows,)).tolist()
    skips = np.broadcast_to(flags.reshape(-1), (rows,)).tolist()
    joined = [
        _put_together(sign, [text for text in line if text or not skipping])
        for line, sign, skipping in zip(cells, between, skips, strict=True)
    ]
    return _bounded(joined, (rows, 1, 1), None if errors is None else errors.reshape(rows, 1, 1))


@function("CONCAT", args=(1, 254), arrays=ALL)
def _concat(args: Sequence[Cells], env: Environment) -> Cells:
    return _joined(args, env, constant(""), constant(value=False))


@function("TEXTJOIN", args=(3, 254), arrays=ALL)
def _textjoin(args: Sequence[Cells], env: Environment) -> Cells:
    return _joined(args[2:], env, args[0], args[1])

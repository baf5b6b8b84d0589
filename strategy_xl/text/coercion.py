"""Turn the cells of one column into values of the field's type, and tell what could not be turned.

A column that holds what it should passes as a whole; only the odd cells are looked at one by one. A value
that cannot be trusted (ambiguous, out of bounds, a date where a number belongs) becomes missing and is
reported: missing shows as "to complete", a wrong value would show as a wrong class. The workbook itself is
never changed by reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from strategy_xl.cellcolumns import DAY, NUMBER, TEXT, Cells
from strategy_xl.schema.names import YES_NO
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import (
    PLAIN_BOOLEANS,
    Answer,
    Coerced,
    Context,
    as_text,
    cells_of,
    cut,
    each,
    is_equal,
    show,
    uncounted,
)
from strategy_xl.text.coerced_numbers import coerce_dates, coerce_numbers
from strategy_xl.text.parsing import fold, parse_bool

_KINDS: Mapping[FieldType, int] = {**dict.fromkeys(NUMERIC_TYPES, NUMBER), FieldType.DATE: DAY}
"""What cells of a field should hold; texts else."""
_MOST_SUGGESTIONS = 100
"""Different texts of one column for which a likely choice is looked up; more would not be read anyway."""


def coerce_column(values: Sequence[object], spec: FieldSpec, context: Context) -> Coerced:
    """The values of a column by the type of its field.

    Arguments:
        values: cells as read: float, str, bool, date, datetime, time, timedelta, "" or None for empty.
        spec: the field; type, unit, choices and bounds count.
        context: language, date system and lists of the workbook.

    Returns float64 (numbers, NaN missing), nullable booleans, datetime64 (dates) or texts (also the keys of
    choices), with the problems in order. Coercing the result again changes nothing.
    """
    if isinstance(values, Cells) and not values.only(_KINDS.get(spec.type, TEXT)):
        values = list[object](values)
    if spec.type in NUMERIC_TYPES:
        return coerce_numbers(values, spec, context)
    if spec.type is FieldType.DATE:
        return coerce_dates(values, context)
    if spec.type is FieldType.BOOL:
        return _bools(values, context)
    if spec.type is FieldType.CHOICE and spec.choices is not None:
        choices = context.choices[spec.choices]
        if choices.folded or not choices.open:  # else a list of their own, still empty: texts
            return _choices(values, choices, context)
    if isinstance(values, Cells):
        found, at = values.distinct()
        return Coerced(cells_of([text.strip() or None for text in found])[at])
    lang = context.lang
    texts = [(cell.strip() or None) if cell.__class__ is str else as_text(cell, lang) for cell in values]
    return Coerced(cells_of(texts))


# -- yes or no -----------------------------------------------------------------------------------------


def _bools(values: Sequence[object], context: Context) -> Coerced:
    if isinstance(values, Cells):
        texts, at = values.distinct()
        if all(text in PLAIN_BOOLEANS for text in texts):
            truths = [PLAIN_BOOLEANS[text] for text in texts]
            return Coerced(pd.array(truths, dtype="boolean")[at])
        values = list[object](values)
    kinds = set(map(type, values))
    if kinds <= ({str} if context.counts else {str, bool}):
        plain = context.yes_no
        found: list[Any] = [plain.get(value, value) for value in values]
        if set(map(type, found)) <= {bool, type(None)}:
            return Coerced(pd.array(found, dtype="boolean"))
    return each(values, lambda cell: _counted_bool(cell, context), "boolean", context)


def _counted_bool(value: object, context: Context) -> Answer:
    """Yes or no; for ``counts`` only a label of the workbook's list, as formulas compare with it."""
    answer = _bool(value, context)
    if not context.counts or answer[0] is None:
        return answer
    label = context.choices[YES_NO].by_key["yes" if answer[0] else "no"]
    return answer if is_equal(value, label) else uncounted(answer[0], value, label, context)


def _bool(value: object, context: Context) -> Answer:
    if isinstance(value, bool | np.bool_):
        return bool(value), None
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value), None
    if isinstance(value, str) and (found := parse_bool(value)) is not None:
        return found, None
    if YES_NO in context.choices and (key := context.choices[YES_NO].folded.get(fold(str(value)))):
        return key == "yes", None
    return None, ("SX205", {"found": show(value, context.lang)})


# -- choices -------------------------------------------------------------------------------------------


def _choices(values: Sequence[object], choices: Choices, context: Context) -> Coerced:
    exact = choices.exact
    if isinstance(values, Cells):
        texts, at = values.distinct()
        if all(text in exact or not text for text in texts):
            return Coerced(cells_of([exact.get(text) for text in texts])[at])
        values = list[object](values)
    try:
        keys = [exact.get(value) for value in values]  # type: ignore[call-overload]
    except TypeError:
        keys = [None] * len(values)
    left = [position for position, key in enumerate(keys) if key is None and values[position] != ""]
    if not left:
        return Coerced(cells_of(keys))
    rest = [values[position] for position in left]
    asked = 0

    def one(cell: object) -> Answer:
        nonlocal asked
        asked += 1
        return _choice(cell, choices, context, suggest=context.strict and asked <= _MOST_SUGGESTIONS)

    odd = each(rest, one, "text", context)
    for position, key in zip(left, odd.array, strict=True):
        keys[position] = key
    problems = tuple(replace(item, position=left[item.position]) for item in odd.problems)
    return Coerced(cells_of(keys), problems)


def _choice(value: object, choices: Choices, context: Context, *, suggest: bool) -> Answer:
    text = as_text(value, context.lang) or ""
    key = choices.folded.get(fold(text))
    if key is None and not context.strict and fold(text) in choices.renamed:
        key = choices.exact[choices.renamed[fold(text)]]  # what an earlier run wrote
    if key is not None:
        label = choices.by_key.get(key, key)
        if context.counts and not choices.open and not is_equal(value, label):
            return uncounted(key, value, label, context)
        return key, None
    suggestion = choices.suggest(text) if suggest else None
    if choices.open:
        # A label nearly like a known one is likely a slip, but it is theirs to keep.
        return text, ("SX214", {"found": cut(text), "suggestion": suggestion}) if suggestion else None
    if suggestion:
        return None, ("SX204", {"found": cut(text), "suggestion": suggestion})
    return None, ("SX220", {"found": cut(text), "expected": ", ".join(choices.labels)})

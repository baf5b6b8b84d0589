"""What coercion of every type shares: values and what was wrong with them, and cells looked at one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.cellcolumns import Cells
from strategy_xl.errors import Severity
from strategy_xl.languages import HOUSE, LANGUAGES, forms_of
from strategy_xl.schema.names import YES_NO
from strategy_xl.text.catalog import format_value, message
from strategy_xl.text.choices import Choices

TEXT_DTYPE: Any = pd.Series([], dtype="str").dtype if int(pd.__version__.split(".", 1)[0]) >= 3 else object
_LONGEST_SHOWN = 80
PLAIN_BOOLEANS: Mapping[object, bool | None] = {
    **{forms_of(lang).no[0].capitalize(): False for lang in LANGUAGES},
    **{forms_of(lang).yes[0].capitalize(): True for lang in LANGUAGES},
    "": None,
}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that could not be taken as it is.

    ``position`` counts from 0 in the column given; ``meant``: what the cell ought to hold, to be put right.
    """

    position: int
    code: str
    args: Mapping[str, object]
    severity: Severity = Severity.WARNING
    meant: object = None


@dataclass(frozen=True, slots=True)
class Coerced:
    """A column of values and what was wrong in it.

    ``array`` is a numpy array (float64, datetime64[ns], object for texts) or a pandas boolean array.
    """

    array: Any
    problems: tuple[CellProblem, ...] = ()

    @property
    def series(self) -> pd.Series[Any]:
        """The values as a Series with index 0…n-1; texts have pandas' text type."""
        return pd.Series(as_column(self.array))

    @property
    def given(self) -> npt.NDArray[np.bool_]:
        """Which cells have a value."""
        return ~np.asarray(pd.isna(self.array), dtype=bool)


def as_column(array: Any) -> Any:
    """An array as it goes into a frame: texts get pandas' text type."""
    if isinstance(array, np.ndarray) and array.dtype == object:
        return pd.array(array, dtype=TEXT_DTYPE) if TEXT_DTYPE is not object else array
    return array


@dataclass(frozen=True)
class Context:
    """What coercion must know of the workbook."""

    lang: str = HOUSE
    date1904: bool = False
    choices: Mapping[str, Choices] = field(default_factory=dict)
    strict: bool = True
    """Report problems and check bounds; off for computed and owned cells, which people did not type."""
    counts: bool = False
    """Count what Excel's own formulas count and nothing else: a number or date typed as text, or a choice
    with a space too many, is missing, and told with what was probably meant."""
    tidies: bool = False
    """With ``counts``: take what was meant as if it stood there already; it is going to be written."""

    @cached_property
    def yes_no(self) -> Mapping[object, bool | None]:
        """The cells of a yes-or-no column that need no closer look."""
        if not self.counts:
            return PLAIN_BOOLEANS
        labels = self.choices[YES_NO].by_key
        return {labels["yes"]: True, labels["no"]: False, "": None}


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing: no value, NaN, or text of spaces only."""
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, float) and math.isnan(value)


def blank_mask(values: Iterable[object]) -> npt.NDArray[np.bool_]:
    """Which cells hold nothing."""
    if isinstance(values, Cells):
        return values.blank()
    return np.array([value == "" or is_blank(value) for value in values], dtype=bool)


_Problem = tuple[str, Mapping[str, object]] | tuple[str, Mapping[str, object], Severity, object]
Answer = tuple[Any, _Problem | None]
"""The value, missing when it cannot be trusted, and what is wrong: all of ``CellProblem`` but its place."""


def show(value: object, lang: str) -> str:
    """A cell's value as people see it in a message, cut after 80 characters."""
    return cut(as_text(value, lang) or "")


def cut(text: str) -> str:
    """A text as messages show it, not too long."""
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def as_text(value: object, lang: str) -> str | None:
    """A cell as text: whole numbers without decimals, dates in the language's order."""
    if value.__class__ is str:
        return value.strip() or None
    if is_blank(value):
        return None
    if isinstance(value, bool):
        return message("core.yes" if value else "core.no", lang)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, date):
        return value.strftime(forms_of(lang).date_text)
    return str(value).strip() or None


def cells_of(values: Sequence[object]) -> npt.NDArray[np.object_]:
    """Values as an array of objects, whatever they are."""
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def each(values: Sequence[object], one: Callable[[object], Answer], dtype: str, context: Context) -> Coerced:
    """Coerce every cell; equal texts are looked at once."""
    known: dict[tuple[type, object], Answer] = {}
    found: list[Any] = []
    problems: list[CellProblem] = []
    for position, value in enumerate(values):
        if value.__class__ is str and not value:
            found.append(None)
            continue
        key = (type(value), value)
        answer = known.get(key)
        if answer is None:
            answer = known[key] = (None, None) if is_blank(value) else one(value)
        found.append(answer[0])
        if answer[1] is not None and context.strict:
            problems.append(CellProblem(position, *answer[1]))
    if dtype == "text":
        return Coerced(cells_of(found), tuple(problems))
    if dtype == "boolean":
        return Coerced(pd.array(found, dtype="boolean"), tuple(problems))
    return Coerced(np.array(found, dtype=dtype), tuple(problems))


def is_equal(value: object, label: str) -> bool:
    """Whether Excel's ``=`` takes a cell for a text: capitals do not matter, all else does."""
    return isinstance(value, str) and value.casefold() == label.casefold()


def uncounted(
    value: Any, cell: object, meant: object, context: Context, form: str = "text"
) -> tuple[Any, tuple[str, Mapping[str, object], Severity, object]]:
    """What Excel does not count: missing, or put right.

    Arguments: value: what it is once it is put right; cell: what stands there; meant: what ought to stand
    there, told in a form of the catalogue.
    """
    found = cut(cell) if isinstance(cell, str) else show(cell, context.lang)
    if isinstance(cell, bool | np.bool_):
        found = message("core.true" if cell else "core.false", context.lang)
    args = {"found": found, "meant": format_value(meant, form, context.lang)}
    if context.tidies:
        return value, ("SX222", args, Severity.NOTE, meant)
    return None, ("SX221", args, Severity.WARNING, meant)

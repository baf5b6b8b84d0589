"""The cell functions: one definition each, for Excel, LibreOffice, the command line, the docs and the tests.

``@cell_function`` records a function and returns it unchanged. ``call`` is the only door that hosts use:
cells in, a block of cells out, never a traceback. Nothing heavy is imported until a function is called.
"""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from strategy_xl.errors import StrategyXlError
from strategy_xl.functions.results import Block, CellError, clip, error_text
from strategy_xl.text.catalog import LANGUAGES, has_message, message

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from strategy_xl.functions.given import Given

PREFIX = "STRAT_"
MAX_NAME = 31
EXAMPLE_DAY = date(2026, 5, 27)
"""Reference date of the examples."""

logger = logging.getLogger(__name__)


class Kind(StrEnum):
    """What an argument takes."""

    CELLS = "cells"  # a cell or a range, one value a row; a cell serves every row
    RANGE = "range"  # a range of its own, whose shape means something
    TABLE = "table"  # a range whose first row (or column) holds headers
    SCALAR = "scalar"  # one cell


class Shape(StrEnum):
    """What a function returns."""

    SCALAR = "scalar"  # one cell
    COLUMN = "column"  # one cell for each row given
    ROWS = "rows"  # several cells side by side for each row given
    TABLE = "table"  # a block of its own size


class CellType(StrEnum):
    """What the cells of an argument hold, when no field of the templates says it."""

    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    PERCENT = "percent"
    TEXT = "text"
    DATE = "date"
    BOOL = "bool"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a cell function.

    Arguments:
        name: ASCII name, shown by the function wizard.
        kind: see ``Kind``.
        field: ``block.key`` of the template field whose type, label, bounds and choices hold; for a table,
            the ``block`` (or blocks, joined by ``+``) whose labels its headers may be. The first argument
            of a function that takes cells may also be a table of ``table``.
        type: type of the cells when there is no field.
        choices: list of the templates, for ``choice``.
        minimum, maximum: bounds when there is no field.
        required: the function says so when it is left out.
        table: block whose table with headers may stand here for all the cells of the row.
    """

    name: str
    kind: Kind = Kind.CELLS
    field: str = ""
    type: CellType = CellType.TEXT
    choices: str = ""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    table: str = ""

    @property
    def key(self) -> str:
        """Column of the rule's input that the argument fills."""
        return self.field.rpartition(".")[2] if self.kind is not Kind.TABLE and self.field else self.name


@dataclass(frozen=True, slots=True)
class Example:
    """A call that the tests run and the docs show.

    Arguments:
        args: cells as a host hands them over (None for an argument left out).
        expected: the cells returned.
        lang, settings: as for ``call``.
    """

    args: tuple[object, ...]
    expected: Sequence[Sequence[object]]
    lang: str = "fr"
    settings: Mapping[str, object] = field(default_factory=dict)


Columns = Sequence["Sequence[object] | pd.Series[Any] | npt.NDArray[Any]"]
"""What a cell function returns: columns of equal length, one row per given row (or its own rows)."""

_Function = TypeVar("_Function", bound="Callable[[Given], Columns]")


@dataclass(frozen=True, slots=True)
class CellFunction:
    """One cell function as hosts and docs see it; see ``cell_function``."""

    name: str
    category: str
    arguments: tuple[Argument, ...]
    shape: Shape
    results: tuple[str, ...]
    examples: tuple[Example, ...]
    run: Callable[[Given], Columns]
    together: bool = False

    def title(self, lang: str) -> str:
        """What the function is for, in one sentence."""
        return message(f"functions.{self.name}", lang)

    def remark(self, lang: str) -> str:
        """What else to know; ``""`` when there is nothing."""
        key = f"functions.{self.name}.remark"
        return message(key, lang) if has_message(key, lang) else ""

    def describe(self, argument: Argument, lang: str) -> str:
        """What an argument is: its own message, else the one of all arguments of that name."""
        own = f"functions.{self.name}.{argument.name}"
        return message(own if has_message(own, lang) else f"functions.argument.{argument.name}", lang)

    def category_title(self, lang: str) -> str:
        """The category as the function wizard shows it."""
        return message(f"functions.category.{self.category}", lang)

    def result_titles(self, lang: str) -> tuple[str, ...]:
        """What each result column holds."""
        return tuple(message(f"functions.result.{key}", lang) for key in self.results)


_REGISTRY: dict[str, CellFunction] = {}

SETTINGS = Argument("settings", Kind.RANGE)
LANG = Argument("lang", Kind.SCALAR)


def cell_function(  # noqa: PLR0913 - one keyword per thing that a host or a page must know
    name: str,
    *,
    category: str,
    arguments: Sequence[Argument],
    shape: Shape,
    results: Sequence[str],
    examples: Sequence[Example],
    thresholds: bool = True,
    together: bool = False,
) -> Callable[[_Function], _Function]:
    """Record a cell function; the decorated function itself is returned unchanged.

    Arguments:
        name: ``STRAT_…``.
        category: key of the category (``functions.category.<key>`` in the catalogue).
        arguments: in the order of the formula; ``settings`` (with ``thresholds``) and ``lang`` follow.
        shape: shape of the result.
        results: keys of the result columns (``functions.result.<key>``).
        examples: at least one.
        thresholds: whether the workbook's settings can change the answer.
        together: whether a row's answer rests on the other rows: one that cannot be used then withholds all.

    Raises ValueError when the name is taken.
    """
    if name in _REGISTRY:
        raise ValueError(name)

    def record(function: _Function) -> _Function:
        _REGISTRY[name] = CellFunction(
            name,
            category,
            (*arguments, *((SETTINGS,) if thresholds else ()), LANG),
            shape,
            tuple(results),
            tuple(examples),
            function,
            together,
        )
        return function

    return record


@cache
def functions() -> Mapping[str, CellFunction]:
    """Every cell function by name, in the order of the method; a module put into ``cells`` is found."""
    package = import_module("strategy_xl.functions.cells")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    order = {name: place for place, name in enumerate(package.ORDER)}
    return dict(sorted(_REGISTRY.items(), key=lambda item: order.get(item[1].category, len(order))))


def find(name: str) -> CellFunction | None:
    """The function of that name, with or without ``STRAT_``, whatever the capitals; None for no such name."""
    upper = name.strip().upper().replace(".", "_")
    return functions().get(upper) or functions().get(PREFIX + upper)


def call(
    name: str,
    args: Sequence[object],
    *,
    settings: Mapping[str, object] | None = None,
    lang: str = "fr",
    today: date,
) -> Block:
    """Run a cell function on cells; every host goes through here.

    Arguments:
        name: name of the function.
        args: one value an argument, trailing ones may be left out. A value is a cell (None, bool, number,
            text, date, ``CellError``), a list of cells (a column) or a list of rows.
        settings: raw cells by settings key (``score_threshold`` …, the workbook's ``SX_<key>`` names).
        lang: language of labels and sentences; the workbook's own (setting ``language``) outranks it, and the
            function's ``lang`` argument both.
        today: reference date, unless the settings fix one (``reference_date``).

    Returns rows of cells: text of at most 255 characters, float, bool or ``CellError``; ``""`` where there is
    nothing to say. Input that cannot be used gives a short message in its row, a cell that holds an error
    gives #N/A in its row; a fault of the program gives #VALUE! and is logged. Never raises for data.
    """
    language = lang if lang in LANGUAGES else "fr"
    try:
        from strategy_xl.functions.coercion import Refusal
        from strategy_xl.functions.running import run

        function = find(name)
        if function is None:
            return [[clip(message("functions.UNKNOWN", language, name=str(name)))]]
        try:
            return run(function, args, settings or {}, language, today)
        except Refusal as refusal:
            return [[refusal.cell]]
        except StrategyXlError as error:
            return [[error_text(error, language)]]
    except Exception:  # the host would show a traceback in the cell; the log has it
        logger.exception("%s failed", name)
        return [[CellError.VALUE]]

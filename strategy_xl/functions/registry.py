"""The cell functions: one definition each, for Excel, LibreOffice, the command line, the docs and the tests.

``@cell_function`` records a function and returns it unchanged. Nothing heavy is imported by listing them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from strategy_xl.functions.arguments import LANG, SETTINGS, Argument
from strategy_xl.text.catalog import has_message, message

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from strategy_xl.functions.given import Given

PREFIX = "STRAT_"
EXAMPLE_DAY = date(2026, 5, 27)
"""Reference date of the examples."""


class Shape(StrEnum):
    """What a function returns."""

    SCALAR = "scalar"  # one cell
    COLUMN = "column"  # one cell for each row given
    ROWS = "rows"  # several cells side by side for each row given
    TABLE = "table"  # a block of its own size


@dataclass(frozen=True, slots=True)
class Example:
    """A call that the tests run and the docs show.

    Arguments:
        args: cells as a host hands them over (None for an argument left out).
        expected: the cells returned.
        lang, settings: as for ``calling.call``.
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
        together: whether a row's answer rests on the other rows: an error in one then withholds all.

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

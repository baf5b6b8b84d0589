"""The cell functions as xlwings' COM server calls them: one attribute of this module per function.

The server imports this module by name; nothing else does: ``xlwings.udfs`` needs pywin32, that is Windows.
Every argument comes as rows of cells (``ndim=2``) with errors as their text; what goes wrong is told in the
cell: ``calling.call`` never raises.

An error value cannot be sent through pywin32: it turns every VT_ERROR into "argument missing". Errors
therefore leave here as their text, and the add-in's VBA makes error values of them.
"""

from __future__ import annotations

import inspect
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pywintypes
from xlwings import _xlwindows
from xlwings.udfs import xlarg, xlfunc

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import CellFunction, functions
from strategy_xl.functions.results import with_error_texts
from strategy_xl.hosts.excel.menu_language import menu_language
from strategy_xl.hosts.settings import BookSettings
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.names import anchor_name, setting_name

DOC_LANGUAGE = "fr"
"""Of the texts that xlwings' own import would show; the add-in brings its own, in Excel's language."""

_BOOKS_KEPT = 16
_REFUSED = -2147352567  # DISP_E_EXCEPTION: Excel itself said no

logger = logging.getLogger(__name__)
_books: OrderedDict[str, BookSettings] = OrderedDict()


def _calling_book() -> Any:
    """The workbook whose cell is computed, as the server tells for each call; None when it does not."""
    return _xlwindows.BOOK_CALLER


def _range_of(name: str) -> Any:
    """The cell that a name of the calling workbook stands for; None without such a name or cell."""
    try:
        found: Any = _calling_book().Names.Item(name).RefersToRange
    except pywintypes.com_error as error:
        if error.hresult != _REFUSED:
            raise
        found = None
    return found


def _named_cell(name: str) -> object:
    """What a setting's cell of the calling workbook holds, an error as its text; None when there is none.

    Any other trouble is raised: a threshold that cannot be read must not become the default.
    """
    # Where a default stands for a blank cell, the public name is a formula: the cell has a name of its own.
    key = name.removeprefix(setting_name(""))
    found = _range_of(name)
    if found is None:
        found = _range_of(anchor_name(SETTINGS_BLOCK, key))
    if found is None:
        return None
    value: object = found.Value
    # Whole numbers are never whole here: Excel gives them floating, and errors as codes.
    return _xlwindows.cell_errors.get(value, value) if type(value) is int else value


def _settings() -> BookSettings | None:
    """The settings of the calling workbook."""
    book = _calling_book()
    if book is None:
        return None
    name = str(book.FullName)
    if name not in _books:
        _books[name] = BookSettings(_named_cell)
        if len(_books) > _BOOKS_KEPT:
            _books.popitem(last=False)
    _books.move_to_end(name)
    return _books[name]


@cache
def _ui_language() -> str:
    """French for an Excel in French, else English; asked once."""
    return menu_language(_calling_book().Application)


def _udf(function: CellFunction) -> Callable[..., list[list[object]]]:
    """A function with the marks that xlwings reads."""

    def answer(*args: object) -> list[list[object]]:
        try:
            settings = _settings()
            lang = DOC_LANGUAGE if settings is None else _ui_language()
        except Exception:  # late binding makes an AttributeError of what a busy Excel does not answer
            logger.exception("%s: the workbook cannot be asked", function.name)
            return [[str(ErrorValue.VALUE)]]
        day = date.today()  # noqa: DTZ011 - people's calendar day
        return with_error_texts(call(function.name, args, settings=settings, lang=lang, today=day))

    answer.__name__ = answer.__qualname__ = function.name
    answer.__doc__ = function.title(DOC_LANGUAGE)
    answer.__annotations__ = {}  # xlwings would take them for converters
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(item.name, kind, default=None) for item in function.arguments]
    answer.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    for item in function.arguments:
        xlarg(item.name, ndim=2, err_to_str=True, doc=function.describe(item, DOC_LANGUAGE))(answer)
    xlfunc(answer, category=function.category_title(DOC_LANGUAGE))  # last: xlarg sets another category
    return answer


globals().update({name: _udf(function) for name, function in functions().items()})

"""In a process of its own: every cell function through xlwings' COM pipeline, over a stand-in of pywin32.

Prints what was given back and what a direct call gives, as JSON.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from fake_pywin32 import (
    ERROR_CODES,
    FORMULA,
    GONE,
    MISSING,
    REFUSED,
    ComBook,
    ComError,
    ComRange,
    LostBook,
    com_time,
    installed,
)

XLWINGS = installed()

from xlwings.com_server import XLPython  # noqa: E402

from strategy_xl.cellvalues import ErrorValue  # noqa: E402
from strategy_xl.functions.calling import call  # noqa: E402
from strategy_xl.functions.registry import EXAMPLE_DAY, functions  # noqa: E402
from strategy_xl.hosts.excel import udfs  # noqa: E402
from strategy_xl.hosts.excel.vba.modules import UDFS  # noqa: E402

CLASS = "STRAT_CLIENT_CLASS"
LANGUAGES = {"fr": 1036, "en": 1033}


class ExampleDay(date):
    """A calendar that always stands at the day of the examples."""

    @classmethod
    def today(cls) -> date:  # type: ignore[override]
        """The day of the examples."""
        return EXAMPLE_DAY


udfs.date = ExampleDay  # type: ignore[attr-defined]


def cell(value: object) -> object:
    """A cell as COM gives it: numbers are floating, errors are codes, dates have a zone."""
    if isinstance(value, str):
        return ERROR_CODES.get(value, value)
    if isinstance(value, date):
        return com_time(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def block(value: object) -> object:
    """An argument as COM gives it: one cell, or rows of cells."""
    if not isinstance(value, list | tuple):
        return cell(value)
    rows = value if value and isinstance(value[0], list | tuple) else [[item] for item in value]
    return tuple(tuple(cell(item) for item in row) for row in rows)


def as_value(value: object) -> object:
    """An argument typed into the formula, or calculated in it."""
    return MISSING if value is None else block(value)


def as_range(value: object) -> object:
    """An argument that is a range, of one cell where there is one value."""
    return MISSING if value is None else ComRange(block(value))


FORMS = {"values": as_value, "ranges": as_range}


def told(cells: Any) -> Any:
    """Rows of cells for JSON, errors as their text."""
    return [[str(item) if isinstance(item, ErrorValue) else item for item in row] for row in cells]


def ask(name: str, args: Any, book: object = None) -> Any:
    """A call as the add-in's VBA makes it; the interface language is asked anew."""
    udfs._ui_language.cache_clear()  # a process serves one Excel, this one many
    return XLWINGS.call_udf(UDFS, name, tuple(args), book, None)


def both(
    name: str, args: Any, *, lang: str = "fr", named: Mapping[str, object] | None = None, form: str = "ranges"
) -> dict[str, Any]:
    """One call through COM and directly."""
    book = ComBook({f"SX_{key}": cell(value) for key, value in (named or {}).items()}, LANGUAGES[lang])
    found = ask(name, map(FORMS[form], args), book)
    wanted = call(name, args, settings=dict(named or {}), lang=lang, today=EXAMPLE_DAY)
    return {"name": name, "form": form, "found": found, "wanted": told(wanted), "asked": book.asked}


def alone() -> Any:
    """A call without workbook, before any other: nothing to read settings or a language from."""
    return XLWINGS.call_udf(UDFS, CLASS, (8.0, 9.0), None, None)


def examples() -> list[dict[str, Any]]:
    """Every example of every function, as values and as ranges, trailing arguments left out or missing."""
    found = []
    for name, function in functions().items():
        for example in function.examples:
            full = (*example.args, *[None] * (len(function.arguments) - len(example.args)))
            for form in FORMS:
                for args in (example.args, full):
                    item = both(name, args, lang=example.lang, form=form)
                    found.append({**item, "lang": example.lang})
    return found


def served() -> list[dict[str, Any]]:
    """Every example through the COM server, which takes the brackets off a cell or a row alone."""
    found = []
    for name, function in functions().items():
        for example in function.examples:
            udfs._ui_language.cache_clear()
            book = ComBook(language=LANGUAGES[example.lang])
            answer = XLPython().CallUDF(UDFS, name, tuple(map(as_range, example.args)), book, None)
            wanted = told(call(name, example.args, lang=example.lang, today=EXAMPLE_DAY))
            found.append({"name": name, "found": answer, "wanted": wanted})
    return found


def odd() -> dict[str, Any]:
    """Cells of every kind, thresholds, languages and failures."""
    kpi = functions()["STRAT_KPI_STATUS"]
    sample = kpi.examples[0]
    day_columns = [place for place, item in enumerate(kpi.arguments) if item.key in {"start", "end"}]
    assert day_columns
    args = list(sample.args)
    for place in day_columns:
        args[place] = date(1899, 12, 30) + timedelta(int(str(args[place])))
    rows = [[8], [None], ["#N/A"], ["6,5"], ["#DIV/0!"], [True], [""]]
    others = [[9], [2], [3], ["7"], [4], [5], [None]]
    return {
        "cells": both(CLASS, (rows, others)),
        "expression": both(CLASS, (rows, others), form="values"),
        "error_cell": both(CLASS, ("#N/A", 9)),
        "text_numbers": both(CLASS, ("8,5", "9")),
        "dates": both(kpi.name, args),
        "dates_typed": both(kpi.name, args, form="values"),
        "default": both(CLASS, (6, 6)),
        "threshold": both(CLASS, (6, 6), named={"score_threshold": 70.0}),
        "book_language": both(CLASS, (8, 9), named={"language": "English"}),
        "english_excel": both(CLASS, (8, 9), lang="en"),
        "french_book": both(CLASS, (8, 9), lang="en", named={"language": "Français"}),
        "threshold_error": both(CLASS, (6, 6), named={"score_threshold": "#DIV/0!"}),
        "reference_date": both(kpi.name, sample.args, named={"reference_date": com_time(date(2000, 1, 1))}),
        "no_arguments": both(CLASS, ()),
    }


def failures() -> dict[str, Any]:
    """What a cell shows when Excel cannot be asked."""
    gone = ComBook({"SX_score_threshold": ComError(GONE)})
    silent = ComBook()
    silent.Application = SimpleNamespace()  # late binding: what does not answer has no such attribute
    return {
        "name": ask(CLASS, (6.0, 6.0), gone),
        "own_cell": ask(
            CLASS,
            (6.0, 6.0),
            ComBook({"SX_score_threshold": FORMULA, "_sx.params.score_threshold": 70.0}),
        ),
        "book": ask(CLASS, (6.0, 6.0), LostBook()),
        "busy": ask(CLASS, (6.0, 6.0), silent),
        "missing_name": ask(CLASS, (6.0, 6.0), ComBook()),
    }


def kept() -> list[int]:
    """How often two calls read a name, how often one reads a range, how many workbooks are remembered."""
    book = ComBook({"SX_score_threshold": 70.0})
    first = ask(CLASS, (6.0, 6.0), book)
    again = ask(CLASS, (6.0, 6.0), book)
    assert first == again
    scores = ComRange(((8.0,), (9.0,)))
    ask(CLASS, (scores, 9.0), book)
    for _ in range(40):
        ask(CLASS, (6.0, 6.0), ComBook())
    return [book.asked.count("SX_score_threshold"), scores.asked, len(udfs._books)]


def wrapper() -> str:
    """The VBA that xlwings itself would write for the functions."""
    text = io.StringIO()
    book = ComBook()
    book.Name = "strategy_xl.xlam"
    XLWINGS.generate_vba_wrapper(UDFS, udfs, text, book)
    return text.getvalue()


def imported() -> dict[str, list[Any]]:
    """What xlwings' own import tells Excel of each function, and the modules it puts in."""
    texts: list[Any] = []
    modules: list[str] = []

    def components(_name: str) -> object:
        raise ComError(REFUSED)  # nothing was imported before

    components.Import = modules.append  # type: ignore[attr-defined]
    components.Remove = None  # type: ignore[attr-defined]
    book = ComBook()
    book.Application.Version = "16.0"
    book.Application.MacroOptions = lambda macro, **given: texts.append(
        [macro, given["Description"], given["Category"], given["ArgumentDescriptions"]]
    )
    book.VBProject = SimpleNamespace(VBComponents=components)  # type: ignore[attr-defined]
    with redirect_stdout(io.StringIO()):
        XLWINGS.import_udfs(UDFS, book)
    return {"texts": texts, "modules": modules}


def marks() -> dict[str, Any]:
    """What xlwings reads from each function."""
    return {
        name: {
            "args": [(item["name"], item["doc"], item["options"]) for item in info["args"]],
            "optional": all("optional" in item for item in info["args"]),
            "doc": info["ret"]["doc"],
            "category": info["category"],
        }
        for name in functions()
        if (info := getattr(udfs, name).__xlfunc__)
    }


if __name__ == "__main__":
    answers = {
        part.__name__: part()
        for part in (alone, examples, served, odd, failures, kept, wrapper, imported, marks)
    }
    json.dump(answers, sys.stdout)

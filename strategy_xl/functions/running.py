"""One call of a cell function: run it on the rows that can be used, tell what does not count, spill."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

import numpy as np
import pandas as pd

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import StrategyXlError
from strategy_xl.functions.arguments import Kind
from strategy_xl.functions.given import Given, setting_value
from strategy_xl.functions.handed import plain
from strategy_xl.functions.intake import (
    Refusal,
    as_frame,
    block_fields,
    error_told,
    refuse,
    setting_field,
    table,
)
from strategy_xl.functions.registry import CellFunction, Shape
from strategy_xl.functions.results import Block, Cell, column, error_text, rows_of
from strategy_xl.functions.sorting import (
    Rows,
    as_table,
    besides,
    by_name,
    explicit_settings,
    language,
    require,
    rows_given,
)
from strategy_xl.rules.frame import Bools
from strategy_xl.schema.consistency import REFERENCE_DATE
from strategy_xl.text.catalog import message
from strategy_xl.text.shortening import shorten

REASONS = "reasons"
"""The result in which the reason of an error stands, when it is beside others."""

_SENTENCES = frozenset({REASONS, "advice", "whatif"})
"""Results that are sentences: they say which cell does not count."""


def run(
    function: CellFunction, args: Sequence[object], settings: Mapping[str, object], lang: str, today: date
) -> Block:
    """Run one function; see ``calling.call`` for arguments and result.

    Raises Refusal when the input as a whole cannot be used.
    """
    given = by_name(function, args, lang)
    by_row = [item for item in function.arguments if item.kind is Kind.CELLS]
    cells = [(item, given[item.name]) for item in by_row if item.name in given]
    if not given or (by_row and not cells):
        return [[""]]
    lang = language(given, settings, lang)
    # The cells are in the workbook's language, whatever the answer is asked for in.
    written = language({}, settings, "")
    blocks = as_table(function, given)
    if blocks:
        found = table(cells[0][0].name, cells[0][1], blocks, lang, written)
        if not found.rows:
            raise refuse("NO_ROW", lang, name=cells[0][0].name)
        labels = {key: spec.label.get(lang) for key, spec in block_fields(blocks).items()}
        rows = Rows(found.rows, (found.rows, 1), dict(found.columns), labels=labels)
    else:
        rows = rows_given(cells, lang, written)
    require(function, given, rows, lang)
    tables, others, doubts = besides(function, given, lang, written)
    aligned = function.shape in {Shape.COLUMN, Shape.ROWS}
    if cells and (function.together or not aligned):
        _whole_rows(rows, lang)
    keep = rows.usable()
    columns: list[Sequence[Cell]] = []
    if np.count_nonzero(keep) or not cells:
        # Not merged: a host reads a setting of its workbook when a rule asks for it.
        chosen = ChainMap(explicit_settings(given, lang), cast("dict[str, object]", settings))
        day = setting_value(REFERENCE_DATE, plain(chosen.get(REFERENCE_DATE)), lang)
        day = today if day is None else pd.Timestamp(day).date()
        frame = as_frame(rows.columns, keep)
        try:
            answer = function.run(Given(frame, tables, others, chosen, lang, day))
        except StrategyXlError as error:
            raise _refused(error, lang) from error
        columns = [column(values, lang) for values in answer]
        if rows.problems or doubts:
            places = np.flatnonzero(keep).tolist() if aligned else None
            columns = _say_problems(function, columns, _told(rows, places, lang), doubts)
    return _spill(function, rows, keep, columns, lang) if aligned else rows_of(columns) or [[""]]


def _refused(error: StrategyXlError, lang: str) -> Refusal:
    """An expected error as the cell to show: its sentence, which calls a setting by its label."""
    args = error.finding.args
    setting = setting_field(str(args["setting"])) if "setting" in args else None
    if setting is None:
        return Refusal(error_text(error, lang))
    return Refusal(shorten(message(error.finding.code, lang, **{**args, "setting": setting.label.get(lang)})))


def refused(refusal: Refusal, function: CellFunction) -> Block:
    """The answer to input that cannot be used: one cell, or an error with its reason among the reasons."""
    if not refusal.reason or REASONS not in function.results[1:]:
        return [[refusal.cell]]
    reason = shorten(refusal.reason)
    return [[refusal.cell, *(reason if key == REASONS else "" for key in function.results[1:])]]


def _told(rows: Rows, places: Sequence[int] | None, lang: str) -> Mapping[int, str]:
    """What is wrong with the rows, by the position of the answer that tells.

    Arguments: places: the row of each answer; None when it rests on all rows: its first sentence tells.
    """
    if places is not None:
        return {at: rows.problems[place] for at, place in enumerate(places) if place in rows.problems}
    if not rows.problems:
        return {}
    first = min(rows.problems)
    return {0: message("functions.LINE", lang, n=first + 1, text=rows.problems[first])}


def _say_problems(
    function: CellFunction, columns: Sequence[Sequence[Cell]], told: Mapping[int, str], doubts: str
) -> list[Sequence[Cell]]:
    """The answers, with what does not count told at the end of the sentence of its row.

    Arguments: told: as ``_told``; doubts: of the tables, on which every row rests.
    """

    def say(values: Sequence[Cell]) -> list[Cell]:
        return [
            shorten(" ".join(filter(None, (str(value), told.get(at, ""), doubts))))
            if doubts or at in told
            else value
            for at, value in enumerate(values)
        ]

    titled = zip(function.results, columns, strict=True)
    return [say(values) if key in _SENTENCES else values for key, values in titled]


def _whole_rows(rows: Rows, lang: str) -> None:
    """Withhold an answer that rests on all rows when one of them cannot be used."""
    if rows.errors:
        place, label = next(iter(rows.errors.items()))
        text = error_told(label, lang)
        alone = rows.count == 1
        raise Refusal(
            ErrorValue.NA, text if alone else message("functions.LINE", lang, n=place + 1, text=text)
        )
    if rows.lacking:
        place = min(rows.lacking)
        text = rows.lacking[place]
        raise Refusal(shorten(text)) if rows.count == 1 else refuse("LINE", lang, n=place + 1, text=text)


def _spill(
    function: CellFunction, rows: Rows, keep: Bools, columns: Sequence[Sequence[Cell]], lang: str
) -> Block:
    """The answers back in the place and the shape of their rows."""
    width = len(function.results)
    high, wide = rows.shape
    if width > 1 and high > 1 and wide > 1:
        raise refuse("ONE_LINE", lang, name=function.name)
    full: list[Sequence[Cell]] = []
    places = None if np.count_nonzero(keep) == rows.count else np.flatnonzero(keep).tolist()
    for number in range(width):
        values = columns[number] if columns else []
        if places is not None:
            cells: list[Cell] = [""] * rows.count
            for place, value in zip(places, values, strict=True):
                cells[place] = value
            # What is wrong with a row stands where people look first.
            for place, text in rows.lacking.items():
                cells[place] = shorten(text) if number == 0 else ""
            beside = number > 0 and function.results[number] == REASONS
            for place, label in rows.errors.items():
                cells[place] = error_told(label, lang) if beside else ErrorValue.NA
            values = cells
        full.append(values)
    if wide == 1:
        return rows_of(full)
    if width > 1:
        return [list(line) for line in full]
    line = list(full[0])
    return [line[start : start + wide] for start in range(0, len(line), wide)]

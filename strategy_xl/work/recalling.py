"""What a workbook shows of its own past: the figures of its last nights, and who moved when.

Both are tables that the batch fills (``TableBlock.board``). The figures of earlier nights are read back from
their own table, the moves from the trails beside the rows they are about; nothing else is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import isclose
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from strategy_xl.answers.fields import Answers
from strategy_xl.answers.judging import choice_ranks
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.rules.entities import ENTITY
from strategy_xl.rules.frame import dates, is_missing, make_frame
from strategy_xl.rules.trails import move_between, read_trail
from strategy_xl.schema.spec import FieldSpec, TableBlock, WorkbookSpec
from strategy_xl.work.digest import link_to

DATES, MOVES = "dates", "moves"


def recollections(
    spec: WorkbookSpec, data: WorkbookData, answers: Answers, figures: Mapping[str, float], day: date
) -> Answers:
    """The cell values of the tables of dates and of moves, by block and field key; index from 1.

    Arguments:
        spec, data: templates and workbook as read.
        answers: what the rules answer this night, with the trails.
        figures: those of this night, by key; a table of dates shows the ones it has columns for.
        day: the day of this night.
    """
    found: dict[str, dict[str, pd.Series]] = {}
    for key, block in data.blocks.items():
        board = getattr(block.block, "board", None)
        if board == DATES:
            found[key] = _dates(block, figures, day)
        elif board == MOVES:
            found[key] = _moves(spec, data, answers, block)
    return found


# -- dates ---------------------------------------------------------------------------------------------------


def _dates(block: BlockData, figures: Mapping[str, float], day: date) -> dict[str, pd.Series]:
    """The rows as they stand, with one more when this night differs from the last."""
    table = block.block
    assert isinstance(table, TableBlock)
    days_key, *keys = (field.key for field in table.fields)
    rows = list(_rows_held(block, days_key, keys))
    new = [_plain(figures.get(key)) for key in keys]
    if not rows or day >= rows[-1][0]:
        if rows and rows[-1][0] == day:
            rows.pop()
        if not rows or not _alike(rows[-1][1], new):
            rows.append((day, new))
    rows = rows[-len(block.all_rows) :]
    columns: dict[str, list[Any]] = {days_key: [held for held, _ in rows]}
    columns |= {key: [values[at] for _, values in rows] for at, key in enumerate(keys)}
    return {key: _listed(values) for key, values in columns.items()}


def _rows_held(block: BlockData, days_key: str, keys: Sequence[str]) -> Iterator[tuple[date, list[Any]]]:
    """The rows of earlier nights, oldest first; what is no row of ours (no day, out of order) is left out."""
    if days_key not in block.places:
        return
    columns = {key: block.typed(key) for key in (days_key, *keys) if key in block.places}
    days = dates(make_frame({days_key: columns[days_key]}, block.rows.index), days_key)
    last: date | None = None
    for at, day in enumerate(days.astype("datetime64[D]").tolist()):
        if day is None or (last is not None and day <= last):
            continue
        last = day
        yield day, [_plain(columns[key][at]) if key in columns else None for key in keys]


def _plain(value: Any) -> float | int | None:
    """A figure as a cell holds it."""
    if value is None or is_missing(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def _alike(held: Sequence[float | None], new: Sequence[float | None]) -> bool:
    """Whether two nights have the same figures."""
    return all(
        one == other or (one is not None and other is not None and isclose(one, other, abs_tol=1e-9))
        for one, other in zip(held, new, strict=True)
    )


# -- moves ---------------------------------------------------------------------------------------------------


class _Move(NamedTuple):
    """One change of one row."""

    day: date
    block: BlockData
    row: int
    name: Any
    field: FieldSpec
    before: str
    now: str


def _moves(
    spec: WorkbookSpec, data: WorkbookData, answers: Answers, board: BlockData
) -> dict[str, pd.Series]:
    """The latest changes of all rows, the last one on top; on one day in the order of the sheets."""
    room = len(board.all_rows)
    found: list[_Move] = []
    for key, block in data.blocks.items():
        for field in block.block.fields:
            if field.trail_of is not None and field.key in answers.get(key, {}):
                found += _turns(block, field, answers[key])
    found = sorted(found, key=lambda move: -move.day.toordinal())[:room]
    ranks: dict[tuple[str, str], dict[str, int]] = {}
    columns: dict[str, list[Any]] = {key: [] for key in ("day", "name", "move", "before", "now", "sheet")}
    for move in found:
        place = move.block.block.key, move.field.key
        if place not in ranks:
            ranks[place] = choice_ranks(spec, *place)
        labels = data.look.of_fields([move.field]).get(move.field.key, {})
        columns["day"].append(move.day)
        columns["name"].append(move.name)
        columns["move"].append(str(move_between(move.before, move.now, ranks[place])))
        columns["before"].append(labels.get(move.before, move.before))
        columns["now"].append(labels.get(move.now, move.now))
        columns["sheet"].append(link_to(move.block, move.row))
    fields = {field.key: field for field in board.block.fields}
    return {
        key: _listed(data.look.column(fields[key], values))
        for key, values in columns.items()
        if key in fields
    }


def _turns(block: BlockData, field: FieldSpec, answered: Mapping[str, pd.Series]) -> Iterator[_Move]:
    """The changes of verdict that the trails of a block tell, of rows that have a name."""
    ids = answered.get(ENTITY)
    if ids is None:
        return
    texts = answered[field.key].tolist()
    # A trail without a change has one entry, as most have.
    changed = [at for at, text in enumerate(texts) if text is not None and ";" in text]
    if not changed:
        return
    names = block.rows.values(getattr(block.block, "identity_key", block.block.fields[0].key))
    name_of = dict(zip(block.rows.index.tolist(), names, strict=True))
    verdict = block.field(field.trail_of or "")
    for at in changed:
        row = int(ids.index[at])
        for earlier, later in pairwise(read_trail(texts[at], ids.iloc[at])):
            if earlier.verdict != later.verdict:
                yield _Move(later.day, block, row, name_of.get(row), verdict, earlier.verdict, later.verdict)


def _listed(values: Sequence[Any]) -> pd.Series:
    """A column of a listing, numbered from 1."""
    return pd.Series(values, index=np.arange(1, len(values) + 1), dtype=object)

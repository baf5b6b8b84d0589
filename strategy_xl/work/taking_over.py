"""Take drafts over: texts that people choose beside them become rows of another table, once.

Only a row that is free gets one, and only the cell of its text: nothing that stands in a workbook is
overwritten. What was taken over is marked beside the draft, so that it is not added again when people
reword or delete the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from strategy_xl.answers.fields import Answers
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import Columns, put
from strategy_xl.errors import Finding, Location
from strategy_xl.formulas.references import parse_column
from strategy_xl.rules.frame import cells, flags
from strategy_xl.rules.table import Table
from strategy_xl.schema.spec import AdoptionSpec, WorkbookSpec
from strategy_xl.text.catalog import message
from strategy_xl.text.parsing import fold

MARK = "build.adopted"


@dataclass(frozen=True, slots=True)
class Adopted:
    """What is taken over.

    Arguments:
        data: the workbook with the new rows, as if people had typed them.
        columns: the cells to write: new texts and marks; None clears a mark.
        has_rows: whether there are new rows, which rules have not judged yet.
    """

    data: WorkbookData
    columns: Columns = field(default_factory=dict)
    has_rows: bool = False


def take_over(spec: WorkbookSpec, data: WorkbookData, answers: Answers, today: date) -> Adopted:
    """The drafts that people chose, as rows of the tables they belong to.

    Arguments:
        spec: the templates, which say what is taken over from where.
        data: the workbook as read.
        answers: the rules' answers, with the drafts.
        today: the day that a mark names.

    A draft for which there is no free row is a finding, and stays chosen for the next time.
    """
    found = Adopted(data)
    for module in spec.modules:
        for adoption in module.adoptions:
            found = _one(adoption, found, answers, today)
    return found


def _one(adoption: AdoptionSpec, before: Adopted, answers: Answers, today: date) -> Adopted:
    """The drafts of one table."""
    data = before.data
    owner, when = parse_column(adoption.when)
    source = data.blocks.get(owner)
    (_, text), (_, mark) = parse_column(adoption.text), parse_column(adoption.mark)
    if source is None or not {when, mark} <= source.places.keys():
        return before
    columns = {
        sheet: {at: dict(cells) for at, cells in held.items()} for sheet, held in before.columns.items()
    }
    wanted = flags(source.rows, when)
    marked = np.array([value is not None for value in source.rows.values(mark)], dtype=bool)
    for index in source.rows.index[marked & ~wanted]:
        put(columns, source, mark, {int(index): None})
    drafts = answers.get(owner, {}).get(text)
    rows = [int(index) for index in source.rows.index[wanted & ~marked]]
    texts = {row: str(drafts.get(row) or "") for row in rows} if drafts is not None else {}
    target_key, key = parse_column(adoption.into)
    target = data.blocks.get(target_key)
    free = iter(()) if target is None or key not in target.places else _free_rows(target)
    taken: dict[int, str] = {}
    findings: list[Finding] = []
    known = (
        set()
        if target is None or key not in target.rows
        else {fold(str(one)) for one in cells(target.rows, key) if one is not None}
    )
    for row, draft in texts.items():
        if not draft:
            continue
        if fold(draft) not in known:
            place = next(free, None)
            if place is None:
                where = Location(data.path, source.sheet, source.a1(when, row))
                findings.append(Finding("SX410", where, {"text": draft}))
                continue
            taken[place] = draft
            known.add(fold(draft))
        put(columns, source, mark, {row: message(MARK, data.lang, day=today)})
    if target is not None and taken:
        put(columns, target, key, taken)
        data = replace(data, blocks={**data.blocks, target_key: _with_rows(target, key, taken)})
    data = replace(data, findings=(*data.findings, *findings))
    return Adopted(data, columns, before.has_rows or bool(taken))


def _free_rows(block: BlockData) -> Iterator[int]:
    """Blank rows that no merged area reaches into."""
    for row in block.blank_rows:
        if not any(area.top <= row <= area.bottom for area in block.merged):
            yield row


def _with_rows(block: BlockData, key: str, taken: Mapping[int, str]) -> BlockData:
    """The block as it reads with the texts in their rows."""
    frame = block.frame
    grown = frame.reindex(pd.Index(sorted([*frame.index, *taken]), dtype="int64"))
    for name in grown.columns:
        if grown[name].dtype == object:
            grown[name] = grown[name].where(grown.index.isin(frame.index), None)
    for row, text in taken.items():
        grown.loc[row, key] = text
    stale = {name: rows[~np.isin(rows, list(taken))] for name, rows in block.to_clear.items()}
    return replace(block, rows=Table.of(grown), to_clear=stale)

"""The summary of a workbook: figures, alerts and actions ranked by their stake, next steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from strategy_xl.answers.cases import AlertCase, alert_codes
from strategy_xl.answers.fields import Answers
from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.shown import Look
from strategy_xl.formulas.order import dependencies
from strategy_xl.ooxml.cells import Formula
from strategy_xl.rules.table import Table
from strategy_xl.schema.spec import (
    FieldSpec,
    FieldType,
    FigureSpec,
    SummaryBlock,
    TableBlock,
    WorkbookSpec,
)
from strategy_xl.text.catalog import message

ACTIONS = 10
HALF = 0.5

Shares = pd.DataFrame
"""``completeness`` (0–1) and ``missing_cells`` by module key."""


def link_to(block: BlockData, index: int) -> Formula:
    """A link to the row's first cell, in a formula that Excel and LibreOffice both follow."""
    key = next(iter(block.places))
    if isinstance(block.block, TableBlock) and block.block.identity_key in block.places:
        key = block.block.identity_key
    sheet = block.sheet_of(key)
    target = "#'{}'!{}".format(sheet.replace("'", "''"), block.a1(key, block.row_of(index)))
    return Formula(
        'HYPERLINK("{}","{}")'.format(target.replace('"', '""'), sheet.replace('"', '""')), cached=sheet
    )


def _listed(cases: Sequence[AlertCase], room: int) -> tuple[Sequence[AlertCase], Sequence[AlertCase]]:
    """The cases that a board of so many rows tells, and those for which its last row stands."""
    kept = len(cases) if len(cases) <= room else max(room - 1, 0)
    return cases[:kept], cases[kept:]


def _rest(cases: Sequence[AlertCase], data: WorkbookData) -> str:
    """How many more there are, and where."""
    sheets = dict.fromkeys(
        data.blocks[case.block].sheet_of(next(iter(data.blocks[case.block].places))) for case in cases
    )
    return message("digest.more", data.look.lang, n=len(cases), sheets=", ".join(sheets))


def _alerts(cases: Sequence[AlertCase], data: WorkbookData, room: int) -> dict[str, list[object]]:
    listed, rest = _listed(sorted(cases, key=lambda case: case.rank), room)
    more = [None] if rest else []
    return {
        "severity": [*(str(case.alert.severity) for case in listed), *more],
        "alert": [*(case.text for case in listed), *([_rest(rest, data)] if rest else [])],
        "action": [*(case.action or None for case in listed), *more],
        "sheet": [*(link_to(data.blocks[case.block], case.row) for case in listed), *more],
        "stake": [*(case.stake or None for case in listed), *more],
    }


def _actions(cases: Sequence[AlertCase], data: WorkbookData, room: int) -> dict[str, list[object]]:
    """What to do about the alerts with the greatest stakes; the same action is told once."""
    chosen: list[AlertCase] = []
    told: set[tuple[str, str]] = set()
    for case in sorted(cases, key=lambda case: case.rank):
        if case.action and (case.action, case.text) not in told:
            told.add((case.action, case.text))
            chosen.append(case)
    listed, rest = _listed(chosen, min(room, ACTIONS + 1))
    more = [None] if rest else []
    return {
        "rank": [*range(1, len(listed) + 1), *more],
        "action": [*(case.action for case in listed), *([_rest(rest, data)] if rest else [])],
        "module": [*(link_to(data.blocks[case.block], case.row) for case in listed), *more],
        "why": [*(case.text for case in listed), *more],
        "stake": [*(case.stake or None for case in listed), *more],
    }


def boards(cases: Sequence[AlertCase], data: WorkbookData) -> Answers:
    """The cell values of the tables that list alerts and actions, by block and field key; index from 1."""
    found: dict[str, dict[str, pd.Series]] = {}
    for key, block in data.blocks.items():
        if not isinstance(block.block, TableBlock) or block.block.board not in {"alerts", "actions"}:
            continue
        fill = _alerts if block.block.board == "alerts" else _actions
        columns = fill(cases, data, len(block.all_rows))
        found[key] = {
            field.key: pd.Series(data.look.column(field, columns[field.key]), dtype=object)
            for field in block.block.fields
            if field.key in columns
        }
        for column in found[key].values():
            column.index += 1
    return found


def next_steps(spec: WorkbookSpec, data: WorkbookData, cases: Sequence[AlertCase], shares: Shares) -> Answers:
    """What to do next on the sheet of each step of a path, by block and field key; index from 1.

    Arguments:
        spec, data: templates and workbook as read.
        cases: the alerts; the action of the one with the greatest stake on a sheet is its next step.
        shares: completeness by module key and the cells that are missing; a sheet less than half filled is
            to be filled first.
    """
    blocks = spec.data_blocks()
    actions: dict[str, str] = {}
    ranked = [case for case in sorted(cases, key=lambda case: case.rank) if case.action]
    for case in ranked:
        actions.setdefault(blocks[case.block][0].key, case.action)
    first = {module: place for place, module in enumerate(actions)}
    found: dict[str, dict[str, pd.Series]] = {}
    for key, block in data.blocks.items():
        if not isinstance(block.block, SummaryBlock) or not block.block.path:
            continue
        told = found[key] = {}
        for step in block.block.steps():
            sheets = _sheets_of(step)
            todo = min((module for module in sheets if module in first), key=first.__getitem__, default=None)
            text = _step(spec, data, sheets, actions.get(todo or "", ""), shares)
            for field in step:
                if field.type is FieldType.MESSAGE:
                    told[field.key] = pd.Series([text], index=[block.first_row], dtype=object)
    return found


def _sheets_of(step: Sequence[FieldSpec]) -> list[str]:
    """The modules that a step is about: its own, and those of which its formulas read the share."""
    read = (found.key for field in step for found in dependencies(field.formula or ""))
    return list(dict.fromkeys([*(field.module for field in step if field.module), *read]))


def _step(spec: WorkbookSpec, data: WorkbookData, sheets: Sequence[str], action: str, shares: Shares) -> str:
    lang = data.look.lang
    counted = shares.loc[[module for module in sheets if module in shares.index]]
    share = float(counted["completeness"].mean()) if len(counted) else 1.0
    question = spec.module(sheets[0]).question
    if share == 0 and question is not None:
        return message("digest.step.start", lang, question=question.get(lang))
    if share >= HALF and action:
        return action
    missing = int(counted["missing_cells"].sum())
    if missing:
        return message("digest.step.fill", lang, n=missing)
    return action or message("digest.step.done", lang)


def figures(spec: WorkbookSpec, evaluations: Sequence[Evaluation], shares: pd.Series) -> Mapping[str, float]:
    """Figures for the table of results: those that the templates name, alerts, and how much is filled in."""
    found = counted(spec.figures, evaluations)
    found["alerts"] = sum(
        int(evaluation.result.reasons.has(code).sum())
        for evaluation in evaluations
        for code in alert_codes(evaluation)
    )
    if len(shares):
        found["completeness"] = float(shares.mean())
    return found


def counted(wanted: Iterable[FigureSpec], evaluations: Sequence[Evaluation]) -> dict[str, float]:
    """Rows of blocks that some rule judges, or those with some choice in its result, by key of the figure."""
    first: dict[str, Table] = {}
    for evaluation in evaluations:
        first.setdefault(evaluation.call.into, evaluation.result.table)
    found: dict[str, float] = {}
    for figure in wanted:
        table = first.get(figure.block)
        if table is None:
            continue
        if figure.column is None:
            found[figure.key] = len(table)
        elif figure.column in table:
            found[figure.key] = int(np.isin(table.objects(figure.column), figure.counted).sum())
    return found


def figure_labels(spec: WorkbookSpec, look: Look) -> dict[str, str]:
    """What each figure counts, in the workbook's words: the choice, else the figure's own label."""
    blocks, found = spec.data_blocks(), {}
    for figure in spec.figures:
        fields = blocks[figure.block][1].fields if figure.column else ()
        lists = [field.choices for field in fields if field.key == figure.column and field.choices]
        labels = look.labels[lists[0]] if lists else {}
        found[figure.key] = labels.get(figure.choice or "", figure.label.get(look.lang))
    return found

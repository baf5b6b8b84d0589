"""The summary of a workbook: figures, alerts by severity with links, the ten actions that matter most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from strategy_xl.answers.cases import AlertCase, alert_codes
from strategy_xl.answers.fields import Answers
from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.shown import Look
from strategy_xl.ooxml.cells import Formula
from strategy_xl.schema.spec import TableBlock, WorkbookSpec

ACTIONS = 10
SAME_ACTION = 3
"""At most so many of the ten actions from one code, so that one problem does not hide the others."""


def _link(block: BlockData, index: int) -> Formula:
    """A link to the row's first cell, in a formula that Excel and LibreOffice both follow."""
    key = next(iter(block.places))
    if isinstance(block.block, TableBlock) and block.block.identity_key in block.places:
        key = block.block.identity_key
    sheet = block.sheet_of(key)
    target = "#'{}'!{}".format(sheet.replace("'", "''"), block.a1(key, block.row_of(index)))
    return Formula(
        'HYPERLINK("{}","{}")'.format(target.replace('"', '""'), sheet.replace('"', '""')), cached=sheet
    )


def _alerts(cases: Iterable[AlertCase], data: WorkbookData) -> dict[str, list[object]]:
    ranked = sorted(cases, key=lambda case: (case.alert.severity.rank, -case.alert.weight))
    return {
        "severity": [str(case.alert.severity) for case in ranked],
        "alert": [case.text for case in ranked],
        "sheet": [_link(data.blocks[case.block], case.row) for case in ranked],
    }


def _actions(cases: Iterable[AlertCase], data: WorkbookData) -> dict[str, list[object]]:
    """The actions of the weightiest alerts, not more than a few from one code."""
    chosen: list[AlertCase] = []
    taken: dict[str, int] = {}
    for case in sorted(cases, key=lambda case: -case.alert.weight):
        if case.action and taken.get(case.code, 0) < SAME_ACTION:
            taken[case.code] = taken.get(case.code, 0) + 1
            chosen.append(case)
    chosen = chosen[:ACTIONS]
    return {
        "rank": list(range(1, len(chosen) + 1)),
        "action": [case.action for case in chosen],
        "module": [_link(data.blocks[case.block], case.row) for case in chosen],
        "why": [case.text for case in chosen],
    }


def boards(cases: Sequence[AlertCase], data: WorkbookData) -> Answers:
    """The cell values of the tables that list alerts and actions, by block and field key; index from 1."""
    found: dict[str, dict[str, pd.Series]] = {}
    for key, block in data.blocks.items():
        if not isinstance(block.block, TableBlock) or block.block.board is None:
            continue
        columns = (_alerts if block.block.board == "alerts" else _actions)(cases, data)
        found[key] = {
            field.key: pd.Series(data.look.column(field, columns[field.key]), dtype=object)
            for field in block.block.fields
            if field.key in columns
        }
        for column in found[key].values():
            column.index += 1
    return found


def figures(spec: WorkbookSpec, evaluations: Sequence[Evaluation], shares: pd.Series) -> Mapping[str, float]:
    """Figures for the table of results: those that the templates name, alerts, and how much is filled in."""
    first: dict[str, pd.DataFrame] = {}
    for evaluation in evaluations:
        first.setdefault(evaluation.call.into, evaluation.result.frame)
    found: dict[str, float] = {}
    for figure in spec.figures:
        frame = first.get(figure.block)
        if frame is not None and figure.column is None:
            found[figure.key] = len(frame)
        elif frame is not None and figure.column in frame:
            found[figure.key] = int((frame[figure.column].astype(object) == figure.choice).sum())
    found["alerts"] = sum(
        int(evaluation.result.reasons.has(code).sum())
        for evaluation in evaluations
        for code in alert_codes(evaluation)
    )
    if len(shares):
        found["completeness"] = float(shares.mean())
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

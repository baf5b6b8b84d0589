"""The summary of a workbook: counts, alerts by severity with links, the ten actions that matter most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from strategy_xl.answers import sentences as present
from strategy_xl.answers.fields import Answers
from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.errors import Severity
from strategy_xl.model import ClientClass
from strategy_xl.ooxml.patch import Formula
from strategy_xl.rules.alerts import ALERTS, Alert
from strategy_xl.schema.spec import TableBlock
from strategy_xl.text.catalog import has_message

ACTIONS = 10
SAME_ACTION = 3
"""At most so many of the ten actions from one code, so that one problem does not hide the others."""

PER_CODE = 200
"""Rows of one code that are looked at: more alerts than a sheet shows help nobody."""

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True)
class Digest:
    """What a workbook's answers come to.

    Arguments:
        counts: figures for the table of results, by language-neutral name.
        listings: block key → cell values for the boards of the summary sheet.
        shares: completeness of each module that requires anything, 0–1, by module key.
    """

    counts: Mapping[str, float]
    listings: Mapping[str, pd.DataFrame]
    shares: pd.Series


@dataclass(frozen=True, slots=True)
class _Case:
    """One row that carries one alert code."""

    alert: Alert
    code: str
    block: BlockData
    row: int
    text: str
    action: str


def _link(block: BlockData, row: int) -> Formula:
    """A link to the row's first cell, in a formula that Excel and LibreOffice both follow."""
    key = next(iter(block.places))
    if isinstance(block.block, TableBlock) and block.block.identity_key in block.places:
        key = block.block.identity_key
    sheet = block.sheet_of(key)
    target = "#'{}'!{}".format(sheet.replace("'", "''"), block.a1(key, row))
    return Formula(
        'HYPERLINK("{}","{}")'.format(target.replace('"', '""'), sheet.replace('"', '""')), cached=sheet
    )


def _named(block: BlockData, evaluation: Evaluation, row: int, text: str) -> str:
    """The sentence with the name of what it is about before it, unless it says it itself."""
    if not isinstance(block.block, TableBlock) or block.block.identity_key not in evaluation.inputs:
        return text
    name = evaluation.inputs.loc[row, block.block.identity_key]
    if not isinstance(name, str) or name in text:
        return text
    return f"{name} — {text}"


def _cases(answers: Answers, data: WorkbookData) -> Iterator[_Case]:
    """Every row of every code that is an alert, at most ``PER_CODE`` a code."""
    for key, evaluations in answers.blocks().items():
        if key not in data.blocks:
            continue
        block, labels = data.blocks[key], answers.labels(key)
        for evaluation in evaluations:
            result, rule = evaluation.result, evaluation.rule
            for code in result.reasons.names:
                alert = ALERTS.get(f"{rule}.{code}")
                if alert is None:
                    continue
                rows = np.flatnonzero(result.reasons.has(code))[:PER_CODE]
                frames = (result.frame.iloc[rows], evaluation.inputs.iloc[rows])
                codes = pd.Series([code] * rows.size, index=frames[0].index, dtype=object)
                texts = present.code_sentences(codes, rule, frames, data.lang, labels)
                actions = [""] * rows.size
                if has_message(f"{rule}.{code}{present.ACTION}", data.lang):
                    actions = present.code_sentences(codes + present.ACTION, rule, frames, data.lang, labels)
                for index, text, action in zip(frames[0].index, texts, actions, strict=True):
                    named = _named(block, evaluation, index, text)
                    yield _Case(alert, f"{rule}.{code}", block, int(index), named, action)


def _alert_board(cases: Sequence[_Case], severities: Mapping[str, str]) -> pd.DataFrame:
    ranked = sorted(cases, key=lambda case: (_ORDER.index(case.alert.severity), -case.alert.weight))
    return pd.DataFrame(
        {
            "severity": [severities.get(case.alert.severity, case.alert.severity) for case in ranked],
            "alert": [case.text for case in ranked],
            "sheet": [_link(case.block, case.row) for case in ranked],
        }
    )


def _action_board(cases: Sequence[_Case]) -> pd.DataFrame:
    """The actions of the weightiest alerts, not more than a few from one code."""
    chosen: list[_Case] = []
    taken: dict[str, int] = {}
    for case in sorted(cases, key=lambda case: -case.alert.weight):
        if case.action and taken.get(case.code, 0) < SAME_ACTION:
            taken[case.code] = taken.get(case.code, 0) + 1
            chosen.append(case)
    chosen = chosen[:ACTIONS]
    return pd.DataFrame(
        {
            "rank": list(range(1, len(chosen) + 1)),
            "action": [case.action for case in chosen],
            "module": [_link(case.block, case.row) for case in chosen],
            "why": [case.text for case in chosen],
        }
    )


def _counts(answers: Answers, shares: pd.Series) -> dict[str, float]:
    counts: dict[str, float] = {"alerts": 0}
    if len(shares):
        counts["completeness"] = float(shares.mean())
    for key, evaluations in answers.blocks().items():
        frame = evaluations[0].result.frame
        if key == "clients" and "class_final" in frame:
            counts["clients"] = len(frame)
            by_class = frame["class_final"].astype(str).value_counts()
            counts |= {str(kind): int(by_class.get(str(kind), 0)) for kind in ClientClass}
        if key == "kpis":
            counts["kpis"] = len(frame)
        for evaluation in evaluations:
            codes = evaluation.result.reasons
            raised = [code for code in codes.names if f"{evaluation.rule}.{code}" in ALERTS]
            counts["alerts"] += sum(int(codes.has(code).sum()) for code in raised)
    return counts


def digest(answers: Answers, data: WorkbookData, shares: pd.Series) -> Digest:
    """Counts, alerts and actions of one workbook.

    Arguments:
        answers: the rules' answers.
        data: the workbook as read, for links, language and the labels of severities.
        shares: completeness by module key.
    """
    cases = list(_cases(answers, data))
    severities = answers.choice_labels("alert_severity")
    listings = {"alerts": _alert_board(cases, severities), "top_actions": _action_board(cases)}
    return Digest(_counts(answers, shares), listings, shares)

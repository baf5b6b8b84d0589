"""The rows that carry an alert, each with its sentence and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from strategy_xl.answers import sentences
from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.shown import Look
from strategy_xl.rules.alerts import ALERTS, Alert
from strategy_xl.schema.spec import TableBlock, WorkbookSpec
from strategy_xl.text.catalog import has_message

PER_CODE = 200
"""Rows of one code that are looked at: more alerts than a sheet shows help nobody."""


@dataclass(frozen=True, slots=True)
class AlertCase:
    """One row that carries one alert code.

    Arguments:
        alert: severity and weight.
        code: ``rule.CODE``.
        block, row: where: block key, and index of the row among the rule's rows.
        text: the sentence, with the name of what it is about.
        action: what to do; "" when the code has no action.
    """

    alert: Alert
    code: str
    block: str
    row: int
    text: str
    action: str


def alert_codes(evaluation: Evaluation) -> list[str]:
    """The codes of an answer that are alerts."""
    return [code for code in evaluation.result.reasons.names if f"{evaluation.rule}.{code}" in ALERTS]


def alert_cases(spec: WorkbookSpec, look: Look, evaluations: Sequence[Evaluation]) -> list[AlertCase]:
    """Every row of every code that is an alert, at most ``PER_CODE`` a code."""
    blocks = spec.data_blocks()
    found: list[AlertCase] = []
    for evaluation in evaluations:
        block = blocks[evaluation.call.into][1]
        labels = look.of_fields(block.fields)
        identity = block.identity_key if isinstance(block, TableBlock) else ""
        for code in alert_codes(evaluation):
            found += _cases(evaluation, code, identity, labels, look.lang)
    return found


def _cases(
    evaluation: Evaluation, code: str, identity: str, labels: sentences.Labels, lang: str
) -> Iterator[AlertCase]:
    rule, result = evaluation.rule, evaluation.result
    rows = np.flatnonzero(result.reasons.has(code))[:PER_CODE]
    frames = (result.frame.iloc[rows], evaluation.inputs.iloc[rows])
    codes = pd.Series([code] * rows.size, index=frames[0].index, dtype=object)
    texts = sentences.code_sentences(codes, rule, frames, lang, labels)
    actions = [""] * rows.size
    if has_message(f"{rule}.{code}{sentences.ACTION}", lang):
        actions = sentences.code_sentences(codes + sentences.ACTION, rule, frames, lang, labels)
    names = frames[1][identity].tolist() if identity in frames[1] else [None] * rows.size
    for row, text, action, name in zip(frames[0].index, texts, actions, names, strict=True):
        named = f"{name} — {text}" if isinstance(name, str) and name not in text else text
        yield AlertCase(
            ALERTS[f"{rule}.{code}"], f"{rule}.{code}", evaluation.call.into, int(row), named, action
        )

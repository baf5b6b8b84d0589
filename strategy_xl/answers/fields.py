"""From rule results to cell values: choice labels, sentences, plain numbers, in the workbook's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from strategy_xl.answers import sentences
from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.shown import Look
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, WorkbookSpec

Answers = Mapping[str, Mapping[str, pd.Series]]
"""Block key → field key → cell values, by the index of the rule's rows; None where nothing is to be shown."""


def answer(spec: WorkbookSpec, look: Look, evaluations: Sequence[Evaluation]) -> Answers:
    """The cell values of the computed and owned fields that some rule answers.

    Arguments:
        spec: the templates.
        look: the workbook's words.
        evaluations: the rules' answers, in the order in which they ran; the first that has a field gives it.
            Sentences that it leaves empty are the next one's.
    """
    blocks = spec.data_blocks()
    found: dict[str, dict[str, pd.Series]] = {}
    for evaluation in evaluations:
        fields = blocks[evaluation.call.into][1].fields
        answered = found.setdefault(evaluation.call.into, {})
        for field in fields:
            before = answered.get(field.key)
            if field.role is FieldRole.INPUT or (before is not None and field.type is not FieldType.MESSAGE):
                continue
            values = _values(field, fields, evaluation, look)
            if values is not None:
                if before is not None:
                    values = [old or new for old, new in zip(before.tolist(), values, strict=True)]
                index = evaluation.result.table.index
                answered[field.key] = pd.Series(values, index=index, dtype=object)
    return found


def _values(
    field: FieldSpec, fields: Sequence[FieldSpec], evaluation: Evaluation, look: Look
) -> Sequence[object] | None:
    table = evaluation.result.table
    if field.type is FieldType.MESSAGE:
        told = _sentences(field, fields, evaluation, look)
        return None if told is None else [text or None for text in told]
    return look.column(field, table.array(field.key)) if field.key in table else None


def _sentences(
    field: FieldSpec, fields: Sequence[FieldSpec], evaluation: Evaluation, look: Look
) -> list[str] | None:
    result, rule, lang = evaluation.result, evaluation.rule, look.lang
    labels = look.of_fields(fields)
    if field.key in result.table:
        codes = result.table.values(field.key)
        return sentences.code_sentences(codes, rule, (result.table, evaluation.inputs), lang, labels)
    match evaluation.call.messages.get(field.key):
        case "reasons":
            return sentences.reasons(result, rule, evaluation.inputs, lang, labels)
        case "actions":
            return sentences.next_actions(result, rule, evaluation.inputs, lang, labels)
        case "missing":
            return sentences.missing(result, {other.key: other.label.get(lang) for other in fields})
        case None:
            return None

"""From rule results to cell values: choice labels, sentences, plain numbers, in the workbook's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from strategy_xl.answers import sentences as present
from strategy_xl.answers.judging import Evaluation
from strategy_xl.schema.spec import (
    FieldRole,
    FieldSpec,
    FieldType,
    WorkbookSpec,
)
from strategy_xl.text.catalog import message


def _plain(column: pd.Series, shown: Callable[[Any], Any] | None) -> pd.Series:
    """A column as Python values, None where missing."""
    values = [
        None if missing else value if shown is None else shown(value)
        for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)
    ]
    return pd.Series(values, index=column.index, dtype=object)


class Answers:
    """The answers of all rules on one workbook, as cell values by block and field."""

    def __init__(self, spec: WorkbookSpec, lang: str, evaluations: Sequence[Evaluation]) -> None:
        """Keep the evaluations by the block they are for, in the order in which they ran."""
        self._lang = lang
        self._blocks = spec.data_blocks()
        self._by_block: dict[str, list[Evaluation]] = {}
        self._values: dict[str, dict[str, pd.Series]] = {}
        self._choices = {
            listed.key: {choice.key: choice.get(lang) for choice in listed.choices} for listed in spec.lists
        }
        for evaluation in evaluations:
            self._by_block.setdefault(evaluation.call.into, []).append(evaluation)

    def blocks(self) -> Mapping[str, Sequence[Evaluation]]:
        """Evaluations by block key."""
        return self._by_block

    def labels(self, block: str) -> present.Labels:
        """Labels of the choice fields of a block, and of what else its messages may show."""
        fields = self._blocks[block][1].fields
        return {field.key: self._choices[field.choices] for field in fields if field.choices is not None}

    def choice_labels(self, list_key: str) -> Mapping[str, str]:
        """Labels of a list's choices by key; empty for a list that the templates do not have."""
        return self._choices.get(list_key, {})

    def values(self, block: str) -> dict[str, pd.Series]:
        """Cell values of the computed and owned fields that some rule answers, by field key.

        A value is a number, text, bool or date; None where there is nothing to show.
        """
        if block not in self._values:
            self._values[block] = self._answered(block)
        return self._values[block]

    def _answered(self, block: str) -> dict[str, pd.Series]:
        found: dict[str, pd.Series] = {}
        for field in self._blocks[block][1].fields:
            if field.role is FieldRole.INPUT:
                continue
            for evaluation in self._by_block.get(block, ()):
                column = self._column(block, field, evaluation)
                if column is not None:
                    found[field.key] = column
                    break
        return found

    def _column(self, block: str, field: FieldSpec, evaluation: Evaluation) -> pd.Series | None:
        frame = evaluation.result.frame
        if field.type is FieldType.MESSAGE:
            sentences = self._sentences(block, field, evaluation)
            if sentences is None:
                return None
            return pd.Series([text or None for text in sentences], index=frame.index, dtype=object)
        if field.key not in frame.columns:
            return None
        return _plain(frame[field.key], self._shown(field))

    def _shown(self, field: FieldSpec) -> Callable[[Any], Any] | None:
        """How a value of the field is shown, when not as it is."""
        if field.choices is not None:
            labels = self._choices[field.choices]
            return lambda keys: " + ".join(labels.get(key, key) for key in str(keys).split("+"))
        if field.type is FieldType.BOOL:
            yes, no = message("core.yes", self._lang), message("core.no", self._lang)
            return lambda value: yes if value else no
        return None

    def _sentences(self, block: str, field: FieldSpec, evaluation: Evaluation) -> list[str] | None:
        result, rule, lang = evaluation.result, evaluation.rule, self._lang
        labels = self.labels(block)
        if field.key in result.frame.columns:
            column = result.frame[field.key]
            return present.code_sentences(column, rule, (result.frame, evaluation.inputs), lang, labels)
        match evaluation.call.messages.get(field.key):
            case "reasons":
                return present.reasons(result, rule, evaluation.inputs, lang, labels)
            case "actions":
                return present.next_actions(result, rule, evaluation.inputs, lang, labels)
            case "missing":
                names = {other.key: other.label.get(lang) for other in self._blocks[block][1].fields}
                return present.missing(result, names)
            case None:
                return None

"""Turn a rule's codes into sentences: reasons, the next action, the missing fields.

The message of a code is ``<rule>.<CODE>``, its action ``<rule>.<CODE>.action``; both may name any input
or output column of the row as placeholder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from strategy_xl.rules.frame import Frame
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.table import Table
from strategy_xl.text.catalog import has_message, messages
from strategy_xl.text.shortening import MAX_TEXT, shorten

ACTION = ".action"

Labels = Mapping[str, Mapping[str, str]]
"""By column key: label of each choice key."""


class _Rows(Mapping[str, Sequence[object]]):
    """Placeholder values of some rows: a column is fetched only when a message names it."""

    def __init__(self, frames: Sequence[Frame], rows: npt.NDArray[np.intp], labels: Labels) -> None:
        self._tables = [Table.of(frame) for frame in frames]
        self._rows = rows
        self._labels = labels

    def __getitem__(self, key: str) -> Sequence[object]:
        for table in self._tables:
            if key in table:
                values: list[object] = table.values(key, self._rows)
                labels = self._labels.get(key)
                if labels is None:
                    return values
                return [labels.get(value, value) if isinstance(value, str) else value for value in values]
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter({str(key): None for table in self._tables for key in table})

    def __len__(self) -> int:
        return len(list(iter(self)))


def _texts(
    codes: Codes, rule: str, frames: Sequence[Frame], lang: str, labels: Labels, suffix: str
) -> Iterator[tuple[npt.NDArray[np.intp], list[str]]]:
    """For each code that has such a message: the rows that carry it and their sentences."""
    for name in codes.names:
        key = f"{rule}.{name}{suffix}"
        rows = np.flatnonzero(codes.has(name))
        if rows.size and (not suffix or has_message(key, lang)):
            yield rows, messages(key, lang, _Rows(frames, rows, labels), rows.size)


def reasons(
    result: RuleResult, rule: str, inputs: Frame, lang: str, labels: Labels, *, limit: int = MAX_TEXT
) -> list[str]:
    """Why, for every row: the sentences of its codes in order, as many as fit.

    Arguments:
        result: the rule's answer, rows as ``inputs``.
        rule: prefix of the message keys.
        inputs: the rule's input columns.
        lang: ``fr`` or ``en``.
        labels: labels of choice keys by column.
        limit: most characters; a first sentence that is longer is cut at a word.
    """
    found = [""] * len(result.table)
    for rows, sentences in _texts(result.reasons, rule, (result.table, inputs), lang, labels, ""):
        for row, sentence in zip(rows.tolist(), sentences, strict=True):
            if not found[row]:
                found[row] = shorten(sentence, limit)
            elif len(found[row]) + 1 + len(sentence) <= limit:
                found[row] += " " + sentence
    return found


def next_actions(
    result: RuleResult, rule: str, inputs: Frame, lang: str, labels: Labels, *, limit: int = MAX_TEXT
) -> list[str]:
    """What to do next, for every row: the action of its first code that has one; arguments as ``reasons``."""
    found = [""] * len(result.table)
    for rows, sentences in _texts(result.reasons, rule, (result.table, inputs), lang, labels, ACTION):
        for row, sentence in zip(rows.tolist(), sentences, strict=True):
            if not found[row]:
                found[row] = shorten(sentence, limit)
    return found


def missing(result: RuleResult, names: Mapping[str, str], *, limit: int = MAX_TEXT) -> list[str]:
    """The labels of the fields that are needed and empty, for every row, joined by commas."""
    return [
        shorten(", ".join(names.get(code, code) for code in codes), limit) for codes in result.missing.lists()
    ]


def code_sentences(
    codes: Sequence[object],
    rule: str,
    frames: Sequence[Frame],
    lang: str,
    labels: Labels,
    limit: int = MAX_TEXT,
) -> list[str]:
    """Sentences for a column that itself holds one code a row (the what-if), ``""`` where it holds none."""
    found = [""] * len(codes)
    values = np.empty(len(codes), dtype=object)
    values[:] = codes
    for code in sorted({value for value in codes if isinstance(value, str) and value}):
        rows = np.flatnonzero(values == code)
        sentences = messages(f"{rule}.{code}", lang, _Rows(frames, rows, labels), rows.size)
        for row, sentence in zip(rows.tolist(), sentences, strict=True):
            found[row] = shorten(sentence, limit)
    return found

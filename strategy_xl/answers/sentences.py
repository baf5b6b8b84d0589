"""Turn a rule's codes into sentences: reasons, the next action, the missing fields.

The message of a code is ``<rule>.<CODE>``, its action ``<rule>.<CODE>.action``; both may name any input
or output column of the row as placeholder. ``wanted_<key>`` is said in the words of the column ``<key>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from strategy_xl.rules.frame import Frame
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.table import Table
from strategy_xl.text.catalog import begins_with_value, has_message, message, messages
from strategy_xl.text.shortening import MAX_TEXT, length, shorten

ACTION = ".action"
WANTED = "wanted_"
_ENDS = frozenset(".!?…")
REMARKS = 3
"""Remarks told beside the reason itself, in one sentence; of the others it is said how many there are."""

Labels = Mapping[str, Mapping[str, str]]
"""By column key: label of each choice key."""


def labelled(key: str, values: Sequence[object], labels: Labels) -> Sequence[object]:
    """The values of a column in words: choices by their labels."""
    known = labels.get(key.removeprefix(WANTED))
    if known is None:
        return values
    return [known.get(value, value) if isinstance(value, str) else value for value in values]


class _Rows(Mapping[str, Sequence[object]]):
    """Placeholder values of some rows: a column is fetched only when a message names it."""

    def __init__(self, frames: Sequence[Frame], rows: npt.NDArray[np.intp], labels: Labels) -> None:
        self._tables = [Table.of(frame) for frame in frames]
        self._rows = rows
        self._labels = labels

    def __getitem__(self, key: str) -> Sequence[object]:
        for table in self._tables:
            if key in table:
                return labelled(key, table.values(key, self._rows), self._labels)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter({str(key): None for table in self._tables for key in table})

    def __len__(self) -> int:
        return len(list(iter(self)))


def columns_of(frames: Sequence[Frame]) -> Mapping[str, Sequence[object]]:
    """The columns of tables of one length, as rules have them; the first table outranks the others."""
    return _Rows(frames, np.arange(len(frames[0])), {})


def _texts(
    codes: Codes, rule: str, frames: Sequence[Frame], lang: str, labels: Labels, suffix: str
) -> Iterator[tuple[str, npt.NDArray[np.intp], list[str]]]:
    """For each code that has such a message: its key, the rows that carry it and their sentences."""
    for name in codes.names:
        key = f"{rule}.{name}{suffix}"
        rows = np.flatnonzero(codes.has(name))
        if rows.size and (not suffix or has_message(key, lang)):
            yield key, rows, messages(key, lang, _Rows(frames, rows, labels), rows.size)


_SHORT_WORDS = ("A ", "À ")


def ended(sentence: str) -> str:
    """A sentence with one full stop, although what people typed may have brought one of its own."""
    return sentence[:-1] if sentence.endswith(".") and sentence[-2:-1] in _ENDS else sentence


def going_on(sentence: str) -> str:
    """A sentence as it goes on behind another: in small letters, unless it begins with a name like KPI."""
    is_word = sentence[1:2].islower() or sentence[1:2] == "’" or sentence[:2] in _SHORT_WORDS
    return sentence[0].lower() + sentence[1:] if is_word else sentence


def named(name: str | None, text: str) -> str:
    """A sentence with what it is about in front, unless it says so itself."""
    return f"{name} — {text}" if name is not None and name not in text else text


def joined(told: Sequence[str], keeps: Sequence[bool], lang: str, limit: int = MAX_TEXT) -> str:
    """What several codes of a row say, in two sentences.

    Arguments:
        told: what each says, that of the first code first.
        keeps: whether each begins with a value, whose first letter is its own.
        lang: ``fr`` or ``en``.
        limit: most characters.
    """
    pairs = zip(told[2:], keeps[2:], strict=True)
    remarks = [*told[1:2], *(text if keep else going_on(text) for text, keep in pairs)]
    return _joined(told[0], remarks, lang, limit) if told else ""


def _joined(first: str, remarks: Sequence[str], lang: str, limit: int) -> str:
    """Two sentences: the reason itself, then the remarks as one, with how many find no room."""
    if not remarks:
        return shorten(first, limit)
    separator = message("core.semicolon", lang) if len(remarks) > 1 else ""
    for kept in range(min(len(remarks), REMARKS), 0, -1):
        told = separator.join(remark.removesuffix(".") for remark in remarks[:kept])
        left = len(remarks) - kept
        rest = separator + message("core.others", lang, n=left) if left else ""
        text = f"{first} {told}{rest}" + ("" if told.endswith(("?", "!", "…")) and not rest else ".")
        if length(text) <= limit:
            return text
    return shorten(first, limit)


def reasons(
    result: RuleResult, rule: str, inputs: Frame, lang: str, labels: Labels, *, limit: int = MAX_TEXT
) -> list[str]:
    """Why, for every row, in two sentences: that of its first code, and one for what the others remark.

    Arguments:
        result: the rule's answer, rows as ``inputs``.
        rule: prefix of the message keys.
        inputs: the rule's input columns.
        lang: ``fr`` or ``en``.
        labels: labels of choice keys by column.
        limit: most characters; a first sentence that is longer is cut at a word.
    """
    first = [""] * len(result.table)
    remarks: dict[int, list[str]] = {}
    for key, rows, texts in _texts(result.reasons, rule, (result.table, inputs), lang, labels, ""):
        keeps = begins_with_value(key, lang)
        for row, text in zip(rows.tolist(), map(ended, texts), strict=True):
            if not first[row]:
                first[row] = text
            elif row in remarks:
                remarks[row].append(text if keeps else going_on(text))
            else:
                remarks[row] = [text]
    found = [shorten(text, limit) for text in first]
    for row, several in remarks.items():
        found[row] = _joined(first[row], several, lang, limit)
    return found


def next_actions(
    result: RuleResult, rule: str, inputs: Frame, lang: str, labels: Labels, *, limit: int = MAX_TEXT
) -> list[str]:
    """What to do next, for every row: the action of its first code that has one; arguments as ``reasons``."""
    found = [""] * len(result.table)
    for _key, rows, texts in _texts(result.reasons, rule, (result.table, inputs), lang, labels, ACTION):
        for row, text in zip(rows.tolist(), texts, strict=True):
            if not found[row]:
                found[row] = shorten(ended(text), limit)
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
        texts = messages(f"{rule}.{code}", lang, _Rows(frames, rows, labels), rows.size)
        for row, text in zip(rows.tolist(), texts, strict=True):
            found[row] = shorten(ended(text), limit)
    return found

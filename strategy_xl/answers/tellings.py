"""What an alert says in no language: keys of the catalogue and the values that their sentences ask for.

Whoever keeps this can tell the alert later in any language, in the words in which a workbook of that language
tells it. It is plain data, as JSON can hold it:

- ``{"key": …, "with": {…}}``: a message and its values; a day is ``{"day": "2027-03-01"}``, a name that may
  be a choice ``{"name": …}``, several ``{"names": […], "more": n}``, and a value may be told itself;
- ``{"about": name, "told": …}``: with the name of what it is about in front, unless it says so itself;
- ``{"reasons": […]}``: several in two sentences, as ``sentences.reasons``;
- a text: what somebody has put into words already.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from strategy_xl.answers import sentences
from strategy_xl.book.shown import Look
from strategy_xl.rules.frame import Frame
from strategy_xl.rules.result import RuleResult
from strategy_xl.rules.table import Table
from strategy_xl.schema.spec import TableBlock, WorkbookSpec
from strategy_xl.text.catalog import begins_with_value, message, messages, placeholders
from strategy_xl.text.figures import is_missing
from strategy_xl.text.shortening import shorten

Telling = str | Mapping[str, Any]
"""One thing to say, as above; ``""`` for nothing."""
FIRST, NAMES = "digest.first", "digest.names"
WHOLE = frozenset((FIRST,))
"""Messages around others that are cut to the usual length; those that are only put together are not."""


def plain(value: Any) -> Any:
    """A value of a table as JSON can hold it."""
    if is_missing(value):
        return None
    if isinstance(value, date):
        return {"day": date(value.year, value.month, value.day).isoformat()}
    found = value.item() if hasattr(value, "item") else value
    return None if isinstance(found, float) and not math.isfinite(found) else found


def of_rows(key: str, frames: Sequence[Frame], rows: int) -> list[Telling]:
    """The message of a key for some rows.

    Arguments:
        key: of the catalogue.
        frames: tables of so many rows; a value is that of the first one that has its column.
        rows: how many.
    """
    known = sentences.columns_of(frames)
    found = {name: known.get(name) for name in sorted(placeholders(key))}
    columns = {name: list(map(plain, values)) for name, values in found.items() if values is not None}
    return [
        {"key": key, "with": {name: values[row] for name, values in columns.items()}} for row in range(rows)
    ]


def of_reasons(result: RuleResult, rule: str, inputs: Frame) -> list[Telling]:
    """What ``sentences.reasons`` tells of every row; arguments as there."""
    found: list[list[Telling]] = [[] for _ in range(len(result.table))]
    frames = [Table.of(result.table), Table.of(inputs)]
    for name in result.reasons.names:
        rows = np.flatnonzero(result.reasons.has(name))
        if rows.size:
            told = of_rows(f"{rule}.{name}", [frame.take(rows) for frame in frames], rows.size)
            for row, telling in zip(rows.tolist(), told, strict=True):
                found[row].append(telling)
    return [{"reasons": told} if told else "" for told in found]


def about(name: str | None, telling: Telling) -> Telling:
    """It with the name of what it is about."""
    return telling if name is None else {"about": name, "told": telling}


class Teller:
    """Tells alerts in one language, with the words of the templates."""

    def __init__(self, spec: WorkbookSpec, lang: str) -> None:
        """Take the templates that the workbooks were made from, and ``fr`` or ``en``."""
        self._lang = lang
        look = Look.of(spec.lists, lang)
        blocks = spec.data_blocks()
        self._labels = {key: look.of_fields(block.fields) for key, (_, block) in blocks.items()}
        self._names = {
            key: self._labels[key].get(block.identity_key, {})
            for key, (_, block) in blocks.items()
            if isinstance(block, TableBlock)
        }

    def tell(self, tellings: Sequence[Telling], blocks: Sequence[str]) -> list[str]:
        """The texts of many; "" where the catalogue of this version cannot say it.

        Arguments:
            tellings: what to say. blocks: key of the block that each is about, for the words of its choices.
        """
        leaves = _Leaves(self._labels, self._lang)
        for telling, block in zip(tellings, blocks, strict=True):
            leaves.gather(telling, block)
        leaves.tell()
        return [
            self._put(telling, block, leaves) or "" for telling, block in zip(tellings, blocks, strict=True)
        ]

    def _put(self, telling: Telling, block: str, leaves: _Leaves) -> str | None:
        """One text; None when it cannot be said."""
        if isinstance(telling, str):
            return telling
        if "reasons" in telling:
            return self._reasons(telling["reasons"], leaves)
        if "about" in telling:
            text = self._put(telling["told"], block, leaves)
            return None if text is None else sentences.named(self._name(telling["about"], block), text)
        if not _is_put_together(telling):
            return leaves.text(telling)
        try:
            values = {name: self._value(value, block, leaves) for name, value in telling["with"].items()}
            text = message(telling["key"], self._lang, **values)
        except _UNKNOWN:
            return None
        return shorten(text) if telling["key"] in WHOLE else text

    def _reasons(self, several: Sequence[Mapping[str, Any]], leaves: _Leaves) -> str | None:
        told = [text for text in map(leaves.text, several) if text is not None]
        if len(told) < len(several):
            return None
        keeps = [begins_with_value(each["key"], self._lang) for each in several]
        return sentences.joined(told, keeps, self._lang)

    def _value(self, value: Any, block: str, leaves: _Leaves) -> Any:
        if not isinstance(value, Mapping):
            return value
        if "name" in value:
            return self._name(value["name"], block)
        if "names" in value:
            listed = ", ".join(self._name(name, block) for name in value["names"])
            return message(NAMES, self._lang, names=listed, n=value["more"]) if value["more"] else listed
        text = self._put(value.get("going_on", value), block, leaves)
        if text is None:
            raise KeyError(block)
        return sentences.going_on(text) if "going_on" in value else text

    def _name(self, name: str, block: str) -> str:
        return self._names.get(block, {}).get(name, name)


_UNKNOWN = (KeyError, TypeError, ValueError, AttributeError)
"""What a catalogue of another version raises: it has no such message, or one that asks for other values."""


def _is_put_together(telling: Mapping[str, Any]) -> bool:
    """Whether a message has parts that are to be told themselves."""
    return any(isinstance(value, Mapping) and "day" not in value for value in telling["with"].values())


class _Leaves:
    """Messages of plain values, those of one key told at once."""

    def __init__(self, labels: Mapping[str, sentences.Labels], lang: str) -> None:
        self._labels, self._lang = labels, lang
        self._groups: dict[tuple[str, str, tuple[str, ...]], list[Mapping[str, Any]]] = {}
        self._texts: dict[int, str] = {}

    def gather(self, telling: Any, block: str) -> None:
        """Take in what is to be told."""
        if not isinstance(telling, Mapping):
            return
        if "key" in telling and not _is_put_together(telling):
            names = tuple(telling["with"])
            self._groups.setdefault((telling["key"], block, names), []).append(telling)
            return
        for part in telling.get("reasons", ()):
            self.gather(part, block)
        for part in (telling.get("told"), telling.get("going_on"), *telling.get("with", {}).values()):
            self.gather(part, block)

    def tell(self) -> None:
        """Tell all of it."""
        for (key, block, names), held in self._groups.items():
            labels = self._labels.get(block, {})
            columns = {
                name: sentences.labelled(name, [_day_of(each["with"][name]) for each in held], labels)
                for name in names
            }
            try:
                texts = messages(key, self._lang, columns, len(held))
            except _UNKNOWN:
                continue
            for telling, text in zip(held, texts, strict=True):
                self._texts[id(telling)] = shorten(sentences.ended(text))

    def text(self, telling: Mapping[str, Any]) -> str | None:
        """The text of one of them; None when it cannot be said."""
        return self._texts.get(id(telling))


def _day_of(value: Any) -> Any:
    return date.fromisoformat(value["day"]) if isinstance(value, Mapping) else value

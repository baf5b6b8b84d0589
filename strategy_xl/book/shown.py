"""How a value looks in a cell of one workbook: a choice by its label, a flag by its word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from strategy_xl.rules.frame import as_array, missing_in
from strategy_xl.rules.table import values_of
from strategy_xl.schema.names import YES_NO
from strategy_xl.schema.spec import FieldSpec, FieldType, ListSpec
from strategy_xl.text.catalog import message

CellValue = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Look:
    """The words of one workbook.

    Arguments:
        lang: ``fr`` or ``en``.
        labels: list key → choice key → label, as they stand in the workbook (or in the templates).
    """

    lang: str
    labels: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, lists: Iterable[ListSpec], lang: str) -> Look:
        """The words of the templates themselves, those of a new workbook."""
        return cls(
            lang, {item.key: {choice.key: choice.get(lang) for choice in item.choices} for item in lists}
        )

    @property
    def flags(self) -> tuple[str, str]:
        """How yes and no are written: the labels of the list ``yes_no`` when there is one."""
        labels = self.labels.get(YES_NO)
        if labels is None:
            return message("core.yes", self.lang), message("core.no", self.lang)
        return labels["yes"], labels["no"]

    def of_fields(self, fields: Iterable[FieldSpec]) -> dict[str, Mapping[str, str]]:
        """Labels by key of each field that holds a choice."""
        return {spec.key: self.labels[spec.choices] for spec in fields if spec.choices is not None}

    def cell(self, spec: FieldSpec, value: Any) -> Any:
        """What a cell of the field holds for a value as rules and reading have it; None for a missing one.

        Several keys joined by ``+`` are each shown by their label; what people added is its own label.
        """
        if pd.isna(value):
            return None
        if spec.choices is not None:
            return self._choice(self.labels[spec.choices], value)
        if spec.type is FieldType.BOOL:
            return self.flags[0 if value else 1]
        return value

    @staticmethod
    def _choice(labels: Mapping[str, str], value: Any) -> Any:
        parts = str(value).split("+")
        if value in labels or not all(part in labels for part in parts):
            return labels.get(value, value)
        return " + ".join(labels[part] for part in parts)

    def column(self, spec: FieldSpec, values: Sequence[Any]) -> list[Any]:
        """A column of values as its cells hold them.

        Arguments:
            spec: the field.
            values: a column: an array of its type, of pandas, or a list.
        """
        held = as_array(values)
        missing = missing_in(held).tolist()
        plain = values_of(held)
        if spec.choices is not None:
            labels = self.labels[spec.choices]
            known = {key: self._choice(labels, key) for key in set(plain) if isinstance(key, str)}
            plain = [known.get(value, value) for value in plain]
        elif spec.type is FieldType.BOOL:
            yes, no = self.flags
            plain = [yes if not none and value else no for value, none in zip(plain, missing, strict=True)]
        return [None if none else value for value, none in zip(plain, missing, strict=True)]

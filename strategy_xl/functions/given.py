"""What a cell function works with: typed rows, tables, thresholds; and what its answers have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from strategy_xl.answers import sentences as present
from strategy_xl.functions.handed import is_error, plain
from strategy_xl.functions.intake import (
    Refusal,
    block_fields,
    choice_labels,
    not_available,
    setting_field,
    typed,
)
from strategy_xl.functions.results import Texts
from strategy_xl.rules.frame import numbers
from strategy_xl.rules.params import build_params
from strategy_xl.rules.result import RuleResult
from strategy_xl.text.catalog import message
from strategy_xl.text.shortening import shorten

_Params = TypeVar("_Params")


@dataclass(frozen=True, slots=True)
class Given:
    """What a cell function works with.

    Arguments:
        frame: the rows that can be used, columns by key; the index is each row's position.
        tables: the tables given, by argument name (absent ones are not there).
        others: by argument name, the value of a single cell (None when blank) or the ``Grid`` of a range.
        settings: raw cells by settings key.
        lang, today: as for ``calling.call``.
    """

    frame: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    others: Mapping[str, Any]
    settings: Mapping[str, object]
    lang: str
    today: date

    def params(self, kind: type[_Params]) -> _Params:
        """A rule's thresholds: the settings given, else their defaults."""
        names: Mapping[str, object] = kind.__dataclass_fields__  # type: ignore[attr-defined]
        cells = ((key, plain(self.settings[key])) for key in names if key in self.settings)
        # With its type: yes is 1 to a dictionary, but no number of ours.
        chosen = tuple((key, type(cell), cell) for key, cell in cells)
        found: _Params = _params(kind, chosen, self.lang)  # type: ignore[arg-type]  # a class is hashable
        return found

    def setting(self, key: str) -> Any:
        """One setting's value, None when it is not given."""
        return setting_value(key, plain(self.settings.get(key)), self.lang)

    def table(self, name: str) -> pd.DataFrame:
        """A table given, else an empty one."""
        return self.tables[name] if name in self.tables else pd.DataFrame()

    def labels(self, list_key: str, lang: str | None = None) -> Mapping[str, str]:
        """Labels of a list's choices by key."""
        return choice_labels(list_key, lang or self.lang)

    def why(self, result: RuleResult, rule: str, block: str, frame: pd.DataFrame | None = None) -> list[str]:
        """The reasons of every row as sentences.

        Arguments:
            result: the rule's answer. rule: prefix of its messages.
            block: block of the templates whose fields and choice labels the sentences may show.
            frame: the rule's input, the rows given when None.
        """
        return Texts(present.reasons(result, rule, *self._shown(block, frame)))

    def actions(
        self, result: RuleResult, rule: str, block: str, frame: pd.DataFrame | None = None
    ) -> list[str]:
        """What to do next, for every row; arguments as ``why``."""
        return Texts(present.next_actions(result, rule, *self._shown(block, frame)))

    def _shown(
        self, block: str, frame: pd.DataFrame | None
    ) -> tuple[pd.DataFrame, str, Mapping[str, Mapping[str, str]]]:
        """What sentences may show: every field of the block (those not given are missing) and labels."""
        inputs, fields = self.frame if frame is None else frame, block_fields(block)
        inputs = inputs.reindex(
            columns=[*inputs.columns, *(key for key in fields if key not in inputs.columns)]
        )
        labels = {
            key: choice_labels(spec.choices, self.lang)
            for key, spec in fields.items()
            if spec.choices is not None
        }
        return inputs, self.lang, labels

    def explain(
        self, result: RuleResult, rule: str, block: str, frame: pd.DataFrame | None = None
    ) -> list[str]:
        """Why a row has no figure: the fields to fill in, else its reasons; arguments as ``why``."""
        names = {key: spec.label.get(self.lang) for key, spec in block_fields(block).items()}
        told = self.why(result, rule, block, frame)
        return [
            shorten(message("functions.TO_COMPLETE", self.lang, fields=fields)) if fields else reason
            for fields, reason in zip(present.missing(result, names), told, strict=True)
        ]

    def figures(
        self, result: RuleResult, key: str, rule: str, block: str, frame: pd.DataFrame | None = None
    ) -> Sequence[object] | pd.Series[Any]:
        """A numeric column of the answer; where it is missing, what is needed for it."""
        found = numbers(result.frame, key)
        missing = np.flatnonzero(np.isnan(found))
        if not missing.size:
            return pd.Series(found)
        values: list[object] = found.tolist()
        told = self.explain(result, rule, block, frame)
        for row in missing.tolist():
            values[row] = told[row]
        return values

    def sentence(self, codes: Sequence[str], rule: str, args: Mapping[str, object]) -> str:
        """The sentence of the first of some codes, ``""`` without any."""
        return shorten(message(f"{rule}.{codes[0]}", self.lang, **args)) if codes else ""


def setting_value(key: str, value: object, lang: str) -> Any:
    """A setting's raw cell as its field's type, None when blank.

    Raises Refusal when it cannot be used: with another threshold the answer would be a wrong one.
    """
    if value is None:
        return None
    spec = setting_field(key)
    if spec is None and not is_error(value):
        return value
    found = None if spec is None else typed([value], spec, lang)
    if found is None or found.errors:
        raise not_available(key if spec is None else spec.label.get(lang), lang)
    if found.problems:
        raise Refusal(shorten(found.problems[0]))
    return found.array[0]


@lru_cache(maxsize=256)
def _params(kind: type[Any], chosen: tuple[tuple[str, type, object], ...], lang: str) -> Any:
    return build_params(kind, {key: setting_value(key, value, lang) for key, _type, value in chosen})

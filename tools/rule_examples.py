"""The worked examples of the rule pages: run by the rules themselves, compared with what is stated.

Inputs and stated answers stand in ``rule_docs.toml``.
"""

from __future__ import annotations

import inspect
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas as pd

from strategy_xl.answers import sentences as present
from strategy_xl.functions.intake import block_fields, choice_labels
from strategy_xl.rules.completeness import BlockNeed
from strategy_xl.rules.params import params_type
from strategy_xl.rules.result import RuleResult
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldSpec

DATA = Path(__file__).with_name("rule_docs.toml")
PREFIX = "strategy_xl.rules."

Data = dict[str, typing.Any]


@cache
def data() -> Data:
    """What ``rule_docs.toml`` holds; decimal numbers as Decimal, which keeps the decimals stated."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"), parse_float=Decimal)


def resolve(path: str) -> typing.Any:
    """A function or class of the rules by ``module.name``."""
    module, _dot, name = path.partition(".")
    return getattr(import_module(PREFIX + module), name)


def fields(block: str) -> Mapping[str, FieldSpec]:
    """The fields of a block by key; none for a table that is no block."""
    return block_fields(block) if block in load_default().data_blocks() else {}


def choices(block: str, lang: str) -> dict[str, Mapping[str, str]]:
    """Labels of the choice fields of a block, as the sentences need them."""
    listed = {key: spec.choices for key, spec in fields(block).items()}
    return {key: choice_labels(given, lang) for key, given in listed.items() if given is not None}


def _column(values: Sequence[object]) -> pd.Series:
    """A column as the reader delivers it: empty text is missing, numbers are floats."""
    cells = [None if value == "" else value for value in values]
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {bool}:
        return pd.Series(cells, dtype="boolean")
    if kinds == {date}:
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object)))
    if kinds and kinds <= {int, Decimal}:
        return pd.Series([float("nan") if cell is None else float(str(cell)) for cell in cells])
    return pd.Series(cells, dtype=object)


@dataclass(frozen=True, slots=True)
class Answer:
    """One call of an example: what ran, on which rows, the answer and the block that names its columns."""

    call: Data
    inputs: pd.DataFrame
    result: RuleResult
    block: str

    def sentences(self, lang: str) -> list[str]:
        """The sentence of every row, and its next action after an arrow."""
        inputs = self.inputs.reindex(
            columns=[*self.inputs, *(key for key in fields(self.block) if key not in self.inputs)]
        )
        rule = self.call["run"].partition(".")[0]
        arguments = (self.result, rule, inputs, lang, choices(self.block, lang))
        told = zip(present.reasons(*arguments), present.next_actions(*arguments), strict=True)
        return [f"{why}<br>→ {action}" if action else why for why, action in told]


def tables(spec: Data) -> dict[str, pd.DataFrame]:
    """The tables of an example as they stand on its page."""
    return {
        name: pd.DataFrame(
            {
                key: _column([row[place] for row in given["rows"]])
                for place, key in enumerate(given["columns"])
            }
        )
        for name, given in spec["tables"].items()
    }


def _whole(given: Data, frame: pd.DataFrame) -> pd.DataFrame:
    """A table as the rule gets it: rows repeated, or its first column as index, where the data say so."""
    if "times" in given:
        frame = frame.loc[frame.index.repeat(given["times"])].reset_index(drop=True)
    return frame.set_index(given["index"]) if "index" in given else frame


def answers(spec: Data) -> Iterator[Answer]:
    """Run the calls of an example; a later one sees the columns that an earlier one put into a table."""
    frames = {name: _whole(spec["tables"][name], frame) for name, frame in tables(spec).items()}
    needs = [BlockNeed(**{**need, "required": tuple(need["required"])}) for need in spec.get("needs", ())]
    for call in spec["calls"]:
        function = resolve(call["run"])
        hints = typing.get_type_hints(function)
        known: Data = {"today": spec["today"], "needs": needs, "tables": frames, **frames}
        known |= {name: frames.get(value, value) for name, value in call.get("args", {}).items()}
        arguments: Data = {}
        for name in inspect.signature(function).parameters:
            if name in known:
                arguments[name] = known[name]
            elif (kind := params_type(hints[name])) is not None:
                arguments[name] = kind()
        found = function(**arguments)
        result: RuleResult = getattr(found, call["part"]) if "part" in call else found
        into = call.get("into", "")
        inputs = frames[into] if into else result.frame
        yield Answer(call, inputs, result, call.get("block", into))
        if into:
            frames[into] = inputs.assign(**{str(key): result.frame[key] for key in result.frame})


def mismatches(spec: Data) -> Iterator[str]:
    """Where an example's answer is not the one stated in the data."""
    for answer in answers(spec):
        expected: Sequence[Data] = answer.call["expect"]
        frame, where = answer.result.frame, answer.call["run"]
        if len(expected) != len(frame):
            yield f"{where}: {len(frame)} rows, {len(expected)} stated"
            continue
        for row, stated in enumerate(expected):
            for key, value in stated.items():
                if not agrees(frame[key].iloc[row], value):
                    yield f"{where}, row {row + 1}, {key}: {frame[key].iloc[row]!r}, stated {value!r}"


def agrees(found: typing.Any, stated: object) -> bool:
    """Whether an answer is the stated one: numbers to the decimals stated, empty text for missing."""
    if stated == "" or pd.isna(found):
        return bool(stated == "" and pd.isna(found))
    if isinstance(stated, Decimal):
        return abs(float(found) - float(stated)) <= 0.5 * 10.0 ** int(stated.as_tuple().exponent) + 1e-9
    return bool(found == stated or (type(stated) is int and abs(float(found) - stated) <= 1e-9))

"""Run the rules that the templates name on what was read from a workbook.

A rule is an ordinary function in ``strategy_xl.rules``; its parameters are filled by name: a parameter
object with the thresholds of the settings sheet, ``today`` with the reference date, ``stamp`` with the same
date when it is only to be noted down (what was noted on one day holds on the next), ``kind`` with the key of
the block that is answered, ``ranks`` with how good each choice of the column ``now`` is, the others with the
block or column that the template gives.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from strategy_xl.errors import Location, TemplateError
from strategy_xl.formulas.references import parse_argument, parse_column
from strategy_xl.rules.frame import Frame, cells, numbered
from strategy_xl.rules.params import build_params, params_type
from strategy_xl.rules.result import RuleResult
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import FormBlock, RuleCall, Tone, WorkbookSpec

RANKS: Mapping[Tone, int] = {Tone.GOOD: 4, Tone.INFO: 3, Tone.WARN: 2, Tone.BAD: 1}
"""How good a choice is that is shown in a tone; a neutral one is neither better nor worse than others."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One rule's answer on one workbook: the call, the rows it was given, the result."""

    call: RuleCall
    inputs: Table
    result: RuleResult

    @property
    def rule(self) -> str:
        """Prefix of the rule's message keys."""
        return self.call.run.partition(".")[0]

    @property
    def asks_day(self) -> bool:
        """Whether the rule was given the reference day, on which its answer may depend."""
        return asks_day(self.call.run)


@cache
def rule_function(run: str) -> Callable[..., RuleResult]:
    """The function of ``module.function``; TemplateError when there is none."""
    module_name, _dot, name = run.partition(".")
    try:
        return typing.cast(
            "Callable[..., RuleResult]", getattr(import_module(f"strategy_xl.rules.{module_name}"), name)
        )
    except (ImportError, AttributeError) as error:
        raise TemplateError("SX106", Location(), rule=run) from error


@cache
def _parameters(run: str) -> tuple[tuple[str, type[Any] | None], ...]:
    """The parameters of a rule's function, each with its type where that is one of thresholds."""
    function = rule_function(run)
    hints = typing.get_type_hints(function)
    return tuple((name, params_type(hints[name])) for name in inspect.signature(function).parameters)


def choice_ranks(spec: WorkbookSpec, block: str, key: str) -> dict[str, int]:
    """How good each choice of a field is, by its key; those that judge nothing are left out.

    Arguments: spec: the templates; block, key: the field.
    """
    field = next(field for field in spec.data_blocks()[block][1].fields if field.key == key)
    choices = spec.list_(field.choices).choices if field.choices is not None else ()
    return {choice.key: RANKS[choice.tone] for choice in choices if choice.judges and choice.tone in RANKS}


def asks_day(run: str) -> bool:
    """Whether a rule is given the reference day, on which its answer may depend."""
    return any(name == "today" for name, _ in _parameters(run))


def thresholds(run: str, settings: Mapping[str, object]) -> dict[str, float]:
    """The numbers that a rule is given from the settings, by key; defaults where a setting is empty."""
    found = {}
    for _name, kind in _parameters(run):
        if kind is not None:
            chosen = build_params(kind, settings)
            values = ((item.name, getattr(chosen, item.name)) for item in dataclasses.fields(kind))
            found.update({key: float(value) for key, value in values if isinstance(value, int | float)})
    return found


class Evaluator:
    """The blocks of one workbook, on which rules run one after the other; each sees the earlier answers."""

    def __init__(self, spec: WorkbookSpec, frames: Mapping[str, Frame], today: date) -> None:
        """Take the frames read from a workbook, by block key."""
        self._spec = spec
        self._blocks = spec.data_blocks()
        self._frames = {key: Table.of(frame) for key, frame in frames.items()}
        self._today = today
        rows = self.frame(SETTINGS_BLOCK)
        self.settings: Mapping[str, object] = (
            {str(key): rows.first(key) for key in rows.columns} if len(rows) else {}
        )

    def frame(self, block: str) -> Table:
        """The rows of a block; an empty table with its columns when the workbook does not have it."""
        if block not in self._frames:
            fields = self._blocks[block][1].fields if block in self._blocks else ()
            self._frames[block] = Table(
                {field.key: np.empty(0, dtype=object) for field in fields}, numbered(0)
            )
        return self._frames[block]

    def _argument(self, text: str) -> object:
        owner, keys = parse_argument(text)
        frame = self.frame(owner)
        match keys:
            case ():
                return frame
            case (key,):
                block = self._blocks[owner][1]
                if isinstance(block, FormBlock) and block.instances == 1:
                    return frame.first(key) if len(frame) else None
                return frame[key]
        key, other = keys
        pairs = zip(cells(frame, key), cells(frame, other), strict=True)
        return {name: value for name, value in pairs if name is not None and value is not None}

    def run(self, call: RuleCall) -> Evaluation:
        """Run one rule, and let later ones see its answer in the block's columns."""
        function = rule_function(call.run)
        listing = call.into in self._blocks and self._blocks[call.into][1].is_listing
        arguments: dict[str, object] = {}
        for name, thresholds in _parameters(call.run):
            if name in call.args:
                arguments[name] = self._argument(call.args[name])
            elif thresholds is not None:
                arguments[name] = build_params(thresholds, self.settings)
            elif name in {"today", "stamp"}:
                arguments[name] = self._today
            elif name == "kind":
                arguments[name] = call.into
            elif name == "ranks":
                arguments[name] = choice_ranks(self._spec, *parse_column(call.args["now"]))
        result = function(**arguments)
        if listing:
            inputs = self._frames[call.into] = result.table
        else:
            inputs = self.frame(call.into)
            self._frames[call.into] = inputs.extended(result.table.on(inputs.index))
        return Evaluation(call, inputs, result)


def evaluate(spec: WorkbookSpec, frames: Mapping[str, Frame], today: date) -> list[Evaluation]:
    """Run every rule of the templates, in sheet order, on the blocks that the workbook has.

    A block without a row has no answer to give; a board that the batch fills is always computed. A rule that
    needs a block which is not there (its sheet was deleted) is left aside: what stands there is better than
    an answer on half of what it asks.

    Arguments:
        spec: the templates.
        frames: rows by block key, index = Excel row (tables) or instance number (forms).
        today: reference date.
    """
    evaluator = Evaluator(spec, frames, today)
    blocks = spec.data_blocks()
    return [
        evaluator.run(call)
        for module in spec.modules
        for call in module.rules
        if call.into in frames
        and (len(frames[call.into]) or blocks[call.into][1].is_listing)
        and all(parse_argument(text)[0] in frames for text in call.args.values())
    ]

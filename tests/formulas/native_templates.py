"""The formulas of the templates, and cells for them to work on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from strategy_xl.formulas.arrays import Context
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldSpec, FieldType, FormBlock, GridBlock, TableBlock

SPEC = load_default()
BLOCKS = SPEC.data_blocks()
MODULES = [module.key for module in SPEC.modules]
ROWS = 8
FIRST_ROW = 2
"""Sheet row of a table's first row."""

TODAY = date(2026, 6, 1)
_NUMBERS = (FieldType.NUMBER, FieldType.INTEGER, FieldType.MONEY, FieldType.PERCENT)


@dataclass(frozen=True)
class TemplateFormula:
    """One formula: where it stands, its text, whether it is an array formula."""

    block: str
    key: str
    formula: str
    array: bool = False


def formulas() -> Iterator[TemplateFormula]:
    """The formulas of all fields and of all lines of all grids."""
    for module in SPEC.modules:
        for block in module.blocks:
            if isinstance(block, GridBlock):
                for at, box in enumerate(block.boxes):
                    for line in range(1, block.lines + 1):
                        text = box.formula.replace("{i}", str(line))
                        yield TemplateFormula(block.key, f"box_{at}_{line}", text)
    for key, (_module, found) in BLOCKS.items():
        for spec in found.fields:
            if spec.formula is not None:
                yield TemplateFormula(key, spec.key, spec.formula, spec.array)


def is_row_of_instances(block: str) -> bool:
    """Whether a block is a form of several instances, side by side."""
    found = BLOCKS[block][1] if block in BLOCKS else None
    return isinstance(found, FormBlock) and found.instances > 1


def is_table(block: str) -> bool:
    """Whether a block has rows (the map of the method has)."""
    return block not in BLOCKS or isinstance(BLOCKS[block][1], TableBlock)


def has_rows(block: str, key: str) -> bool:
    """Whether ``block[key]`` stands for a column; under a module's key the map gives that one's own cell."""
    return is_table(block) and not (block not in BLOCKS and key in MODULES)


class Cells:
    """Random but likely cells of all blocks: choices, few names so that lookups meet, some empty cells."""

    def __init__(self, seed: int) -> None:
        """Draw the cells of every field."""
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._values: dict[tuple[str, str], list[Any]] = {
            (key, spec.key): [self._value(spec) for _row in range(self.size(key))]
            for key, (_module, block) in BLOCKS.items()
            for spec in block.fields
        }
        for spec in BLOCKS["params"][1].fields:
            if spec.default is not None or spec.type in _NUMBERS:
                self._values["params", spec.key] = [self._setting(spec)]
        self._arrays: dict[tuple[str, str], Any] = {}

    def size(self, block: str) -> int:
        """Rows of a table, instances of a form, 1 for single cells."""
        if block in BLOCKS and is_row_of_instances(block):
            found = BLOCKS[block][1]
            return found.instances if isinstance(found, FormBlock) else 1
        return (
            ROWS
            if is_table(block) and block in BLOCKS
            else 4
            if block not in BLOCKS and block == "map"
            else 1
        )

    def _setting(self, spec: FieldSpec) -> Any:
        if spec.choices is not None:
            return next(c.fr for c in SPEC.list_(spec.choices).choices if c.key == spec.default)
        return float(spec.default) if isinstance(spec.default, int | float) else spec.default or 1.0

    def _value(self, spec: FieldSpec) -> Any:  # noqa: PLR0911 - one return a kind of field
        draw = self._random
        # A place for INDEX, where 0 would be the whole column.
        if spec.key.startswith("row_") or spec.key == "link_at":
            return float(draw.randint(1, ROWS))
        if draw.random() < 0.15:
            return "" if spec.formula is not None else None
        if spec.choices is not None:
            choices = SPEC.list_(spec.choices).choices
            return draw.choice(choices).fr if choices else draw.choice(["Nord", "Sud"])
        if spec.type is FieldType.DATE:
            return TODAY + timedelta(days=draw.randint(-300, 300))
        if spec.type in _NUMBERS:
            high = spec.maximum if spec.maximum is not None else 1 if spec.type is FieldType.PERCENT else 12
            value = draw.uniform(spec.minimum or 0, high)
            return float(round(value)) if spec.type is FieldType.INTEGER else round(value, 3)
        if spec.type is FieldType.BOOL:
            return draw.choice(["Oui", "Non"])
        return draw.choice(["Alpha", "Bêta SA", "gamma", "Delta"])

    def values(self, block: str, key: str) -> list[Any]:
        """The cells of a field, as a list."""
        if block not in BLOCKS:  # the map of the method; under a module's key its own completeness
            if key in MODULES:
                return [0.25 * (1 + MODULES.index(key) % 4)]
            return [0.25, 0.5, 0.75, 1.0] if key == "completeness" else list("abcd")
        return self._values[block, key]

    def column(self, block: str, key: str) -> Any:
        """The cells as ``block[key]`` stands for them."""
        if (block, key) not in self._arrays:
            values = self.values(block, key)
            line = np.empty(len(values), dtype=object)
            line[:] = values
            if is_row_of_instances(block):
                self._arrays[block, key] = line[None, :]
            else:
                self._arrays[block, key] = line if has_rows(block, key) else values[0]
        return self._arrays[block, key]

    def setting(self, key: str) -> Any:
        """The value of a setting."""
        return TODAY if key == "today" else self._values["params", key][0]

    def context(self, block: str) -> Context:
        """All rows of a block, in French."""
        found = BLOCKS[block][1] if block in BLOCKS else None
        fields = () if found is None else found.fields
        size = self.size(block)
        return Context(
            rows={
                spec.key: np.ravel(np.array(self.column(block, spec.key), dtype=object)) for spec in fields
            },
            columns=self.column,
            setting=self.setting,
            label=label,
            size=size,
            row_number=np.arange(FIRST_ROW, FIRST_ROW + size),
            row_numbers=lambda other: np.arange(FIRST_ROW, FIRST_ROW + self.size(other)),
        )


def label(name: str, key: str) -> str:
    """The French label of a choice."""
    return next(choice.fr for choice in SPEC.list_(name).choices if choice.key == key)

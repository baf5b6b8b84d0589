"""How much of each module is filled: the share of its required inputs.

A table counts its required cells over the rows used, but never fewer rows than it takes to be useful; a
form counts its required fields over the instances used, at least one. A module is the mean of its blocks
weighted by the cells they require. Plain counting, so that a workbook formula gives the same number:
``filled / (MAX(min_rows, used rows) × required columns)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from strategy_xl.rules.frame import (
    Frame,
    encoded,
    filled,
    flags,
    labels,
    make_frame,
    numbers,
    rounded,
)
from strategy_xl.rules.result import MAX_CODES, Codes, RuleResult

__all__ = ["VERSION", "BlockNeed", "block_completeness", "completeness", "overall"]

VERSION = "completeness 1"
HALF = 0.5


@dataclass(frozen=True, slots=True)
class BlockNeed:
    """What a block needs to be complete.

    Arguments:
        block: key of the block. module: key of its module.
        required: keys of the inputs that count; a block without any does not count.
        least: rows of a table (or instances of a form) below which it cannot be complete.
        judges: required input → flag column that says whether what stands there counts (a real answer).
    """

    block: str
    module: str
    required: tuple[str, ...]
    least: int = 1
    judges: Mapping[str, str] = field(default_factory=dict)

    def held(self, frame: Frame) -> int:
        """Required cells of the block that count."""
        return sum(
            int((flags(frame, self.judges[key]) if key in self.judges else filled(frame, key)).sum())
            for key in self.required
        )


def block_completeness(tables: Mapping[str, Frame], needs: Iterable[BlockNeed]) -> Frame:
    """Filled and required cells of each block.

    Arguments:
        tables: frames by block key, one row a used row of a table or a used instance of a form; a block
            that is not there is empty, a column that is not there is not filled.
        needs: what each block needs.

    Result: index block key; columns module, filled, required (cells), completeness (filled/required).
    Blocks without required inputs are left out.
    """
    counted = [need for need in needs if need.required]
    held: list[int] = []
    asked: list[int] = []
    for need in counted:
        frame = tables.get(need.block, make_frame({}))
        held.append(need.held(frame))
        asked.append(max(need.least, 1, len(frame)) * len(need.required))
    modules = [need.module for need in counted]
    columns = {"module": modules, "filled": held, "required": asked, "completeness": np.divide(held, asked)}
    return make_frame(columns, labels([need.block for need in counted], "block"))


def completeness(tables: Mapping[str, Frame], needs: Iterable[BlockNeed]) -> RuleResult:
    """Completeness of each module.

    Arguments: as ``block_completeness``.
    Result frame: index module key, in the order of the needs; columns completeness (0–1), filled,
    required (cells), missing_cells. Reasons: EMPTY, STARTED (under half), ADVANCED, COMPLETE.
    Missing: keys of the module's blocks that are not complete (the first 64 of the workbook).
    """
    blocks = block_completeness(tables, needs)
    module, modules = encoded(blocks, "module")
    rows = len(modules)
    held, asked = (
        np.bincount(module, numbers(blocks, key), rows).astype(np.int64) for key in ("filled", "required")
    )
    value = held / asked
    columns = {"completeness": value, "filled": held, "required": asked, "missing_cells": asked - held}
    full = rounded(value) >= 1
    masks = {
        "EMPTY": value == 0,
        "STARTED": (value > 0) & (rounded(value) < HALF),
        "ADVANCED": (rounded(value) >= HALF) & ~full,
        "COMPLETE": full,
    }
    lacking = np.flatnonzero(rounded(numbers(blocks, "completeness")) < 1)[:MAX_CODES]
    missing = {str(blocks.index[row]): np.arange(rows) == module[row] for row in lacking}
    frame = make_frame(columns, labels(modules, "module"))
    return RuleResult(frame, Codes.from_masks(masks, rows), Codes.from_masks(missing, rows), VERSION)


def overall(modules: Frame) -> float:
    """Mean completeness of the modules (each counts the same), 0–1; 0 without any."""
    return float(numbers(modules, "completeness").mean()) if len(modules) else 0.0

"""How much of each module is filled: the share of its required inputs.

A table counts its required cells over the rows used, but never fewer rows than it takes to be useful; a
form counts its required fields over the instances used, at least one. A module is the mean of its blocks
weighted by the cells they require. Plain counting, so that a workbook formula gives the same number:
``filled / (MAX(min_rows, used rows) × required columns)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from strategy_xl.rules.columns import Bools, rounded
from strategy_xl.rules.result import Codes, RuleResult

__all__ = ["VERSION", "BlockNeed", "block_completeness", "completeness", "filled_cells", "overall"]

VERSION = "completeness 1"
HALF = 0.5


@dataclass(frozen=True, slots=True)
class BlockNeed:
    """What a block needs to be complete.

    Arguments:
        block: key of the block. module: key of its module.
        required: keys of the inputs that count; a block without any does not count.
        least: rows of a table (or instances of a form) below which it cannot be complete.
    """

    block: str
    module: str
    required: tuple[str, ...]
    least: int = 1


def filled_cells(frame: pd.DataFrame) -> Bools:
    """Cells that hold something: not missing, not blank text; shape of the frame."""
    if frame.empty:
        return np.zeros(frame.shape, dtype=bool)
    columns = []
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        held = column.notna().to_numpy(dtype=bool)
        if pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column):
            text = column.where(column.notna(), "").astype(object)
            held = held & np.fromiter(
                (str(value).strip() != "" for value in text), dtype=bool, count=len(text)
            )
        columns.append(held)
    return np.column_stack(columns)


def block_completeness(tables: Mapping[str, pd.DataFrame], needs: Iterable[BlockNeed]) -> pd.DataFrame:
    """Filled and required cells of each block.

    Arguments:
        tables: frames by block key, one row a used row of a table or a used instance of a form; a block
            that is not there is empty, a column that is not there is not filled.
        needs: what each block needs.

    Result: index block key; columns module, filled, required (cells), completeness (filled/required).
    Blocks without required inputs are left out.
    """
    rows: list[tuple[str, str, int, int]] = []
    for need in needs:
        if not need.required:
            continue
        frame = tables.get(need.block, pd.DataFrame())
        asked = [key for key in need.required if key in frame.columns]
        held = filled_cells(frame[asked]) if asked else np.zeros((len(frame), 0), dtype=bool)
        used = max(need.least, 1, len(frame))
        rows.append((need.block, need.module, int(held.sum()), used * len(need.required)))
    table = pd.DataFrame(rows, columns=["block", "module", "filled", "required"]).set_index("block")
    return table.assign(completeness=table["filled"] / table["required"])


def completeness(tables: Mapping[str, pd.DataFrame], needs: Iterable[BlockNeed]) -> RuleResult:
    """Completeness of each module.

    Arguments: as ``block_completeness``.
    Result frame: index module key, in the order of the needs; columns completeness (0–1), filled,
    required (cells), missing_cells. Reasons: EMPTY, STARTED (under half), ADVANCED, COMPLETE.
    Missing: keys of the module's blocks that are not complete (the first 64 of the workbook).
    """
    needs = tuple(needs)
    blocks = block_completeness(tables, needs)
    sums = blocks.groupby("module", sort=False)[["filled", "required"]].sum()
    share = sums["filled"] / sums["required"]
    frame = pd.DataFrame(
        {
            "completeness": share,
            "filled": sums["filled"],
            "required": sums["required"],
            "missing_cells": sums["required"] - sums["filled"],
        }
    )
    value = share.to_numpy(dtype=np.float64)
    full = rounded(value) >= 1
    masks = {
        "EMPTY": value == 0,
        "STARTED": (value > 0) & (rounded(value) < HALF),
        "ADVANCED": (rounded(value) >= HALF) & ~full,
        "COMPLETE": full,
    }
    lacking = blocks[rounded(blocks["completeness"].to_numpy()) < 1]
    modules = frame.index.to_numpy()
    missing = {str(block): modules == module for block, module in lacking["module"].head(64).items()}
    rows = len(frame)
    return RuleResult(frame, Codes.from_masks(masks, rows), Codes.from_masks(missing, rows), VERSION)


def overall(modules: pd.DataFrame) -> float:
    """Mean completeness of the modules (each counts the same), 0–1; 0 without any."""
    return float(modules["completeness"].mean()) if len(modules) else 0.0

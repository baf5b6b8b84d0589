"""What differs between two versions of a workbook as plain data with stable keys, for programs."""

from __future__ import annotations

from typing import Any

from strategy_xl.answers.changes import Change
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.work.diff import BlockDifference, Difference
from strategy_xl.work.diff_cells import json_value
from strategy_xl.work.diff_own import OwnChange


def difference_data(found: Difference) -> dict[str, Any]:
    """A difference with language-neutral keys: blocks and fields as templates name them, choices by key."""
    return {
        "before": found.before,
        "after": found.after,
        "languages": list(found.langs),
        "same": found.is_same,
        "count": found.count,
        "verdicts": [_change(change) for change in found.changes],
        "blocks": [_block(block) for block in found.blocks],
        "own": [_own(change) for change in found.own],
    }


def _change(change: Change) -> dict[str, Any]:
    data = change.data()
    return {
        **{key: data[key] for key in ("block", "name", "sheet", "cell", "rule", "verdict")},
        "before": data["old"],
        "after": data["new"],
        "why": str(change.why),
        "causes": [dict(cause) for cause in data["causes"]],
        "crossing": data["crossing"],
    }


def _block(block: BlockDifference) -> dict[str, Any]:
    return {
        "module": block.module,
        "block": block.block,
        "moved": block.moved,
        "rows": [
            {
                "change": str(row.kind),
                "name": row.name,
                "former": row.former or None,
                "sheet": row.sheet,
                "cell": row.cell,
                "verdict": None if row.verdict is None else row.verdict[1],
            }
            for row in block.rows
        ],
        "cells": [
            {
                "field": cell.key,
                "name": cell.name,
                "sheet": cell.sheet,
                "cell": cell.cell,
                "before": json_value(cell.old),
                "after": json_value(cell.new),
                "over_formula": cell.is_computed,
            }
            for cell in block.cells
        ],
    }


def _own(change: OwnChange) -> dict[str, Any]:
    return {
        "change": str(change.kind),
        "sheet": change.sheet or None,
        "name": change.name or None,
        "block": change.block or None,
        "before": change.old or None,
        "after": change.new or None,
        "cells": [
            {
                "sheet_before": cell.before[0] if cell.before is not None else None,
                "cell_before": cell_name(*cell.before[1:]) if cell.before is not None else None,
                "sheet": cell.after[0] if cell.after is not None else None,
                "cell": cell_name(*cell.after[1:]) if cell.after is not None else None,
                "before": json_value(cell.old),
                "after": json_value(cell.new),
            }
            for cell in change.cells
        ],
    }

"""The conflicts of a merge as plain data with stable keys, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.work.diff_cells import json_value
from strategy_xl.work.merge import MergePlan
from strategy_xl.work.merge_drawn import DrawnMerge
from strategy_xl.work.merge_notes import NoteMerge
from strategy_xl.work.merge_rows import Side


def conflicts_data(plan: MergePlan, notes: NoteMerge, drawn: DrawnMerge) -> list[dict[str, Any]]:
    """Each conflict with the place in A and the contents of the three versions."""
    found = [item for key in plan.blocks for item in (*_cells(plan, key), *_rows(plan, key))]
    found += [
        {
            "kind": "cell", "block": None, "field": None, "name": None, "sheet": one.place[0],
            "cell": cell_name(*one.place[1:]), "base": json_value(one.base), "a": json_value(one.a),
            "b": json_value(one.b), "kept": str(one.kept),
        }
        for one in plan.loose.conflicts
    ]  # fmt: skip
    found += [
        {
            "kind": "note", "sheet": one.place[0], "cell": cell_name(*one.place[1:]),
            "base": one.base or None, "a": one.a or None, "b": one.b or None, "kept": str(one.kept),
        }
        for one in notes.conflicts
    ]  # fmt: skip
    found += [
        {"kind": str(one.item.kind), "sheet": one.sheet, "name": one.item.name, "kept": str(one.kept)}
        for one in drawn.conflicts
    ]
    found += [
        {"kind": "sheet", "sheet": title, "deleted_by": str(Side.A), "kept": True} for title in plan.back
    ]
    return found


def _cells(plan: MergePlan, key: str) -> Iterator[dict[str, Any]]:
    """The cells of a block that both changed otherwise."""
    for one in plan.blocks[key].conflicts:
        sheet, row, column = plan.three.a.place(key, one.key, one.at)
        yield {
            "kind": "cell", "block": key, "field": one.key, "name": one.name, "sheet": sheet,
            "cell": cell_name(row, column), "base": json_value(one.base), "a": json_value(one.a),
            "b": json_value(one.b), "kept": str(one.kept),
        }  # fmt: skip


def _rows(plan: MergePlan, key: str) -> Iterator[dict[str, Any]]:
    """The rows of a block that one removed and the other edited."""
    for gone in plan.blocks[key].rows:
        edits = {
            name: {"before": json_value(old), "after": json_value(new)}
            for name, (old, new) in gone.cells.items()
        }
        yield {
            "kind": "row", "block": key, "name": gone.name, "deleted_by": str(gone.deleted),
            "kept": gone.stays, "edits": edits,
        }  # fmt: skip

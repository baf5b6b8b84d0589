"""What is remembered of a workbook for the next night: its cells that rules read, with their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from strategy_xl.answers.basis import Basis, Place, make_basis
from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import WorkbookData
from strategy_xl.rules.table import Table
from strategy_xl.schema.spec import WorkbookSpec


def remember(
    spec: WorkbookSpec,
    data: WorkbookData,
    frames: Mapping[str, Table],
    evaluations: Sequence[Evaluation],
    day: date,
) -> Basis:
    """What to remember of a workbook after a night.

    Arguments:
        spec, data: templates and workbook as read.
        frames, evaluations: what the rules were given, and their answers.
        day: the reference day.
    """

    def places(block: str) -> dict[str, Place]:
        found = data.blocks[block].places
        return {name: (place.sheet, place.row, place.column) for name, place in found.items()}

    return make_basis(spec, frames, evaluations, places, day)

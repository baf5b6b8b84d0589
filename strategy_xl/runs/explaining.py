"""Why verdicts changed since the last night, from what that night left of the cells in the history."""

from __future__ import annotations

from typing import Any

from strategy_xl.answers.basis import Basis
from strategy_xl.answers.changes import Change, explain
from strategy_xl.history.book_record import BookRecord, ChangeRecord
from strategy_xl.schema.spec import WorkbookSpec


def explained(spec: WorkbookSpec, remembered: bytes, record: BookRecord) -> list[ChangeRecord]:
    """The verdicts of a workbook that are others than on an earlier night, and why.

    Arguments:
        spec: the templates.
        remembered: what that night left. record: what was found now.
    """
    before = Basis.unpacked(remembered)
    after = Basis.unpacked(record.basis) if record.basis else None
    if before is None or after is None:
        return []
    return [_record(change) for change in explain(spec, before, after)]


def _record(change: Change) -> ChangeRecord:
    return ChangeRecord(
        block=change.block,
        row=change.row,
        verdict=change.verdict,
        old=_key(change.old),
        new=_key(change.new),
        why=str(change.why),
        detail=change.data(),
    )


def _key(verdict: Any) -> str | None:
    """A verdict as the history names it: a truth by its key, a letter of an objective by its points."""
    if isinstance(verdict, bool):
        return "yes" if verdict else "no"
    if isinstance(verdict, float):
        return f"{verdict:g}"
    return None if verdict is None else str(verdict)

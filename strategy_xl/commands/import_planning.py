"""What an import would do: the options that say it, and the plan that they make."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from strategy_xl.errors import UsageError

if TYPE_CHECKING:
    from strategy_xl.schema.spec import WorkbookSpec
    from strategy_xl.work.importing.plan import ImportPlan


def column_pair(pair: str) -> tuple[str, str]:
    """``Column=field`` as the two. Errors: UsageError SX114 when it is not that."""
    column, equals, field = pair.rpartition("=")
    if not equals or not column.strip():
        raise UsageError("SX114", pair=pair)
    return column.strip(), field.strip()


def chosen_columns(pairs: tuple[str, ...]) -> dict[str, str] | None:
    """``--column "Column=field"`` as a mapping; None when none was given."""
    return dict(map(column_pair, pairs)) or None


def planned_import(
    source: Path,
    book: Path,
    spec: WorkbookSpec,
    module: str,
    *,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> ImportPlan:
    """Read workbook and list, and match them; formulas without result are calculated where possible.

    Arguments:
        source: the list.
        book: the workbook.
        spec: its templates.
        module: module, table or sheet title to fill.
        mapping: title in the list → field, over what is matched by itself.
        sheet: sheet of a spreadsheet list.
    """
    from strategy_xl.book.read import read_workbook
    from strategy_xl.work.importing.plan import plan

    data = read_workbook(book, spec, grows=True)
    planned = plan(source, module, data, mapping, sheet=sheet)
    if planned.uncached:
        from strategy_xl.hosts.calculated import calculated
        from strategy_xl.hosts.machine import Machine

        with TemporaryDirectory() as folder:
            copy = calculated(source, Path(folder), Machine())
            if copy is not None:
                planned = plan(source, module, data, mapping, sheet=sheet, calculated=copy)
    return planned

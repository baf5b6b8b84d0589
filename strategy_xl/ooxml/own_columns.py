"""Columns that come into a table of people's workbook, with their headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from strategy_xl.ooxml.inserted_columns import NewColumn, insert_columns
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.snapshot import Snapshot


def with_own_columns(source: Snapshot, table: str, columns: Sequence[NewColumn]) -> Snapshot:
    """A workbook with more columns in a table; what it is compared with on writing is the source.

    Arguments:
        source: the workbook. table: name of the table. columns: they.

    Errors: those of ``insert_columns``; PatchRefusedError SX923 digitally signed.
    """
    with Package.open(source) as package:
        wider = source._replace(content=insert_columns(package, {table: columns}, {}, {}), kept={})
    with TemporaryDirectory() as folder, Package.open(wider) as package:
        target = Path(folder) / "wider.xlsx"
        job = PatchJob(package, target, wider)
        found = job.info.table(table)
        new = {column.name for column in columns}
        cells = {
            found.area.left + at: {found.area.top: column.name}
            for at, column in enumerate(found.columns)
            if column.name in new
        }
        job.headed.add(found.name)
        job.patch_sheet(job.info.sheet(found.sheet), cells)
        job.check_signature(allow=False)
        job.write()
        return wider._replace(content=target.read_bytes(), kept={})

"""Lists as people have them, and books to bring them into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build import book as build
from strategy_xl.build.select import only, owners
from strategy_xl.schema.loader import load_default
from strategy_xl.work.importing.plan import ImportPlan, plan

TODAY = date(2026, 11, 24)


@cache
def _empty(lang: str) -> bytes:
    sheets = only(load_default(), ["client_matrix", "accounts", "stakeholders", "prospects", "readings"])
    return build.render(sheets, lang=lang, company="Essai", today=TODAY, rows={})


def new_book(
    path: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None, lang: str = "fr"
) -> Path:
    """A workbook with these rows, of the sheets that they stand on."""
    content = _empty(lang)
    if rows:
        of_block = owners(load_default())
        spec = only(load_default(), sorted({of_block[key] for key in rows}))
        content = build.render(spec, lang=lang, company="Essai", today=TODAY, rows=rows)
    path.write_bytes(content)
    return path


def read(path: Path) -> WorkbookData:
    """A workbook as the import reads it."""
    return read_workbook(path, load_default(), grows=True)


@cache
def empty_book(lang: str = "fr") -> WorkbookData:
    """An empty workbook as it is read; nothing is written into it."""
    with TemporaryDirectory() as folder:
        return read(new_book(Path(folder, "book.xlsx"), lang=lang))


def planned(
    folder: Path, text: str, target: str = "clients", lang: str = "fr", name: str = "list.csv"
) -> ImportPlan:
    """What the import of a list given as text would do in an empty workbook."""
    source = folder / name
    source.write_text(text, encoding="utf-8", newline="")
    return plan(source, target, empty_book(lang))


def planned_sheet(
    folder: Path, rows: Sequence[Sequence[Any]], target: str = "clients", *merged: str
) -> ImportPlan:
    """The same of a list in a spreadsheet, with merged areas."""
    sheet = Workbook()
    assert sheet.active is not None
    for row in rows:
        sheet.active.append(list(row))
    for area in merged:
        sheet.active.merge_cells(area)
    sheet.save(folder / "list.xlsx")
    return plan(folder / "list.xlsx", target, empty_book())


def column(plan_: ImportPlan, key: str) -> list[Any]:
    """The values of a field over the records."""
    return [row.cells.get(key) for row in plan_.rows]


def codes(plan_: ImportPlan) -> list[str]:
    """Codes of the findings, in order of the alphabet."""
    return sorted(finding.code for finding in plan_.findings)

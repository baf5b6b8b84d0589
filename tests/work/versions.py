"""Small workbooks of a few sheets and what people do to copies of them, for the tests of diff and merge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import TableBlock, WorkbookSpec

DAY = date(2026, 11, 28)
ROOM = 10
"""Rows of a table at most: reading, saving and auditing empty ones costs most of the time."""


def short(spec: WorkbookSpec) -> WorkbookSpec:
    """The templates with short tables."""
    modules = []
    for module in spec.modules:
        blocks = [
            block.model_copy(update={"rows": min(block.rows, ROOM)})
            if isinstance(block, TableBlock)
            else block
            for block in module.blocks
        ]
        modules.append(module.model_copy(update={"blocks": tuple(blocks)}))
    return spec.model_copy(update={"modules": tuple(modules)})


SPEC = short(only(load_default(), ["client_matrix", "accounts", "stakeholders"]))
_GOOD = {"margin_rate": 0.4, "hours": 60.0, "satisfaction": 8.0, "impact": 3.0}
CLIENTS = [
    {"name": name, "revenue": 50_000.0 + at, **_GOOD}
    for at, name in enumerate(("Ardoise", "Belloc", "Cidrerie", "Dubail", "Estrel", "Fougères"))
]
CONTACTS = [
    {"name": "Anne Le Goff", "account": "Ardoise", "job": "Directrice"},
    {"name": "Paul Evano", "account": "Belloc", "job": "Acheteur"},
]


@cache
def content(lang: str = "fr") -> bytes:
    """A workbook with six clients and two contacts."""
    rows = {"clients": CLIENTS, "contacts": CONTACTS}
    return render(SPEC, lang=lang, company="", today=DAY, rows=rows)


def read(path: Path) -> WorkbookData:
    """The workbook as read."""
    return read_workbook(path, SPEC)


def patched(source: Path, target: Path, edits: Callable[[WorkbookData], Mapping[str, Any]]) -> Path:
    """A copy with some cells changed."""
    set_cells(source, target, edits(read(source)))
    return target


def clients(changes: Mapping[tuple[str, str], Any]) -> Callable[[WorkbookData], Mapping[str, Any]]:
    """Edits of clients: name and field → value; ``+`` before a name for a new row."""

    def edits(data: WorkbookData) -> Mapping[str, Any]:
        block = data.blocks["clients"]
        rows = dict(zip(block.rows.values("name"), block.rows.index.tolist(), strict=True))
        blank = iter(block.blank_rows)
        found: dict[tuple[int, int], Any] = {}
        for (name, key), value in changes.items():
            if name.startswith("+") and name not in rows:
                rows[name] = next(blank)
                found[block.cell("name", rows[name])] = name[1:]
            found[block.cell(key, int(rows[name]))] = value
        return {block.sheet: found}

    return edits


def sorted_clients(data: WorkbookData) -> Mapping[str, Any]:
    """The clients in the opposite order, as a sort leaves them."""
    block = data.blocks["clients"]
    keys = [item.key for item in block.block.fields if item.role != "computed"]
    rows = block.rows.index.tolist()
    found = {}
    for key in keys:
        shown = data.look.column(block.field(key), block.rows.array(key))
        for row, value in zip(rows, reversed(shown), strict=True):
            found[block.cell(key, int(row))] = value
    return {block.sheet: found}


def typed_over(data: WorkbookData) -> Mapping[str, Any]:
    """A number typed over a formula of the templates, and a formula in the place of a number."""
    block = data.blocks["clients"]
    row = int(block.rows.index[0])
    key = next(item.key for item in block.block.fields if item.role == "computed" and not item.hidden)
    below = block.a1("hours", row + 1)
    return {block.sheet: {block.cell(key, row): 12.0, block.cell("hours", row): Formula(f"{below}*2", 120.0)}}


def with_own_things(source: Path, target: Path) -> Path:
    """A copy with a sheet, a note and a name of people's own, as another program saves it."""
    book = openpyxl.load_workbook(source)
    sheet = book.create_sheet("Mes notes")
    sheet["A1"], sheet["B2"], sheet["B3"] = "Titre", 12, "=B2*2"
    sheet["A1"].font = openpyxl.styles.Font(bold=True)
    sheet["B2"].comment = Comment("à vérifier", "moi")
    data = read(source)
    block = data.blocks["clients"]
    book[block.sheet][block.a1("revenue", int(block.rows.index[1]))].comment = Comment("vu avec lui", "moi")
    book.save(target)
    return target

"""Books of random content: what a test of all formulas computes on."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from strategy_xl.book.read import read_workbook
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.spec import (
    NUMERIC_TYPES,
    FieldRole,
    FieldSpec,
    FieldType,
    FormBlock,
    TableBlock,
    WorkbookSpec,
)

TODAY = date(2027, 3, 1)
ROWS = {
    "clients": 120,
    "kpis": 60,
    "readings": 420,
    "contacts": 150,
    "accounts": 30,
    "links": 40,
    "swot_items": 24,
}
NASTY_SHARE = 0.2
OWN_DEFAULTS = {"params"}
"""Blocks left at their defaults: a random threshold would make most rows alike."""


class Maker:
    """Random cell values for a field, with a liking for blanks, bounds and equal values."""

    def __init__(self, spec: WorkbookSpec, lang: str, seed: int) -> None:
        """Start from a seed."""
        self.spec, self.lang = spec, lang
        self.random = random.Random(seed)  # noqa: S311 (test data)
        self.names: dict[str, list[str]] = {}

    def rows(self, block: TableBlock | FormBlock) -> list[dict[str, object]]:
        """Rows of a block: names are unique, the rest is free."""
        if isinstance(block, FormBlock):
            count = block.instances
        else:
            count = len(block.seed) if block.locked else ROWS.get(block.key, 12)
        return [
            {
                field.key: self.value(block, field, number)
                for field in block.fields
                if field.role is FieldRole.INPUT
            }
            for number in range(count)
        ]

    def value(  # noqa: PLR0911 (one line a type)
        self, block: TableBlock | FormBlock, field: FieldSpec, number: int
    ) -> object:
        """One input cell."""
        pick = self.random
        if isinstance(block, TableBlock) and field.key == block.identity_key:
            if block.locked:
                return None  # the seed's own label stays
            if field.type is FieldType.DATE:
                return TODAY - timedelta(days=31 * number)
            name = f"{block.key} {number}"
            self.names.setdefault(f"{block.key}[{field.key}]", []).append(name)
            return name
        if pick.random() < 0.25:
            return None
        if field.source is not None:
            return pick.choice(self.names.get(field.source) or ["autre nom"])
        if field.choices is not None:
            choices = self.spec.list_(field.choices).choices
            return pick.choice(choices).get(self.lang) if choices else "autre"
        match field.type:
            case FieldType.BOOL:
                return pick.choice(["Oui", "Non"] if self.lang == "fr" else ["Yes", "No"])
            case FieldType.DATE:
                return TODAY + timedelta(
                    days=pick.choice([-400, -366, -200, -91, -90, -30, -1, 0, 1, 45, 200, 365])
                )
            case FieldType.TEXT | FieldType.LONG_TEXT:
                return pick.choice(
                    ["un", "deux mots", "trois mots écrits ici", "à voir", "notre équipe répond vite"]
                )
            case _:
                return self.number(field)

    def number(self, field: FieldSpec) -> float:
        """A number within the field's bounds, often on a round value or a bound."""
        low = field.minimum if field.minimum is not None else -100.0
        high = (
            field.maximum
            if field.maximum is not None
            else (1.0 if field.type is FieldType.PERCENT else 30_000.0)
        )
        pool = [low, high, (low + high) / 2, min(high, max(low, 0.0)), min(high, low + 1), min(high, low + 5)]
        value = self.random.choice(
            [*pool, self.random.uniform(low, high), self.random.uniform(low, min(high, low + 100))]
        )
        return float(round(value)) if field.type is FieldType.INTEGER else round(value, 3)


def generated(spec: WorkbookSpec, lang: str, seed: int) -> dict[str, list[dict[str, object]]]:
    """Random content for every table and form."""
    maker = Maker(spec, lang, seed)
    blocks = [
        block for _module, block in spec.data_blocks().values() if isinstance(block, TableBlock | FormBlock)
    ]
    # Names first: other tables refer to them.
    blocks.sort(key=lambda block: any(field.source is not None for field in block.fields))
    rows = {block.key: maker.rows(block) for block in blocks if block.key not in OWN_DEFAULTS}
    rows["params"] = [{"reference_date": TODAY}]
    return rows


NASTY = (
    None, "", " ", "12,5", "12.5", "30 %", "$62,000", "abc", 0.0, -1.0, 1.0, 30.0, 101.0, 0.3,
    ErrorValue.NA, ErrorValue.DIV0, " Oui ", "oui", "x", "03/04/2027", "2027-04-03",
)  # fmt: skip
"""What people and other programs put into cells that hold something else.

TRUE in a column of numbers is left to the tests of Excel's own way: LibreOffice takes it for 1.
"""


def spoil(book: Path, spec: WorkbookSpec, seed: int) -> None:
    """Put odd values into every fifth input cell of tables and forms, names and settings apart."""
    pick = random.Random(seed)  # noqa: S311 (test data)
    data = read_workbook(book, spec)
    edits: dict[str, dict[tuple[int, int], object]] = {}
    for block in data.blocks.values():
        if block.block.key in OWN_DEFAULTS:
            continue
        identity = block.block.identity_key if isinstance(block.block, TableBlock) else ""
        for field in block.block.fields:
            if field.role is not FieldRole.INPUT or field.key == identity or field.key not in block.places:
                continue
            own = (
                [choice.get(data.lang) for choice in spec.list_(field.choices).choices]
                if field.choices
                else []
            )
            odd = [
                *NASTY,
                *(() if field.type in NUMERIC_TYPES else (True, False)),
                *(form.format(label) for label in own for form in (" {}", "{} ", "{}")),
            ]
            for index in block.rows.index.tolist():
                if pick.random() < NASTY_SHARE:
                    cell = block.cell(field.key, index)
                    edits.setdefault(block.sheet_of(field.key), {})[cell] = pick.choice(odd)
    set_cells(book, book, edits)

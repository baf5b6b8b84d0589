"""A workbook from a kept skeleton has the bytes of one that openpyxl made for it alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from strategy_xl.build import book, skeletons
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole, FieldType, TableBlock, WorkbookSpec

DAY = date(2026, 3, 17)
SMALL = only(load_default(), ["quant"])


def tables(spec: WorkbookSpec) -> dict[str, bool]:
    """The tables that may have rows, and whether these decide more than where ranges end."""
    return {
        block.key: bool(block.seed)
        or any(field.spark for field in block.fields)
        or block is not module.blocks[-1]
        for module in spec.modules
        for block in module.blocks
        if isinstance(block, TableBlock) and not (block.locked or block.hidden)
    }


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def rows_of(spec: WorkbookSpec, counts: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """So many rows by table, with a number or a text in every other input."""
    blocks = spec.data_blocks()
    found = {}
    for key, count in counts.items():
        fields = [field for field in blocks[key][1].fields if field.role is FieldRole.INPUT]
        found[key] = [
            {
                field.key: at * 1.5 if field.type is FieldType.NUMBER else f"{field.key} {at}"
                for number, field in enumerate(fields)
                if (number + at) % 2
            }
            for at in range(count)
        ]
    return found


Made = Callable[..., dict[str, bytes]]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """The parts of a workbook with so many rows by table; the templates are the program's own."""
    monkeypatch.setattr(skeletons, "_skeletons", {})

    def make(spec: WorkbookSpec, counts: dict[str, int], *, alone: bool = False, **options: Any) -> Any:
        monkeypatch.setattr(book, "load_default", lambda: None if alone else spec)
        options = {"lang": "fr", "company": "Essai", "today": DAY} | options
        return parts(render(spec, rows=rows_of(spec, counts), **options))

    return make


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_kept_skeleton_serves_tables_of_any_length(made: Made, lang: str) -> None:
    """Every table longer or shorter than in the workbook for which the skeleton was made, or empty."""
    known = tables(load_default())
    made(load_default(), dict.fromkeys(known, 2), lang=lang)
    counts = {key: 2 if decides else 7 * at % 31 for at, (key, decides) in enumerate(known.items())}
    assert {0, 7} <= set(counts.values())
    kept = made(load_default(), counts, lang=lang)
    assert len(skeletons._skeletons) == 1
    assert kept == made(load_default(), counts, lang=lang, alone=True)


@pytest.mark.parametrize(
    "other",
    [
        {"company": "Autre"},
        {"today": date(2026, 3, 18)},
        {"lang": "en"},
        {"protect": True},
        {"ghosts": {"revenue_lines": {"product": "Conseil"}}},
    ],
)
def test_what_else_a_workbook_depends_on_makes_another_skeleton(made: Made, other: dict[str, Any]) -> None:
    """Nothing of one workbook shows in another."""
    made(SMALL, {"team": 3})
    assert made(SMALL, {"team": 3}, **other) == made(SMALL, {"team": 3}, **other, alone=True)
    assert len(skeletons._skeletons) == 2


def test_rows_that_decide_more_make_another_skeleton(made: Made) -> None:
    """Rows of tables with something below them, and which tables are given."""
    for counts in ({"team": 3}, {"team": 30}, {"team": 3, "revenue_lines": 1}):
        assert made(SMALL, counts) == made(SMALL, counts, alone=True)
    assert len(skeletons._skeletons) == 3


def test_a_text_like_a_stand_in_is_left_alone(made: Made) -> None:
    """What people have called their firm is not taken for the end of a range."""
    number = str(skeletons._LAST_ROW)
    found = made(SMALL, {"revenue_lines": 3}, company=f"Essai {number}")
    assert found == made(SMALL, {"revenue_lines": 3}, company=f"Essai {number}", alone=True)
    assert any(number.encode() in part for part in found.values())


def test_few_are_kept(made: Made) -> None:
    """The oldest goes when there are too many."""
    for day in range(1, 7):
        made(SMALL, {}, today=date(2026, 3, day))
    assert len(skeletons._skeletons) == skeletons._KEPT

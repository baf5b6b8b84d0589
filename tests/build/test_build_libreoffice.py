"""LibreOffice opens a built workbook, recalculates it without an error and agrees with the Python rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fewer import few_of
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from plain_cells import formulas, values

from strategy_xl.book.shown import CellValue
from strategy_xl.build.book import build, render
from strategy_xl.build.select import only
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.rules.completeness import BlockNeed, completeness
from strategy_xl.rules.cqqcoqp import assess_answers
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import anchor_name, share_name
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, FormBlock, TableBlock
from strategy_xl.work.recompute import recompute_workbook

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning"),  # what LibreOffice adds
]
DAY = date(2026, 3, 17)


@dataclass(frozen=True)
class Opened:
    """A new workbook, and what LibreOffice saved of it."""

    source: Path
    saved: Path


BOOKS = [
    pytest.param(
        (lang, example),
        marks=[
            pytest.mark.xdist_group(f"opened {lang} {example}"),
            # In French with the example and in English without it; the others say no more.
            *([pytest.mark.long] if (lang == "fr") != example else []),
        ],
        id=f"{'example' if example else 'blank'}-{lang}",
    )
    for example in (False, True)
    for lang in ("fr", "en")
]


@pytest.fixture(scope="module", params=BOOKS)
def opened(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    recalculated: Callable[[Path], Path],
) -> Opened:
    """Each language, blank and with the example."""
    lang, example = request.param
    source = tmp_path_factory.mktemp("new") / "plan.xlsx"
    build(load_default(), source, lang=lang, today=DAY, example=example)
    return Opened(source, recalculated(source))


def test_no_formula_gives_an_error(opened: Opened) -> None:
    """No cell shows #NAME?, #REF!, Err:5xx or the like; #N/A only where a chart's helper asks for it."""
    written, shown = formulas(opened.source), values(opened.saved)
    assert list(shown) == list(written)
    count, wrong = 0, []
    for title, cells in written.items():
        for (row, column), text in cells.items():
            count += 1
            value = shown[title].get((row, column))
            if isinstance(value, str) and value.startswith(("#", "Err:")):
                if value == "#N/A" and "NA()" in text:
                    continue
                wrong.append(f"{title}!{cell_name(row, column)} {value} {text[:80]}")
    assert wrong == []
    assert count > 1000


@pytest.mark.parametrize("opened", BOOKS[:2], indirect=True)
def test_names_and_tables_survive_a_round_through_libreoffice(opened: Opened) -> None:
    """After LibreOffice has saved the book, every anchor name still points to the same cell."""
    before, after = load_workbook(opened.source), load_workbook(opened.saved)
    for _, block in load_default().data_blocks().values():
        for field in block.fields:
            name = anchor_name(block.key, field.key)
            assert list(after.defined_names[name].destinations) == list(
                before.defined_names[name].destinations
            )
    for sheet in before.worksheets:
        kept = {table.name: table.ref for table in after[sheet.title].tables.values()}
        assert {table.name: table.ref for table in sheet.tables.values()} == kept


def _value(field: FieldSpec, draw: random.Random) -> CellValue:
    """A value of the field's type, or nothing, or blanks where a text may hold them."""
    if draw.random() < 0.4:
        return None
    if field.type in {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.LINK}:
        return draw.choice(["a", "un mot", "0", "   "])
    if field.type is FieldType.DATE:
        return date(2026, 1, 1 + draw.randrange(28))
    if field.type is FieldType.BOOL:
        return "Oui"
    if field.type is FieldType.CHOICE:
        choices = load_default().list_(field.choices or "").choices
        return choices[0].fr if choices else "a"
    return draw.choice([0, 1, 2.5])


def _inputs(block: TableBlock | FormBlock) -> list[FieldSpec]:
    return [field for field in block.fields if field.role is FieldRole.INPUT]


@pytest.mark.parametrize("seed", few_of(3, range(3)))
def test_completeness_formulas_agree_with_the_rule(
    tmp_path: Path, recalculated: Callable[[Path], Path], seed: int
) -> None:
    """On random content the map shows, for every module, what the completeness rule gives."""
    draw = random.Random(seed)  # noqa: S311 - content of a test
    spec = load_default()
    rows: dict[str, list[dict[str, CellValue]]] = {}
    for _, block in spec.data_blocks().values():
        if isinstance(block, TableBlock) and not block.locked:
            count = draw.randrange(min(block.rows, 12) + 1)
        elif isinstance(block, FormBlock) and not block.names:
            count = block.instances
        else:
            continue
        rows[block.key] = [{field.key: _value(field, draw) for field in _inputs(block)} for _ in range(count)]
    source = tmp_path / "plan.xlsx"
    source.write_bytes(render(spec, lang="fr", company="", today=DAY, rows=rows))
    book = load_workbook(recalculated(source), data_only=True)

    needs, tables = [], {}
    for module, block in spec.data_blocks().values():
        if not isinstance(block, TableBlock | FormBlock) or not _inputs(block):
            continue
        required = tuple(field.key for field in block.fields if field.required)
        least = block.min_rows if isinstance(block, TableBlock) else max(1, block.min_instances)
        judges = {field.key: field.counted_by for field in block.fields if field.counted_by}
        needs.append(BlockNeed(block.key, module.key, required, least, judges))
        frame = pd.DataFrame(
            _content(book, block), columns=[field.key for field in _inputs(block)], dtype=object
        )
        blank = frame.map(lambda value: value is None or str(value).strip() == "").all(axis=1)
        tables[block.key] = frame[~blank]
        if judges:  # an answer without its question is none
            told = assess_answers(frame[~blank]).frame["answered"]
            asked = frame[~blank]["question"].map(lambda value: str(value or "").strip() != "")
            tables[block.key] = frame[~blank].assign(answered=told & asked.astype(bool))
    expected = completeness(tables, needs).frame["completeness"]
    shown = {}
    for module in expected.index:
        ((title, cell),) = book.defined_names[share_name(module)].destinations
        shown[module] = book[title][cell.replace("$", "")].value
    assert shown == pytest.approx(expected.to_dict(), abs=1e-9)


def _content(book: Any, block: TableBlock | FormBlock) -> list[list[object]]:
    """Input values of a block as they stand in the workbook, one list a row or instance."""
    anchors = {}
    for field in _inputs(block):
        ((title, cell),) = book.defined_names[anchor_name(block.key, field.key)].destinations
        anchors[field.key] = book[title][cell.replace("$", "")]
    sheet = next(iter(anchors.values())).parent
    if isinstance(block, FormBlock):
        return [
            [sheet.cell(cell.row, cell.column + instance).value for cell in anchors.values()]
            for instance in range(block.instances)
        ]
    _, first, _, last = range_boundaries(sheet.tables[block.table_name].ref)
    return [
        [sheet.cell(row, cell.column).value for cell in anchors.values()]
        for row in range(first + 1, last + 1)
    ]


@pytest.mark.parametrize(("market", "label"), [("btoc", "Profession"), ("btob_people", "Secteur")])
def test_labels_and_firm_follow_the_settings(
    tmp_path: Path, recalculated: Callable[[Path], Path], market: str, label: str
) -> None:
    """What LibreOffice calculates for them is what the night has written."""
    spec = load_default()
    chosen = next(item.fr for item in spec.list_("market").choices if item.key == market)
    rows: dict[str, list[dict[str, CellValue]]] = {"params": [{"market": chosen, "company": "Essai & Fils"}]}
    source, sheets = tmp_path / "plan.xlsx", only(spec, ["ideal"])
    source.write_bytes(render(sheets, lang="fr", company="", today=DAY, rows=rows))
    assert recompute_workbook(source, spec, DAY).failure is None
    for book in (load_workbook(source, data_only=True), load_workbook(recalculated(source), data_only=True)):
        for name, shown in (("_sx.label.profiles.sector", label), ("_sx.company.ideal", "Essai & Fils")):
            ((title, cell),) = book.defined_names[name].destinations
            assert book[title][cell.replace("$", "")].value == shown

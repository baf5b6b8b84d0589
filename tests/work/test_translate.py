"""A workbook in the other language is the one that would have been built in it, with what people wrote."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.errors import UsageError, WorkbookError
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.retitling import Renaming, rename
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole, FieldType
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.restore import restore_workbook
from strategy_xl.work.translate import translate_workbook

SPEC = load_default()
DAY = date(2026, 11, 30)
BOOKS = Path(__file__).parents[1] / "data" / "books"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def _made(folder: Path, lang: str, *, example: bool) -> Path:
    book = folder / f"{lang}-{example}.xlsx"
    build(SPEC, book, lang=lang, today=DAY, company="Voltarys", only=["client_matrix"], example=example)
    assert recompute_workbook(book, SPEC, DAY, backups=0).failure is None
    return book


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same workbook without data, built in French and in English."""
    folder = tmp_path_factory.mktemp("blank")
    return _made(folder, "fr", example=False), _made(folder, "en", example=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A French workbook with the clients of the example."""
    return _made(tmp_path_factory.mktemp("filled"), "fr", example=True)


@pytest.fixture
def book(filled: Path, tmp_path: Path) -> Path:
    """A copy of that workbook."""
    return Path(shutil.copy(filled, tmp_path / "plan.xlsx"))


def _cells(path: Path) -> dict[tuple[str, str], tuple[Any, str]]:
    """Every cell that holds something: value or formula, and number format."""
    return {
        (sheet.title, cell.coordinate): (getattr(cell.value, "text", cell.value), cell.number_format)
        for sheet in load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def _parts(path: Path) -> Mapping[str, bytes]:
    with Package.open(path) as package:
        return {name: package.read(name) for name in package.members}


@pytest.mark.parametrize(("source", "target"), [("fr", "en"), ("en", "fr")])
def test_it_is_what_would_have_been_built(
    blank: tuple[Path, Path], tmp_path: Path, source: str, target: str
) -> None:
    """Cells, formats, names, tables, input messages, notes and charts are those of the other language."""
    books = dict(zip(("fr", "en"), blank, strict=True))
    book = Path(shutil.copy(books[source], tmp_path / "plan.xlsx"))
    report = translate_workbook(book, SPEC, target, DAY)
    assert report.written
    assert report.findings == ()
    assert _cells(book) == _cells(books[target])
    mine, its = _parts(book), _parts(books[target])
    assert mine.keys() == its.keys()
    same = [part for part in mine if part.startswith(("xl/charts/", "xl/comments/", "xl/tables/"))]
    assert len(same) > 4
    assert [part for part in same if mine[part] != its[part]] == []
    for one, other in zip(load_workbook(book), load_workbook(books[target]), strict=True):
        rules = [
            [
                (rule.promptTitle, rule.prompt, rule.error, rule.formula1)
                for rule in sheet.data_validations.dataValidation
            ]
            for sheet in (one, other)
        ]
        assert rules[0] == rules[1]
    names = [
        {name: item.attr_text for name, item in load_workbook(path).defined_names.items()}
        for path in (book, books[target])
    ]
    assert names[0] == names[1]
    assert load_workbook(book).properties.language == load_workbook(books[target]).properties.language


def test_there_and_back_gives_the_same_cells(book: Path, filled: Path) -> None:
    """What people wrote stays on the way and comes back; the way is undone to the byte."""
    before = book.read_bytes()
    there = translate_workbook(book, SPEC, "en", DAY)
    assert there.findings == ()
    data, old = read_workbook(book, SPEC), read_workbook(filled, SPEC)
    assert data.lang == "en"
    assert {finding.code for finding in data.findings} <= {finding.code for finding in old.findings}
    clients, were = data.blocks["clients"], old.blocks["clients"]
    # Red flags came with the workbook, and so did what chooses among them.
    inputs = {
        item.key: item for item in clients.block.fields if item.role is FieldRole.INPUT and not item.source
    }
    assert FieldType.CHOICE in {item.type for item in inputs.values()}
    for key in inputs:
        assert list(map(str, clients.rows.values(key))) == list(map(str, were.rows.values(key))), key
    assert recompute_workbook(book, SPEC, DAY).changed == 0
    translate_workbook(book, SPEC, "fr", DAY)
    assert _cells(book) == _cells(filled)
    restored = Path(shutil.copy(filled, book.with_name("other.xlsx")))
    translate_workbook(restored, SPEC, "en", DAY)
    restore_workbook(restored)
    assert restored.read_bytes() == before


def test_what_people_made_their_own_stays(book: Path) -> None:
    """A renamed sheet and choice stay; their formulas follow, and one that spells a choice is told."""
    with Package.open(book) as package:
        content = rename(package, Renaming({"Paramètres": "Nos réglages"}, {}))
    book.write_bytes(content)
    with Package.open(book) as package:
        names = {name.name: name.text for name in WorkbookInfo.of(package).defined_names}
    label = names["SXC_client_class__ideal"].partition("$")[2].partition("=")[0].replace("$", "")
    sheet = "Matrice clients"
    columns = read_workbook(book, SPEC).blocks["clients"].table_columns
    heads = {key: columns[key].name for key in ("revenue", "class_final")}
    title = load_workbook(book)[sheet]["B1"].value
    own = {
        "AZ3": Formula(f"SUM(Clients[{heads['revenue']}])+ROW('Matrice clients'!$B$1)", 1),
        "AZ4": Formula(f'COUNTIF(Clients[{heads["class_final"]}],"Client heureux")', 1),
        "AZ5": title,
    }
    set_cells(book, book, {sheet: own, "Nos réglages": {label: "Notre idéal"}})
    assert recompute_workbook(book, SPEC, DAY, backups=0).failure is None
    report = translate_workbook(book, SPEC, "en", DAY)
    assert [finding.code for finding in report.findings] == ["SX655"]
    assert (report.findings[0].location.sheet, report.findings[0].location.cell) == (sheet, "AZ4")
    columns = read_workbook(book, SPEC).blocks["clients"].table_columns
    now = {key: columns[key].name for key in heads}
    assert not {*heads.values()} & {*now.values()}
    heads = now
    after = _cells(book)
    assert after["Client matrix", "B1"][0] != title
    assert after["Client matrix", "AZ3"][0] == f"=SUM(Clients[{heads['revenue']}])+ROW('Client matrix'!$B$1)"
    assert after["Client matrix", "AZ4"][0] == f'=COUNTIF(Clients[{heads["class_final"]}],"Client heureux")'
    assert after["Client matrix", "AZ5"][0] == title
    assert after["Nos réglages", label][0] == "Notre idéal"
    assert any(value == "Notre idéal" for (title, _), (value, _) in after.items() if title == "Client matrix")


def test_a_title_that_is_taken_stays(book: Path) -> None:
    """Another sheet has the other language's title already."""
    with Package.open(book) as package:
        book.write_bytes(rename(package, Renaming({"Paramètres": "Client matrix"}, {})))
    report = translate_workbook(book, SPEC, "en", DAY)
    assert [finding.code for finding in report.findings] == ["SX652"]
    assert load_workbook(book).sheetnames == ["Matrice clients", "Client matrix"]
    assert read_workbook(book, SPEC).sheets == {
        "client_matrix": "Matrice clients",
        "settings": "Client matrix",
    }


def test_nothing_is_written_where_nothing_is_to_be_done(book: Path, tmp_path: Path) -> None:
    """A dry run, a workbook in that language already, one of an earlier version, one that is none of ours."""
    before = book.read_bytes()
    assert not translate_workbook(book, SPEC, "en", DAY, dry_run=True).written
    assert translate_workbook(book, SPEC, "fr", DAY).changes == ()
    with pytest.raises(UsageError, match="SX146"):
        translate_workbook(book, SPEC, "de", DAY)
    assert book.read_bytes() == before
    old = Path(shutil.copy(BOOKS / "small-3.xlsx", tmp_path / "old.xlsx"))
    with pytest.raises(WorkbookError) as caught:
        translate_workbook(old, SPEC, "en", DAY)
    assert caught.value.finding.code == "SX650"
    assert old.read_bytes() == (BOOKS / "small-3.xlsx").read_bytes()

"""The short form of ``make lossless``: a folder of workbooks made here, and the checker's own eyes."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("processes are forked and measured in /proc", allow_module_level=True)

import corpus_table
import lossless

from strategy_xl.build.book import build
from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with tables, formulas, validations and conditional formats."""
    path = tmp_path_factory.mktemp("made") / "stakeholders.xlsx"
    only = ["stakeholders"]
    build(load_default(), path, lang="fr", today=date(2027, 3, 1), only=only, example=True)
    return path


def rewritten(source: Path, target: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of a workbook with one part changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, change(data) if info.filename == part else data)
    return target


def test_a_folder_is_treated_and_told(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every edit of every workbook, in folders below too; a damaged one is refused by its code."""
    below = tmp_path / "deep" / "er"
    below.mkdir(parents=True)
    shutil.copy(book, tmp_path / "a.xlsx")
    shutil.copy(book, tmp_path / "~$a.xlsx")
    rewritten(book, below / "broken.XLSM", "xl/worksheets/sheet2.xml", lambda data: data[:-20])
    (tmp_path / "text.xlsx.txt").write_text("no workbook")
    assert lossless.run(tmp_path) == 0
    told = capsys.readouterr().out
    assert told.count("handled") >= len(lossless.EDITS)
    assert (
        "| a.xlsx | handled | handled | handled | handled | handled | handled | handled | handled |" in told
    )
    assert "broken.XLSM | SX914 | SX914" in told
    assert "2 files, 16 edits" in told


def test_a_loss_is_a_fault(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patcher that loses something beside the edited cells is caught, and the run says so."""
    shutil.copy(book, tmp_path / "a.xlsx")
    real = set_cells

    def losing(source: Path, target: Path, edits: object, **options: object) -> object:
        report = real(source, target, edits, **options)  # type: ignore[arg-type]
        if source != target and target.exists():
            kept = target.with_name("kept.xlsx")
            rewritten(target, kept, "xl/styles.xml", lambda data: data.replace(b"<border>", b"<border >", 1))
            kept.replace(target)
        return report

    monkeypatch.setattr(lossless, "set_cells", losing)
    assert lossless.run(tmp_path, ("number", "clear")) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data.replace(b"<sheetData>", b"<sheetData><!-- -->", 1), "bytes of"),
        (lambda data: data.replace(b"<pageMargins", b"<pageMargins ", 1), "bytes of"),
        (lambda data: data.replace(b' ht="', b' ht="1', 1), "bytes of"),
        (lambda data: data.replace(b'<c r="B2" s="', b'<c r="B2" s="1', 1), "bytes of"),
    ],
)
def test_the_compare_sees(book: Path, tmp_path: Path, change: Callable[[bytes], bytes], told: str) -> None:
    """A comment, a space, a height, a style: whatever differs outside the edited cells is told."""
    target = rewritten(book, tmp_path / "b.xlsx", SHEET, change)
    found = [text for text in corpus_table.compare(book, target, SHEET, {(500, 1)}) if "member" not in text]
    assert [text[: len(told)] for text in found] == [told]


def test_the_compare_sees_the_style_of_an_edited_cell() -> None:
    """A cell may have another value, not another look; rows and cells without a place are found."""
    part = b'<sheetData><row><c s="3"><v>1</v></c><c><v>2</v></c></row>%b</sheetData>'
    places = {parse_cell("A1"), parse_cell("A2")}
    old = corpus_table.Bare(part % b"", places)
    new = corpus_table.Bare(part.replace(b">1<", b">9<") % b'<row r="2"><c r="A2"><v>5</v></c></row>', places)
    assert old.data == new.data
    assert old.styles[1, 1] == new.styles[1, 1] == b"3"
    other = corpus_table.Bare(part.replace(b">2<", b">3<") % b"", places)
    assert old.data != other.data


@pytest.mark.parametrize(
    ("found", "value", "same"),
    [
        (1234.5, 1234.5, True), (1234, 1234.5, False), (True, 1.0, False), ("1234.5", 1234.5, False),
        (None, "", True), ("", "", True), (0, "", False), ("=1+1", Formula("1+1"), True),
        (2.0, Formula("1+1"), False), (45659.25, lossless.VALUES["date"], True),
        (45659, lossless.VALUES["date"], False), (lossless.VALUES["date"], lossless.VALUES["date"], True),
    ],
)  # fmt: skip
def test_a_value_is_the_same_or_not(found: object, value: object, same: bool) -> None:
    """Values are compared by kind; dates and numbers as days."""
    assert lossless.agrees(found, value) is same

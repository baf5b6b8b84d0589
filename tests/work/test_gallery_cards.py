"""The sheet of the LAMBDAs: every example computes to what Python answers, in both languages."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import ironcalc
import pytest
from complaints import by_package, new_complaints
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.languages import LANGUAGES
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.text.catalog import message
from strategy_xl.work.beginning import Beginning, begin_workbook
from strategy_xl.work.diff import diff
from strategy_xl.work.gallery_cards import cards, make_gallery, sheet_title
from strategy_xl.work.gallery_words import reworded_gallery
from strategy_xl.work.lambdas import add_lambdas, remove_lambdas
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.translate import translate_workbook

DAY = date(2027, 3, 1)
SPEC = load_default()
LABELS, CELLS, VERDICTS = 2, 3, 10
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workbook of the sheet alone, in each language."""
    folder = tmp_path_factory.mktemp("gallery")
    books = {lang: folder / f"{lang}.xlsx" for lang in LANGUAGES}
    for lang, path in books.items():
        make_gallery(path, lang, DAY)
    return books


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A French workbook of ours that was made with it."""
    path = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    wanted = Beginning(path, "fr", only=["swot"], example=True, lambdas=True)
    assert begin_workbook(wanted, SPEC, DAY).failure is None
    return path


@pytest.fixture
def book(plan: Path, tmp_path: Path) -> Path:
    """A copy of that workbook."""
    return Path(shutil.copy(plan, tmp_path / "plan.xlsx"))


def _computed(path: Path, lang: str) -> tuple[list[Any], list[Any]]:
    """What the checks of the last sheet say, and the list at its top, computed by another program."""
    sheet = load_workbook(path).worksheets[-1]
    label = message("lambdas.gallery.check", lang)
    rows = [row for row in range(6, sheet.max_row + 1) if sheet.cell(row, LABELS).value == label]
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    at = len(load_workbook(path).worksheets) - 1
    checks = [model.get_cell_value(at, row, CELLS) for row in rows]
    return checks, [model.get_cell_value(at, row, VERDICTS) for row in range(5, 5 + len(rows))]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_computes_to_what_is_expected(alone: dict[str, Path], lang: str) -> None:
    """By the formulas themselves, today, in a program that knows LAMBDA: each check says OK."""
    ok = message("lambdas.gallery.ok", lang)
    checks, verdicts = _computed(alone[lang], lang)
    assert checks == verdicts == [ok] * len(definitions())


def test_a_wrong_expectation_is_seen(alone: dict[str, Path], tmp_path: Path) -> None:
    """The check of one whose expected value was changed says so, and only that."""
    sheet = load_workbook(alone["en"]).worksheets[0]
    rows = [row for row in range(6, sheet.max_row) if sheet.cell(row, LABELS).value == "Expected"]
    wrong = tmp_path / "wrong.xlsx"
    set_cells(alone["en"], wrong, {sheet.title: {(rows[0], CELLS): "something else"}})
    checks, verdicts = _computed(wrong, "en")
    assert checks == verdicts == ["different", *["OK"] * (len(definitions()) - 1)]


def _readable(path: Path, target: Path) -> Path:
    """The last two sheets of a workbook of ours alone, as ironcalc reads them.

    It knows no names that stand for formulas: these stand in cells of a sheet of their own.
    """
    book = load_workbook(path)
    for title in book.sheetnames[:-2]:
        del book[title]
    names = book.create_sheet("N", 0)
    for number, (name, said) in enumerate(list(book.defined_names.items()), 1):
        text = said.attr_text or ""
        if name.startswith(("SX_", "SXC_")) and not re.fullmatch(r"'?[^'!]+'?!\$[A-Z]+\$\d+", text):
            names.cell(number, 1, f"={text}")
            said.attr_text = f"N!$A${number}"
        elif not name.startswith(("SX_", "STRATX_")):
            del book.defined_names[name]
    for sheet in book.worksheets:
        sheet.data_validations.dataValidation = []
        sheet.conditional_formatting = type(sheet.conditional_formatting)()
        for cell in sheet._cells.values():
            if isinstance(cell, Cell):
                cell.comment = cell.hyperlink = None
    saved = target.with_suffix(".saved")
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(target, "w") as made:
        for part in source.namelist():
            made.writestr(part, source.read(part).replace(b' t="n"></c>', b"></c>"))
    return target


def test_in_our_workbook_they_read_its_settings(book: Path, tmp_path: Path) -> None:
    """As it was made every check says OK; with another limit some do not."""
    same = _readable(book, tmp_path / "same.xlsx")
    assert _computed(same, "fr")[0] == ["OK"] * len(definitions())
    settings = load_workbook(book).defined_names["_sx.params.score_threshold"].attr_text
    assert settings is not None
    title, _, cell = settings.rpartition("!")
    changed = tmp_path / "changed.xlsx"
    set_cells(book, changed, {title.strip("'"): {cell.replace("$", ""): 99}})
    checks, _ = _computed(_readable(changed, tmp_path / "other.xlsx"), "fr")
    assert "différent" in checks
    assert "OK" in checks


def test_it_is_the_last_sheet_of_a_sound_workbook(plan: Path, tmp_path: Path) -> None:
    """Neither auditor has anything to say, and the sheets of the plan are those of one without it."""
    bare = tmp_path / "bare.xlsx"
    build(SPEC, bare, lang="fr", today=DAY, only=["swot"], example=True)
    assert load_workbook(plan).sheetnames == [*load_workbook(bare).sheetnames, "Fonctions"]
    assert new_complaints(bare, plan) == []


def test_the_workbook_of_it_alone_is_sound(alone: dict[str, Path], tmp_path: Path) -> None:
    """Nothing is wrong with it that is not wrong with an empty workbook."""
    Workbook().save(tmp_path / "empty.xlsx")
    for path in alone.values():
        assert not by_package(path)
        # openpyxl's empty workbook is none of ours: what the auditors say of it is what they always say.
        assert [text for text in new_complaints(tmp_path / "empty.xlsx", path) if "inline" not in text] == []


def test_what_is_shown_before_anything_computes(plan: Path) -> None:
    """Answers stand in the cells, checks are empty: nothing has compared them yet."""
    sheet = load_workbook(plan, data_only=True)["Fonctions"]
    labels = {row: sheet.cell(row, LABELS).value for row in range(6, sheet.max_row + 1)}
    answers = [row for row, label in labels.items() if label == "Réponse"]
    expected = [row for row, label in labels.items() if label == "Attendu"]
    assert len(answers) == len(expected) == len(definitions())
    for one, other in zip(answers, expected, strict=True):
        found, meant = sheet.cell(one, CELLS).value, sheet.cell(other, CELLS).value
        assert found == (pytest.approx(meant) if isinstance(meant, float) else meant)
        assert meant not in (None, "")
    assert all(not sheet.cell(row, CELLS).value for row, label in labels.items() if label == "Contrôle")


def test_every_text_is_in_the_language() -> None:
    """No label of a list is left in French in the English examples, but for what people call things."""
    shown = {
        str(cell)
        for card in cards("en")
        for given in (*(item.rows for item in card.given if item), card.expected)
        for row in given
        for cell in row
    }
    assert not shown & {"Oui", "Non", "Croissance", "Cumul", "Force", "Client idéal", "Nom", "Décide"}


def test_a_night_leaves_it_alone(book: Path) -> None:
    """A night writes what it would without it, and the sheet keeps its bytes."""
    with zipfile.ZipFile(book) as package:
        last = max(
            (name for name in package.namelist() if name.startswith("xl/worksheets/sheet")),
            key=lambda name: int("".join(filter(str.isdigit, name))),
        )
        before = package.read(last), package.read("xl/workbook.xml")
    assert recompute_workbook(book, SPEC, date(2027, 3, 9), backups=0).failure is None
    with zipfile.ZipFile(book) as package:
        assert (package.read(last), package.read("xl/workbook.xml")) == before


def _texts(path: Path) -> dict[tuple[int, int], object]:
    """All that its cells hold, formulas as text, but for what formulas show."""
    sheet = load_workbook(path).worksheets[-1]
    found: dict[tuple[int, int], object] = {}
    for row in sheet.iter_rows():
        for cell in row:
            value = getattr(cell.value, "text", cell.value)
            if value is not None:
                found[int(cell.row or 0), int(cell.column or 0)] = value
    return found


def test_translated_it_speaks_the_other_language(book: Path, tmp_path: Path) -> None:
    """Names and sheet are those of a workbook made in it; only answers wait until somebody computes."""
    english = tmp_path / "en.xlsx"
    wanted = Beginning(english, "en", only=["swot"], example=True, lambdas=True)
    assert begin_workbook(wanted, SPEC, DAY).failure is None
    report = translate_workbook(book, SPEC, "en", DAY)
    assert not [finding for finding in report.findings if finding.code == "SX538"]
    one, other = load_workbook(book), load_workbook(english)
    assert one.sheetnames == other.sheetnames
    for name, said in other.defined_names.items():
        if name.startswith("STRATX_"):
            found = one.defined_names[name]
            assert (found.attr_text, found.comment) == (said.attr_text, said.comment)
    sheet = other.worksheets[-1]
    shown = {row for row in range(6, sheet.max_row + 1) if sheet.cell(row, LABELS).value == "Answer"}
    expected = {row for row in range(6, sheet.max_row + 1) if sheet.cell(row, LABELS).value == "Expected"}
    between = {row for first in shown for row in range(first, min(at for at in expected if at > first))}
    mine, theirs = _texts(book), _texts(english)
    assert {
        place for place in theirs if place[0] not in between and mine.get(place) != theirs[place]
    } == set()
    assert _computed(_readable(book, tmp_path / "computed.xlsx"), "en")[0] == ["OK"] * len(definitions())


def test_what_people_changed_on_it_stays(book: Path) -> None:
    """A note of theirs is theirs in any language, and a changed example is told of."""
    sheet = load_workbook(book)["Fonctions"]
    row = next(row for row in range(6, 200) if sheet.cell(row, LABELS).value == "Attendu")
    set_cells(book, book, {"Fonctions": {(row, CELLS): "le mien", "L1": "à moi"}})
    with Package.open(book) as package:
        info = WorkbookInfo(package)
        words = reworded_gallery(info, read_workbook(book, SPEC), SPEC, "en", DAY)
    assert words is not None
    assert [finding.code for finding in words.findings] == ["SX538"]
    assert words.titles == {"Fonctions": sheet_title("en")}
    edits = words.edits["Fonctions"]
    assert edits[2][row] == "Expected"
    assert row not in edits[CELLS]
    assert 12 not in edits


def test_other_verbs_find_nothing_wrong_with_it(book: Path, plan: Path) -> None:
    """No difference to itself, nor for LAMBDAs that went; and its formulas hold those that they call."""
    assert diff(plan, book, SPEC, DAY).is_same
    without = Path(shutil.copy(book, book.with_name("without.xlsx")))
    assert remove_lambdas(without, force=True).removed
    assert diff(plan, without, SPEC, DAY).is_same
    report = remove_lambdas(book)
    assert report.findings[0].args["n"] == len(definitions())
    assert add_lambdas(book).done == 0

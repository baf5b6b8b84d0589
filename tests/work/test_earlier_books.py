"""Workbooks that earlier versions made get their night as before.

``tests/data/books`` holds the example as earlier versions wrote it (``new --with-example``, the English ones
with a few sheets only), part by part as it was, only packed tighter: version 0.1; 0.1.1, whose formulas
read the choices' cells and which was the last to lock its sheets and to keep 200 rows ready; 0.1.2, the last
whose formulas did not stand odd cells; 0.1.3, the last that remembered nothing; 0.1.4, the first that
remembers. Each also wrote in a fixed day and a few changes that people make; the JSON is what its own night
then said and wrote. A rule that is to answer differently changes the JSON with it, cell by cell.
"""

from __future__ import annotations

import json
import math
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.frames import rule_frames
from strategy_xl.book.read import read_workbook
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import list_name
from strategy_xl.work.recompute import JobReport, recompute_workbook

SPEC = load_default()
BOOKS = Path(__file__).parents[1] / "data" / "books"
VERSIONS = [
    f"{number}-{lang}" for number in ("0.1", "0.1.1", "0.1.2", "0.1.3", "0.1.4") for lang in ("fr", "en")
]
ANY_DAY = date(2031, 5, 6)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Cells = dict[str, dict[str, tuple[str | None, Any]]]
"""Sheet → cell → formula and value."""


def cells_of(path: Path) -> Cells:
    """Every cell that holds something, by a reader of nobody's."""
    with zipfile.ZipFile(path) as package:

        def part(name: str) -> Any:
            return etree.fromstring(package.read(name))

        strings = ["".join(item.itertext(f"{MAIN}t")) for item in part("xl/sharedStrings.xml")]
        relations = part("xl/_rels/workbook.xml.rels")
        parts = {item.get("Id"): item.get("Target").removeprefix("/xl/") for item in relations}
        return {
            sheet.get("name"): dict(_cells(part(f"xl/{parts[sheet.get(RELATION)]}"), strings))
            for sheet in part("xl/workbook.xml").iter(f"{MAIN}sheet")
        }


def _cells(sheet: Any, strings: list[str]) -> Iterator[tuple[str, tuple[str | None, Any]]]:
    for cell in sheet.iter(f"{MAIN}c"):
        formula, text, kind = cell.findtext(f"{MAIN}f"), cell.findtext(f"{MAIN}v"), cell.get("t", "n")
        value: Any = text
        if kind == "inlineStr":
            value = "".join(cell.itertext(f"{MAIN}t"))
        elif kind == "s":
            value = strings[int(text)]
        elif kind == "n":
            value = float(text) if text else None
        if formula is not None or value is not None:
            yield cell.get("r"), (formula, value)


@dataclass(frozen=True)
class Night:
    """A workbook of an earlier version, what its own night made of it, and what ours does."""

    lang: str
    path: Path
    before: Cells
    then: dict[str, Any]
    report: JobReport

    def expected(self) -> Cells:
        """All cells after the night of the earlier version: values in place, or new formulas."""
        cells = {sheet: dict(held) for sheet, held in self.before.items()}
        for sheet, changed in self.then["cells"].items():
            for cell, new in changed.items():
                if new is None:
                    del cells[sheet][cell]
                else:
                    formula, _value = cells[sheet].get(cell, (None, None))
                    cells[sheet][cell] = (new[0], new[1]) if isinstance(new, list) else (formula, new)
        return cells


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"night {name}")) for name in VERSIONS],
)
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Our night on a copy."""
    version, _, lang = request.param.partition("-")
    path = tmp_path_factory.mktemp("night") / f"{lang}.xlsx"
    shutil.copy(BOOKS / f"version-{version}-{lang}.xlsx", path)
    before = cells_of(path)
    then = json.loads((BOOKS / f"version-{version}-{lang}.json").read_text(encoding="utf-8"))
    return Night(lang, path, before, then, recompute_workbook(path, SPEC, ANY_DAY))


def told(report: JobReport | WorkbookData) -> list[list[Any]]:
    """Findings as they stand in the JSON."""
    return [
        [found.code, str(found.severity), found.location.sheet, found.location.cell, dict(found.args)]
        for found in report.findings
    ]


def test_the_night_says_what_it_said(night: Night) -> None:
    """No failure, the same findings at the same cells, the same figures, as many cells written."""
    assert night.report.failure is None
    assert told(night.report) == night.then["findings"]
    assert len(night.then["findings"]) >= 2
    assert dict(night.report.counts) == pytest.approx(night.then["counts"])
    assert night.report.changed == night.then["changed"]


def test_the_night_writes_what_it_wrote(night: Night) -> None:
    """Every cell of every sheet is what the earlier version left, and there was something to write."""
    after, expected = cells_of(night.path), night.expected()
    assert sum(map(len, night.then["cells"].values())) > 350
    assert after.keys() == expected.keys()
    for sheet, cells in expected.items():
        assert after[sheet] == cells, sheet


def test_a_second_night_writes_nothing(night: Night) -> None:
    """On whatever day: the book has its own."""
    content = night.path.read_bytes()
    assert recompute_workbook(night.path, SPEC, date(2020, 1, 1)).changed == 0
    assert night.path.read_bytes() == content


# -- renamed choices ---------------------------------------------------------------------------------------

RENAMED = {
    ("client_class", "ideal"): "Darling",
    ("kpi_type", "decrease"): "Going down",
    ("kpi_status", "late"): "Trailing",
}


FROM_THE_TYPED_NET = ("B6", "C6", "F6", "G6", "X15", "Y15", "AM15", "AV15", "AX15", "AY15")
"""What comes of AK15, where a formula was typed over (SX209): formulas take it, rules take the inputs."""


@pytest.fixture(scope="module")
def renamed_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The English book, not yet recomputed, with choices renamed in their lists."""
    path = tmp_path_factory.mktemp("renamed") / "en.xlsx"
    shutil.copy(BOOKS / "version-0.1-en.xlsx", path)
    book = load_workbook(path)
    edits: dict[str, dict[tuple[int, int], Any]] = {}
    for (listed, choice), label in RENAMED.items():
        ((title, area),) = book.defined_names[list_name(listed)].destinations
        at = [item.key for item in SPEC.list_(listed).choices].index(choice)
        cell = book[title][area.replace("$", "")][at][0]
        assert cell.value == SPEC.list_(listed).choices[at].en
        edits.setdefault(title, {})[cell.row, cell.column] = label
    set_cells(path, path, edits)
    return path


@pytest.fixture
def renamed(renamed_book: Path, tmp_path: Path) -> Path:
    """A copy to work on."""
    return Path(shutil.copy(renamed_book, tmp_path))


def same(shown: Any, calculated: Any) -> bool:
    """Whether a formula's stored value is what LibreOffice calculates; an empty text may be nothing."""
    if isinstance(shown, float) and isinstance(calculated, float):
        return math.isclose(shown, calculated, rel_tol=1e-9, abs_tol=1e-9)
    return shown == calculated or {shown, calculated} == {None, ""}


@pytest.mark.libreoffice
def test_answers_keep_the_labels_that_formulas_know(
    renamed: Path, recalculated: Callable[[Path], Path]
) -> None:
    """In such a book a formula holds the label: renamed in its list, the night goes on writing the old one.

    So it writes what the earlier version wrote, and every formula shows what LibreOffice calculates.
    """
    before = cells_of(renamed)
    then = json.loads((BOOKS / "version-0.1-en.json").read_text(encoding="utf-8"))
    report = recompute_workbook(renamed, SPEC, ANY_DAY)
    assert report.failure is None
    assert told(report) == then["findings"]
    after = cells_of(renamed)
    assert after == Night("en", renamed, before, then, report).expected()
    calculated = cells_of(recalculated(renamed))
    formulas = [
        (sheet, cell, value, calculated[sheet].get(cell, (None, None))[1])
        for sheet, cells in after.items()
        for cell, (formula, value) in cells.items()
        if formula is not None
    ]
    assert len(formulas) > 4000
    wrong = {f"{sheet}!{cell}" for sheet, cell, value, found in formulas if not same(value, found)}
    assert wrong == {f"Client matrix!{cell}" for cell in FROM_THE_TYPED_NET}


def test_a_renamed_choice_is_understood_where_it_is_chosen(renamed: Path) -> None:
    """Chosen by its new label it is the choice it was: no finding, nothing to write."""
    recompute_workbook(renamed, SPEC, ANY_DAY)
    data = read_workbook(renamed, SPEC)
    before, kpis = rule_frames(data)["kpis"], data.blocks["kpis"]
    chosen = {
        kpis.cell(field, int(row)): RENAMED[listed, key]
        for field, listed in (("kpi_type", "kpi_type"), ("forced_status", "kpi_status"))
        for row, key in kpis.frame[field].dropna().items()
        if (listed, key) in RENAMED
    }
    assert len(chosen) > 1
    set_cells(renamed, renamed, {kpis.sheet: chosen})
    again = recompute_workbook(renamed, SPEC, ANY_DAY)
    assert (again.failure, again.changed) == (None, 0)
    assert told(again) == told(data)
    assert rule_frames(read_workbook(renamed, SPEC))["kpis"].frame.equals(before.frame)

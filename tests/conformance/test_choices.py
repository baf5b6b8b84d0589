"""A choice renamed in its list keeps every status right: formulas, reading and a night go by its cell."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fewer import few_of
from openpyxl import Workbook, load_workbook
from plain_cells import formulas, values

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.frames import rule_frames
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import list_name
from strategy_xl.schema.spec import FieldRole, FieldType
from strategy_xl.work.recompute import recompute_workbook

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.xdist_group("choices"),  # their workbook is made once
    pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning"),  # what LibreOffice adds
]
SPEC = load_default()
DAY = date(2026, 11, 27)
Edits = dict[str, dict[tuple[int, int], Any]]


@cache
def computed(lang: str) -> bytes:
    """The example workbook after a night."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsx"
        build(SPEC, path, lang=lang, today=DAY, example=True)
        params = read_workbook(path, SPEC).blocks["params"]  # LibreOffice's own today is another day
        day = {params.sheet_of("reference_date"): {params.cell("reference_date", 1): DAY}}
        set_cells(path, path, day)
        assert recompute_workbook(path, SPEC, DAY).failure is None
        return path.read_bytes()


def example(folder: Path, lang: str) -> Path:
    """A copy of it."""
    path = folder / f"{lang}.xlsx"
    path.write_bytes(computed(lang))
    return path


def list_cells(path: Path, key: str, opened: Workbook | None = None) -> Iterator[tuple[str, int, int]]:
    """Sheet, row and column of each cell of a list on the settings sheet; ``opened``: the book, if it is."""
    book = opened or load_workbook(path, read_only=True)
    for title, area in book.defined_names[list_name(key)].destinations:
        for (cell,) in book[title][area.replace("$", "")]:
            yield title, cell.row, cell.column


def input_cells(data: WorkbookData, list_key: str) -> Iterator[tuple[str, tuple[int, int], Any]]:
    """Sheet, place and key of every filled input cell that takes a choice of the list (flags: yes_no)."""
    for block in data.blocks.values():
        for field in block.block.fields:
            flag = field.type is FieldType.BOOL and list_key == "yes_no"
            if field.role is not FieldRole.INPUT or not (field.choices == list_key or flag):
                continue
            for index, value in block.frame[field.key].dropna().items():
                key = ("yes" if value else "no") if flag else value
                yield block.sheet_of(field.key), block.cell(field.key, int(str(index))), key


def renamed(path: Path, labels: dict[str, dict[str, str]]) -> None:
    """Write other labels over those of some lists (key → label), in the lists and where they were chosen."""
    edits: Edits = {}
    book, data = load_workbook(path, read_only=True), read_workbook(path, SPEC)
    for listed, of_list in labels.items():
        places = list(list_cells(path, listed, book))
        for choice, (title, row, column) in zip(SPEC.list_(listed).choices, places, strict=False):
            if choice.key in of_list:
                edits.setdefault(title, {})[row, column] = of_list[choice.key]
        for title, place, key in input_cells(data, listed):
            if key in of_list:
                edits.setdefault(title, {})[place] = of_list[key]
    set_cells(path, path, edits)


def formula_cells(path: Path, calculated: Path) -> Iterator[tuple[str, Any, Any]]:
    """Address, stored value and LibreOffice's value of every formula cell."""
    stored, shown = values(path), values(calculated)
    for title, cells in formulas(path).items():
        for row, column in cells:
            place = f"{title}!{cell_name(row, column)}"
            yield place, stored[title].get((row, column)), shown[title].get((row, column))


def differs(stored: Any, shown: Any) -> bool:
    """Whether two values of a formula cell are not the same; an empty text may be read as nothing."""
    if isinstance(stored, int | float) and isinstance(shown, int | float):
        return not math.isclose(stored, shown, rel_tol=1e-9, abs_tol=1e-9)
    return (stored or "") != (shown or "") if not (stored == 0 or shown == 0) else stored != shown


def uncached(path: Path) -> list[str]:
    """Formula cells without a stored value."""
    found = []
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                xml = package.read(name).decode()
                cells = re.findall(r"<c [^>]*?(?:/>|>.*?</c>)", xml, re.DOTALL)
                found += [f"{name} {cell[:60]}" for cell in cells if "<f" in cell and "<v" not in cell]
    return found


@pytest.mark.parametrize("lang", few_of(2, ["fr", "en"]))
def test_every_formula_of_a_recomputed_book_has_its_value(
    tmp_path: Path, recalculated: Callable[[Path], Path], lang: str
) -> None:
    """After a night no formula cell is without a value, and each is what LibreOffice calculates."""
    path = example(tmp_path, lang)
    assert uncached(path) == []
    cells = list(formula_cells(path, recalculated(path)))
    assert len(cells) > 3000
    assert [cell for cell in cells if differs(*cell[1:])] == []


def test_a_renamed_choice_stays_right(tmp_path: Path) -> None:
    """« Baisse » renamed in its list and in the KPIs that use it: no finding, and every status as before."""
    path = example(tmp_path, "fr")
    before = rule_frames(read_workbook(path, SPEC))["kpis"]
    assert "decrease" in set(before["kpi_type"])
    renamed(path, {"kpi_type": {"decrease": "À faire décroître"}})
    report = recompute_workbook(path, SPEC, DAY)
    assert report.failure is None
    assert report.findings == ()
    after = rule_frames(read_workbook(path, SPEC))["kpis"]
    assert after["status"].tolist() == before["status"].tolist()


@pytest.mark.long
def test_every_choice_of_every_list_may_be_renamed(
    tmp_path: Path, recalculated: Callable[[Path], Path]
) -> None:
    """All labels changed at once, quotes and accents in them: keys as before, sheets as LibreOffice says."""
    path = example(tmp_path, "fr")
    before = rule_frames(read_workbook(path, SPEC))
    labels = {
        listed.key: {c.key: f'{c.fr} « n° {n} » "é"\'s' for n, c in enumerate(listed.choices)}
        for listed in SPEC.lists
    }
    renamed(path, labels)
    report = recompute_workbook(path, SPEC, DAY)
    assert report.failure is None
    assert [finding for finding in report.findings if finding.code != "SX301"] == []
    assert recompute_workbook(path, SPEC, DAY).changed == 0
    after = rule_frames(read_workbook(path, SPEC))
    opened = {listed.key for listed in SPEC.lists if listed.open}
    for key, frame in before.items():
        fields = SPEC.data_blocks()[key][1].fields
        kept = [field.key for field in fields if field.choices is not None and field.choices not in opened]
        assert after[key].frame[kept].astype(object).equals(frame.frame[kept].astype(object)), key
    assert uncached(path) == []
    assert [cell for cell in formula_cells(path, recalculated(path)) if differs(*cell[1:])] == []


def test_an_emptied_choice_and_swapped_ones(tmp_path: Path, recalculated: Callable[[Path], Path]) -> None:
    """An emptied list cell is the template's label; of two labels that changed places the cell decides.

    Both in the formulas and in the night; what was swapped is a located finding.
    """
    path = example(tmp_path, "fr")
    title, row, column = next(list_cells(path, "client_class"))
    set_cells(path, path, {title: {(row, column): None}})
    report = recompute_workbook(path, SPEC, DAY)
    assert (report.failure, report.findings, report.changed) == (None, (), 0)
    (title, row, column), (_, other, _) = list(list_cells(path, "kpi_type"))[:2]
    first, second = (choice.fr for choice in SPEC.list_("kpi_type").choices[:2])
    set_cells(path, path, {title: {(row, column): second, (other, column): first}})
    report = recompute_workbook(path, SPEC, DAY)
    found = [(finding.code, finding.location.sheet) for finding in report.findings]
    assert found.count(("SX131", title)) == 2
    assert [cell for cell in formula_cells(path, recalculated(path)) if differs(*cell[1:])] == []


def test_the_old_label_of_a_renamed_choice_is_told(tmp_path: Path) -> None:
    """Renamed in the list only: the cells that still hold the old label are named, with the new one."""
    path = example(tmp_path, "fr")
    places = list(list_cells(path, "kpi_type"))
    title, row, column = places[[c.key for c in SPEC.list_("kpi_type").choices].index("decrease")]
    set_cells(path, path, {title: {(row, column): "Décroissance"}})
    data = read_workbook(path, SPEC)
    told = [finding for finding in data.findings if finding.code == "SX204"]
    assert told
    assert {finding.args["suggestion"] for finding in told} == {"Décroissance"}

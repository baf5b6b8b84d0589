"""Calculation after a patch: the chain, and the request to recalculate on opening."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from package_audit import audit

from strategy_xl.ooxml.patch import Cached, Formula, set_cells

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ONE = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1</f><v>1</v></c><c r="C1"><f>B1</f><v>1</v></c></row>'
    '<row r="2"><c r="B2"><f>A2</f><v>0</v></c></row>'
)
TWO = '<row r="1"><c r="B1"><f>One!B1</f><v>1</v></c></row>'
# Sheet ids are 5 and 6; an entry without id belongs to the sheet of the entry before.
CHAIN = f'<calcChain xmlns="{MAIN}"><c r="B1" i="5" l="1"/><c r="C1"/><c r="B1" i="6"/><c r="B2" i="5"/></calcChain>'


@pytest.fixture
def make(kit: Any, sheet: Any, tmp_path: Path) -> Any:
    """A workbook of two sheets with formulas and a chain."""

    def write(one: Any = ONE, two: Any = TWO, chain: Any = CHAIN, after: Any = "") -> Any:
        has = chain is not None
        return kit(
            {"One": sheet(one), "Two": sheet(two)},
            after_sheets=after,
            parts={"xl/calcChain.xml": chain} if has else {},
            types={"/xl/calcChain.xml": f"{SPREADSHEET}.calcChain+xml"} if has else {},
            workbook_relations=[("calcChain", "calcChain.xml")] if has else [],
        ).write(tmp_path / "a.xlsx")

    return write


def read(path: Path, name: str) -> str | None:
    """A part as text, None when it is not there."""
    with zipfile.ZipFile(path) as book:
        return book.read(name).decode() if name in book.namelist() else None


def entries(path: Path) -> list[tuple[str, str]]:
    """(sheet id, cell) of the chain, ids carried on."""
    current, found = "", []
    for tag in re.findall(r"<c [^>]*/>", read(path, "xl/calcChain.xml") or ""):
        current = (re.search(r' i="(\d+)"', tag) or [None, current])[1]
        found.append((current, re.search(r' r="(\w+)"', tag)[1]))
    return found


class TestChain:
    """The calculation chain names formulas only."""

    @pytest.mark.parametrize("cells", [["B1"], ["C1"], ["B2"], ["B1", "C1"], ["B1", "B2"]])
    def test_lost_formulas_leave_the_chain(
        self, make: Any, cells: Any, new_findings: Any, tmp_path: Path
    ) -> None:
        """Cells that lose their formula are named no more; the others keep their sheet and order."""
        path = make()
        before = entries(path)
        target = tmp_path / "b.xlsx"
        set_cells(path, target, {"One": dict.fromkeys(cells, 7)})
        assert entries(target) == [entry for entry in before if entry[0] != "5" or entry[1] not in cells]
        assert new_findings(path, target) == []
        assert audit(target) == []

    def test_an_empty_chain_goes(self, make: Any, new_findings: Any, tmp_path: Path) -> None:
        """When no entry is left, the part goes with its relationship and content type, and nothing else."""
        path, target = make(), tmp_path / "b.xlsx"
        report = set_cells(path, target, {"One": {"B1": 1, "C1": None, "B2": "x"}, "Two": {"B1": 2}})
        assert read(target, "xl/calcChain.xml") is None
        for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
            before, after = read(path, name), read(target, name)
            assert after == re.sub(r"<(Override|Relationship) [^>]*calcChain[^>]*/>", "", before)
        assert "xl/calcChain.xml" in report.parts
        assert new_findings(path, target) == []

    def test_formulas_for_formulas(self, make: Any, tmp_path: Path) -> None:
        """A formula that replaces a formula keeps its entry; a new one needs none."""
        path, target = make(), tmp_path / "b.xlsx"
        set_cells(path, target, {"One": {"B1": Formula("A1+1", 2), "D9": Formula("B1", 2)}})
        assert read(target, "xl/calcChain.xml") == CHAIN
        assert audit(target) == []


def test_volatile_topics(kit: Any, sheet: Any, tmp_path: Path, new_findings: Any) -> None:
    """The record of volatile topics goes when a cell that it names loses its formula, and only then."""
    topics = (
        f'<volTypes xmlns="{MAIN}"><volType type="realTimeData"><main first="x"><tp t="s"><v>1</v><stp/>'
        '<tr r="B1" s="5"/></tp></main></volType></volTypes>'
    )
    path = kit(
        {"One": sheet(ONE)},
        parts={"xl/volatileDependencies.xml": topics},
        types={"/xl/volatileDependencies.xml": f"{SPREADSHEET}.volatileDependencies+xml"},
        workbook_relations=[("volatileDependencies", "volatileDependencies.xml")],
    ).write(tmp_path / "a.xlsx")
    target = tmp_path / "b.xlsx"
    set_cells(path, target, {"One": {"C1": 5}})
    assert read(target, "xl/volatileDependencies.xml") == topics
    set_cells(path, target, {"One": {"B1": 5}})
    assert read(target, "xl/volatileDependencies.xml") is None
    assert "volatileDependencies" not in read(target, "[Content_Types].xml") + read(
        target, "xl/_rels/workbook.xml.rels"
    )
    assert new_findings(path, target) == []


class TestRecalculation:
    """Excel is asked to recalculate when it has to."""

    def test_asked_when_a_formula_may_read_the_change(
        self, make: Any, new_findings: Any, tmp_path: Path
    ) -> None:
        """A changed value in a workbook with formulas asks for a full calculation on opening."""
        path, target = make(), tmp_path / "b.xlsx"
        set_cells(path, target, {"One": {"A1": 7}})
        before, after = read(path, "xl/workbook.xml"), read(target, "xl/workbook.xml")
        assert after == before.replace("</sheets>", '</sheets><calcPr fullCalcOnLoad="1"/>')
        assert new_findings(path, target) == []

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('<calcPr calcId="191029"/>', '<calcPr calcId="191029" fullCalcOnLoad="1"/>'),
            ('<calcPr calcId="1" fullCalcOnLoad="0" />', '<calcPr calcId="1" fullCalcOnLoad="1" />'),
            ("<calcPr></calcPr>", '<calcPr fullCalcOnLoad="1"></calcPr>'),
            (
                '<definedNames><definedName name="a">1</definedName></definedNames><oleSize ref="A1"/>',
                '<definedNames><definedName name="a">1</definedName></definedNames><calcPr fullCalcOnLoad="1"/><oleSize ref="A1"/>',
            ),
            ('<calcPr fullCalcOnLoad="1"/>', None),
            ("<calcPr fullCalcOnLoad='true'/>", None),
        ],
    )
    def test_where_it_is_asked(self, make: Any, tmp_path: Path, before: str, after: Any) -> None:
        """The request stands at its place in the schema, every other byte kept."""
        path, target = make(after=before), tmp_path / "b.xlsx"
        set_cells(path, target, {"One": {"A1": 7}})
        expected = read(path, "xl/workbook.xml").replace(before, after or before)
        assert read(target, "xl/workbook.xml") == expected

    @pytest.mark.parametrize(
        ("edits", "options", "asked"),
        [
            ({"B1": Cached(5)}, {}, False),
            ({"B1": Cached(5), "A1": 1}, {}, False),
            ({"B1": Cached(5), "A1": 2}, {}, True),
            ({"A1": 2}, {"full_calc": False}, False),
            ({"B1": Cached(5)}, {"full_calc": True}, True),
            ({"A1": 1}, {"full_calc": True}, False),
        ],
    )
    def test_when_it_is_asked(self, make: Any, tmp_path: Path, edits: Any, options: Any, asked: Any) -> None:
        """Not for cached values alone, not without a change, and as the caller says."""
        path, target = make(), tmp_path / "b.xlsx"
        set_cells(path, target, {"One": edits}, **options)
        assert ("fullCalcOnLoad" in read(target, "xl/workbook.xml")) is asked

    def test_formulas_anywhere_count(self, make: Any, tmp_path: Path) -> None:
        """Without a chain, formulas are looked for in all sheets, and none means no request."""
        value = '<row r="1"><c r="A1"><v>1</v></c></row>'
        for two, asked in ((TWO, True), (value, False)):
            path, target = make(one=value, two=two, chain=None), tmp_path / "b.xlsx"
            set_cells(path, target, {"One": {"A1": 7}})
            assert ("fullCalcOnLoad" in read(target, "xl/workbook.xml")) is asked


@pytest.mark.libreoffice
def test_libreoffice_calculates_what_was_written(make: Any, tmp_path: Path, opened: Any) -> None:
    """Formulas, their cached values and changed inputs compute in LibreOffice, shared heirs included."""
    import openpyxl

    shared = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B4" si="0">A1*10</f><v>10</v></c></row>'
        + "".join(
            f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><f t="shared" si="0"/><v>{r}0</v></c></row>'
            for r in (2, 3, 4)
        )
    )
    chain = f'<calcChain xmlns="{MAIN}"><c r="B1" i="5"/><c r="B2"/><c r="B3"/><c r="B4"/><c r="B1" i="6"/></calcChain>'
    path, target = make(one=shared, chain=chain), tmp_path / "b.xlsx"
    set_cells(path, target, {"One": {"B1": 5, "A3": 7, "C1": Formula("SUM(B1:B4)", 0), "C2": "=A1"}})
    found = openpyxl.load_workbook(opened([target]) / target.name, data_only=True)
    assert [found["One"][f"B{row}"].value for row in range(1, 5)] == [5, 20, 70, 40]
    assert found["One"]["C1"].value == 135
    assert found["One"]["C2"].value == "=A1"
    assert found["Two"]["B1"].value == 5

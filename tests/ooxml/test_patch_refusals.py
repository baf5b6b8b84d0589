"""Cells that something else owns: refused by name, or handled rightly."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strategy_xl.errors import PatchRefusedError
from strategy_xl.ooxml.patch import Cached, Formula, set_cells
from strategy_xl.text.catalog import message

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def refused(path: Path, edits: Any, code: str, cell: str | None = None, **options: Any) -> Any:
    """The edits are refused with the code and nothing changes; the message can be shown."""
    before = path.read_bytes()
    with pytest.raises(PatchRefusedError) as error:
        set_cells(path, path, edits, **options)
    finding = error.value.finding
    assert finding.code == code
    assert cell is None or finding.location.cell == cell
    for lang in ("fr", "en"):
        assert message(code, lang, **finding.args)
        assert message(f"{code}.hint", lang, **finding.args)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    return finding


def test_merged_cells(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Only the first cell of a merged area takes a value; clearing the hidden ones is harmless."""
    tail = '<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="D1:D9"/></mergeCells>'
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"/></row>'
    path = kit({"S": sheet(rows, tail=tail)}).write(tmp_path / "a.xlsx")
    assert refused(path, {"S": {"B2": 5}}, "SX924", "B2").args["area"] == "A1:B2"
    refused(path, None, "SX924", "D5", columns={"S": {4: {5: "x"}}})
    assert set_cells(path, path, {"S": {"A1": 5, "D1": 6, "B1": None}}).changed_cells == 2


class TestComputed:
    """Arrays, spills and what-if tables."""

    ROWS = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:B2">{1,2}</f><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>3</v></c><c r="B2"><v>4</v></c><c r="C2"><f t="array" ref="C2">SUM(A1:A2)</f><v>4</v></c></row>'
        '<row r="4"><c r="A4" cm="1"><f t="array" ref="A4:A6">_xlfn.SEQUENCE(3)</f><v>1</v></c></row>'
        '<row r="5"><c r="A5"><v>2</v></c></row><row r="6"><c r="A6"><v>3</v></c></row>'
        '<row r="8"><c r="A8"><f t="dataTable" ref="A8:A9" dt2D="0" dtr="0" r1="B1"/><v>1</v></c></row>'
        '<row r="9"><c r="A9"><v>1</v></c></row>'
        '<row r="11"><c r="A11" t="e" vm="1"><v>#VALUE!</v></c><c r="B11" cm="1"><f t="array" ref="B11">A1#</f><v>1</v></c></row>'
    )

    @pytest.fixture
    def path(self, kit: Any, sheet: Any, tmp_path: Path) -> Any:
        """A workbook for these tests."""
        return kit({"S": sheet(self.ROWS)}).write(tmp_path / "a.xlsx")

    @pytest.mark.parametrize("cell", ["A1", "B1", "A2", "B2", "A4", "A5", "A6"])
    @pytest.mark.parametrize("value", [9, Formula("1+1", 2), None])
    def test_arrays_and_spills(self, path: Path, cell: str, value: Any) -> None:
        """A part of an array formula or of a spill cannot be changed alone."""
        refused(path, {"S": {cell: value}}, "SX925", cell)

    @pytest.mark.parametrize("cell", ["A8", "A9"])
    def test_data_tables(self, path: Path, cell: str) -> None:
        """Nor can a part of a what-if table."""
        refused(path, {"S": {cell: 9}}, "SX926", cell)

    def test_far_from_its_master(self, path: Path) -> None:
        """A missing row inside an array's range is refused too."""
        refused(path, None, "SX925", columns={"S": {1: dict.fromkeys(range(3, 6), 0)}})

    def test_single_cell_arrays(self, path: Path, part: Any) -> None:
        """An array formula of one cell is replaced as a whole."""
        set_cells(path, path, {"S": {"C2": 5, "B11": "x"}})
        content = part(path)
        assert b'<c r="C2"><v>5</v></c>' in content
        assert b'<c r="B11" t="inlineStr"><is><t>x</t></is></c>' in content

    def test_rich_values(self, path: Path, part: Any) -> None:
        """A picture or data type in a cell gives way to the value: its mark goes."""
        set_cells(path, path, {"S": {"A11": 5}})
        assert b'<c r="A11"><v>5</v></c>' in part(path)

    def test_cached_values_of_all(self, path: Path, part: Any) -> None:
        """Cached values may be renewed everywhere, and the formulas keep their bytes."""
        edits = {"A1": 10, "B1": 20, "A4": "x", "A5": True, "A8": 7, "A9": 8, "C2": 44, "A6": None}
        report = set_cells(path, path, {"S": {cell: Cached(value) for cell, value in edits.items()}})
        content = part(path)
        assert report.changed_cells == 8
        assert b'<c r="A1"><f t="array" ref="A1:B2">{1,2}</f><v>10</v></c><c r="B1"><v>20</v></c>' in content
        assert (
            b'<c r="A4" cm="1" t="str"><f t="array" ref="A4:A6">_xlfn.SEQUENCE(3)</f><v>x</v></c>' in content
        )
        assert b'<c r="A5" t="b"><v>1</v></c>' in content
        assert b'<c r="A6"></c>' in content
        assert b'<c r="A8"><f t="dataTable" ref="A8:A9" dt2D="0" dtr="0" r1="B1"/><v>7</v></c>' in content
        refused(path, {"S": {"A11": Cached(1)}}, "SX934", "A11")


class TestShared:
    """Shared formulas stay right when their first cell goes."""

    ROWS = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B4" si="0">A1*2+$A$1&amp;"A1"</f><v>2</v></c>'
        '<c r="C1"><f t="shared" ref="C1:D2" si="1">A1</f><v>1</v></c><c r="D1"><f t="shared" si="1"/><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>4</v></c>'
        '<c r="C2"><f t="shared" si="1"/><v>1</v></c><c r="D2"><f t="shared" si="1"/><v>1</v></c></row>'
        '<row r="3"><c r="A3"><v>3</v></c><c r="B3" t="str"><f ca="1" t="shared" si="0"></f><v>6</v></c></row>'
        '<row r="4"><c r="A4"><v>4</v></c><c r="B4"><f t="shared" si="0"/><v>8</v></c></row>'
    )

    @pytest.fixture
    def path(self, kit: Any, sheet: Any, tmp_path: Path) -> Any:
        """A workbook for these tests."""
        return kit({"S": sheet(self.ROWS)}).write(tmp_path / "a.xlsx")

    def formulas(self, path: Path) -> dict[str, str]:
        """What openpyxl understands of every formula."""
        import openpyxl

        found = openpyxl.load_workbook(path)["S"]
        return {c.coordinate: c.value for row in found.rows for c in row if c.data_type == "f"}

    def test_a_child_goes(self, path: Path) -> None:
        """A child that becomes a value leaves the others alone."""
        before = self.formulas(path)
        set_cells(path, path, {"S": {"B3": 5}})
        assert self.formulas(path) == {k: v for k, v in before.items() if k != "B3"}

    @pytest.mark.parametrize(
        "cells", [["B1"], ["B1", "B2"], ["B1", "B2", "B3"], ["C1"], ["C1", "D1"], ["B1", "C1"], ["C1", "D1", "C2", "D2"],
                  ["B1", "B2", "B3", "B4"], ["B1", "B3"]],
    )  # fmt: skip
    def test_the_first_goes(self, path: Path, part: Any, cells: Any) -> None:
        """When the first cell of a shared formula gets a value, the next takes the formula over, moved."""
        before = self.formulas(path)
        set_cells(path, path, {"S": dict.fromkeys(cells, "v")})
        assert self.formulas(path) == {k: v for k, v in before.items() if k not in cells}
        content = part(path)
        assert not set_cells(path, path, {"S": dict.fromkeys(cells, "v")}).written
        assert part(path) == content

    def test_the_bytes_of_the_heir(self, path: Path, part: Any) -> None:
        """The heir gets range and text; its other attributes and its value stay, and so do all other cells."""
        set_cells(path, path, {"S": {"B1": 5, "B2": Formula("A2", 2)}})
        content = part(path)
        assert (
            b'<c r="B3" t="str"><f ca="1" t="shared" si="0" ref="B3:B4">A3*2+$A$1&amp;&quot;A1&quot;</f><v>6</v></c>'
            in content
        )
        assert b'<c r="B4"><f t="shared" si="0"/><v>8</v></c>' in content

    def test_a_formula_that_cannot_be_moved(self, kit: Any, sheet: Any, tmp_path: Path) -> None:
        """A reference that would leave the sheet stops the edit."""
        rows = (
            '<row r="1"><c r="B1"><f t="shared" ref="B1:B2" si="0">A1048576</f><v>0</v></c></row>'
            '<row r="2"><c r="B2"><f t="shared" si="0"/><v>0</v></c></row>'
        )
        path = kit({"S": sheet(rows)}).write(tmp_path / "a.xlsx")
        refused(path, {"S": {"B1": 5}}, "SX936", "B1")

    def test_cached_values(self, path: Path, part: Any) -> None:
        """Cached values of first and further cells change nothing else."""
        before = part(path)
        set_cells(path, path, {"S": {"B1": Cached(20), "B2": Cached("x"), "C2": Cached(None)}})
        expected = before.replace(b'<v>2</v></c><c r="C1"', b'<v>20</v></c><c r="C1"')
        expected = expected.replace(
            b'<c r="B2"><f t="shared" si="0"/><v>4</v>', b'<c r="B2" t="str"><f t="shared" si="0"/><v>x</v>'
        )
        expected = expected.replace(
            b'<c r="C2"><f t="shared" si="1"/><v>1</v>', b'<c r="C2"><f t="shared" si="1"/>'
        )
        assert part(path) == expected


class TestTables:
    """Headers and totals belong to their table."""

    @pytest.fixture
    def path(self, kit: Any, sheet: Any, table: Any, tmp_path: Path) -> Any:
        """A workbook for these tests."""
        cells = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="5"><c r="A5"><f>SUBTOTAL(109,T[a])</f><v>3</v></c></row>'
        return kit(
            {"S": sheet(cells)},
            strings=["a"],
            sheet_relations={1: [("table", "../tables/table1.xml")]},
            parts={"xl/tables/table1.xml": table("T", "A1:B5", ["a", "b\nc"], extra=' totalsRowCount="1"')},
        ).write(tmp_path / "a.xlsx")

    def test_headers(self, path: Path) -> None:
        """A header takes only the name that its column has."""
        refused(path, {"S": {"A1": "other"}}, "SX928", "A1")
        refused(path, {"S": {"B1": None}}, "SX928", "B1")
        assert set_cells(path, path, {"S": {"A1": "a"}}).changed_cells == 0

    def test_totals(self, path: Path) -> None:
        """The totals row takes cached values only."""
        refused(path, {"S": {"B5": 5}}, "SX929", "B5")
        assert set_cells(path, path, {"S": {"A5": Cached(5)}}).changed_cells == 1

    def test_body(self, path: Path) -> None:
        """The rows between are free."""
        assert set_cells(path, path, {"S": {"A2": 5, "B4": "x"}}).changed_cells == 2


def test_pivot_tables(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """What a pivot table fills, its page filters too, is refused; beside it is free."""
    pivot = (
        f'<pivotTableDefinition xmlns="{MAIN}" name="Croisé" cacheId="1"><location ref="B6:D9" firstHeaderRow="1" '
        'firstDataRow="1" firstDataCol="1" rowPageCount="2" colPageCount="1"/></pivotTableDefinition>'
    )
    path = kit(
        {"S": sheet()},
        sheet_relations={1: [("pivotTable", "../pivotTables/pivotTable1.xml")]},
        parts={"xl/pivotTables/pivotTable1.xml": pivot},
    ).write(tmp_path / "a.xlsx")
    assert refused(path, {"S": {"C7": 5}}, "SX927", "C7").args["name"] == "Croisé"
    refused(path, {"S": {"C3": 5}}, "SX927", "C3")
    refused(path, {"S": {"B4": 5}}, "SX927", "B4")
    assert set_cells(path, path, {"S": {"B2": 1, "B5": 1, "E7": 1, "D3": 1, "B10": 1}}).changed_cells == 5


def test_sheets_without_cells(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Chart sheets and dialogs have no cells to fill; macro sheets are left alone."""
    for kind in ("chartsheet", "dialogsheet", "xlMacrosheet"):
        path = kit({"S": sheet()}, sheet_kind=kind).write(tmp_path / "a.xlsx")
        refused(path, {"S": {"A1": 5}}, "SX921")


def test_signatures(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """A signed package is refused unless told; signed macros do not mind."""
    signed = kit(
        {"S": sheet()}, parts={"_xmlsignatures/origin.sigs": b"", "_xmlsignatures/sig1.xml": b"<s/>"}
    )
    path = signed.write(tmp_path / "a.xlsx")
    refused(path, {"S": {"A1": 5}}, "SX923")
    assert not set_cells(path, path, {"S": {"A1": None}}).written
    report = set_cells(path, path, {"S": {"A1": 5}}, allow_breaking_signature=True)
    assert [finding.code for finding in report.warnings] == ["SX944"]
    macros = kit({"S": sheet()}, parts={"xl/vbaProject.bin": b"x", "xl/vbaProjectSignature.bin": b"y"})
    path = macros.write(tmp_path / "a.xlsx")
    assert set_cells(path, path, {"S": {"A1": 5}}).warnings == ()


def test_queries_and_controls(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Cells of a query's result and cells linked to a control are written and told."""
    path = kit(
        {"S": sheet()},
        after_sheets='<definedNames><definedName name="ExternalData_1" localSheetId="0">S!$A$1:$B$9</definedName></definedNames>',
        sheet_relations={
            1: [("queryTable", "../queryTables/queryTable1.xml"), ("ctrlProp", "../ctrlProps/ctrlProp1.xml")]
        },
        parts={
            "xl/queryTables/queryTable1.xml": f'<queryTable xmlns="{MAIN}" name="ExternalData_1" connectionId="1"/>',
            "xl/ctrlProps/ctrlProp1.xml": '<formControlPr objectType="CheckBox" fmlaLink="$D$4"/>',
        },
    ).write(tmp_path / "a.xlsx")
    report = set_cells(path, path, {"S": {"A2": 1, "B3": 1, "D4": True, "F1": 1}})
    assert [(w.code, w.location.cell) for w in report.warnings] == [("SX941", "A2"), ("SX942", "D4")]
    assert report.warnings[0].args["n"] == 2


def test_protected_sheets(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Protection without encryption is for people; the software writes its own cells."""
    path = kit({"S": sheet(tail='<sheetProtection sheet="1" objects="1" scenarios="1"/>')}).write(
        tmp_path / "a.xlsx"
    )
    assert set_cells(path, path, {"S": {"A1": 5}}).changed_cells == 1


def test_all_messages_are_there() -> None:
    """Every code of files and packages that is raised has a message and a hint in both languages."""
    import re
    from importlib.resources import files

    from strategy_xl.text.catalog import has_message

    codes: set[str] = set()
    for path in Path(str(files("strategy_xl"))).rglob("*.py"):
        codes |= set(re.findall(r'"(SX(?:9\d|17)\d)"', path.read_text(encoding="utf-8")))
    assert len(codes) > 50
    for lang in ("fr", "en"):
        assert [code for code in sorted(codes) if not has_message(code, lang)] == []
        assert [code for code in sorted(codes) if not has_message(f"{code}.hint", lang)] == []

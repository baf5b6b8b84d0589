"""Growing a table: rows, styles, formulas and rules reach down, nothing else moves."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from package_audit import audit

from strategy_xl.errors import PatchRefusedError, WorkbookError
from strategy_xl.ooxml.tables import append_rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS = (
    '<row r="3"><c r="B3" t="s"><v>0</v></c><c r="C3" t="s"><v>1</v></c><c r="D3" t="s"><v>2</v></c><c r="E3" t="s"><v>3</v></c></row>'
    '<row r="4"><c r="B4"><v>1</v></c><c r="C4"><f t="shared" ref="C4:C5" si="3">B4*$B$4+SUM(B$4:B4)</f><v>2</v></c>'
    '<c r="D4"><f>T[[#This Row],[n]]</f><v>1</v></c></row>'
    '<row r="5" spans="2:5"><c r="B5" s="2"><v>2</v></c><c r="C5" s="1"><f t="shared" si="3"/><v>5</v></c>'
    '<c r="D5"><f>T[[#This Row],[n]]</f><v>2</v></c><c r="E5"><f t="array" ref="E5">SUM(B$4:B5*1)</f><v>3</v></c></row>'
)
HEAD = '<dimension ref="B3:E5"/>'
TAIL = (
    '<conditionalFormatting sqref="B4:B5 G1"><cfRule type="expression" priority="1"><formula>B4&gt;1</formula></cfRule></conditionalFormatting>'
    '<conditionalFormatting sqref="B4:B6"><cfRule type="expression" priority="2"><formula>B4&gt;1</formula></cfRule></conditionalFormatting>'
    '<dataValidations count="2"><dataValidation type="whole" sqref="B4:B5"><formula1>1</formula1></dataValidation>'
    '<dataValidation type="whole" sqref="B3:B5"><formula1>1</formula1></dataValidation></dataValidations>'
    '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list">'
    "<x14:formula1><xm:f>$A$1:$A$2</xm:f></x14:formula1><xm:sqref>D4:E5</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


@pytest.fixture
def make(kit: Any, sheet: Any, table: Any, tmp_path: Path) -> Any:
    """A workbook with one table, its formulas and rules."""

    def write(rows: str = ROWS, tail: Any = TAIL, extra: Any = "", inner: Any = "", more: Any = ()) -> Any:
        parts = {"xl/tables/table1.xml": table("T", "B3:E5", ["n", "c", "d", "e"], extra=extra, inner=inner)}
        relations = [("table", "../tables/table1.xml")]
        for number, (kind, part) in enumerate(more, 2):
            name = f"xl/{kind}s/{kind}{number}.xml"
            parts[name] = part
            relations.append((kind, f"../{name.removeprefix('xl/')}"))
        spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        return kit(
            {"S": sheet(rows, head=HEAD, tail=tail), "Other": sheet()},
            strings=["n", "c", "d", "e"],
            sheet_relations={1: relations},
            parts=parts,
            types={f"/{name}": f"{spreadsheet}.table+xml" for name in parts if "table" in name},
        ).write(tmp_path / "a.xlsx")

    return write


@pytest.mark.parametrize("style", ["-1", "²", ""])
def test_a_style_that_is_none_is_not_copied(make: Any, part: Any, tmp_path: Path, style: str) -> None:
    """What a damaged file says of the last row's look goes no further."""
    path = make(ROWS.replace('<c r="B5" s="2"', f'<c r="B5" s="{style}"'))
    append_rows(path, tmp_path / "b.xlsx", "T", [{0: 10}])
    assert '<c r="B6"><v>10</v></c>' in part(tmp_path / "b.xlsx").decode()


def test_rows_styles_formulas_and_rules(
    make: Any, part: Any, new_findings: Any, tmp_path: Path, members: Any
) -> None:
    """New rows look and compute like the last one; rules for exactly the data rows follow."""
    path, target = make(), tmp_path / "b.xlsx"
    report = append_rows(path, target, "t", [{0: 10}, {0: "=x", 3: 5}])
    assert set(report.parts) == {"xl/tables/table1.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"}
    before, after = members(path), members(target)
    assert {name for name in before if before[name] != after[name]} == set(report.parts)
    content = part(target).decode()
    assert (
        '<row r="6"><c r="B6" s="2"><v>10</v></c><c r="C6" s="1"><f>B6*$B$4+SUM(B$4:B6)</f></c>'
        '<c r="D6"><f>T[[#This Row],[n]]</f></c><c r="E6"><f t="array" ref="E6">SUM(B$4:B6*1)</f></c></row>'
        '<row r="7"><c r="B7" s="2" t="inlineStr"><is><t>=x</t></is></c><c r="C7" s="1"><f>B7*$B$4+SUM(B$4:B7)</f></c>'
        '<c r="D7"><f>T[[#This Row],[n]]</f></c><c r="E7"><v>5</v></c></row></sheetData>'
    ) in content
    expected = (
        part(path)
        .decode()
        .replace('sqref="B4:B5 G1"', 'sqref="B4:B7 G1"')
        .replace('type="whole" sqref="B4:B5"', 'type="whole" sqref="B4:B7"')
        .replace("<xm:sqref>D4:E5", "<xm:sqref>D4:E7")
        .replace('ref="B3:E5"', 'ref="B3:E7"')
    )
    assert content.split("</sheetData>")[1] == expected.split("</sheetData>")[1]
    assert content.split('<row r="6">')[0] == expected.split("</sheetData>")[0]
    with zipfile.ZipFile(target) as book:
        grown = book.read("xl/tables/table1.xml").decode()
    assert grown.count('ref="B3:E7"') == 2
    assert audit(target) == []
    assert new_findings(path, target) == []


def test_edits_in_the_same_step(make: Any, part: Any, tmp_path: Path) -> None:
    """Cells of the table's blank rows and of other sheets are written together with the growth."""
    path, target = make(), tmp_path / "b.xlsx"
    report = append_rows(path, target, "T", [{0: 1}], edits={"s": {"B4": 99}, "Other": {"A1": "x"}})
    assert b"<v>99</v>" in part(target)
    assert report.changed == {"S": 5, "Other": 1}
    assert b"<t>x</t>" in part(target, 2)


def test_no_rows(make: Any, tmp_path: Path) -> None:
    """No new rows and no edits give the same file."""
    path, target = make(), tmp_path / "b.xlsx"
    append_rows(path, target, "T", [])
    assert target.read_bytes() == path.read_bytes()


def test_styled_blank_cells_below(make: Any, tmp_path: Path, part: Any) -> None:
    """Blank formatted cells below take the table's style."""
    path = make(rows=ROWS + '<row r="6"><c r="A6" s="1"><v>1</v></c><c r="B6" s="1"/><c r="C6"/></row>')
    append_rows(path, path, "T", [{0: 3}])
    content = part(path).decode()
    assert '<c r="A6" s="1"><v>1</v></c><c r="B6" s="2"><v>3</v></c><c r="C6" s="1"><f>' in content


def test_calculated_column_without_formula_in_the_last_row(make: Any, tmp_path: Path, part: Any) -> None:
    """Where the last row was overtyped, the table's own formula is taken when it reads the same anywhere."""
    inner = '<autoFilter ref="B3:E5"/>'
    path = make(
        rows=ROWS.replace('<c r="D5"><f>T[[#This Row],[n]]</f><v>2</v></c>', '<c r="D5"><v>2</v></c>'),
        inner=inner,
    )
    with zipfile.ZipFile(path) as book:
        table = book.read("xl/tables/table1.xml").decode()
    from strategy_xl.ooxml.package import Package
    from strategy_xl.ooxml.package_write import write_package

    formula = '<tableColumn id="3" name="d"><calculatedColumnFormula>T[[#This Row],[n]]*2</calculatedColumnFormula></tableColumn>'
    other = tmp_path / "c.xlsx"
    with Package.open(path) as package, other.open("wb") as stream:
        write_package(
            package,
            stream,
            {"xl/tables/table1.xml": table.replace('<tableColumn id="3" name="d"/>', formula).encode()},
        )
    append_rows(other, other, "T", [{0: 3}])
    assert b'<c r="D6"><f>T[[#This Row],[n]]*2</f></c>' in part(other)


class TestRefusals:
    """What stops the growth, by name."""

    def refuse(self, path: Path, rows: str, code: str, cell: str | None = None, name: str = "T") -> None:
        """The growth is refused with the code and nothing changes."""
        before = path.read_bytes()
        with pytest.raises(WorkbookError) as error:
            append_rows(path, path, name, rows)
        assert error.value.finding.code == code
        assert cell is None or error.value.finding.location.cell == cell
        assert path.read_bytes() == before

    def test_unknown_table(self, make: Any) -> None:
        """A table that does not exist is refused."""
        self.refuse(make(), [{0: 1}], "SX950", name="U")

    def test_totals_row(self, make: Any) -> None:
        """A table with a totals row does not grow."""
        self.refuse(make(extra=' totalsRowCount="1"'), [{0: 1}], "SX951")

    def test_cells_below(self, make: Any) -> None:
        """Cells below that hold something are named."""
        path = make(rows=ROWS + '<row r="7"><c r="D7" t="s"><v>0</v></c></row>')
        self.refuse(path, [{0: 1}, {0: 2}], "SX952", "D7")
        append_rows(path, path, "T", [{0: 1}])

    def test_formula_below(self, make: Any) -> None:
        """A formula below counts as content, even without a value."""
        self.refuse(make(rows=ROWS + '<row r="6"><c r="E6"><f>A1</f></c></row>'), [{0: 1}], "SX952", "E6")

    def test_column(self, make: Any) -> None:
        """A column outside the table is refused."""
        self.refuse(make(), [{4: 1}], "SX954")
        self.refuse(make(), [{-1: 1}], "SX954")

    def test_no_room(self, make: Any) -> None:
        """The sheet's last row is the end."""
        self.refuse(make(), [{}] * 1_048_572, "SX953")

    def test_value(self, make: Any) -> None:
        """Values are checked as everywhere."""
        with pytest.raises(PatchRefusedError, match="SX931"):
            append_rows(make(), make(), "T", [{0: float("nan")}])

    def test_merged_area(self, make: Any) -> None:
        """A merged area in the way is refused."""
        self.refuse(
            make(tail='<mergeCells count="1"><mergeCell ref="A6:B6"/></mergeCells>' + TAIL), [{0: 1}], "SX956"
        )

    def test_other_table(self, make: Any, table: Any) -> None:
        """Another table in the way is refused."""
        self.refuse(make(more=[("table", table("U", "D6:F8", ["a", "b", "x"], number=2))]), [{0: 1}], "SX956")

    def test_pivot_table(self, make: Any) -> None:
        """A pivot table in the way is refused."""
        pivot = (
            f'<pivotTableDefinition xmlns="{MAIN}" name="P"><location ref="C7:D9"/></pivotTableDefinition>'
        )
        self.refuse(make(more=[("pivotTable", pivot)]), [{}, {}], "SX956")

    def test_formula_that_cannot_move(self, make: Any) -> None:
        """A formula whose references would leave the sheet is not copied."""
        rows = ROWS.replace("<f>T[[#This Row],[n]]</f><v>2</v>", "<f>A1048576</f><v>2</v>")
        self.refuse(make(rows=rows), [{0: 1}], "SX955", "D5")


@pytest.mark.libreoffice
def test_libreoffice_opens_a_grown_table(make: Any, tmp_path: Path, opened: Any) -> None:
    """LibreOffice computes the copied formulas, structured ones included."""
    rows = ROWS.replace('"C5" s="1"', '"C5" s="2"')  # as numbers, not dates
    parts = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
    path, target = make(rows=rows, tail=parts), tmp_path / "b.xlsx"
    append_rows(path, target, "T", [{0: 10}, {0: 20}])
    found = openpyxl.load_workbook(opened([target]) / "b.xlsx", data_only=True)["S"]
    assert [found[f"C{row}"].value for row in (4, 5, 6, 7)] == [2, 5, 23, 53]
    assert [found[f"D{row}"].value for row in (4, 5, 6, 7)] == [1, 2, 10, 20]
    assert [found[f"E{row}"].value for row in (5, 6, 7)] == [3, 13, 33]

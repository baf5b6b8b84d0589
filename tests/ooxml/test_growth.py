"""A table gets longer: all that covers its rows follows, what people typed stays, a second time changes nothing."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from package_audit import audit

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import PatchRefusedError
from strategy_xl.formulas.cell_refs import Area
from strategy_xl.formulas.reaching import Reach
from strategy_xl.ooxml.cells import Cached, Formula
from strategy_xl.ooxml.grown_charts import grown_chart
from strategy_xl.ooxml.tables import TableEdit, append_rows, edit_tables

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2" s="1" t="s"><v>0</v></c><c r="B2" s="2"><v>1</v></c><c r="C2" s="2"><f>T[[#This Row],[n]]*2</f><v>2</v></c></row>'
    '<row r="3"><c r="A3" s="1" t="s"><v>1</v></c><c r="B3" s="2"><v>2</v></c><c r="C3" s="2"><f>T[[#This Row],[n]]*2</f><v>4</v></c></row>'
)
TYPED = '<row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4" s="1"><v>7</v></c><c r="E4"><v>9</v></c></row>'
TAIL = (
    '<conditionalFormatting sqref="B2:B3"><cfRule type="expression" priority="1"><formula>COUNTIF($B$2:$B$3,B2)&gt;1</formula></cfRule></conditionalFormatting>'
    '<dataValidations count="1"><dataValidation type="whole" sqref="B2:B3 E1"><formula1>1</formula1></dataValidation></dataValidations>'
    '<drawing r:id="rId2"/><tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
)
NAMES = (
    "<definedNames>"
    '<definedName name="_xlnm.Print_Area" localSheetId="0">S!$A$1:$F$3</definedName>'
    '<definedName name="SXV_x">INDEX(S!$A$2:$A$3,1):INDEX(S!$A$2:$A$3,COUNTA(S!$A$2:$A$3))</definedName>'
    '<definedName name="first">S!$A$2</definedName><definedName name="mine">S!$A$1:$C$3</definedName>'
    '<definedName name="other">S!$A$2:$A$9</definedName></definedNames>'
)


def chart(*references: str) -> str:
    """A chart part that reads some ranges."""
    inner = "".join(references)
    return f'<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart">{inner}</c:chartSpace>'


NUMBERS = '<c:numRef><c:f>S!$B$2:$B$3</c:f><c:numCache><c:formatCode>0.0</c:formatCode><c:ptCount val="2"/><c:pt idx="0"><c:v>1</c:v></c:pt><c:pt idx="1"><c:v>2</c:v></c:pt></c:numCache></c:numRef>'
TEXTS = '<c:strRef><c:f>S!$A$2:$A$3</c:f><c:strCache><c:ptCount val="2"/><c:pt idx="0"><c:v>n</c:v></c:pt></c:strCache></c:strRef>'
LABELS = '<c15:datalabelsRange><c15:f>S!$A$2:$A$3</c15:f><c15:dlblRangeCache><c:ptCount val="2"/><c:pt idx="0"><c:v>n</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange>'
OTHERS = '<c:tx><c:strRef><c:f>S!$B$1</c:f><c:strCache><c:ptCount val="1"/></c:strCache></c:strRef></c:tx><c:numRef><c:f>S!$B$2:$B$9</c:f><c:numCache><c:ptCount val="8"/></c:numCache></c:numRef>'


@pytest.fixture
def make(kit: Any, sheet: Any, table: Any, tmp_path: Path) -> Any:
    """A workbook with a table, a chart over it, names, and another sheet whose rule spells it."""

    def write(
        rows: str = ROWS + TYPED, chart_part: str = chart(NUMBERS, TEXTS, LABELS, OTHERS), anchor: int = 20
    ) -> Path:
        links = "http://schemas.openxmlformats.org/package/2006/relationships"
        marker = (
            "<xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{}</xdr:row><xdr:rowOff>0</xdr:rowOff>"
        )
        drawing = (
            f'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:r="{OFFICE}">'
            f"<xdr:twoCellAnchor><xdr:from>{marker.format(anchor)}</xdr:from><xdr:to>{marker.format(anchor + 9)}</xdr:to>"
            '<c:chart r:id="rId1"/><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>'
        )
        rule = '<dataValidations count="1"><dataValidation type="list" sqref="A1"><formula1>S!$A$2:$A$3</formula1></dataValidation></dataValidations>'
        formula = '<row r="1"><c r="A1"><f>SUM(T[n])</f><v>3</v></c></row>'
        return Path(
            kit(
                {
                    "S": sheet(rows, head='<dimension ref="A1:E4"/>', tail=TAIL),
                    "Other": sheet(formula, tail=rule),
                    "Quiet": sheet(),
                },
                strings=["n0", "n", "c"],
                after_sheets=NAMES,
                sheet_relations={
                    1: [("table", "../tables/table1.xml"), ("drawing", "../drawings/drawing1.xml")]
                },
                parts={
                    "xl/tables/table1.xml": table("T", "A1:C3", ["n0", "n", "c"]),
                    "xl/drawings/drawing1.xml": drawing,
                    "xl/drawings/_rels/drawing1.xml.rels": f'<Relationships xmlns="{links}"><Relationship Id="rId1" Type="{OFFICE}/chart" Target="../charts/chart1.xml"/></Relationships>',
                    "xl/charts/chart1.xml": chart_part,
                },
                types={
                    "/xl/tables/table1.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml",
                    "/xl/drawings/drawing1.xml": DRAWING,
                    "/xl/charts/chart1.xml": CHART,
                },
            ).write(tmp_path / "a.xlsx")
        )

    return write


def read(path: Path, name: str) -> str:
    """A part as text."""
    with zipfile.ZipFile(path) as book:
        return book.read(name).decode()


COLUMNS = {"S": {3: {4: Formula("T[[#This Row],[n]]*2", 14.0), 5: Formula("T[[#This Row],[n]]*2", "")}}}
SHOWN: dict[int, list[Any]] = {
    0: ["n", "c", "x & y", None],
    1: [1.0, 2.0, 7.0, ErrorValue.NA],
    2: [2.0, 4.0, 14.0, ""],
}


def test_typed_rows_are_taken_in(make: Any, tmp_path: Path, part: Any, members: Any) -> None:
    """What people typed keeps its bytes and its look; the rest gets the table's look, formulas and values."""
    path, target = make(), tmp_path / "b.xlsx"
    report = edit_tables(path, target, [TableEdit("T", 5, 4, shown=SHOWN)], columns=COLUMNS)
    content = part(target).decode()
    assert (
        '<row r="4"><c r="A4" t="s" s="1"><v>2</v></c><c r="B4" s="1"><v>7</v></c>'
        '<c r="C4" s="2"><f>T[[#This Row],[n]]*2</f><v>14</v></c><c r="E4"><v>9</v></c></row>'
        '<row r="5"><c r="A5" s="1"/><c r="B5" s="2"/><c r="C5" s="2" t="str"><f>T[[#This Row],[n]]*2</f><v></v></c></row>'
    ) in content
    assert (
        content.split('<row r="4">')[0].replace("A1:E5", "A1:E4")
        == part(path).decode().split('<row r="4">')[0]
    )
    before, after = members(path), members(target)
    assert {name for name in before if before[name] != after[name]} == set(report.parts)
    assert set(report.parts) == {
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/tables/table1.xml", "xl/charts/chart1.xml", "xl/workbook.xml",
    }  # fmt: skip
    assert audit(target) == []


def test_everything_over_the_rows_follows(make: Any, tmp_path: Path, new_findings: Any) -> None:
    """Rules and their formulas, here and on another sheet, names, what is printed; what covers more or less stays."""
    path, target = make(), tmp_path / "b.xlsx"
    edit_tables(path, target, [TableEdit("T", 5, 4)], columns=COLUMNS)
    tail = read(target, "xl/worksheets/sheet1.xml").split("</sheetData>")[1]
    assert tail == read(path, "xl/worksheets/sheet1.xml").split("</sheetData>")[1].replace(
        "B2:B3", "B2:B5"
    ).replace("$B$3", "$B$5")
    assert "<formula1>S!$A$2:$A$5</formula1>" in read(target, "xl/worksheets/sheet2.xml")
    names = re.search("<definedNames>.*</definedNames>", read(target, "xl/workbook.xml"))
    assert names is not None
    assert names[0] == NAMES.replace("$F$3", "$F$5").replace("$A$2:$A$3", "$A$2:$A$5").replace(
        "$A$1:$C$3", "$A$1:$C$5"
    )
    assert read(target, "xl/tables/table1.xml").count('ref="A1:C5"') == 2
    assert new_findings(path, target) == []


def test_charts_follow_with_what_they_keep(make: Any, tmp_path: Path) -> None:
    """Ranges over exactly the rows, and the points of cells that are known; others go, labels stay."""
    path, target = make(), tmp_path / "b.xlsx"
    edit_tables(path, target, [TableEdit("T", 5, 4, shown=SHOWN)], columns=COLUMNS)
    point = '<c:pt idx="{}"><c:v>{}</c:v></c:pt>'.format
    texts = '<c:ptCount val="4"/>' + point(0, "n") + point(1, "c") + point(2, "x &amp; y")
    numbers = (
        '<c:numRef><c:f>S!$B$2:$B$5</c:f><c:numCache><c:formatCode>0.0</c:formatCode><c:ptCount val="4"/>'
        + point(0, 1)
        + point(1, 2)
        + point(2, 7)
        + "</c:numCache></c:numRef>"
    )
    assert read(target, "xl/charts/chart1.xml") == chart(
        numbers,
        f"<c:strRef><c:f>S!$A$2:$A$5</c:f><c:strCache>{texts}</c:strCache></c:strRef>",
        f"<c15:datalabelsRange><c15:f>S!$A$2:$A$5</c15:f><c15:dlblRangeCache>{texts}</c15:dlblRangeCache></c15:datalabelsRange>",
        OTHERS,
    )
    edit_tables(path, target, [TableEdit("T", 5, 4)], columns=COLUMNS)
    assert read(target, "xl/charts/chart1.xml") == chart(
        "<c:numRef><c:f>S!$B$2:$B$5</c:f></c:numRef>",
        "<c:strRef><c:f>S!$A$2:$A$5</c:f></c:strRef>",
        LABELS.replace("$A$3", "$A$5").replace('val="2"', 'val="4"'),
        OTHERS,
    )


def test_names_of_points_reach_as_far_as_their_series() -> None:
    """LibreOffice leaves them behind when a row is inserted; those of a series of other rows stay."""
    labels = "<c15:datalabelsRange><c15:f>S!$A$2:$A${}</c15:f></c15:datalabelsRange>".format
    series = "<c:ser><c:numRef><c:f>S!$B$2:$B${}</c:f></c:numRef>{}</c:ser>".format
    reach = Reach("S", Area(1, 1, 5, 3), 2, 9)
    before = chart(series(5, labels(4)), series(4, labels(4)), labels(4))
    after = chart(series(9, labels(9)), series(4, labels(4)), labels(4))
    assert grown_chart(before.encode(), reach, {}, is_1904=False).decode() == after


def test_chart_parts_are_left_alone_otherwise(make: Any, tmp_path: Path, members: Any) -> None:
    """A chart of other cells keeps its bytes."""
    path, target = make(chart_part=chart(OTHERS)), tmp_path / "b.xlsx"
    edit_tables(path, target, [TableEdit("T", 5, 4)], columns=COLUMNS)
    assert members(path)["xl/charts/chart1.xml"] == members(target)["xl/charts/chart1.xml"]


def test_newer_charts_read_on(make: Any, tmp_path: Path) -> None:
    """Charts of newer kinds say their ranges alike and repeat the cells in levels, which go."""
    newer = '<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"><cx:strDim type="cat"><cx:f>S!$A$2:$A$3</cx:f><cx:lvl ptCount="2"><cx:pt idx="0">n</cx:pt></cx:lvl></cx:strDim></cx:chartSpace>'
    path, target = make(chart_part=newer), tmp_path / "b.xlsx"
    edit_tables(path, target, [TableEdit("T", 5, 4)], columns=COLUMNS)
    assert '<cx:strDim type="cat"><cx:f>S!$A$2:$A$5</cx:f></cx:strDim>' in read(
        target, "xl/charts/chart1.xml"
    )


def test_a_copied_row_keeps_its_formula(make: Any, tmp_path: Path, part: Any) -> None:
    """A formula that stands below already gets its value and, having none, the table's look."""
    typed = TYPED.replace(
        '<c r="E4">', '<c r="C4" t="e"><f>T[[#This Row],[n]]*2</f><v>#VALUE!</v></c><c r="E4">'
    )
    path, target = make(ROWS + typed), tmp_path / "b.xlsx"
    edit_tables(path, target, [TableEdit("T", 4, 4)], columns={"S": {3: {4: Cached(14.0)}}})
    assert '<c r="C4" s="2"><f>T[[#This Row],[n]]*2</f><v>14</v></c>' in part(target).decode()


def test_what_a_save_takes_away_is_put_back(make: Any, tmp_path: Path, members: Any) -> None:
    """Formulas of columns and the look, in the schema's order; the sheet and all else keep their bytes."""
    path, target = make(), tmp_path / "b.xlsx"
    mended = [
        TableEdit(
            "T",
            formulas={2: ("T[[#This Row],[n]]*2", False), 1: ("SUM(1&2)", True)},
            style="TableStyleLight1",
        )
    ]
    report = edit_tables(path, target, mended)
    assert report.parts == ("xl/tables/table1.xml",)
    assert read(target, "xl/tables/table1.xml").split("</autoFilter>")[-1].partition("<tableColumns")[2] == (
        ' count="3"><tableColumn id="1" name="n0"/>'
        '<tableColumn id="2" name="n"><calculatedColumnFormula array="1">SUM(1&amp;2)</calculatedColumnFormula></tableColumn>'
        '<tableColumn id="3" name="c"><calculatedColumnFormula>T[[#This Row],[n]]*2</calculatedColumnFormula></tableColumn>'
        '</tableColumns><tableStyleInfo name="TableStyleLight1" showRowStripes="1"/></table>'
    )
    again = edit_tables(target, target, mended)
    assert (again.parts, again.written) == ((), False)
    assert audit(target) == []


def test_spare_rows_where_there_is_room(make: Any, tmp_path: Path, part: Any) -> None:
    """Blank rows with formulas beyond the new ones; none where a cell or a chart would come under them."""
    path, target = make(ROWS), tmp_path / "b.xlsx"
    append_rows(path, target, "T", [{0: "a", 1: 5}], spare=3)
    assert 'ref="A1:C7"' in read(target, "xl/tables/table1.xml")
    assert (
        '<row r="7"><c r="A7" s="1"/><c r="B7" s="2"/><c r="C7" s="2"><f>T[[#This Row],[n]]*2</f></c></row>'
        in part(target).decode()
    )
    append_rows(make(ROWS, anchor=5), target, "T", [{0: "a", 1: 5}], spare=3)
    assert 'ref="A1:C4"' in read(target, "xl/tables/table1.xml")
    append_rows(
        make(ROWS + '<row r="6"><c r="B6"><v>1</v></c></row>'), target, "T", [{0: "a", 1: 5}], spare=3
    )
    assert 'ref="A1:C4"' in read(target, "xl/tables/table1.xml")


def test_rows_below_what_was_typed(make: Any, tmp_path: Path, part: Any) -> None:
    """An import takes the typed rows in and goes on below them."""
    path, target = make(), tmp_path / "b.xlsx"
    append_rows(path, target, "T", [{0: "a", 1: 5}], typed=4)
    content = part(target).decode()
    assert '<c r="C4" s="2"><f>T[[#This Row],[n]]*2</f></c>' in content
    assert (
        '<row r="5"><c r="A5" s="1" t="inlineStr"><is><t>a</t></is></c><c r="B5" s="2"><v>5</v></c>'
        in content
    )
    with pytest.raises(PatchRefusedError) as error:
        append_rows(path, target, "T", [{0: "a"}])
    assert error.value.finding.code == "SX952"


def test_sparklines_of_new_rows(kit: Any, sheet: Any, table: Any, tmp_path: Path, part: Any) -> None:
    """Each new row gets those of the last one, over its own cells; one over fixed cells is not repeated."""
    line = "<x14:sparkline><xm:f>S!$A${0}:$B${0}</xm:f><xm:sqref>C{0}</xm:sqref></x14:sparkline>".format
    fixed = "<x14:sparkline><xm:f>S!$F$1:$F$2</xm:f><xm:sqref>B3</xm:sqref></x14:sparkline>"
    tail = (
        '<tableParts count="1"><tablePart r:id="rId1"/></tableParts><extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        f"<x14:sparklineGroups><x14:sparklineGroup><x14:sparklines>{line(2)}{line(3)}{fixed}</x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
    )
    path, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    kit(
        {"S": sheet(ROWS, tail=tail)},
        strings=["n0", "n", "c"],
        sheet_relations={1: [("table", "../tables/table1.xml")]},
        parts={"xl/tables/table1.xml": table("T", "A1:C3", ["n0", "n", "c"])},
        types={
            "/xl/tables/table1.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"
        },
    ).write(path)
    append_rows(path, target, "T", [{0: "a"}, {0: "b"}])
    assert (
        part(target).decode().split("</sheetData>")[1]
        == tail.replace(line(3), line(3) + line(4) + line(5)) + "</worksheet>"
    )

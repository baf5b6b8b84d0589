"""Data bars with a twin for Excel 2010, and sparklines, in the extension list of a sheet."""

from __future__ import annotations

import re

from lxml import etree

from strategy_xl.ooxml.extensions import X14, XM, SparklineGroup, extend

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BAR = (
    '<conditionalFormatting sqref="{area}"><cfRule type="dataBar" priority="1"><dataBar minLength="0"'
    ' maxLength="100"><cfvo type="num" val="0"/><cfvo type="num" val="{full}"/><color rgb="00112233"/>'
    "</dataBar></cfRule></conditionalFormatting>"
)
SHEET = '<worksheet xmlns="{main}"><sheetData/>{rules}<pageMargins/></worksheet>'
PART = "xl/worksheets/sheet1.xml"
LINES = SparklineGroup([("F2", "'L''été'!$A$2:$C$2"), ("F3", "'A & B'!A3:C3")], "112233", "445566")


def sheet(*rules: str) -> bytes:
    """A sheet part with some conditional formats."""
    return SHEET.format(main=MAIN, rules="".join(rules)).encode()


def found(part: bytes, path: str) -> list[etree._Element]:
    """Elements of a part."""
    names = {"m": MAIN, "x14": X14, "xm": XM}
    return etree.fromstring(part).xpath(path, namespaces=names)  # type: ignore[return-value]


def test_a_bar_has_a_twin_of_the_same_identity_area_and_ends() -> None:
    """The rule of Excel 2007 names its twin, which says the same and does not fade."""
    made = extend(sheet(BAR.format(area="C2:C9", full=1), BAR.format(area="D2:D9", full=10)), PART)
    ids = [element.text for element in found(made, "//m:cfRule//x14:id")]
    twins = found(made, "//x14:cfRule")
    assert [twin.get("id") for twin in twins] == ids
    assert len(set(ids)) == 2
    assert [element.text for element in found(made, "//x14:conditionalFormatting/xm:sqref")] == [
        "C2:C9",
        "D2:D9",
    ]
    assert [element.text for element in found(made, "//x14:cfvo/xm:f")] == ["0", "1", "0", "10"]
    assert {bar.get("gradient") for bar in found(made, "//x14:dataBar")} == {"0"}


def test_the_extension_list_is_the_last_child_of_the_sheet() -> None:
    """After everything else, as the schema has it, bars before sparklines."""
    made = extend(sheet(BAR.format(area="C2", full=1)), PART, [LINES])
    assert [etree.QName(child).localname for child in etree.fromstring(made)][-2:] == [
        "pageMargins",
        "extLst",
    ]
    assert [etree.QName(ext[0]).localname for ext in found(made, "/m:worksheet/m:extLst/m:ext")] == [
        "conditionalFormattings",
        "sparklineGroups",
    ]


def test_a_sparkline_says_where_it_stands_and_what_it_shows() -> None:
    """One a row, ranges escaped, read though their columns are hidden, gaps where there is no number."""
    made = extend(sheet(), PART, [LINES])
    assert [element.text for element in found(made, "//x14:sparkline/xm:f")] == [
        "'L''été'!$A$2:$C$2",
        "'A & B'!A3:C3",
    ]
    assert [element.text for element in found(made, "//x14:sparkline/xm:sqref")] == ["F2", "F3"]
    (group,) = found(made, "//x14:sparklineGroup")
    assert (group.get("displayHidden"), group.get("displayEmptyCellsAs")) == ("1", "gap")


def test_a_sheet_without_either_keeps_its_bytes() -> None:
    """Nothing is added where nothing is asked for."""
    assert extend(sheet(), PART) == sheet()


def test_the_same_sheet_gives_the_same_bytes() -> None:
    """Identities are made from the part and the area, not drawn."""
    plain = sheet(BAR.format(area="C2:C9", full=1))
    assert extend(plain, PART) == extend(plain, PART)
    other = extend(plain, "xl/worksheets/sheet2.xml")
    assert re.findall(rb"<x14:id>.*?<", other) != re.findall(rb"<x14:id>.*?<", extend(plain, PART))

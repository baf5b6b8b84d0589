"""Adding to the parts of foreign packages: order, counts, prefixes, tabs, names, styles, shared formulas."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import pytest

from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.style_map import StyleMap
from strategy_xl.ooxml.workbook_tabs import with_names, with_sheet
from strategy_xl.ooxml.xml_insert import AFTER_CELLS, insert_child

TABLE = b'<tablePart id="1"/>'


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            b"<w><drawing/><extLst/></w>",
            b'<w><drawing/><tableParts count="1"><tablePart id="1"/></tableParts><extLst/></w>',
        ),
        (
            b'<x:w xmlns:x="m"><x:drawing/></x:w>',
            b'<x:w xmlns:x="m"><x:drawing/><x:tableParts count="1"><x:tablePart id="1"/></x:tableParts></x:w>',
        ),
        (
            b'<w><tableParts count="1"><tablePart id="0"/></tableParts></w>',
            b'<w><tableParts count="2"><tablePart id="0"/><tablePart id="1"/></tableParts></w>',
        ),
        (
            b"<x:w><x:tableParts/></x:w>",
            b'<x:w><x:tableParts><x:tablePart id="1"/></x:tableParts></x:w>',
        ),
        (b"<w/>", b'<w><tableParts count="1"><tablePart id="1"/></tableParts></w>'),
    ],
)
def test_a_child_goes_to_its_place(part: bytes, expected: bytes) -> None:
    """After what the schema puts before it, with the prefix of the part; a list's count is kept."""
    assert insert_child(part, AFTER_CELLS, TABLE, into=b"tableParts") == expected


def test_repeated_children_follow_each_other() -> None:
    """A conditional format goes behind those that are there."""
    part = b"<w><mergeCells/><conditionalFormatting/><dataValidations/></w>"
    new = b'<conditionalFormatting sqref="A1"/>'
    assert insert_child(part, AFTER_CELLS, new) == part.replace(b"<dataV", new + b"<dataV")


SOURCE = (
    b'<workbook><sheets><sheet name="A" sheetId="1"/><sheet name="B" sheetId="2"/></sheets><definedNames>'
    b'<definedName name="_xlnm.Print_Area" localSheetId="1">B!$A$1</definedName>'
    b'<definedName name="one" hidden="1">B!$A$2</definedName><definedName name="two">B!$A$3</definedName>'
    b'<definedName name="three">B!$A$4</definedName></definedNames></workbook>'
)


@pytest.mark.parametrize(("after", "place"), [(None, 0), ("K &amp; L", 1), ("M", 2)])
@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_a_sheet_among_the_tabs(after: str | None, place: int, prefix: bytes) -> None:
    """Sheets behind it count one more, in names and in the tab that is shown; its print area comes along."""
    part = (
        b'<p:workbook><p:bookViews><p:workbookView activeTab="1"/></p:bookViews><p:sheets>'
        b'<p:sheet name="K &amp; L" sheetId="4"/><p:sheet name="M" sheetId="7"/></p:sheets><p:definedNames>'
        b'<p:definedName name="k" localSheetId="0">1</p:definedName>'
        b'<p:definedName name="m" localSheetId="1">1</p:definedName></p:definedNames></p:workbook>'
    ).replace(b"p:", prefix)
    title = after.replace("&amp;", "&") if after else None
    found = with_sheet(part, "B", b"rId9", title, SOURCE, 1).replace(prefix or b"\0", b"")
    tabs = [b'name="K &amp; L" sheetId="4"', b'name="M" sheetId="7"']
    tabs.insert(place, b'name="B" sheetId="8"')
    assert sorted(tabs, key=found.index) == tabs
    assert b'activeTab="%d"' % (1 + (place <= 1)) in found
    assert b'name="k" localSheetId="%d"' % (place == 0) in found
    assert b'name="m" localSheetId="%d"' % (1 + (place <= 1)) in found
    assert b'<definedName name="_xlnm.Print_Area" localSheetId="%d">B!$A$1<' % place in found


def test_names_that_are_lost_or_broken_come_back() -> None:
    """A name that leads somewhere is people's; one of a sheet is not the workbook's."""
    part = (
        b'<workbook><sheets/><definedNames><definedName name="one">#REF!</definedName>'
        b'<definedName name="two">C!$A$1</definedName><definedName name="mine">#REF!</definedName>'
        b'<definedName name="three" localSheetId="0">#REF!</definedName></definedNames></workbook>'
    )
    found = with_names(part, SOURCE, {"one", "two", "three"}, set())
    assert b'<definedName name="one" hidden="1">B!$A$2</definedName>' in found
    assert b'<definedName name="two">C!$A$1</definedName>' in found
    assert b'<definedName name="mine">#REF!</definedName>' in found
    assert found.count(b'name="three"') == 2
    stale = with_names(part, SOURCE, set(), {"two"})
    assert b'<definedName name="two">B!$A$3</definedName>' in stale
    bare = with_names(b"<workbook><sheets/><calcPr/></workbook>", SOURCE, {"one"}, set())
    assert bare.index(b"<sheets/>") < bare.index(b"<definedNames><definedName") < bare.index(b"<calcPr/>")


def test_styles_are_found_or_appended() -> None:
    """Equal fonts, fills, formats and styles are shared; numbers of formats that mean another are not."""
    source = (
        b'<s><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0"/></numFmts><fonts count="2"><font/>'
        b'<font><b/></font></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        b'<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        b'<xf numFmtId="164" fontId="1" fillId="0" borderId="0" xfId="0"><alignment/></xf></cellXfs>'
        b'<dxfs count="1"><dxf><font/></dxf></dxfs></s>'
    )
    target = (
        b'<x:s><x:numFmts count="1"><x:numFmt numFmtId="164" formatCode="0.000"/></x:numFmts>'
        b'<x:fonts count="1"><x:font/></x:fonts><x:fills count="1"><x:fill/></x:fills>'
        b'<x:borders count="1"><x:border/></x:borders><x:cellXfs count="1">'
        b'<x:xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></x:cellXfs><x:tableStyles/></x:s>'
    )
    styles = StyleMap(source, target)
    assert [styles.cell(0), styles.cell(1), styles.cell(1), styles.difference(0)] == [0, 1, 1, 0]
    assert b'<x:numFmt numFmtId="165" formatCode="0.0"/></x:numFmts>' in styles.part
    assert b'<x:fonts count="2"><x:font/><x:font><x:b/></x:font></x:fonts>' in styles.part
    new = (
        b'<x:xf numFmtId="165" fontId="1" fillId="0" borderId="0" xfId="0"><x:alignment/></x:xf></x:cellXfs>'
    )
    assert new in styles.part
    assert styles.part.endswith(b'<x:dxfs count="1"><x:dxf><x:font/></x:dxf></x:dxfs><x:tableStyles/></x:s>')
    again = StyleMap(source, styles.part)
    assert (again.cell(1), again.difference(0), again.part) == (1, 0, styles.part)


def test_formulas_of_a_shared_group_are_written_out() -> None:
    """What the first of a group says, moved; cells without formula are none."""
    part = (
        b'<row><c r="A1"><v>1</v></c><c r="B1" s="2"><f t="shared" ref="B1:B3" si="0">A1&amp;$A$1</f><v>1</v></c></row>'
        b'<x:row><x:c r="B2"><x:f t="shared" si="0"/></x:c><x:c r="C2" t="str"><x:f>#REF!+1</x:f></x:c></x:row>'
    )
    assert formula_texts(part) == {(1, 2): "A1&$A$1", (2, 2): "A2&$A$1", (2, 3): "#REF!+1"}

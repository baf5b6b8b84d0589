"""What is left of a workbook's listings when some sheets go, and who reads these sheets."""

from __future__ import annotations

import pytest

from strategy_xl.ooxml.graft_record import GraftRecord, KeptPart
from strategy_xl.ooxml.readers import Reading
from strategy_xl.ooxml.ungrafting import without_sheets, without_targets, without_types

BOOK = (
    b'<p:workbook><p:bookViews><p:workbookView activeTab="2" firstSheet="1"/></p:bookViews><p:sheets>'
    b'<p:sheet name="A" sheetId="1"/><p:sheet name="B &amp; C" sheetId="2"/><p:sheet name="D" sheetId="3"/>'
    b'</p:sheets><p:definedNames><p:definedName name="k" localSheetId="2">1</p:definedName>'
    b'<p:definedName name="k" localSheetId="1">1</p:definedName><p:definedName name="ours">1</p:definedName>'
    b"</p:definedNames></p:workbook>"
)


@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_what_counts_sheets_counts_those_that_stay(prefix: bytes) -> None:
    """Tabs, names of one sheet, the sheet that is shown; a list of names that is empty goes."""
    found = without_sheets(BOOK.replace(b"p:", prefix), {"B & C"}, {"ours"}.__contains__)
    plain = found.replace(prefix, b"") if prefix else found
    assert b'<sheet name="A" sheetId="1"/><sheet name="D" sheetId="3"/>' in plain
    assert b'<definedNames><definedName name="k" localSheetId="1">1</definedName></definedNames>' in plain
    assert b'activeTab="1" firstSheet="0"' in plain
    bare = without_sheets(BOOK, {"B & C", "D"}, {"ours"}.__contains__)
    assert b"definedName" not in bare


def test_relations_and_types_of_parts_that_go() -> None:
    """Targets may begin at the root or beside the part; case does not count."""
    links = (
        b'<r><Relationship Id="a" Target="/xl/worksheets/Sheet2.xml"/>'
        b'<Relationship Id="b" Target="worksheets/sheet2.xml"/><Relationship Id="c" Target="styles.xml"/></r>'
    )
    gone = {"xl/worksheets/sheet2.xml"}
    assert without_targets(links, "xl", gone) == b'<r><Relationship Id="c" Target="styles.xml"/></r>'
    types = b'<Types><Override PartName="/xl/worksheets/sheet2.xml"/><Override PartName="/xl/a.xml"/></Types>'
    assert without_types(types, gone) == b'<Types><Override PartName="/xl/a.xml"/></Types>'


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("SUM('L''an 1'!A1:A3)", True),
        ("Plan!$A$1+1", True),
        ("SUM(Plan:Ende!A1)", True),
        ("SUM(Clients_2[CA])", True),
        ("SX_rate*2", True),
        ('"Plan!A1"&A1', False),
        ("Planning!A1", False),
        ("Clients_22[CA]", False),
    ],
)
def test_formulas_that_read(text: str, reads: bool) -> None:
    """Sheets, spans of sheets, tables and names, not words that only look like them."""
    assert Reading({"L'an 1", "Plan"}, {"Clients_2", "SX_rate"})(text) is reads


def test_a_record_is_read_as_it_was_written() -> None:
    """Content, checksums and names."""
    parts = {"xl/a.xml": KeptPart(b"<a/>" * 100, "1", "2"), "xl/b.xml": KeptPart(b"", "3", "4")}
    record = GraftRecord("d", parts, ("xl/b & c.xml",), ("one",))
    data = record.to_xml()
    assert b'name="xl/b &amp; c.xml"' in data
    assert GraftRecord.of_xml(data) == record

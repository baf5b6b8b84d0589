"""All that names a sheet or a column follows when it is called otherwise; nothing else changes."""

from __future__ import annotations

from functools import partial

import pytest

from strategy_xl.formulas.literals import Literals, retitled
from strategy_xl.ooxml.format_codes import with_formats
from strategy_xl.ooxml.retitling import Renaming
from strategy_xl.ooxml.reworded import reworded

WANTED = Renaming({"Matrice clients": "Client matrix", "KPI": "Key figures"}, {"Clients": {"CA": "Revenue"}})


@pytest.mark.parametrize(
    ("root", "before", "after"),
    [
        ("worksheet", "<f>SUM(Clients[CA])+{0}!A1</f>", "<f>SUM(Clients[Revenue])+{1}!A1</f>"),
        ("worksheet", '<f>"{0}!A1"&amp;A1</f>', '<f>"{0}!A1"&amp;A1</f>'),
        (
            "worksheet",
            '<f t="shared" ref="A1:A9" si="0">KPI!B1+Prices[CA]</f>',
            '<f t="shared" ref="A1:A9" si="0">{2}!B1+Prices[CA]</f>',
        ),
        (
            "worksheet",
            "<x14:formula1><xm:f>{0}!A1</xm:f></x14:formula1>",
            "<x14:formula1><xm:f>{1}!A1</xm:f></x14:formula1>",
        ),
        (
            "worksheet",
            '<hyperlink location="KPI!A1" display="KPI"/>',
            '<hyperlink location="{3}!A1" display="KPI"/>',
        ),
        ("workbook", '<sheet name="KPI"/>', '<sheet name="Key figures"/>'),
        (
            "workbook",
            "<definedName>KPI!$A$1,[1]KPI!$A$1</definedName>",
            "<definedName>{2}!$A$1,[1]KPI!$A$1</definedName>",
        ),
        ("c:chartSpace", "<c:f>{0}!$B$2</c:f><c:v>KPI</c:v>", "<c:f>{1}!$B$2</c:f><c:v>KPI</c:v>"),
        ("table", '<tableColumn name="CA"/>', '<tableColumn name="Revenue"/>'),
        (
            "table",
            "<calculatedColumnFormula>Clients[[#This Row],[CA]]*2</calculatedColumnFormula>",
            "<calculatedColumnFormula>Clients[[#This Row],[Revenue]]*2</calculatedColumnFormula>",
        ),
        ("pivotCacheDefinition", '<worksheetSource sheet="KPI"/>', '<worksheetSource sheet="Key figures"/>'),
        ("pivotCacheDefinition", '<cacheField name="CA"/>', '<cacheField name="Revenue"/>'),
        ("Relationships", '<Relationship Target="#KPI!A1"/>', '<Relationship Target="#{3}!A1"/>'),
        ("Relationships", '<Relationship Target="KPI.xml"/>', '<Relationship Target="KPI.xml"/>'),
        ("Properties", "<v:lpstr>KPI</v:lpstr>", "<v:lpstr>Key figures</v:lpstr>"),
        ("Properties", "<v:lpstr>KPI!Print_Area</v:lpstr>", "<v:lpstr>{2}!Print_Area</v:lpstr>"),
    ],
)
def test_each_kind_of_part_follows(root: str, before: str, after: str) -> None:
    """Formulas, links, names, charts, tables, pivot tables, relations and properties."""
    titles = "'Matrice clients'", "'Client matrix'", "'Key figures'", "&apos;Key figures&apos;"
    say = partial(WANTED.word, is_own=False, columns={"CA": "Revenue"})
    old, new = (f"<{root}>{text.format(*titles)}</{root}>".encode() for text in (before, after))
    assert reworded(old, say) == new


def test_titles_of_several_sheets_and_back() -> None:
    """Areas over several sheets, apostrophes; back is what was there."""
    titles = {"Jan": "January", "L'an": "The year"}
    there = retitled("SUM(Jan:Mar!A1)+'L''an'!B2+Jan!C3", titles)
    assert there == "SUM(Jan:Mar!A1)+'The year'!B2+January!C3"
    assert retitled("SUM('Jan:Mar ch'!A1)", titles) == "SUM('January:Mar ch'!A1)"
    assert retitled(there, {new: old for old, new in titles.items()}) == "SUM(Jan:Mar!A1)+'L''an'!B2+Jan!C3"


def test_a_formula_with_two_meanings_keeps_its_texts() -> None:
    """The same formula with the same text says two things in the other language: nobody could tell which."""
    pairs = [('IF(A1="","Haut",1)', 'IF(A1="","High",1)'), ('IF(B1="","Haut",1)', 'IF(B1="","Top",1)')]
    assert Literals(pairs[:1]).swapped('IF(Z9="","Haut",1)') == 'IF(Z9="","High",1)'
    assert Literals(pairs).swapped('IF(Z9="","Haut",1)') == 'IF(Z9="","Haut",1)'
    assert Literals(pairs[:1]).swapped('IF(Z9="","Bas",1)') == 'IF(Z9="","Bas",1)'


def test_a_built_in_format_gets_one_of_the_workbook() -> None:
    """Where the other language states what the one had built in; there and back says the same."""
    styles = (
        b'<styleSheet><numFmts count="1"><numFmt numFmtId="170" formatCode="d mmm yyyy"/></numFmts>'
        b'<cellXfs count="2"><xf numFmtId="9"/><xf numFmtId="170"/></cellXfs>'
        b'<dxfs><dxf><numFmt numFmtId="1" formatCode="d mmm yyyy"/></dxf></dxfs></styleSheet>'
    )
    there = with_formats(styles, {"0%": "0 %", "d mmm yyyy": "dd/mm/yyyy"}, {})
    assert b'<numFmts count="2">' in there
    assert b'<numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></numFmts>' in there
    assert b'<numFmt numFmtId="171" formatCode="0 %"/>' in there
    assert b'<xf numFmtId="171"/><xf numFmtId="170"/>' in there
    assert b'<dxf><numFmt numFmtId="1" formatCode="d mmm yyyy"/></dxf>' in there
    back = with_formats(there, {"0 %": "0%", "dd/mm/yyyy": "d mmm yyyy"}, {})
    assert back.count(b'formatCode="d mmm yyyy"') == 2
    assert b'<numFmt numFmtId="171" formatCode="0%"/>' in back

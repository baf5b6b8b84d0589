"""The one pass over a sheet's bytes reads what calamine reads, or leaves the sheet to it."""

from __future__ import annotations

import math
import random
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml import sheet_pass
from strategy_xl.ooxml.cell_scan import NotPlainError
from strategy_xl.ooxml.meta_scan import scan
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_grid import Grid, RowsGrid, listed
from strategy_xl.ooxml.sheet_meta import SheetMeta
from strategy_xl.ooxml.sheet_pass import BookFacts, Texts, read_sheet
from strategy_xl.ooxml.workbook_part import WorkbookInfo

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = ("0.0", "dd/mm/yyyy", "[h]:mm", '0" d"', "General;d", "[Red]0")
STRINGS = (
    '<si><t>a</t></si><si><t> b </t></si><si><t xml:space="preserve"> c </t></si>'
    '<si><r><t>d</t></r><r><rPr><b/></rPr><t xml:space="preserve"> e </t></r></si><si/><si><t/></si>'
    '<si><t>x_x000D_\n&amp;&#233;</t><rPh sb="0" eb="1"><t>zz</t></rPh></si>'
)


def workbook(rows: str, strings: str = STRINGS, *, is_1904: bool = False) -> bytes:
    """A workbook of one sheet, S, with these rows."""
    formats = "".join(
        f'<numFmt numFmtId="{200 + at}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for at, code in enumerate(FORMATS)
    )
    styles = "".join(
        f'<xf numFmtId="{number}"/>' for number in (0, *(200 + at for at in range(len(FORMATS))), 14, 46, 22)
    )
    kinds = {"worksheet": "worksheets/s.xml", "styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}
    relations = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for kind, target in kinds.items()
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><workbookPr date1904="{int(is_1904)}"/>'
        '<sheets><sheet name="S" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
        "xl/styles.xml": f"<styleSheet {MAIN}><numFmts>{formats}</numFmts>"
        f"<cellXfs>{styles}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        "xl/worksheets/s.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def by_pass(content: bytes) -> tuple[SheetMeta, Grid] | None:
    """What the pass reads of sheet S; None when it leaves it to others."""
    with Package("a.xlsx", BytesIO(content)) as package:
        info = WorkbookInfo(package)
        try:
            return read_sheet(package.chunks("xl/worksheets/s.xml"), BookFacts.of(info))[:2]
        except NotPlainError:
            return None


def by_calamine(content: bytes) -> Grid:
    """What calamine reads of it."""
    book = python_calamine.load_workbook(BytesIO(content))
    return RowsGrid(book.get_sheet_by_name("S").to_python(skip_empty_area=False))


def same(left: Grid, right: Grid) -> bool:
    """Whether two readings hold the same values of the same types."""
    last, width = max(len(left), len(right)), max(left.width, right.width)
    return all(
        type(one) is type(other) and (one == other or (math.isnan(one) and math.isnan(other)))
        for column in range(1, width + 1)
        for one, other in zip(left.column(column, 1, last), right.column(column, 1, last), strict=True)
    )


def agrees(content: bytes) -> bool:
    """Whether the pass reads a sheet; that it reads what calamine and the parser do."""
    found = by_pass(content)
    if found is None:
        return False
    meta, grid = found
    assert same(grid, by_calamine(content))
    with Package("a.xlsx", BytesIO(content)) as package:
        other = scan(lambda: package.chunks("xl/worksheets/s.xml"))
    for name in ("rows", "columns", "cells", "merged"):
        assert getattr(meta, name) == getattr(other, name), name
    for name in ("rows", "columns", "texts"):
        assert np.array_equal(getattr(meta.errors, name), getattr(other.errors, name)), name
    for name in ("formula_rows", "formula_columns", "uncached"):
        assert np.array_equal(getattr(meta, name), getattr(other, name)), name
    return True


PLAIN = {
    "number": '<c r="{r}" s="{s}"><v>{n}</v></c>',
    "number of a type": '<c r="{r}" s="{s}" t="n"><v>{n}</v></c>',
    "nothing": '<c r="{r}" s="{s}"/>',
    "nothing, with an end": '<c r="{r}" s="{s}" t="n"></c>',
    "empty value": '<c r="{r}"><f>1+1</f><v></v></c>',
    "short value": '<c r="{r}"><f>1+1</f><v/></c>',
    "formula": '<c r="{r}"><f aca="false">A1&lt;2</f><v>{n}</v></c>',
    "formula with an end tag": '<c r="{r}"><f>A1>2</f><v>{n}</v></c>',
    "text result": '<c r="{r}" s="2" t="str"><f>x</f><v>{x}</v></c>',
    "text result, spaced": '<c r="{r}" t="str"><f>x</f><v xml:space="preserve"> {x} </v></c>',
    "no text result": '<c r="{r}" t="str"><f>x</f><v></v></c>',
    "shared text": '<c r="{r}" s="1" t="s"><v>{i}</v></c>',
    "inline text": '<c r="{r}" t="inlineStr"><is><t> {x}</t></is></c>',
    "inline text, spaced": '<c r="{r}" t="inlineStr"><is><t xml:space="preserve"> {x} </t></is></c>',
    "empty inline text": '<c r="{r}" t="inlineStr"><is><t/></is></c>',
    "truth": '<c r="{r}" t="b"><v>1</v></c>',
    "error": '<c r="{r}" s="2" t="e"><v>#N/A</v></c>',
    "error of a formula": '<c r="{r}" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    "day": '<c r="{r}" s="2"><v>46000</v></c>',
    "built-in day": '<c r="{r}" s="7"><v>46000</v></c>',
    "shared formula": '<c r="{r}"><f t="shared" si="0"/><v>{n}</v></c>',
    "dynamic array": '<c r="{r}" s="1" t="str" cm="1"><f t="array" ref="A1">x</f><v>{x}</v></c>',
}
TEXTS = [
    "a",
    "#REF!",
    'c r="A1"',
    "&lt;c r=&quot;A1&quot;>",
    "é&#233;&#xE9;&amp;",
    "_x000D_b",
    "a\nb\tc",
    "</v>",
]
NUMBERS = [
    "0",
    "-0",
    "7",
    "007",
    "1.5E3",
    "-1e-7",
    "43.333333333333336",
    "+5",
    ".5",
    "5.",
    "123456789012345678",
]


@st.composite
def sheets(draw: st.DrawFn) -> str:
    """Rows of cells of any plain shape, in order."""
    found = ""
    for row in sorted(draw(st.sets(st.integers(1, 60), max_size=6))):
        cells = "".join(
            PLAIN[draw(st.sampled_from(sorted(PLAIN)))].format(
                r=cell_name(row, column),
                s=draw(st.sampled_from([0, 1, 4, 6])),
                n=draw(st.sampled_from(NUMBERS)),
                x=draw(st.sampled_from(TEXTS[:-1])),
                i=draw(st.integers(0, 6)),
            )
            for column in sorted(draw(st.sets(st.integers(1, 60), max_size=5)))
        )
        found += draw(st.sampled_from(["", "\n"]))
        found += f'<row r="{row}" spans="1:9">{cells}</row>' if cells else f'<row r="{row}"/>'
    return found


@given(rows=sheets(), size=st.integers(1, 400), buffer=st.sampled_from([1 << 21, 300, 40]))
def test_plain_sheets_are_read_as_calamine_reads_them(rows: str, size: int, buffer: int) -> None:
    """Any plain sheet, cut into any pieces and runs of rows, is read, and to the same values."""
    content = workbook(rows)

    def cut(pieces: Iterable[bytes], tail: list[bytes]) -> Any:
        data = b"".join(pieces)
        return whole([data[at : at + size] for at in range(0, len(data), size)], tail)

    whole = sheet_pass._buffers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_pass, "_BUFFER", buffer)
        patch.setattr(sheet_pass, "_buffers", cut)
        assert agrees(content)


@pytest.mark.parametrize("shape", sorted(PLAIN))
@pytest.mark.parametrize("is_1904", [False, True])
def test_each_plain_shape_is_read(shape: str, *, is_1904: bool) -> None:
    """None of them costs the slow way."""
    cell = PLAIN[shape].format(r="B2", s=1, n="2.5", x="t", i=3)
    assert agrees(workbook(f'<row r="2">{cell}<c r="C2"><v>1</v></c></row>', is_1904=is_1904))


@given(
    st.lists(st.from_regex(r"[0-9]{0,10}\.?[0-9]{0,10}", fullmatch=True).filter(lambda raw: raw.strip(".")))
)
def test_short_numbers_are_the_nearest_there_are(raws: list[str]) -> None:
    """Digits taken at once, with a point among them or none, give the very float that Python reads."""
    rows = "".join(f'<row r="{at}"><c r="A{at}"><v>{raw}</v></c></row>' for at, raw in enumerate(raws, 1))
    found = by_pass(workbook(rows))
    assert found is not None
    assert list(found[1].column(1, 1, len(raws))) == [float(raw) for raw in raws]


UNUSUAL = {
    "no inline text": '<row r="1"><c r="A1" t="inlineStr"><is/></c></row>',
    "single quotes": "<row r='1'><c r='A1'><v>5</v></c></row>",
    "prefix": f'<x:row xmlns:x={MAIN[6:]} r="1"><x:c r="A1"/></x:row>',
    "comment": '<row r="1"><!-- <c r="Z9"><v>1</v></c> --><c r="A1"><v>5</v></c></row>',
    "CDATA": '<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[a<v>9</v>]]></t></is></c></row>',
    "instruction": '<row r="1"><?x y?><c r="A1"><v>5</v></c></row>',
    "order of attributes": '<row r="1"><c t="s" r="A1"><v>5</v></c></row>',
    "cm before t": '<row r="1"><c r="A1" cm="1" t="n"><v>5</v></c></row>',
    "t before s": '<row r="1"><c r="A1" t="s" s="4"><v>5</v></c></row>',
    "no reference": '<row r="1"><c><v>5</v></c></row>',
    "two spaces": '<row r="1"><c  r="A1"><v>5</v></c></row>',
    "line end in a tag": '<row r="1">\n<c\nr="A1"><v>5</v></c></row>',
    "space in v": '<row r="1"><c r="A1"><v >5</v></c></row>',
    "rich runs": '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>',
    "phonetic": '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t><rPh><t>b</t></rPh></is></c></row>',
    "extLst": '<row r="1"><c r="A1"><v>5</v><extLst><ext/></extLst></c></row>',
    "reference in a number": '<row r="1"><c r="A1"><v>&#53;</v></c></row>',
    "lower case": '<row r="1"><c r="a1"><v>5</v></c></row>',
    "ISO date": '<row r="1"><c r="A1" t="d"><v>2027-01-01</v></c></row>',
    "other element": '<row r="1"><cs r="A1"><v>5</v></cs></row>',
    "value twice": '<row r="1"><c r="A1"><v>5</v><v>6</v></c></row>',
    "text twice": '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t><t>b</t></is></c></row>',
    "cell within a cell": '<row r="1"><c r="A1"><c r="B1"><v>5</v></c></c></row>',
    "columns out of order": '<row r="1"><c r="B1"><v>5</v></c><c r="A1"><v>6</v></c></row>',
    "rows out of order": '<row r="2"><c r="A2"><v>5</v></c></row><row r="1"><c r="A1"><v>6</v></c></row>',
    "cell twice": '<row r="1"><c r="A1"><v>5</v></c><c r="A1"><v>6</v></c></row>',
    "index of no text": '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
    "truth in words": '<row r="1"><c r="A1" t="b"><v>true</v></c></row>',
    "time of day": '<row r="1"><c r="A1" s="2"><v>46000.25</v></c></row>',
    "day before all": '<row r="1"><c r="A1" s="2"><v>60</v></c></row>',
    "hours": '<row r="1"><c r="A1" s="3"><v>1.5</v></c></row>',
    "built-in hours": '<row r="1"><c r="A1" s="8"><v>1.5</v></c></row>',
    "format of two minds": '<row r="1"><c r="A1" s="5"><v>1.5</v></c></row>',
    "style of no format": '<row r="1"><c r="A1" s="99"><v>1.5</v></c></row>',
    "infinite": '<row r="1"><c r="A1"><v>inf</v></c></row>',
    "value in an inline cell": '<row r="1"><c r="A1" t="inlineStr"><v>5</v></c></row>',
    "inline in another cell": '<row r="1"><c r="A1" t="str"><is><t>a</t></is></c></row>',
}


@pytest.mark.parametrize("shape", sorted(UNUSUAL))
def test_unusual_shapes_are_left_to_the_parser(shape: str) -> None:
    """Whatever is not plain beyond doubt is not read by the pass."""
    assert by_pass(workbook(UNUSUAL[shape])) is None


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1_0</v></c></row>',
        '<row r="1"><c r="A1"><v> 5</v></c></row>',
        '<row r="1"><c r="A1"><v>5e</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1"><v>1</c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
    ],
)
def test_what_calamine_refuses_is_not_read(rows: str) -> None:
    """Numbers that are none and broken sheets are not taken for something."""
    assert by_pass(workbook(rows)) is None


@pytest.mark.parametrize(
    "strings", ["<si><!-- x --><t>a</t></si>", "<si><t><![CDATA[a]]></t></si>", "<si><t>&b;</t></si>"]
)
def test_odd_shared_strings_are_left_to_the_parser(strings: str) -> None:
    """So are all sheets of a workbook whose texts are written in an unusual way."""
    assert by_pass(workbook('<row r="1"><c r="A1"><v>1</v></c></row>', strings)) is None


@given(chance=st.randoms(use_true_random=False))
def test_mutated_sheets_never_read_otherwise(chance: random.Random) -> None:
    """Of a sheet with a few bytes changed, the pass reads what calamine reads, or nothing."""
    shapes = chance.choices(sorted(PLAIN), k=4)
    cells = "".join(
        PLAIN[shape].format(r=f"{column}3", s=1, n="12.5", x="t x", i=2)
        for column, shape in zip("ABCD", shapes, strict=True)
    )
    text = list(f'<row r="3">{cells}</row>')
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        text[at] = chance.choice(["", text[at] * 2, *"<>/\"' =&;cvtfrs190.A"])
    content = workbook("".join(text))
    if by_pass(content) is not None:
        try:
            expected = by_calamine(content)
        except python_calamine.CalamineError:
            return  # it is stricter about what stands around values; the same in both is what counts
        found = by_pass(content)
        assert found is not None
        assert same(found[1], expected)


def test_the_corpus_is_read_as_calamine_reads_it(shared: Path) -> None:
    """Workbooks of real Excel and others; most of their sheets are plain."""
    plain = odd = 0
    for path in sorted((shared / "corpus").glob("*.xls[xm]")):
        try:
            with Package.open(path) as package:
                info = WorkbookInfo(package)
                book = python_calamine.load_workbook(path)
                facts = BookFacts.of(info)
                for sheet in info.sheets:
                    if sheet.kind != "worksheet":
                        continue
                    try:
                        grid = read_sheet(package.chunks(sheet.part), facts).grid
                    except NotPlainError:
                        odd += 1
                        continue
                    rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                    assert same(grid, RowsGrid(rows)), (path.name, sheet.name)
                    plain += 1
        except (NotPlainError, python_calamine.CalamineError, ValueError):
            continue
    assert plain > 4 * odd


def test_columns_and_rows_of_both_grids() -> None:
    """A grid of columns and one of rows give the same, within and beyond what they hold."""
    upper = '<row r="2"><c r="B2"><v>1</v></c><c r="D2" t="s"><v>0</v></c></row>'
    content = workbook(upper + '<row r="4"><c r="B4" t="b"><v>1</v></c></row>')
    found = by_pass(content)
    assert found is not None
    for grid in (found[1], RowsGrid(listed(found[1]))):
        assert (len(grid), grid.width) == (4, 4)
        assert grid.column(2, 1, 5) == ["", 1.0, "", True, ""]
        assert grid.column(9, 1, 2) == ["", ""]
        assert grid.row(2) == ["", 1.0, "", "a"]
        assert grid.row(9) == [""] * 4
        assert (grid.cell(2, 4), grid.cell(3, 3), grid.cell(9, 9)) == ("a", "", "")
        assert listed(grid.within(3, 2)) in ([["", ""], ["", 1.0], ["", ""]], [["", ""], ["", 1.0]])


def test_a_text_in_doubt_leaves_the_others_as_they_are() -> None:
    """One sheet is left to the parser; in the next one the same texts are still themselves."""
    texts = Texts(["shared"])
    with pytest.raises(NotPlainError):
        texts.positions([b"a", b"&nbsp;", b"b"])
    assert [texts.items[at] for at in texts.positions([b"c", b"b", b"a", b"c"])] == ["c", "b", "a", "c"]

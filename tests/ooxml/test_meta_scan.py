"""The quick look at a sheet's bytes and the careful parser tell the same."""

from __future__ import annotations

from xml.sax.saxutils import escape

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml import meta_scan
from strategy_xl.ooxml.meta_scan import _parse, scan
from strategy_xl.ooxml.sheet_meta import SheetMeta

HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
HEAD += b'<dimension ref="A1"/><cols><col min="1" max="2" width="9"/></cols>'
TAIL = b'<conditionalFormatting sqref="A1"><cfRule type="expression"><formula>1</formula></cfRule>'
TAIL += b"</conditionalFormatting></worksheet>"

CELLS = {
    "empty": '<c r="{r}" s="3"/>',
    "number": '<c r="{r}" s="12"><v>1.5</v></c>',
    "text": '<c r="{r}" t="inlineStr"><is><t>{x}</t></is></c>',
    "error": '<c r="{r}" t="e"><v>#N/A</v></c>',
    "hash": '<c r="{r}" t="str"><v>#N/A</v></c>',
    "formula": '<c r="{r}"><f>A1&lt;2</f><v>3</v></c>',
    "formula_text": '<c r="{r}" s="1" t="str"><f>{x}</f><v>abc</v></c>',
    "formula_blank": '<c r="{r}" s="1" t="str"><f>""</f><v></v></c>',
    "formula_blank_cm": '<c r="{r}" s="10001" t="str" cm="1"><f t="array" ref="A1">""</f><v></v></c>',
    "formula_blank_short": '<c r="{r}" t="str"><f>""</f><v/></c>',
    "formula_error": '<c r="{r}" s="4" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    "uncached": '<c r="{r}"><f>1+1</f></c>',
    "uncached_v": '<c r="{r}" s="2"><f>1+1</f><v></v></c>',
    "uncached_short": '<c r="{r}"><f>1+1</f><v /></c>',
    "shared": '<c r="{r}"><f t="shared" si="0"/><v>2</v></c>',
    "shared_uncached": '<c r="{r}"><f t="shared" si="0"/></c>',
}
TEXTS = st.sampled_from(["a", 't="e"', "x<y & z", "#REF!", '<c r="A1"', "é" * 5, "</c>", "</row>"]).map(
    escape
)


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    """A sheet part of any cells, rows and columns in order."""
    rows = sorted(draw(st.sets(st.integers(1, 1_048_576), max_size=6)))
    body = ""
    for row in rows:
        columns = sorted(draw(st.sets(st.integers(1, 16_384), max_size=5)))
        cells = "".join(
            CELLS[draw(st.sampled_from(sorted(CELLS)))].format(r=cell_name(row, column), x=draw(TEXTS))
            for column in columns
        )
        body += f'<row r="{row}" spans="1:9">{cells}</row>' if cells else f'<row r="{row}"/>'
    return HEAD + b"<sheetData>" + body.encode() + b"</sheetData>" + TAIL


def same(left: SheetMeta, right: SheetMeta) -> bool:
    """Whether two looks tell the same."""
    return (
        (left.rows, left.columns, left.cells) == (right.rows, right.columns, right.cells)
        and list(left.errors.rows) == list(right.errors.rows)
        and list(left.errors.columns) == list(right.errors.columns)
        and list(left.errors.texts) == list(right.errors.texts)
        and list(left.formula_rows) == list(right.formula_rows)
        and list(left.formula_columns) == list(right.formula_columns)
        and list(left.uncached) == list(right.uncached)
    )


@given(sheets(), st.integers(1, 400), st.sampled_from([1 << 22, 300, 40]))
def test_both_ways_agree(data: bytes, size: int, buffer: int) -> None:
    """Any sheet, cut into any pieces and buffers, gives the same answer both ways."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meta_scan, "_BUFFER", buffer)
        assert same(scan(lambda: pieces), _parse(pieces))


@pytest.mark.parametrize(
    "body",
    [
        '<row r="2"><!-- note --><c r="B2"><f>1</f><v>1</v></c></row>',
        "<row><c><v>1</v></c><c><f>1</f></c></row>",
        '<row r="2"><c s="1" r="B2"><f>1</f><v>1</v></c></row>',
        '<row r="2"><c r="B2" t="inlineStr"><is><t><![CDATA[a<b]]></t></is></c><c r="C2"><f>1</f></c></row>',
        "<row r='2'><c r='B2'><f>1</f><v>1</v></c></row>",
    ],
)
def test_unusual_writing_is_read_by_the_parser(body: str) -> None:
    """Comments, CDATA, other quotes and cells without reference take the careful way."""
    data = HEAD + b"<sheetData>" + body.encode() + b"</sheetData>" + TAIL
    found = scan(lambda: [data])
    assert same(found, _parse([data]))
    assert len(found.formula_rows) == 1


def test_a_cell_far_below_the_last_one_counts() -> None:
    """Rows may be out of order: a sheet is as large as its lowest cell says, wherever that is written."""
    data = (
        HEAD
        + b'<sheetData><row r="1048576"><c r="XFD1048576"/></row><row r="2"><c r="A2"/></row></sheetData>'
        + TAIL
    )
    found = scan(lambda: [data])
    assert (found.rows, found.columns, found.cells) == (1048576, 16384, 2)


def test_a_prefixed_sheet_is_read_by_the_parser() -> None:
    """A sheet written with a namespace prefix is understood."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    data = (
        f'<x:worksheet xmlns:x="{main}"><x:sheetData><x:row r="3"><x:c r="C3"><x:f>1</x:f></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    ).encode()
    found = scan(lambda: [data])
    assert (found.rows, found.columns, list(found.uncached)) == (3, 3, [True])


@pytest.mark.parametrize("body", [b"<sheetData/>", b"<sheetData />", b"<sheetData></sheetData>"])
def test_an_empty_sheet(body: bytes) -> None:
    """A sheet without cells has nothing."""
    assert scan(lambda: [HEAD + body + TAIL]).cells == 0


def test_an_encoding_that_nobody_knows() -> None:
    """It makes the sheet unreadable like anything that is no XML."""
    data = b'<?xml version="1.0" encoding="UTF-8t"?><worksheet><sheetData/></worksheet>'
    with pytest.raises(ValueError, match="unknown encoding"):
        _parse([data])


@given(
    cells=st.sets(st.tuples(st.integers(1, 9), st.integers(1, 4))),
    uncached=st.sets(st.tuples(st.integers(1, 9), st.integers(1, 4))),
)
def test_one_cell_is_told_as_its_column_is(
    cells: set[tuple[int, int]], uncached: set[tuple[int, int]]
) -> None:
    """What is known of a cell alone is what is known of it among the rows of its column."""
    held = sorted(cells | uncached)
    meta = SheetMeta(
        formula_rows=np.array([row for row, _ in held], np.int32),
        formula_columns=np.array([column for _, column in held], np.int32),
        uncached=np.array([cell in uncached for cell in held], bool),
    )
    for row in range(1, 11):
        for column in range(1, 6):
            area = (column, row, row)
            told = (bool(meta.formulas_in(*area)[0]), bool(meta.uncached_in(*area)[0]))
            assert meta.formula_at(row, column) == told

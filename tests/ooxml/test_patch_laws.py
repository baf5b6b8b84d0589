"""Laws of the patcher, on generated sheets and edits."""

# ruff: noqa: E501 - XML reads better in one line
# ruff: noqa: DTZ001 - Excel has no time zones

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from strategy_xl.formulas.cell_refs import Area, cell_name, parse_area, parse_cell
from strategy_xl.formulas.shifting import ShiftError, shift_formula
from strategy_xl.ooxml.cells import number_bytes
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.xml_bytes import content, decode_xstring, encode_xstring, set_attribute, unescape

LAWS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
readable = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="_"), min_size=1, max_size=12
)
numbers = st.one_of(
    st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
)
dates = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)).map(
    lambda d: d.replace(microsecond=0)
)
values = st.one_of(texts, numbers, st.booleans(), st.none(), dates)
places = st.tuples(st.integers(1, 9), st.integers(1, 6))
edits = st.dictionaries(places, values, max_size=12)


@st.composite
def sheets(draw: Any) -> str:
    """The inside of a sheetData element: some rows with some cells of all kinds, in several spellings."""
    rows = []
    for row in sorted(draw(st.sets(st.integers(1, 9), max_size=6))):
        cells = []
        for column in sorted(draw(st.sets(st.integers(1, 6), max_size=5))):
            ref = cell_name(row, column)
            cells.append(
                draw(
                    st.sampled_from(
                        [
                            f'<c r="{ref}"><v>{row * column}</v></c>',
                            f'<c r="{ref}" s="1"/>',
                            f'<c s="2" r="{ref}" t="s"><v>0</v></c>',
                            f'<c r="{ref}" t="b"><v>1</v></c>',
                            f"<c r='{ref}' t='str'><v>x &amp; y</v></c>",
                            f'<c r="{ref}" t="inlineStr"><is><t>inline</t></is></c>',
                            f'<c r="{ref}" t="inlineStr"><is><r><rPr><b/></rPr><t>ri</t></r><r><t>ch</t></r></is></c>',
                            f'<c r="{ref}"><f>ROW()</f><v>{row}</v></c>',
                            f'<c r="{ref}" t="e"><v>#N/A</v></c>',
                            f'<c r="{ref}"><!-- note --><v>3</v></c>',
                        ]
                    )
                )
            )
        spans = draw(st.sampled_from(["", ' spans="1:2"', ' ht="12"']))
        rows.append(f'<row r="{row}"{spans}>{"".join(cells)}</row>' if cells else f'<row r="{row}"{spans}/>')
    return draw(st.sampled_from(["", "\n"])).join(rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples."""
    return tmp_path_factory.mktemp("laws")


@pytest.fixture(scope="module")
def make(kit: Any, sheet: Any, folder: Path) -> Any:
    """A workbook around generated rows."""

    def write(rows: str) -> Path:
        return kit({"S": sheet(rows, head='<dimension ref="A1:B2"/>')}, strings=["shared"]).write(
            folder / "a.xlsx"
        )

    return write


def cells_of(data: bytes) -> dict[str, bytes]:
    """Every cell's bytes by reference, found by a plain expression."""
    found = re.findall(rb"""(<c [^>]*?r=["'](\w+)["'][^>]*?(?:/>|>.*?</c>))""", data, re.DOTALL)
    return {ref.decode(): raw for raw, ref in found}


def around(data: bytes, refs: set[str]) -> bytes:
    """The sheet without the edited cells, empty rows, spans and dimension."""
    for ref, raw in cells_of(data).items():
        if ref in refs:
            data = data.replace(raw, b"")
    data = re.sub(rb'<dimension ref="[^"]*"/>| spans="[^"]*"', b"", data)
    return re.sub(rb'<row r="\d+"(></row>|/>)', b"", data.replace(b"></row>", b"/>"))


@LAWS
@given(rows=sheets(), changes=edits)
def test_every_other_byte_stays(
    make: Any, folder: Path, part: Any, members: Any, rows: Any, changes: Any
) -> None:
    """Outside the edited cells, and the rows that they need, no byte changes."""
    path, target = make(rows), folder / "b.xlsx"
    report = set_cells(path, target, {"S": changes})
    refs = {cell_name(*place) for place in changes}
    before, after = part(path), part(target)
    assert around(after, refs) == around(before, refs)
    old = members(path)
    assert {name for name, raw in members(target).items() if raw != old[name]} == set(report.parts)
    assert (report.changed_cells == 0) == (path.read_bytes() == target.read_bytes())
    assert report.changed_cells + report.unchanged == len(changes)


@LAWS
@given(
    rows=sheets(),
    changes=st.dictionaries(places, st.one_of(readable, numbers, st.booleans(), st.none()), max_size=12),
)
def test_what_is_set_is_read(make: Any, folder: Path, rows: Any, changes: Any) -> None:
    """Openpyxl reads back every value that was set."""
    path, target = make(rows), folder / "b.xlsx"
    set_cells(path, target, {"S": changes})
    sheet = openpyxl.load_workbook(target)["S"]
    for (row, column), value in changes.items():
        found = sheet.cell(row, column).value
        if sheet.cell(row, column).is_date or isinstance(found, dt.date | dt.time | dt.timedelta):
            continue  # a number under the date style
        if found == "#VALUE!" and isinstance(value, int | float):
            continue  # openpyxl's word for a number that is no day, under the date style
        assert found == value
        assert isinstance(found, bool) == isinstance(value, bool)


@LAWS
@given(rows=sheets(), changes=edits)
def test_twice_is_once(make: Any, folder: Path, rows: Any, changes: Any) -> None:
    """The same edits again change nothing: what was written is recognised, whatever the value."""
    path, target = make(rows), folder / "b.xlsx"
    set_cells(path, target, {"S": changes})
    first = target.read_bytes()
    report = set_cells(target, target, {"S": changes})
    assert (report.written, report.changed_cells) == (False, 0)
    assert target.read_bytes() == first


@LAWS
@given(rows=sheets(), changes=edits, data=st.data())
def test_order_and_form_do_not_matter(make: Any, folder: Path, rows: Any, changes: Any, data: Any) -> None:
    """Shuffled edits, names instead of numbers, and columns give the same file."""
    path, target, other = make(rows), folder / "b.xlsx", folder / "c.xlsx"
    set_cells(path, target, {"S": changes})
    shuffled = data.draw(st.permutations(list(changes.items())))
    set_cells(path, other, {"S": {cell_name(*place): value for place, value in shuffled}})
    assert other.read_bytes() == target.read_bytes()
    columns: dict[int, tuple[list[int], list[object]]] = {}
    for (row, column), value in shuffled:
        columns.setdefault(column, ([], []))[0].append(row)
        columns[column][1].append(value)
    set_cells(path, other, columns={"S": columns})
    assert other.read_bytes() == target.read_bytes()


@LAWS
@given(rows=sheets(), first=edits, second=edits)
def test_one_by_one_is_together(
    make: Any, folder: Path, part: Any, rows: Any, first: Any, second: Any
) -> None:
    """Two patches after one another leave what one patch with both leaves, cell by cell."""
    path, target, other = make(rows), folder / "b.xlsx", folder / "c.xlsx"
    both = {**first, **second}
    set_cells(path, target, {"S": both})
    set_cells(path, other, {"S": first})
    set_cells(other, other, {"S": second})
    by_openpyxl = [
        [[cell.value for cell in row] for row in openpyxl.load_workbook(book)["S"]["A1:F9"]]
        for book in (target, other)
    ]
    assert by_openpyxl[0] == by_openpyxl[1]


@LAWS
@given(
    rows=st.integers(1, 60),
    changes=st.dictionaries(st.integers(1, 60), values, min_size=20),
    column=st.integers(1, 3),
)
def test_fast_and_careful_ways_agree(
    make: Any, folder: Path, part: Any, rows: Any, changes: Any, column: int
) -> None:
    """A sheet that takes the fast ways gives, cell by cell, what its commented twin gives the careful way."""
    plain = "".join(
        f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}" s="1" t="str"><v>t{r}</v></c><c r="C{r}"/></row>'
        for r in range(1, rows + 1)
    )
    results = []
    for text in (plain, "<!-- careful -->" + plain, plain.replace("<c r", "<c  r")):
        path = make(text)
        report = set_cells(path, folder / "b.xlsx", columns={"S": {column: changes}})
        data = part(folder / "b.xlsx").replace(b"<!-- careful -->", b"").replace(b"<c  r", b"<c r")
        results.append((data, report.changed, report.unchanged, report.inserted_cells, report.inserted_rows))
    assert results[0] == results[1] == results[2]


@given(text=texts)
def test_text_survives_xml(text: Any) -> None:
    """Any text of whole characters comes back from its XML form."""
    raw = encode_xstring(text)
    assert decode_xstring(unescape(raw)) == text
    assert decode_xstring(content(raw)) == text


@given(value=numbers)
def test_numbers_survive(value: Any) -> None:
    """Any finite number comes back from its written form."""
    assert float(number_bytes(value)) == float(value)


@given(row=st.integers(1, 1_048_576), column=st.integers(1, 16_384))
def test_references_survive(row: int, column: int) -> None:
    """Cell references and areas come back from their names."""
    assert parse_cell(cell_name(row, column)) == (row, column)
    area = Area(row, column, min(row + 3, 1_048_576), min(column + 2, 16_384))
    assert parse_area(str(area)) == area


formulas = st.lists(
    st.sampled_from(
        ["A1", "$B2", "C$3", "$D$4", "AA10:AB$12", "Sheet2!E5", "'It''s A1'!F6", '"A1 ""B2"""', "SUM(G7,H8)", "LOG10(I9)", "K:L",
         "$M:M", "3:4", "TRUE", "1.5E3", "Clients[[#This Row],[CA A1]]", "Name_1", "Q1_total", "_xlfn.IFS(A1>2,B1)", "{1,2;3,4}"]
    ),
    min_size=1,
    max_size=5,
).map("+".join)  # fmt: skip


@given(text=formulas, rows=st.integers(0, 40), columns=st.integers(0, 20))
def test_moving_a_formula(text: Any, rows: Any, columns: int) -> None:
    """A formula moves as openpyxl's translator moves it, and back again."""
    moved = shift_formula(text, rows, columns)
    # openpyxl takes the inside of brackets for a reference, so that part is compared apart.
    if "[" not in text:
        assert "=" + moved == Translator("=" + text, "A1").translate_formula(cell_name(1 + rows, 1 + columns))
    assert shift_formula(moved, -rows, -columns) == text


def test_moving_out_of_the_sheet() -> None:
    """A reference that would leave the sheet cannot move; nor a bracket that does not close."""
    for text, rows, columns in (
        ("A1", -1, 0),
        ("A1", 0, -1),
        ("XFD1", 0, 1),
        ("A1048576", 1, 0),
        ("T[a", 1, 0),
    ):
        with pytest.raises(ShiftError):
            shift_formula(text, rows, columns)


@given(name=st.sampled_from([b"a", b"r", b"x:b"]), value=st.sampled_from([None, b"1", b"&lt;"]))
def test_attributes(name: str, value: Any) -> None:
    """Setting an attribute changes that attribute only, wherever it stands and however it is quoted."""
    for tag in (b"<c/>", b"<c >", b"<c r='1' s=\"2\"/>", b'<c x:b = "5"\n a="r=\'9\'">'):
        from strategy_xl.ooxml.xml_bytes import attributes_of

        before = attributes_of(tag)
        after = attributes_of(set_attribute(tag, name, value))
        before.pop(name, None)
        if value is not None:
            before[name] = value
        assert after == before


@LAWS
@given(rows=sheets(), changes=edits, size=st.integers(1, 40), comment=st.booleans())
def test_pieces_do_not_matter(sheet: Any, rows: Any, changes: Any, size: int, comment: bool) -> None:
    """However the stream cuts the part, the result is the same."""
    from strategy_xl.errors import Location
    from strategy_xl.ooxml.cell_read import SheetFacts
    from strategy_xl.ooxml.sheet_patch import SheetPatcher

    data = sheet(
        rows + "<!-- </sheetData> -->" * comment, tail="<pageMargins/><!-- </sheetData> -->"
    ).encode()
    columns: dict[int, dict[int, Any]] = {}
    for (row, column), value in changes.items():
        columns.setdefault(column, {})[row] = value

    def patched(pieces: list[bytes]) -> bytes:
        return b"".join(SheetPatcher(SheetFacts(Location("a.xlsx", "S")), columns).run(pieces))

    assert patched([data[at : at + size] for at in range(0, len(data), size)]) == patched([data])

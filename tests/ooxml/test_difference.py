"""What is new in a part is parsed while it is made; nothing that is no XML goes by."""

from __future__ import annotations

import codecs
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml import difference
from strategy_xl.ooxml.difference import Difference
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.xml_tree import well_formed

SHEET = "xl/worksheets/sheet1.xml"

# -- only the new rows -------------------------------------------------------------------------------------


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Data in pieces."""
    return (data[at : at + size] for at in range(0, len(data), size))


def sheet_of(rows: dict[int, str]) -> bytes:
    """A sheet with rows by number; an empty one is an empty element."""
    inner = "".join(f'<row r="{n}">{text}</row>' if text else f'<row r="{n}"/>' for n, text in rows.items())
    return f"<worksheet><sheetData>{inner}</sheetData><tail/></worksheet>".encode()


@given(st.integers(0, 10**6), st.integers(1, 400), st.integers(1, 300))
def test_new_rows_law(seed: int, size: int, window: int) -> None:
    """Rows that are as before may be left out, all others are there, and the whole stays well-formed."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    rows = range(1, chance.randrange(2, 60))
    old = {
        n: f"<c><v>{chance.randrange(9)}</v></c>" * chance.randrange(4) for n in rows if chance.random() < 0.8
    }
    new = dict(old)
    for n in rows:
        if chance.random() < 0.15:
            new[n] = f"<c><v>new{n}</v></c>"
    new = dict(sorted(new.items()))
    before, after = sheet_of(old), sheet_of(new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(difference, "_PIECE", window)
        kept = b"".join(difference._new_rows(pieces(before, size), pieces(after, size)))
    assert b"".join(well_formed([kept], Location("a.xlsx"), SHEET)) == kept
    for n, text in new.items():
        if old.get(n) != text:
            assert f'<row r="{n}">{text}</row>'.encode() in kept
    assert len(kept) <= len(after)


def test_few_new_rows_of_many() -> None:
    """Of a long sheet with one row changed and one inserted hardly anything is left to parse."""
    rows = dict.fromkeys(range(1, 20000), "<c><v>1</v></c>" * 10)
    del rows[7000]
    old = sheet_of(rows)
    new = sheet_of(dict(sorted({**rows, 5000: "<c><v>2</v></c>", 7000: "<c><v>3</v></c>"}.items())))
    kept = b"".join(difference._new_rows(pieces(old, 1 << 20), pieces(new, 1 << 20)))
    assert b'<row r="5000"><c><v>2</v></c></row><row r="7000"><c><v>3</v></c></row>' in kept
    assert len(kept) < 1000


def is_well_formed(data: bytes) -> bool:
    """Whether a parser takes it."""
    try:
        b"".join(well_formed([data], Location("a.xlsx"), SHEET))
    except WorkbookError:
        return False
    return True


@given(st.integers(0, 10**6))
def test_cells_that_come_again_hide_no_fault(seed: int) -> None:
    """Of rows with the same cells hardly anything is left; one that is broken anywhere shows all the same."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    kinds = (
        '<c r="{c}{n}" s="4"/>',
        '<c r="{c}{n}" s="4"></c>',
        '<c r="{c}{n}"><f>IF(B2&lt;3,"x","")</f><v/></c>',
        '<c r="{c}{n}"><f>SUM(T[x])</f><v>7</v></c>',
        '<c r="{c}{n}" t="inlineStr"><is><t>a &amp; b</t></is></c>',
        '<c r="{c}{n}"><v>{n}</v></c>',
    )
    cells = [chance.choice(kinds) for _ in range(8)]
    rows = {
        n: "".join(cell.format(c="ABCDEFGH"[at], n=n) for at, cell in enumerate(cells)) for n in range(1, 40)
    }
    after = sheet_of(rows)
    kept = b"".join(difference._new_rows(iter([sheet_of({})]), pieces(after, 1000)))
    assert is_well_formed(kept)
    assert len(kept) < len(after) or all("{n}</v>" in cell or "<v/>" in cell for cell in cells[:-1])
    at = chance.randrange(after.index(b"<row"), after.index(b"<tail"))
    broken = after[:at] + chance.choice([b"", b"<", b">", b"/", b"</c>", b"<c>"]) + after[at + 1 :]
    kept = b"".join(difference._new_rows(iter([sheet_of({})]), pieces(broken, 1000)))
    assert is_well_formed(kept) == is_well_formed(broken)


def test_what_only_ends_like_a_cell_is_not_left_out() -> None:
    """A cell that has lost its beginning is a fault, although all that is left of it came before."""
    rows = {n: f'<c r="A{n}"><v/></c><c r="B{n}" s="{n}"/>' for n in range(1, 40)}
    broken = sheet_of(rows | {30: rows[30].replace("<c", ">c", 1)})
    assert not is_well_formed(broken)
    kept = b"".join(difference._new_rows(iter([sheet_of({})]), pieces(broken, 1000)))
    assert not is_well_formed(kept)


@pytest.mark.parametrize(
    ("reference", "is_usual"),
    [
        *(
            (name, True)
            for name in ("&amp;", "&lt;", "&quot;", "&#233;", "&#8217;", "&#10;", "&#160;", "&#49999;")
        ),
        *((name, False) for name in ("&#0;", "&#11;", "&#31;", "&nbsp;", "& ", "&;", "&#xE9;", "&#55296;")),
    ],
)
def test_references_wherever_the_pieces_are_cut(reference: str, is_usual: bool) -> None:
    """Usual ones cost no second look, whatever piece they begin and end in; all others do."""
    data = b"<c><v>some text before" + reference.encode() + b"and some more behind</v></c>"
    for cut in range(12, len(data) - 12):
        odd: list[bytes] = []
        assert b"".join(difference._watched([data[:cut], data[cut:]], odd)) == data
        assert bool(odd) != is_usual, cut


REFERENCES = (
    "&lt; &gt; &amp; &quot; &apos; &#233; &#8217; &#10; &#x41; &nbsp; & &#0; &#099; &#12; &ltx; &#2a3;"
)
REFERENCES += " &#233 a é ; &lt xxxxxxxxxxxxxxxxxxxx"


@given(st.lists(st.sampled_from(REFERENCES.split()), max_size=12))
def test_references_at_once_are_each_reference(parts: list[str]) -> None:
    """What is told of all references at once is what the expression tells of each."""
    piece = "".join(parts).encode()
    assert difference._has_odd_reference(piece) == bool(difference._REFERENCE.search(piece))


@given(
    st.lists(
        st.sampled_from([b"a", b"abc", b"\xc3\xa9", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xc3", b"\xa9"])
    )
)
def test_letters_alone_are_told_as_the_whole(parts: list[bytes]) -> None:
    """What is cut out for the look at the encoding is UTF-8 just when all of it is, wherever it is cut."""

    def is_text(pieces: Iterable[bytes]) -> bool:
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for piece in pieces:
                decoder.decode(piece)
        except UnicodeDecodeError:
            return False
        return not decoder.getstate()[0]

    data = b"".join(parts)
    for cut in range(len(data)):
        both = (data[:cut], data[cut:])
        assert is_text(map(difference._letters, both)) == is_text(both)


# -- while it is made --------------------------------------------------------------------------------------


@pytest.fixture
def package(kit: Any, sheet: Any, tmp_path: Path) -> Iterator[Package]:
    """A workbook of many rows."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 400))
    with Package.open(kit({"S": sheet(rows)}).write(tmp_path / "a.xlsx")) as found:
        yield found


@pytest.mark.parametrize("is_parsed", [False, True])
@pytest.mark.parametrize("size", [7, 300, 1 << 20])
@pytest.mark.parametrize(
    ("was", "now", "is_sound"),
    [
        ("", "", True),
        ("<v>30</v>", "<v>31</v>", True),
        ("<v>30</v>", "<v>30<v>", False),
        ("<v>30</v>", "<v>&bad;</v>", False),
        ("<v>399</v>", "<v>\x01</v>", False),
        ("</worksheet>", "", False),
    ],
)
def test_a_part_that_is_made(
    package: Package, was: str, now: str, size: int, *, is_sound: bool, is_parsed: bool
) -> None:
    """It comes out as it was made; whether all of it is XML is known then."""
    data = package.read(SHEET)
    wanted = data.replace(was.encode(), now.encode(), 1)
    found = Difference(package, SHEET, is_parsed=is_parsed)

    def change(source: Iterable[bytes]) -> Iterator[bytes]:
        yield from pieces(b"".join(source).replace(was.encode(), now.encode(), 1), size)

    assert b"".join(found.made(change(found.source(pieces(data, size))))) == wanted
    assert found.is_sound == is_sound


def test_what_goes_wrong_in_making_is_said_as_it_is(package: Package) -> None:
    """It is no fault of the part."""
    found = Difference(package, SHEET, is_parsed=True)

    def change(source: Iterable[bytes]) -> Iterator[bytes]:
        yield from source
        raise ValueError("else")

    with pytest.raises(ValueError, match="else"):
        list(found.made(change(found.source([package.read(SHEET)]))))
    assert not found.is_sound

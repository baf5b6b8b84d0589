"""A written package is read back before it takes its place; what is not as meant replaces nothing."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml import package_write, readback
from strategy_xl.ooxml.patch import PatchJob, set_cells
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.ooxml.xml_tree import well_formed

ROWS = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>2</v></c></row>' for n in range(3, 60))
TEXT = '<c r="{}2" t="inlineStr"><is><t>{}</t></is></c>'
HEAD = f'<row r="2">{TEXT.format("A", "x")}{TEXT.format("B", "y")}</row>'


@pytest.fixture
def book(kit: Any, sheet: Any, table: Any, tmp_path: Path) -> Path:
    """A workbook with a table over two columns and a second sheet."""
    path: Path = kit(
        {"One": sheet(HEAD + ROWS), "Two": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')},
        sheet_relations={1: [("table", "../tables/table1.xml")]},
        parts={"xl/tables/table1.xml": table("T", "A2:B59", ["x", "y"])},
    ).write(tmp_path / "a.xlsx")
    return path


def spoil(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], object]) -> None:
    """Let a fault into what the patcher is about to write."""
    real = PatchJob.write

    def write(job: PatchJob, **options: Any) -> Any:
        change(job)
        return real(job, **options)

    monkeypatch.setattr(PatchJob, "write", write)


def refused(book: Path, call: Callable[[], object]) -> str:
    """The reason of a refusal that left the file and the folder as they were."""
    before = book.read_bytes()
    with pytest.raises(WorkbookError) as error:
        call()
    assert error.value.finding.code == "SX174"
    assert book.read_bytes() == before
    assert [entry.name for entry in book.parent.iterdir()] == [book.name]
    return str(error.value.finding.args["part"])


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('<c r="A30">', '<c r="A30" r="A30">'),
        ("<v>30</v>", "<v>30<v>"),
        ("<v>30</v>", "<v>&bad;</v>"),
        ("</worksheet>", ""),
        ("</sheetData>", "</sheetdata>"),
        ("<v>30</v>", "<v>\x01</v>"),
    ],
)
def test_a_part_that_is_no_xml(
    book: Path, monkeypatch: pytest.MonkeyPatch, was: str, now: str, size: int
) -> None:
    """A changed sheet that does not parse replaces nothing, whether it is read whole or by its new rows."""
    monkeypatch.setattr(readback, "LARGE_XML", 1 << 18 if size else 0)

    def change(job: Any) -> None:
        packed = job.replaced[SHEET]
        import zlib

        content = zlib.decompress(b"".join(packed.pieces()), -15).replace(was.encode(), now.encode(), 1)
        job.replaced[SHEET] = content

    spoil(monkeypatch, change)
    assert refused(book, lambda: set_cells(book, book, {"One": {"A50": 7}})) == SHEET


def test_another_member_that_differs(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte of a part that nobody meant to change is noticed."""
    real = package_write._Writer.put_copied

    def put_copied(writer: Any, member: Any) -> None:
        start = writer._at
        real(writer, member)
        if member.name == "xl/worksheets/sheet2.xml":
            end = writer._stream.seek(0, 1)
            writer._stream.seek(start + 70)
            byte = writer._stream.read(1)
            writer._stream.seek(start + 70)
            writer._stream.write(bytes([byte[0] ^ 1]))
            writer._stream.seek(end)

    monkeypatch.setattr(package_write._Writer, "put_copied", put_copied)
    assert refused(book, lambda: set_cells(book, book, {"One": {"A50": 7}})) == "xl/worksheets/sheet2.xml"


def test_a_member_that_is_gone(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that was left out is noticed."""
    real = package_write._Writer.close
    monkeypatch.setattr(
        package_write._Writer,
        "close",
        lambda writer, order: real(writer, [n for n in order if "styles" not in n]),
    )
    assert refused(book, lambda: set_cells(book, book, {"One": {"A50": 7}})) == "[directory]"


def test_a_header_that_is_lost(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header cell under a table's first row is noticed."""

    def change(job: Any) -> None:
        job.replaced[SHEET] = job.package.read(SHEET).replace(b"<t>y</t>", b"<t>z</t>")

    spoil(monkeypatch, change)
    assert refused(book, lambda: set_cells(book, book, {"One": {"A50": 7}})) == SHEET


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b'ref="A2:B6', b'ref="A3:B6'),
        (b'ref="A2:B6', b'ref="A2:C6'),
        (b'name="y"', b'name="z"'),
        (b"A2:B61", b"A2:B58"),
    ],
)
def test_a_table_that_is_another(book: Path, monkeypatch: pytest.MonkeyPatch, was: bytes, now: bytes) -> None:
    """A table may get longer; its corner, its columns and its rows stay."""
    part = "xl/tables/table1.xml"

    def change(job: Any) -> None:
        assert was in job.replaced[part]
        job.replaced[part] = job.replaced[part].replace(was, now)

    spoil(monkeypatch, change)
    assert refused(book, lambda: append_rows(book, book, "T", [{0: 1}, {1: 2}])) == part


def test_a_table_that_grows(book: Path) -> None:
    """The checks let through what is meant."""
    assert append_rows(book, book, "T", [{0: 1}, {1: 2}]).written
    with zipfile.ZipFile(book) as package:
        assert b'ref="A2:B61"' in package.read("xl/tables/table1.xml")


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
        patch.setattr(readback, "_PIECE", window)
        kept = b"".join(readback._new_rows(pieces(before, size), pieces(after, size), readback._Watch()))
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
    kept = b"".join(readback._new_rows(pieces(old, 1 << 20), pieces(new, 1 << 20), readback._Watch()))
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
    kept = b"".join(readback._new_rows(iter([sheet_of({})]), pieces(after, 1000), readback._Watch()))
    assert is_well_formed(kept)
    assert len(kept) < len(after) or all("{n}</v>" in cell or "<v/>" in cell for cell in cells[:-1])
    at = chance.randrange(after.index(b"<row"), after.index(b"<tail"))
    broken = after[:at] + chance.choice([b"", b"<", b">", b"/", b"</c>", b"<c>"]) + after[at + 1 :]
    kept = b"".join(readback._new_rows(iter([sheet_of({})]), pieces(broken, 1000), readback._Watch()))
    assert is_well_formed(kept) == is_well_formed(broken)


def test_what_only_ends_like_a_cell_is_not_left_out() -> None:
    """A cell that has lost its beginning is a fault, although all that is left of it came before."""
    rows = {n: f'<c r="A{n}"><v/></c><c r="B{n}" s="{n}"/>' for n in range(1, 40)}
    broken = sheet_of(rows | {30: rows[30].replace("<c", ">c", 1)})
    assert not is_well_formed(broken)
    kept = b"".join(readback._new_rows(iter([sheet_of({})]), pieces(broken, 1000), readback._Watch()))
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
        watch = readback._Watch()
        assert watch(data[:cut]) + watch(data[cut:]) == data
        assert watch.is_odd != is_usual, cut


REFERENCES = (
    "&lt; &gt; &amp; &quot; &apos; &#233; &#8217; &#10; &#x41; &nbsp; & &#0; &#099; &#12; &ltx; &#2a3;"
)
REFERENCES += " &#233 a é ; &lt xxxxxxxxxxxxxxxxxxxx"


@given(st.lists(st.sampled_from(REFERENCES.split()), max_size=12))
def test_references_at_once_are_each_reference(parts: list[str]) -> None:
    """What is told of all references at once is what the expression tells of each."""
    piece = "".join(parts).encode()
    assert readback._has_odd_reference(piece) == bool(readback._REFERENCE.search(piece))

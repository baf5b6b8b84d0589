"""A written package is read back before it takes its place; what is not as meant replaces nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml import package_write
from strategy_xl.ooxml.patch import PatchJob, set_cells
from strategy_xl.ooxml.tables import append_rows

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
def test_a_part_that_is_no_xml(book: Path, monkeypatch: pytest.MonkeyPatch, was: str, now: str) -> None:
    """A changed sheet that does not parse replaces nothing."""

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

"""Lists that people bring are read as they stand, whatever wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from strategy_xl.errors import WorkbookError
from strategy_xl.work.importing.encodings import decode
from strategy_xl.work.importing.source import read_list


def csv_file(folder: Path, content: bytes, name: str = "list.csv") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encodings_and_separators(encoding: str, name: str, separator: str, tmp_path: Path) -> None:
    """What Excel, LibreOffice and other programs save as CSV reads the same."""
    rows = [["Société", "Chiffre d’affaires"], ["Café Noël", "12"], ["L’Œuf", "7"], ["Été", ""]]
    text = "\r\n".join(separator.join(row) for row in rows) + "\r\n"
    listed = read_list(csv_file(tmp_path, text.encode(encoding)))
    assert (listed.separator, listed.encoding) == (separator, name)
    assert [list(listed.columns), *map(list, listed.rows)] == rows
    assert listed.first_row == 2


def test_decimal_commas_do_not_make_a_comma_list(tmp_path: Path) -> None:
    """Semicolons separate, commas belong to the numbers."""
    listed = read_list(csv_file(tmp_path, b"nom;ca;taux\nA;1,5;2,5\nB;3,25;4,5\n"))
    assert listed.rows[0] == ["A", "1,5", "2,5"]


def test_quotes_line_breaks_and_the_hint_of_excel(tmp_path: Path) -> None:
    """Quoted separators and line breaks stay inside their cell; a ``sep=`` line is not data."""
    listed = read_list(csv_file(tmp_path, b'sep=;\nnom;note\n"A; B";"deux\nlignes ""ici"""\n'))
    assert listed.rows == (["A; B", 'deux\nlignes "ici"'],)


def test_titles_given_twice_stay_apart(tmp_path: Path) -> None:
    """The second of two equal titles gets a number."""
    assert read_list(csv_file(tmp_path, b"a;b;a\n1;2;3\n")).columns == ("a", "b", "a (2)")


def test_a_list_under_a_heading_in_a_spreadsheet(tmp_path: Path) -> None:
    """Lines above the titles are skipped; the row numbers stay those of the file."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Nos clients 2026"], [], ["Client", "CA", "Date"], ["Alpha", 12.5, None], ["Béta", 3, None]):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    listed = read_list(tmp_path / "list.xlsx")
    assert listed.columns == ("Client", "CA", "Date")
    assert listed.first_row == 4
    assert list(listed.rows[0]) == ["Alpha", 12.5, ""]


def test_a_named_sheet(tmp_path: Path) -> None:
    """One sheet of a spreadsheet can be asked for."""
    book = Workbook()
    other = book.create_sheet("Liste")
    other.append(["Nom"])
    other.append(["A"])
    book.save(tmp_path / "list.xlsx")
    assert read_list(tmp_path / "list.xlsx", sheet="Liste").rows == (["A"],)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "SX151"),
        ("title.csv", b"nom;ca\n", "SX151"),
        ("list.ods", b"nonsense", "SX150"),
        ("list.xls", b"nonsense", "SX150"),
    ],
)
def test_what_is_no_list_is_refused_by_name(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    """A list without data or without sense is refused with its own code."""
    with pytest.raises(WorkbookError) as raised:
        read_list(csv_file(tmp_path, content, name))
    assert raised.value.finding.code == code


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere is a WorkbookError, not a traceback."""
    with pytest.raises(WorkbookError) as raised:
        read_list(tmp_path / "none.csv")
    assert raised.value.finding.code == "SX150"


@given(st.binary(max_size=200))
def test_any_bytes_have_a_text(data: bytes) -> None:
    """No list fails by its bytes alone, unless it says UTF-16 and is not; and none of them is lost."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return
    text, encoding = decode(data)
    assert data.endswith(text.encode(encoding))

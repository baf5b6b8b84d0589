"""The ten foreign workbooks on which edits once lost something or were refused without need."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import Cached, set_cells
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.ooxml.workbook_part import WorkbookInfo


def parts(path: Path, pattern: str) -> str:
    """The text of all parts whose names match."""
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if re.fullmatch(pattern, name))


def first_sheet(path: Path) -> str:
    """The title of the first sheet."""
    with Package.open(path) as package:
        return next(sheet.name for sheet in WorkbookInfo(package).sheets if sheet.kind == "worksheet")


def edit(cell: str, value: Any) -> Callable[[Path], object]:
    """One cell of the first sheet is set, in place."""
    return lambda path: set_cells(path, path, {first_sheet(path): {cell: value}})


def append(*values: int) -> Callable[[Path], object]:
    """Rows are added to the table T1, in place."""
    return lambda path: append_rows(path, path, "T1", [{0: value} for value in values])


def cell_of(path: Path, cell: str) -> str:
    """The XML of one cell, wherever it stands; empty when it is not there."""
    found = re.search(
        rf'<c r="{cell}"(?:[^>]*/>|.*?</c>)', parts(path, r"xl[/\\]worksheets[/\\]sheet1\.xml"), re.DOTALL
    )
    return "" if found is None else found[0]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "change", "holds"),
    [
        ("one_row_table_sparkline", append(1, 2), lambda path: "<xm:sqref>C2</xm:sqref>" in parts(path, r"xl/worksheets/.*xml")),
        ("table_insert_row", append(1), lambda path: "insertRow" not in parts(path, r"xl/tables/.*")),
        ("table_insert_row", edit("A2", 1), lambda path: "insertRow" not in parts(path, r"xl/tables/.*")),
        ("backslash_names", edit("B1", 5), lambda path: "<v>5</v>" in cell_of(path, "B1")),
        ("module_sheet_empty_rid", edit("B1", 5), lambda path: "<v>5</v>" in cell_of(path, "B1")),
        ("ctrlprops_directory_entry", edit("B1", 5), lambda path: "<v>5</v>" in cell_of(path, "B1")),
        ("clear_empty_text", edit("A1", None), lambda path: "<v>" not in cell_of(path, "A1")),
        ("cached_text_spaces", edit("C1", Cached(" a ")), lambda path: '<v xml:space="preserve"> a </v>' in cell_of(path, "C1")),
        ("no_shared_strings_newline", edit("B1", "two\nlines"), lambda path: 't="str"' in cell_of(path, "B1")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_edit_keeps_what_is_there(
    shared: Path, tmp_path: Path, new_findings: Any, name: str, change: Any, holds: Callable[[Path], bool]
) -> None:
    """The edit arrives, the part says what Excel would, and no auditor finds anything new."""
    source = shared / "cases" / "lossless" / f"{name}.xlsx"
    target = tmp_path / source.name
    target.write_bytes(source.read_bytes())
    change(target)
    assert target.read_bytes() != source.read_bytes()
    assert holds(target)
    assert new_findings(source, target) == []


@pytest.mark.shared
@pytest.mark.parametrize(("name", "code"), [("dotnet_signature", "SX923"), ("malformed_tail", "SX914")])
def test_an_edit_that_would_break_something_is_refused(
    shared: Path, tmp_path: Path, name: str, code: str
) -> None:
    """One code says why, and the bytes are as they were."""
    content = (shared / "cases" / "lossless" / f"{name}.xlsx").read_bytes()
    target = tmp_path / "a.xlsx"
    target.write_bytes(content)
    with pytest.raises(StrategyXlError) as error:
        edit("B1", 5)(target)
    assert error.value.finding.code == code
    assert target.read_bytes() == content

"""Values through calamine: what makes it give up costs one cell, never the run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.foreign_values import foreign_list, panics_told
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_grid import listed
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.work.importing.source import read_list

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class PanicException(BaseException):
    """As calamine's, which is no Exception."""


def rows_of(path: Path) -> list[list[Any]]:
    """The values of the first sheet."""
    with Package.open(path) as package:
        info = WorkbookInfo(package)
        return listed(SheetValues(info).grid("S"))


@pytest.mark.parametrize("far", ["1e300", "-1E+30", "123456789012345678", "99999999999.5"])
def test_a_date_far_beyond_all_days_is_a_number(kit: Any, sheet: Any, tmp_path: Path, far: str) -> None:
    """A huge number in a cell that shows dates is that number; the dates beside it stay dates."""
    cells = f'<c r="A1" s="1"><v>{far}</v></c><c r="B1" s="1"><v>45000</v></c><c r="C1"><v>{far}</v></c>'
    cells += f'<c r="D1" s="1"><f>2*3</f><v>{far}</v></c>'
    path = kit({"S": sheet(f'<row r="1">{cells}</row>')}).write(tmp_path / "a.xlsx")
    first, day, plain, computed = rows_of(path)[0]
    assert first == plain == computed == float(far)
    assert day.isoformat()[:10] == "2023-03-15"


def test_a_panic_is_an_error(monkeypatch: pytest.MonkeyPatch, kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Whatever else makes calamine give up is a finding of that file; what is no panic passes."""

    def panic(*_args: object) -> None:
        raise PanicException("out of bounds")

    odd = sheet("<row r='1'><c r='A1'><v>1</v></c></row>")  # else nobody asks calamine
    path = kit({"S": odd}).write(tmp_path / "a.xlsx")
    monkeypatch.setattr(python_calamine, "load_workbook", panic)
    with pytest.raises(WorkbookError, match="SX112"):
        rows_of(path)
    with pytest.raises(WorkbookError, match="SX112"):
        read_list(path)
    with pytest.raises(WorkbookError, match="SX150"):
        foreign_list(tmp_path / "a.ods")
    with pytest.raises(KeyboardInterrupt), panics_told():
        raise KeyboardInterrupt


@pytest.mark.parametrize("claim", ["2147483648", "99999999999", "-1"])
@pytest.mark.parametrize("before", ["", f"<!--{' ' * 70_000}-->"])
def test_a_claim_of_texts_is_held_to_its_part(
    kit: Any, sheet: Any, tmp_path: Path, claim: str, before: str
) -> None:
    """Room for texts that a file only claims to have is never made: that would end the process."""
    texts = f'{before}<sst xmlns="{MAIN}" count="1" uniqueCount="{claim}"><si><t>a</t></si></sst>'
    book = kit({"S": sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')}, strings=["a"])
    book.parts["xl/sharedStrings.xml"] = texts
    with pytest.raises(WorkbookError, match=r"SX977.*uniqueCount"):
        rows_of(book.write(tmp_path / "a.xlsx"))
    book.parts["xl/sharedStrings.xml"] = texts.replace(claim, "9")
    assert rows_of(book.write(tmp_path / "b.xlsx")) == [["a"]]


@pytest.mark.parametrize(
    "ref",
    ["XFD1048576", "A1048576", "XFD3", "A999999", "Z40", "xfd1048576", "ZZZZZZZ1", "AAAA1", "A99999999"],
)
@pytest.mark.parametrize("way", ['r="{}"', "r='{}'", 'r = "{}"'])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_cell_out_of_its_row_makes_no_room(
    kit: Any, sheet: Any, tmp_path: Path, ref: str, way: str, prefix: str
) -> None:
    """Wherever a cell says that it is, the rectangle that is laid out stays what the cells can fill."""
    cells = "".join(f'<c r="{column}2" s="1"><v>{row}</v></c>' for row, column in enumerate("ABC", 1))
    rows = f'<row r="2">{cells}<c {way.format(ref)}><v>9</v></c></row>'
    made = sheet(f'{rows}<row r="30"><c r="A30"><v>3</v></c></row>')
    if prefix:
        made = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", made).replace("xmlns=", f"xmlns:{prefix[:-1]}=")
    path = kit({"S": made}).write(tmp_path / "a.xlsx")
    with Package.open(path) as package:
        info = WorkbookInfo(package)
        values = SheetValues(info)
        meta = values.meta("S")
        assert (meta.rows, meta.columns) >= (30, 3)
        assert meta.rows * 2 > max(30, int(re.sub(r"\D", "", ref)))
        found = listed(values.grid("S"))
    assert len(found) * len(found[0]) < 4_000_000 + 256 * 2_100
    assert [float(value) for value in found[29][:1]] == [3.0]

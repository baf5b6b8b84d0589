"""Values through calamine: what makes it give up costs one cell, never the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import python_calamine

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.foreign_values import foreign_rows, panics_told
from strategy_xl.ooxml.package import Package
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
        return SheetValues(package, {sheet.name: sheet.part for sheet in info.sheets}).rows("S")


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

    path = kit({"S": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')}).write(tmp_path / "a.xlsx")
    monkeypatch.setattr(python_calamine, "load_workbook", panic)
    with pytest.raises(WorkbookError, match="SX112"):
        rows_of(path)
    with pytest.raises(WorkbookError, match="SX112"):
        read_list(path)
    with pytest.raises(WorkbookError, match="SX150"):
        foreign_rows(tmp_path / "a.ods")
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

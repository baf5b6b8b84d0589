"""The own checks of a package: each is proved by a workbook broken in just that way."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from package_audit import audit, is_valid_name

from strategy_xl.errors import WorkbookError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><r><t>b</t></r><r><t>_x000a_c</t></r></is></c></row>'
    '<row r="2"><c r="A2" s="2"><v>1</v></c><c r="B2"><f>A2</f><v>1</v></c></row>'
)


@pytest.fixture
def make(kit: Any, sheet: Any, table: Any, tmp_path: Path) -> Any:
    """A sound workbook with one thing changed."""

    def write(**changes: Any) -> Any:
        tables = changes.pop("tables", [("T", "A1:B2", ["a", "b\nc"], 1)])
        rows, tail = changes.pop("rows", ROWS), changes.pop("tail", "")
        chain = changes.pop("chain", '<c r="B2" i="5"/>')
        parts = {f"xl/tables/table{n}.xml": table(*t[:3], number=t[3]) for n, t in enumerate(tables, 1)}
        types = {f"/{part}": f"{SPREADSHEET}.table+xml" for part in parts}
        types["/xl/calcChain.xml"] = f"{SPREADSHEET}.calcChain+xml"
        parts["xl/calcChain.xml"] = f'<calcChain xmlns="{MAIN}">{chain}</calcChain>'
        own = {
            "sheets": {"S": sheet(rows, tail=tail)},
            "strings": ["a"],
            "sheet_relations": {1: [("table", f"../tables/table{n}.xml") for n in range(1, len(tables) + 1)]},
            "workbook_relations": [("calcChain", "calcChain.xml")],
            **changes,
        }
        own["parts"] = {**parts, **changes.get("parts", {})}
        own["types"] = {**types, **changes.get("types", {})}
        return kit(**own).write(tmp_path / "a.xlsx")

    return write


def found(path: Path) -> list[tuple[str, str | None]]:
    """(code, cell) of the findings."""
    return [(finding.code, finding.location.cell) for finding in audit(path)]


def test_a_sound_workbook(make: Any) -> None:
    """Nothing is found in a sound workbook."""
    assert found(make()) == []


BROKEN = {
    "same table name": ({"tables": [("T", "A1:B2", ["a", "b\nc"], 1), ("t", "D1:D2", ["x"], 2)],
                         "rows": ROWS.replace("</c></row>", '</c><c r="D1" t="str"><v>x</v></c></row>', 1)}, "SX960"),
    "table named as a name": ({"after_sheets": '<definedNames><definedName name="t">S!$A$1</definedName></definedNames>'}, "SX960"),
    "same table id": ({"tables": [("T", "A1:B2", ["a", "b\nc"], 1), ("U", "D1:D2", ["x"], 1)],
                       "rows": ROWS.replace("</c></row>", '</c><c r="D1" t="str"><v>x</v></c></row>', 1)}, "SX961"),
    "header in shared text": ({"strings": ["A"]}, "SX962"),
    "header in inline text": ({"rows": ROWS.replace("<t>b</t>", "<t>B</t>")}, "SX962"),
    "header missing": ({"rows": ROWS[ROWS.index("</row>") + 6 :]}, "SX962"),
    "header as number": ({"rows": ROWS.replace(' t="s"><v>0', "><v>0")}, "SX962"),
    "long formula": ({"rows": ROWS.replace("<f>A2</f>", f"<f>{'A2+' * 2731}A2</f>")}, "SX963"),
    "long list": ({"tail": '<dataValidations count="1"><dataValidation type="list" sqref="A2"><formula1>"'
                           + "x" * 256 + '"</formula1></dataValidation></dataValidations>'}, "SX964"),
    "name like a cell": ({"after_sheets": '<definedNames><definedName name="KPI1">1</definedName></definedNames>'}, "SX965"),
    "name with a space": ({"after_sheets": '<definedNames><definedName name="a b">1</definedName></definedNames>'}, "SX965"),
    "name twice": ({"after_sheets": '<definedNames><definedName name="ab">1</definedName><definedName name="AB">1</definedName></definedNames>'}, "SX965"),
    "table name like a cell": ({"tables": [("T1", "A1:B2", ["a", "b\nc"], 1)]}, "SX965"),
    "missing target": ({"workbook_relations": [("calcChain", "calcChain.xml"), ("theme", "theme/theme1.xml")]}, "SX967"),
    "listed but missing": ({"types": {"/xl/theme/theme1.xml": "x/y"}}, "SX967"),
    "style of a cell": ({"rows": ROWS.replace('s="2"', 's="3"')}, "SX968"),
    "style of a row": ({"rows": ROWS.replace('<row r="2"', '<row r="2" s="9" customFormat="1"')}, "SX968"),
    "rows out of order": ({"rows": ROWS + '<row r="1"/>'}, "SX969"),
    "row twice": ({"rows": ROWS + '<row r="2"/>'}, "SX969"),
    "cells out of order": ({"rows": ROWS + '<row r="3"><c r="B3"/><c r="A3"/></row>'}, "SX969"),
    "cell twice": ({"rows": ROWS + '<row r="3"><c r="B3"/><c r="B3"/></row>'}, "SX969"),
    "cell of another row": ({"rows": ROWS + '<row r="3"><c r="B4"/></row>'}, "SX969"),
    "no content type": ({"parts": {"xl/media/image1.png": b"x"}}, "SX970"),
    "table too wide": ({"tables": [("T", "A1:C2", ["a", "b\nc"], 1)]}, "SX971"),
    "overlapping tables": ({"tables": [("T", "A1:B2", ["a", "b\nc"], 1), ("U", "B1:B2", ["b\nc"], 2)]}, "SX972"),
    "merge over a table": ({"tail": '<mergeCells count="1"><mergeCell ref="B2:C2"/></mergeCells>'}, "SX972"),
    "overlapping merges": ({"tail": '<mergeCells count="2"><mergeCell ref="E1:F9"/><mergeCell ref="F9:G9"/></mergeCells>'}, "SX973"),
    "chain without formula": ({"chain": '<c r="B2" i="5"/><c r="A2"/>'}, "SX974"),
    "column twice": ({"tables": [("T", "A1:B2", ["a", "A"], 1)], "rows": ROWS.replace("<t>b</t>", "<t>A</t>").replace("_x000a_c", "")}, "SX975"),
    "shared text out of range": ({"rows": ROWS + '<row r="3"><c r="A3" t="s"><v>7</v></c></row>'}, "SX976"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_check(make: Any, name: str) -> None:
    """The broken workbook gives the finding that it is made for, and no other."""
    changes, code = BROKEN[name]
    assert {found_code for found_code, _ in found(make(**changes))} == {code}


@pytest.mark.parametrize("name", ["x" * 32, "a/b", "a:b", "a[b", "'a", "a'", "History", "a\tb"])
def test_sheet_names(kit: Any, sheet: Any, tmp_path: Path, name: str) -> None:
    """Sheet names that Excel does not allow are found."""
    path = kit({name: sheet().replace("\t", "&#9;")}).write(tmp_path / "a.xlsx")
    assert [code for code, _ in found(path)] == ["SX966"]


def test_same_sheet_name(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Two sheets whose names differ in case only are found."""
    path = kit({"Clients": sheet(), "CLIENTS": sheet()}).write(tmp_path / "a.xlsx")
    assert [code for code, _ in found(path)] == ["SX966"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Clients", True), ("SX_hourly_cost", True), ("_xlnm.Print_Area", True), ("été", True), ("\\a", True), ("A1B", True),
     ("XFE1", True), ("TAX2024", False), ("R1C1", False), ("r", False), ("C12", False), ("1a", False), ("a-b", False),
     ("", False), ("a" * 256, False), ("XFD1048576", False), ("ABC1048577", True)],
)  # fmt: skip
def test_names(name: str, expected: Any) -> None:
    """Names are allowed as Excel allows them."""
    assert is_valid_name(name) is expected


def test_unreadable_packages(tmp_path: Path, kit: Any, sheet: Any) -> None:
    """A package that cannot be read at all is an error, not a finding."""
    path = kit({"S": sheet("<row>")}).write(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookError, match="SX914"):
        audit(path)
    path = kit({"S": '<!DOCTYPE w [<!ENTITY a "b">]>' + sheet().partition("?>\n")[2]}).write(
        tmp_path / "a.xlsx"
    )
    with pytest.raises(WorkbookError, match="DOCTYPE"):
        audit(path)

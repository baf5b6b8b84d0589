"""Rows that hold something and are no records, as people paste them; and copies of sheets."""

# ruff: noqa: E501 - a case reads better in one line

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.book.frames import rule_frames
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

SPEC = load_default()
DAY = date(2026, 11, 30)
Rows = list[Mapping[str, Any]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A workbook with nothing in it."""
    return render(SPEC, lang="fr", company="", today=DAY, rows={})


def typed(content: bytes, folder: Path, rows: Rows, block: str = "clients") -> Path:
    """The workbook with rows typed into a table."""
    path = folder / "plan.xlsx"
    path.write_bytes(content)
    data = read_workbook(path, SPEC).blocks[block]
    cells = {
        data.cell(key, data.first_row + at): value
        for at, row in enumerate(rows)
        for key, value in row.items()
    }
    set_cells(path, path, {data.sheet: cells})
    return path


def client(name: str | None, revenue: float, **more: Any) -> dict[str, Any]:
    """A row as people fill it."""
    given = {"name": name, "revenue": revenue, "hours": 10.0, **more}
    return {key: value for key, value in given.items() if value is not None}


ALPHA, BETA = client("Alpha", 1000.0), client("Beta", 2000.0)
CASES: dict[str, tuple[Rows, list[str | None], dict[str, int]]] = {
    "a total by its name": ([ALPHA, BETA, client("TOTAL", 3000.0, hours=20.0)], ["Alpha", "Beta"], {"SX132": 1}),
    "the total of a part": ([ALPHA, BETA, client("Total PME", 3000.0, hours=20.0)], ["Alpha", "Beta"], {"SX132": 1}),
    "a firm called so": ([ALPHA, BETA, client("Total Énergies", 9000.0)], ["Alpha", "Beta", "Total Énergies"], {}),
    "heads with how many they are": (
        [client("Industrie (2)", 3000.0, hours=20.0), ALPHA, BETA], ["Alpha", "Beta"], {"SX394": 1},
    ),
    "a firm with a number": ([ALPHA, client("Garage (2)", 50.0), BETA], ["Alpha", "Garage (2)", "Beta"], {}),
    "heads that name what the rows have in common": (
        [{"name": "Industrie"}, client("Alpha", 1.0, sector="Industrie"), client("Beta", 2.0, sector="Industrie")],
        ["Alpha", "Beta"], {"SX394": 1},
    ),
    "a client of whom only the name is known": ([{"name": "Gamma"}, ALPHA], ["Gamma", "Alpha"], {}),
    "a group with its total": (
        [{"name": "Industrie"}, client("Alpha", 1.0, sector="Industrie"), client("Beta", 2.0, sector="Industrie"),
         client("Sous-total Industrie", 3.0, hours=20.0), client("Gamma", 7.0)],
        ["Alpha", "Beta", "Gamma"], {"SX394": 1, "SX132": 1},
    ),
    "an error for a name": ([ALPHA, client("#N/A", 5.0), client("#VALEUR!", 6.0)], ["Alpha"], {"SX206": 2}),
    "no name at all": ([ALPHA, client(None, 77.0)], ["Alpha"], {"SX393": 1}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_a_record(case: str, empty: bytes, tmp_path: Path) -> None:
    """Rules see the records; the other rows are told, stay as they are, and are no place for new ones."""
    rows, names, codes = CASES[case]
    path = typed(empty, tmp_path, rows)
    data = read_workbook(path, SPEC)
    found = rule_frames(data)["clients"].values("name")
    assert found == names
    told = [finding.code for finding in data.findings if finding.code in {"SX132", "SX206", "SX393", "SX394"}]
    assert {code: told.count(code) for code in told} == codes
    block = data.blocks["clients"]
    assert len(block.left_out) == len(rows) - len(names)
    assert block.blank_rows[0] == block.first_row + len(rows)


@pytest.mark.parametrize("case", ["a group with its total", "no name at all"])
def test_the_night_leaves_them_alone(case: str, empty: bytes, tmp_path: Path) -> None:
    """No class and no advice stands beside a row that is no record; a second night writes nothing."""
    path = typed(empty, tmp_path, CASES[case][0])
    report = recompute_workbook(path, SPEC, DAY)
    assert report.failure is None
    block = read_workbook(path, SPEC).blocks["clients"]
    for row in block.left_out:
        assert not block.shown["next_action"][row - block.first_row]
        assert not block.shown["class_final"][row - block.first_row]
    assert recompute_workbook(path, SPEC, DAY).changed == 0


def test_a_contact_without_a_name_counts(empty: bytes, tmp_path: Path) -> None:
    """Formulas of the accounts count such a row, and so does the rule; the name is asked for all the same."""
    rows: Rows = [{"account": "Alpha", "decides": "Oui", "contact_level": "Rencontré"}]
    data = read_workbook(typed(empty, tmp_path, rows, "contacts"), SPEC)
    assert len(rule_frames(data)["contacts"]) == 1
    assert "SX393" in {finding.code for finding in data.findings}


@pytest.mark.parametrize("named", ["Matrice clients (2)", "Matrice clients_2"])
def test_a_copied_sheet_is_told(named: str, empty: bytes, tmp_path: Path) -> None:
    """A sheet called like one of ours with a number counts nowhere; another sheet of people's is no news."""
    path = tmp_path / "plan.xlsx"
    source = tmp_path / "source.xlsx"
    source.write_bytes(empty)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "xl/workbook.xml":
                space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
                more = "".join(
                    f'<sheet xmlns:r="{space}" name="{title}" sheetId="{at}" r:id="rId{at}"/>'
                    for at, title in ((901, named), (902, "Notes"))
                )
                content = content.replace(b"</sheets>", f"{more}</sheets>".encode())
            elif item.filename == "xl/_rels/workbook.xml.rels":
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
                more = "".join(
                    f'<Relationship Id="rId{at}" Type="{kind}" Target="worksheets/more{at}.xml"/>'
                    for at in (901, 902)
                )
                content = content.replace(b"</Relationships>", f"{more}</Relationships>".encode())
            elif item.filename == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
                more = "".join(
                    f'<Override PartName="/xl/worksheets/more{at}.xml" ContentType="{kind}"/>'
                    for at in (901, 902)
                )
                content = content.replace(b"</Types>", f"{more}</Types>".encode())
            new.writestr(item, content)
        for at in (901, 902):
            space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            new.writestr(
                f"xl/worksheets/more{at}.xml", f'<worksheet xmlns="{space}"><sheetData/></worksheet>'
            )
    found = [finding for finding in read_workbook(path, SPEC).findings if finding.code == "SX118"]
    assert [finding.location.sheet for finding in found] == [named]
    assert found[0].args["original"] == "Matrice clients"

"""Existing lists come into the workbook: matched, looked at, written without harm."""

from __future__ import annotations

import csv
import importlib.util
import re
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from strategy_xl.book.below import SPARE
from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build import book as build
from strategy_xl.build.select import only
from strategy_xl.errors import UsageError, WorkbookError
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import TableBlock
from strategy_xl.text.catalog import message
from strategy_xl.work.importing import plan as importer
from strategy_xl.work.importing.matching import match_columns, title_key
from strategy_xl.work.importing.source import SourceList
from strategy_xl.work.recompute import recompute_workbook

TODAY = date(2026, 11, 24)
ROOT = Path(__file__).parents[2]


def new_book(
    path: Path,
    rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    lang: str = "fr",
    sheets: Sequence[str] = ("client_matrix",),
) -> Path:
    """A workbook with these rows, of the sheets that a test imports into."""
    spec = only(load_default(), sheets)
    path.write_bytes(build.render(spec, lang=lang, company="Essai", today=TODAY, rows=rows or {}))
    return path


def read(path: Path) -> WorkbookData:
    """The workbook as read."""
    return read_workbook(path, load_default())


def write_list(path: Path, rows: Sequence[Sequence[str]], separator: str = ";") -> Path:
    """A CSV as a French Excel saves it."""
    with path.open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)
    return path


LIST = [
    [
        "Raison sociale",
        "Chiffre d'affaires (€)",
        "Taux de marge",
        "Segment",
        "Mis en concurrence",
        "Heures",
        "Couleur",
    ],
    ["Alpha", "24 000,50", "40", "PME", "oui", "60", "bleu"],
    ["Béta", "3000", "12,5", "Grand compte", "non", "", "vert"],
    ["", "5", "", "", "", "", ""],
    ["alpha ", "1", "", "", "", "", ""],
]


def test_a_french_list_comes_in(tmp_path: Path) -> None:
    """Windows encoding, semicolons, decimal commas, per cent without sign: all mean what they say."""
    book = new_book(tmp_path / "plan.xlsx")
    plan = importer.plan(write_list(tmp_path / "list.csv", LIST), "clients", read(book))
    assert {match.column: match.field for match in plan.matches} == {
        "Raison sociale": "name",
        "Chiffre d'affaires (€)": "revenue",
        "Taux de marge": "margin_rate",
        "Segment": "segment",
        "Mis en concurrence": "competing",
        "Heures": "hours",
    }
    assert [column.column for column in plan.unmatched] == ["Couleur"]
    assert plan.encoding == "cp1252"
    assert {finding.code for finding in plan.findings} == {"SX160", "SX161", "SX163"}
    assert plan.rows_read == 4
    report = importer.apply(plan, book)
    assert (report.added, report.filled, report.grown) == (2, 2, 0)
    frame = read(book).blocks["clients"].frame
    assert list(frame["name"]) == ["Alpha", "Béta"]
    assert list(frame["revenue"]) == [24000.5, 3000.0]
    assert list(frame["margin_rate"]) == [0.4, 0.125]
    assert list(frame["segment"]) == ["small_business", "key_account"]
    assert list(frame["competing"]) == [True, False]
    assert frame["hours"].isna().tolist() == [False, True]
    for finding in (*plan.findings, *report.findings):
        for lang in ("fr", "en"):
            assert message(finding.code, lang, **finding.args)
            assert message(f"{finding.code}.hint", lang, **finding.args)


def test_planning_writes_nothing(tmp_path: Path) -> None:
    """The preview shows the first rows and leaves the workbook alone."""
    book = new_book(tmp_path / "plan.xlsx")
    before = book.read_bytes()
    plan = importer.plan(write_list(tmp_path / "list.csv", LIST), "Matrice clients", read(book))
    importer.apply(plan, book, dry_run=True)
    assert book.read_bytes() == before
    first = plan.preview[0]
    assert first["Client"] == "Alpha"
    assert first["Segment"] == "PME"
    assert sum(row.existing is None for row in plan.rows) == 2


def test_an_import_twice_adds_nothing(tmp_path: Path) -> None:
    """A list brought in again is skipped row by row, and the file is not written."""
    book = new_book(tmp_path / "plan.xlsx")
    source = write_list(tmp_path / "list.csv", LIST)
    importer.apply(importer.plan(source, "clients", read(book)), book)
    before = book.read_bytes()
    report = importer.apply(importer.plan(source, "clients", read(book)), book)
    assert (report.added, report.skipped, report.patch) == (0, 2, None)
    assert "SX162" in {finding.code for finding in report.findings}
    assert book.read_bytes() == before


def test_existing_rows_can_be_updated_or_refused(tmp_path: Path) -> None:
    """An update takes the list's values; its empty cells erase nothing."""
    book = new_book(tmp_path / "plan.xlsx", {"clients": [{"name": "Béta", "revenue": 1.0, "hours": 8.0}]})
    source = write_list(tmp_path / "list.csv", LIST)
    plan = importer.plan(source, "clients", read(book))
    with pytest.raises(WorkbookError) as raised:
        importer.apply(plan, book, on_existing="refuse")
    assert raised.value.finding.code == "SX166"
    report = importer.apply(plan, book, on_existing="update")
    assert (report.added, report.updated, report.skipped) == (1, 1, 0)
    frame = read(book).blocks["clients"].frame.set_index("name")
    assert frame.loc["Béta", "revenue"] == 3000
    assert frame.loc["Béta", "hours"] == 8


def test_the_table_grows_when_its_rows_are_full(tmp_path: Path) -> None:
    """Blank rows first, then new ones with formulas and styles, and blank ones for what people type next.

    Charts that read the table read on; every other part keeps its bytes.
    """
    book = new_book(tmp_path / "plan.xlsx")
    before = read(book).blocks["clients"]
    count = len(before.all_rows) + 25
    source = write_list(
        tmp_path / "list.csv", [["Client", "CA"], *([f"Client {n}", str(n)] for n in range(count))]
    )
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    report = importer.apply(importer.plan(source, "clients", read(book)), book)
    assert (report.filled, report.grown) == (count - 25, 25)
    after = read(book).blocks["clients"]
    assert len(after.frame) == count
    assert after.last_row == before.last_row + 25 + SPARE
    assert "net" in after.uncached
    assert not after.overtyped
    assert report.patch is not None
    with zipfile.ZipFile(book) as archive:
        written = {name: archive.read(name) for name in archive.namelist()}
    changed = {name for name, content in written.items() if content != parts.get(name)}
    assert changed <= set(report.patch.parts)
    assert not any("drawing" in name or "styles" in name for name in changed)
    old, new = f"${before.last_row}<", f"${after.last_row}<"
    for name in changed:
        if "chart" in name:
            assert re.sub(rf"\{old}", new, parts[name].decode()) == written[name].decode()


def test_blank_rows_are_left_for_what_people_type(tmp_path: Path) -> None:
    """A list that leaves few of them gives the table some more; one that leaves enough does not."""
    for count, spare in ((5, 0), (15, 15)):
        book = new_book(tmp_path / f"{count}.xlsx")
        before = read(book).blocks["clients"]
        source = write_list(
            tmp_path / f"{count}.csv", [["Client", "CA"], *([f"Client {n}", str(n)] for n in range(count))]
        )
        report = importer.apply(importer.plan(source, "clients", read(book)), book)
        assert (report.filled, report.grown) == (count, 0)
        assert read(book).blocks["clients"].last_row == before.last_row + spare


def test_rows_typed_below_are_taken_in(tmp_path: Path) -> None:
    """An import goes on below what was typed under the table, which then belongs to it."""
    book = new_book(tmp_path / "plan.xlsx", {"clients": [{"name": f"C{n}"} for n in range(3)]})
    before = read(book).blocks["clients"]
    row = before.last_row + 1
    typed = {before.cell("name", row): "Typed", before.cell("revenue", row): 7.0}
    set_cells(book, book, {before.sheet: typed})
    count = len(before.all_rows)
    source = write_list(
        tmp_path / "list.csv", [["Client", "CA"], *([f"Client {n}", str(n)] for n in range(count))]
    )
    data = read_workbook(book, load_default(), grows=True)
    report = importer.apply(importer.plan(source, "clients", data), book)
    assert (report.filled, report.grown) == (count - 3, 3)
    after = read(book).blocks["clients"]
    assert len(after.frame) == count + 4
    assert after.frame["name"][row] == "Typed"
    assert after.last_row == row + 3 + SPARE
    assert recompute_workbook(book, load_default(), TODAY).failure is None
    assert read(book).findings == ()


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """A cell of a list is never calculated: no formula comes in, and people are told."""
    book = new_book(tmp_path / "plan.xlsx")
    evil = '=HYPERLINK("http://example.org","x")'
    source = write_list(
        tmp_path / "list.csv",
        [
            ["Client", "CA", "Note", "Responsable"],
            [evil, "-5,5", "@SUM(1+1)*cmd|' /C calc'!A0", "+33 1 23 45 67 89"],
            ["-Durand & fils", "=1+1", "- rappeler", "-"],
        ],
    )
    plan = importer.plan(source, "clients", read(book))
    assert sorted(finding.code for finding in plan.findings) == ["SX157", "SX157", "SX201"]
    importer.apply(plan, book)
    frame = read(book).blocks["clients"].frame
    assert list(frame["name"]) == [evil, "-Durand & fils"]
    assert frame["revenue"].tolist()[0] == -5.5
    assert frame["revenue"].isna().tolist() == [False, True]
    data = read(book).blocks["clients"]
    sheet = load_workbook(book)[data.sheet]
    for key in ("name", "note", "owner"):
        for row in data.frame.index:
            cell = sheet.cell(*data.cell(key, int(row)))
            assert cell.data_type in {"s", "inlineStr"}, (key, cell.value)


def test_the_marks_of_a_list_decide_not_those_of_the_workbook(tmp_path: Path) -> None:
    """An English list with points and month first comes right into a French workbook."""
    book = new_book(tmp_path / "plan.xlsx", sheets=["readings"])
    source = write_list(
        tmp_path / "list.csv",
        [["KPI", "Date", "Value"], ["CA", "03/25/2026", "1.234"], ["CA", "04/03/2026", "2,500.5"]],
        ",",
    )
    importer.apply(importer.plan(source, "readings", read(book)), book)
    frame = read(book).blocks["readings"].frame
    assert [day.date() for day in frame["date"]] == [date(2026, 3, 25), date(2026, 4, 3)]
    assert list(frame["value"]) == [1.234, 2500.5]


def test_names_that_may_come_back_are_told_apart_by_the_whole_row(tmp_path: Path) -> None:
    """Several readings of one KPI are several rows; the same reading twice is one."""
    book = new_book(tmp_path / "plan.xlsx", sheets=["readings"])
    rows = [
        ["KPI", "Date", "Valeur"],
        ["CA", "03/01/2026", "5"],
        ["CA", "04/01/2026", "6"],
        ["CA", "04/01/2026", "6"],
    ]
    source = write_list(tmp_path / "list.csv", rows)
    report = importer.apply(importer.plan(source, "readings", read(book)), book)
    assert report.added == 2
    again = importer.apply(importer.plan(source, "readings", read(book)), book)
    assert (again.added, again.skipped) == (0, 2)


def test_a_mapping_outranks_what_is_matched(tmp_path: Path) -> None:
    """People say which column goes where, by label or key, and which stays out."""
    book = new_book(tmp_path / "plan.xlsx")
    source = write_list(tmp_path / "list.csv", [["Nom", "Total", "CA", "Couleur"], ["A", "7", "9", "bleu"]])
    mapping = {"Total": "revenue", "CA": "-", "Couleur": "Note"}
    plan = importer.plan(source, "clients", read(book), mapping)
    assert {match.column: match.field for match in plan.matches} == {
        "Nom": "name",
        "Total": "revenue",
        "Couleur": "note",
    }
    assert plan.unmatched == ()


@pytest.mark.parametrize(
    ("target", "columns", "mapping", "code"),
    [
        ("cliens", ["Client"], None, "SX152"),
        ("clients", ["Foo", "Bar"], None, "SX153"),
        ("clients", ["Client"], {"Absent": "note"}, "SX154"),
        ("clients", ["Client"], {"Client": "net"}, "SX155"),
        ("clients", ["CA"], None, "SX156"),
    ],
)
def test_what_makes_no_sense_is_refused(
    target: str, columns: list[str], mapping: dict[str, str] | None, code: str, tmp_path: Path
) -> None:
    """A wrong table, column or field is named, with what was likely meant."""
    source = write_list(tmp_path / "list.csv", [columns, ["1"] * len(columns)])
    with pytest.raises(UsageError) as raised:
        importer.plan(source, target, read(new_book(tmp_path / "plan.xlsx")), mapping)
    assert raised.value.finding.code == code
    for lang in ("fr", "en"):
        assert message(code, lang, **raised.value.finding.args)
        assert message(f"{code}.hint", lang, **raised.value.finding.args)


def test_every_label_and_key_matches_itself() -> None:
    """For every table, its own labels in both languages and its keys lead to their fields."""
    for _, block in load_default().data_blocks().values():
        if not isinstance(block, TableBlock):
            continue
        fields = [spec for spec in block.fields if spec.role == "input"]
        for titles in (
            [spec.label.fr for spec in fields],
            [spec.label.en for spec in fields],
            [spec.key for spec in fields],
        ):
            found = match_columns(SourceList("list.csv", tuple(titles), (), 2), block, None, "fr")
            assert (found.unmatched, found.kept) == ((), ())
            assert [match.field for match in found.matches] == [spec.key for spec in fields]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("CompanyName", "company name"),
        ("Chiffre d’affaires (€)", "chiffre d'affaires"),
        ("RAISON_SOCIALE", "raison sociale"),
    ],
)
def test_titles_are_compared_without_dress(title: str, key: str) -> None:
    """Case, accents, units and joining marks do not count."""
    assert title_key(title) == title_key(key)


@pytest.fixture(scope="module")
def lists(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The lists made from the shared data."""
    spec = importlib.util.spec_from_file_location("shared_data", ROOT / "tools" / "shared_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: dict[str, Path] = module.make(tmp_path_factory.mktemp("lists"), shared)
    return made


def northwind_revenue(dump: Path) -> dict[str, float]:
    """Net sales of each company over the last twelve months, by the dump's own SQL."""
    base = sqlite3.connect(":memory:")
    for table, columns in (
        ("customers", "id, company, c3, c4, c5, c6, c7, c8, c9, c10, c11"),
        ("orders", "id, customer, c3, day, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14"),
        ("order_details", "order_id, product, price, quantity, discount"),
    ):
        base.execute(f"CREATE TABLE {table} ({columns})")
    for line in dump.read_text(encoding="utf-8").splitlines():
        if line.startswith(("INSERT INTO customers ", "INSERT INTO orders ", "INSERT INTO order_details ")):
            base.execute(line)
    query = """
        SELECT company, coalesce(sum(price * quantity * (1 - discount)), 0) FROM customers
        LEFT JOIN (SELECT * FROM orders JOIN order_details ON orders.id = order_id
                   WHERE day > (SELECT date(max(day), '-1 year') FROM orders)) ON customer = customers.id
        GROUP BY company"""
    return dict(base.execute(query))


@pytest.mark.shared
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_northwind_comes_in(lang: str, lists: dict[str, Path], shared: Path, tmp_path: Path) -> None:
    """91 customers with revenue, as many accounts and contacts, all contacts linked; no hours invented."""
    sheets = ["client_matrix", "accounts", "stakeholders"]
    book = new_book(tmp_path / "plan.xlsx", lang=lang, sheets=sheets)
    for name, target in (("clients", "clients"), ("accounts", "accounts"), ("contacts", "contacts")):
        report = importer.apply(importer.plan(lists[f"northwind_{name}"], target, read(book)), book)
        assert report.added == 91
    data = read(book)
    clients = data.blocks["clients"].frame
    assert len(clients) == 91
    expected = northwind_revenue(shared / "data" / "northwind" / "northwind.sql")
    assert dict(zip(clients["name"], clients["revenue"], strict=True)) == pytest.approx(expected, abs=0.01)
    assert clients["hours"].isna().all()
    assert clients["margin"].isna().all()
    assert set(data.blocks["contacts"].frame["account"]) == set(data.blocks["accounts"].frame["name"])
    assert data.findings == ()


@pytest.mark.shared
def test_superstore_comes_in(lists: dict[str, Path], shared: Path, tmp_path: Path) -> None:
    """793 customers; sales and profit of the last twelve months add up to those of the source's lines."""
    import pandas as pd

    book = new_book(tmp_path / "plan.xlsx")
    report = importer.apply(importer.plan(lists["superstore_clients"], "clients", read(book)), book)
    assert report.added == 793
    assert report.grown == 793 - report.filled
    frame = read(book).blocks["clients"].frame
    source = pd.read_csv(shared / "data" / "superstore" / "superstore.csv", parse_dates=["Order Date"])
    recent = source[source["Order Date"] > source["Order Date"].max() - pd.DateOffset(years=1)]
    assert frame["revenue"].sum() == pytest.approx(recent["Sales"].sum(), abs=5)
    assert frame["margin"].sum() == pytest.approx(recent["Profit"].sum(), abs=5)
    assert frame["hours"].isna().all()
    assert set(frame["name"]) == set(source["Customer Name"])

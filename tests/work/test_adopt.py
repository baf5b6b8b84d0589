"""A workbook of somebody else takes our sheets in, keeps all that is his, and gets it back byte for byte."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import adopt as proof
import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from strategy_xl.book.read import read_workbook
from strategy_xl.commands import cli
from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.work.adopt import AdoptionReport, AdoptionWish, adopt_workbook
from strategy_xl.work.adoption.foreign_lists import Wish, best_list, find_list
from strategy_xl.work.importing.plan import apply, plan
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.release import release_workbook

TODAY = date(2027, 3, 1)
SPEC = load_default()
HEADERS = ["Client", "CA (k€)", "Taux de marge", "Secteur", "Satisfaction", "Depuis le"]
ROWS = [
    ("Alpha SA", 120.5, 0.31, "Industrie", "8,5", date(2026, 9, 3)),
    ("Bêta SARL", 80, 0.22, "Santé", "9", date(2026, 10, 12)),
    ("Gamma", 45.2, 0.18, "Industrie", "3", date(2026, 1, 5)),
]


def theirs(path: Path, *, is_1904: bool = False) -> Path:
    """A workbook with a table, a chart, a formula, hidden sheets and names that clash with ours."""
    book = Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.title = "matrice clients"
    for at, row in enumerate([HEADERS, *ROWS], 3):
        for column, value in enumerate(row, 2):
            sheet.cell(at, column, value)
    for at in range(4, 7):
        sheet.cell(at, 4).number_format = "0 %"
    table = Table(displayName="clients", ref="B3:G6")
    table._initialise_columns()  # type: ignore[no-untyped-call]
    for column, header in zip(table.tableColumns, HEADERS, strict=True):
        column.name = header
    sheet.add_table(table)
    sheet["J1"] = "=SUM(clients[CA (k€)])"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=3, max_row=6), titles_from_data=True)
    sheet.add_chart(chart, "J3")
    book.create_sheet("Caché").sheet_state = "veryHidden"
    people = book.create_sheet("Équipe")
    people.append(["Nom", "Prénom", "Société"])
    people.append(["Durand", "Anne", "Alpha SA"])
    book.defined_names["taux"] = DefinedName("taux", attr_text="'matrice clients'!$C$4")
    book.save(path)
    return path


@dataclass(frozen=True)
class Case:
    """A workbook before and after."""

    before: Path
    after: Path
    report: AdoptionReport


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Their clients feed ours by formulas."""
    folder = tmp_path_factory.mktemp("linked")
    before, after = theirs(folder / "theirs.xlsx"), folder / "adopted.xlsx"
    wish = AdoptionWish("fr", TODAY, "Alpha", ["client_matrix"], [Wish("clients", "clients", links=True)])
    return Case(before, after, adopt_workbook(before, after, SPEC, wish))


def copied(case: Case, folder: Path) -> Path:
    """A copy to work on."""
    path = folder / "copy.xlsx"
    path.write_bytes(case.after.read_bytes())
    return path


@pytest.mark.xdist_group("adopt")
class TestAdopted:
    """One workbook, seen from all sides."""

    def test_nothing_of_theirs_changes(self, linked: Case) -> None:
        """Four listings get longer, all else is byte for byte what it was, and no auditor complains."""
        proof.unchanged(linked.before, linked.after)
        proof.audited(linked.before, linked.after)

    def test_what_clashes_is_ours_to_change(self, linked: Case) -> None:
        """Case does not count; formulas, names and anchors of ours follow."""
        assert dict(linked.report.naming.titles) == {"client_matrix": "Matrice clients (2)"}
        assert dict(linked.report.naming.tables)["clients"] == "Clients_2"
        assert [finding.code for finding in linked.report.findings if finding.code[:4] == "SX63"] == [
            "SX637",
            "SX638",
        ]
        assert linked.report.kept == {"chart": 1, "table": 1, "very_hidden": 1}
        with Package.open(linked.after) as package:
            info = WorkbookInfo(package)
            assert [sheet.name for sheet in info.sheets[:3]] == ["matrice clients", "Caché", "Équipe"]
            names = {name.name: name.text for name in info.defined_names}
            assert names["taux"] == "'matrice clients'!$C$4"
            assert names["_sx.clients.revenue"].startswith("'Matrice clients (2)'!")
            assert len({table.id for table in info.tables}) == len(info.tables)

    def test_lists_are_read_by_formula_in_our_units(self, linked: Case) -> None:
        """Thousands are multiplied; a number typed as text is copied; rows wait for more."""
        found = linked.report.lists[0]
        assert found.linked["revenue"] == 1000
        assert {"name", "sector", "margin_rate"} <= found.linked.keys()
        assert found.copied == ("satisfaction",)
        assert found.room > 5
        data = read_workbook(linked.after, SPEC).blocks["clients"]
        assert data.frame["revenue"].tolist() == [120_500, 80_000, 45_200]
        sheet = openpyxl.load_workbook(linked.after)[data.sheet]
        row, column = data.cell("revenue", data.first_row)
        base = "clients[CA (k€)]"
        assert sheet.cell(row, column).value == (
            f'=IF(ROWS({base})<1,"",IF(INDEX({base},1)="","",INDEX({base},1)*1000))'
        )

    def test_nights_fill_results_and_touch_nothing_else(self, linked: Case, tmp_path: Path) -> None:
        """The first night judges the rows as they are now, the second writes nothing."""
        path = copied(linked, tmp_path)
        data = read_workbook(path, SPEC).blocks["clients"]
        set_cells(path, path, {data.sheet: {data.cell("hours", data.first_row): 12}})
        report = recompute_workbook(path, SPEC, TODAY, backups=0)
        assert report.failure is None
        assert report.counts["clients"] == len(ROWS)
        assert report.changed > 0
        before = path.read_bytes()
        assert recompute_workbook(path, SPEC, TODAY, backups=0).changed == 0
        assert path.read_bytes() == before
        proof.unchanged(linked.before, path)
        released = release_workbook(path, tmp_path / "back.xlsx", backups=0)
        assert not released.findings
        proof.same_parts(linked.before, tmp_path / "back.xlsx")

    def test_imported_rows_leave_those_alone_that_wait(self, linked: Case, tmp_path: Path) -> None:
        """What another list brings goes below the formulas, and release still gives all back."""
        path = copied(linked, tmp_path)
        listed = tmp_path / "more.csv"
        listed.write_text("Client;CA\nOméga;1000\n", encoding="utf-8")
        old = set(find_formulas(path))
        report = apply(plan(listed, "clients", read_workbook(path, SPEC, grows=True)), path, backups=0)
        assert report.added == 1
        assert old <= set(find_formulas(path))
        assert not release_workbook(path, tmp_path / "back.xlsx", backups=0).parts.shortened
        proof.same_parts(linked.before, tmp_path / "back.xlsx")

    def test_release_after_another_program_saved(self, linked: Case, tmp_path: Path) -> None:
        """All parts are new then: our sheets and names go, theirs stay, and that is said."""
        path, back = copied(linked, tmp_path), tmp_path / "back.xlsx"
        book = openpyxl.load_workbook(path)
        book.save(path)
        report = release_workbook(path, back, backups=0)
        assert [finding.code for finding in report.findings] == ["SX642"]
        again = openpyxl.load_workbook(back)
        assert again.sheetnames == ["matrice clients", "Caché", "Équipe"]
        assert list(again.defined_names) == ["taux"]
        assert list(again["matrice clients"].tables) == ["clients"]

    def test_release_is_refused_while_ours_is_read(self, linked: Case, tmp_path: Path) -> None:
        """The cell that would break is told, and nothing is written."""
        path = copied(linked, tmp_path)
        book = openpyxl.load_workbook(path)
        book["Équipe"]["F2"] = "=SUM(Clients_2[Client])"
        book.save(path)
        before = path.read_bytes()
        with pytest.raises(StrategyXlError) as caught:
            release_workbook(path, path)
        assert caught.value.finding.code == "SX640"
        assert (caught.value.finding.location.sheet, caught.value.finding.location.cell) == ("Équipe", "F2")
        assert path.read_bytes() == before

    def test_a_second_time_is_refused(self, linked: Case, tmp_path: Path) -> None:
        """What has our sheets already does not get them again."""
        assert refused(copied(linked, tmp_path)) == "SX634"

    @pytest.mark.libreoffice
    def test_linked_rows_follow_in_libreoffice(self, linked: Case, people: Callable[..., Path]) -> None:
        """A value changed in their table shows in ours once LibreOffice has calculated."""
        saved = people(linked.after, ("value", "matrice clients", "C4", 200))
        data = read_workbook(saved, SPEC).blocks["clients"]
        assert data.frame["revenue"].tolist() == [200_000, 80_000, 45_200]


def find_formulas(path: Path) -> list[tuple[int, str]]:
    """Row and text of the formulas that read their table."""
    data = read_workbook(path, SPEC).blocks["clients"]
    sheet = openpyxl.load_workbook(path)[data.sheet]
    cells = (cell for row in sheet.iter_rows() for cell in row)
    return [(cell.row, str(cell.value)) for cell in cells if str(cell.value).startswith("=IF(ROWS(clients[")]


def refused(path: Path, wish: AdoptionWish | None = None) -> str:
    """The code with which a workbook is refused; it stays as it was."""
    before, files = path.read_bytes(), sorted(path.parent.iterdir())
    with pytest.raises(StrategyXlError) as caught:
        adopt_workbook(path, path, SPEC, wish or AdoptionWish("fr", TODAY, modules=["kpi"]))
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == files
    return caught.value.finding.code


def rewritten(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with another text in a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, re.sub(old.encode(), new.encode(), data) if name == part else data)
    path.write_bytes(out.getvalue())
    return path


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<workbookProtection */>", '<workbookProtection lockStructure="1"/>', "SX632"),
        (
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://purl.oclc.org/ooxml/spreadsheetml/main",
            "SX631",
        ),
        ("</definedNames>", '<definedName name="_sx.kpi.name">1</definedName></definedNames>', "SX635"),
    ],
)
def test_what_may_take_in_no_sheets_is_refused_by_name(tmp_path: Path, old: str, new: str, code: str) -> None:
    """Protected structure, strict XML, sheets of ours already: nothing is written."""
    assert refused(rewritten(theirs(tmp_path / "theirs.xlsx"), "xl/workbook.xml", old, new)) == code


def test_a_shared_workbook_and_one_that_is_none_are_refused(tmp_path: Path) -> None:
    """A history of changes, a text, an unknown language, an unknown module."""
    path = theirs(tmp_path / "theirs.xlsx")
    assert refused(path, AdoptionWish("de", TODAY)) == "SX146"
    assert refused(path, AdoptionWish("fr", TODAY, modules=["nothing"])) == "SX143"
    relation = (
        '<Relationship Id="h" Type="http://x/revisionHeaders" Target="theme/theme1.xml"/></Relationships>'
    )
    rewritten(path, "xl/_rels/workbook.xml.rels", "</Relationships>", relation)
    assert refused(path) == "SX633"
    rewritten(path, "xl/_rels/workbook.xml.rels", "(revisionHeaders|relationships/styles)", "other")
    assert refused(path) == "SX644"
    path.write_text("no workbook")
    assert refused(path) == "SX901"


def test_days_count_from_1904_where_theirs_do(tmp_path: Path) -> None:
    """Bounds of dates, and the results of the first night."""
    path, after = theirs(tmp_path / "theirs.xlsx", is_1904=True), tmp_path / "after.xlsx"
    adopt_workbook(path, after, SPEC, AdoptionWish("en", TODAY, modules=["smart"]))
    data = read_workbook(after, SPEC)
    assert data.date1904
    with zipfile.ZipFile(after) as package, Package.open(after) as opened:
        part = WorkbookInfo(opened).sheet(data.sheets["smart"]).part
        bounds = re.findall(rb'type="date".*?<formula1>(\d+)</formula1>', package.read(part))
    assert bounds
    assert all(int(bound) < 35_000 for bound in bounds)
    assert recompute_workbook(after, SPEC, TODAY, backups=0).failure is None
    proof.unchanged(path, after)


def test_a_sheet_of_theirs_is_never_taken_for_ours(tmp_path: Path) -> None:
    """Their sheet has the title and the headers of one of ours that was not taken in."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    block = SPEC.data_blocks()["clients"]
    sheet.title = block[0].sheet.fr
    sheet.append([field.label.fr for field in block[1].fields])
    sheet.append(["Alpha"])
    path, after = tmp_path / "theirs.xlsx", tmp_path / "after.xlsx"
    book.save(path)
    adopt_workbook(path, after, SPEC, AdoptionWish("fr", TODAY, modules=["sources"]))
    assert "clients" not in read_workbook(after, SPEC).blocks
    assert recompute_workbook(after, SPEC, TODAY, backups=0).failure is None
    proof.unchanged(path, after)


def test_names_that_clash_are_called_otherwise(tmp_path: Path) -> None:
    """Theirs stay what they were; our formulas, lists and the next nights use the new ones."""
    path, after = tmp_path / "theirs.xlsx", tmp_path / "after.xlsx"
    book = Workbook()
    taken = {"SX_TODAY": "1", "sxl_yes_no": "2", "SXC_yes_no__yes": "3"}
    for name, text in taken.items():
        book.defined_names[name] = DefinedName(name, attr_text=text)
    book.save(path)
    report = adopt_workbook(path, after, SPEC, AdoptionWish("fr", TODAY, modules=["client_matrix"]))
    assert report.naming.names == {
        "SX_today": "SX_today_2",
        "SXL_yes_no": "SXL_yes_no_2",
        "SXC_yes_no__yes": "SXC_yes_no__yes_2",
    }
    names = {name: item.attr_text for name, item in openpyxl.load_workbook(after).defined_names.items()}
    assert {name: names[name] for name in taken} == taken
    assert "TODAY()" in names["SX_today_2"]
    used = b"".join(part for name, part in proof.parts_of(after).items() if "sheets/" in name)
    assert b"SXL_yes_no_2" in used
    for old in (rb"SX_today\b", rb"SXL_yes_no\b", rb"SXC_yes_no__yes\b"):
        assert not re.search(old, used, re.IGNORECASE)
    data = read_workbook(after, SPEC)
    assert data.renamed == report.naming.names
    assert set(data.choices["yes_no"].by_key) >= {"yes", "no"}
    assert recompute_workbook(after, SPEC, TODAY, backups=0).failure is None
    proof.unchanged(path, after)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with two client lists and a table without header."""
    path = theirs(tmp_path_factory.mktemp("lists") / "theirs.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("Autres")
    for row in [HEADERS, *ROWS]:
        sheet.append(row)
    bare = book.create_sheet("Nu")
    for row in ROWS:
        bare.append(row)
    table = Table(displayName="Nu1", ref="A1:F3", headerRowCount=0)
    bare.add_table(table)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("where", "area", "code"),
    [
        ("clients", "B3:G6", ""),
        ("Matrice clients", "B3:G6", ""),
        ("Équipe!A1:C2", "A1:C2", ""),
        ("équipe", "A1:C2", ""),
        ("client", "", "SX620"),
        ("Nu1", "", "SX622"),
    ],
)
def test_what_people_call_a_list(lists: Path, where: str, area: str, code: str) -> None:
    """Table, sheet, range; what is none is told with what there is."""
    with Package.open(lists) as package:
        info = WorkbookInfo(package)
        if not code:
            assert str(find_list(lists, info, where).area) == area
            return
        with pytest.raises(StrategyXlError) as caught:
            find_list(lists, info, where)
    assert caught.value.finding.code == code


def test_two_lists_that_fit_alike_are_asked_about(lists: Path, tmp_path: Path) -> None:
    """Without a name the best list is taken; of two alike none is."""
    block = SPEC.data_blocks()["clients"][1]
    with Package.open(lists) as package, pytest.raises(StrategyXlError) as caught:
        best_list(lists, WorkbookInfo(package), block, "fr")  # type: ignore[arg-type]
    assert caught.value.finding.code == "SX621"
    one = theirs(tmp_path / "one.xlsx")
    with Package.open(one) as package:
        assert best_list(one, WorkbookInfo(package), block, "fr").name == "clients"  # type: ignore[arg-type]


def test_a_list_that_nobody_asked_for_is_offered(tmp_path: Path) -> None:
    """What would fill a table is named with the words that take it; what fits badly is not."""
    path = theirs(tmp_path / "theirs.xlsx")
    wish = AdoptionWish("fr", TODAY, modules=["client_matrix"])
    told = [
        item for item in adopt_workbook(path, path, SPEC, wish, dry_run=True).findings if item.code == "SX645"
    ]
    offered = [(item.args["target"], item.args["name"]) for item in told]
    assert offered == [("clients", "clients"), ("team", "Équipe")]
    assert all(0.4 <= item.args["fit"] <= 1 for item in told)
    assert told[0].location.sheet == "matrice clients"
    taken = replace(wish, lists=[Wish(str(told[0].args["target"]), str(told[0].args["name"]))])
    report = adopt_workbook(path, path, SPEC, taken, dry_run=True)
    assert [len(item.planned.new) for item in report.lists] == [len(ROWS)]
    assert "SX645" not in {item.code for item in report.findings}


def test_the_command_shows_before_it_writes(tmp_path: Path) -> None:
    """A dry run tells lists, columns and scores as data and writes nothing."""
    path = theirs(tmp_path / "theirs.xlsx")
    before = path.read_bytes()
    options = ["--modules", "client_matrix", "--map", "clients=clients", "--column", "Secteur=-", "--dry-run"]
    result = CliRunner().invoke(cli, ["adopt", str(path), *options, "--today", "2027-03-01", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["written"] is None
    assert told["lists"][0]["rows"] == len(ROWS)
    assert {"column": "Secteur", "field": None, "confidence": 0.0} in told["lists"][0]["columns"]
    assert path.read_bytes() == before
    wish = AdoptionWish("fr", TODAY, modules=["sources"], lists=[Wish("nothing", "clients")])
    with pytest.raises(StrategyXlError) as caught:
        adopt_workbook(path, path, SPEC, wish)
    assert (caught.value.finding.code, caught.value.finding.location.workbook) == ("SX152", str(path))
    wrong = CliRunner().invoke(cli, ["adopt", str(path), "--map", "a", "--map", "b", "--column", "x=y"])
    assert "SX627" in str(wrong.exception)

"""What was deleted comes back empty from the templates, and all else keeps its bytes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import batches
import pytest
import slips
from batches import Batch
from click.testing import CliRunner
from complaints import by_schema
from fewer import few_of
from package_audit import audit
from slips import Parts

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.commands import cli
from strategy_xl.errors import PatchRefusedError
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole, TableBlock
from strategy_xl.text.catalog import message
from strategy_xl.work import repair
from strategy_xl.work.recompute import JobReport, recompute_workbook
from strategy_xl.work.repair import RepairReport, repair_workbook

pytestmark = pytest.mark.xdist_group("example")  # their workbook is made once
TODAY = date(2026, 11, 28)
SPEC = load_default()
TABLES = {
    block.table_name: block.key for _, block in SPEC.data_blocks().values() if isinstance(block, TableBlock)
}
WHOLE = {"home", "summary", "client_matrix"}
"""Modules with all kinds of blocks: a sheet of these that is back is looked at from all sides."""
ALWAYS = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


@dataclass(frozen=True)
class Book:
    """An example workbook with its results."""

    path: Path
    data: WorkbookData
    counts: dict[str, float]

    def slip(self, target: Path, *changes: tuple[Any, ...]) -> Path:
        """A copy to which people did something, one thing after the other."""
        parts = Parts(self.path)
        for change, *args in changes:
            change(parts, *args)
            if change not in (slips.drop_table, slips.delete_sheet):
                parts = Parts(parts.save(target))
        return parts.save(target)


@pytest.fixture(scope="module")
def book(example: tuple[Path, JobReport]) -> Book:
    """The French example."""
    path, report = example
    return Book(path, read_workbook(path, SPEC), dict(report.counts))


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The English example."""
    path = tmp_path_factory.mktemp("english") / "en.xlsx"
    build(SPEC, path, lang="en", example=True, today=TODAY)
    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is None
    return Book(path, read_workbook(path, SPEC), dict(report.counts))


def repaired(path: Path, **options: Any) -> tuple[RepairReport, Path]:
    """The workbook repaired, beside it; whatever is told can be said in both languages."""
    target = path.with_name("repaired.xlsx")
    report = repair_workbook(path, target, SPEC, TODAY, **options)
    for finding in report.findings:
        for lang in ("fr", "en"):
            assert message(finding.code, lang, **finding.args)
            assert message(f"{finding.code}.hint", lang, **finding.args)
    return report, target


def night(path: Path) -> JobReport:
    """The next night, and the one after, which has nothing to do."""
    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is None
    before = path.read_bytes()
    assert recompute_workbook(path, SPEC, TODAY).changed == 0
    assert path.read_bytes() == before
    return report


def members(path: Path) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def formulas(path: Path) -> dict[tuple[str, tuple[int, int]], str]:
    """Sheet and cell → formula, of all sheets."""
    with Package.open(path) as package:
        return {
            (sheet.name, cell): text
            for sheet in WorkbookInfo(package).sheets
            for cell, text in formula_texts(package.read(sheet.part)).items()
        }


@cache
def complaints(path: Path, *, whole: bool = False) -> set[str]:
    """What our auditor says and, where it is worth its seconds, another one."""
    said = {f"{found.code} {found.location.sheet} {dict(found.args)}" for found in audit(path)}
    if whole:
        said |= set(by_schema(path))
    return said


def is_sound(path: Path, original: Path) -> bool:
    """Whether both auditors find in a workbook only what they find in the original."""
    return complaints(path, whole=True) <= complaints(original, whole=True)


def reworded(path: Path, original: Path) -> list[object]:
    """The first cells whose formula is not that of the original."""
    mine, theirs = formulas(path), formulas(original)
    cells = sorted(cell for cell in mine.keys() | theirs.keys() if mine.get(cell) != theirs.get(cell))
    return [(cell, mine.get(cell), theirs.get(cell)) for cell in cells[:3]]


def broken(path: Path) -> list[str]:
    """Formulas that lost what they read; the links of owned cells are written by the night."""
    return [text for text in formulas(path).values() if "#REF!" in text and "HYPERLINK" not in text]


def shown(data: WorkbookData) -> dict[tuple[str, str], list[Any]]:
    """The answers: block and field → what the cells of its filled rows show."""
    return {
        (key, field): [block.shown[field][row - block.first_row] for row in rows]
        for key, block in data.blocks.items()
        for rows in [block.all_rows if block.is_listing else block.frame.index]
        for field in block.shown
    }


def different(data: WorkbookData, original: WorkbookData) -> list[object]:
    """The first columns of answers that are not those of the original."""
    mine, theirs = shown(data), shown(original)
    assert mine.keys() == theirs.keys()
    return [(key, mine[key], theirs[key]) for key in mine if mine[key] != theirs[key]][:3]


# -- tables that became plain ranges -------------------------------------------------------------------------


@pytest.mark.parametrize("tables", few_of(3, batches.of_tables(SPEC)), ids=" ".join)
def test_a_plain_range_is_its_table_again(tables: Batch, book: Book, tmp_path: Path) -> None:
    """Each table in its turn: range, columns, formulas everywhere, names and answers as they were before."""
    path = book.slip(tmp_path / "plan.xlsx", *((slips.drop_table, table) for table in tables))
    report, target = repaired(path)
    assert (report.sheets, report.blocks, sorted(report.tables)) == ((), (), sorted(tables))
    told = sorted((finding.code, finding.args["table"]) for finding in report.findings)
    assert told == sorted(("SX136", table) for table in tables)
    data = read_workbook(target, SPEC)
    assert data.findings == ()
    assert reworded(target, book.path) == []
    assert complaints(target) <= complaints(book.path)
    for table in tables:
        before, after = book.data.blocks[TABLES[table]], data.blocks[TABLES[table]]
        assert (after.table, after.places, after.first_row) == (table, before.places, before.first_row)
        assert after.last_row == before.last_row, table
        assert after.table_columns.keys() == before.table_columns.keys(), table
        assert {key: (column.name, column.formula) for key, column in after.table_columns.items()} == {
            key: (column.name, column.formula) for key, column in before.table_columns.items()
        }, table
    with Package.open(target) as mine, Package.open(book.path) as old:
        texts = [{n.name: n.text for n in WorkbookInfo(p).defined_names} for p in (mine, old)]
    assert texts[0] == texts[1]
    old_parts, new_parts = members(path), members(target)
    sheets = {name for name in old_parts if name.startswith("xl/worksheets/")}
    touched = ALWAYS | sheets | {info.part for info in Parts(book.path).tables.values()}
    assert {name for name, content in old_parts.items() if new_parts[name] != content} <= touched


@pytest.mark.long
def test_all_tables_at_once(english: Book, tmp_path: Path) -> None:
    """All of an English workbook; the night that follows finds every answer as it was."""
    changes = [(slips.drop_table, table) for table in sorted(TABLES)]
    report, target = repaired(english.slip(tmp_path / "plan.xlsx", *changes))
    assert set(report.tables) == TABLES.keys()
    assert is_sound(target, english.path)
    assert reworded(target, english.path) == []
    found = night(target)
    assert found.findings == ()
    assert found.counts == english.counts
    assert different(read_workbook(target, SPEC), english.data) == []


def test_a_range_with_a_total_below(book: Book, tmp_path: Path) -> None:
    """The row that only adds up is no row of the table."""
    clients = book.data.blocks["clients"]
    path = book.slip(tmp_path / "plan.xlsx", (slips.drop_table, "Clients"))
    row = clients.first_row + len(clients.frame)
    cells = {clients.cell("name", row): "TOTAL", clients.cell("revenue", row): clients.frame.revenue.sum()}
    set_cells(path, path, {clients.sheet: cells})
    report, target = repaired(path)
    assert report.tables == ("Clients",)
    data = read_workbook(target, SPEC)
    assert data.blocks["clients"].last_row == row - 1
    assert len(data.blocks["clients"].frame) == len(clients.frame)


def test_headers_that_no_table_can_have(book: Book, tmp_path: Path) -> None:
    """Emptied, doubled or turned into a number, a header gets a text of its own."""
    block = book.data.blocks["evidence"]
    path = book.slip(tmp_path / "plan.xlsx", (slips.drop_table, "Evidence"))
    keys = list(block.places)
    first = block.table_columns[keys[0]].name
    cells = {
        (block.first_row - 1, block.places[key].column): value
        for key, value in zip(keys[1:4], (None, first, 12), strict=True)
    }
    set_cells(path, path, {block.sheet: cells})
    _, target = repaired(path)
    assert is_sound(target, book.path)
    names = [column.name for column in read_workbook(target, SPEC).blocks["evidence"].table_columns.values()]
    assert len({name.casefold() for name in names}) == len(names)
    assert first in names


def test_what_stands_in_the_way_is_told(book: Book, tmp_path: Path) -> None:
    """A table cannot lie over merged cells: the finding says where, all else is brought back."""
    clients = book.data.blocks["clients"]
    cells = f"{clients.a1('revenue', clients.last_row - 4)}:{clients.a1('impact', clients.last_row - 2)}"
    path = book.slip(
        tmp_path / "plan.xlsx",
        (slips.drop_table, "Clients"),
        (slips.merge, "Matrice clients", cells),
        (slips.drop_table, "Team"),
    )
    report, target = repaired(path)
    assert sorted(finding.code for finding in report.findings) == ["SX136", "SX137"]
    assert report.tables == ("Team",)
    assert complaints(target) <= complaints(book.path)


# -- sheets --------------------------------------------------------------------------------------------------


def refill(original: Book, target: Path, modules: Batch) -> None:
    """Copy what stood in the sheets of modules, formulas apart, into those that came back."""
    data = read_workbook(target, SPEC)
    edits: dict[str, dict[tuple[int, int], Any]] = {}
    with Package.open(original.path) as package:
        values = SheetValues(WorkbookInfo(package))
        for key, block in data.blocks.items():
            old = original.data.blocks[key]
            if block.module.key not in modules or block.is_listing:
                continue
            for spec in block.block.fields:
                for at, index in enumerate(old.frame.index):
                    row, column = old.cell(spec.key, index)
                    value = values.grid(old.sheet_of(spec.key)).cell(row, column)
                    if spec.role is not FieldRole.COMPUTED and value != "":
                        at_row = block.first_row + (index - old.first_row if block.is_table else at)
                        edits.setdefault(block.sheet_of(spec.key), {})[block.cell(spec.key, at_row)] = value
    set_cells(target, target, edits)


@pytest.mark.parametrize("modules", few_of(3, batches.of_modules(SPEC)), ids=" ".join)
def test_a_deleted_sheet_is_back(modules: Batch, book: Book, tmp_path: Path) -> None:
    """Each in its turn: with its rows typed again all answers are as before; all else is untouched."""
    titles = [module.sheet.fr for module in SPEC.modules if module.key in modules]
    path = book.slip(tmp_path / "plan.xlsx", *((slips.delete_sheet, title) for title in titles))
    report, target = repaired(path)
    assert (report.sheets, report.blocks, report.tables) == (tuple(titles), (), ())
    assert [(f.code, f.args["title"]) for f in report.findings] == [("SX134", title) for title in titles]
    assert complaints(target) <= complaints(book.path)
    is_whole = not WHOLE.isdisjoint(modules)
    assert not is_whole or is_sound(target, book.path)
    with Package.open(target) as package:
        info = WorkbookInfo(package)
        assert [sheet.name for sheet in info.sheets] == list(Parts(book.path).sheets)
        scopes = {(name.name, name.scope) for name in info.defined_names if name.name.startswith("_xlnm")}
    with Package.open(book.path) as package:
        names = WorkbookInfo(package).defined_names
        assert scopes == {(name.name, name.scope) for name in names if name.name.startswith("_xlnm")}
    old, new = members(path), members(target)
    changed = {name for name, content in old.items() if new[name] != content}
    assert changed <= ALWAYS | {name for name, content in old.items() if b"#REF!" in content}
    assert broken(target) == []
    assert not any(b"#REF!" in new[name] for name in new if "charts/" in name or "tables/" in name)
    # A night on the empty sheets; for most, reading tells as much.
    empty = recompute_workbook(target, SPEC, TODAY) if is_whole else read_workbook(target, SPEC)
    lost = [item for item in empty.findings if item.code in {"SX120", "SX124", "SX127", "SX211"}]
    assert [(item.code, str(item.location), dict(item.args)) for item in lost] == []
    if "settings" in modules:  # the example's own choices are no rows
        return
    refill(book, target, modules)
    found = night(target)
    # Tables come back with the rows of a new workbook, and take in what was typed below these.
    assert {finding.code for finding in found.findings} <= {"SX128"}
    assert found.counts == book.counts
    assert different(read_workbook(target, SPEC), book.data) == []


def test_several_sheets_of_a_workbook_with_other_titles(english: Book, tmp_path: Path) -> None:
    """What comes back is worded for the workbook as it stands: its titles, columns and places."""
    columns = {name: [c.name for c in info.columns] for name, info in Parts(english.path).tables.items()}
    others = {title for name, titles in columns.items() if name != "Kpis" for title in titles}
    own = next(title for title in columns["Kpis"] if title not in others)
    path = english.slip(
        tmp_path / "plan.xlsx",
        (slips.rename_sheet, "KPI", "Bob's KPI"),
        (slips.rename_column, "Kpis", own, "Yardstick"),
        (slips.shift_rows, "Clients", 5, 2),
        (slips.delete_sheet, SPEC.module("home").sheet.en),
        (slips.delete_sheet, SPEC.module("summary").sheet.en),
        (slips.drop_table, "Readings"),
    )
    report, target = repaired(path)
    assert len(report.sheets) == 2
    assert report.tables == ("Readings",)
    assert is_sound(target, english.path)
    assert broken(target) == []
    found = night(target)
    assert found.findings == ()
    assert found.counts == english.counts


def test_after_a_night_without_the_sheet(book: Book, tmp_path: Path) -> None:
    """What the night made of formulas that had lost their source is no news any more."""
    path = book.slip(tmp_path / "plan.xlsx", (slips.delete_sheet, "Paramètres"))
    recompute_workbook(path, SPEC, TODAY)
    _, target = repaired(path)
    assert broken(target) == []
    assert night(target).findings == ()


# -- blocks of rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tables",
    few_of(2, [("Clients", "SwotItems", "Team"), ("TopActions", "Evidence", "Products")]),
    ids=" ".join,
)
def test_a_deleted_table_is_back(tables: Batch, book: Book, tmp_path: Path) -> None:
    """Its rows were deleted: it comes back below the rest of its sheet, and formulas read it there."""
    path = book.slip(tmp_path / "plan.xlsx", *((slips.delete_table, table) for table in tables))
    report, target = repaired(path)
    assert len(report.blocks) == len(tables)
    assert [finding.code for finding in report.findings] == ["SX135"] * len(tables)
    assert is_sound(target, book.path)
    assert broken(target) == []
    data = read_workbook(target, SPEC)
    assert data.blocks.keys() == book.data.blocks.keys()
    for table in tables:
        block = data.blocks[TABLES[table]]
        assert block.table == table
        assert len(block.all_rows) > 0
    assert not {finding.code for finding in night(target).findings} & {"SX120", "SX124", "SX127", "SX211"}


# -- what LibreOffice makes of it ----------------------------------------------------------------------------


@pytest.mark.libreoffice
def test_libreoffice_calculates_the_same(
    book: Book, tmp_path: Path, recalculated: Callable[[Path], Path]
) -> None:
    """A workbook with a sheet and a table brought back opens, and shows the same after a recalculation."""
    path = book.slip(tmp_path / "plan.xlsx", (slips.delete_sheet, "Synthèse"), (slips.drop_table, "Clients"))
    _, target = repaired(path)
    night(target)
    opened = recalculated(target)
    again = recompute_workbook(opened, SPEC, TODAY)
    assert again.failure is None
    assert again.findings == ()
    assert again.counts == book.counts


# -- the command ---------------------------------------------------------------------------------------------


def run(*arguments: object) -> Any:
    """The command in this process."""
    return CliRunner().invoke(cli, ["repair", *map(str, arguments), "--today", "2026-11-28"])


def test_nothing_missing_leaves_every_byte(book: Book, tmp_path: Path) -> None:
    """Said in a line, exit code 0; with an output the workbook is copied as it is."""
    before, stamp = book.path.read_bytes(), book.path.stat().st_mtime_ns
    result = run(book.path)
    assert result.exit_code == 0
    assert "Rien à remettre" in result.output
    assert (book.path.read_bytes(), book.path.stat().st_mtime_ns) == (before, stamp)
    assert run(book.path, "-o", tmp_path / "out.xlsx").exit_code == 0
    assert (tmp_path / "out.xlsx").read_bytes() == before
    assert run(book.path, "-o", tmp_path / "out.xlsx").exception.finding.code == "SX144"


def test_the_command_says_what_it_did(book: Book, tmp_path: Path) -> None:
    """A dry run writes nothing and says the same."""
    path = book.slip(tmp_path / "plan.xlsx", (slips.drop_table, "Team"))
    before = path.read_bytes()
    dry = run(path, "--dry-run")
    assert (dry.exit_code, path.read_bytes()) == (0, before)
    assert "serait remis" in dry.output
    result = run(path, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["tables"], told["written"]) == (["Team"], str(path))
    assert [finding["code"] for finding in told["findings"]] == ["SX136"]
    assert path.read_bytes() != before


def test_strict_workbooks_are_refused(book: Book, tmp_path: Path) -> None:
    """Parts of two namespaces do not go together in one package."""
    path = tmp_path / "plan.xlsx"
    parts = Parts(book.slip(path, (slips.drop_table, "Team")))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts.edit("xl/workbook.xml", lambda text: text.replace(main, "http://purl.oclc.org/ooxml/main"))
    parts.save(path)
    with pytest.raises(PatchRefusedError) as stopped:
        repair_workbook(path, path, SPEC, TODAY)
    assert stopped.value.finding.code == "SX138"


def test_a_save_meanwhile_starts_over(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody typed between the reading and the writing is there after the repair."""
    path = book.slip(tmp_path / "plan.xlsx", (slips.delete_sheet, "SWOT"))
    clients = book.data.blocks["clients"]
    real, readings = repair.read_workbook, []

    def reading(*args: Any) -> WorkbookData:
        found = real(*args)
        if not readings:
            set_cells(path, path, {clients.sheet: {clients.cell("hours", clients.first_row): 77}})
        readings.append(found)
        return found

    monkeypatch.setattr(repair, "read_workbook", reading)
    assert repair_workbook(path, path, SPEC, TODAY).sheets == ("SWOT",)
    assert len(readings) == 2
    assert read_workbook(path, SPEC).blocks["clients"].frame["hours"].iloc[0] == 77


@pytest.mark.shared
@pytest.mark.parametrize("name", ["products", "team"])
def test_shared_ranges(name: str, shared: Path, tmp_path: Path) -> None:
    """Workbooks in which a table became a range are read, and repaired."""
    source = shared / "cases" / "values" / f"{name}_table_as_range.xlsx"
    if not source.exists():
        pytest.skip(f"no {source}")
    report = recompute_workbook(source, SPEC, TODAY, dry_run=True)
    assert report.failure is None
    assert [finding.code for finding in report.findings] == ["SX124"]
    target = tmp_path / "plan.xlsx"
    assert repair_workbook(source, target, SPEC, TODAY).tables == (name.title(),)
    assert night(target).findings == ()

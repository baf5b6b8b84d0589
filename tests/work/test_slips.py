"""A slip costs one cell: what is the template's is put back, what people typed stays, one line tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import batches
import pytest
import slips
from batches import Batch
from fewer import few_of
from slips import Parts

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.meta_scan import scan
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole
from strategy_xl.text.catalog import message
from strategy_xl.work.check import check_workbook, fix_workbook
from strategy_xl.work.recompute import JobReport, recompute_workbook
from strategy_xl.work.restore import restore_workbook, versions
from strategy_xl.work.standing_formulas import StandingFormulas

pytestmark = pytest.mark.xdist_group("example")  # their workbook is made once
TODAY = date(2026, 11, 28)
SPEC = load_default()
SHEETS = {module.key: module.sheet.fr for module in SPEC.modules}


@dataclass(frozen=True)
class Book:
    """The example workbook with its results, and what was read of it."""

    path: Path
    data: WorkbookData
    counts: dict[str, float]

    def block(self, key: str) -> BlockData:
        """One block."""
        return self.data.blocks[key]

    def cells(self, target: Path, key: str, edits: dict[tuple[str, int], Any]) -> None:
        """A copy with cells of a block changed: (field, position from its first row) → value."""
        block = self.block(key)
        cells = {block.cell(field, block.first_row + at): value for (field, at), value in edits.items()}
        set_cells(self.path, target, {block.sheet: cells})

    def raw(self, target: Path, change: Callable[..., None], *args: Any) -> None:
        """A copy with its XML changed."""
        parts = Parts(self.path)
        change(parts, *args)
        parts.save(target)


@pytest.fixture(scope="module")
def book(example: tuple[Path, JobReport]) -> Book:
    """The French example, computed."""
    path, report = example
    assert report.findings == ()
    return Book(path, read_workbook(path, SPEC), dict(report.counts))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Its sheets of the clients and of the home page, which reads them: a night of a fifth of the time."""
    path = tmp_path_factory.mktemp("small") / "plan.xlsx"
    build(SPEC, path, lang="fr", only=("client_matrix", "home"), example=True, today=TODAY)
    report = recompute_workbook(path, SPEC, TODAY)
    assert (report.failure, report.findings) == (None, ())
    return Book(path, read_workbook(path, SPEC), dict(report.counts))


def answered(shown: Any) -> Any:
    """What a cell answers: helper columns tell equal rows apart by a billionth of their place."""
    return round(shown, 6) if isinstance(shown, float) else shown


def judged(data: WorkbookData) -> dict[tuple[str, object], dict[str, Any]]:
    """The answers of a workbook: block and name of the row → what its computed and owned cells show."""
    found: dict[tuple[str, object], dict[str, Any]] = {}
    for key, block in data.blocks.items():
        fields = [spec.key for spec in block.block.fields if spec.role is not FieldRole.INPUT]
        identity = getattr(block.block, "identity_key", None)
        seen: Counter[object] = Counter()
        for row in block.frame.index:
            name = block.frame[identity][row] if identity in block.frame and not block.is_listing else row
            seen[name] += 1
            cells = {
                field: answered(block.shown[field][row - block.first_row])
                for field in fields
                if field in block.shown
            }
            found[key, (str(name), seen[name])] = cells
    return found


@dataclass(frozen=True)
class Outcome:
    """What a slip led to."""

    report: JobReport
    data: WorkbookData
    path: Path

    @property
    def codes(self) -> dict[str, int]:
        """Findings by code."""
        return dict(Counter(finding.code for finding in self.report.findings))


def treated(path: Path, *, checks: bool = True) -> Outcome:
    """The night on a workbook with a slip: check says the same, and a second night writes nothing.

    Arguments:
        path: the workbook.
        checks: whether check is asked too; not where one slip is made in sheets or tables in turn.
    """
    check = check_workbook(path, SPEC, TODAY) if checks else None
    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is None
    if check is not None:
        assert check.findings == report.findings
        assert (check.changed, check.counts) == (report.changed, report.counts)
    for finding in report.findings:
        assert message(finding.code, "fr", **finding.args)
        assert message(finding.code, "en", **finding.args)
    before = path.read_bytes()
    again = recompute_workbook(path, SPEC, TODAY)
    assert again.failure is None
    assert again.changed == 0
    assert path.read_bytes() == before
    assert again.lasting is not None
    if report.lasting is not None:  # promised before it was looked at again
        assert again == replace(report, changed=0, seconds=again.seconds, backup=None)
    return Outcome(report, read_workbook(path, SPEC), path)


def formulas(path: Path, block: BlockData, field: str) -> int:
    """How many of a table's rows hold a formula in a column."""
    with Package.open(path) as package:
        part = WorkbookInfo(package).sheet(block.sheet).part
        meta = scan(lambda: package.chunks(part))
    return int(meta.formulas_in(block.places[field].column, block.first_row, block.last_row).sum())


def inputs(block: BlockData) -> list[str]:
    """Keys of a block's input fields."""
    return [spec.key for spec in block.block.fields if spec.role is FieldRole.INPUT]


def every(block: BlockData, at: int) -> dict[tuple[str, int], Any]:
    """An emptied row of a table."""
    return {(key, at): None for key in block.places}


def typed_row(
    block: BlockData, at: int, name: str, revenue: float, hours: float
) -> dict[tuple[str, int], Any]:
    """A client typed in."""
    return {("name", at): name, ("revenue", at): revenue, ("hours", at): hours}


def total(book: Book, at: int, *, beside: bool = False) -> dict[tuple[str, int], Any]:
    """A row with the sums of the clients, named in the column of names or beside it."""
    frame = book.block("clients").frame
    sums = typed_row(book.block("clients"), at, "TOTAL", float(frame.revenue.sum()), float(frame.hours.sum()))
    return {
        (("owner" if beside and key == "name" else key), row): value for (key, row), value in sums.items()
    }


def texts(book: Book, form: str) -> dict[tuple[str, int], Any]:
    """The revenue of all clients as texts."""
    block = book.block("clients")
    revenue = block.frame.revenue.dropna()
    return {
        ("revenue", row - block.first_row): form.format(f"{int(value):,}".replace(",", "\u00a0"))
        for row, value in revenue.items()
    }


def blank_cells(book: Book, first: str, last: str) -> str:
    """Cells of three blank rows of the clients, from one column to another."""
    clients = book.block("clients")
    return f"{clients.a1(first, clients.last_row - 4)}:{clients.a1(last, clients.last_row - 2)}"


Do = Callable[[Book, Path], None]

# Slips that leave every answer as it was: how they come about, and the lines they give.
HARMLESS: dict[str, tuple[Do, dict[str, int]]] = {
    "row inserted": (
        lambda b, t: b.raw(t, slips.shift_rows, "Clients", b.block("clients").first_row + 3, 1),
        {"SX210": 1},
    ),
    "formulas erased": (
        lambda b, t: b.cells(t, "clients", {("net", 1): None, ("y1", 2): None, ("per_hour", 30): None}),
        {"SX210": 1},
    ),
    "formulas of blank rows erased": (
        lambda b, t: b.cells(t, "clients", {("net", at): None for at in range(42, 58)}),
        {"SX210": 1},
    ),
    "formula of a form erased": (
        lambda b, t: b.cells(t, "client_tiles", {(b.block("client_tiles").block.fields[0].key, 0): None}),
        {"SX210": 1},
    ),
    "formula replaced by a number": (lambda b, t: b.cells(t, "clients", {("net", 1): 12.0}), {"SX209": 1}),
    "number over a formula of a blank row": (
        lambda b, t: b.cells(t, "clients", {("net", 50): 12.0}),
        {"SX209": 1},
    ),
    "cells pasted over formulas": (
        lambda b, t: b.cells(
            t, "clients", {(key, at): float(at) for key in ("net", "per_hour", "y1") for at in range(5)}
        ),
        {"SX209": 1},
    ),
    "number over a formula of a form": (
        lambda b, t: b.cells(t, "client_tiles", {(b.block("client_tiles").block.fields[0].key, 0): 5.0}),
        {"SX209": 1},
    ),
    "note under the table": (
        lambda b, t: b.cells(t, "clients", {("name", 60): "Source : les ventes"}),
        {"SX140": 1},
    ),
    "total in the table": (lambda b, t: b.cells(t, "clients", total(b, 40)), {"SX132": 1}),
    "total in the table, named in another column": (
        lambda b, t: b.cells(t, "clients", total(b, 40, beside=True)),
        {"SX132": 1},
    ),
    "total under the table, named in another column": (
        lambda b, t: b.cells(t, "clients", total(b, 61, beside=True)),
        {"SX139": 1},
    ),
    "total under the table": (lambda b, t: b.cells(t, "clients", total(b, 60)), {"SX139": 1}),
    "sorted": (lambda b, t: b.raw(t, slips.swap_rows, "Clients", 15, 24), {}),
    "filtered": (lambda b, t: b.raw(t, slips.filter_rows, "Clients", range(13, 18)), {}),
    "column renamed": (
        lambda b, t: b.raw(t, slips.rename_column, "Clients", "Heures passées", "Temps passé"),
        {},
    ),
    "column moved": (lambda b, t: b.raw(t, slips.swap_columns, "Clients", 1, 2), {}),
    "column added": (lambda b, t: b.raw(t, slips.widen_table, "Clients", "Mes notes"), {}),
    "cells of blank rows merged": (
        lambda b, t: b.raw(t, slips.merge, "Matrice clients", blank_cells(b, "revenue", "satisfaction")),
        {"SX133": 1},
    ),
    "formulas merged": (
        lambda b, t: b.raw(t, slips.merge, "Matrice clients", blank_cells(b, "net", "net")),
        {"SX133": 1},
    ),
    "sheet moved": (lambda b, t: b.raw(t, slips.move_sheet, "Matrice clients", 1), {}),
    "sheet hidden": (lambda b, t: b.raw(t, slips.hide_sheet, "Matrice clients"), {}),
    "sheet copied": (lambda b, t: b.raw(t, slips.copy_sheet, "Matrice clients"), {"SX118": 1}),
}

IN_THE_WHOLE = {"row inserted", "column moved", "sheet copied"}
"""What moves that sheets far away read: tried in the whole workbook, all else in its sheets of clients."""


@pytest.mark.parametrize("kind", few_of(3, HARMLESS))
def test_a_slip_changes_no_answer(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """All is judged as before, one line tells what was mended or how to mend it."""
    book: Book = request.getfixturevalue("book" if kind in IN_THE_WHOLE else "small")
    slip, lines = HARMLESS[kind]
    target = tmp_path / "plan.xlsx"
    slip(book, target)
    found = treated(target)
    assert found.codes == lines
    assert found.report.counts == book.counts
    before, after = judged(book.data), judged(found.data)
    if lines.keys() & {"SX209"}:  # those cells are people's now
        assert before.keys() == after.keys()
    else:
        assert after == before


@pytest.mark.parametrize("form", ["{}", "{}\u00a0€"])
@pytest.mark.parametrize("by_check", [True, False])
def test_numbers_as_texts_count_once_they_are_put_right(
    form: str, small: Book, tmp_path: Path, *, by_check: bool
) -> None:
    """Neither Excel counts them nor the night; tidied, all is judged as before, and can be taken back."""
    target = tmp_path / "plan.xlsx"
    small.cells(target, "clients", texts(small, form))
    typed = target.read_bytes()
    told = read_workbook(target, SPEC)
    assert told.blocks["clients"].frame.revenue.isna().all()
    assert {finding.code for finding in told.findings} == {"SX221", "SX230"}
    if by_check:
        put_right = fix_workbook(target, SPEC)
        assert fix_workbook(target, SPEC).changed == 0
    else:
        put_right = recompute_workbook(target, SPEC, TODAY, tidies=True)
    assert put_right.failure is None
    assert {finding.code for finding in put_right.findings} == {"SX222", "SX230"}
    found = treated(target)
    assert found.codes == {}
    assert found.report.counts == small.counts
    assert judged(found.data) == judged(small.data)
    if by_check:
        assert versions(target)
        restore_workbook(target, versions(target)[-1].name)
        assert target.read_bytes() == typed


@pytest.mark.parametrize("sign", ["$", "£"])
def test_an_english_comma_is_never_a_decimal_one_unasked(sign: str, small: Book, tmp_path: Path) -> None:
    """``$62,000`` in a French workbook: told, and missing until it is typed again, never 62."""
    target = tmp_path / "plan.xlsx"
    small.cells(target, "clients", {("revenue", 1): f"{sign}62,000"})
    found = treated(target)
    assert found.codes == {"SX202": 1}
    (finding,) = found.report.findings
    assert (finding.args["first"], finding.args["second"]) == (62000, 62)
    assert found.data.blocks["clients"].frame["revenue"].isna().iloc[1]


def test_erased_formulas_are_back(small: Book, tmp_path: Path) -> None:
    """A row inserted in the middle gets every formula of its table."""
    target = tmp_path / "plan.xlsx"
    clients = small.block("clients")
    small.raw(target, slips.shift_rows, "Clients", clients.first_row + 3, 1)
    found = treated(target)
    after = found.data.blocks["clients"]
    assert after.last_row == clients.last_row + 1
    computed = [spec.key for spec in clients.block.fields if spec.formula is not None]
    assert found.report.findings[0].args["n"] == len(computed)
    for key in computed:
        assert formulas(target, after, key) == len(after.all_rows)


def cleared(book: Book, target: Path, key: str, at: int) -> str:
    """Empty a row of a table; its name."""
    block = book.block(key)
    book.cells(target, key, every(block, at))
    return str(block.frame[block.block.identity_key].iloc[at])


@pytest.mark.parametrize("key", few_of(2, ["clients", "kpis", "contacts", "swot_items", "objectives"]))
def test_a_cleared_row_is_no_row_any_more(key: str, book: Book, tmp_path: Path) -> None:
    """Its formulas are back; who still cites its name is told once; the other rows are judged as before."""
    target = tmp_path / "plan.xlsx"
    name = cleared(book, target, key, 3)
    found = treated(target, checks=key == "clients")
    assert len(found.data.blocks[key].frame) == len(book.block(key).frame) - 1
    lines = found.codes
    assert lines.pop("SX210") == 1
    assert set(lines) <= {"SX490", "SX491"}
    assert sum(lines.values()) <= 1
    assert all(finding.args["found"] == name for finding in found.report.findings if finding.code != "SX210")


def test_a_deleted_row_is_gone(small: Book, tmp_path: Path) -> None:
    """The rows below move up, and nothing is said."""
    target = tmp_path / "plan.xlsx"
    small.raw(target, slips.shift_rows, "Clients", small.block("clients").first_row + 3, -1)
    found = treated(target)
    assert found.codes == {}
    names, left = small.block("clients").frame["name"], found.data.blocks["clients"].frame["name"]
    assert list(left) == [*names.iloc[:3], *names.iloc[4:]]


def test_a_deleted_column_is_told_once(book: Book, tmp_path: Path) -> None:
    """The column that people delete is missing, the other answers stand."""
    target = tmp_path / "plan.xlsx"
    evidence = book.block("evidence")
    book.raw(target, slips.delete_last_column, "Evidence")
    found = treated(target)
    assert sum(found.codes.values()) <= 1
    assert len(found.data.blocks["evidence"].frame) == len(evidence.frame)


def test_a_renamed_sheet_is_the_same_sheet(book: Book, tmp_path: Path) -> None:
    """Nothing is said; only texts that name the sheet follow its new name."""
    target = tmp_path / "plan.xlsx"
    book.raw(target, slips.rename_sheet, "Matrice clients", "Mes clients")
    found = treated(target)
    assert found.codes == {}
    assert found.report.counts == book.counts
    assert found.data.sheets["client_matrix"] == "Mes clients"


@pytest.mark.parametrize("modules", few_of(3, batches.of_modules(SPEC)), ids=" ".join)
def test_a_deleted_sheet_is_one_line(modules: Batch, book: Book, tmp_path: Path) -> None:
    """Whatever formulas show for lack of it, one line tells the reason, and no other answer falls."""
    target = tmp_path / "plan.xlsx"
    parts = Parts(book.path)
    for module in modules:
        slips.delete_sheet(parts, SHEETS[module])
    parts.save(target)
    found = treated(target, checks=not {"home", "client_matrix", "settings"}.isdisjoint(modules))
    told = sorted((item.code, item.args.get("title", item.location)) for item in found.report.findings)
    assert told == sorted(("SX120", SHEETS[module]) for module in modules)
    gone = {block.key for part in SPEC.modules if part.key in modules for block in part.blocks}
    assert set(found.data.blocks) == set(book.data.blocks) - gone


@pytest.mark.parametrize("tables", few_of(3, batches.of_tables(SPEC)), ids=" ".join)
def test_a_table_turned_into_a_range_is_read_as_before(tables: Batch, book: Book, tmp_path: Path) -> None:
    """Each table in its turn: its rows are found, no others are taken for its rows, all answers stand."""
    target = tmp_path / "plan.xlsx"
    parts = Parts(book.path)
    for table in tables:
        slips.drop_table(parts, table)
    parts.save(target)
    found = treated(target, checks=not {"Clients", "TopActions", "TowsPairs"}.isdisjoint(tables))
    told = sorted((item.code, item.args.get("table", item.location)) for item in found.report.findings)
    assert told == sorted(("SX124", table) for table in tables)
    assert found.report.counts == book.counts
    assert judged(found.data) == judged(book.data)


def test_more_products_than_the_table_has_rows(book: Book, tmp_path: Path) -> None:
    """Products beyond the ten rows of their table cost nothing but those rows."""
    target = tmp_path / "plan.xlsx"
    lines = book.block("revenue_lines")
    start = len(lines.frame)
    edits: dict[tuple[str, int], Any] = {}
    for at in range(12):
        new = {"period": date(2026, 10, 1), "product": f"Produit neuf {at}", "revenue": 1000.0 + at}
        edits |= {(key, start + at): value for key, value in new.items()}
    book.cells(target, "revenue_lines", edits)
    found = treated(target)
    assert found.codes == {}
    assert len(found.data.blocks["products"].frame) == len(book.block("products").all_rows)


def test_single_formulas_outside_of_fields(book: Book, tmp_path: Path) -> None:
    """The completeness of a module: erased it is put back, typed over it is left alone."""
    share = book.data.anchors["completeness", "client_matrix"]
    other = book.data.anchors["completeness", "swot"]
    target = tmp_path / "plan.xlsx"
    set_cells(
        book.path, target, {share.sheet: {(share.row, share.column): None, (other.row, other.column): 0.5}}
    )
    found = treated(target)
    assert found.codes == {"SX210": 1}
    with Package.open(target) as package, Package.open(book.path) as original:
        part = WorkbookInfo(package).sheet(share.sheet).part
        mine, old = package.read(part), original.read(part)
    cell = cell_name(share.row, share.column)
    assert text_of(mine, cell) == text_of(old, cell)


def text_of(part: bytes, cell: str) -> str:
    """The text of a cell's formula."""
    at = part.index(f'<c r="{cell}"'.encode())
    start = part.index(b"<f", at)
    return unescape(part[part.index(b">", start) + 1 : part.index(b"</f>", start)].decode())


@pytest.mark.parametrize("key", few_of(2, ["clients", "kpis", "readings", "contacts", "swot_items"]))
def test_a_formula_put_back_reads_as_it_did(key: str, book: Book, tmp_path: Path) -> None:
    """Rendered for the workbook as it stands, or from its table, formulas are those that were built."""
    block = book.block(key)
    with Package.open(book.path) as package:
        part = package.read(WorkbookInfo(package).sheet(block.sheet).part)
    bare = replace(block, table_columns={})
    texts = StandingFormulas(SPEC, book.data)
    for spec in (spec for spec in block.block.fields if spec.formula is not None):
        row = block.first_row + 2
        expected = text_of(part, block.a1(spec.key, row))
        assert texts.of_field(block, spec, row) == expected
        assert texts.of_field(bare, spec, row) == expected

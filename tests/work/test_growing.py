"""Tables that live: the night takes in what was typed below them, tops them up, and the next night rests."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from complaints import new_complaints
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from package_audit import audit

from strategy_xl.book.below import LEAST_SPARE, SPARE
from strategy_xl.book.data import BlockData
from strategy_xl.book.read import read_workbook
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.meta_scan import scan
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import Formula, set_cells
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole
from strategy_xl.work.recompute import JobReport, recompute_workbook

TODAY = date(2027, 3, 1)
SPEC = load_default()
Cells = dict[tuple[str, int], Any]


@pytest.fixture(scope="module")
def book(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight clients in a table of 28 rows, computed."""
    path = tmp_path_factory.mktemp("book") / "plan.xlsx"
    path.write_bytes(content)
    assert recompute_workbook(path, SPEC, TODAY).failure is None
    return path


def clients(path: Path, *, grows: bool = False) -> BlockData:
    """The table of clients."""
    return read_workbook(path, SPEC, grows=grows).blocks["clients"]


def typed(book: Path, target: Path, cells: Cells) -> Path:
    """A copy with cells typed: (field, row under the table's end, from 1 on) → value."""
    block = clients(book)
    edits = {block.cell(key, block.last_row + at): value for (key, at), value in cells.items()}
    set_cells(book, target, {block.sheet: edits})
    return target


def night(path: Path, source: Path | None = None) -> JobReport:
    """A night, after which the next one writes nothing, and nothing new is to be complained of."""
    before = path.with_name("before.xlsx")
    before.write_bytes(path.read_bytes())
    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is None
    written = path.read_bytes()
    again = recompute_workbook(path, SPEC, TODAY)
    assert (again.failure, again.changed) == (None, 0)
    assert path.read_bytes() == written
    assert audit(path) == []
    assert new_complaints(source or before, path) == []
    return report


def codes(report: JobReport) -> list[tuple[str, Any, str | None]]:
    """Code, number and cell of the findings."""
    return [(item.code, item.args.get("n"), item.location.cell) for item in report.findings]


def formulas(path: Path, field: str) -> int:
    """How many rows of the table hold a formula in a column."""
    block = clients(path)
    with Package.open(path) as package:
        part = WorkbookInfo(package).sheet(block.sheet).part
        meta = scan(lambda: package.chunks(part))
    return int(meta.formulas_in(block.places[field].column, block.first_row, block.last_row).sum())


NEW: Cells = {
    ("name", 1): "Delta",
    ("revenue", 1): 5000.0,
    ("hours", 1): 4.0,
    ("name", 2): "Epsilon",
    ("revenue", 2): 9000.0,
    ("hours", 2): 3.0,
    ("quick_x", 2): 8.0,
}


def test_rows_typed_below_are_the_tables(book: Path, tmp_path: Path) -> None:
    """They are read, judged and filled as all others, in the same night, and the table goes on below them."""
    path = typed(book, tmp_path / "a.xlsx", NEW)
    before = clients(book)
    report = night(path)
    after = clients(path)
    assert codes(report) == [("SX128", 2, before.a1("name", before.last_row + 1))]
    assert after.last_row == before.last_row + 2 + SPARE
    assert after.frame["name"].tolist() == [*before.frame["name"], "Delta", "Epsilon"]
    assert not after.erased
    for spec in after.block.fields:
        if spec.role is FieldRole.COMPUTED:
            assert formulas(path, spec.key) == len(after.all_rows), spec.key
    rows = after.frame.loc[[before.last_row + 1, before.last_row + 2]]
    assert rows["net"].notna().all()
    assert rows["reasons"].notna().all()
    assert rows["class_live"].notna().all()
    assert report.counts["clients"] == 10


def test_they_are_as_if_they_had_been_typed_inside(book: Path, tmp_path: Path) -> None:
    """Every answer of the workbook is that of the same rows typed in the blank rows of the table."""
    below = typed(book, tmp_path / "a.xlsx", NEW)
    block = clients(book)
    moved = {(key, at - len(block.all_rows) + 8): value for (key, at), value in NEW.items()}
    inside = typed(book, tmp_path / "b.xlsx", moved)
    reports = night(below), night(inside)
    assert reports[0].counts == reports[1].counts
    one, other = clients(below).frame, clients(inside).frame
    assert one.reset_index(drop=True).equals(other.reset_index(drop=True))


def test_typed_cells_are_not_rewritten(book: Path, tmp_path: Path) -> None:
    """Their content keeps its bytes; a look of their own stays, those without one get the table's."""
    path = typed(book, tmp_path / "a.xlsx", NEW)
    last = clients(book).last_row

    def cells(row: int) -> dict[str, tuple[str, str]]:
        with zipfile.ZipFile(path) as archive:
            sheet = next(
                text
                for name in archive.namelist()
                if name.startswith("xl/worksheets/sheet") and "Delta" in (text := archive.read(name).decode())
            )
        found = re.findall(rf'<c r="([A-Z]+){row}"([^>]*?)(?:/>|>(.*?)</c>)', sheet)
        return {letters: (start, inside) for letters, start, inside in found}

    before, above = cells(last + 1), cells(last)
    night(path)
    after = cells(last + 1)
    assert {key: inside for key, (_, inside) in after.items() if key in before} == {
        key: inside for key, (_, inside) in before.items()
    }
    styles = {key: re.search(r'\bs="(\d+)"', start) for key, (start, _) in above.items()}
    for key, (start, _) in after.items():
        own = re.search(r'\bs="(\d+)"', start)
        assert (own and own[1]) == (styles[key] and styles[key][1])  # type: ignore[index]


@pytest.mark.parametrize(
    ("cells", "found", "adopted"),
    [
        ({("name", 1): "NB : à revoir"}, [("SX140", 1)], 0),
        ({("revenue", 1): 5.0, ("hours", 1): 5.0}, [("SX140", 1)], 0),
        ({**NEW, ("name", 3): "Note"}, [("SX128", 2), ("SX140", 1)], 2),
        ({("name", 1): "Note", ("name", 2): "D", ("revenue", 2): 5.0}, [("SX126", 1), ("SX140", 1)], 0),
        ({("name", 2): "D", ("revenue", 2): 5.0}, [("SX129", 1)], 0),
        ({**NEW, ("name", 4): "D", ("revenue", 4): 5.0}, [("SX128", 2), ("SX129", 1)], 2),
        ({("name", 9): "Source : les ventes"}, [], 0),
        ({**NEW, ("net", 2): 12.0}, [("SX126", 1), ("SX128", 1)], 1),
        ({**NEW, ("name", 3): "Total", ("revenue", 3): 50000.0}, [("SX128", 2), ("SX139", None)], 2),
        ({("name", 1): "Total", ("revenue", 1): 36000.0}, [("SX139", None)], 0),
        ({**NEW, ("reasons", 1): "my words"}, [("SX128", 2)], 2),
        ({**NEW, ("net", 1): Formula("1+1", 2.0)}, [("SX128", 2)], 2),
    ],
)
def test_what_belongs_to_the_table(
    book: Path, tmp_path: Path, cells: Cells, found: list[tuple[str, Any]], adopted: int
) -> None:
    """Rows with a name and one more input, one under the other; notes, sums, values over formulas do not."""
    path = typed(book, tmp_path / "a.xlsx", cells)
    last = clients(book).last_row
    report = night(path)
    assert sorted((code, n) for code, n, _ in codes(report)) == found
    after = clients(path)
    assert len(after.frame) == 8 + adopted
    has_room = adopted and len(cells) == len({**NEW, **cells}) and max(at for _, at in cells) == adopted
    assert after.last_row == last + adopted + (SPARE if has_room else 0)


@pytest.mark.parametrize("what", ["merge", "table", "totals"])
def test_what_no_table_takes_in(book: Path, tmp_path: Path, what: str) -> None:
    """With a merged area, another table or a totals row in the way, the rows are told and stay below."""
    from slips import Parts, merge

    path = typed(book, tmp_path / "a.xlsx", NEW)
    block = clients(book)
    parts = Parts(path)
    column = block.table_left
    if what == "merge":
        area = f"{block.a1('revenue', block.last_row + 1)}:{block.a1('hours', block.last_row + 1)}"
        parts = Parts(typed(book, path, {key: value for key, value in NEW.items() if key[0] != "hours"}))
        merge(parts, block.sheet, area)
    elif what == "totals":
        parts.edit(
            parts.tables["Clients"].part,
            lambda text: text.replace("<table ", '<table totalsRowCount="1" ', 1).replace(
                'totalsRowShown="0"', ""
            ),
        )
        assert column
    else:
        other = parts.tables["Clients"].area
        part = parts.tables["Clients"].part.replace("table1", "table77")
        parts[part] = (
            '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="77" name="Mine" '
            f'displayName="Mine" ref="E{other.bottom + 2}:E{other.bottom + 4}" totalsRowShown="0">'
            '<tableColumns count="1"><tableColumn id="1" name="x"/></tableColumns></table>'
        ).encode()
        rels = parts.sheet_of("Clients").replace("worksheets/", "worksheets/_rels/") + ".rels"
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/table"
        parts.edit(
            rels,
            lambda text: text.replace(
                "</Relationships>",
                f'<Relationship Id="rId77" Type="{kind}" Target="/{part}"/></Relationships>',
            ),
        )
        override = "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"
        parts.edit(
            "[Content_Types].xml",
            lambda text: text.replace(
                "</Types>", f'<Override PartName="/{part}" ContentType="{override}"/></Types>'
            ),
        )
    parts.save(path)
    last = clients(path).last_row
    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is None
    assert "SX126" in {item.code for item in report.findings}
    assert clients(path).last_row == last + (what == "table")  # the row above the other table is taken in
    assert recompute_workbook(path, SPEC, TODAY).changed == 0


def test_blank_rows_are_topped_up(book: Path, tmp_path: Path) -> None:
    """With fewer than ten left there are twenty again; with ten, all stays."""
    block = clients(book)
    free = len(block.all_rows) - len(block.frame)
    for left in (LEAST_SPARE, LEAST_SPARE - 1, 0):
        cells = {
            (key, at - free + 1): value
            for at in range(free - left)
            for key, value in (("name", f"C{at}"), ("revenue", 100.0 + at))
        }
        path = typed(book, tmp_path / f"{left}.xlsx", cells)
        report = night(path)
        assert {finding.code for finding in report.findings} <= {"SX395"}  # these clients are all alike
        after = clients(path)
        assert len(after.all_rows) - len(after.frame) == (SPARE if left < LEAST_SPARE else left)


def test_nothing_is_topped_up_over_a_note(book: Path, tmp_path: Path) -> None:
    """Something that stands below is not pushed into the table."""
    free = len(clients(book).all_rows) - 8
    cells: Cells = {(key, at - free + 1): f"C{at}" for at in range(free) for key in ("name", "note")}
    path = typed(book, tmp_path / "a.xlsx", {**cells, ("name", 15): "Source"})
    night(path)
    assert clients(path).last_row == clients(book).last_row


def test_all_that_covers_the_rows_follows(book: Path, tmp_path: Path) -> None:
    """Nothing in the sheet, the names and the table ends with its old last row any more."""
    path = typed(book, tmp_path / "a.xlsx", NEW)
    first, last = clients(book).first_row, clients(book).last_row
    night(path)
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    old = re.compile(rf"\$?[A-Z]+\$?(?:1|{first - 1}|{first}):\$?[A-Z]+\$?{last}\b")
    assert [(name, old.search(text)) for name, text in texts.items() if old.search(text)] == []
    assert any(f"${last + 2 + SPARE}<" in text for text in texts.values())


def test_formulas_that_spell_the_rows_follow(book: Path, tmp_path: Path) -> None:
    """Those of the templates, with the value that they show now; what people's own read is theirs."""
    path = typed(book, tmp_path / "a.xlsx", NEW)
    block, tiles = clients(path), read_workbook(path, SPEC).blocks["client_tiles"]
    key = next(
        spec.key
        for spec in tiles.block.fields
        if spec.formula and "COUNTIF(clients[class_live]" in spec.formula
    )
    place, spelled = tiles.places[key], block.places["class_live"].column
    with Package.open(path) as package:
        texts = formula_texts(package.read(WorkbookInfo(package).sheet(block.sheet).part))
    area = "${0}${1}:${0}${2}".format
    rows = area(column_letters(spelled), block.first_row, block.last_row)
    text = re.sub(r"Clients\[[^\]]*\]", f"'{block.sheet}'!{rows}", texts[place.row, place.column])
    free = (1, block.table_left + 60)
    cells = {(place.row, place.column): Formula(text, 0.0), free: Formula(f"COUNTA({rows})", 0.0)}
    set_cells(path, path, {block.sheet: cells})
    night(path)
    last = clients(path).last_row
    with Package.open(path) as package:
        after = formula_texts(package.read(WorkbookInfo(package).sheet(block.sheet).part))
    assert after[place.row, place.column] == text.replace(f"${block.last_row},", f"${last},")
    assert f"${last}," in after[place.row, place.column]
    assert after[free] == f"COUNTA({rows})"


def test_what_a_save_takes_from_tables_is_put_back(book: Path, tmp_path: Path) -> None:
    """Formulas of columns and the look, with the very text that a new workbook has."""
    from slips import Parts

    path = tmp_path / "a.xlsx"
    parts = Parts(book)
    part = parts.tables["Clients"].part
    new = parts[part].decode()

    def poorer(text: str) -> str:
        text = re.sub(r"<tableStyleInfo[^>]*/>", "", text)
        return re.sub(r"(<tableColumn [^>]*)><calculatedColumnFormula.*?</tableColumn>", r"\1/>", text)

    parts.edit(part, poorer)
    parts.save(path)
    report = night(path)
    assert report.findings == ()
    assert report.changed == 1

    def said(text: str) -> list[str]:
        return re.findall(r"<calculatedColumnFormula.*?</calculatedColumnFormula>", text)

    after = Parts(path)[part].decode()
    assert said(after) == said(new) != []
    assert "TableStyleLight1" in after


def test_a_reader_leaves_tables_alone(book: Path, tmp_path: Path) -> None:
    """Who does not write tables is told of the rows below, and reads the table as it is."""
    path = typed(book, tmp_path / "a.xlsx", NEW)
    data = read_workbook(path, SPEC)
    assert [(item.code, item.args["n"]) for item in data.findings] == [("SX126", 2)]
    assert not data.blocks["clients"].is_longer
    assert clients(path, grows=True).is_longer


_VALUES = st.sampled_from([None, None, "x", 5.0])
_GRIDS = st.lists(
    st.fixed_dictionaries(dict.fromkeys(("name", "revenue", "hours", "net", "note"), _VALUES)), max_size=5
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grid=_GRIDS)
def test_the_next_night_rests_whatever_was_typed(
    book: Path, tmp_path: Path, grid: list[dict[str, Any]]
) -> None:
    """Whatever stands below, the night is done, keeps every typed cell, and the next one changes no byte."""
    cells = {
        (key, at): value for at, row in enumerate(grid, 1) for key, value in row.items() if value is not None
    }
    path = typed(book, tmp_path / "a.xlsx", cells)
    last = clients(book).last_row
    night(path)
    block = clients(path)
    values = read_typed(path, block, last, len(grid))
    assert {place: values[place] for place in cells} == cells
    run = next((at for at, row in enumerate(grid) if not is_row(row)), len(grid))
    assert len(block.frame) == 8 + run


def is_row(row: dict[str, Any]) -> bool:
    """Whether the name is there and one more input, and no value where a formula belongs."""
    return (
        row["name"] is not None
        and row["net"] is None
        and any(row[key] for key in ("revenue", "hours", "note"))
    )


def read_typed(path: Path, block: BlockData, last: int, count: int) -> Cells:
    """What stands in some columns below the old end of the table."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, data_only=True)[block.sheet]
    keys = ("name", "revenue", "hours", "net", "note")
    return {
        (key, at): sheet.cell(last + at, block.places[key].column).value
        for key in keys
        for at in range(1, count + 1)
    }
